//! `--where`, `--sort`, `--limit` and `--jq`.

use super::listings::{pages, referrals};
use super::{against, pcenter};
use crate::server::answer;

fn sold(numbers: &[&str], next: Option<&str>, total: usize) -> Vec<u8> {
    let rows = numbers.iter().enumerate().map(|(index, number)| {
        format!(r#"{{"customerName":"C{index}","licensesSold":{number},"newField":{index}}}"#)
    });
    let rows: Vec<_> = rows.collect();
    let next = next.map_or("null".to_owned(), |next| {
        format!("\"deployment/license?page={next}\"")
    });
    let body = format!(
        r#"{{"Value":[{}],"@nextLink":{next},"TotalCount":{total}}}"#,
        rows.join(",")
    );
    answer("200 OK", &[("Content-Type", "application/json")], body)
}

fn listing() -> Vec<Vec<u8>> {
    vec![
        sold(&["5", "120"], Some("2"), 6),
        sold(&["7", "30"], Some("3"), 6),
        sold(&["9", "1"], None, 6),
    ]
}

const COLUMNS: [&str; 6] = [
    "commercial",
    "deployment",
    "-o",
    "csv",
    "--columns",
    "licensesSold",
];

fn deployment(more: &[&str]) -> (super::Ran, Vec<String>) {
    against(listing(), &[&COLUMNS[..], more].concat())
}

#[test]
fn conditions_and_order_apply_to_all_pages() {
    for (more, rows, requests) in [
        (&["--where", "licensesSold gt 6"][..], "120\n7\n30\n9\n", 3),
        // A limit counts the rows that match. The page after the last one is requested in advance.
        (
            &["--where", "licensesSold gt 6", "--limit", "2"],
            "120\n7\n",
            3,
        ),
        (
            &["--where", "licensesSold gt 6", "--limit", "1"],
            "120\n",
            2,
        ),
        (&["--sort", "licensesSold"], "1\n5\n7\n9\n30\n120\n", 3),
        (&["--sort", "-licensesSold", "--limit", "2"], "120\n30\n", 3),
        (
            &["--sort", "-licensesSold", "--where", "newField eq 0"],
            "9\n7\n5\n",
            3,
        ),
        (&["--where", "licensesSold eq 6"], "", 3),
    ] {
        let (ran, heard) = deployment(more);
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{more:?}");
        let document = format!("licensesSold\n{rows}");
        assert_eq!(ran.stdout, document, "{more:?}");
        assert!(heard.len() <= requests, "{more:?}: {heard:?}");
        // The number of rows per page does not follow from the number of rows written.
        assert!(!heard[0].contains("top="), "{}", heard[0]);
    }
}

#[test]
fn wrong_names_and_values_are_refused_before_sending() {
    for (more, text) in [
        (
            &["--where", "licenseSold gt 6"][..],
            "did you mean `licensesSold`?",
        ),
        (
            &["--where", "licensesSold gt"],
            "compare columns with values, such as --where",
        ),
        (&["--where", "licensesSold gt 'x'"], "expected a number"),
        (&["--sort", "licenseSold"], "did you mean `licensesSold`?"),
        (&["--sort", "licensesSold,-LicensesSold"], "listed twice"),
        (&["--jq", ".[]"], "--jq needs JSON output"),
    ] {
        let (ran, heard) = deployment(more);
        assert_eq!((ran.exit, heard.len()), (2, 0), "{more:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(text), "{more:?}: {}", ran.stderr);
    }
    let (ran, heard) = against(listing(), &["commercial", "deployment", "--jq", ".["]);
    assert_eq!((ran.exit, heard.len()), (2, 0), "{}", ran.stderr);
    assert!(
        ran.stderr.starts_with("error: --jq: wrong at"),
        "{}",
        ran.stderr
    );
    let unused = ["report", "unused", "--emulator"];
    for flag in ["--columns", "--sort"] {
        let ran = pcenter(&[&unused[..], &[flag, "nonsense"]].concat(), &[]);
        assert_eq!(ran.exit, 2, "{}", ran.stderr);
        assert!(
            ran.stderr.contains("unknown column `nonsense`"),
            "{}",
            ran.stderr
        );
    }
}

/// Of an undocumented property, only the rows show whether it exists.
#[test]
fn a_condition_on_a_property_that_no_row_has_is_reported() {
    let (ran, _) = deployment(&["--where", "otherProperty eq 1"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (5, "licensesSold\n"));
    assert_eq!(
        ran.stderr,
        "warning: no row has the property `otherProperty`\n"
    );
}

#[test]
fn what_cannot_be_resumed_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (file, rows) = (path("continuation"), path("rows"));
    for (more, text) in [
        (
            &["--where", "id ne 'R1'", "--limit", "2"][..],
            "--limit with",
        ),
        (&["--sort", "id", "--output-file", &rows], "sorted rows"),
        (&["--jq", ".", "--output-file", &rows], "results of --jq"),
        (&["-o", "xlsx", "--output-file", &rows], "a workbook"),
    ] {
        let (ran, heard) = referrals(
            pages(),
            &[more, &["--continuation-file", &file][..]].concat(),
        );
        assert_eq!((ran.exit, heard.len()), (2, 0), "{more:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(text), "{more:?}: {}", ran.stderr);
    }
}

#[test]
fn an_expression_gets_all_rows_or_each_row() {
    let command = ["commercial", "deployment"];
    for (more, document) in [
        (&["--jq", "length"][..], "6\n"),
        (
            &["--jq", "map(select(.licensesSold > 10)) | .[].customerName"],
            "C1\nC1\n",
        ),
        (
            &["--jq", ".[]", "--columns", "licensesSold", "--limit", "1"],
            "{\"licensesSold\":5}\n",
        ),
        (
            &["-o", "ndjson", "--jq", ".licensesSold"],
            "5\n120\n7\n30\n9\n1\n",
        ),
    ] {
        let (ran, _) = against(listing(), &[&command[..], more].concat());
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{more:?}");
        assert_eq!(ran.stdout, document, "{more:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.json");
    std::fs::write(&path, "yesterday").unwrap();
    for format in ["json", "ndjson"] {
        let path = path.to_str().unwrap();
        let more = ["-o", format, "--jq", "error(\"no\")", "--output-file", path];
        let (ran, _) = against(listing(), &[&command[..], &more].concat());
        assert_eq!(ran.exit, 1, "{}", ran.stderr);
        assert!(
            ran.stderr.starts_with("error: --jq: \"no\"\n"),
            "{}",
            ran.stderr
        );
        assert_eq!(std::fs::read_to_string(path).unwrap(), "yesterday");
    }
    let unused = ["report", "unused", "--emulator", "--jq"];
    let ran = pcenter(&[&unused[..], &[".report, (.rows | type)"]].concat(), &[]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (0, "unused\narray\n"));
}

#[test]
fn the_format_of_the_variable_gives_way_to_the_flag() {
    let run = |more: &[&str], value: &str| {
        let command = ["licenses", "deployment", "--emulator=documented"];
        pcenter(&[&command[..], more].concat(), &[("PCENTER_OUTPUT", value)])
    };
    assert!(run(&[], "YAML").stdout.starts_with("- "));
    assert!(run(&["-o", "json"], "yaml").stdout.starts_with('['));
    assert_eq!(run(&["--jq", "length"], "yaml").stdout, "2\n");
    assert!(run(&[], " ").stdout.contains("  "));
    let ran = run(&[], "xml");
    assert_eq!(ran.exit, 2);
    assert!(ran.stderr.contains("table, json"), "{}", ran.stderr);
    assert_eq!(run(&["--excel"], "yaml").exit, 2);
}
