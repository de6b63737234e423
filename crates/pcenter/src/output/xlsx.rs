//! Excel workbooks: numbers, dates and booleans with their types, text as text and never as a
//! formula. Rows go to a temporary file, so that memory does not grow with their number.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Seek, SeekFrom, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use partner_center::{FieldKind, FieldValue, Row, Timestamp};
use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::Columns;
use super::cells::{Cell, json_text};
use super::table::display_width;

/// Number of rows of a sheet, with the header.
const MAX_ROWS: u32 = 1_048_576;
/// Length of the text of a cell, in UTF-16 units.
const MAX_TEXT: usize = 32_767;
/// Number of decimal digits that Excel keeps.
const MAX_DIGITS: usize = 15;
/// Width of a column, in characters.
const MAX_WIDTH: usize = 60;
/// Space for the button of the filter in the header.
const FILTER_WIDTH: usize = 3;

/// Workbook that is being written.
pub(super) struct Book {
    workbook: Workbook,
    formats: Formats,
    /// The last sheet.
    sheet: Sheet,
    /// Number of rows of a sheet; smaller in tests.
    max_rows: u32,
    /// Whether a sheet was full, so that rows are missing.
    is_full: bool,
    /// Number of texts that were cut.
    cut_texts: u64,
}

#[derive(Default)]
struct Sheet {
    index: usize,
    next_row: u32,
    /// Width of each column, in characters.
    widths: Vec<usize>,
}

struct Formats {
    bold: Format,
    day: Format,
    moment: Format,
    count: Format,
    wrapped: Format,
}

impl std::fmt::Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Book")
    }
}

impl Book {
    /// Creates a workbook. `folder`: that of temporary files, if not the usual one.
    pub(super) fn new(folder: Option<&Path>) -> io::Result<Self> {
        let mut workbook = Workbook::new();
        if let Some(folder) = folder {
            workbook.set_tempdir(folder).map_err(failed)?;
        }
        Ok(Self {
            workbook,
            formats: Formats {
                bold: Format::new().set_bold(),
                day: Format::new().set_num_format("yyyy-mm-dd"),
                moment: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
                count: Format::new().set_num_format("#,##0"),
                wrapped: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            },
            sheet: Sheet::default(),
            max_rows: MAX_ROWS,
            is_full: false,
            cut_texts: 0,
        })
    }

    /// Returns the number of rows of a full sheet; `None` if no rows are missing.
    pub(super) fn full_at(&self) -> Option<u32> {
        self.is_full.then(|| self.max_rows - 1)
    }

    /// Returns the number of texts that were cut.
    pub(super) fn cut_texts(&self) -> u64 {
        self.cut_texts
    }

    /// Begins a sheet with its header.
    pub(super) fn begin(&mut self, name: &str, columns: &Columns) -> io::Result<()> {
        let names = self.workbook.worksheets().len();
        let worksheet = self
            .workbook
            .add_worksheet_with_constant_memory()
            .map_err(failed)?;
        worksheet.set_name(sheet_name(name)).map_err(failed)?;
        worksheet.set_freeze_panes(1, 0).map_err(failed)?;
        self.sheet = Sheet {
            index: names,
            next_row: 1,
            widths: Vec::new(),
        };
        for (column, known) in (0_u16..).zip(&columns.columns) {
            let (text, _) = fitting(&known.name);
            self.sheet.widths.push(display_width(&text) + FILTER_WIDTH);
            worksheet
                .write_string_with_format(0, column, text, &self.formats.bold)
                .map_err(failed)?;
        }
        Ok(())
    }

    /// Writes rows. `number` is that of the first row.
    pub(super) fn rows(
        &mut self,
        rows: &[&dyn Row],
        number: u64,
        columns: &mut Columns,
    ) -> io::Result<()> {
        let mut cells = Vec::new();
        for (row, number) in rows.iter().copied().zip(number..) {
            if self.sheet.next_row >= self.max_rows {
                self.is_full = true;
                return Ok(());
            }
            columns.cells(row, number, &mut cells)?;
            self.row(columns, &cells)?;
        }
        Ok(())
    }

    fn row(&mut self, columns: &Columns, cells: &[Cell<'_>]) -> io::Result<()> {
        let row = self.sheet.next_row;
        self.sheet.next_row += 1;
        let worksheet = self
            .workbook
            .worksheet_from_index(self.sheet.index)
            .map_err(failed)?;
        let mut writer = RowWriter {
            worksheet,
            formats: &self.formats,
            row,
        };
        // The crate panics if its temporary file cannot be written, as on a full disk.
        let write = AssertUnwindSafe(|| {
            for (column, (known, cell)) in (0_u16..).zip(columns.columns.iter().zip(cells)) {
                let written = writer.cell(column, known.kind, cell)?;
                self.cut_texts += u64::from(written.is_cut);
                if let Some(width) = self.sheet.widths.get_mut(usize::from(column)) {
                    *width = written.width.min(MAX_WIDTH).max(*width);
                }
            }
            Ok(())
        });
        catch_unwind(write).unwrap_or_else(|_| {
            Err(io::Error::other(
                "the temporary file of the workbook could not be written: is the disk full?",
            ))
        })
    }

    /// Ends a sheet: sets its filter and the widths of its columns, and writes rows of totals after
    /// an empty row, which the filter leaves alone.
    pub(super) fn end(&mut self, totals: &[&dyn Row], columns: &mut Columns) -> io::Result<()> {
        let last_row = self.sheet.next_row - 1;
        let mut cells = Vec::new();
        if !totals.is_empty() {
            self.sheet.next_row += 1;
        }
        for row in totals.iter().copied() {
            columns.cells(row, 1, &mut cells)?;
            if let Some(first) = cells.first_mut()
                && matches!(first, Cell::Missing)
            {
                *first = Cell::Value(FieldValue::Text("Total"));
            }
            self.row(columns, &cells)?;
        }
        let worksheet = self
            .workbook
            .worksheet_from_index(self.sheet.index)
            .map_err(failed)?;
        for (column, width) in (0_u16..).zip(&self.sheet.widths) {
            let width = u16::try_from(*width).unwrap_or(u16::MAX);
            worksheet
                .set_column_width(column, f64::from(width) + 1.0)
                .map_err(failed)?;
        }
        let columns = u16::try_from(self.sheet.widths.len()).unwrap_or(u16::MAX);
        if let Some(last_column) = columns.checked_sub(1) {
            worksheet
                .autofilter(0, 0, last_row, last_column)
                .map_err(failed)?;
        }
        Ok(())
    }

    /// Adds a sheet of headings and texts.
    pub(super) fn about(&mut self, lines: &[(String, String)]) -> io::Result<()> {
        let worksheet = self.workbook.add_worksheet();
        worksheet.set_name("About").map_err(failed)?;
        worksheet.set_column_width(0, 28).map_err(failed)?;
        worksheet.set_column_width(1, 100).map_err(failed)?;
        for (row, (heading, text)) in (0_u32..).zip(lines) {
            let (heading, _) = fitting(heading);
            let (text, _) = fitting(text);
            worksheet
                .write_string_with_format(row, 0, heading, &self.formats.bold)
                .and_then(|sheet| {
                    sheet.write_string_with_format(row, 1, text, &self.formats.wrapped)
                })
                .map_err(failed)?;
        }
        Ok(())
    }

    /// Writes the workbook.
    pub(super) fn save(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut file = tempfile::tempfile()?;
        catch_unwind(AssertUnwindSafe(|| {
            self.workbook.save_to_writer(io::BufWriter::new(&file))
        }))
        .map_err(|_| io::Error::other("the workbook could not be assembled: is the disk full?"))?
        .map_err(failed)?;
        file.seek(SeekFrom::Start(0))?;
        io::copy(&mut file, out)?;
        Ok(())
    }
}

/// Row of a sheet that is being written.
struct RowWriter<'sheet> {
    worksheet: &'sheet mut Worksheet,
    formats: &'sheet Formats,
    row: u32,
}

/// Extent of a cell.
struct Written {
    width: usize,
    is_cut: bool,
}

impl RowWriter<'_> {
    fn cell(&mut self, column: u16, kind: FieldKind, cell: &Cell<'_>) -> io::Result<Written> {
        let mut buffer = Vec::new();
        match cell {
            Cell::Missing | Cell::Value(FieldValue::Null) => Ok(Written {
                width: 0,
                is_cut: false,
            }),
            Cell::Value(FieldValue::Boolean(value)) => self.boolean(column, *value),
            Cell::Value(FieldValue::Timestamp(time)) => self.time(column, time),
            Cell::Value(FieldValue::Text(text)) => self.text(column, text),
            Cell::Value(value) => {
                let text = value.text(&mut buffer)?;
                match value {
                    FieldValue::Integer(_) | FieldValue::Number(_) => {
                        self.number(column, kind, text)
                    }
                    _ => self.text(column, text),
                }
            }
            Cell::Json(json) => match json.as_bytes().first() {
                Some(b't' | b'f') => self.boolean(column, json == "true"),
                Some(b'0'..=b'9' | b'-') => self.number(column, kind, json),
                _ => self.text(column, json_text(json, &mut buffer)),
            },
        }
    }

    fn boolean(&mut self, column: u16, value: bool) -> io::Result<Written> {
        self.worksheet
            .write_boolean(self.row, column, value)
            .map_err(failed)?;
        Ok(Written {
            width: 5,
            is_cut: false,
        })
    }

    /// Writes a number, or the text of one that Excel would round.
    fn number(&mut self, column: u16, kind: FieldKind, text: &str) -> io::Result<Written> {
        let Some(number) = exact(text) else {
            return self.text(column, text);
        };
        let (row, worksheet) = (self.row, &mut self.worksheet);
        match kind {
            FieldKind::Count => {
                worksheet.write_number_with_format(row, column, number, &self.formats.count)
            }
            _ => worksheet.write_number(row, column, number),
        }
        .map_err(failed)?;
        Ok(Written {
            // With thousands marks.
            width: text.len() + text.len() / 3,
            is_cut: false,
        })
    }

    /// Writes a moment in UTC. Excel has neither time zones nor dates before 1900.
    fn time(&mut self, column: u16, time: &Timestamp) -> io::Result<Written> {
        let Some(utc) = time.to_utc().filter(|utc| utc.year() > 1900) else {
            return self.text(column, time.as_str());
        };
        let year = u16::try_from(utc.year()).unwrap_or(u16::MAX);
        let (hour, minute, second, milli) = utc.to_hms_milli();
        let day = ExcelDateTime::from_ymd(year, utc.month().into(), utc.day()).map_err(failed)?;
        let (value, format, width) = match (hour, minute, second, milli) {
            (0, 0, 0, 0) => (day, &self.formats.day, 10),
            _ => (
                day.and_hms_milli(hour.into(), minute, second, milli)
                    .map_err(failed)?,
                &self.formats.moment,
                19,
            ),
        };
        self.worksheet
            .write_datetime_with_format(self.row, column, &value, format)
            .map_err(failed)?;
        Ok(Written {
            width,
            is_cut: false,
        })
    }

    fn text(&mut self, column: u16, text: &str) -> io::Result<Written> {
        let (text, is_cut) = fitting(text);
        let width = display_width(&text);
        self.worksheet
            .write_string(self.row, column, text)
            .map_err(failed)?;
        Ok(Written { width, is_cut })
    }
}

/// Returns a number if Excel keeps all of its digits.
fn exact(text: &str) -> Option<f64> {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_matches('0');
    let number: f64 = text.parse().ok()?;
    let is_zero = significant.is_empty();
    let is_kept = number.is_finite() && (is_zero || number.is_normal());
    (significant.len() <= MAX_DIGITS && is_kept).then_some(number)
}

/// Returns the text of a cell, and whether it was cut.
fn fitting(text: &str) -> (Cow<'_, str>, bool) {
    if text.len() <= MAX_TEXT || text.encode_utf16().count() <= MAX_TEXT {
        return (Cow::Borrowed(text), false);
    }
    let mut units = 1;
    let start = text.chars().take_while(|c| {
        units += c.len_utf16();
        units <= MAX_TEXT
    });
    let mut cut: String = start.collect();
    cut.push('\u{2026}');
    (Cow::Owned(cut), true)
}

/// Returns a name that Excel accepts for a sheet.
fn sheet_name(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| match c {
            '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'' => '-',
            c if c.is_control() => '-',
            c => c,
        })
        .take(15)
        .collect();
    // The name of a sheet that Excel itself uses.
    match name.is_empty() || name.eq_ignore_ascii_case("history") {
        true => format!("{name} rows").trim().to_owned(),
        false => name,
    }
}

fn failed(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        error => other(&error),
    }
}

fn other(error: &dyn Display) -> io::Error {
    io::Error::other(format!("the workbook could not be written: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_numbers_are_numbers() {
        for (text, is_number) in [
            ("0", true),
            ("-0.0", true),
            ("123456789012345", true),
            ("1234567890123450000", true),
            ("1234567890123456", false),
            ("0.1", true),
            ("1e300", true),
            ("1e400", false),
            ("1e-400", false),
            ("", false),
            ("NaN", false),
        ] {
            assert_eq!(exact(text).is_some(), is_number, "{text}");
        }
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let text = "😀".repeat(20_000);
        let (cut, is_cut) = fitting(&text);
        assert!(is_cut && cut.ends_with('\u{2026}'));
        assert!(cut.encode_utf16().count() <= MAX_TEXT);
        assert_eq!(fitting("short"), (Cow::Borrowed("short"), false));
    }

    #[test]
    fn names_of_sheets_are_accepted_by_excel() {
        for (name, expected) in [
            ("customers", "customers"),
            ("a/b:c*d?e[f]\\'", "a-b-c-d-e-f---"),
            ("", "rows"),
            ("History", "History rows"),
            ("a name of more than fifteen", "a name of more "),
        ] {
            assert_eq!(sheet_name(name), expected);
        }
    }

    use std::io::Cursor;

    use calamine::{Data, DataType, Range, Reader, Xlsx};
    use partner_center::Operation;
    use partner_center::types::CommercialLicensesDeployment;

    fn read(out: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
        Xlsx::new(Cursor::new(out)).unwrap()
    }

    fn written(rows: &[&str], max_rows: u32) -> (Range<Data>, Book) {
        let fields = Operation::find("commercial_licenses_deployment")
            .unwrap()
            .fields;
        let rows: Vec<CommercialLicensesDeployment> = rows
            .iter()
            .map(|row| serde_json::from_str(row).unwrap())
            .collect();
        let rows: Vec<&dyn Row> = rows.iter().map(|row| row as &dyn Row).collect();
        let mut columns = Columns::of_every_value(None, None, fields).unwrap();
        columns.discover(&rows, 1).unwrap();
        columns.fix();
        let folder = tempfile::tempdir().unwrap();
        let mut book = Book::new(Some(folder.path())).unwrap();
        book.max_rows = max_rows;
        book.begin("rows", &columns).unwrap();
        book.rows(&rows, 1, &mut columns).unwrap();
        book.end(&rows[..1], &mut columns).unwrap();
        let mut out = Vec::new();
        book.save(&mut out).unwrap();
        // Temporary files are gone.
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
        (read(out).worksheet_range("rows").unwrap(), book)
    }

    /// Returns the cells of a column below its name.
    fn column(range: &Range<Data>, name: &str) -> Vec<Data> {
        let mut header = range.rows().next().unwrap().iter();
        let place = header.position(|cell| cell == &Data::String(name.to_owned()));
        let place = place.unwrap();
        range.rows().skip(1).map(|row| row[place].clone()).collect()
    }

    #[test]
    fn values_have_their_types_and_text_is_never_a_formula() {
        let rows = [
            r#"{"customerName":"=1+1","licensesSold":1000000,"processedDateTime":"2026-01-31T00:00:00","new":{"flag":true,"big":12345678901234567890}}"#,
            r#"{"customerName":"\u001b[1m_x0041_ \ud83d\ude00\n<b>","licensesSold":-5,"processedDateTime":"1899-12-31T00:00:00","new":{"flag":null,"big":1.5}}"#,
            r#"{"customerName":" x ","processedDateTime":"2026-01-31T23:30:00-02:00"}"#,
        ];
        let (range, book) = written(&rows, MAX_ROWS);
        assert_eq!((book.full_at(), book.cut_texts()), (None, 0));
        let text = |text: &str| Data::String(text.to_owned());
        assert_eq!(
            column(&range, "customerName"),
            [
                text("=1+1"),
                text("\u{1b}[1m_x0041_ 😀\n<b>"),
                text(" x "),
                Data::Empty,
                text("=1+1"),
            ]
        );
        let sold = column(&range, "licensesSold");
        assert_eq!(
            sold[..3],
            [Data::Float(1_000_000.0), Data::Float(-5.0), Data::Empty]
        );
        let days = column(&range, "processedDateTime");
        let day = days[0].as_datetime().unwrap().to_string();
        assert_eq!(day, "2026-01-31 00:00:00");
        assert_eq!(days[1], text("1899-12-31T00:00:00"));
        // In UTC, since Excel has no time zones.
        let moment = days[2].as_datetime().unwrap().to_string();
        assert_eq!(moment, "2026-02-01 01:30:00");
        assert_eq!(
            column(&range, "new.flag")[..2],
            [Data::Bool(true), Data::Empty]
        );
        // A number that Excel would round is a text.
        assert_eq!(
            column(&range, "new.big")[..2],
            [text("12345678901234567890"), Data::Float(1.5)]
        );
    }

    #[test]
    fn a_full_sheet_has_the_first_rows_and_is_reported() {
        let row = r#"{"customerName":"A","licensesSold":1}"#;
        let (range, book) = written(&[row; 5], 4);
        assert_eq!(book.full_at(), Some(3));
        // The header, the rows, and the totals after an empty row.
        assert_eq!(range.height(), 6);
    }
}
