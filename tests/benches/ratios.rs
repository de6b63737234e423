//! What the client costs, as ratios within one run: the machine may be slow or busy,
//! both sides of a ratio suffer alike. Run with `cargo bench`.
//!
//! Each row takes turns between ours and the other, and prints the median of the
//! ratios of neighbouring turns.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark prints, and a panic is how it tells that something is wrong"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use partner_center::credential::StaticTokenCredential;
use partner_center::{Client, Timestamp};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use xtask::regenerate::{Outcome, regenerate};

fn main() {
    println!("| what | ratio | ours | the other | bound |");
    println!("|---|---|---|---|---|");
    calls();
    timestamps();
    regeneration();
}

/// Turns of ours and the other, and what they say.
fn row(
    what: &str,
    bound: &str,
    per_turn: u32,
    turns: usize,
    mut ours: impl FnMut(),
    mut other: impl FnMut(),
) {
    let (mut times, mut ratios) = ((Vec::new(), Vec::new()), Vec::new());
    for turn in 0..=turns {
        let (ours, other) = (time(&mut ours), time(&mut other));
        // The first turn warms caches and connections up.
        if turn > 0 {
            times.0.push(ours.as_secs_f64());
            times.1.push(other.as_secs_f64());
            ratios.push(ours.as_secs_f64() / other.as_secs_f64());
        }
    }
    let each = |times: &mut Vec<f64>| Duration::from_secs_f64(median(times) / f64::from(per_turn));
    println!(
        "| {what} | {:.2} | {:.1?} | {:.1?} | {bound} |",
        median(&mut ratios),
        each(&mut times.0),
        each(&mut times.1)
    );
}

fn time(work: &mut impl FnMut()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

const BODY: &str = "\u{feff}{\"totalCount\":2,\"items\":[{\"proratedDeploymentPercent\":0.0,\"licensesSold\":343,\"processedDateTime\":\"2017-03-10T00:00:00+00:00\",\"serviceName\":\"crm\",\"channel\":\"reseller\",\"attributes\":{\"objectType\":\"PartnerLicensesDeploymentInsights\"}},{\"proratedDeploymentPercent\":1.0,\"licensesSold\":4464,\"processedDateTime\":\"2017-03-14T03:25:16.36+00:00\",\"serviceName\":\"o365\",\"channel\":\"reseller\",\"attributes\":{\"objectType\":\"PartnerLicensesDeploymentInsights\"}}],\"attributes\":{\"objectType\":\"Collection\"}}";

/// A whole call over loopback against reqwest and serde_json doing the same by hand.
fn calls() {
    const CALLS: u32 = 400;
    let url: url::Url = serve();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let client = Client::builder()
        .base_url(url.clone())
        .credential(Arc::new(StaticTokenCredential::new("a-token-for-tests")))
        .build()
        .unwrap();
    let bare = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(100))
        .build()
        .unwrap();
    let address = url.join("v1/analytics/licenses/deployment").unwrap();
    row(
        "whole call over loopback, against reqwest + serde_json by hand",
        "at most 1.05",
        CALLS,
        41,
        || {
            runtime.block_on(async {
                for _ in 0..CALLS {
                    let answer = client.partner_licenses_deployment().send().await.unwrap();
                    assert_eq!(answer.items.len(), 2);
                }
            });
        },
        || {
            runtime.block_on(async {
                for _ in 0..CALLS {
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

/// A server on a thread of its own that gives the documented answer to every request
/// of a connection, until the process ends.
fn serve() -> url::Url {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    listener.set_nonblocking(true).unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
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
                            if stream.write_all(answer.as_bytes()).await.is_err() {
                                break;
                            }
                        }
                    }
                });
            }
        });
    });
    url
}

/// Reading and writing timestamps against the `time` crate's RFC 3339.
fn timestamps() {
    const COUNT: u32 = 4096;
    let texts: Vec<String> = (0..COUNT)
        .map(|n| match n % 3 {
            0 => format!("2017-03-{:02}T{:02}:25:16+00:00", 1 + n % 28, n % 24),
            1 => format!("2017-{:02}-14T03:{:02}:16.36+00:00", 1 + n % 12, n % 60),
            _ => format!("20{:02}-03-14T03:25:{:02}.1234567+00:00", n % 100, n % 60),
        })
        .collect();
    row(
        "timestamp: read, against `time` RFC 3339",
        "at most 1.00",
        COUNT,
        201,
        || {
            texts.iter().for_each(|text| {
                black_box(text.parse::<Timestamp>().unwrap());
            })
        },
        || {
            texts.iter().for_each(|text| {
                black_box(OffsetDateTime::parse(text, &Rfc3339).unwrap());
            })
        },
    );
    let ours: Vec<Timestamp> = texts.iter().map(|text| text.parse().unwrap()).collect();
    let theirs: Vec<OffsetDateTime> = texts
        .iter()
        .map(|text| OffsetDateTime::parse(text, &Rfc3339).unwrap())
        .collect();
    let mut buffer = Vec::new();
    row(
        "timestamp: write into a buffer",
        "at most 1.00",
        COUNT,
        201,
        || {
            let mut buffer = [0; Timestamp::MAX_TEXT];
            ours.iter().for_each(|moment| {
                black_box(moment.as_text(&mut buffer).len());
            });
        },
        || {
            theirs.iter().for_each(|moment| {
                buffer.clear();
                black_box(moment.format_into(&mut buffer, &Rfc3339).unwrap());
            });
        },
    );
    row(
        "timestamp: write as a new `String`",
        "at most 1.00",
        COUNT,
        201,
        || {
            ours.iter().for_each(|moment| {
                black_box(String::from(*moment));
            })
        },
        || {
            theirs.iter().for_each(|moment| {
                black_box(moment.format(&Rfc3339).unwrap());
            })
        },
    );
}

/// The whole way from the spec to every generated file, compared with the ones on disk.
fn regeneration() {
    let root = xtask::workspace_root();
    let mut times: Vec<f64> = (0..11)
        .map(|_| {
            let mut shown = Vec::new();
            time(&mut || {
                assert_eq!(
                    regenerate(&root, true, &mut shown).unwrap(),
                    Outcome::UpToDate
                )
            })
            .as_secs_f64()
        })
        .collect();
    let time = Duration::from_secs_f64(median(&mut times));
    println!("| `cargo xtask regenerate --check`, warm, in-process | | {time:.1?} | | under 1 s |");
}
