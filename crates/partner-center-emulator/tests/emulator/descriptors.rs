//! Idle connections to an emulator with few file descriptors.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Command, Stdio},
};

use tokio::net::TcpStream;

use crate::support::{client, emulator};

/// Emulator of another process, which has few file descriptors.
#[test]
#[ignore = "started by the tests of file descriptors"]
fn emulator_of_another_process() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .unwrap();
    runtime.block_on(async {
        let emulator = emulator().await;
        let mut output = std::io::stdout();
        writeln!(output, "port={}", emulator.url().port().unwrap()).unwrap();
        output.flush().unwrap();
        // Ends when the other process closes its end.
        let wait = || std::io::stdin().read_to_end(&mut Vec::new());
        tokio::task::spawn_blocking(wait).await.unwrap().unwrap();
        emulator.shutdown().await;
    });
}

/// Opens idle connections to an emulator with this limit of file descriptors, and makes calls.
async fn idle_connections(connections: usize, descriptors: usize) {
    let program = std::env::current_exe().unwrap();
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -n {descriptors}; exec \"$0\" \"$@\""))
        .arg(program)
        .args(["--ignored", "--exact", "--nocapture"])
        .arg("descriptors::emulator_of_another_process")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let port: u16 = lines
        .find_map(|line| line.unwrap().split_once("port=")?.1.parse().ok())
        .unwrap();
    let mut idle = Vec::new();
    for _ in 0..connections {
        idle.push(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
    }
    let url = format!("http://127.0.0.1:{port}/_emulator/status");
    for _ in 0..2 {
        let response = client().get(&url).send().await.unwrap();
        assert_eq!(response.status(), 200);
    }
    drop(idle);
    let response = client().get(&url).send().await.unwrap();
    assert_eq!(response.status(), 200);
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[tokio::test]
async fn idle_connections_are_closed_to_make_room() {
    idle_connections(200, 64).await;
}

#[tokio::test]
#[ignore = "needs 10,000 file descriptors"]
async fn ten_thousand_idle_connections_do_not_stop_the_server() {
    idle_connections(10_000, 1_024).await;
    idle_connections(10_000, 12_000).await;
}
