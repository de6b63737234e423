//! Memory of a listing: 1,000 pages against 10. Peak memory belongs to a process, so
//! each listing runs in one of its own: this program again, with arguments.

use std::process::Command;
use std::sync::Arc;

use partner_center::Client;
use partner_center::credential::StaticTokenCredential;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const ROWS: usize = 500;
const ARGUMENT: &str = "--listing-of-pages";

/// Goes through a listing if this process was started for it.
pub(crate) fn is_child() -> bool {
    let mut arguments = std::env::args()
        .skip_while(|argument| argument != ARGUMENT)
        .skip(1);
    let Some(pages) = arguments.next().and_then(|pages| pages.parse().ok()) else {
        return false;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(list(pages));
    println!("{}", peak_kilobytes().unwrap_or(0));
    true
}

/// Peak memory of iterating many pages over that of a few.
pub(crate) fn memory() {
    if peak_kilobytes().is_none() {
        println!("| peak memory of 1,000 pages over 10: not measured on this system | | | | |");
        return;
    }
    let peak = |pages: usize| -> f64 {
        let mut peaks: Vec<f64> = (0..5)
            .map(|_| {
                let mut child = Command::new(std::env::current_exe().unwrap());
                let output = child.args([ARGUMENT, &pages.to_string()]).output().unwrap();
                assert!(output.status.success());
                String::from_utf8(output.stdout)
                    .unwrap()
                    .trim()
                    .parse()
                    .unwrap()
            })
            .collect();
        crate::harness::median(&mut peaks)
    };
    let (many, few) = (peak(1_000), peak(10));
    println!(
        "| peak memory of iterating 1,000 pages of {ROWS} rows, over 10 pages | {:.2} | {:.1} MB | {:.1} MB | at most 1.10 |",
        many / few,
        many / 1024.0,
        few / 1024.0
    );
}

/// The kernel's own account, in kB. Linux only.
fn peak_kilobytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

async fn list(pages: usize) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, pages));
    let client = Client::builder()
        .base_url(url.parse().unwrap())
        .credential(Arc::new(StaticTokenCredential::new("a-token-for-tests")))
        .build()
        .unwrap();
    let mut items = client.commercial_licenses_deployment().top(500).items();
    let mut sold = 0;
    while let Some(row) = items.next().await {
        sold += row.unwrap().licenses_sold.unwrap();
    }
    assert_eq!(usize::try_from(sold).unwrap(), pages * ROWS);
}

/// Pages that link to the next by `skip`, the last one without a link and not full.
async fn serve(listener: tokio::net::TcpListener, pages: usize) {
    let row = "{\"processedDateTime\":\"2018-10-14T00:00:00\",\"serviceCode\":\"o365\",\
               \"serviceName\":\"Microsoft Office 365\",\"channel\":\"reseller\",\
               \"customerTenantId\":\"0112A436-B14E-4888-967B-CA4BB2CF1234\",\
               \"customerName\":\"CONTOSO\",\"productName\":\"OFFICE 365 ENTERPRISE E3\",\
               \"licensesDeployed\":PAGE,\"licensesSold\":1}";
    let rows = vec![row; ROWS].join(",");
    while let Ok((mut stream, _)) = listener.accept().await {
        let rows = rows.clone();
        tokio::spawn(async move {
            let mut request = vec![0; 8192];
            let mut length = 0;
            while let Ok(more @ 1..) = stream.read(&mut request[length..]).await {
                length += more;
                if !request[..length].ends_with(b"\r\n\r\n") {
                    continue;
                }
                let head = String::from_utf8_lossy(&request[..length]).into_owned();
                length = 0;
                let skip = head
                    .split("skip=")
                    .nth(1)
                    .and_then(|rest| {
                        rest.split(|c: char| !c.is_ascii_digit())
                            .next()?
                            .parse()
                            .ok()
                    })
                    .unwrap_or(0_usize);
                let body = match skip / ROWS {
                    // Pages with the same rows would end the listing.
                    page if page < pages => format!(
                        "{{\"Value\":[{}],\"@nextLink\":\"license?top={ROWS}&skip={}\",\"TotalCount\":{}}}",
                        rows.replace("PAGE", &page.to_string()),
                        skip + ROWS,
                        pages * ROWS
                    ),
                    _ => "{\"Value\":[],\"@nextLink\":null}".to_owned(),
                };
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                );
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    break;
                }
            }
        });
    }
}
