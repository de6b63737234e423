//! Calls for many customers interrupted by a signal.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use super::report_interrupted::{kill, read};
use super::{Running, pcenter};

const CUSTOMERS: [&str; 4] = [
    "10000000-0000-4000-8000-000000000000",
    "20000000-0000-4000-8000-000000000000",
    "30000000-0000-4000-8000-000000000000",
    "40000000-0000-4000-8000-000000000000",
];

/// Server on loopback with one row per customer. It never responds to the first request for the third
/// customer.
struct Service {
    url: String,
    /// Receives the customer of each request.
    requested: Receiver<String>,
}

impl Service {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (request, requested) = channel();
        std::thread::spawn(move || {
            let mut held = None;
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                // A connection may be closed without a request.
                let Some(customer) = customer_of(&stream) else {
                    continue;
                };
                // The test may have ended.
                let _gone = request.send(customer.clone());
                if customer == CUSTOMERS[2] && held.is_none() {
                    held = Some(stream);
                    continue;
                }
                send(stream, &customer);
            }
        });
        Self { url, requested }
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = pcenter(&["licenses", "deployment", "--base-url", &self.url]);
        command.args(CUSTOMERS.iter().flat_map(|id| ["--customer", *id]));
        command.args(["--no-checks", "--columns", "customerId,licensesSold"]);
        command.args(more).env("PCENTER_ACCESS_TOKEN", "a-token");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// Returns the customer in the path of a request.
fn customer_of(stream: &TcpStream) -> Option<String> {
    let mut head = BufReader::new(stream).lines();
    let first = head.next()?.ok()?;
    for line in head {
        if line.ok()?.is_empty() {
            break;
        }
    }
    let mut customers = CUSTOMERS.iter();
    Some((*customers.find(|id| first.contains(**id))?).to_owned())
}

fn send(mut stream: TcpStream, customer: &str) {
    let row = serde_json::json!({
        "customerId": customer,
        "customerName": "Contoso",
        "productName": "EXCHANGE ONLINE (PLAN 1)",
        "licensesDeployed": 0,
        "deploymentPercent": 0.0,
        "licensesSold": customer[..1].parse::<u64>().unwrap(),
        "processedDateTime": "2026-11-25T03:25:16.36+00:00",
        "serviceName": "o365",
        "channel": "reseller",
    });
    let body = serde_json::json!({"totalCount": 1, "items": [row]}).to_string();
    // The process may have ended.
    let _gone = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
}

/// Returns the numbers of the customers whose rows are in a document.
fn customers(format: &str, document: &str) -> Vec<u64> {
    let number = |row: &serde_json::Value| row["licensesSold"].as_u64().unwrap();
    match format {
        "json" => {
            let rows: Vec<serde_json::Value> = serde_json::from_str(document).unwrap();
            rows.iter().map(number).collect()
        }
        _ => {
            let rows = document
                .lines()
                .map(|line| serde_json::from_str(line).unwrap());
            rows.map(|row| number(&row)).collect()
        }
    }
}

#[test]
fn a_signal_leaves_a_valid_document_and_the_rest_is_read_later() {
    for (signal, code, format) in [("TERM", 143, "json"), ("INT", 130, "ndjson")] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("customers.json");
        let more = ["-o", format, "--continuation-file", file.to_str().unwrap()];
        let service = Service::start();
        let mut running = Running(service.command(&more).spawn().unwrap());
        let mut stdout = BufReader::new(running.0.stdout.take().unwrap());
        let stderr = read(running.0.stderr.take().unwrap());
        // Rows are in the order of the customers: the third one holds back the fourth.
        let mut first = Vec::new();
        for _ in 0..2 {
            stdout.read_until(b'}', &mut first).unwrap();
        }
        for _ in CUSTOMERS {
            service.requested.recv().unwrap();
        }
        kill(&running.0, signal);
        let ended = running.0.wait().unwrap().code();
        let rest = read(stdout).join().unwrap();
        let stderr = stderr.join().unwrap();
        assert_eq!(ended, Some(code), "{stderr}");
        assert!(stderr.contains("the same command resumes from"), "{stderr}");
        let first = String::from_utf8(first).unwrap() + &rest;
        assert_eq!(customers(format, &first), [1, 2]);

        let ran = service.command(&more).output().unwrap();
        let [rest, stderr] = [ran.stdout, ran.stderr].map(|text| String::from_utf8(text).unwrap());
        assert_eq!(ran.status.code(), Some(0), "{stderr}");
        assert!(stderr.contains("2 rows were already written"), "{stderr}");
        assert_eq!(customers(format, &rest), [3, 4]);
        let mut again: Vec<_> = service.requested.try_iter().collect();
        again.sort();
        assert_eq!(again, CUSTOMERS[2..]);
        assert!(!file.exists());
    }
}

/// The list of customers is read before the first row.
#[test]
fn a_signal_ends_the_search_for_a_customer() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut command = pcenter(&["skus", "--customer", "contoso", "--base-url", &url]);
    command.args(["--no-checks", "-o", "json"]);
    command.env("PCENTER_ACCESS_TOKEN", "a-token");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running(command.spawn().unwrap());
    // Never answered.
    let _held = listener.accept().unwrap();
    kill(&running.0, "TERM");
    let code = running.0.wait().unwrap().code();
    let stderr = read(running.0.stderr.take().unwrap()).join().unwrap();
    assert_eq!(code, Some(143), "{stderr}");
    assert_eq!(stderr, "error: stopped by SIGTERM\n");
}
