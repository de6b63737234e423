//! Output formats of rows and of documents. Rows are written page by page where the format allows.

mod cells;
mod column_names;
mod columns;
mod csv;
mod details;
mod document;
mod file;
mod format;
pub(crate) mod html;
#[cfg(feature = "jq")]
mod jq;
mod json;
mod markdown;
mod members;
#[cfg(not(all(feature = "jq", feature = "lake", feature = "xlsx")))]
mod missing;
mod options;
mod pager;
#[cfg(feature = "lake")]
mod parquet;
mod query;
mod selection;
mod table;
mod tsv;
mod writer;
#[cfg(feature = "xlsx")]
mod xlsx;
mod yaml;

#[cfg(not(feature = "jq"))]
use missing::jq;
#[cfg(not(feature = "lake"))]
use missing::parquet;
#[cfg(not(feature = "xlsx"))]
use missing::xlsx;

pub(crate) use columns::Columns;
pub(crate) use document::{Chart, Document, DocumentOutput, Section};
pub(crate) use file::OutputFile;
pub(crate) use format::{Format, StatusFormat};
pub(crate) use jq::Expression;
pub(crate) use json::visible;
pub(crate) use options::OutputOptions;
#[cfg(not(all(feature = "lake", feature = "mcp")))]
pub(crate) use options::without_feature;
pub(crate) use pager::PagedStdout;
pub(crate) use selection::Selection;
pub(crate) use writer::{Listing, Output, OutputSettings};
