//! Listings of several pages: the output is one document, also after errors.

use std::path::Path;

use super::{against, without_ids};
use crate::server::answer;

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// Returns a page of referrals, optionally with a next link.
pub(super) fn page(ids: &[u32], next: Option<&str>, total: u32) -> Vec<u8> {
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

pub(super) fn pages() -> Vec<Vec<u8>> {
    vec![
        page(&[1, 2], Some("2"), 5),
        page(&[3, 4], Some("3"), 5),
        page(&[5], None, 5),
    ]
}

pub(super) fn unavailable() -> Vec<u8> {
    let body = r#"{"code":"ServiceUnavailable","description":"Try later."}"#;
    answer("503 Service Unavailable", &[JSON], body)
}

const REFERRALS: [&str; 3] = ["referrals", "--columns", "id,status"];

pub(super) fn referrals(answers: Vec<Vec<u8>>, more: &[&str]) -> (super::Ran, Vec<String>) {
    against(answers, &[&REFERRALS, more].concat())
}

/// Runs a command that resumes from the file, against the same service on another port.
fn resumed(answers: Vec<Vec<u8>>, file: &Path, more: &[&str]) -> (super::Ran, Vec<String>) {
    let mut stdout = Vec::new();
    let (mut ran, heard) = resumed_into(&mut stdout, answers, file, more);
    ran.stdout = String::from_utf8(stdout).unwrap();
    (ran, heard)
}

fn resumed_into(
    stdout: &mut dyn std::io::Write,
    answers: Vec<Vec<u8>>,
    file: &Path,
    more: &[&str],
) -> (super::Ran, Vec<String>) {
    let flag = ["--continuation-file", file.to_str().unwrap()];
    let arguments = [&REFERRALS, more, &flag].concat();
    super::against_into(stdout, answers, &arguments, false, |url| {
        if let Ok(text) = std::fs::read_to_string(file) {
            let port = regex::Regex::new("http://127.0.0.1:[0-9]+").unwrap();
            let origin = url.origin().ascii_serialization();
            std::fs::write(file, port.replace_all(&text, origin).as_bytes()).unwrap();
        }
    })
}

#[test]
fn all_pages_form_one_document() {
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

/// The received rows are kept, and the output is valid.
#[test]
fn an_interrupted_listing_is_incomplete_and_valid() {
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
        // The rows before the malformed one are printed as well.
        let came = if name == "a malformed row" { 3 } else { 2 };
        assert_eq!(rows.len(), came, "{name}");
        shown.push_str(&format!("--- {name}\n{}", without_ids(&ran.stderr)));
    }
    let (ran, _) = referrals(vec![page(&[], Some("2"), 5), unavailable()], &[]);
    assert_eq!(ran.exit, 5, "{}", ran.stderr);
    shown.push_str(&format!("--- no rows\n{}", without_ids(&ran.stderr)));
    for format in ["table", "ndjson", "csv"] {
        let answers = vec![page(&[1, 2], Some("2"), 5), unavailable()];
        let (ran, _) = referrals(answers, &["-o", format]);
        assert_eq!(ran.exit, 5);
        shown.push_str(&format!("--- {format}\n{}", ran.stdout));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_listing_that_fails_on_its_first_page_prints_no_rows() {
    for format in ["table", "json", "ndjson", "csv"] {
        let (ran, _) = referrals(vec![unavailable()], &["-o", format]);
        assert_eq!((ran.exit, ran.stdout.as_str()), (6, ""), "{format}");
    }
}

#[test]
fn an_empty_listing_is_a_valid_document() {
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
fn a_row_limit_requests_no_more_rows_than_needed() {
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
fn a_row_count_that_differs_from_the_stated_one_is_reported() {
    let (ran, _) = referrals(vec![page(&[1], Some("2"), 3), page(&[2], None, 3)], &[]);
    let warning = "warning: the service states 3 rows and sent 2\n";
    assert_eq!((ran.exit, ran.stderr.as_str()), (5, warning));
    let (ran, _) = referrals(vec![page(&[1], Some("2"), 1), page(&[2, 3], None, 1)], &[]);
    let warning = "warning: the service states 1 row and sent 3\n";
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, warning));
}

#[test]
fn the_next_run_resumes_after_an_interruption() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("referrals.json");
    let file = ["-o", "csv"];

    // No rows were read, so there is no continuation.
    let (ran, _) = resumed(vec![unavailable()], &path, &file);
    assert_eq!((ran.exit, path.exists()), (6, false));

    let (ran, _) = resumed(
        vec![page(&[1, 2], Some("2"), 5), unavailable()],
        &path,
        &file,
    );
    assert_eq!(
        (ran.exit, ran.stdout.as_str()),
        (5, "id,status\nR1,New\nR2,New\n")
    );
    assert!(ran.stderr.contains("resumes from"), "{}", ran.stderr);
    let kept = without_ids(&std::fs::read_to_string(&path).unwrap());
    assert!(!kept.contains("a-token-for-tests"), "{kept}");

    // No rows were added: the listing is still interrupted, and the file is kept.
    let (ran, _) = resumed(vec![unavailable()], &path, &file);
    assert_eq!((ran.exit, ran.stdout.as_str()), (5, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("resumes from"), "{}", ran.stderr);
    assert_eq!(without_ids(&std::fs::read_to_string(&path).unwrap()), kept);

    // The remaining rows are written to stdout after the header of the first run.
    let (ran, heard) = resumed(pages().split_off(1), &path, &file);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.starts_with("resuming from ")
            && ran.stderr.ends_with("2 rows were already written\n"),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.stdout, "R3,New\nR4,New\nR5,New\n");
    assert!(heard[0].starts_with("GET /partner/v1/analytics/referrals?page=2 "));
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

/// Each run prints the next rows, independent of page limits, and each row once.
#[test]
fn limited_runs_resume_until_the_listing_has_ended() {
    /// Returns pages of two rows from this offset.
    fn pages_from(offset: u32, link: &str) -> Vec<Vec<u8>> {
        if offset >= 5 {
            return vec![page(&[], None, 5)];
        }
        let begins = (offset..5).step_by(2);
        begins
            .map(|begin| {
                let end = (begin + 2).min(5);
                let ids: Vec<_> = (begin + 1..=end).collect();
                let next = (end < 5).then(|| format!("{end}&{link}={end}"));
                page(&ids, next.as_deref(), 5)
            })
            .collect()
    }
    /// Returns the number of rows before the page in the continuation file.
    fn offset(file: &std::path::Path) -> u32 {
        let Ok(text) = std::fs::read_to_string(file) else {
            return 0;
        };
        let stored: serde_json::Value = serde_json::from_str(&text).unwrap();
        let next = stored["next"].as_str().unwrap();
        let url = url::Url::parse("http://localhost").unwrap().join(next);
        let known = ["page", "skip"];
        let url = url.unwrap();
        let mut query = url.query_pairs();
        let found = query.find(|(name, _)| known.contains(&&**name));
        found.map_or(0, |(_, value)| value.parse().unwrap())
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("referrals.json");
    // Links with and without the number of rows before them.
    for (link, limit) in (1..=6).flat_map(|limit| [("skip", limit), ("token", limit)]) {
        let name = limit.to_string();
        let limited = ["-o", "ndjson", "--limit", &name];
        let (mut rows, mut runs) = (Vec::new(), 0);
        loop {
            let (ran, _) = resumed(pages_from(offset(&path), link), &path, &limited);
            assert_eq!(ran.exit, 0, "{link}, {limit}: {}", ran.stderr);
            let given: Vec<_> = ran.stdout.lines().map(str::to_owned).collect();
            assert!(given.len() <= limit, "{link}, {limit}: {given:?}");
            rows.extend(given);
            runs += 1;
            assert!(runs < 10, "{link}, {limit}: {rows:?}");
            assert_eq!(ran.stderr.contains("resumes from"), path.exists());
            if !path.exists() {
                break;
            }
        }
        let expected: Vec<_> = (1..=5)
            .map(|id| format!("{{\"id\":\"R{id}\",\"status\":\"New\"}}"))
            .collect();
        assert_eq!(rows, expected, "{link}, {limit}");
    }
}

#[test]
fn an_unusable_continuation_file_is_kept_and_sends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("referrals.json");
    let (ran, _) = resumed(pages(), &path, &["--limit", "2"]);
    assert_eq!((ran.exit, path.exists()), (0, true));
    let stored = std::fs::read_to_string(&path).unwrap();
    let other = stored.replace("\"version\":", "\"version\":7");
    std::fs::write(&path, &other).unwrap();
    let (ran, heard) = resumed(pages(), &path, &[]);
    assert_eq!((ran.exit, heard.len()), (2, 0), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("help: remove the file to start again")
            && !ran.stderr.contains("resumes from"),
        "{}",
        ran.stderr
    );
    let kept = std::fs::read_to_string(&path).unwrap();
    assert_eq!(without_ids(&kept), without_ids(&other));
}

/// The rows beside an error are printed once, also after several attempts.
#[test]
fn an_error_beside_rows_repeats_no_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("referrals.json");
    let form = ["-o", "ndjson"];
    let failed = || {
        let body = r#"{"Value":[{"id":"R3","status":"New"}],"error":{"message":"no time"}}"#;
        answer("200 OK", &[JSON], body)
    };
    let (ran, _) = resumed(vec![page(&[1, 2], Some("2"), 5), failed()], &path, &form);
    assert_eq!(
        (ran.exit, ran.stdout.lines().count()),
        (5, 3),
        "{}",
        ran.stderr
    );
    let (ran, _) = resumed(vec![failed()], &path, &form);
    assert_eq!((ran.exit, ran.stdout.as_str()), (5, ""), "{}", ran.stderr);
    let (ran, _) = resumed(pages().split_off(1), &path, &form);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let ids: Vec<_> = ran.stdout.lines().map(|row| &row[6..9]).collect();
    assert_eq!((ids, path.exists()), (vec!["\"R4", "\"R5"], false));
}

#[test]
fn a_malformed_row_is_reported_and_other_rows_are_kept() {
    let rows = r#"[{"id":"R3","wonDate":"yesterday"},{"id":"R4","status":"New"}]"#;
    let body = format!(r#"{{"Value":{rows},"@nextLink":"referrals?page=3","TotalCount":5}}"#);
    let answers = vec![
        page(&[1, 2], Some("2"), 5),
        answer("200 OK", &[JSON], body),
        page(&[5], None, 5),
    ];
    let (ran, _) = referrals(answers, &["-o", "ndjson"]);
    let ids: Vec<_> = ran.stdout.lines().map(|row| &row[7..9]).collect();
    assert_eq!((ran.exit, ids), (5, vec!["R1", "R2", "R4", "R5"]));
    let named = "row 1 of page 2 cannot be read: `Value[0].wonDate`: expected a timestamp";
    assert!(ran.stderr.contains(named), "{}", ran.stderr);
    assert!(!ran.stderr.contains("yesterday"), "{}", ran.stderr);
}

#[test]
fn a_limited_run_that_fails_immediately_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("referrals.json");
    let file = ["-o", "csv"];
    let limited = [&file[..], &["--limit", "3"]].concat();
    let (ran, _) = resumed(pages(), &path, &limited);
    assert_eq!((ran.exit, ran.stdout.lines().count()), (0, 4));
    let kept = without_ids(&std::fs::read_to_string(&path).unwrap());

    let (ran, _) = resumed(vec![unavailable()], &path, &limited);
    assert_eq!((ran.exit, ran.stdout.as_str()), (5, ""));
    assert_eq!(without_ids(&std::fs::read_to_string(&path).unwrap()), kept);

    let (ran, _) = resumed(pages().split_off(1), &path, &file);
    assert_eq!((ran.exit, ran.stdout.as_str()), (0, "R4,New\nR5,New\n"));
    assert!(!path.exists());
}

/// The continuation file refers to rows that were already written.
#[test]
fn an_outdated_continuation_file_is_removed_and_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("referrals.json");
    let file = ["-o", "csv"];
    let (ran, _) = resumed(
        vec![page(&[1, 2], Some("2"), 5), unavailable()],
        &path,
        &file,
    );
    assert_eq!((ran.exit, path.exists()), (5, true));

    let in_a_circle =
        r#"{"Value":[{"id":"R3","status":"New"}],"@nextLink":"https://example.com/"}"#;
    let (ran, _) = resumed(vec![answer("200 OK", &[JSON], in_a_circle)], &path, &file);
    assert_eq!((ran.exit, ran.stdout.as_str()), (5, "R3,New\n"));
    assert!(!path.exists());
    assert!(
        ran.stderr
            .contains("was removed: the next run starts again"),
        "{}",
        ran.stderr
    );
}

#[test]
fn output_that_cannot_be_written_leaves_the_file_as_it_was() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("referrals.json");
    let file = ["-o", "csv"];
    let (ran, _) = resumed(
        vec![page(&[1, 2], Some("2"), 5), unavailable()],
        &path,
        &file,
    );
    assert_eq!((ran.exit, path.exists()), (5, true));
    let kept = without_ids(&std::fs::read_to_string(&path).unwrap());
    let (ran, _) = resumed_into(&mut Full, pages().split_off(1), &path, &file);
    assert_eq!(ran.exit, 1, "{}", ran.stderr);
    let cut = "as it was when 2 rows had been written: remove all later rows from the output";
    assert!(ran.stderr.contains(cut), "{}", ran.stderr);
    assert_eq!(without_ids(&std::fs::read_to_string(&path).unwrap()), kept);
}

/// The continuation of one day's report does not apply to the next day's.
#[test]
fn a_continuation_of_another_query_is_rejected_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("referrals.json");
    let first = ["-o", "csv", "--filter", "status eq 'New'"];
    let broken = vec![page(&[1, 2], Some("2"), 5), unavailable()];
    let (ran, _) = resumed(broken, &path, &first);
    assert_eq!((ran.exit, path.exists()), (5, true), "{}", ran.stderr);
    for (other, difference) in [
        (
            &["-o", "csv", "--filter", "status eq 'Won'"][..],
            "--filter was \"status eq 'New'\" and is \"status eq 'Won'\"",
        ),
        (
            &["-o", "csv"],
            "--filter was \"status eq 'New'\" and is not given",
        ),
        (
            &["-o", "csv", "--filter", "status eq 'New'", "--skip", "1"],
            "--skip was not given and is \"1\"",
        ),
        (
            &["-o", "json", "--filter", "status eq 'New'"],
            "--output was \"csv\" and is \"json\"",
        ),
    ] {
        let (ran, heard) = resumed(pages(), &path, other);
        assert_eq!((ran.exit, heard.len()), (2, 0), "{}", ran.stderr);
        assert_eq!(ran.stdout, "");
        assert!(ran.stderr.contains(difference), "{}", ran.stderr);
        assert!(
            ran.stderr.contains("help: to resume that listing"),
            "{}",
            ran.stderr
        );
        assert!(path.exists());
    }
    // Options that do not affect the rows may change.
    let more = [&first[..], &["--limit", "9", "--top", "7"]].concat();
    let (ran, _) = resumed(pages().split_off(1), &path, &more);
    assert_eq!((ran.exit, path.exists()), (0, false), "{}", ran.stderr);
}

/// The continuation has a token of the service, which expires.
#[test]
fn an_expired_page_token_is_reported() {
    for status in ["400 Bad Request", "404 Not Found", "410 Gone"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("referrals.json");
        let broken = vec![page(&[1, 2], Some("2"), 5), unavailable()];
        let (ran, _) = resumed(broken, &path, &["-o", "csv"]);
        assert_eq!((ran.exit, path.exists()), (5, true), "{}", ran.stderr);
        let (ran, _) = resumed(vec![answer(status, &[JSON], "{}")], &path, &["-o", "csv"]);
        assert_eq!((ran.exit, ran.stdout.as_str()), (5, ""), "{}", ran.stderr);
        assert!(
            ran.stderr.contains("the token of a page expires")
                && ran
                    .stderr
                    .contains("help: remove the continuation file to start again")
                && !ran.stderr.contains("resumes from"),
            "{}",
            ran.stderr
        );
        assert!(path.exists());
    }
}

/// A byte-order mark, which editors on Windows write, has no effect.
#[test]
fn a_byte_order_mark_in_the_continuation_file_is_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("referrals.json");
    let (ran, _) = resumed(pages(), &path, &["--limit", "2", "-o", "ndjson"]);
    assert_eq!((ran.exit, path.exists()), (0, true), "{}", ran.stderr);
    let stored = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("\u{feff}{stored}")).unwrap();
    let (ran, _) = resumed(pages().split_off(1), &path, &["-o", "ndjson"]);
    assert_eq!(
        (ran.exit, ran.stdout.lines().count()),
        (0, 3),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_csv_header_can_be_omitted() {
    let (ran, _) = referrals(pages(), &["-o", "csv", "--no-header"]);
    assert_eq!((ran.exit, ran.stdout.lines().next()), (0, Some("R1,New")));
    let (ran, _) = referrals(vec![page(&[], None, 0)], &["-o", "csv", "--no-header"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (0, ""));
}

#[test]
fn rows_beyond_the_limit_of_an_operation_are_reported() {
    let more = [
        r#""links":{"next":{"uri":"/v1/analytics/more","method":"GET"}}"#,
        r#""continuationToken":"AQ==""#,
    ];
    for more in more {
        let body = format!(
            r#"{{"items":[{{"proratedDeploymentPercent":1.0,"licensesSold":1,"processedDateTime":"2017-03-14"}}],{more}}}"#
        );
        let answers = vec![answer("200 OK", &[JSON], body)];
        let (ran, heard) = against(answers, &["licenses", "deployment", "-o", "ndjson"]);
        let warning = "warning: the service has more rows than this operation can read\n";
        assert_eq!((ran.exit, ran.stderr.as_str()), (5, warning));
        assert_eq!((ran.stdout.lines().count(), heard.len()), (1, 1));
    }
}

#[test]
fn a_response_that_is_too_large_names_the_flag() {
    let flag = ["--body-limit", "20"];
    let (ran, _) = referrals(pages(), &flag);
    assert_eq!(ran.exit, 6);
    let large = answer("200 OK", &[JSON], "x".repeat(3000));
    let answers = vec![page(&[1, 2], Some("2"), 5), large];
    let (later, _) = referrals(answers, &["--body-limit", "2000"]);
    assert_eq!(later.exit, 5);
    for text in [ran.stderr, later.stderr] {
        assert!(text.contains("raise it with --body-limit"), "{text}");
        assert!(!text.contains("ClientBuilder"), "{text}");
    }
}
