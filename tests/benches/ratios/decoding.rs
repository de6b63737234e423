//! A full page of 10,000 rows.

use std::fmt::Write as _;
use std::hint::black_box;

use partner_center::{Page, decode, types};

use crate::harness::row;

const ROWS: u32 = 10_000;

/// The generated types against a plain struct of the same fields.
pub(crate) fn decoding() {
    let body = page();
    println!("| (the page has {} bytes) | | | | |", body.len());
    row(
        "decode a page of 10,000 rows, against serde_json into a plain struct",
        "at most 0.80",
        1,
        61,
        || {
            let page: Page<types::CommercialLicensesDeployment> =
                decode::decode(body.as_bytes()).unwrap();
            assert_eq!(page.value.len(), ROWS as usize);
            black_box(page);
        },
        || {
            let page: plain::Page = serde_json::from_slice(body.as_bytes()).unwrap();
            assert_eq!(page.value.len(), ROWS as usize);
            black_box(page);
        },
    );
}

/// The documented row with varying customers, products and figures.
fn page() -> String {
    let mut body = String::from("{\"Value\":[");
    for n in 0..ROWS {
        if n > 0 {
            body.push(',');
        }
        let (service_code, service_name) = match n % 3 {
            0 => ("crm", "Microsoft Dynamics"),
            _ => ("o365", "Microsoft Office 365"),
        };
        write!(
            body,
            "{{\"processedDateTime\":\"2018-10-14T00:00:00\",\"serviceCode\":\"{service_code}\",\
             \"serviceName\":\"{service_name}\",\"channel\":\"reseller\",\
             \"customerTenantId\":\"0112A436-B14E-4888-967B-{n:012X}\",\
             \"customerName\":\"CONTOSO CUSTOMER {:05}\",\
             \"productId\":\"54B84594-8CD0-4A8C-8A4E-{:012X}\",\
             \"productName\":\"OFFICE 365 ENTERPRISE E{}\",\
             \"licensesDeployed\":{},\"licensesSold\":{}}}",
            n / 4,
            n % 40,
            n % 5,
            n % 300,
            n % 400,
        )
        .unwrap();
    }
    write!(body, "],\"@nextLink\":null,\"TotalCount\":{ROWS}}}").unwrap();
    body
}

mod plain {
    use serde::Deserialize;

    #[derive(Deserialize)]
    pub(crate) struct Page {
        #[serde(rename = "Value")]
        pub(crate) value: Vec<Row>,
        #[serde(rename = "@nextLink")]
        pub(crate) _next_link: Option<String>,
        #[serde(rename = "TotalCount")]
        pub(crate) _total_count: Option<i64>,
    }

    #[derive(Deserialize)]
    pub(crate) struct Row {
        #[serde(rename = "processedDateTime")]
        pub(crate) _processed_date_time: Option<String>,
        #[serde(rename = "serviceCode")]
        pub(crate) _service_code: Option<String>,
        #[serde(rename = "serviceName")]
        pub(crate) _service_name: Option<String>,
        #[serde(rename = "channel")]
        pub(crate) _channel: Option<String>,
        #[serde(rename = "customerTenantId")]
        pub(crate) _customer_tenant_id: Option<String>,
        #[serde(rename = "customerName")]
        pub(crate) _customer_name: Option<String>,
        #[serde(rename = "productId")]
        pub(crate) _product_id: Option<String>,
        #[serde(rename = "productName")]
        pub(crate) _product_name: Option<String>,
        #[serde(rename = "licensesDeployed")]
        pub(crate) _licenses_deployed: Option<i64>,
        #[serde(rename = "licensesSold")]
        pub(crate) _licenses_sold: Option<i64>,
    }
}
