//! Synthetic data, and queries over HTTP.

use partner_center_emulator::{DataSet, Emulator, EmulatorBuilder, SyntheticData, TokenOptions};
use serde_json::{Value, json};

use crate::support::client;

pub(crate) async fn start(builder: EmulatorBuilder) -> Emulator {
    builder.start().await.unwrap()
}

/// Caller with an accepted token.
pub(crate) struct Caller {
    pub(crate) client: reqwest::Client,
    emulator: reqwest::Url,
    token: String,
}

/// Response that was read.
pub(crate) struct Received {
    pub(crate) status: u16,
    body: String,
}

impl Received {
    fn json(&self) -> Value {
        serde_json::from_str(self.body.trim_start_matches('\u{feff}')).unwrap()
    }

    fn text(&self) -> &str {
        &self.body
    }
}

impl Caller {
    pub(crate) fn of(emulator: &Emulator) -> Self {
        Self {
            client: client(),
            emulator: emulator.url(),
            token: emulator.mint_token(TokenOptions::new()),
        }
    }

    pub(crate) async fn get(&self, target: &str) -> Received {
        self.get_with(target, &[]).await
    }

    async fn get_with(&self, target: &str, headers: &[(&str, &str)]) -> Received {
        let url = self.emulator.join(target).unwrap();
        let mut request = self.client.get(url).bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        Received {
            status: response.status().as_u16(),
            body: response.text().await.unwrap(),
        }
    }
}

pub(crate) fn synthetic(customers: u32) -> DataSet {
    let data = SyntheticData::new()
        .customers(customers)
        .today("2026-11-25".parse().unwrap());
    DataSet::synthetic(data)
}

pub(crate) async fn page(caller: &Caller, path: &str) -> Value {
    let response = caller.get(path).await;
    assert_eq!(response.status, 200, "{path}: {}", response.text());
    response.json()
}

#[tokio::test]
async fn filters_groups_and_orders_select_rows() {
    let emulator = start(Emulator::builder().data(synthetic(30))).await;
    let caller = Caller::of(&emulator);
    let path = "/partner/v1/analytics/commercial/deployment/license";
    let all = page(&caller, path).await;
    let rows = all["Value"].as_array().unwrap();
    assert_eq!(all["TotalCount"], rows.len());
    assert_eq!(all["@nextLink"], Value::Null);

    // Case-insensitive, as the documentation's example needs.
    let filtered = page(&caller, &format!("{path}?filter=serviceCode eq 'O365'")).await;
    let expected = rows
        .iter()
        .filter(|row| row["serviceCode"] == "o365")
        .count();
    assert_eq!(filtered["TotalCount"], expected);
    assert!(expected > 0 && expected < rows.len());

    let grouped = page(&caller, &format!("{path}?groupby=serviceCode,channel")).await;
    let groups = grouped["Value"].as_array().unwrap();
    let sold = |rows: &[Value]| {
        rows.iter()
            .map(|row| row["licensesSold"].as_i64().unwrap())
            .sum::<i64>()
    };
    assert_eq!(sold(groups), sold(rows));
    assert_eq!(
        groups[0].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["channel", "licensesDeployed", "licensesSold", "serviceCode"]
    );

    let path = "/partner/v1/analytics/indirectresellers?orderby=licenseCount desc,name&top=2";
    let ordered = page(&caller, path).await;
    let counts: Vec<_> = ordered["Value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["licenseCount"].as_i64())
        .collect();
    assert!(counts.is_sorted_by(|one, other| one >= other), "{counts:?}");

    // Groups have no value of a field that they are not grouped by.
    let path = "/partner/v1/analytics/usage/azure?groupby=meterCategory&orderby=usageDate";
    let refused = caller.get(path).await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (400, &json!(800_002))
    );

    // Groups of subscriptions have their counts as text, rows as numbers (T45).
    let groups = page(
        &caller,
        "/partner/v1/analytics/subscriptions?groupby=subscriptionType",
    )
    .await;
    assert!(groups["Value"][0]["subscriptionCount"].is_string());
    assert!(page(&caller, "/partner/v1/analytics/subscriptions?top=1").await["Value"][0]["licenseCount"].is_number());
}

#[tokio::test]
async fn next_links_lead_through_all_rows() {
    let emulator = start(Emulator::builder().data(synthetic(30))).await;
    let caller = Caller::of(&emulator);
    let folder = "/partner/v1/analytics/usage/";
    let filter = "filter=meterCategory eq 'Storage'&orderby=usageDate desc,subscriptionId";
    let all = page(&caller, &format!("{folder}azure?{filter}")).await;
    let mut link = Some(format!("azure?{filter}&top=101"));
    let mut rows = Vec::new();
    while let Some(next) = link {
        let page = page(&caller, &format!("{folder}{next}")).await;
        assert_eq!(page["TotalCount"], all["TotalCount"]);
        rows.extend(page["Value"].as_array().unwrap().clone());
        link = page["@nextLink"].as_str().map(str::to_owned);
    }
    assert!(rows.len() > 200);
    assert_eq!(Value::Array(rows), all["Value"]);
}

#[tokio::test]
async fn the_processed_day_selects_the_figures() {
    let emulator = start(Emulator::builder().data(synthetic(30))).await;
    let caller = Caller::of(&emulator);
    let path = "/partner/v1/analytics/commercial/usage/license?top=1";
    let latest = page(&caller, path).await;
    assert_eq!(
        latest["Value"][0]["processedDateTime"],
        "2026-11-24T00:00:00"
    );
    let given = page(&caller, &format!("{path}&processedDateTime=2026-11-24")).await;
    assert_eq!(given["Value"], latest["Value"]);
    let earlier = page(
        &caller,
        &format!("{path}&processedDateTime=2026-11-03T00:00:00Z"),
    )
    .await;
    assert_eq!(
        earlier["Value"][0]["processedDateTime"],
        "2026-11-03T00:00:00"
    );
    assert_ne!(earlier["Value"], latest["Value"]);
    for day in ["2026-11-25", "2026-08-26", "1999-01-01"] {
        let none = page(&caller, &format!("{path}&processedDateTime={day}")).await;
        assert_eq!(
            none,
            json!({ "Value": [], "@nextLink": null, "TotalCount": 0 }),
            "{day}"
        );
    }
}

#[tokio::test]
async fn unknown_and_foreign_customers_are_refused() {
    let emulator = start(Emulator::builder().data(synthetic(5))).await;
    let caller = Caller::of(&emulator);
    let customers = page(&caller, "/v1/customers").await;
    let own = customers["items"][4]["id"].as_str().unwrap().to_owned();
    let foreign = emulator.foreign_customer_id().to_owned();
    let foreign = foreign.as_str();
    let unknown = "11111111-2222-3333-4444-555555555555";
    for path in [
        "",
        "/analytics/licenses/deployment",
        "/analytics/licenses/usage",
        "/subscribedskus",
    ] {
        for (id, status, code) in [
            (&*own, 200, 0),
            (&*own.to_uppercase(), 200, 0),
            (unknown, 404, 60_003),
            (foreign, 403, 20_002),
        ] {
            let response = caller.get(&format!("/v1/customers/{id}{path}")).await;
            assert_eq!(response.status, status, "{id}{path}");
            if status != 200 {
                assert_eq!(response.json()["code"], code);
            }
        }
    }
    let one = page(&caller, &format!("/v1/customers/{own}")).await;
    assert_eq!(
        one["companyProfile"]["companyName"],
        customers["items"][4]["companyProfile"]["companyName"]
    );
    assert!(one["billingProfile"]["culture"].is_string());
}

#[tokio::test]
async fn customers_are_listed_by_size_seek_and_filter() {
    let emulator = start(Emulator::builder().data(synthetic(25))).await;
    let caller = Caller::of(&emulator);
    let all = page(&caller, "/v1/customers?size=0").await;
    let ids = |page: &Value| -> Vec<Value> {
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["id"].clone())
            .collect()
    };
    assert_eq!((ids(&all).len(), &all["links"]["next"]), (25, &Value::Null));

    let mut seen = Vec::new();
    let mut target = "/v1/customers?size=10".to_owned();
    let mut token: Option<String> = None;
    let mut tokens = Vec::new();
    loop {
        let page = match &token {
            None => page(&caller, &target).await,
            Some(token) => caller
                .get_with(&target, &[("MS-ContinuationToken", token)])
                .await
                .json(),
        };
        assert_eq!(page["totalCount"], page["items"].as_array().unwrap().len());
        seen.extend(ids(&page));
        let next = &page["links"]["next"];
        if next.is_null() {
            assert_eq!(page["continuationToken"], Value::Null);
            break;
        }
        assert_eq!(next["headers"][0]["key"], "MS-ContinuationToken");
        assert_eq!(next["headers"][0]["value"], page["continuationToken"]);
        target = format!("/v1{}", next["uri"].as_str().unwrap());
        token = next["headers"][0]["value"].as_str().map(str::to_owned);
        tokens.extend(token.clone());
    }
    assert_eq!(seen, ids(&all));

    // A seek needs neither size nor filter.
    let seek = |operation: &'static str, token: String| {
        let caller = &caller;
        async move {
            let target = format!("/v1/customers?seekOperation={operation}");
            caller
                .get_with(&target, &[("MS-ContinuationToken", &token)])
                .await
        }
    };
    let all = ids(&all);
    assert_eq!(
        ids(&seek("Next", tokens[0].clone()).await.json()),
        all[10..20]
    );
    assert_eq!(
        ids(&seek("Previous", tokens[1].clone()).await.json()),
        all[..10]
    );
    assert_eq!(
        ids(&seek("First", tokens[1].clone()).await.json()),
        all[..10]
    );
    assert_eq!(
        ids(&seek("Last", tokens[0].clone()).await.json()),
        all[20..]
    );
    let invented = seek("Next", "abc".to_owned()).await;
    assert_eq!(
        (invented.status, &invented.json()["code"]),
        (400, &json!(800_002))
    );

    for (field, operator, value, expected) in [
        ("CompanyName", "starts_with", "FABRIKAM", 5),
        ("CompanyName", "equals", "contoso", 1),
        ("Domain", "starts_with", "contoso1", 5),
        ("CompanyName", "starts_with", "コントソ", 1),
    ] {
        let filter = json!({ "Field": field, "Value": value, "Operator": operator }).to_string();
        let found = page(&caller, &format!("/v1/customers?size=40&filter={filter}")).await;
        assert_eq!(found["totalCount"], expected, "{filter}");
    }
    let reseller = page(&caller, "/partner/v1/analytics/indirectresellers?top=1").await;
    let id = reseller["Value"][0]["id"].as_str().unwrap();
    let filter =
        json!({ "Field": "IndirectReseller", "Value": id, "Operator": "starts_with" }).to_string();
    let found = page(&caller, &format!("/v1/customers?filter={filter}")).await;
    let customers = found["items"].as_array().unwrap();
    assert!(!customers.is_empty());
    assert!(
        customers
            .iter()
            .all(|customer| customer["associatedPartnerId"] == id)
    );
}
