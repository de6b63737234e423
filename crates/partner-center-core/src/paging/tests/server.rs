//! Service on loopback that sends the responses of a test.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use partner_center_catalog::{Operation, Parameter, ParameterKind, Place};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::super::{Pages, PagingOptions};
use crate::testing::FixedToken;
use crate::{ClientInfo, Collection, Envelope, Page, Pipeline, PipelineOptions};

/// A listing with `skip`.
pub(super) static ROWS: Operation = Operation::new("rows", "GET", DATA_SET)
    .with_parameters(&[Parameter::new(
        "skip",
        Place::Query,
        ParameterKind::Integer {
            minimum: 0,
            maximum: 2_147_483_647,
        },
        "",
    )])
    .with_pages(Some(10_000));

/// A listing without `skip`.
static CUSTOMERS: Operation = Operation::new("rows", "GET", "/v1/customers").with_pages(Some(500));

/// Received request.
#[derive(Clone, Debug)]
pub(super) struct Recorded {
    /// Number of the request, from 0.
    pub(super) number: usize,
    /// Path and query, as sent.
    pub(super) target: String,
    pub(super) headers: HeaderMap,
}

impl Recorded {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// Status and body; `None` sends no response.
pub(super) type Answer = Option<(u16, String)>;

pub(super) struct Server {
    pub(super) base: String,
    requests: Arc<Mutex<Vec<Recorded>>>,
    arrived: watch::Receiver<usize>,
    /// Number of connections that the client closed before a response.
    abandoned: watch::Receiver<usize>,
}

impl Server {
    pub(super) async fn start(
        answer: impl Fn(&Recorded) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (arrived, arrivals) = watch::channel(0);
        let (abandon, abandoned) = watch::channel(0);
        let (answer, record) = (Arc::new(answer), requests.clone());
        let (arrived, abandon) = (Arc::new(arrived), Arc::new(abandon));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(
                    stream,
                    answer.clone(),
                    record.clone(),
                    arrived.clone(),
                    abandon.clone(),
                ));
            }
        });
        Self {
            base,
            requests,
            arrived: arrivals,
            abandoned,
        }
    }

    /// Starts a service that sends these responses in order.
    pub(super) async fn script(answers: Vec<(u16, String)>) -> Self {
        Self::start(move |request| Some(answers[request.number].clone())).await
    }

    pub(super) fn requests(&self) -> Vec<Recorded> {
        self.requests.lock().unwrap().clone()
    }

    pub(super) fn targets(&self) -> Vec<String> {
        self.requests()
            .into_iter()
            .map(|request| request.target)
            .collect()
    }

    /// Waits until this many requests have arrived.
    pub(super) async fn arrived(&self, count: usize) {
        let mut arrived = self.arrived.clone();
        let wait = arrived.wait_for(|arrived| *arrived >= count);
        tokio::time::timeout(Duration::from_secs(20), wait)
            .await
            .unwrap()
            .unwrap();
    }

    /// Waits until the client has cancelled a request.
    pub(super) async fn abandoned(&self) {
        let mut abandoned = self.abandoned.clone();
        let wait = abandoned.wait_for(|abandoned| *abandoned > 0);
        tokio::time::timeout(Duration::from_secs(20), wait)
            .await
            .unwrap()
            .unwrap();
    }

    pub(super) fn client(&self) -> Client {
        Client::new(&self.base)
    }

    /// Returns the listing of a data set.
    pub(super) fn pages(&self, target: &str) -> Pages<Page<i64>> {
        self.client().pages(target)
    }

    /// Returns the listing of customers.
    pub(super) fn customers(&self, target: &str) -> Pages<Collection<String>> {
        self.client().pages(target)
    }
}

async fn serve(
    mut stream: TcpStream,
    answer: Arc<impl Fn(&Recorded) -> Answer>,
    record: Arc<Mutex<Vec<Recorded>>>,
    arrived: Arc<watch::Sender<usize>>,
    abandon: Arc<watch::Sender<usize>>,
) {
    let mut head = Vec::new();
    loop {
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return,
            }
        }
        let text = String::from_utf8(std::mem::take(&mut head)).unwrap();
        let mut lines = text.split("\r\n");
        let target = lines.next().unwrap().split(' ').nth(1).unwrap().to_owned();
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| {
                (
                    name.parse::<HeaderName>().unwrap(),
                    HeaderValue::from_str(value).unwrap(),
                )
            })
            .collect();
        let recorded = {
            let mut record = record.lock().unwrap();
            let recorded = Recorded {
                number: record.len(),
                target,
                headers,
            };
            record.push(recorded.clone());
            recorded
        };
        arrived.send_modify(|count| *count += 1);
        let Some((status, body)) = answer(&recorded) else {
            let _closed = stream.read_u8().await;
            abandon.send_modify(|count| *count += 1);
            return;
        };
        let mut head = format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n");
        for name in ["ms-requestid", "ms-correlationid"] {
            head.push_str(&format!("{name}: {}\r\n", recorded.header(name)));
        }
        if status != 204 {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        let answer = format!("{head}\r\n{body}");
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Client with the interface of a generated client.
#[derive(Debug)]
pub(super) struct Client {
    base: String,
    client: reqwest::Client,
    pipeline: Pipeline,
}

impl Client {
    pub(super) fn new(base: &str) -> Self {
        let credential = Arc::new(FixedToken::new("not-a-secret"));
        let url = base.parse().unwrap();
        let time = Duration::from_secs(20);
        Self {
            base: base.to_owned(),
            client: crate::http::transport::http_client(
                &url,
                crate::http::transport::Timeouts {
                    connect: time,
                    read: time,
                    total: time,
                },
            )
            .unwrap(),
            pipeline: Pipeline::new(PipelineOptions::new(credential, "scope"))
                .with_retry(crate::RetryOptions::none()),
        }
    }

    pub(super) fn request(&self, target: &str) -> reqwest::Request {
        self.client
            .get(format!("{}{target}", self.base))
            .header("Accept", "application/json")
            .build()
            .unwrap()
    }

    pub(super) fn pages<E: Envelope>(&self, target: &str) -> Pages<E> {
        let operation = match target.starts_with(CUSTOMERS.path) {
            true => &CUSTOMERS,
            false => &ROWS,
        };
        Pages::new(self, self.request(target), operation, PagingOptions::new())
    }
}

impl ClientInfo<Pipeline> for Client {
    fn api_version() -> &'static str {
        "v1"
    }

    fn baseurl(&self) -> &str {
        &self.base
    }

    fn client(&self) -> &reqwest::Client {
        &self.client
    }

    fn inner(&self) -> &Pipeline {
        &self.pipeline
    }
}

/// Returns a page with these rows and this link.
pub(super) fn page(rows: &[i64], link: Option<&str>) -> (u16, String) {
    let body = serde_json::json!({ "Value": rows, "@nextLink": link, "TotalCount": null });
    (200, format!("\u{feff}{body}"))
}

pub(super) const DATA_SET: &str = "/partner/v1/analytics/x/y";
