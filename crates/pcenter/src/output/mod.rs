//! Output formats of rows and of documents. Rows are written page by page where the format allows.

mod cells;
mod column_names;
mod columns;
mod csv;
mod details;
mod document;
mod file;
mod format;
#[allow(dead_code, reason = "the formats of documents follow")]
pub(crate) mod html;
mod json;
mod markdown;
mod members;
mod options;
mod selection;
mod table;
mod tsv;
mod writer;
mod yaml;

pub(crate) use columns::Columns;
#[allow(unused_imports, reason = "the commands that build documents follow")]
pub(crate) use document::{Chart, Document, DocumentOutput, Section};
pub(crate) use file::OutputFile;
pub(crate) use format::{Format, StatusFormat};
pub(crate) use json::visible;
pub(crate) use options::OutputOptions;
pub(crate) use selection::Selection;
pub(crate) use writer::{Output, OutputSettings};
