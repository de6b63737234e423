//! Listings of several pages: one document, whatever happens on the way.

use super::{against, without_ids};
use crate::server::answer;

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// A page of referrals, with a link to the next one if there is one.
fn page(ids: &[u32], next: Option<&str>, total: u32) -> Vec<u8> {
    let rows: Vec<_> = ids
        .iter()
        .map(|id| format!(r#"{{"id":"R{id}","status":"New"}}"#))
        .collect();
    let next = next.map_or("null".to_owned(), |next| {
        format!("\"referrals?page={next}\"")
    });
    let rows = rows.join(",");
    let body = format!(r#"{{"Value":[{rows}],"@nextLink":{next},"TotalCount":{total}}}"#);
    answer("200 OK", &[JSON], body)
}

fn pages() -> Vec<Vec<u8>> {
    vec![
        page(&[1, 2], Some("2"), 5),
        page(&[3, 4], Some("3"), 5),
        page(&[5], None, 5),
    ]
}

fn unavailable() -> Vec<u8> {
    let body = r#"{"code":"ServiceUnavailable","description":"Try later."}"#;
    answer("503 Service Unavailable", &[JSON], body)
}

const REFERRALS: [&str; 3] = ["referrals", "--columns", "id,status"];

fn referrals(answers: Vec<Vec<u8>>, more: &[&str]) -> (super::Ran, Vec<String>) {
    against(answers, &[&REFERRALS, more].concat())
}

#[test]
fn all_pages_make_one_document() {
    let mut shown = String::new();
    for format in ["table", "json", "ndjson", "csv"] {
        for all in [&[][..], &["--all"]] {
            let (ran, heard) = referrals(pages(), &[&["-o", format], all].concat());
            assert_eq!((ran.exit, ran.stderr.as_str(), heard.len()), (0, "", 3));
            if all.is_empty() {
                shown.push_str(&format!("--- {format}\n{}", ran.stdout));
            }
        }
    }
    insta::assert_snapshot!(shown);
}

/// The rows that came stay, and what is there can be read.
#[test]
fn a_listing_that_breaks_off_is_incomplete_and_valid() {
    let mut shown = String::new();
    let malformed = r#"{"Value":[{"id":"R3"},{"id":"R4","wonDate":"yesterday"}],"@nextLink":null}"#;
    for (name, broken) in [
        ("503", unavailable()),
        ("204", answer("204 No Content", &[], "")),
        (
            "cut off",
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_vec(),
        ),
        ("a malformed row", answer("200 OK", &[JSON], malformed)),
        (
            "a link elsewhere",
            answer(
                "200 OK",
                &[JSON],
                r#"{"Value":[],"@nextLink":"https://example.com/"}"#,
            ),
        ),
    ] {
        let (ran, _) = referrals(vec![page(&[1, 2], Some("2"), 5), broken], &["-o", "json"]);
        assert_eq!(ran.exit, 5, "{name}: {}", ran.stderr);
        let rows: Vec<serde_json::Value> = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(rows.len(), 2, "{name}");
        shown.push_str(&format!("--- {name}\n{}", without_ids(&ran.stderr)));
    }
    for format in ["table", "ndjson", "csv"] {
        let answers = vec![page(&[1, 2], Some("2"), 5), unavailable()];
        let (ran, _) = referrals(answers, &["-o", format]);
        assert_eq!(ran.exit, 5);
        shown.push_str(&format!("--- {format}\n{}", ran.stdout));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_listing_that_never_began_fails_with_its_own_code_and_prints_no_rows() {
    for format in ["table", "json", "ndjson", "csv"] {
        let (ran, _) = referrals(vec![unavailable()], &["-o", format]);
        assert_eq!((ran.exit, ran.stdout.as_str()), (6, ""), "{format}");
    }
}

#[test]
fn an_empty_listing_is_a_document_too() {
    for (format, expected) in [
        ("table", "id  status\n"),
        ("json", "[\n]\n"),
        ("ndjson", ""),
        ("csv", "id,status\n"),
    ] {
        let (ran, _) = referrals(vec![page(&[], None, 0)], &["-o", format]);
        assert_eq!((ran.exit, ran.stdout.as_str()), (0, expected), "{format}");
    }
}

#[test]
fn a_limit_asks_for_no_more_than_it_needs() {
    let target = |head: &String| head.split(' ').nth(1).unwrap().to_owned();
    for (limit, rows, targets) in [
        ("1", 1, vec!["/partner/v1/analytics/referrals?top=1"]),
        ("2", 2, vec!["/partner/v1/analytics/referrals?top=2"]),
        (
            "3",
            3,
            vec![
                "/partner/v1/analytics/referrals?top=3",
                "/partner/v1/analytics/referrals?page=2",
            ],
        ),
    ] {
        let (ran, heard) = referrals(pages(), &["--limit", limit, "-o", "ndjson"]);
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
        assert_eq!(ran.stdout.lines().count(), rows);
        assert_eq!(heard.iter().map(target).collect::<Vec<_>>(), targets);
    }
    let (_, heard) = referrals(pages(), &["--limit", "20000"]);
    assert!(target(&heard[0]).ends_with("?top=9999"));
    let (_, heard) = referrals(pages(), &["--limit", "3", "--top", "2"]);
    assert!(target(&heard[0]).ends_with("?top=2"));
}

#[test]
fn another_number_of_rows_than_stated_is_said() {
    let (ran, _) = referrals(vec![page(&[1], Some("2"), 3), page(&[2], None, 3)], &[]);
    let warning = "warning: the service states 3 rows and sent 2\n";
    assert_eq!((ran.exit, ran.stderr.as_str()), (5, warning));
    let (ran, _) = referrals(vec![page(&[1], Some("2"), 1), page(&[2, 3], None, 1)], &[]);
    let warning = "warning: the service states 1 rows and sent 3\n";
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, warning));
}

#[test]
fn the_next_run_goes_on_where_the_last_one_broke_off() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("referrals.json");
    let file = ["--continuation-file", path.to_str().unwrap(), "-o", "csv"];

    // Nothing was read, so there is nothing to go on from.
    let (ran, _) = referrals(vec![unavailable()], &file);
    assert_eq!((ran.exit, path.exists()), (6, false));

    let (ran, _) = referrals(vec![page(&[1, 2], Some("2"), 5), unavailable()], &file);
    assert_eq!(
        (ran.exit, ran.stdout.as_str()),
        (5, "id,status\nR1,New\nR2,New\n")
    );
    assert!(ran.stderr.contains("goes on from"), "{}", ran.stderr);
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(
        !kept.contains("127.0.0.1") && !kept.contains("a-token-for-tests"),
        "{kept}"
    );

    // Still no luck: nothing was added, so the error's own code, and the file stays.
    let (ran, _) = referrals(vec![unavailable()], &file);
    assert_eq!((ran.exit, ran.stdout.as_str()), (6, ""));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), kept);

    let (ran, heard) = referrals(pages().split_off(1), &file);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
    assert_eq!(ran.stdout, "id,status\nR3,New\nR4,New\nR5,New\n");
    assert!(heard[0].starts_with("GET /partner/v1/analytics/referrals?page=2 "));
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}
