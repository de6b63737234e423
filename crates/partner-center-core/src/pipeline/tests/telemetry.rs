//! Contents of traces, and metrics for observers.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracing_subscriber::layer::SubscriberExt;

use super::{Service, Tokens, at_once, http_response};
use crate::{
    AttemptMetrics, CallMetrics, ErrorKind, Observer, Pipeline, PipelineOptions, WaitMetrics,
};

#[derive(Debug, Default)]
struct Measured {
    attempts: Mutex<Vec<AttemptMetrics>>,
    waits: Mutex<Vec<WaitMetrics>>,
    calls: Mutex<Vec<CallMetrics>>,
}

impl Observer for Measured {
    fn attempt(&self, attempt: &AttemptMetrics) {
        self.attempts.lock().unwrap().push(*attempt);
    }

    fn waiting(&self, wait: &WaitMetrics) {
        self.waits.lock().unwrap().push(*wait);
    }

    fn call(&self, call: &CallMetrics) {
        self.calls.lock().unwrap().push(*call);
    }
}

fn options() -> PipelineOptions {
    let mut options = PipelineOptions::new(Tokens::returning(["planted".to_owned()]), "scope");
    options.retry = at_once();
    options
}

#[tokio::test(start_paused = true)]
async fn an_observer_counts_attempts_calls_and_waits() {
    let responses = [
        http_response("429 Too Many Requests", "Retry-After: 57\r\n"),
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_owned(),
        http_response("200 OK", ""),
    ];
    let service = Service::start(&responses).await;
    let measured = Arc::new(Measured::default());
    let mut options = options();
    options.observer = Some(measured.clone());
    service.call(&Pipeline::new(options)).await.unwrap();

    let attempts: Vec<_> = measured
        .attempts
        .lock()
        .unwrap()
        .iter()
        .map(|seen| {
            (
                seen.attempt,
                seen.status.map(|s| s.as_u16()),
                seen.failure,
                seen.bytes,
            )
        })
        .collect();
    assert_eq!(
        attempts,
        [
            (1, Some(429), None, 2),
            (2, None, Some(ErrorKind::Network), 0),
            (3, Some(200), None, 2)
        ]
    );
    let waits = measured.waits.lock().unwrap();
    let waits: Vec<_> = waits
        .iter()
        .map(|wait| {
            let status = wait.status.map(|status| status.as_u16());
            (
                wait.operation_id,
                wait.duration.as_secs(),
                status,
                wait.is_requested,
            )
        })
        .collect();
    assert_eq!(waits, [("x", 57, Some(429), true), ("x", 0, None, false)]);
    let calls = measured.calls.lock().unwrap();
    let [call] = calls.as_slice() else {
        panic!("{calls:?}");
    };
    assert_eq!(
        (call.operation_id, call.attempts, call.throttled),
        ("x", 3, 1)
    );
    assert_eq!(call.status.map(|status| status.as_u16()), Some(200));
    assert_eq!(call.waited, Duration::from_secs(57));
    assert!(call.duration >= call.waited && call.failure.is_none());
}

#[derive(Clone, Debug, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn traces_report_calls_without_secrets() {
    let responses = [
        http_response("503 Service Unavailable", "Set-Cookie: planted\r\n"),
        http_response("200 OK", "MS-CV: AAAAAAAAAAAAAAAA.0\r\n"),
    ];
    let service = Service::start(&responses).await;
    let lines = Lines::default();
    let writer = lines.clone();
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(move || writer.clone());
    let own = tracing_subscriber::filter::Targets::new()
        .with_target("partner_center_core", tracing::Level::TRACE);
    let subscriber = tracing_subscriber::registry().with(layer).with(own);
    // tracing caches the interest in a callsite. With a single subscriber, a callsite that the
    // thread of another test reaches first, without a subscriber, would stay disabled.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let guard = tracing::subscriber::set_default(subscriber);
    service.call(&Pipeline::new(options())).await.unwrap();
    drop(guard);

    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    for expected in [
        "call{operation=\"x\" request_id=",
        "attempt{attempt=1}",
        "attempt{attempt=2}",
        "status=503",
        "status=200",
        "wait_ms=0",
        "path=\"/v1/x\"",
        "authorization: (not shown)",
        "ms-contract-version: v1",
        "ms-cv: AAAAAAAAAAAAAAAA.0",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    // The token, the cookie and the query.
    assert!(!text.contains("planted"), "{text}");
}

/// If our spans are filtered out, the current span is one of the caller.
#[tokio::test(start_paused = true)]
async fn spans_of_the_caller_are_not_changed() {
    use tracing::Instrument;

    for ours in ["info", "debug"] {
        let service = Service::start(&[http_response("404 Not Found", "")]).await;
        let lines = Lines::default();
        let writer = lines.clone();
        let layer = tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_span_events(tracing_subscriber::fmt::format::FmtSpan::CLOSE)
            .with_writer(move || writer.clone());
        let filter = tracing_subscriber::filter::Targets::new()
            .with_default(tracing::Level::INFO)
            .with_target(
                "partner_center_core::pipeline",
                ours.parse::<tracing::Level>().unwrap(),
            );
        let subscriber = tracing_subscriber::registry().with(layer).with(filter);
        let _second = tracing::Dispatch::new(tracing_subscriber::registry());
        let guard = tracing::subscriber::set_default(subscriber);
        let callers = tracing::info_span!(
            target: "application",
            "request",
            status = tracing::field::Empty,
            attempts = tracing::field::Empty,
            duration_ms = tracing::field::Empty,
        );
        let pipeline = Pipeline::new(options());
        service.call(&pipeline).instrument(callers).await.unwrap();
        drop(guard);
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let callers: Vec<_> = text
            .lines()
            .filter(|line| line.contains("request: application"))
            .collect();
        assert!(!callers.is_empty(), "{text}");
        for line in callers {
            assert!(
                !line.contains("status=") && !line.contains("attempts="),
                "{line}"
            );
        }
        // Our own span has the field.
        assert_eq!(text.contains("attempts=1"), ours == "debug", "{text}");
    }
}

/// In the body and the headers of a success, and in the error that results from it.
#[tokio::test(start_paused = true)]
async fn the_token_is_removed_from_a_response_that_repeats_it() {
    let body = "<html>Authorization: Bearer planted</html>";
    for (status, body) in [
        ("200 OK", body),
        (
            "202 Accepted",
            r#"{"error":{"code":"1","message":"planted"}}"#,
        ),
        ("200 OK", "planted"),
        ("502 Bad Gateway", body),
    ] {
        let length = body.len();
        let response = format!(
            "HTTP/1.1 {status}\r\nWWW-Authenticate: Bearer planted\r\nMS-RequestId: planted\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        let service = Service::start(&vec![response; 4]).await;
        let response = service.call(&Pipeline::new(options())).await.unwrap();
        let seen = format!(
            "{:?} {:?} {}",
            response.headers(),
            response.ids(),
            response.text()
        );
        assert!(!seen.contains("planted"), "{seen}");
        assert!(response.text().contains("(the token)"));
    }
}
