//! CSV files with rows that users edit: comma or semicolon, in any order of columns.

use std::io::Read;

use csv::{ReaderBuilder, StringRecord, Trim};

use crate::error::{FileError, FileProblem};

/// Largest file that is read: far more rows than there are products.
const MAX_BYTES: u64 = 64 << 20;

type Reader = csv::Reader<std::io::Cursor<Vec<u8>>>;

/// Table of a file, read row by row.
pub(crate) struct Table {
    reader: Reader,
    /// Cell of a row for each wanted column.
    columns: Vec<Option<usize>>,
    width: usize,
    /// Whether cells are separated by semicolons, as Excel does where the comma is the decimal
    /// mark.
    pub(crate) has_semicolons: bool,
}

impl Table {
    /// Reads the first line. `column` returns the position of a wanted column by its name in lower
    /// case.
    pub(crate) fn read(
        file: impl Read,
        wanted: &[&'static str],
        column: impl Fn(&str) -> Option<usize>,
    ) -> Result<Self, FileError> {
        let mut bytes = Vec::new();
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_BYTES {
            let error = std::io::Error::other("it is larger than 64 MiB");
            return Err(error.into());
        }
        let first = bytes
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        let has_semicolons = first.contains(&b';') && !first.contains(&b',');
        let mut reader = ReaderBuilder::new()
            .delimiter(if has_semicolons { b';' } else { b',' })
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .comment(Some(b'#'))
            .from_reader(std::io::Cursor::new(bytes));
        let mut header = StringRecord::new();
        let Some(line) = read_record(&mut reader, &mut header)? else {
            return Err(FileError::at(1, FileProblem::NoHeader(wanted.join(", "))));
        };
        let mut columns = vec![None; wanted.len()];
        for (at, name) in header.iter().enumerate() {
            let known = column(&name.to_lowercase().replace(['_', ' ', '-'], ""));
            let Some(slot) = known.and_then(|known| columns.get_mut(known)) else {
                let problem = FileProblem::UnknownColumn {
                    name: name.to_owned(),
                    expected: wanted.join(", "),
                };
                return Err(FileError::at(line, problem));
            };
            if slot.replace(at).is_some() {
                return Err(FileError::at(
                    line,
                    FileProblem::RepeatedColumn(name.to_owned()),
                ));
            }
        }
        Ok(Self {
            reader,
            columns,
            width: header.len(),
            has_semicolons,
        })
    }

    /// Returns whether the file has a wanted column.
    pub(crate) fn has(&self, column: usize) -> bool {
        self.columns.get(column).copied().flatten().is_some()
    }

    /// Returns the line and the cells of the next row, in the order of the wanted columns.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, Vec<String>)>, FileError> {
        let mut row = StringRecord::new();
        let Some(line) = read_record(&mut self.reader, &mut row)? else {
            return Ok(None);
        };
        if row.len() != self.width {
            let problem = FileProblem::CellCount {
                cells: row.len(),
                expected: self.width,
            };
            return Err(FileError::at(line, problem));
        }
        let cells = self.columns.iter().map(|at| {
            let cell = at.and_then(|at| row.get(at));
            cell.unwrap_or_default().to_owned()
        });
        Ok(Some((line, cells.collect())))
    }
}

/// Reads a row and returns its line; `None` at the end of the file.
fn read_record(reader: &mut Reader, row: &mut StringRecord) -> Result<Option<u64>, FileError> {
    let before = reader.position().clone();
    let line = first_line(reader.get_ref().get_ref(), &before);
    match reader.read_record(row) {
        Ok(true) => Ok(Some(line)),
        Ok(false) => Ok(None),
        Err(error) => match error.into_kind() {
            csv::ErrorKind::Io(error) => Err(error.into()),
            csv::ErrorKind::Utf8 { .. } => Err(FileError::at(line, FileProblem::NotUtf8)),
            other => Err(std::io::Error::other(format!("{other:?}")).into()),
        },
    }
}

/// Returns the line of the row after a position: the reader skips empty lines and comments, but its
/// position is before them.
fn first_line(bytes: &[u8], from: &csv::Position) -> u64 {
    let start = usize::try_from(from.byte()).unwrap_or(usize::MAX);
    let mut rest = bytes.get(start..).unwrap_or_default();
    let mut line = from.line();
    while matches!(rest.first(), Some(b'#' | b'\r' | b'\n')) {
        let end = rest.iter().position(|byte| *byte == b'\n');
        rest = end.and_then(|end| rest.get(end + 1..)).unwrap_or_default();
        line += 1;
    }
    line
}
