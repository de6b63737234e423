//! Rows on their way from the service, page by page.

mod continuation_file;
mod progress;
mod source;

pub(crate) use continuation_file::ContinuationFile;
pub(crate) use progress::Progress;
pub(crate) use source::{Broken, Once, Paged, Settings, Source, Start};
