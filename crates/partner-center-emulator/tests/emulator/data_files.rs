//! Data from files and from requests.

use std::path::{Path, PathBuf};

use partner_center_emulator::{DataError, DataSet, Emulator, StartError, SyntheticData};
use serde_json::{Value, json};

use crate::data::{Caller, page, start, synthetic};

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
