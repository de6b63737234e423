//! Synthetic data, data from files, and queries over HTTP.

use std::path::{Path, PathBuf};

use partner_center_emulator::{
    DataError, DataSet, Emulator, EmulatorBuilder, StartError, SyntheticData, TokenOptions,
};
use serde_json::{Value, json};

use crate::support::client;

async fn start(builder: EmulatorBuilder) -> Emulator {
    builder.start().await.unwrap()
}

/// Caller with an accepted token.
struct Caller {
    client: reqwest::Client,
    emulator: reqwest::Url,
    token: String,
}

/// Response that was read.
struct Received {
    status: u16,
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
    fn of(emulator: &Emulator) -> Self {
        Self {
            client: client(),
            emulator: emulator.url(),
            token: emulator.mint_token(TokenOptions::new()),
        }
    }

    async fn get(&self, target: &str) -> Received {
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

fn synthetic(customers: u32) -> DataSet {
    let data = SyntheticData::new()
        .customers(customers)
        .today("2026-11-25".parse().unwrap());
    DataSet::synthetic(data)
}

async fn page(caller: &Caller, path: &str) -> Value {
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

/// Folder that is removed with its files.
struct Folder(PathBuf);

impl Folder {
    fn with(name: &str, files: &[(&str, &str)]) -> Self {
        let path =
            std::env::temp_dir().join(format!("emulator-data-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        for (name, text) in files {
            std::fs::write(path.join(name), text).unwrap();
        }
        Self(path)
    }

    fn data(&self) -> Result<DataSet, DataError> {
        DataSet::from_path(&self.0, SyntheticData::new().customers(3))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

const CUSTOMER: &str = "0c39d6d5-c70d-4c55-bc02-f620844f3fd1";

fn customers_file() -> String {
    json!([{
        "id": CUSTOMER,
        "companyProfile": { "tenantId": CUSTOMER, "domain": "contoso.example", "companyName": "Contoso" },
        "relationshipToPartner": "reseller",
    }])
    .to_string()
}

#[tokio::test]
async fn rows_of_files_replace_those_of_their_operations() {
    let usage = format!(
        "customerTenantId,meterCategory,usageDate,quantity\n{CUSTOMER},\"Storage, hot\",2026-01-01,0.5\n{},Storage,2026-01-02T00:00:00,2\n",
        CUSTOMER.to_uppercase()
    );
    let skus = format!(
        "{{\"customerId\":\"{CUSTOMER}\",\"availableUnits\":1,\"productSku\":{{\"licenseGroupId\":\"group1\"}}}}\n\n"
    );
    let files = [
        ("customers.json", &*customers_file()),
        ("azure_usage.csv", &*usage),
        ("subscribed_skus.ndjson", &*skus),
        ("notes.txt", "not data"),
    ];
    let folder = Folder::with("replace", &files);
    let emulator = start(Emulator::builder().data(folder.data().unwrap())).await;
    let caller = Caller::of(&emulator);

    let customers = page(&caller, "/v1/customers").await;
    assert_eq!(
        (&customers["totalCount"], &customers["items"][0]["id"]),
        (&json!(1), &json!(CUSTOMER))
    );
    let azure = page(
        &caller,
        "/partner/v1/analytics/usage/azure?groupby=meterCategory&orderby=meterCategory desc",
    )
    .await;
    assert_eq!(
        azure["Value"],
        json!([{ "meterCategory": "Storage, hot", "quantity": 0.5 }, { "meterCategory": "Storage", "quantity": 2 }])
    );
    let row = &page(&caller, "/partner/v1/analytics/usage/azure?top=1").await["Value"][0];
    assert_eq!(
        (&row["serviceType"], &row["usageDate"]),
        (&json!(""), &json!("2026-01-01"))
    );
    let skus = page(&caller, &format!("/v1/customers/{CUSTOMER}/subscribedskus")).await;
    assert_eq!(
        skus["items"],
        json!([{ "availableUnits": 1, "productSku": { "licenseGroupId": "group1" } }])
    );
    // The other operations keep their synthetic rows.
    let subscriptions = page(&caller, "/partner/v1/analytics/subscriptions").await;
    assert_ne!(subscriptions["TotalCount"], 0);
    assert_eq!(
        caller
            .get("/v1/customers/11111111-2222-3333-4444-555555555555")
            .await
            .status,
        404
    );
}

#[test]
fn bad_files_are_refused_with_file_and_line() {
    let twice = "[\n{\"quantity\": 1},\n{\"quantity\": \"x\"}]";
    for (name, text, message) in [
        (
            "azure_usage.csv",
            "quantity,color\n1,red\n",
            "azure_usage.csv, line 1: azure_usage has no property `color`; it has: customerTenantId",
        ),
        (
            "azure_usage.csv",
            "quantity\n1\n2,3\n",
            "azure_usage.csv, line 3: CSV error",
        ),
        (
            "azure_usage.csv",
            "usageDate\n2026-01-01\nnever\n",
            "line 3: the value of `usageDate` is \"never\", not a date",
        ),
        (
            "azure_usage.json",
            twice,
            "azure_usage.json, line 3: the value of `quantity` is \"x\", not a number",
        ),
        (
            "azure_usage.json",
            "[{]",
            "line 1: the JSON cannot be read: key must be a string at line 1 column 3",
        ),
        (
            "azure_usage.json",
            "{\"a\":1}",
            "rows are an array of objects",
        ),
        (
            "azure_usage.ndjson",
            "{}\n{\"quantity\":}\n",
            "line 2: the JSON cannot be read",
        ),
        (
            "azure_usage.json",
            "[1]",
            "line 1: the row is not an object",
        ),
        (
            "azure_usages.json",
            "[]",
            "`azure_usages` is not an operation; did you mean `azure_usage`?",
        ),
        (
            "data.json",
            "{\n\"azure_usage\": [\n{\"quantity\": true}]}",
            "data.json, line 3: the value of `quantity` is true",
        ),
        (
            "customers.json",
            "[{\"id\": \"1\"}]",
            "line 1: `id` is not a GUID",
        ),
        (
            "subscribed_skus.json",
            "[{\"availableUnits\": 1}]",
            "line 1: `customerId` is not a GUID",
        ),
        ("azure_usage.csv", "customerName\n\u{feff}ok\n", ""),
    ] {
        let folder = Folder::with("bad", &[(name, text)]);
        match folder.data() {
            Ok(_) => assert_eq!(message, "", "{name}: {text}"),
            Err(error) => {
                let text = error.to_string();
                assert!(!message.is_empty() && text.contains(message), "{text}");
            }
        }
    }
    let twice = [
        ("azure_usage.csv", "quantity\n1\n"),
        ("azure_usage.json", "[]"),
    ];
    let repeated = Folder::with("twice", &twice).data();
    assert!(matches!(
        repeated,
        Err(DataError::Repeated {
            operation: "azure_usage",
            ..
        })
    ));
    let folder = Folder::with("empty", &[("notes.txt", "")]);
    assert!(matches!(folder.data(), Err(DataError::Nothing { .. })));
    let missing = DataSet::from_path(Path::new("missing"), SyntheticData::new());
    assert!(matches!(missing, Err(DataError::Read { .. })));
    let folder = Folder::with("latin", &[]);
    std::fs::write(
        folder.0.join("searches.csv"),
        b"companyName\nA\nM\xfcller\n",
    )
    .unwrap();
    assert!(
        folder
            .data()
            .unwrap_err()
            .to_string()
            .contains("line 3: the text is not UTF-8")
    );
}

#[tokio::test]
async fn ids_that_are_not_ids_of_customers_are_listed() {
    let stranger = "9c39d6d5-c70d-4c55-bc02-f620844f3fd1";
    let rows = format!("customerTenantId,quantity\n{CUSTOMER},1\n{stranger},1\n{stranger},2\n");
    let files = [
        ("customers.json", &*customers_file()),
        ("azure_usage.csv", &*rows),
    ];
    let folder = Folder::with("join", &files);
    let error = Emulator::builder()
        .data(folder.data().unwrap())
        .start()
        .await
        .unwrap_err();
    let StartError::Data { source } = error else {
        panic!("{error}");
    };
    assert_eq!(
        source.to_string(),
        format!(
            "1 ids are not ids of customers, in rows of azure_usage: {stranger}; add them to \
             customers.json, or use ids of GET /v1/customers"
        )
    );
}

#[tokio::test]
async fn requests_replace_the_rows_of_files_and_of_the_synthetic_data() {
    let emulator = start(Emulator::builder().data(synthetic(3))).await;
    let caller = Caller::of(&emulator);
    let rows = emulator.url().join("_emulator/data/azure_usage").unwrap();
    let put = async |content_type: &str, body: String| {
        let request = caller
            .client
            .put(rows.clone())
            .header("content-type", content_type);
        let response = request.body(body).send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json::<Value>().await.unwrap())
    };
    let exported = caller
        .client
        .get(rows.clone())
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let usage = "/partner/v1/analytics/usage/azure";
    let before = page(&caller, usage).await;

    let csv = format!("customerTenantId,quantity\n{CUSTOMER},1.5\n");
    let (status, body) = put("text/csv; charset=utf-8", csv).await;
    assert_eq!((status, &body["rows"]), (200, &json!(1)));
    assert_eq!(body["unknownCustomers"], json!([CUSTOMER]));
    let grouped = page(&caller, &format!("{usage}?groupby=customerTenantId")).await;
    assert_eq!(
        grouped["Value"],
        json!([{ "customerTenantId": CUSTOMER, "quantity": 1.5 }])
    );

    let (status, body) = put("application/json", "[\n{\"quantity\":\"x\"}]".to_owned()).await;
    assert_eq!(
        (status, &body["error"]["code"]),
        (400, &json!("invalidRows"))
    );
    assert!(
        body["error"]["message"]
            .as_str()
            .unwrap()
            .starts_with("line 2: "),
        "{body}"
    );

    // What was exported can be sent back.
    let (status, body) = put("application/x-ndjson", exported.clone()).await;
    assert_eq!((status, &body["unknownCustomers"]), (200, &json!([])));
    assert_eq!(page(&caller, usage).await, before);

    assert_eq!(put("text/csv", "quantity\n".to_owned()).await.0, 200);
    assert_eq!(page(&caller, usage).await["TotalCount"], 0);
    let restored = caller.client.delete(rows.clone()).send().await.unwrap();
    assert_eq!(restored.status(), 204);
    assert_eq!(page(&caller, usage).await, before);
    assert_eq!(
        exported.lines().count(),
        before["TotalCount"].as_u64().unwrap() as usize
    );
}
