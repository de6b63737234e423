//! Many connections, slow clients and large requests.

use partner_center_emulator::{Emulator, TokenOptions};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use crate::support::{DEPLOYMENT, call, emulator};

async fn connect(emulator: &Emulator) -> TcpStream {
    let port = emulator.url().port().unwrap();
    TcpStream::connect(("127.0.0.1", port)).await.unwrap()
}

/// Returns the status of the response to these bytes.
async fn status_of(emulator: &Emulator, request: &[u8]) -> u16 {
    let stream = connect(emulator).await;
    let (mut reader, mut writer) = stream.into_split();
    let mut response = Vec::new();
    let read = reader.read_to_end(&mut response);
    // The server may respond, and close, before it has read everything.
    let (_, _) = tokio::join!(writer.write_all(request), read);
    let text = String::from_utf8_lossy(&response);
    let status = text
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3));
    status
        .unwrap_or_else(|| panic!("{text:?}"))
        .parse()
        .unwrap()
}

fn request(line: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n{body}")
        .into_bytes()
}

#[tokio::test]
async fn large_requests_are_rejected() {
    let emulator = emulator().await;
    let megabyte = "a".repeat(1024 * 1024);
    let long_line = format!("GET /v1/customers?filter={megabyte}");
    let long_header = |length| format!("X-Long: {}\r\n", "a".repeat(length));
    let many_headers: String = (0..200)
        .map(|number| format!("X-{number}: a\r\n"))
        .collect();
    let body_of = |length| format!("Content-Length: {length}\r\n");
    let status = "GET /_emulator/status";
    let large_body = "a".repeat(70_000);
    for (name, request, expected) in [
        ("long line", request(&long_line, "", ""), 414),
        (
            "long header",
            request(status, &long_header(100 * 1024), ""),
            431,
        ),
        (
            "longer header",
            request(status, &long_header(1300 * 1024), ""),
            431,
        ),
        ("many headers", request(status, &many_headers, ""), 431),
        (
            "accepted header",
            request(status, &long_header(60 * 1024), ""),
            200,
        ),
        (
            "body on GET",
            request("GET /v1/customers", &body_of(3), "abc"),
            401,
        ),
        (
            "long body on GET",
            request("GET /v1/customers", &body_of(70_000), &large_body),
            413,
        ),
        (
            "long body of a sign-in",
            request(
                "POST /common/oauth2/v2.0/token",
                &body_of(70_000),
                &large_body,
            ),
            413,
        ),
        (
            "malformed body of a sign-in",
            request(
                "POST /common/oauth2/v2.0/token",
                "Transfer-Encoding: chunked\r\n",
                "zz\r\n",
            ),
            400,
        ),
        (
            "body on GET that never arrives",
            request("GET /v1/customers", &body_of(3), ""),
            401,
        ),
        (
            "chunked body on GET that never arrives",
            request("GET /v1/customers", "Transfer-Encoding: chunked\r\n", ""),
            401,
        ),
    ] {
        assert_eq!(status_of(&emulator, &request).await, expected, "{name}");
    }
    assert_eq!(
        call(&emulator, DEPLOYMENT).send().await.unwrap().status(),
        200
    );
}

#[tokio::test]
async fn slow_clients_do_not_delay_others() {
    let emulator = emulator().await;
    let mut slow = Vec::new();
    for position in 0..300 {
        let mut stream = connect(&emulator).await;
        let sent: &[u8] = match position % 3 {
            0 => b"",
            1 => b"GET /v1/customers HTTP/1.1\r\nHos",
            _ => {
                b"POST /common/oauth2/v2.0/token HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\ng"
            }
        };
        stream.write_all(sent).await.unwrap();
        slow.push(stream);
    }
    for _ in 0..3 {
        assert_eq!(
            call(&emulator, DEPLOYMENT).send().await.unwrap().status(),
            200
        );
    }
    // A slow request is still served when it is complete.
    let stream = &mut slow[1];
    stream
        .write_all(b"t: localhost\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 401 "), "{response}");
    emulator.shutdown().await;
}

/// Sends this many calls at the same time, each on a new connection.
async fn concurrent_calls(count: usize) {
    let emulator = emulator().await;
    let token = emulator.mint_token(TokenOptions::new());
    let request = format!(
        "GET /{DEPLOYMENT} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Connection: close\r\n\r\n"
    );
    let mut streams = Vec::new();
    for _ in 0..count {
        streams.push(connect(&emulator).await);
    }
    let mut calls = JoinSet::new();
    for mut stream in streams {
        let request = request.clone();
        calls.spawn(async move {
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut response = String::new();
            stream.read_to_string(&mut response).await.unwrap();
            assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
        });
    }
    let results = calls.join_all().await;
    assert_eq!(results.len(), count);
}

#[tokio::test]
async fn many_connections_are_served_at_the_same_time() {
    concurrent_calls(300).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs 4,000 file descriptors"]
async fn two_thousand_connections_are_served_at_the_same_time() {
    concurrent_calls(2_000).await;
}
