//! Output of a document: the checks before the first request, and the choice of the format.

use std::io::{self, Write};
use std::path::PathBuf;

use partner_center::Field;

use super::{Document, prose, structured};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::listing::rows;
use crate::output::column_names::Names;
use crate::output::table::Look;
use crate::output::{Columns, Format, OutputFile, OutputOptions, Selection, csv, json, tsv};

/// Output of a document, whose options were checked.
#[derive(Debug)]
pub(crate) struct DocumentOutput {
    format: Format,
    header: bool,
    excel: bool,
    columns: Option<String>,
    selection: Selection,
    file: Option<PathBuf>,
    look: Look,
}

impl DocumentOutput {
    /// Checks the options before the first request. `fields` are those of the first section.
    pub(crate) fn prepare(
        options: &OutputOptions,
        fields: &'static [Field],
        environment: &Environment<'_>,
    ) -> Result<Self, Failure> {
        let format = options.checked_format(environment)?;
        if let Some(text) = &options.columns {
            let names: Vec<_> = text.split(',').map(str::trim).collect();
            let flag = Names {
                flag: "--columns",
                is_strict: true,
            };
            Columns::named(flag, &names, fields)?;
        }
        options.check_destination(environment)?;
        Ok(Self {
            format,
            header: !options.no_header,
            excel: options.excel,
            columns: options.columns.clone(),
            selection: Selection::new(options, fields, true)?,
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
        let Some(path) = &self.file else {
            let (out, notes) = (&mut *environment.stdout, &mut *environment.stderr);
            self.write_to(&document, out, notes)?;
            return Ok(exit);
        };
        let mut file = OutputFile::open(path, None)?;
        if let Err(failure) = self.write_to(&document, &mut file, environment.stderr) {
            return Err(failure.help(file.unchanged()));
        }
        match exit {
            Exit::Success => file.publish()?,
            _ => {
                let (unchanged, partial) = (file.unchanged(), file.partial().display());
                writeln!(
                    environment.stderr,
                    "{unchanged}; the report is in {partial}"
                )?;
            }
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
        let left_out = all - section.rows.len();
        if left_out > 0 {
            document.notes.push(format!(
                "--where or --limit left out {}; the summary and totals include them.",
                rows(u64::try_from(left_out).unwrap_or(u64::MAX))
            ));
        }
        Ok(())
    }

    /// Writes the document. `notes`: what explains it, in formats of rows only.
    pub(super) fn write_to(
        &self,
        document: &Document,
        out: &mut dyn Write,
        notes: &mut dyn Write,
    ) -> Result<(), Failure> {
        let sections = document.sections.iter().enumerate();
        let columns = sections.map(|(index, section)| {
            let typed = self.columns.as_deref().filter(|_| index == 0);
            self.format
                .columns(typed, &section.columns, None, section.fields)
        });
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let mut out = io::BufWriter::new(out);
        self.write_format(document, columns, &mut out)?;
        out.flush()?;
        if matches!(self.format, Format::Csv | Format::Tsv | Format::Ndjson) {
            for text in document.summary.iter().chain(&document.sources) {
                writeln!(notes, "{}", crate::printable::printable(text))?;
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
            // Refused before the first request.
            Format::Xlsx | Format::Html => return Ok(()),
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
