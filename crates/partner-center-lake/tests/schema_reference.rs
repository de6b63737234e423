//! Keeps the page that describes the columns of all tables.

#![allow(
    clippy::unwrap_used,
    reason = "all of this runs in tests, where a panic is how a failure is reported"
)]

use std::fmt::Write;
use std::path::Path;

use partner_center_catalog::{OPERATIONS, Operation, ResponseShape};
use partner_center_lake::{Column, Kind, TableSchema};

const INTRODUCTION: &str = "\
# Columns of Parquet files and of the history

<!-- Generated from the catalog: UPDATE_REFERENCE=1 cargo test -p partner-center-lake --test schema_reference -->

The columns of `pcenter export REPORT -o parquet` and of the tables of `pcenter snapshot`. A table has the
name of its operation. The same text is in the metadata of each column: `meaning` (and `comment`, which Spark
shows), `kind`, and `wireName`, the property of the response.

| kind | type | values |
|---|---|---|
| text | string | as sent |
| guid | string | a GUID in lower case |
| count | bigint | a whole number |
| number | decimal(38,18) | exact; see `asSent` |
| boolean | boolean | |
| timestamp | timestamp | a moment in UTC, in microseconds; without an offset in the response it is UTC |
| json | string | a list or an object as JSON text |

Parts of a nested object have columns of their own, with `_` between the names. A property that the service
adds gets a column when a row has it: text, numbers (decimal), true and false, JSON text of objects and lists.
Spaces and the characters `,;{}()=./` of its name become `_`. A report gets at most 100 such columns. All
columns may be null.

## Columns of every table

";

const PARTITIONS: &str = "
The tables of the history have two more columns, by which they are partitioned. Their values are in the
paths of the files and not in the files:

| column | type | meaning |
|---|---|---|
| `processedDate` | date | Day of the snapshot |
| `isComplete` | boolean | Whether the listing was complete |

`asSent` is null unless a value of the row cannot be represented by the type of its column: a time with
another offset than UTC or with more than six fraction digits, a number with more than 18 fraction digits
(the column is rounded) or more than 20 digits before the point (the column is null). It is an object with
the text of each such value by the name of its column. A second spelling of the same property is there, too.
The date `0001-01-01`, which means \"never\", and empty text are missing values: their columns are null.

Rows of several customers (`--all-customers`, or several `--customer`) of operations about one customer also
have the columns `customerId` and `customerName` unless the operation has them.
";

/// Columns about the origin of rows; the only ones without a property of the response.
fn is_of_origin(column: &Column) -> bool {
    column.wire_name().is_empty()
}

fn line(page: &mut String, column: &Column) {
    let kind = column.kind();
    let wire_name = match column.wire_name() {
        "" => String::new(),
        name if name == column.name() => String::new(),
        name => format!("`{name}`"),
    };
    let meaning = column.meaning().replace('|', "\\|");
    writeln!(
        page,
        "| `{}` | {} | {} | {wire_name} | {meaning} |",
        column.name(),
        kind.type_name(),
        kind.name()
    )
    .unwrap();
}

fn header(page: &mut String) {
    page.push_str("| column | type | kind | property, if named otherwise | meaning |\n");
    page.push_str("|---|---|---|---|---|\n");
}

fn table(page: &mut String, operation: &'static Operation) {
    let Operation {
        id,
        summary,
        documentation,
        ..
    } = operation;
    write!(
        page,
        "\n## {id}\n\n{summary} ([documentation]({documentation})).\n\n"
    )
    .unwrap();
    header(page);
    let schema = TableSchema::of(operation);
    for column in schema
        .columns()
        .iter()
        .filter(|column| !is_of_origin(column))
    {
        line(page, column);
    }
}

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    header(&mut page);
    let first = TableSchema::of(OPERATIONS[0]);
    for column in first.columns().iter().filter(|column| is_of_origin(column)) {
        line(&mut page, column);
    }
    page.push_str(PARTITIONS);
    for operation in OPERATIONS {
        if operation.response != ResponseShape::Empty {
            table(&mut page, operation);
        }
    }
    page
}

/// `UPDATE_REFERENCE=1` writes the page.
#[test]
fn the_schema_reference_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/history-schema.md");
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), page());
}

#[test]
fn every_kind_is_explained() {
    for kind in [
        Kind::Text,
        Kind::Guid,
        Kind::Count,
        Kind::Number,
        Kind::Boolean,
        Kind::Timestamp,
        Kind::Json,
    ] {
        let row = format!("| {} | {} |", kind.name(), kind.type_name());
        assert!(INTRODUCTION.contains(&row), "{row}");
    }
}
