//! Calls over the rate limit.

use std::time::Duration;

use partner_center_emulator::{DataSet, Emulator, RateLimit};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{DEPLOYMENT, TestClock, call, header};

const CUSTOMER: &str =
    "v1/customers/0c39d6d5-c70d-4c55-bc02-f620844f3fd1/analytics/licenses/deployment";

async fn limited(clock: &TestClock, requests: u32) -> Emulator {
    Emulator::builder()
        .data(DataSet::documented())
        .clock(clock.reader())
        .rate_limit(RateLimit {
            requests,
            per: Duration::from_secs(60),
        })
        .start()
        .await
        .unwrap()
}

async fn status(emulator: &Emulator, path: &str) -> u16 {
    let response = call(emulator, path).send().await.unwrap();
    response.status().as_u16()
}

#[tokio::test]
async fn a_call_over_the_limit_gets_the_documented_response() {
    let clock = TestClock::new();
    let emulator = limited(&clock, 1).await;
    assert_eq!(status(&emulator, DEPLOYMENT).await, 200);
    clock.advance(3);

    // The gateway responds before the token is checked.
    let port = emulator.url().port().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request =
        "GET /v1/analytics/licenses/usage HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let expected = "HTTP/1.1 429 Too Many Requests\r\n\
         content-type: application/json\r\n\
         retry-after: 60\r\n\
         connection: close\r\n\
         content-length: 84\r\n\
         date: Tue, 14 Mar 2017 17:55:04 GMT\r\n\r\n\
         { \"statusCode\": 429, \"message\": \"Rate limit is exceeded. Try again in 60 seconds.\" }";
    let sorted = |text: &str| {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines: Vec<_> = head.lines().map(str::to_owned).collect();
        lines.sort();
        (lines, body.to_owned())
    };
    assert_eq!(sorted(&answer), sorted(expected));
}

#[tokio::test]
async fn calls_succeed_after_the_wait_and_customers_have_separate_limits() {
    let clock = TestClock::new();
    let emulator = limited(&clock, 2).await;
    for (path, expected) in [
        (DEPLOYMENT, 200),
        (CUSTOMER, 200),
        (DEPLOYMENT, 200),
        (CUSTOMER, 200),
    ] {
        assert_eq!(status(&emulator, path).await, expected);
    }
    clock.advance(10);
    let rejected = call(&emulator, DEPLOYMENT).send().await.unwrap();
    assert_eq!(header(&rejected, "retry-after"), "50");
    clock.advance(49);
    assert_eq!(status(&emulator, CUSTOMER).await, 429);
    clock.advance(1);
    assert_eq!(status(&emulator, DEPLOYMENT).await, 200);
    assert_eq!(emulator.requests().len(), 7);
}
