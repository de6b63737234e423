//! Destination of a body: stdout, or a file that is replaced once the body is complete.

use std::io::{self, Write};
use std::path::Path;

use super::layout::{self, Layout};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::output::{Expression, OutputFile, visible};
use crate::printable::printable;

/// Destination of a body.
pub(super) struct Sink(Option<OutputFile>);

impl Sink {
    /// Checks the destination before the first request.
    pub(super) fn check(path: Option<&Path>, environment: &Environment<'_>) -> Result<(), Failure> {
        match path {
            Some(path) => OutputFile::check(path),
            None if environment.stdout_is_lost => {
                let message = "stdout is closed, or a null device that is also open for reading: \
                               the response would be lost";
                Err(Failure::new(Exit::Other, message).help(
                    "redirect the response with `> FILE`, `> /dev/null` or --output-file FILE",
                ))
            }
            None => Ok(()),
        }
    }

    pub(super) fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let file = path.map(|path| OutputFile::open(path, None)).transpose()?;
        Ok(Self(file))
    }

    /// Writes a body: unchanged except for a byte-order mark, and on a terminal as indented JSON.
    pub(super) fn body(
        &mut self,
        body: &[u8],
        environment: &mut Environment<'_>,
    ) -> io::Result<()> {
        let body = layout::text(body);
        if self.0.is_some() || !environment.stdout_is_terminal {
            return self.write(body, environment);
        }
        let text = String::from_utf8_lossy(body);
        let mut text = match layout::is_json(&text) {
            // Compact first: line breaks between values would be escaped.
            true => {
                let line = visible(&layout::arranged(&text, Layout::Compact));
                layout::arranged(&line, Layout::Indented)
            }
            false => {
                let lines: Vec<_> = text.lines().map(printable).collect();
                lines.join("\n")
            }
        };
        if !text.is_empty() {
            text.push('\n');
        }
        self.write(text.as_bytes(), environment)
    }

    pub(super) fn write(
        &mut self,
        bytes: &[u8],
        environment: &mut Environment<'_>,
    ) -> io::Result<()> {
        match &mut self.0 {
            Some(file) => file.write_all(bytes),
            None => environment.stdout.write_all(bytes),
        }
    }

    /// Writes the results of an expression of jq for a JSON text.
    pub(super) fn results(
        &mut self,
        expression: &Expression,
        json: &[u8],
        environment: &mut Environment<'_>,
    ) -> Result<(), Failure> {
        let is_terminal = environment.stdout_is_terminal && self.0.is_none();
        let out: &mut dyn Write = match &mut self.0 {
            Some(file) => file,
            None => &mut *environment.stdout,
        };
        match expression.apply(json, is_terminal, out)? {
            None => Ok(()),
            Some(error) => Err(Failure::new(Exit::Other, format!("--jq: {error}"))),
        }
    }

    /// Completes the output.
    pub(super) fn complete(self) -> Result<(), Failure> {
        match self.0 {
            Some(file) => file.publish(),
            None => Ok(()),
        }
    }

    /// Leaves an incomplete output where it is, and adds to the failure where that is.
    pub(super) fn incomplete(self, failure: Failure, rows: &str) -> Failure {
        failure.help(match self.0 {
            Some(file) => format!(
                "{}; {} is incomplete: it has {rows}",
                file.unchanged(),
                file.partial().display()
            ),
            None => format!("the output is incomplete: it has {rows}"),
        })
    }

    /// Removes an output to which nothing was written.
    pub(super) fn unused(self, failure: Failure) -> Failure {
        match self.0 {
            Some(file) => {
                file.discard_empty();
                failure.help(file.unchanged())
            }
            None => failure,
        }
    }
}
