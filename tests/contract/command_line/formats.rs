//! Output formats: completeness, CSV injection and control characters.

use super::{against, shown};
use crate::server::answer;

const JSON: (&str, &str) = ("Content-Type", "application/json");

fn page(rows: &str) -> Vec<u8> {
    let total = rows.matches("customerName").count();
    let body = format!(r#"{{"Value":[{rows}],"TotalCount":{total}}}"#);
    answer("200 OK", &[JSON], body)
}

fn first_page(rows: &str, total: usize) -> Vec<u8> {
    let next = r#""@nextLink":"license?page=2""#;
    let body = format!(r#"{{"Value":[{rows}],{next},"TotalCount":{total}}}"#);
    answer("200 OK", &[JSON], body)
}

fn last_page(rows: &str, total: usize) -> Vec<u8> {
    let body = format!(r#"{{"Value":[{rows}],"TotalCount":{total}}}"#);
    answer("200 OK", &[JSON], body)
}

const DEPLOYMENT: [&str; 2] = ["commercial", "deployment"];

fn deployment(answers: Vec<Vec<u8>>, more: &[&str]) -> super::Ran {
    against(answers, &[&DEPLOYMENT, more].concat()).0
}

/// Returns the column of this name.
fn column(csv: &str, name: &str) -> Vec<String> {
    let mut lines = csv.lines().map(|line| line.split(','));
    let header = lines.next().unwrap();
    let place = header.clone().position(|known| known == name);
    let place = place.unwrap_or_else(|| panic!("{name}: {csv}"));
    lines
        .map(|mut cells| cells.nth(place).unwrap().to_owned())
        .collect()
}

const NEW: &str = r#"{"customerName":"A","licensesSold":1,"newField":"n","newObject":{"part":2}},
    {"customerName":"B","licensesSold":2,"newList":[1,2]}"#;

/// The service may send properties that are not in the spec yet.
#[test]
fn unknown_properties_are_in_every_format() {
    let ran = deployment(vec![page(NEW)], &["-o", "csv"]);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
    assert_eq!(column(&ran.stdout, "newField"), ["n", ""]);
    assert_eq!(column(&ran.stdout, "newObject.part"), ["2", ""]);
    assert!(ran.stdout.contains("\"[1,2]\""), "{}", ran.stdout);

    let columns = ["--columns", "newField,licensesSold,newobject.Part"];
    for (format, document) in [
        ("csv", "newField,licensesSold,newobject.Part\nn,1,2\n,2,\n"),
        (
            "table",
            "newField  licensesSold  newobject.Part\nn                    1  2\n                     2\n",
        ),
    ] {
        let ran = deployment(vec![page(NEW)], &[&columns[..], &["-o", format]].concat());
        assert_eq!(
            (ran.exit, ran.stdout.as_str(), ran.stderr.as_str()),
            (0, document, "")
        );
    }
    let ran = deployment(vec![page(NEW)], &["-o", "ndjson"]);
    let row: serde_json::Value = serde_json::from_str(ran.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(row["newObject"]["part"], 2);
}

/// A requested column without any value is reported.
#[test]
fn a_column_that_no_row_has_is_reported_as_incomplete() {
    let columns = ["-o", "csv", "--columns", "customerName,licencesSoldInTotal"];
    let ran = deployment(vec![page(NEW)], &columns);
    assert_eq!(ran.exit, 5);
    assert_eq!(
        ran.stderr,
        "warning: no row has the property `licencesSoldInTotal`\n"
    );
    let columns = ["-o", "csv", "--columns", "customerName,licencesSoldd"];
    let ran = deployment(vec![page(NEW)], &columns);
    assert_eq!(ran.exit, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("did you mean `licensesSold`?"),
        "{}",
        ran.stderr
    );
}

/// The header is written with the first rows, so a later property has no column.
#[test]
fn a_property_that_first_occurs_after_the_header_is_reported() {
    let answers = || {
        vec![
            first_page(r#"{"customerName":"A","licensesSold":1}"#, 3),
            last_page(
                r#"{"customerName":"B","newNull":null},{"customerName":"C","newField":"\u001b"}"#,
                3,
            ),
        ]
    };
    let ran = deployment(answers(), &["-o", "csv"]);
    assert_eq!((ran.exit, ran.stdout.lines().count()), (5, 4));
    assert!(
        ran.stderr
            .starts_with("warning: row 3 is the first one with the property `newField`")
            && ran.stderr.contains("--columns"),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    for more in [
        &["-o", "ndjson"][..],
        &["-o", "csv", "--columns", "customerName,newField"],
    ] {
        let ran = deployment(answers(), more);
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{more:?}");
        assert!(ran.stdout.contains("C"), "{}", ran.stdout);
    }
}

/// A resumed run writes its rows under the header of the first run.
#[test]
fn the_columns_of_a_resumed_listing_are_those_of_its_header() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (file, rows) = (path("continuation"), path("rows.csv"));
    let flags = [
        "-o",
        "csv",
        "--output-file",
        &rows,
        "--continuation-file",
        &file,
    ];
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let answers = vec![
        first_page(r#"{"customerName":"A","newField":"n"}"#, 2),
        answer("503 Service Unavailable", &[], ""),
        last_page(r#"{"newField":"m","customerName":"B"}"#, 2),
    ];
    let server = runtime.block_on(crate::server::RawServer::scripted(answers));
    let service = ["--base-url", server.url.as_str(), "--max-attempts", "1"];
    let run = || {
        let arguments = [&DEPLOYMENT[..], &flags, &service].concat();
        super::pcenter(&arguments, &[("PCENTER_ACCESS_TOKEN", "a-token")])
    };
    let ran = run();
    assert_eq!(ran.exit, 5, "{}", ran.stderr);
    let ran = run();
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let document = std::fs::read_to_string(&rows).unwrap();
    assert_eq!(column(&document, "newField"), ["n", "m"]);
    assert_eq!(document.lines().count(), 3);
}

/// Rows with different keys would not form a table.
#[test]
fn all_rows_have_the_same_keys_in_the_documented_order() {
    let documented: Vec<_> = partner_center::Operation::find("commercial_licenses_deployment")
        .unwrap()
        .fields
        .iter()
        .map(|field| field.name)
        .collect();
    let rows = r#"{"licensesSold":1,"customerName":"A","serviceName":""},{"customerName":"B","productName":null}"#;
    let ran = deployment(vec![page(rows)], &["-o", "ndjson"]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    assert_eq!(ran.stdout.lines().count(), 2);
    for line in ran.stdout.lines() {
        let keys = line.match_indices("\":").map(|(end, _)| {
            let start = line[..end].rfind('"').unwrap();
            &line[start + 1..end]
        });
        assert_eq!(keys.collect::<Vec<_>>(), documented, "{line}");
        assert!(line.contains(r#""productName":null"#), "{line}");
    }
}

const FORMULAS: &str = r#"{"customerName":"=HYPERLINK(\"http://x\",\"y\")","licensesSold":1},
    {"customerName":"\t@SUM(A1)","licensesSold":-5},
    {"customerName":"Müller","licensesSold":2}"#;

#[test]
fn csv_is_exact_and_excel_csv_is_escaped() {
    let columns = ["-o", "csv", "--columns", "customerName,licensesSold"];
    let ran = deployment(vec![page(FORMULAS)], &columns);
    let exact = "customerName,licensesSold\n\
        \"=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",1\n\t@SUM(A1),-5\nMüller,2\n";
    assert_eq!((ran.exit, ran.stdout.as_str()), (0, exact));

    let ran = deployment(vec![page(FORMULAS)], &[&columns[..], &["--excel"]].concat());
    let safe = "\u{feff}customerName,licensesSold\n\
        \"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",1\n'\t@SUM(A1),-5\nMüller,2\n";
    assert_eq!((ran.exit, ran.stdout.as_str()), (0, safe));

    for flag in ["--excel", "--no-header"] {
        let ran = deployment(vec![page(FORMULAS)], &["-o", "json", flag]);
        assert_eq!(ran.exit, 2, "{}", ran.stderr);
    }
}

/// Names of customers and of properties are untrusted text.
#[test]
fn control_characters_are_escaped_on_terminals_only() {
    let rows = r#"{"customerName":"A\u001b[31m\u0007\u009b\u007f\u202e","x\u001b[1m":"\u0000"}"#;
    for format in ["table", "json", "ndjson", "yaml", "csv", "tsv", "markdown"] {
        let more = [&DEPLOYMENT[..], &["-o", format, "--wide"]].concat();
        let text = shown(vec![page(rows)], &more);
        // Lines of the header are bold.
        let text: Vec<_> = text
            .lines()
            .map(|line| line.strip_prefix("\u{1b}[1m").unwrap_or(line))
            .map(|line| line.strip_suffix("\u{1b}[0m").unwrap_or(line))
            .collect();
        let text = text.join("\n");
        let separates = |c: char| c == '\n' || (c == '\t' && format == "tsv");
        let steers = |c: char| (c.is_control() && !separates(c)) || c == '\u{202e}';
        assert!(!text.contains(steers), "{format}: {text:?}");
        assert!(text.contains("31m"), "{format}: {text:?}");
    }
    let ran = deployment(vec![page(rows)], &["-o", "csv"]);
    let name = "A\u{1b}[31m\u{7}\u{9b}\u{7f}\u{202e}";
    assert_eq!(column(&ran.stdout, "customerName"), [name]);
}
