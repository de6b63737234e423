//! `-o parquet` in a program that was built without it.

use std::io::{self, Write};
use std::path::Path;

use partner_center::{Field, Row};

use crate::output::{Columns, Listing};

/// Parquet file, which this program cannot have.
#[derive(Debug)]
pub(in crate::output) enum Parquet {}

impl Parquet {
    /// Returns an error. The format is refused before the first request.
    pub(in crate::output) fn new(
        _: Listing,
        _: &'static [Field],
        _: &Columns,
        _: bool,
        _: Option<&Path>,
    ) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(in crate::output) fn rows(&mut self, _: &[&dyn Row]) -> io::Result<()> {
        match *self {}
    }

    pub(in crate::output) fn set_extent(&mut self, _: Option<i64>, _: bool) {
        match *self {}
    }

    pub(in crate::output) fn finish(&mut self, _: &mut dyn Write) -> io::Result<Vec<String>> {
        match *self {}
    }
}
