//! Start and shutdown.

use std::error::Error;

use partner_center_emulator::{DataSet, Emulator, StartError};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{DEPLOYMENT, call, client, emulator};

fn address(emulator: &Emulator) -> (&'static str, u16) {
    ("127.0.0.1", emulator.url().port().unwrap())
}

#[tokio::test]
async fn two_emulators_run_side_by_side() {
    let (one, two) = (emulator().await, emulator().await);
    assert_ne!(one.url(), two.url());
    for emulator in [&one, &two, &one] {
        let answer = call(emulator, DEPLOYMENT).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
    assert_eq!((one.requests().len(), two.requests().len()), (2, 1));
}

/// On Linux, all addresses of 127.0.0.0/8 are on the loopback interface.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn other_addresses_are_reached_only_on_request() {
    for all in [false, true] {
        let emulator = Emulator::builder()
            .data(DataSet::documented())
            .all_interfaces(all)
            .start()
            .await
            .unwrap();
        assert_eq!(emulator.url().host_str(), Some("127.0.0.1"));
        let (_, port) = address(&emulator);
        let other = TcpStream::connect(("127.0.0.2", port)).await;
        assert_eq!(other.is_ok(), all);
        let answer = call(&emulator, DEPLOYMENT).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
}

#[tokio::test]
async fn shutting_down_frees_the_port() {
    let first = emulator().await;
    let (_, port) = address(&first);
    let pooled = client();
    assert_eq!(
        pooled
            .get(first.url().join("unknown").unwrap())
            .send()
            .await
            .unwrap()
            .status(),
        404
    );

    let taken = Emulator::builder()
        .data(DataSet::documented())
        .port(port)
        .start()
        .await
        .unwrap_err();
    assert!(matches!(&taken, StartError::Bind { address, .. } if address.port() == port));
    assert!(taken.source().is_some());

    first.shutdown().await;
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
    let second = Emulator::builder()
        .data(DataSet::documented())
        .port(port)
        .start()
        .await
        .unwrap();
    assert_eq!(
        call(&second, DEPLOYMENT).send().await.unwrap().status(),
        200
    );
}

#[tokio::test]
async fn incomplete_requests_do_not_delay_a_shutdown() {
    let emulator = emulator().await;
    let mut silent = TcpStream::connect(address(&emulator)).await.unwrap();
    let mut in_head = TcpStream::connect(address(&emulator)).await.unwrap();
    in_head.write_all(b"GET /v1 HTTP/1.1\r\nHo").await.unwrap();
    let mut in_body = TcpStream::connect(address(&emulator)).await.unwrap();
    let head = format!(
        "POST /{}/oauth2/v2.0/token HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\ngr",
        emulator.tenant_id()
    );
    in_body.write_all(head.as_bytes()).await.unwrap();
    while emulator.requests().is_empty() {
        tokio::task::yield_now().await;
    }

    emulator.shutdown().await;
    for stream in [&mut silent, &mut in_head, &mut in_body] {
        // The connection is closed or reset, depending on the system.
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        assert!(!rest.starts_with(b"HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn dropping_stops_the_server() {
    let emulator = emulator().await;
    let address = address(&emulator);
    let mut open = TcpStream::connect(address).await.unwrap();
    drop(emulator);
    let mut rest = Vec::new();
    let _ = open.read_to_end(&mut rest).await;
    assert!(rest.is_empty());
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_multi_threaded_runtime_is_supported() {
    let emulator = emulator().await;
    let answer = call(&emulator, DEPLOYMENT).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    emulator.shutdown().await;
}

#[test]
fn a_start_without_a_runtime_is_an_error() {
    let mut start = Box::pin(Emulator::builder().data(DataSet::documented()).start());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Err(error)) = start.as_mut().poll(&mut context) else {
        panic!("started without a runtime");
    };
    assert!(matches!(error, StartError::NoRuntime { .. }));
}

/// Invalid HTTP gets an error or no response, and the server keeps running.
#[tokio::test]
async fn arbitrary_bytes_do_not_stop_the_server() {
    let emulator = emulator().await;
    for bytes in [
        &b"\x16\x03\x01\x00\x00"[..],
        b"\r\n\r\n\r\n",
        b"GET\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET http://a/v1?%ff=%f HTTP/1.0\r\nAuthorization: \xff\r\n\r\n",
        b"POST /x/oauth2/v2.0/token HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(address(&emulator)).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        assert!(!rest.starts_with(b"HTTP/1.1 200"));
    }
    let answer = call(&emulator, DEPLOYMENT).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}
