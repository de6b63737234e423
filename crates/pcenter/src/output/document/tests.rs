use std::sync::LazyLock;

use partner_center::{AdditionalProperties, Field, FieldKind, FieldValue, Row, Timestamp};

use super::*;
use crate::output::Format;
use crate::output::table::Look;

/// Row of a report.
#[derive(Debug)]
pub(super) struct Seats {
    customer: String,
    sold: i64,
    renews: Option<Timestamp>,
}

static NONE: LazyLock<AdditionalProperties> = LazyLock::new(AdditionalProperties::default);

impl Row for Seats {
    fn names(&self) -> &'static [&'static str] {
        &["customerName", "licensesSold", "renewalDate"]
    }

    fn value(&self, position: usize) -> FieldValue<'_> {
        match position {
            0 if self.customer.is_empty() => FieldValue::Null,
            0 => FieldValue::Text(&self.customer),
            1 => FieldValue::Integer(self.sold),
            2 => self
                .renews
                .as_ref()
                .map_or(FieldValue::Null, FieldValue::Timestamp),
            _ => FieldValue::Null,
        }
    }

    fn additional(&self) -> &AdditionalProperties {
        &NONE
    }
}

pub(super) static FIELDS: [Field; 3] = [
    Field::new("customerName", FieldKind::Text, "Name of the customer"),
    Field::new("licensesSold", FieldKind::Count, "Licences sold"),
    Field::new("renewalDate", FieldKind::Timestamp, "Next renewal"),
];

fn row(customer: &str, sold: i64, renews: &str) -> Box<dyn Row> {
    Box::new(Seats {
        customer: customer.to_owned(),
        sold,
        renews: renews.parse().ok(),
    })
}

/// Returns a document with a table of totals, an empty one, and untrusted names.
pub(super) fn document() -> Document {
    let section = |name, title: &str| Section {
        name,
        title: title.to_owned(),
        fields: &FIELDS,
        columns: Vec::new(),
        rows: Vec::new(),
        totals: Vec::new(),
        chart: None,
    };
    Document {
        report: "unused",
        title: "Unused licences".to_owned(),
        as_of: "2026-11-25".to_owned(),
        summary: vec!["412 of 5,120 seats | are unused.".to_owned()],
        sections: vec![
            Section {
                rows: vec![
                    row("A, \"Ltd\" <b>|\u{1b}[31m", 1_234, "2027-01-31T00:00:00"),
                    row("=1+1", 2, ""),
                ],
                totals: vec![row("", 1_236, "")],
                ..section("customers", "Customers")
            },
            section("renewals", "Renewals"),
        ],
        sources: vec!["deployment: processed 2026-11-24".to_owned()],
        notes: vec!["Deployed means assigned.".to_owned()],
    }
}

fn written(format: Format, typed: Option<&str>, look: Look) -> String {
    let output = DocumentOutput::of(format, typed, look);
    let mut out = Vec::new();
    output.write_to(&document(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_format_has_its_part_of_a_document() {
    let plain = Look::default();
    assert_eq!(
        written(Format::Table, None, plain),
        "Unused licences (2026-11-25)\n\
         412 of 5,120 seats | are unused.\n\n\
         Customers\ncustomerName             licensesSold  renewalDate\n\
         A, \"Ltd\" <b>|\\u{1b}[31m          1234  2027-01-31T00:00:00\n\
         =1+1                                2\n\
         -----------------------  ------------  -------------------\n\
         Total                            1236\n\n\
         Renewals\ncustomerName  licensesSold  renewalDate\nno rows\n\n\
         Sources\n- deployment: processed 2026-11-24\n\n\
         Notes\n- Deployed means assigned.\n"
    );
    assert_eq!(
        written(Format::Csv, Some("licensesSold,customerName"), plain),
        "licensesSold,customerName\n1234,\"A, \"\"Ltd\"\" <b>|\u{1b}[31m\"\n2,=1+1\n"
    );
    assert!(written(Format::Tsv, None, plain).contains("\n=1+1\t2\t\n"));
    assert_eq!(
        written(Format::Markdown, Some("customerName,licensesSold"), plain),
        "# Unused licences\n\nAs of 2026-11-25.\n\n412 of 5,120 seats \\| are unused.\n\n## Customers\n\n\
         | customerName | licensesSold |\n| --- | ---: |\n\
         | A, \"Ltd\" &lt;b&gt;\\|\\\\u{1b}\\[31m | 1234 |\n| =1+1 | 2 |\n\
         | **Total** | **1236** |\n\n## Renewals\n\nNo rows.\n\n\
         ## Sources\n\n- deployment: processed 2026-11-24\n\n\
         ## Notes\n\n- Deployed means assigned.\n"
    );
    assert_eq!(
        written(Format::Yaml, None, plain),
        "report: \"unused\"\ntitle: \"Unused licences\"\nasOf: \"2026-11-25\"\nsummary:\n  \
         - \"412 of 5,120 seats | are unused.\"\nrows:\n  \
         - customerName: \"A, \\\"Ltd\\\" <b>|\\u001b[31m\"\n    licensesSold: 1234\n    \
         renewalDate: \"2027-01-31T00:00:00\"\n  \
         - customerName: \"=1+1\"\n    licensesSold: 2\n    renewalDate: null\n\
         totals:\n  - customerName: null\n    licensesSold: 1236\n    renewalDate: null\n\
         renewals: []\nsources:\n  - \"deployment: processed 2026-11-24\"\nnotes:\n  \
         - \"Deployed means assigned.\"\n"
    );
}

#[test]
fn json_has_all_sections() {
    let json = written(Format::Json, Some("licensesSold"), Look::default());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let keys: Vec<_> = json.as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 9, "{keys:?}");
    assert_eq!(
        json["rows"],
        serde_json::json!([{"licensesSold": 1234}, {"licensesSold": 2}])
    );
    assert_eq!(json["totals"], serde_json::json!([{"licensesSold": 1236}]));
    assert_eq!(json["renewals"], serde_json::json!([]));
    assert_eq!(json["asOf"], "2026-11-25");
    let lines = written(Format::Ndjson, None, Look::default());
    assert!(lines.lines().count() == 2 && lines.starts_with("{\"customerName\":"));
}

#[test]
fn a_terminal_gets_readable_values_that_fit() {
    let look = |width| Look {
        terminal: true,
        colour: false,
        width: Some(width),
    };
    let shown = written(Format::Table, None, look(60));
    assert!(shown.contains("2027-01-31"), "{shown}");
    assert!(
        shown.contains("1,234") && !shown.contains("00:00"),
        "{shown}"
    );
    let longest = shown.lines().map(crate::output::table::display_width).max();
    assert!(longest <= Some(60), "{shown}");
    let shown = written(Format::Table, None, look(20));
    assert!(
        shown.contains("customerName  =1+1\nlicensesSold  2\n"),
        "{shown}"
    );
    assert!(
        shown.contains("412 of 5,120 seats |\nare unused.\n"),
        "{shown}"
    );
}

#[test]
fn charts_are_bars_on_terminals_that_have_space() {
    let mut document = document();
    document.sections[0].chart = Some(Chart {
        title: "Licences sold",
        labels: &["customerName"],
        value: "licensesSold",
        whole: None,
        is_series: false,
    });
    let shown = |width| {
        let look = Look {
            terminal: width > 0,
            colour: false,
            width: Some(width).filter(|width| *width > 0),
        };
        let mut out = Vec::new();
        let output = DocumentOutput::of(Format::Table, None, look);
        output.write_to(&document, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let text = shown(60);
    let bar = format!("=1+1                     {}  2\n", "░".repeat(24));
    assert!(
        text.contains("\nLicences sold\n") && text.contains(&bar),
        "{text}"
    );
    assert!(
        text.contains(&format!("{}  1,234\n", "█".repeat(24))),
        "{text}"
    );
    for width in [0, 59] {
        assert!(!shown(width).contains('█'));
    }
}

#[cfg(feature = "xlsx")]
#[test]
fn a_workbook_has_the_columns_of_the_table_first_and_then_all_others() {
    use calamine::{Reader, Xlsx};

    let mut document = document();
    document.sections[0].columns = vec!["renewalDate", "licensesSold"];
    let mut out = Vec::new();
    let output = DocumentOutput::of(Format::Xlsx, None, Look::default());
    output.write_to(&document, &mut out).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(out)).unwrap();
    let sheet = book.worksheet_range("customers").unwrap();
    let texts = |row: usize| -> Vec<String> {
        let cells = sheet.rows().nth(row).unwrap().iter();
        cells.map(ToString::to_string).collect()
    };
    assert_eq!(texts(0), ["renewalDate", "licensesSold", "customerName"]);
    assert_eq!(texts(2), ["", "2", "=1+1"]);
}

#[test]
fn bars_of_a_series_have_equal_distances_and_include_the_last() {
    let chart = |is_series| Chart {
        title: "",
        labels: &[],
        value: "",
        whole: None,
        is_series,
    };
    for all in [0, 1, 2, 11, 12, 13, 100, 365] {
        let bars = chart(true).chosen((0..all).collect::<Vec<usize>>(), 12);
        assert_eq!(bars.len(), all.min(12));
        assert_eq!(bars.last().copied(), all.checked_sub(1));
        let steps: Vec<_> = bars.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let [least, most] = [steps.iter().min(), steps.iter().max()];
        assert!(
            least
                .zip(most)
                .is_none_or(|(least, most)| most - least <= 1),
            "{bars:?}"
        );
    }
    let first = chart(false).chosen((0..100).collect::<Vec<usize>>(), 12);
    assert_eq!(first, (0..12).collect::<Vec<_>>());
}
