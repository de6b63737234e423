//! Output of a report.

use partner_center::Row;

use crate::arguments::OutputOptions;
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::output::{Columns, Document, Output, OutputSettings};

/// Returns rows of one type as rows of any type.
pub(super) fn boxed<T: Row + 'static>(rows: Vec<T>) -> Vec<Box<dyn Row>> {
    let rows = rows.into_iter();
    rows.map(|row| -> Box<dyn Row> { Box::new(row) }).collect()
}

/// Refuses output options before the first request.
pub(super) fn check(
    _options: &OutputOptions,
    environment: &Environment<'_>,
) -> Result<(), Failure> {
    if environment.stdout_is_lost {
        let message = "stdout is closed, or a null device that is also open for reading: the report \
                       would be lost";
        return Err(Failure::new(Exit::Other, message)
            .help("redirect the report with `> FILE`, `> /dev/null` or --output-file FILE"));
    }
    Ok(())
}

pub(super) fn write(
    document: Document,
    options: &OutputOptions,
    environment: &mut Environment<'_>,
) -> Result<(), Failure> {
    for section in document.sections.into_iter().take(1) {
        let columns = Columns::choose(options.columns.as_deref(), section.columns, section.fields)?;
        let settings = OutputSettings {
            format: options.format,
            header: !options.no_header,
            excel: options.excel,
            fields: section.fields,
            grouped: None,
            details: false,
            terminal: environment.stdout_is_terminal,
            colour: environment.colour(),
        };
        let mut output = Output::new(columns, settings);
        output.page(Box::new(section.rows.into_iter()), environment.stdout)?;
        output.finish(environment.stdout)?;
    }
    for line in document
        .summary
        .iter()
        .chain(&document.sources)
        .chain(&document.notes)
    {
        writeln!(environment.stderr, "{line}")?;
    }
    Ok(())
}
