//! Check that a program wrote the rows that were sent.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde_json::{Map, Value};

use super::rows::{Rows, columns};

/// Distance of the rows whose values are compared. The last row is compared, too.
const SAMPLED: u64 = 97;

/// Format of a document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Format {
    /// A header and one record per row.
    Csv,
    /// One JSON object per row and line.
    Ndjson,
    /// Typed columns. They are compared as CSV, which a script of DuckDB writes.
    Parquet,
}

/// Compares the rows of a document with the rows that were sent: their number, and the values of a
/// sample. A `null` is an empty cell in CSV.
///
/// # Errors
///
/// If the document cannot be read, or differs from the sent rows; the message contains the position.
pub(super) fn check(file: &Path, format: Format, rows: Rows) -> io::Result<()> {
    let input = BufReader::with_capacity(1 << 16, File::open(file)?);
    let found = match format {
        Format::Csv | Format::Parquet => csv_rows(input, rows)?,
        Format::Ndjson => ndjson_rows(input, rows)?,
    };
    match found == rows.count {
        true => Ok(()),
        false => Err(wrong(format!(
            "the document has {found} rows, {} were sent",
            rows.count
        ))),
    }
}

fn csv_rows(input: impl BufRead, rows: Rows) -> io::Result<u64> {
    let mut reader = csv::Reader::from_reader(input);
    let header = reader.headers()?;
    if !header.iter().eq(columns()) {
        return Err(wrong(format!("the columns are {header:?}")));
    }
    let mut record = csv::StringRecord::new();
    let mut number = 0;
    while reader.read_record(&mut record)? {
        if is_sampled(number, rows) {
            let sent = rows.row(number).map(|value| match value {
                Value::Null => String::new(),
                Value::String(text) => text,
                other => other.to_string(),
            });
            if !record.iter().eq(sent.iter().map(String::as_str)) {
                return Err(wrong(format!(
                    "row {number} is {record:?}, sent was {sent:?}"
                )));
            }
        }
        number += 1;
    }
    Ok(number)
}

fn ndjson_rows(mut input: impl BufRead, rows: Rows) -> io::Result<u64> {
    let mut line = String::new();
    let mut number = 0;
    while input.read_line(&mut line)? > 0 {
        if is_sampled(number, rows) {
            let found: Map<String, Value> = serde_json::from_str(&line)?;
            let sent = rows.row(number);
            let names = columns().map(str::to_owned);
            let sent: Map<String, Value> = names.zip(sent).collect();
            if found != sent {
                return Err(wrong(format!(
                    "row {number} is {found:?}, sent was {sent:?}"
                )));
            }
        }
        line.clear();
        number += 1;
    }
    Ok(number)
}

fn is_sampled(number: u64, rows: Rows) -> bool {
    number < rows.count && (number.is_multiple_of(SAMPLED) || number + 1 == rows.count)
}

fn wrong(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: Rows = Rows {
        seed: 3,
        count: 300,
    };

    fn csv(rows: Rows) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(columns()).unwrap();
        for number in 0..rows.count {
            let cells = rows.row(number).map(|value| match value {
                Value::Null => String::new(),
                value => value.as_str().map_or(value.to_string(), str::to_owned),
            });
            writer.write_record(cells).unwrap();
        }
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    }

    fn ndjson(rows: Rows) -> String {
        let object = |number| {
            let names = columns().map(str::to_owned);
            Value::Object(names.zip(rows.row(number)).collect()).to_string() + "\n"
        };
        (0..rows.count).map(object).collect()
    }

    fn checked(text: &str, format: Format) -> io::Result<()> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        check(file.path(), format, ROWS)
    }

    #[test]
    fn the_sent_rows_are_accepted() {
        checked(&csv(ROWS), Format::Csv).unwrap();
        checked(&ndjson(ROWS), Format::Ndjson).unwrap();
    }

    #[test]
    fn differing_rows_are_an_error() {
        let short = Rows { count: 299, ..ROWS };
        let long = Rows { count: 301, ..ROWS };
        let other = Rows { seed: 4, ..ROWS };
        for (rows, problem) in [
            (short, "299 rows, 300 were sent"),
            (long, "301 rows, 300 were sent"),
            (other, "row 0 is"),
        ] {
            for (text, format) in [(csv(rows), Format::Csv), (ndjson(rows), Format::Ndjson)] {
                let error = checked(&text, format).unwrap_err().to_string();
                assert!(error.contains(problem), "{format:?}: {error}");
            }
        }
        let (right, json) = (csv(ROWS), ndjson(ROWS));
        let row = right.lines().nth(98).unwrap();
        let swapped = right.replacen(row, &row.replacen("reseller", "direct", 1), 1);
        let error = checked(&swapped, Format::Csv).unwrap_err().to_string();
        assert!(error.contains("row 97 is"), "{error}");
        let renamed = right.replacen("customerName", "customer", 1);
        assert!(checked(&renamed, Format::Csv).is_err());
        let missing = json.replacen("\"channel\":\"reseller\",", "", 1);
        assert!(checked(&missing, Format::Ndjson).is_err());
        assert!(checked(&json[..json.len() - 20], Format::Ndjson).is_err());
    }
}
