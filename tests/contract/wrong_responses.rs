//! Undocumented responses: the values are correct, or the result reports that it is incomplete.
//! Each case runs through the client and through `pcenter`.

mod cases;

use std::sync::Arc;

use partner_center::credential::StaticTokenCredential;
use partner_center::paging::UnreadableRows;
use partner_center::{Client, Error, ErrorKind, RetryOptions};

use crate::command_line::against;
use crate::server::{RawServer, answer};

use cases::{CASES, Response, ok};

const JSON: (&str, &str) = ("Content-Type", "application/json; charset=utf-8");

fn bytes(responses: &[Response]) -> Vec<Vec<u8>> {
    let of = |(status, body): &Response| answer(status, &[JSON], body);
    responses.iter().map(of).collect()
}

async fn client(responses: impl IntoIterator<Item = Vec<u8>>) -> (RawServer, Client) {
    let server = RawServer::scripted(responses).await;
    let client = Client::builder()
        .retry(RetryOptions::none())
        .base_url(server.url.clone())
        .credential(Arc::new(StaticTokenCredential::new("a-token-for-tests")))
        .build()
        .unwrap();
    (server, client)
}

#[test]
fn the_command_line_is_correct_or_reports_incompleteness() {
    const COMMAND: [&str; 6] = ["commercial", "deployment", "--top", "2", "-o", "ndjson"];
    for case in CASES {
        let (ran, _) = against(bytes(case.responses), &COMMAND);
        let responses = case.responses;
        assert_eq!(ran.exit, case.exit, "{responses:?}: {}", ran.stderr);
        let names: Vec<String> = ran
            .stdout
            .lines()
            .map(|row| {
                let row: serde_json::Value = match serde_json::from_str(row) {
                    Ok(row) => row,
                    // `serde_json` cannot parse a number of this size.
                    Err(_) => return "\u{fffd}A".to_owned(),
                };
                row["customerName"].as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(names, case.rows, "{responses:?}");
        for part in case.stdout {
            assert!(ran.stdout.contains(part), "{responses:?}: {}", ran.stdout);
        }
        for part in case.stderr {
            assert!(ran.stderr.contains(part), "{responses:?}: {}", ran.stderr);
        }
        let is_quiet = case.exit == 0 && case.stderr.is_empty();
        assert_eq!(ran.stderr.is_empty(), is_quiet, "{}", ran.stderr);
        assert!(!ran.stderr.contains("Fabrikam"), "{}", ran.stderr);
    }
}

#[tokio::test]
async fn the_client_is_correct_or_reports_incompleteness() {
    for case in CASES {
        let responses = case.responses;
        let (_server, client) = client(bytes(responses)).await;
        let listing = client.commercial_licenses_deployment().top(2).pages();
        let listing = listing.on_unreadable_row(UnreadableRows::SkipAndReport);
        let (rows, is_complete) = match listing.collect_all().await {
            Ok(all) => (all.rows, all.completeness.is_complete()),
            Err(error) => {
                assert!(
                    !format!("{error} {error:?}").contains("Fabrikam"),
                    "{error}"
                );
                (error.into_partial().rows, false)
            }
        };
        let names = rows.iter().map(|row| row.customer_name.as_deref());
        let names: Vec<_> = names.map(Option::unwrap).collect();
        assert_eq!(names, case.rows, "{responses:?}");
        assert_eq!(is_complete, case.exit == 0, "{responses:?}");
    }
}

const ROW: &str = r#"{"proratedDeploymentPercent":20,"licensesSold":1,"processedDateTime":"2017-03-10T00:00:00+00:00"}"#;

/// Lists of the older family are one response, without pages.
#[tokio::test]
async fn lists_in_one_response_keep_the_rows_beside_an_error() {
    let bad = ROW.replace(":1,", r#":"Fabrikam","#);
    let (status, no_time) = ("200 OK", r#"{"code":"E1","message":"no time"}"#);
    for (body, exit, rows, text) in [
        (
            format!(r#"{{"items":[{ROW}],"totalCount":1,"error":{no_time}}}"#),
            5,
            1,
            "code E1: no time",
        ),
        (
            format!(r#"{{"items":[{ROW},{{"error":{no_time}}},{ROW}]}}"#),
            5,
            1,
            "code E1: no time",
        ),
        (
            format!(r#"{{"items":[],"odata.error":{no_time}}}"#),
            6,
            0,
            "code E1: no time",
        ),
        (no_time.to_owned(), 6, 0, "code E1: no time"),
        (
            format!(r#"{{"items":[{ROW},{bad},{ROW}],"totalCount":3}}"#),
            5,
            2,
            "row 2 of page 1 cannot be read: `items[1].licensesSold`",
        ),
        (
            format!(r#"{{"items":[{ROW},{bad}],"totalCount":9}}"#),
            5,
            1,
            "states 9 rows and sent 2",
        ),
        (
            format!(r#"{{"items":[{ROW}],"links":{{"next":{{"to":"/x"}}}}}}"#),
            5,
            1,
            "`links` (there may be more rows)",
        ),
        (
            format!(
                r#"{{"items":[{ROW},{{"attributes":{{"objectType":"Error"}},"code":4,"message":"no time"}}]}}"#
            ),
            5,
            1,
            "code 4: no time",
        ),
        (
            format!(r#"{{"rows":[{ROW}]}}"#),
            6,
            0,
            "missing field `items`; the response has `rows`",
        ),
        (format!(r#"{{"items":[{ROW}],"totalCount":1}}"#), 0, 1, ""),
    ] {
        let response = answer(status, &[JSON], &body);
        let (_server, client) = client([response.clone()]).await;
        let read = client.partner_licenses_deployment().send().await;
        if let Ok(list) = &read {
            assert_eq!(list.unknown_properties().is_empty(), exit == 0, "{body}");
        }
        if let Err(error) = read {
            let partial = error.partial::<partner_center::Collection<
                partner_center::types::PartnerLicensesDeploymentInsights,
            >>();
            let found = partial.map_or(0, |partial| partial.list.items.len());
            assert_eq!(found, rows, "{body}");
        }
        let command = ["licenses", "deployment", "-o", "ndjson"];
        let (ran, _) = std::thread::spawn(move || against(vec![response], &command))
            .join()
            .unwrap();
        assert_eq!(
            (ran.exit, ran.stdout.lines().count()),
            (exit, rows),
            "{body}: {}",
            ran.stderr
        );
        assert!(ran.stderr.contains(text), "{body}: {}", ran.stderr);
        assert!(!ran.stderr.contains("Fabrikam"), "{}", ran.stderr);
        for row in ran.stdout.lines() {
            assert!(row.contains(r#""proratedDeploymentPercent":20,"#), "{row}");
        }
    }
}

const CUSTOMER: &str = "4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04";

#[tokio::test]
async fn a_single_object_has_a_documented_property_or_is_an_error() {
    for (body, kind, text) in [
        (
            r#"{"errors":[{"code":"E1","message":"no time"}]}"#,
            ErrorKind::Service,
            "code E1: no time",
        ),
        (
            r#"{"id":"c","error":{"code":"E1","message":"no time"}}"#,
            ErrorKind::Service,
            "code E1",
        ),
        (
            r#"{"status":"failed","message":"no time"}"#,
            ErrorKind::Service,
            "no time",
        ),
        (
            r#"{"data":{"id":"Fabrikam"}}"#,
            ErrorKind::UnexpectedResponse,
            "the response has `data`",
        ),
        ("{}", ErrorKind::UnexpectedResponse, "no property"),
        (
            r#"{"ID":null,"links":{"self":{"uri":"/x"}}}"#,
            ErrorKind::UnexpectedResponse,
            "no documented property has a value; the response has `ID`, `links`",
        ),
        (
            r#"{"id":"Fabrikam","results":[{"id":"c"}],"attributes":{"objectType":"Collection"}}"#,
            ErrorKind::UnexpectedResponse,
            "the response has `attributes`, `id`, `results`",
        ),
        (
            r#"{"attributes":{"objectType":"Error"},"errorCode":"E1","errorMessage":"no time"}"#,
            ErrorKind::Service,
            "code E1: no time",
        ),
        (
            r#"{"id":"c","errorCode":"E1","description":"no time"}"#,
            ErrorKind::Service,
            "code E1: no time",
        ),
    ] {
        let (_server, client) = client(bytes(&[ok(body)])).await;
        let error = client.customer(CUSTOMER).send().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{body}: {error}");
        assert!(error.to_string().contains(text), "{body}: {error}");
        assert!(
            !format!("{error} {error:?}").contains("Fabrikam"),
            "{error}"
        );
        let exit = std::thread::spawn(move || {
            against(bytes(&[ok(body)]), &["customers", "show", CUSTOMER])
                .0
                .exit
        });
        assert_eq!(exit.join().unwrap(), 6, "{body}");
    }
    let (_server, client) =
        client(bytes(&[ok(r#"{"ID":"c","new":12345678901234567890.5}"#)])).await;
    let customer = client.customer(CUSTOMER).send().await.unwrap();
    assert_eq!(
        customer.additional_properties.json("new"),
        Some("12345678901234567890.5")
    );
}

/// A success with another status than 200 gives its rows and an error.
#[tokio::test]
async fn a_success_other_than_200_is_not_a_complete_list() {
    for status in [
        "201 Created",
        "202 Accepted",
        "203 Non Authoritative Information",
        "206 Partial Content",
        "207 Multi-Status",
    ] {
        let body = format!(r#"{{"items":[{ROW}],"totalCount":1}}"#);
        let response = answer(status, &[JSON, ("Content-Range", "bytes 0-9/900")], &body);
        let (_server, client) = client([response]).await;
        let error = client.partner_licenses_deployment().send().await;
        let error = error.unwrap_err();
        type List =
            partner_center::Collection<partner_center::types::PartnerLicensesDeploymentInsights>;
        let partial = error.partial::<List>().unwrap();
        assert_eq!(partial.list.items.len(), 1, "{status}");
        let ended_by = partial.ended_by.unwrap();
        assert_eq!(ended_by.status(), error.status(), "{status}");
    }
}

/// A response with the content type of a problem is an error, independent of its properties.
#[tokio::test]
async fn a_problem_by_its_content_type_is_an_error() {
    let problem = [("Content-Type", "application/problem+json; charset=utf-8")];
    let body = r#"{"Value":[],"TotalCount":0,"detail":"no time"}"#;
    let (_server, client) = client([answer("200 OK", &problem, body)]).await;
    let error = client.referrals().send().await.unwrap_err();
    assert!(matches!(error, Error::Service(_)), "{error}");
    assert_eq!(error.description(), Some("no time"));

    let body = r#"{"Value":[{"id":"a"}],"TotalCount":1,"title":"no time"}"#;
    let (_server, client) = self::client([answer("200 OK", &problem, body)]).await;
    let error = client.referrals().pages().collect_all().await.unwrap_err();
    assert_eq!(error.error().call().unwrap().description(), Some("no time"));
    assert_eq!(error.into_partial().rows.len(), 1);
}

#[tokio::test]
async fn a_builder_does_not_print_its_filter() {
    let (_server, client) = client([]).await;
    let request = client
        .commercial_licenses_deployment()
        .filter("customerName eq 'Fabrikam'");
    assert_eq!(
        format!("{request:?}"),
        "CommercialLicensesDeployment { .. }"
    );
}
