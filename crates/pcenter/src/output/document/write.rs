//! Output of a document: the checks before the first request, and the choice of the format.

use std::io::{self, Write};
use std::path::PathBuf;

use partner_center::Field;

use super::{Document, prose, structured, workbook};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::listing::{folder_of, rows};
use crate::output::column_names::Names;
use crate::output::jq::Expression;
use crate::output::table::Look;
use crate::output::writer::workbook_limits;
use crate::output::{
    Columns, Format, OutputFile, OutputOptions, PagedStdout, Selection, csv, html, json, tsv,
};
use crate::printable::printable;

/// Output of a document, whose options were checked.
#[derive(Debug)]
pub(crate) struct DocumentOutput {
    format: Format,
    header: bool,
    excel: bool,
    columns: Option<String>,
    selection: Selection,
    expression: Option<Expression>,
    file: Option<PathBuf>,
    look: Look,
}

impl DocumentOutput {
    /// Checks the options before the first request. `fields` are those of the first section;
    /// `profile`: the default format of the profile.
    pub(crate) fn prepare(
        options: &OutputOptions,
        fields: &'static [Field],
        profile: Option<String>,
        environment: &Environment<'_>,
    ) -> Result<Self, Failure> {
        let format = options.checked_format(profile, environment)?;
        if format == Format::Parquet {
            let message = "the format `parquet` is for the rows of an operation";
            return Err(Failure::new(Exit::Usage, message)
                .help("see `pcenter export --help`, or use another format, such as csv or xlsx"));
        }
        if let Some(text) = &options.columns {
            let names: Vec<_> = text.split(',').map(str::trim).collect();
            let flag = Names {
                flag: "--columns",
                is_strict: true,
            };
            Columns::named(flag, &names, fields)?;
        }
        options.check_destination(format, environment)?;
        Ok(Self {
            format,
            header: !options.no_header,
            excel: options.excel,
            columns: options.columns.clone(),
            selection: Selection::new(options, fields, true)?,
            expression: options.expression()?,
            file: options.output_file.clone(),
            look: options.look(environment),
        })
    }

    #[cfg(test)]
    pub(super) fn of(format: Format, columns: Option<&str>, look: Look) -> Self {
        Self {
            format,
            header: true,
            excel: false,
            columns: columns.map(str::to_owned),
            selection: Selection::default(),
            expression: None,
            file: None,
            look,
        }
    }

    /// Writes the document, and returns the exit code: `exit`, unless something is missing in the
    /// output. An output file is replaced after [`Exit::Success`] only.
    pub(crate) fn write(
        mut self,
        mut document: Document,
        exit: Exit,
        environment: &mut Environment<'_>,
    ) -> Result<Exit, Failure> {
        self.select(&mut document)?;
        let path = self.file.clone();
        let mut file = path.map(|path| OutputFile::open(&path, None)).transpose()?;
        let mut stdout = PagedStdout::new(self.look.terminal, environment);
        let written = match &mut file {
            Some(file) => self.write_to(&document, file),
            None => {
                let writer = &mut stdout.writer(environment.stdout, environment.pager);
                self.write_to(&document, writer)
            }
        };
        stdout.close(environment.stderr)?;
        let with_file = |failure: Failure| match &file {
            Some(file) => failure.help(file.unchanged()),
            None => failure,
        };
        let warnings = written.map_err(with_file)?;
        if matches!(self.format, Format::Csv | Format::Tsv | Format::Ndjson) {
            for text in document.summary.iter().chain(&document.sources) {
                writeln!(environment.stderr, "{}", printable(text))?;
            }
        }
        let mut exit = exit;
        for warning in warnings {
            writeln!(environment.stderr, "warning: {warning}")?;
            exit = Exit::Incomplete;
        }
        match (&file, exit) {
            (Some(file), Exit::Success) => file.publish()?,
            (Some(file), _) => {
                let (unchanged, partial) = (file.unchanged(), file.partial().display());
                writeln!(
                    environment.stderr,
                    "{unchanged}; the report is in {partial}"
                )?;
            }
            (None, _) => {}
        }
        Ok(exit)
    }

    /// Selects and sorts the rows of the first section.
    pub(super) fn select(&mut self, document: &mut Document) -> io::Result<()> {
        let Some(section) = document.sections.first_mut() else {
            return Ok(());
        };
        let all = section.rows.len();
        section.rows = self.selection.apply(std::mem::take(&mut section.rows))?;
        if let Some(typed) = &self.columns {
            // All names are fields, as `prepare` has checked.
            let named = typed.split(',').filter_map(|name| {
                let mut fields = section.fields.iter();
                fields.find(|field| field.name.eq_ignore_ascii_case(name.trim()))
            });
            section.columns = named.map(|field| field.name).collect();
        }
        let left_out = all - section.rows.len();
        if left_out > 0 {
            document.notes.push(format!(
                "--where or --limit left out {}; the summary and totals include them.",
                rows(u64::try_from(left_out).unwrap_or(u64::MAX))
            ));
        }
        Ok(())
    }

    /// Writes the document, and returns warnings about values that the format cannot have.
    pub(super) fn write_to(
        &self,
        document: &Document,
        out: &mut dyn Write,
    ) -> Result<Vec<String>, Failure> {
        let sections = document.sections.iter().enumerate();
        let columns = sections.map(|(index, section)| {
            let typed = self.columns.as_deref().filter(|_| index == 0);
            let usual = &section.columns;
            self.format.columns(typed, usual, None, section.fields)
        });
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let mut out = io::BufWriter::new(out);
        let mut warnings = Vec::new();
        match &self.expression {
            Some(expression) => self.write_results(expression, document, columns, &mut out)?,
            None if self.format == Format::Xlsx => {
                let folder = self.file.as_deref().map(folder_of);
                let book = workbook::write(document, columns, folder, &mut out)?;
                warnings = workbook_limits(&book);
            }
            None => self.write_format(document, columns, &mut out)?,
        }
        out.flush()?;
        Ok(warnings)
    }

    /// Writes the results of an expression.
    fn write_results(
        &self,
        expression: &Expression,
        document: &Document,
        columns: Vec<Columns>,
        out: &mut dyn Write,
    ) -> Result<(), Failure> {
        let mut json = Vec::new();
        self.write_format(document, columns, &mut json)?;
        // With `ndjson`, each row is a document.
        let documents: Vec<_> = match self.format {
            Format::Ndjson => json.split(|byte| *byte == b'\n').collect(),
            _ => vec![&*json],
        };
        for json in documents.into_iter().filter(|json| !json.is_empty()) {
            if let Some(error) = expression.apply(json, self.look.terminal, out)? {
                return Err(Failure::new(Exit::Other, format!("--jq: {error}")));
            }
        }
        Ok(())
    }

    fn write_format(
        &self,
        document: &Document,
        mut columns: Vec<Columns>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let terminal = self.look.terminal;
        match self.format {
            Format::Table => return prose::write_text(document, &mut columns, self.look, out),
            Format::Markdown => return prose::write_markdown(document, &mut columns, out),
            Format::Json => return structured::write_json(document, &columns, terminal, out),
            Format::Yaml => return structured::write_yaml(document, &columns, out),
            Format::Html => return html::write(document, out),
            // A workbook is written by its own module; a report is never a Parquet file.
            Format::Xlsx | Format::Parquet => return Ok(()),
            Format::Csv | Format::Tsv | Format::Ndjson => {}
        }
        let (Some(section), Some(columns)) = (document.sections.first(), columns.first_mut())
        else {
            return Ok(());
        };
        let rows = section.rows();
        columns.discover(&rows, 1)?;
        columns.fix();
        match self.format {
            Format::Csv => {
                let style = csv::Style {
                    header: self.header,
                    excel: self.excel,
                    begins: true,
                    terminal,
                };
                csv::begin(columns, style, out)?;
                csv::rows(&rows, 1, columns, style, out)
            }
            Format::Tsv => {
                if self.header {
                    tsv::begin(columns, terminal, out)?;
                }
                tsv::rows(&rows, 1, columns, terminal, out)
            }
            _ => {
                let mut keys = json::Keys::new(section.fields.to_vec(), terminal);
                json::lines(&rows, 1, columns, &mut keys, out)
            }
        }
    }
}
