//! Strict and lax mode, methods, cross-origin pages and hostile requests.

use partner_center_emulator::{DataSet, Emulator, TokenOptions};
use reqwest::{Method, RequestBuilder, Response};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{DEPLOYMENT, call, client, emulator, header, post_form, refusal};

async fn lax() -> Emulator {
    Emulator::builder().strict(false).start().await.unwrap()
}

/// Returns a call of a path that may contain empty segments.
fn call_path(emulator: &Emulator, path: &str) -> RequestBuilder {
    let url = format!(
        "{}{}",
        emulator.url(),
        path.strip_prefix('/').unwrap_or(path)
    );
    let token = emulator.mint_token(TokenOptions::new());
    client().get(url).bearer_auth(token)
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

/// Calls that the strict emulator rejects and the lax one accepts.
#[tokio::test]
async fn the_lax_emulator_accepts_undocumented_calls() {
    let (strict, lax) = (emulator().await, lax().await);
    for (path, code) in [
        ("v1/analytics/licenses/deployment/", 1000),
        ("/v1//analytics/licenses//deployment", 1000),
        ("v1/analytics/commercial/usage/license", 1000),
        ("v1/analytics/licenses/deployment?api-version=v1", 3000),
        ("partner/v1/analytics/search?top=1&top=x", 3000),
    ] {
        assert_eq!(refusal(call_path(&strict, path)).await.1, code, "{path}");
        assert_eq!(status(call_path(&lax, path)).await, 200, "{path}");
    }
    for (name, value) in [
        ("MS-Contract-Version", "api-version: v1"),
        ("MS-RequestId", "no GUID"),
        ("X-Locale", "english"),
    ] {
        let with = |emulator: &Emulator| call(emulator, DEPLOYMENT).header(name, value);
        assert_eq!(refusal(with(&strict)).await, (400, 800_002), "{name}");
        assert_eq!(status(with(&lax)).await, 200, "{name}");
    }
    // What has an effect is checked in both.
    for path in [
        "partner/v1/analytics/search?top=x",
        "v1/customers/contoso",
        "v1/customers?filter=x",
    ] {
        assert_eq!(status(call_path(&lax, path)).await, 400, "{path}");
    }
    assert_eq!(status(call_path(&lax, "v1/contoso/")).await, 404);
}

#[tokio::test]
async fn the_lax_sign_in_accepts_the_same_paths() {
    let lax = lax().await;
    let url = format!("{}/{}/oauth2/token/", lax.authority(), lax.tenant_id());
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", lax.client_id()),
        ("client_secret", lax.client_secret()),
    ];
    assert_eq!(post_form(url.parse().unwrap(), &fields).await.status(), 200);
}

#[tokio::test]
async fn the_byte_order_mark_can_be_switched_off() {
    let without = Emulator::builder()
        .data(DataSet::documented())
        .byte_order_mark(false);
    let without = without.start().await.unwrap();
    let with = emulator().await;
    for path in [DEPLOYMENT, "v1/customers", "partner/v1/analytics/search"] {
        let body = async |emulator: &Emulator| {
            let response = call(emulator, path).send().await.unwrap();
            response.bytes().await.unwrap()
        };
        let (marked, plain) = (body(&with).await, body(&without).await);
        let has_mark = path.starts_with("v1");
        assert_eq!(marked.starts_with(b"\xef\xbb\xbf"), has_mark, "{path}");
        let offset = if has_mark { 3 } else { 0 };
        assert_eq!(&marked[offset..], &plain[..], "{path}");
    }
}

#[tokio::test]
async fn every_response_has_its_own_correlation_vector() {
    let emulator = emulator().await;
    let mut seen = std::collections::HashSet::new();
    for path in [DEPLOYMENT, DEPLOYMENT, "v1/customers/x", "v1/invoices"] {
        let response = call(&emulator, path).send().await.unwrap();
        let vector = header(&response, "ms-cv").to_owned();
        assert!(vector.len() == 18 && vector.ends_with(".0"), "{vector}");
        assert!(!header(&response, "ms-serverid").is_empty());
        assert!(seen.insert(vector));
    }
}

/// `HEAD` has the headers of `GET`, the length included, and no body.
#[tokio::test]
async fn head_has_the_headers_of_get() {
    let emulator = emulator().await;
    let get = call(&emulator, DEPLOYMENT).send().await.unwrap();
    let url = get.url().clone();
    let token = emulator.mint_token(TokenOptions::new());
    let head = client().head(url.clone()).bearer_auth(token).send().await;
    let head = head.unwrap();
    assert_eq!(head.status(), 200);
    for name in ["content-length", "content-type", "ms-serverid"] {
        assert_eq!(header(&head, name), header(&get, name), "{name}");
    }
    assert_eq!(header(&head, "content-length"), "487");
    assert!(head.bytes().await.unwrap().is_empty());

    let refused = client().head(url).send().await.unwrap();
    assert_eq!(refused.status(), 401);
    assert!(refused.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn options_lists_the_methods_without_a_token() {
    let emulator = emulator().await;
    let options = async |path: &str| {
        let url = emulator.url().join(path).unwrap();
        client().request(Method::OPTIONS, url).send().await.unwrap()
    };
    let response = options(DEPLOYMENT).await;
    assert_eq!(response.status(), 204);
    assert_eq!(header(&response, "allow"), "GET, HEAD, OPTIONS");
    assert_eq!(response.headers().get("access-control-allow-origin"), None);
    assert_eq!(options("v1/contoso").await.status(), 404);
}

fn allowed_origin(response: &Response) -> Option<&str> {
    let value = response.headers().get("access-control-allow-origin")?;
    Some(value.to_str().unwrap())
}

#[tokio::test]
async fn only_pages_on_the_loopback_interface_may_call() {
    let emulator = emulator().await;
    for (origin, allowed) in [
        ("http://localhost:3000", true),
        ("https://127.0.0.1", true),
        ("http://[::1]:8080", true),
        ("https://example.com", false),
        ("null", false),
    ] {
        let expected = allowed.then_some(origin);
        let called = call(&emulator, DEPLOYMENT).header("Origin", origin);
        let called = called.send().await.unwrap();
        assert_eq!(called.status(), 200);
        assert_eq!(allowed_origin(&called), expected);
        if allowed {
            let exposed = header(&called, "access-control-expose-headers");
            assert!(exposed.contains("MS-CorrelationId") && exposed.contains("Retry-After"));
            assert_eq!(header(&called, "vary"), "origin");
        }
        let refused = client()
            .get(emulator.url().join("unknown").unwrap())
            .header("Origin", origin);
        let refused = refused.send().await.unwrap();
        assert_eq!(
            (refused.status().as_u16(), allowed_origin(&refused)),
            (404, expected)
        );

        let token = format!("{}/oauth2/v2.0/token", emulator.tenant_id());
        for path in [DEPLOYMENT, &token] {
            let url = emulator.url().join(path).unwrap();
            let asked = client()
                .request(Method::OPTIONS, url)
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "GET")
                .header(
                    "Access-Control-Request-Headers",
                    "authorization,ms-requestid",
                )
                .send()
                .await
                .unwrap();
            assert_eq!(allowed_origin(&asked), expected, "{path}");
            let headers = asked.headers().get("access-control-allow-headers");
            assert_eq!(headers.is_some(), allowed);
        }
    }
}

/// Operations of Partner Center outside the emulator differ from paths that do not exist.
#[tokio::test]
async fn operations_outside_the_emulator_are_named_as_such() {
    let emulator = emulator().await;
    let customer = "v1/customers/4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04";
    for path in [
        "v1/invoices",
        "v1/ratecards/azure",
        "v1/customers/usagerecords",
        "insights/v1/mpn/ScheduledQueries",
        &format!("{customer}/subscriptions"),
        &format!("{customer}/orders/1"),
    ] {
        assert_eq!(refusal(call(&emulator, path)).await, (501, 0), "{path}");
    }
    let url = emulator.url().join(customer).unwrap();
    for (method, expected) in [
        (Method::DELETE, (501, 0)),
        (Method::PATCH, (501, 0)),
        (Method::PUT, (405, 0)),
    ] {
        let request = client().request(method.clone(), url.clone());
        assert_eq!(refusal(request).await, expected, "{method}");
    }
    let response = call(&emulator, "v1/invoices").send().await.unwrap();
    assert!(response.text().await.unwrap().contains("/openapi.json"));
}

/// `Content-Length: 0` is documented; a body has no meaning in a GET request.
#[tokio::test]
async fn a_body_is_refused_unless_it_is_empty() {
    let (strict, lax) = (emulator().await, lax().await);
    let with = |emulator: &Emulator, body: &'static str| {
        call(emulator, DEPLOYMENT)
            .header("Content-Type", "application/json")
            .body(body)
    };
    assert_eq!(status(with(&strict, "")).await, 200);
    assert_eq!(refusal(with(&strict, "{}")).await, (400, 800_002));
    assert_eq!(status(with(&lax, "{}")).await, 200);
    let empty = call(&strict, DEPLOYMENT).header("Content-Length", "0");
    assert_eq!(status(empty).await, 200);
}

/// Sends bytes on a new connection and returns the first line of the response.
async fn first_line(emulator: &Emulator, request: &[u8]) -> String {
    let port = emulator.url().port().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    // The server may close the connection before it has read everything.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let text = String::from_utf8_lossy(&answer).into_owned();
    text.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn hostile_requests_get_a_status_and_do_no_harm() {
    let emulator = emulator().await;
    let token = emulator.mint_token(TokenOptions::new());
    let request = |path: &str, headers: &str| {
        format!(
            "GET /{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Authorization: Bearer {token}\r\n{headers}\r\n"
        )
    };
    let id = "25b6edd5-1f53-456b-b48c-c64f60ec2dda";
    let long = "a".repeat(1_000_000);
    let many: String = (0..500)
        .map(|number| format!("x-{number}: 1\r\n"))
        .collect();
    let query = format!("{DEPLOYMENT}?filter={long}");
    for (name, request, status) in [
        (
            "two ids",
            request(
                DEPLOYMENT,
                &format!("MS-RequestId: {id}\r\nMS-RequestId: {id}\r\n"),
            ),
            "400",
        ),
        (
            "two tokens",
            request(DEPLOYMENT, &format!("Authorization: Bearer {token}\r\n")),
            "401",
        ),
        (
            "1 MB header",
            request(DEPLOYMENT, &format!("X-Long: {long}\r\n")),
            "431",
        ),
        ("500 headers", request(DEPLOYMENT, &many), "431"),
        ("1 MB query", request(&query, ""), "414"),
        ("100 kB query", request(&query[..100_000], ""), "414"),
        ("60 kB query", request(&query[..60_000], ""), "400"),
        ("no HTTP", "contoso\r\n\r\n".to_owned(), "400"),
        (
            "chunked body",
            request(DEPLOYMENT, "Transfer-Encoding: chunked\r\n") + "1\r\na\r\n0\r\n\r\n",
            "400",
        ),
        (
            "two lengths",
            request(DEPLOYMENT, "Content-Length: 1\r\nContent-Length: 2\r\n"),
            "400",
        ),
        ("null in the path", request("v1/%00", ""), "404"),
    ] {
        let line = first_line(&emulator, request.as_bytes()).await;
        assert!(
            line.starts_with(&format!("HTTP/1.1 {status}")),
            "{name}: {line}"
        );
    }
    assert_eq!(status(call(&emulator, DEPLOYMENT)).await, 200);
}
