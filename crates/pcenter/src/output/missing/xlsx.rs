//! `-o xlsx` in a program that was built without it.

use std::io::{self, Write};
use std::path::Path;

use partner_center::Row;

use crate::output::Columns;

/// Workbook, which this program cannot have.
#[derive(Debug)]
pub(in crate::output) enum Book {}

impl Book {
    /// Returns an error. The format is refused before the first request.
    pub(in crate::output) fn new(_: Option<&Path>) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(in crate::output) fn full_at(&self) -> Option<u32> {
        match *self {}
    }

    pub(in crate::output) fn cut_texts(&self) -> u64 {
        match *self {}
    }

    pub(in crate::output) fn begin(&mut self, _: &str, _: &Columns) -> io::Result<()> {
        match *self {}
    }

    pub(in crate::output) fn rows(
        &mut self,
        _: &[&dyn Row],
        _: u64,
        _: &mut Columns,
    ) -> io::Result<()> {
        match *self {}
    }

    pub(in crate::output) fn end(&mut self, _: &[&dyn Row], _: &mut Columns) -> io::Result<()> {
        match *self {}
    }

    pub(in crate::output) fn about(&mut self, _: &[(String, String)]) -> io::Result<()> {
        match *self {}
    }

    pub(in crate::output) fn save(&mut self, _: &mut dyn Write) -> io::Result<()> {
        match *self {}
    }
}
