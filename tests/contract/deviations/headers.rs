//! Readings of the headers of every call.

use std::sync::Arc;

use contract_tests::generated::cases::OPERATIONS;
use partner_center::credential::StaticTokenCredential;
use partner_center::{Client, ClientBuilder, Locale, RetryOptions};

use super::client;
use crate::documented::Documented;
use crate::server::{RawServer, answer};

/// Returns the values of a header in the requests so far, one list per request.
fn values(server: &RawServer, name: &str) -> Vec<Vec<String>> {
    let heard = server.heard();
    let of = |request: &String| {
        let lines = request
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "));
        lines
            .filter(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
            .collect()
    };
    heard.iter().map(of).collect()
}

/// Every operation sends `v1` once (T66).
#[tokio::test]
async fn every_operation_sends_the_contract_version() {
    for (documented, case) in Documented::all().zip(OPERATIONS) {
        let server = RawServer::start(documented.response_bytes()).await;
        (case.documented[0].1)(&client(&server)).await.unwrap();
        assert_eq!(
            values(&server, "MS-Contract-Version"),
            [["v1"]],
            "{}",
            case.id
        );
    }
}

/// The locale is that of the call, or of the client, or `en-US`.
#[tokio::test]
async fn the_locale_of_the_call_overrides_that_of_the_client() {
    let german: Locale = "de-DE".parse().unwrap();
    let dutch: Locale = "nl-NL".parse().unwrap();
    for (of_client, of_call, expected) in [
        (None, None, "en-US"),
        (Some(german), None, "de-DE"),
        (Some(german), Some(dutch), "nl-NL"),
        (None, Some(dutch), "nl-NL"),
    ] {
        // A listing without rows that both families accept.
        let body = r#"{"items":[]}"#;
        let server = RawServer::start(answer("200 OK", &[], body)).await;
        let client = with_locale(of_client, &server);
        let mut older = client.partner_licenses_deployment();
        let mut newer = client.azure_usage();
        let mut customers = client.customers();
        if let Some(locale) = of_call {
            older = older.x_locale(locale);
            newer = newer.x_locale(locale);
            customers = customers.x_locale(locale);
        }
        older.send().await.unwrap();
        newer.send().await.unwrap();
        customers.send().await.unwrap();
        let sent = values(&server, "X-Locale");
        assert_eq!(sent, [[expected]; 3], "{of_client:?} {of_call:?}");
    }
}

/// Documented requests without a locale send the client's locale.
#[tokio::test]
async fn documented_requests_without_a_locale_send_the_clients_locale() {
    let mut seen = 0;
    for (documented, case) in Documented::all().zip(OPERATIONS) {
        if documented.request.header("X-Locale").is_some() {
            continue;
        }
        seen += 1;
        for (locale, expected) in [(None, "en-US"), (Some("sr-Latn-RS"), "sr-Latn-RS")] {
            let server = RawServer::start(documented.response_bytes()).await;
            let locale = locale.map(|locale| locale.parse().unwrap());
            let client = with_locale(locale, &server);
            (case.documented[0].1)(&client).await.unwrap();
            assert_eq!(values(&server, "X-Locale"), [[expected]], "{}", case.id);
        }
    }
    assert!(seen > 0);
}

fn with_locale(locale: Option<Locale>, server: &RawServer) -> Client {
    let builder = Client::builder()
        .retry(RetryOptions::none())
        .base_url(server.url.clone())
        .credential(Arc::new(StaticTokenCredential::new("a-token-for-tests")));
    let builder = match locale {
        Some(locale) => ClientBuilder::locale(builder, locale),
        None => builder,
    };
    builder.build().unwrap()
}
