//! Rows of all pages of a listing, for `--paginate`.

use partner_center::paging::{Pages, PagingError};
use partner_center::{Page, RawRequest};
use serde_json::value::RawValue;

use super::layout::{Layout, arranged};
use super::sink::Sink;
use super::{Call, RowFormat};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::listing::rows;
use crate::output::{Expression, visible};
use crate::signals::Signal;

/// Reason why the loop over pages ended.
enum End {
    Complete,
    Failed(PagingError),
    Signal(Signal),
}

/// Reads all pages and writes their rows.
pub(super) async fn run(
    call: &Call<'_>,
    request: RawRequest,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let options = call.options;
    let mut pages = request.pages();
    let mut output = Rows {
        sink: Sink::open(options.output_file.as_deref())?,
        format: options.format,
        expression: call.expression.as_ref(),
        array: String::new(),
        is_terminal: environment.stdout_is_terminal && options.output_file.is_none(),
        written: 0,
        has_begun: false,
    };
    let mut signals = (environment.signals)();
    let end = loop {
        match signals.unless(pages.next()).await {
            Err(signal) => break End::Signal(signal),
            Ok(Some(Ok(page))) => output.page(&page.value, environment)?,
            Ok(Some(Err(error))) => break End::Failed(error),
            Ok(None) => break End::Complete,
        }
    };
    let failure = match end {
        End::Complete => {
            output.close(environment)?;
            let exit = warn(&pages, environment)?;
            output.sink.complete()?;
            return Ok(exit);
        }
        End::Signal(signal) => Failure::new(signal.exit(), format!("stopped by {}", signal.name())),
        End::Failed(error) => {
            let mut failure = call.connected.explained(error.into());
            if output.has_begun {
                failure.exit = Exit::Incomplete;
            }
            failure
        }
    };
    if !output.has_begun {
        return Err(output.sink.unused(failure));
    }
    output.close(environment)?;
    let written = rows(output.written);
    Err(output.sink.incomplete(failure, &written))
}

/// Rows that are written as they arrive.
struct Rows<'e> {
    sink: Sink,
    format: RowFormat,
    expression: Option<&'e Expression>,
    /// Rows so far, if the expression is applied to all of them.
    array: String,
    is_terminal: bool,
    written: u64,
    has_begun: bool,
}

impl Rows<'_> {
    fn page(
        &mut self,
        rows: &[Box<RawValue>],
        environment: &mut Environment<'_>,
    ) -> Result<(), Failure> {
        let is_array = self.format == RowFormat::Json;
        let mut text = String::new();
        if !self.has_begun && is_array {
            text.push('[');
        }
        self.has_begun = true;
        for row in rows {
            let row = arranged(row.get(), Layout::Compact);
            if let (Some(expression), false) = (self.expression, is_array) {
                self.sink.results(expression, row.as_bytes(), environment)?;
                self.written += 1;
                continue;
            }
            match (is_array, self.written) {
                (false, _) => {}
                (true, 0) => text.push_str("\n  "),
                (true, _) => text.push_str(",\n  "),
            }
            match self.is_terminal {
                true => text.push_str(&visible(&row)),
                false => text.push_str(&row),
            }
            if !is_array {
                text.push('\n');
            }
            self.written += 1;
        }
        match self.expression {
            Some(_) => self.array.push_str(&text),
            None => self.sink.write(text.as_bytes(), environment)?,
        }
        Ok(())
    }

    /// Completes the document, so that it is valid also after an error.
    fn close(&mut self, environment: &mut Environment<'_>) -> Result<(), Failure> {
        let end = match (self.format, self.has_begun) {
            (RowFormat::Ndjson, _) => return Ok(()),
            (RowFormat::Json, true) => "\n]\n",
            (RowFormat::Json, false) => "[\n]\n",
        };
        match self.expression {
            Some(expression) => {
                let array = std::mem::take(&mut self.array) + end;
                self.sink.results(expression, array.as_bytes(), environment)
            }
            None => Ok(self.sink.write(end.as_bytes(), environment)?),
        }
    }
}

/// Prints the signs of missing rows.
fn warn(
    pages: &Pages<Page<Box<RawValue>>>,
    environment: &mut Environment<'_>,
) -> std::io::Result<Exit> {
    for property in pages.unknown_properties() {
        if property.says_incomplete() {
            writeln!(
                environment.stderr,
                "warning: the response contains a property that says that rows are missing: {property}"
            )?;
        }
    }
    let Some(read) = pages.completeness() else {
        return Ok(Exit::Success);
    };
    if let Some(mismatch) = read.count_mismatch {
        writeln!(
            environment.stderr,
            "warning: the service states {} and sent {}",
            rows(mismatch.stated),
            rows(read.rows)
        )?;
    }
    if read.repeated_pages > 0 {
        writeln!(
            environment.stderr,
            "warning: pages that repeat the rows of an earlier page: {}",
            read.repeated_pages
        )?;
    }
    Ok(match read.is_complete() {
        true => Exit::Success,
        false => Exit::Incomplete,
    })
}
