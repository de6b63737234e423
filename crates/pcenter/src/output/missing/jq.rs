//! `--jq` in a program that was built without it.

use std::io::{self, Write};

use crate::failure::Failure;
use crate::output::options::without_feature;

/// Expression of jq, which this program cannot have.
#[derive(Debug)]
pub(crate) enum Expression {}

impl Expression {
    pub(crate) fn new(_: &str) -> Result<Self, Failure> {
        Err(without_feature("--jq", "jq"))
    }

    pub(crate) fn apply(&self, _: &[u8], _: bool, _: &mut dyn Write) -> io::Result<Option<String>> {
        match *self {}
    }
}
