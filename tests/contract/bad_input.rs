//! Invalid responses and invalid parameters.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use contract_tests::chain;
use partner_center::credential::StaticTokenCredential;
use partner_center::decode::DecodeError;
use partner_center::{Client, ClientBuilder, Error, ErrorKind, RetryOptions};

use crate::server::{RawServer, answer};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const TOKEN: &str = "a-token-for-tests-that-must-not-be-printed";

fn builder(server: &RawServer) -> ClientBuilder {
    Client::builder()
        .retry(RetryOptions::none())
        .base_url(server.url.clone())
        .credential(Arc::new(StaticTokenCredential::new(TOKEN)))
}

/// Returns the error of a call with this response.
async fn error(bytes: Vec<u8>) -> Error {
    let server = RawServer::start(bytes).await;
    let client = builder(&server).build().unwrap();
    let error = client
        .partner_licenses_deployment()
        .send()
        .await
        .unwrap_err();
    let mut printed = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(cause) = source {
        printed.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    assert!(!printed.contains(TOKEN), "{printed}");
    assert!(
        !printed.contains("Fabrikam"),
        "a body reached an error: {printed}"
    );
    error
}

fn row(licenses_sold: &str) -> String {
    format!(
        r#"{{"proratedDeploymentPercent":0.0,"licensesSold":{licenses_sold},"processedDateTime":"2017-03-10T00:00:00+00:00","serviceName":"Fabrikam"}}"#
    )
}

#[tokio::test]
async fn a_wrong_type_names_the_row_and_keeps_the_ids() {
    let rows = [row("1"), row("2"), row("3"), row("\"Fabrikam\"")].join(",");
    let ids = [JSON, ("MS-RequestId", "r-1"), ("MS-CorrelationId", "c-1")];
    let error = error(answer("200 OK", &ids, format!("{{\"items\":[{rows}]}}"))).await;
    assert_eq!(
        error.to_string(),
        "the response to `partner_licenses_deployment` is not as documented: \
         `items[3].licensesSold`: expected a whole number, found a string (line 1, column 440) \
         (MS-RequestId r-1, MS-CorrelationId c-1, status 200)"
    );
    let found = error
        .source()
        .and_then(|cause| cause.downcast_ref::<DecodeError>());
    assert_eq!(found.unwrap().path, "items[3].licensesSold");
    assert_eq!(
        (error.request_id(), error.correlation_id()),
        (Some("r-1"), Some("c-1"))
    );
    assert_eq!(error.status().unwrap(), 200);
    assert_eq!(error.kind(), ErrorKind::UnexpectedResponse);
    assert!(error.body_text().unwrap().contains("Fabrikam"));
}

#[tokio::test]
async fn invalid_json_is_a_decode_error() {
    for (body, problem) in [
        ("", "the JSON ends too early"),
        ("<html>Fabrikam</html>", "not JSON: expected value"),
        ("{\"items\":[", "`items`: the JSON ends too early"),
        ("{\"items\":[NaN]}", "`items[0]`: not JSON"),
        ("{}", "missing field `items`"),
        (
            "{\"items\":[{}]}",
            "`items[0]`: missing field `proratedDeploymentPercent`",
        ),
        (
            r#"{"items":[{"proratedDeploymentPercent":0.0,"licensesSold":1,"processedDateTime":"Fabrikam"}]}"#,
            "`items[0].processedDateTime`: expected",
        ),
    ] {
        let error = error(answer("200 OK", &[JSON], body)).await;
        assert!(matches!(error, Error::Decode { .. }), "{body}: {error:?}");
        assert!(error.to_string().contains(problem), "{body}: {error}");
    }
    let deep = "[".repeat(1_000_000);
    assert!(matches!(
        error(answer("200 OK", &[JSON], deep)).await,
        Error::Decode { .. }
    ));
}

#[tokio::test]
async fn an_empty_401_keeps_status_and_ids() {
    let error = error(answer("401 Unauthorized", &[("MS-RequestId", "r-2")], "")).await;
    assert_eq!(error.status().unwrap(), 401);
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert_eq!(error.request_id(), Some("r-2"));
    assert_eq!(
        (error.code(), error.description(), error.retry_after()),
        (None, None, None)
    );
    assert!(error.help().unwrap().contains("sign in again"));
}

#[tokio::test]
async fn a_502_with_html_keeps_the_text_for_diagnosis_only() {
    let html = "<html>Fabrikam gateway</html>";
    let error = error(answer(
        "502 Bad Gateway",
        &[("Content-Type", "text/html")],
        html,
    ))
    .await;
    assert_eq!(error.status().unwrap(), 502);
    assert_eq!(error.kind(), ErrorKind::Service);
    assert_eq!(error.body_text().as_deref(), Some(html));
    assert!(
        error
            .to_string()
            .starts_with("`partner_licenses_deployment` returned 502 Bad Gateway")
    );
}

#[tokio::test]
async fn a_429_of_the_gateway_says_how_long_to_wait() {
    let body =
        r#"{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 57 seconds." }"#;
    for (headers, seconds) in [
        (&[JSON][..], 57),
        (&[JSON, ("Retry-After", "3")], 3),
        (&[JSON, ("Retry-After", "x")], 57),
    ] {
        let error = error(answer("429 Too Many Requests", headers, body)).await;
        assert_eq!(error.kind(), ErrorKind::Throttled);
        assert_eq!(
            error.retry_after(),
            Some(Duration::from_secs(seconds)),
            "{headers:?}"
        );
        assert_eq!(
            error.description(),
            Some("Rate limit is exceeded. Try again in 57 seconds.")
        );
    }
}

#[tokio::test]
async fn other_properties_of_an_error_are_not_printed() {
    for body in [
        r#"{"code":1,"data":["Fabrikam"],"neu":{"name":"Fabrikam"}}"#,
        r#"{"error":{"code":"x","inner":{"name":"Fabrikam"}}}"#,
    ] {
        // `error` checks that the name is not in any printed text.
        let error = error(answer("400 Bad Request", &[JSON], body)).await;
        assert!(error.code().is_some());
    }
}

#[tokio::test]
async fn the_status_of_an_error_is_kept_if_its_body_is_long_or_interrupted() {
    let wait = ("Retry-After", "7");
    let long = answer("429 Too Many Requests", &[wait], " ".repeat(1_000_000));
    let cut = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 100\r\n\r\n{"
        .to_vec();
    for bytes in [long, cut] {
        let error = error(bytes).await;
        assert_eq!(
            (error.kind(), error.retry_after()),
            (ErrorKind::Throttled, Some(Duration::from_secs(7)))
        );
        assert!(error.body_text().unwrap().len() <= 64 * 1024);
    }
}

#[tokio::test]
async fn the_documented_error_body_is_read() {
    let body =
        r#"{"code":2032,"description":"Access\u001b[31m denied.","data":[],"source":"PartnerFD"}"#;
    let error = error(answer("403 Forbidden", &[JSON], body)).await;
    assert_eq!(
        (error.code(), error.kind()),
        (Some("2032"), ErrorKind::Authentication)
    );
    assert_eq!(
        error.api_error().unwrap().source.as_deref(),
        Some("PartnerFD")
    );
    // Control characters in the service's text are escaped.
    assert!(
        error
            .to_string()
            .contains("403 Forbidden, code 2032: Access [31m denied. ("),
        "{error}"
    );
}

#[tokio::test]
async fn unknown_properties_and_values_are_accepted_and_kept() {
    let body = format!(
        r#"{{"items":[{}],"newInEnvelope":1}}"#,
        row("1").replace('}', r#","newInRow":{"a":[1]}}"#)
    );
    let server = RawServer::start(answer("200 OK", &[JSON], body)).await;
    let client = builder(&server).build().unwrap();
    let found = client.partner_licenses_deployment().send().await.unwrap();
    assert_eq!(found.items[0].service_name, Some("Fabrikam".into()));
    assert_eq!(
        found.items[0].additional_properties.get("newInRow"),
        Some(serde_json::json!({"a": [1]}))
    );
    assert_eq!(
        found.additional_properties.get("newInEnvelope"),
        Some(serde_json::json!(1))
    );
}

#[tokio::test]
async fn a_mismatched_count_is_reported_and_no_row_is_lost() {
    let body = format!(r#"{{"totalCount":7,"items":[{}]}}"#, row("1"));
    let server = RawServer::start(answer("200 OK", &[JSON], body)).await;
    let client = builder(&server).build().unwrap();
    let found = client.partner_licenses_deployment().send().await.unwrap();
    assert_eq!(found.items.len(), 1);
    assert_eq!(
        found.count_mismatch().unwrap().to_string(),
        "the service states 7 rows and sent 1"
    );
}

#[tokio::test]
async fn a_response_over_the_size_limit_is_rejected_with_and_without_a_content_length() {
    let long = " ".repeat(5_000);
    let stated = answer("200 OK", &[JSON], &long);
    let unstated = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{long}").into_bytes();
    for bytes in [stated, unstated] {
        let server = RawServer::start(bytes).await;
        let client = builder(&server).body_limit(4_999).build().unwrap();
        let error = client
            .partner_licenses_deployment()
            .send()
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::BodyTooLarge { limit: 4_999, .. }),
            "{error:?}"
        );
        assert!(
            error
                .to_string()
                .contains("larger than the limit of 4999 bytes")
                && error.to_string().contains("body limit"),
            "{error}"
        );
        let client = builder(&server).body_limit(5_000).build().unwrap();
        let error = client
            .partner_licenses_deployment()
            .send()
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Decode { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn an_interrupted_response_is_a_network_error_with_its_status() {
    let cut =
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nMS-RequestId: r-3\r\n\r\n{\"items\"".to_vec();
    let error = error(cut).await;
    assert_eq!(
        (error.kind(), error.status().unwrap().as_u16()),
        (ErrorKind::Network, 200)
    );
    assert_eq!(error.request_id(), Some("r-3"));
    assert!(
        error.to_string().contains("the response was interrupted"),
        "{error}"
    );
    assert!(matches!(&error, Error::Transport { source, .. } if source.is_body()));
}

#[tokio::test]
async fn a_refused_connection_is_a_network_error() {
    let server = RawServer::start("").await;
    let client = builder(&server).build().unwrap();
    drop(server);
    // The port is free when the aborted task has ended.
    tokio::task::yield_now().await;
    let error = client
        .partner_licenses_deployment()
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    assert!(matches!(&error, Error::Transport { source, .. } if source.is_connect()));
    let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |it| (*it).source());
    let refused = causes
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .last();
    assert_eq!(
        refused.map(std::io::Error::kind),
        Some(std::io::ErrorKind::ConnectionRefused)
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = RawServer::start(answer("200 OK", &[JSON], "{}")).await;
    let location = elsewhere.url.to_string();
    let error = error(answer("302 Found", &[("Location", &location)], "")).await;
    assert_eq!(error.status().unwrap(), 302);
    assert!(elsewhere.heard().is_empty());
}

#[tokio::test]
async fn plain_http_to_another_machine_is_rejected_before_sending() {
    let error = Client::builder()
        .base_url("http://example.com".parse().unwrap())
        .credential(Arc::new(StaticTokenCredential::new(TOKEN)))
        .build()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the base URL: `http://example.com` is refused: tokens are sent over https only; plain http is allowed for \
         loopback addresses (localhost, 127.0.0.1, [::1])"
    );
}

#[tokio::test]
async fn invalid_parameters_are_rejected_before_sending() {
    let server = RawServer::start(answer("200 OK", &[JSON], "{}")).await;
    let client = builder(&server).build().unwrap();
    let request = client.partner_licenses_deployment();
    for (error, text) in [
        (
            request
                .clone()
                .x_locale("english")
                .send()
                .await
                .unwrap_err(),
            "en-US",
        ),
        (
            request
                .clone()
                .ms_request_id("25b6edd5")
                .send()
                .await
                .unwrap_err(),
            "`ms_request_id` is not a GUID such as 25b6edd5-1f53-456b-b48c-c64f60ec2dda: invalid length",
        ),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(chain(&error).contains(text), "{error}");
    }
    assert!(server.heard().is_empty());
}

/// Unusual but possible values of an analytics row.
#[tokio::test]
async fn unusual_rows_are_decoded_or_rejected_with_their_place() {
    let call = async |row: String| {
        let body =
            format!(r#"{{"Value":[{{"channel":"a"}},{row}],"@nextLink":null,"TotalCount":2}}"#);
        let server = RawServer::start(answer("200 OK", &[JSON], body)).await;
        let client = builder(&server).build().unwrap();
        client.commercial_licenses_deployment().send().await
    };
    let long = "x".repeat(10_000_000);
    let page = call(format!(r#"{{"customerName":"{long}"}}"#))
        .await
        .unwrap();
    assert_eq!(
        page.value[1].customer_name.as_ref().unwrap().len(),
        long.len()
    );

    let nested = |depth: usize| {
        let (begin, end) = ("[".repeat(depth), "]".repeat(depth));
        format!(r#"{{"channel":"a","neu":{begin}{end}}}"#)
    };
    // Text is kept without parsing it, independent of its nesting.
    for depth in [50, 100_000] {
        let page = call(nested(depth)).await.unwrap();
        let kept = page.value[1].additional_properties.json("neu");
        assert_eq!(kept.map(str::len), Some(2 * depth));
    }
    for row in [
        r#"{"licensesSold":NaN}"#.to_owned(),
        r#"{"licensesSold":1e999}"#.to_owned(),
    ] {
        let shown = &row[..row.len().min(40)];
        let error = call(row.clone()).await.unwrap_err();
        let Error::Decode { source, .. } = &error else {
            panic!("{shown}: {error:?}")
        };
        assert!(source.path.starts_with("Value[1]"), "{shown}: {error}");
    }
}
