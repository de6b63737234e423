//! A whole call.

use std::hint::black_box;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use partner_center::Client;
use partner_center::credential::StaticTokenCredential;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::{row_by, wall_clock};

const BODY: &str = "\u{feff}{\"totalCount\":2,\"items\":[{\"proratedDeploymentPercent\":0.0,\"licensesSold\":343,\"processedDateTime\":\"2017-03-10T00:00:00+00:00\",\"serviceName\":\"crm\",\"channel\":\"reseller\",\"attributes\":{\"objectType\":\"PartnerLicensesDeploymentInsights\"}},{\"proratedDeploymentPercent\":1.0,\"licensesSold\":4464,\"processedDateTime\":\"2017-03-14T03:25:16.36+00:00\",\"serviceName\":\"o365\",\"channel\":\"reseller\",\"attributes\":{\"objectType\":\"PartnerLicensesDeploymentInsights\"}}],\"attributes\":{\"objectType\":\"Collection\"}}";

const ARGUMENT: &str = "--server-that-takes-milliseconds";

/// Compares a whole call over loopback with the same work by reqwest and serde_json: the processor
/// time, and the elapsed time if the server takes a millisecond, which is still much faster than any
/// service behind a network. The server is a separate process.
pub(crate) fn calls() {
    #[cfg(unix)]
    against(
        "whole call over loopback, against reqwest + serde_json: processor time",
        crate::harness::processor_clock,
        Duration::ZERO,
        (400, 41),
    );
    against(
        "the same, elapsed time if the service takes a millisecond",
        wall_clock,
        Duration::from_millis(1),
        (100, 21),
    );
}

fn against(what: &str, clock: fn() -> Duration, thinks: Duration, counts: (u32, usize)) {
    let server = Server::start(thinks);
    let url = server.url.clone();
    let (calls, _) = counts;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let client = Client::builder()
        .base_url(url.clone())
        .credential(Arc::new(StaticTokenCredential::new("a-token-for-tests")))
        .build()
        .unwrap();
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let bare = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(100))
        .build()
        .unwrap();
    let address = url.join("v1/analytics/licenses/deployment").unwrap();
    row_by(
        clock,
        what,
        "at most 1.05",
        counts,
        || {
            runtime.block_on(async {
                for _ in 0..calls {
                    let answer = client.partner_licenses_deployment().send().await.unwrap();
                    assert_eq!(answer.items.len(), 2);
                }
            });
        },
        || {
            runtime.block_on(async {
                for _ in 0..calls {
                    let answer = bare
                        .get(address.clone())
                        .bearer_auth("a-token-for-tests")
                        .header("Accept", "application/json")
                        .header("MS-RequestId", uuid::Uuid::new_v4().to_string())
                        .header("MS-CorrelationId", uuid::Uuid::new_v4().to_string())
                        .header("MS-Contract-Version", "v1")
                        .header("X-Locale", "en-US")
                        .send()
                        .await
                        .unwrap()
                        .error_for_status()
                        .unwrap();
                    let body = answer.bytes().await.unwrap();
                    let plain: plain::Collection = serde_json::from_slice(&body[3..]).unwrap();
                    assert_eq!(plain.items.len(), 2);
                    black_box(plain);
                }
            });
        },
    );
}

/// The same fields without any of our types.
mod plain {
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(crate) struct Collection {
        #[serde(rename = "totalCount")]
        pub(crate) _total_count: Option<i64>,
        pub(crate) items: Vec<Row>,
        #[serde(rename = "attributes")]
        pub(crate) _attributes: Option<Attributes>,
    }

    #[derive(Deserialize)]
    pub(crate) struct Row {
        #[serde(rename = "proratedDeploymentPercent")]
        pub(crate) _prorated_deployment_percent: f64,
        #[serde(rename = "licensesSold")]
        pub(crate) _licenses_sold: i64,
        #[serde(rename = "processedDateTime")]
        pub(crate) _processed_date_time: String,
        #[serde(rename = "serviceName")]
        pub(crate) _service_name: Option<String>,
        #[serde(rename = "channel")]
        pub(crate) _channel: Option<String>,
        #[serde(rename = "attributes")]
        pub(crate) _attributes: Option<Attributes>,
    }

    #[derive(Deserialize)]
    pub(crate) struct Attributes {
        #[serde(rename = "objectType")]
        pub(crate) _object_type: Option<String>,
    }
}

/// Second process of this program, which runs as a server.
struct Server {
    process: Child,
    url: url::Url,
}

impl Server {
    fn start(thinks: Duration) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args([ARGUMENT, &thinks.as_millis().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let url = line.trim().parse().unwrap();
        Self { process, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The server ends when its input ends.
        drop(self.process.stdin.take());
        self.process.wait().unwrap();
    }
}

/// Runs the server if this process was started as one, and returns whether it was. The server sends
/// the documented response to every request until its input ends, which is at the latest when the
/// parent process ends.
pub(crate) fn is_server() -> bool {
    let mut arguments = std::env::args()
        .skip_while(|argument| argument != ARGUMENT)
        .skip(1);
    let Some(thinks) = arguments.next().and_then(|millis| millis.parse().ok()) else {
        return false;
    };
    std::thread::spawn(move || serve(Duration::from_millis(thinks)));
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    true
}

fn serve(thinks: Duration) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("http://{}/", listener.local_addr().unwrap());
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nContent-Type: application/json; charset=utf-8\r\n\r\n{BODY}",
            BODY.len()
        );
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = vec![0; 8192];
                let mut length = 0;
                while let Ok(more @ 1..) = stream.read(&mut request[length..]).await {
                    length += more;
                    if request[..length].ends_with(b"\r\n\r\n") {
                        length = 0;
                        if !thinks.is_zero() {
                            tokio::time::sleep(thinks).await;
                        }
                        if stream.write_all(answer.as_bytes()).await.is_err() {
                            break;
                        }
                    }
                }
            });
        }
    });
}
