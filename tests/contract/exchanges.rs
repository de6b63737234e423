//! The exchanges of `openapi/exchanges` through the client and through the emulator: request
//! line, headers, and the bytes of the body. Names of headers are compared case-insensitively
//! (RFC 9110, 5.1), because hyper writes them in lower case or with capitals after dashes, neither
//! of which is `MS-RequestId`.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use contract_tests::generated::cases::OPERATIONS;
use partner_center::credential::StaticTokenCredential;
use partner_center::{Client, Operation};
use partner_center_emulator::{DataSet, Emulator, TokenOptions};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::documented::Documented;
use crate::server::RawServer;

/// The client sends the documented request and decodes the documented response.
#[tokio::test]
async fn the_client_sends_the_documented_request() {
    for documented in Documented::all_with_variants() {
        let id = documented.name.as_str();
        let case = OPERATIONS
            .iter()
            .find(|case| case.id == documented.operation.id)
            .unwrap();
        let (_, call) = case
            .documented
            .iter()
            .find(|(name, _)| *name == id)
            .unwrap();
        let server = RawServer::start(documented.response_bytes()).await;
        let client = client(&server);
        call(&client)
            .await
            .unwrap_or_else(|error| panic!("{id}: {error}"));

        let heard = server.heard().remove(0);
        let mut lines = heard.lines();
        let sent = lines.next().unwrap();
        let target = sent
            .strip_prefix(documented.request.method().unwrap())
            .and_then(|line| line.strip_prefix(' '))
            .and_then(|line| line.strip_suffix(" HTTP/1.1"));
        // One documentation page does not encode spaces (T19).
        let documented_target = documented.target().replace(' ', "%20");
        let [sent_target, documented_target] = [target.unwrap(), &documented_target].map(decoded);
        assert_eq!(sent_target, documented_target, "{id}");
        assert!(!sent.contains('+'), "{id}: {sent}");

        let sent: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        // An empty body has no type and no length, and HTTP/1.1 connections are persistent
        // by default; the other headers identify the client and differ.
        let left_out = [
            "Content-Type",
            "Content-Length",
            "MS-PartnerCenter-Client",
            "Connection",
            "MS-SdkVersion",
        ];
        for (name, value) in &documented.request.headers {
            let value = match name.as_str() {
                name if left_out.contains(&name) => continue,
                "Host" => server.url.authority().to_owned(),
                _ => value.clone(),
            };
            assert!(
                sent.contains(&(name.to_ascii_lowercase(), value)),
                "{id}: {name} in {sent:?}"
            );
        }
        // Only these headers are sent in addition (T66).
        let known = [
            "accept-encoding",
            "ms-contract-version",
            "user-agent",
            "host",
            "x-locale",
            "ms-requestid",
            "ms-correlationid",
        ];
        for (name, _) in &sent {
            let documented = documented.request.header(name).is_some();
            assert!(documented || known.contains(&name.as_str()), "{id}: {name}");
        }
    }
}

fn client(server: &RawServer) -> Client {
    Client::builder()
        .base_url(server.url.clone())
        .credential(Arc::new(StaticTokenCredential::new("<token>")))
        .build()
        .unwrap()
}

fn decoded(target: &str) -> String {
    let url = url::Url::parse("http://localhost")
        .unwrap()
        .join(target)
        .unwrap();
    let mut pairs: Vec<String> = url
        .query_pairs()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    // The order of parameters is not significant.
    pairs.sort_unstable();
    format!("{}?{}", url.path(), pairs.join("&"))
}

/// Checks ids and rows of the first documented response.
#[tokio::test]
async fn the_client_decodes_the_documented_response() {
    let operation = Operation::find("partner_licenses_deployment").unwrap();
    let server = RawServer::start(Documented::of(operation).response_bytes()).await;
    let answer = client(&server)
        .partner_licenses_deployment()
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.request_id(), "25b6edd5-1f53-456b-b48c-c64f60ec2dda");
    assert_eq!(
        answer.correlation_id(),
        "6492b9d6-5629-429b-934c-040b1946e760"
    );
    assert_eq!(answer.server_id(), Some("102030524"));
    assert_eq!(answer.total_count, Some(2));
    assert_eq!(answer.items[1].licenses_sold, 4464);
    assert_eq!(
        answer.items[1].processed_date_time.to_string(),
        "2017-03-14T03:25:16.36+00:00"
    );
}

/// The emulator returns the documented response to the documented request.
#[tokio::test]
async fn the_emulator_returns_the_documented_responses() {
    for documented in Documented::all() {
        let id = documented.operation.id;
        let date = documented.response.header("Date");
        let now = date.map_or(UNIX_EPOCH + Duration::from_secs(1_500_000_000), |date| {
            OffsetDateTime::parse(date, &Rfc2822).unwrap().into()
        });
        let emulator = Emulator::builder()
            .data(DataSet::documented())
            .clock(move || now)
            .start()
            .await
            .unwrap();
        let method = documented.request.method().unwrap();
        let mut request = format!("{method} {} HTTP/1.1\r\n", documented.target());
        for (name, value) in &documented.request.headers {
            let value = match name.as_str() {
                "Authorization" => format!("Bearer {}", emulator.mint_token(TokenOptions::new())),
                "Host" => emulator.url().authority().to_owned(),
                _ => value.clone(),
            };
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if documented.request.header("Host").is_none() {
            request.push_str(&format!("Host: {}\r\n", emulator.url().authority()));
        }
        request.push_str("Connection: close\r\n\r\n");
        request.push_str(&documented.request.body);

        let mut stream = tokio::net::TcpStream::connect(emulator.url().authority())
            .await
            .unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();

        let end = answer
            .windows(4)
            .position(|end| end == b"\r\n\r\n")
            .unwrap();
        let (head, body) = (
            String::from_utf8(answer[..end].to_vec()).unwrap(),
            &answer[end + 4..],
        );
        assert_eq!(
            head.lines().next(),
            Some(documented.response.start_line.as_str()),
            "{id}"
        );
        for (name, value) in &documented.response.headers {
            // The correlation vector is new in each response (T69).
            if name == "MS-CV" {
                continue;
            }
            // The emulator generates an id if the documented request has none.
            let echoed = name.starts_with("MS-") && name.ends_with("Id") && name != "MS-ServerId";
            let value = match echoed {
                true => documented.request.header(name).unwrap_or(value),
                false => value,
            };
            let line = format!("{}: {value}", name.to_ascii_lowercase());
            assert!(
                head.lines().any(|sent| sent == line),
                "{id}: `{line}` in\n{head}"
            );
        }
        // Only these headers are sent in addition; 7 of the pages omit them (T69).
        for name in head
            .lines()
            .skip(1)
            .filter_map(|line| Some(line.split_once(": ")?.0))
        {
            let known = [
                "connection",
                "date",
                "ms-correlationid",
                "ms-requestid",
                "ms-cv",
                "ms-serverid",
            ];
            let documented = documented.response.header(name).is_some();
            assert!(documented || known.contains(&name), "{id}: {name}");
        }
        assert_eq!(body, documented.wire_body, "{id}");
        emulator.shutdown().await;
    }
}

/// Every exchange has the length of its body on the wire (T1, T2).
#[test]
fn the_documented_lengths_match_the_bodies() {
    for documented in Documented::all_with_variants() {
        let stated = documented.response.header("Content-Length").unwrap();
        let length = documented.wire_body.len().to_string();
        assert_eq!(length, stated, "{}", documented.name);
    }
}

/// The table has the lengths that the documentation states correctly, including the byte-order
/// mark. Every exchange without a departure has one of them.
#[test]
fn exchanges_without_a_departure_have_the_length_of_the_page() {
    let lengths: Vec<(String, usize)> = Documented::all_with_variants()
        .into_iter()
        .filter(|documented| documented.source.departure.is_none())
        .map(|documented| (documented.name, documented.wire_body.len()))
        .collect();
    let expected = [
        ("customer_licenses_deployment", 1012),
        ("customer_licenses_usage", 1726),
        ("customers", 1839),
        ("partner_licenses_deployment", 487),
        ("partner_licenses_usage", 1156),
        ("subscribed_skus/no_match", 71),
    ];
    for (name, length) in expected {
        assert!(lengths.contains(&(name.to_owned(), length)), "{name}");
    }
}

/// Each exchange names its page and, in one line, its differences from it.
#[test]
fn sources_and_departures() {
    let lines: Vec<String> = Documented::all_with_variants()
        .into_iter()
        .map(|documented| {
            let page = documented
                .source
                .page
                .rsplit('/')
                .next()
                .unwrap()
                .to_owned();
            let departure = documented
                .source
                .departure
                .unwrap_or_else(|| "none".to_owned());
            format!("{} from {page}\n  {departure}", documented.name)
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

/// The exchanges have the documentation's alternative names of two properties (T26, T30).
#[test]
fn exchanges_have_the_documented_names() {
    for (operation, name, table_name) in [
        (
            "commercial_licenses_usage",
            "licenseActive",
            "licensesActive",
        ),
        (
            "indirect_resellers",
            "latestSubscriptionDeprovisionedEndDate",
            "latestSubscriptionDeprovisionedDate",
        ),
    ] {
        let documented = Documented::of(Operation::find(operation).unwrap());
        let body = &documented.response.body;
        assert!(body.contains(&format!("\"{name}\"")), "{operation}");
        assert!(!body.contains(&format!("\"{table_name}\"")), "{operation}");
    }
}
