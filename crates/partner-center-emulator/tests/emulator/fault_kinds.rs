//! Kinds of faults on the wire.

use std::time::Duration;

use partner_center_emulator::{DataSet, Emulator, Fault, SyntheticData};
use reqwest::Response;
use serde_json::Value;
use tokio::time::Instant;

use crate::support::{
    DEPLOYMENT, DOCUMENTED_TIME, TestClock, call, claims, emulator, exact_text, header, refusal,
    sign_in, sign_in_error,
};

const USAGE: &str = "partner/v1/analytics/usage/azure?top=1";
const CUSTOMERS: &str = "v1/customers";

async fn get(emulator: &Emulator, path: &str) -> Response {
    call(emulator, path).send().await.unwrap()
}

async fn text(emulator: &Emulator, path: &str) -> String {
    exact_text(get(emulator, path).await).await
}

async fn json(emulator: &Emulator, path: &str) -> Value {
    let text = text(emulator, path).await;
    serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap()
}

fn inject(emulator: &Emulator, text: &str) {
    emulator.inject(
        text.parse()
            .unwrap_or_else(|error| panic!("{text}: {error}")),
    );
}

async fn refresh(emulator: &Emulator) -> Response {
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", emulator.refresh_token()),
    ];
    sign_in(emulator, &fields).await
}

#[tokio::test]
async fn throttling_has_seconds_a_date_or_any_text() {
    let clock = TestClock::new();
    let emulator = Emulator::builder()
        .clock(clock.reader())
        .start()
        .await
        .unwrap();
    for (fault, expected) in [
        ("throttle", "30"),
        ("throttle,retryAfterSeconds=57", "57"),
        (
            "throttle,retryAfterSeconds=59,retryAfterDate=true",
            "Tue, 14 Mar 2017 17:56:00 GMT",
        ),
        ("throttle,retryAfter=soon", "soon"),
    ] {
        inject(&emulator, fault);
        let response = get(&emulator, DEPLOYMENT).await;
        assert_eq!(response.status(), 429, "{fault}");
        assert_eq!(header(&response, "retry-after"), expected, "{fault}");
    }
}

#[tokio::test]
async fn bursts_end_after_three_calls() {
    let emulator = emulator().await;
    inject(&emulator, "burst,body=gateway,description=Overloaded");
    for expected in [503, 503, 503, 200] {
        let response = get(&emulator, DEPLOYMENT).await;
        assert_eq!(response.status(), expected);
        let text = response.text().await.unwrap();
        let gateway = r#"{ "statusCode": 503, "message": "Overloaded" }"#;
        assert_eq!(text == gateway, expected == 503, "{text}");
    }
}

#[tokio::test]
async fn bodies_and_their_headers_change() {
    let emulator = emulator().await;
    let normal = text(&emulator, DEPLOYMENT).await;
    assert!(normal.starts_with('\u{feff}'));
    for (fault, status, content_type, expected) in [
        ("emptyBody", 200, "application/json; charset=utf-8", ""),
        (
            "wrongContentType,contentType=text/csv",
            200,
            "text/csv",
            &*normal,
        ),
        (
            "byteOrderMark,present=false",
            200,
            "application/json; charset=utf-8",
            normal.trim_start_matches('\u{feff}'),
        ),
        (
            "byteOrderMark",
            200,
            "application/json; charset=utf-8",
            &*normal,
        ),
        ("noContent", 204, "", ""),
    ] {
        inject(&emulator, fault);
        let response = get(&emulator, DEPLOYMENT).await;
        assert_eq!(response.status(), status, "{fault}");
        let sent = response.headers().get("content-type");
        let sent = sent.map_or("", |value| value.to_str().unwrap());
        assert_eq!(sent, content_type, "{fault}");
        assert_eq!(exact_text(response).await, expected, "{fault}");
    }
    inject(&emulator, "truncatedJson");
    let truncated = text(&emulator, DEPLOYMENT).await;
    assert!(normal.starts_with(&truncated) && truncated.len() < normal.len());
    inject(&emulator, "htmlPage,status=502");
    let response = get(&emulator, DEPLOYMENT).await;
    assert_eq!(response.status(), 502);
    assert_eq!(
        header(&response, "content-type"),
        "text/html; charset=utf-8"
    );
}

#[tokio::test]
async fn next_links_of_both_formats_change() {
    let emulator = emulator().await;
    let normal = json(&emulator, USAGE).await;
    inject(&emulator, "repeatedNextLink");
    let repeated = json(&emulator, USAGE).await;
    assert_eq!(repeated["@nextLink"], "azure?top=1");
    assert_eq!(repeated["Value"], normal["Value"]);
    inject(&emulator, "foreignNextLink,url=https://fabrikam.example/");
    let foreign = json(&emulator, USAGE).await["@nextLink"].clone();
    assert!(
        foreign
            .as_str()
            .unwrap()
            .starts_with("https://fabrikam.example/azure?top=1&skip=")
    );

    let normal = json(&emulator, CUSTOMERS).await;
    inject(&emulator, "foreignNextLink");
    let foreign = json(&emulator, CUSTOMERS).await;
    let uri = foreign["links"]["next"]["uri"].as_str().unwrap();
    assert!(
        uri.starts_with("https://fabrikam.example/customers"),
        "{uri}"
    );
    assert_eq!(foreign["items"], normal["items"]);
}

#[tokio::test]
async fn rows_are_repeated_or_missing_between_pages() {
    let emulator = emulator().await;
    let page = |skip: u32| format!("{USAGE}&skip={skip}");
    let first = json(&emulator, &page(0)).await;
    let second = json(&emulator, &page(1)).await;
    let duplicate = emulator.inject(Fault::duplicate_rows(1));
    assert_eq!(json(&emulator, &page(0)).await, first);
    let repeated = json(&emulator, &page(1)).await;
    assert_eq!(repeated["Value"][0], first["Value"][0]);
    assert_eq!(repeated["Value"][1], second["Value"][0]);
    assert_eq!(repeated["TotalCount"], second["TotalCount"]);
    assert!(duplicate.is_spent());

    let missing = emulator.inject(Fault::missing_rows(1));
    assert_eq!(json(&emulator, &page(0)).await, first);
    let shorter = json(&emulator, &page(1)).await;
    assert_eq!(shorter["Value"], serde_json::json!([]));
    assert_eq!(shorter["@nextLink"], second["@nextLink"]);
    assert!(missing.is_spent());
}

#[tokio::test]
async fn fields_drift_in_all_rows() {
    let emulator = emulator().await;
    let rename = Fault::renamed_field("licensesSold", "seatsSold");
    let rename = rename.on_operation("partner_licenses_deployment").unwrap();
    let rename = emulator.inject(rename);
    get(&emulator, "v1/analytics/licenses/usage").await;
    assert_eq!(rename.applied(), 0);
    let drifted = text(&emulator, DEPLOYMENT).await;
    assert!(drifted.contains("\"seatsSold\"") && !drifted.contains("\"licensesSold\""));
    let absent = emulator.inject(Fault::removed_field("licensesSold").on_page(1));
    let error = get(&emulator, "v1/unknown").await;
    assert_eq!(error.status(), 404);
    // An error response has no rows, so the fault waits for one that has.
    assert_eq!(absent.applied(), 0);
    assert!(
        !text(&emulator, DEPLOYMENT)
            .await
            .contains("\"licensesSold\"")
    );
    assert!(absent.is_spent());
}

#[tokio::test]
async fn a_skewed_clock_dates_responses_and_tokens() {
    let clock = TestClock::new();
    let emulator = Emulator::builder()
        .clock(clock.reader())
        .start()
        .await
        .unwrap();
    let skew = emulator.inject(Fault::clock_skew(-3600));
    let response = get(&emulator, DEPLOYMENT).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "date"), "Tue, 14 Mar 2017 16:55:01 GMT");
    emulator.remove_fault(skew.id());
    let response = get(&emulator, DEPLOYMENT).await;
    assert_eq!(header(&response, "date"), "Tue, 14 Mar 2017 17:55:01 GMT");

    emulator.inject(Fault::clock_skew(600).on_token_requests());
    let response = refresh(&emulator).await;
    assert_eq!(header(&response, "date"), "Tue, 14 Mar 2017 18:05:01 GMT");
    let token: Value = response.json().await.unwrap();
    let issued = claims(&token["access_token"])["iat"].as_u64().unwrap();
    assert!((DOCUMENTED_TIME..=DOCUMENTED_TIME + 600).contains(&issued));
    assert!(issued > DOCUMENTED_TIME);
}

#[tokio::test]
async fn sign_ins_expire_and_are_revoked() {
    let emulator = emulator().await;
    for (fault, code) in [
        ("expiredSignIn", 700_082),
        ("revokedSignIn", 50_173),
        ("signInError", 50_076),
    ] {
        inject(&emulator, fault);
        let error = sign_in_error(refresh(&emulator).await).await;
        assert_eq!(error, ("invalid_grant".to_owned(), code));
        assert_eq!(refresh(&emulator).await.status(), 200);
    }
    for fault in ["expiredSignIn,on=api", "revokedSignIn,on=api"] {
        inject(&emulator, fault);
        assert_eq!(refusal(call(&emulator, DEPLOYMENT)).await, (401, 400));
    }
}

#[tokio::test]
async fn connections_are_reset_before_the_response() {
    for https in [false, true] {
        let emulator = Emulator::builder().https(https).start().await.unwrap();
        emulator.inject(Fault::reset_before_response());
        let pem = emulator.certificate_pem().map(str::to_owned);
        let mut client = reqwest::Client::builder().no_proxy();
        if let Some(pem) = &pem {
            let authority = reqwest::Certificate::from_pem(pem.as_bytes()).unwrap();
            client = client.tls_certs_only([authority]);
        }
        let _already_chosen = rustls::crypto::ring::default_provider().install_default();
        let error = client
            .build()
            .unwrap()
            .get(emulator.url().join(DEPLOYMENT).unwrap())
            .bearer_auth(emulator.mint_token(partner_center_emulator::TokenOptions::new()))
            .send()
            .await
            .unwrap_err();
        assert!(error.is_request(), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn latency_and_another_fault_apply_to_the_same_call() {
    let emulator = emulator().await;
    let latency = emulator.inject(Fault::latency(Duration::from_secs(5)).unlimited());
    let outage = emulator.inject(Fault::status(503));
    let begin = Instant::now();
    assert_eq!(get(&emulator, DEPLOYMENT).await.status(), 503);
    assert!(begin.elapsed() >= Duration::from_secs(5));
    assert!(outage.is_spent());
    assert_eq!((latency.applied(), latency.remaining()), (1, None));
}

#[tokio::test(start_paused = true)]
async fn slow_bodies_have_a_speed() {
    let emulator = emulator().await;
    inject(&emulator, "slowBody,bytesPerSecond=50");
    let begin = Instant::now();
    let body = text(&emulator, DEPLOYMENT).await;
    let expected = Duration::from_secs(1) * u32::try_from(body.len()).unwrap() / 50;
    let elapsed = begin.elapsed();
    assert!(elapsed >= expected && elapsed < expected * 2, "{elapsed:?}");
}

/// Lists all customers in pages of 20, and returns the ids of each page.
async fn customer_pages(emulator: &Emulator) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut request = call(emulator, "v1/customers?size=20");
    loop {
        let page = request.send().await.unwrap().text().await.unwrap();
        let page: Value = serde_json::from_str(page.trim_start_matches('\u{feff}')).unwrap();
        let items = page["items"].as_array().unwrap();
        pages.push(items.iter().map(|item| item["id"].clone()).collect());
        let next = &page["links"]["next"];
        let Some(uri) = next["uri"].as_str() else {
            return pages;
        };
        request = call(emulator, &format!("v1{uri}"));
        for header in next["headers"].as_array().unwrap() {
            let (name, value) = (&header["key"], &header["value"]);
            request = request.header(name.as_str().unwrap(), value.as_str().unwrap());
        }
        assert!(pages.len() < 10);
    }
}

#[tokio::test]
async fn pages_are_counted_by_continuation_token() {
    let data = DataSet::synthetic(SyntheticData::new().customers(50));
    let emulator = Emulator::builder().data(data).start().await.unwrap();
    let normal = customer_pages(&emulator).await;
    assert_eq!(normal.len(), 3);
    let missing = emulator.inject(Fault::missing_rows(2).on_page(3));
    let duplicate = emulator.inject(Fault::duplicate_rows(1).on_page(2));
    let pages = customer_pages(&emulator).await;
    assert!(missing.is_spent() && duplicate.is_spent());
    assert_eq!(pages[0], normal[0]);
    assert_eq!(pages[1][0], normal[0][19]);
    assert_eq!(pages[1][1..], normal[1]);
    assert_eq!(pages[2], normal[2][2..]);
    assert_eq!(customer_pages(&emulator).await, normal);
}
