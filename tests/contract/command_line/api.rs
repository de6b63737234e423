//! `pcenter api`: requests for any path.

use super::{against, pcenter, shown};
use crate::server::answer;

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// Body of the `/v1` family with its byte-order mark, a number with a zero at the end and a character
/// that controls terminals.
const BODY: &str = "\u{feff}{\"price\": 1.50, \"name\": \"a\u{9b}31m\"}";

#[test]
fn a_body_is_written_as_it_arrived_without_its_byte_order_mark() {
    let answers = vec![answer("200 OK", &[JSON], BODY)];
    let fields = ["-f", "filter=name eq 'A & B'", "-f", "size=5"];
    let (ran, heard) = against(
        answers,
        &[&["api", "get", "/v1/invoices?x=1"][..], &fields].concat(),
    );
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
    assert_eq!(ran.stdout, BODY.trim_start_matches('\u{feff}'));
    let request = heard[0].to_lowercase();
    assert!(
        heard[0].starts_with("GET /v1/invoices?x=1&filter=name%20eq%20%27A%20%26%20B%27&size=5 "),
        "{request}"
    );
    for header in [
        "authorization: bearer a-token-for-tests",
        "ms-requestid: ",
        "x-locale: en-us",
    ] {
        assert!(request.contains(header), "{request}");
    }
}

#[test]
fn a_terminal_gets_indented_json_that_cannot_control_it() {
    let answers = vec![answer("200 OK", &[JSON], BODY)];
    let text = shown(answers, &["api", "/v1/invoices"]);
    assert_eq!(
        text,
        "{\n  \"price\": 1.50,\n  \"name\": \"a\\u009b31m\"\n}\n"
    );
}

#[test]
fn included_headers_hide_secrets() {
    let headers = [
        JSON,
        ("Set-Cookie", "session=planted"),
        ("MS-ServerId", "1\u{9b}2J"),
    ];
    let answers = vec![answer("201 Created", &headers, "{}")];
    let (ran, _) = against(answers, &["api", "--include", "/v1/invoices"]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.starts_with("HTTP 201 Created\n"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("set-cookie: (hidden)\n"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains('\u{9b}'), "{}", ran.stdout);
    assert!(ran.stdout.ends_with("\n\n{}"), "{}", ran.stdout);
}

#[test]
fn head_prints_headers_and_expects_no_body() {
    let headers = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\n\
                   Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\n";
    let (ran, heard) = against(vec![headers.into()], &["api", "HEAD", "-v", "/v1/invoices"]);
    assert_eq!((ran.exit, heard.len()), (0, 1), "{}", ran.stderr);
    assert!(heard[0].starts_with("HEAD /v1/invoices "), "{heard:?}");
    assert!(
        ran.stdout.contains("content-length: 99999999\n\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn the_body_of_an_error_is_on_stdout_and_its_meaning_on_stderr() {
    let body = r#"{"code":404,"description":"Not here."}"#;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("body.json");
    let file = ["--output-file", path.to_str().unwrap()];
    let answers = vec![answer("404 Not Found", &[JSON], body)];
    let arguments = ["api", "/partner/v1/analytics/comercial/usage/licence?top=1"];
    let (ran, _) = against(answers, &[&arguments[..], &file].concat());
    assert_eq!((ran.exit, ran.stdout.as_str()), (6, body));
    assert!(ran.stderr.contains("404 Not Found"), "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("did you mean `/partner/v1/analytics/commercial/usage/license`?"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("--verbose"), "{}", ran.stderr);
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[test]
fn a_body_that_is_not_json_is_written_unless_pages_are_read() {
    let csv = answer("200 OK", &[("Content-Type", "text/csv")], "a,b\n1,2\n");
    let (ran, _) = against(vec![csv.clone()], &["api", "/v1/invoices/1/file"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (0, "a,b\n1,2\n"));
    let (ran, _) = against(vec![csv], &["api", "--paginate", "/v1/invoices/1/file"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (6, ""), "{}", ran.stderr);
}

#[test]
fn pages_of_every_kind_become_one_array() {
    let page = |body: &str| answer("200 OK", &[JSON], body);
    let answers = vec![
        page(r#"{"Value":[{"a": 1.50}],"@nextLink":"/partner/v1/other?page=2"}"#),
        page(
            r#"{"items":[2,"x\ny"],"links":{"next":{"uri":"/other?page=3","headers":[{"key":"MS-ContinuationToken","value":"t"}]}}}"#,
        ),
        page(r#"{"value":[],"nextLink":null}"#),
    ];
    let (ran, heard) = against(answers.clone(), &["api", "--paginate", "/partner/v1/other"]);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
    assert_eq!(ran.stdout, "[\n  {\"a\":1.50},\n  2,\n  \"x\\ny\"\n]\n");
    assert_eq!(heard.len(), 3);
    assert!(
        heard[2]
            .to_lowercase()
            .contains("ms-continuationtoken: t\r\n"),
        "{}",
        heard[2]
    );

    let lines = ["api", "--paginate", "-o", "ndjson", "/partner/v1/other"];
    let (ran, _) = against(answers, &lines);
    assert_eq!(
        (ran.exit, ran.stdout.as_str()),
        (0, "{\"a\":1.50}\n2\n\"x\\ny\"\n")
    );
}

#[test]
fn expressions_are_applied_to_the_body_all_rows_or_each_row() {
    let page = || {
        vec![answer(
            "200 OK",
            &[JSON],
            r#"{"Value":[{"a":"x"},{"a":1.50}]}"#,
        )]
    };
    for (flags, expected) in [
        (&["--jq", ".Value[].a"][..], "x\n1.50\n"),
        (&["--paginate", "--jq", "length, .[0].a"], "2\nx\n"),
        (&["--paginate", "-o", "ndjson", "--jq", ".a"], "x\n1.50\n"),
    ] {
        let (ran, _) = against(page(), &[&["api", "/partner/v1/other"], flags].concat());
        assert_eq!(
            (ran.exit, ran.stdout.as_str()),
            (0, expected),
            "{flags:?}: {}",
            ran.stderr
        );
    }
    let (ran, _) = against(page(), &["api", "/partner/v1/other", "--jq", ".Value + 1"]);
    assert_eq!(ran.exit, 1, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("error: --jq: "), "{}", ran.stderr);
    let text = vec![answer("200 OK", &[("Content-Type", "text/plain")], "hello")];
    let (ran, _) = against(text, &["api", "/v1/other", "--jq", "."]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (6, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("not JSON"), "{}", ran.stderr);
}

#[test]
fn an_interrupted_listing_is_a_valid_array() {
    let answers = vec![
        answer(
            "200 OK",
            &[JSON],
            r#"{"Value":[1],"@nextLink":"/partner/v1/other?page=2"}"#,
        ),
        answer("500 Internal Server Error", &[JSON], "{}"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.json");
    std::fs::write(&path, "yesterday").unwrap();
    let arguments = ["api", "--paginate", "/partner/v1/other"];
    let (ran, _) = against(answers.clone(), &arguments);
    assert_eq!(
        (ran.exit, ran.stdout.as_str()),
        (5, "[\n  1\n]\n"),
        "{}",
        ran.stderr
    );
    let file = ["--output-file", path.to_str().unwrap()];
    let (ran, _) = against(answers, &[&arguments[..], &file].concat());
    assert_eq!((ran.exit, ran.stdout.as_str()), (5, ""));
    assert!(ran.stderr.contains("is unchanged"), "{}", ran.stderr);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "yesterday");
}

#[test]
fn a_link_to_another_host_is_not_followed() {
    let body = r#"{"Value":[1],"@nextLink":"https://other.example/partner/v1/other"}"#;
    let answers = vec![answer("200 OK", &[JSON], body)];
    let (ran, heard) = against(answers, &["api", "--paginate", "/partner/v1/other"]);
    assert_eq!((ran.exit, heard.len()), (5, 1), "{}", ran.stderr);
    assert!(ran.stderr.contains("other.example"), "{}", ran.stderr);
}

#[test]
fn curl_gets_a_command_without_the_token() {
    let (ran, heard) = against(Vec::new(), &["api", "--curl", "/v1/invoices?name='x'"]);
    assert_eq!((ran.exit, heard.len()), (0, 0), "{}", ran.stderr);
    assert!(
        ran.stdout.starts_with("curl --globoff 'http://127.0.0.1:"),
        "{}",
        ran.stdout
    );
    for part in [
        "/v1/invoices?name=%27x%27' \\\n",
        "--header 'x-locale: en-US' \\\n",
        "--header 'authorization: Bearer REDACTED' \\\n",
    ] {
        assert!(ran.stdout.contains(part), "{}", ran.stdout);
    }
    assert!(!ran.stdout.contains("a-token-for-tests"));
    assert!(ran.stderr.contains("was not sent"), "{}", ran.stderr);
}

#[test]
fn wrong_requests_are_explained_and_send_nothing() {
    for (arguments, message) in [
        (&["POST", "/v1/customers"][..], "`POST` is not GET or HEAD"),
        (&["GET"], "no path after GET"),
        (&["GET", "/v1/a", "/v1/b"], "'/v1/b'"),
        (&["v1/customers"], "help: write `/v1/customers`"),
        (&["C:/Program Files/Git/v1/customers"], "MSYS_NO_PATHCONV"),
        (
            &["https://other.example/v1/customers"],
            "on `https://other.example`",
        ),
        (&["//other.example/v1"], "two slashes"),
        (&["/v1/customers", "-f", "size"], "expected NAME=VALUE"),
        (
            &["HEAD", "--paginate", "/v1/customers"],
            "a response to HEAD has none",
        ),
        (&["/v1/customers", "-o", "ndjson"], "--paginate"),
        (
            &["/v1/customers", "--curl", "--include"],
            "cannot be used with",
        ),
        (&["/v1/customers", "--output-file", "/"], "not"),
        (
            &["/v1/customers", "--jq", ".", "--curl"],
            "cannot be used with",
        ),
        (
            &["HEAD", "/v1/customers", "--jq", "."],
            "a response to HEAD has none",
        ),
        (&["/v1/customers", "--jq", ".["], "--jq: "),
    ] {
        let (ran, heard) = against(Vec::new(), &[&["api"], arguments].concat());
        assert_eq!(
            (ran.exit, heard.len()),
            (2, 0),
            "{arguments:?}: {}",
            ran.stderr
        );
        assert!(
            ran.stderr.contains(message),
            "{arguments:?}: {}",
            ran.stderr
        );
    }
}

/// The emulator checks the link, its headers and the token of every page.
#[test]
fn listings_of_the_emulator_are_complete() {
    for (path, fields) in [
        ("/v1/customers", ["-f", "size=20"]),
        ("/partner/v1/analytics/subscriptions", ["-f", "top=100"]),
    ] {
        let arguments = ["api", "--paginate", path, "--emulator"];
        let ran = pcenter(&[&arguments[..], &fields].concat(), &[]);
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{path}");
        let all: Vec<serde_json::Value> = serde_json::from_str(&ran.stdout).unwrap();
        let whole = pcenter(&["api", path, "--emulator"], &[]);
        let whole: serde_json::Value = serde_json::from_str(&whole.stdout).unwrap();
        let rows = whole.get("Value").or_else(|| whole.get("items")).unwrap();
        assert!(all.len() > 20, "{path}");
        assert_eq!(rows.as_array().unwrap(), &all, "{path}");
    }
}
