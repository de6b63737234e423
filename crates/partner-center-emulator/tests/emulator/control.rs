//! Control endpoint: access, errors, faults, journal and data.

use partner_center_emulator::{Emulator, Fault};
use serde_json::{Value, json};

use crate::{
    control_client::{call_status, get, ok, outcome, refresh_status, send},
    support::{DEPLOYMENT, client, emulator},
};

#[tokio::test]
async fn documented_examples_are_accepted() {
    let emulator = emulator().await;
    let document = get(&emulator, "openapi.json").await;
    let yaml = send(&emulator, "GET", "openapi.yaml", None).await;
    assert_eq!(yaml.headers()["content-type"], "application/yaml");
    assert!(yaml.text().await.unwrap().starts_with("openapi: 3.0.3\n"));
    let mut examples = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["post", "put", "patch"] {
            let contents = item[method]["requestBody"]["content"].as_object();
            for (content_type, content) in contents.into_iter().flatten() {
                for (name, example) in content["examples"].as_object().unwrap() {
                    let body = match &example["value"] {
                        Value::String(text) => text.clone(),
                        value => value.to_string(),
                    };
                    let path = path.replace("{operation}", "azure_usage");
                    let url = emulator.url().join(&format!("_emulator{path}")).unwrap();
                    let response = client()
                        .request(method.to_uppercase().parse().unwrap(), url)
                        .header("Content-Type", content_type)
                        .body(body)
                        .send()
                        .await
                        .unwrap();
                    assert!(response.status().is_success(), "{path} {name}");
                    examples += 1;
                }
            }
        }
    }
    assert!(examples >= 15, "{examples}");
}

#[tokio::test]
async fn faults_are_injected_listed_and_removed() {
    let emulator = emulator().await;
    let fault = json!({"kind": "status", "status": 503, "times": 2});
    let response = send(&emulator, "POST", "faults", Some(&fault)).await;
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["location"], "/_emulator/faults/1");
    let created: Value = response.json().await.unwrap();
    let expected = json!({
        "id": 1, "kind": "status", "status": 503, "times": 2, "applied": 0, "remaining": 2,
        "summary": "status (status 503) on API calls, 2 times",
    });
    assert_eq!(created, expected);
    assert_eq!(call_status(&emulator).await, 503);
    assert_eq!(get(&emulator, "faults/1").await["applied"], 1);
    let journal = get(&emulator, "requests").await;
    assert_eq!(journal["requests"][0]["fault"], 1);

    emulator.inject(Fault::throttled(57).unlimited());
    let faults = get(&emulator, "faults").await;
    assert_eq!(faults["faults"][1]["remaining"], Value::Null);
    assert_eq!(ok(&emulator, "DELETE", "faults/1", None).await, 204);
    let unknown = (404, "unknownFaultId".to_owned());
    for id in ["1", "x", "-1", "99999999999999999999999"] {
        let path = format!("faults/{id}");
        assert_eq!(outcome(&emulator, "DELETE", &path, None).await, unknown);
        assert_eq!(outcome(&emulator, "GET", &path, None).await, unknown);
    }
    assert_eq!(call_status(&emulator).await, 429);
    ok(&emulator, "DELETE", "faults", None).await;
    assert_eq!(get(&emulator, "faults").await, json!({"faults": []}));
    assert_eq!(call_status(&emulator).await, 200);

    let kinds = get(&emulator, "fault-kinds").await;
    for kind in kinds["kinds"].as_array().unwrap() {
        assert!(
            kind["summary"].is_string() && kind["fields"].is_array(),
            "{kind}"
        );
    }
    assert_eq!(kinds["conditions"][0]["name"], "on");
}

#[tokio::test]
async fn malformed_requests_get_an_error_with_a_remedy() {
    let emulator = emulator().await;
    for (method, path, body, expected) in [
        (
            "POST",
            "faults",
            json!({"kind": "throtle"}),
            (400, "unknownFault"),
        ),
        (
            "POST",
            "faults",
            json!({"kind": "throttle", "x": 1}),
            (400, "invalidFault"),
        ),
        ("POST", "faults", json!([]), (400, "invalidFault")),
        ("POST", "clock/advance", json!({}), (400, "invalidField")),
        (
            "POST",
            "clock/advance",
            json!({"seconds": -1}),
            (400, "invalidField"),
        ),
        (
            "POST",
            "clock/advance",
            json!({"hours": 1}),
            (400, "invalidField"),
        ),
        (
            "POST",
            "clock/freeze",
            json!({"at": "now"}),
            (400, "invalidField"),
        ),
        (
            "POST",
            "clock/freeze",
            json!({"at": "1969-12-31T23:59:59Z"}),
            (400, "invalidField"),
        ),
        (
            "PATCH",
            "sign-in",
            json!({"mfa": true}),
            (400, "invalidField"),
        ),
        (
            "PATCH",
            "sign-in",
            json!({"expireSecret": true}),
            (400, "invalidField"),
        ),
        (
            "PUT",
            "rate-limit",
            json!({"requests": "10"}),
            (400, "invalidField"),
        ),
        (
            "PUT",
            "scenario",
            json!({"name": "a"}),
            (400, "invalidScenario"),
        ),
        (
            "POST",
            "device-codes/ABC/approve",
            json!({}),
            (404, "unknownDeviceCode"),
        ),
        (
            "GET",
            "requests?limit=0",
            Value::Null,
            (400, "invalidParameter"),
        ),
        (
            "GET",
            "requests?limit=1001",
            Value::Null,
            (400, "invalidParameter"),
        ),
        (
            "GET",
            "requests?after=x",
            Value::Null,
            (400, "invalidParameter"),
        ),
        (
            "GET",
            "requests?page=1",
            Value::Null,
            (400, "invalidParameter"),
        ),
        ("GET", "requests/1", Value::Null, (404, "unknownRequest")),
        ("GET", "data/azure", Value::Null, (404, "unknownOperation")),
        ("GET", "unknown", Value::Null, (404, "unknownPath")),
        ("DELETE", "status", Value::Null, (405, "methodNotAllowed")),
    ] {
        let body = (!body.is_null()).then_some(body);
        let (status, code) = outcome(&emulator, method, path, body.clone()).await;
        assert_eq!((status, &*code), expected, "{method} {path} {body:?}");
    }
    let url = emulator.url().join("_emulator/faults").unwrap();
    for (body, expected) in [
        (b"{".to_vec(), 400),
        (b"\xff".to_vec(), 400),
        (Vec::new(), 400),
        (vec![b' '; 1024 * 1024 + 1], 413),
    ] {
        let response = client().post(url.clone()).body(body).send().await.unwrap();
        assert_eq!(response.status(), expected);
    }
    // Bodies of other methods are limited as well.
    let large = vec![b' '; 1024 * 1024 + 1];
    let response = client().get(url).body(large).send().await.unwrap();
    assert_eq!(response.status(), 413);
}

#[tokio::test]
async fn the_journal_is_listed_and_cleared() {
    let emulator = emulator().await;
    for _ in 0..3 {
        call_status(&emulator).await;
    }
    refresh_status(&emulator).await;
    let list = get(&emulator, "requests?limit=2").await;
    let numbers: Vec<_> = list["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["number"].as_u64())
        .collect();
    assert_eq!(numbers, [Some(4), Some(3)]);
    assert_eq!(
        get(&emulator, "requests?after=3").await["requests"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let request = get(&emulator, "requests/3").await;
    assert_eq!(request["operation"], "partner_licenses_deployment");
    assert_eq!(request["target"], format!("/{DEPLOYMENT}"));
    assert_eq!(request["status"], 200);
    assert!(request["requestId"].is_string() && request["durationMs"].is_number());
    assert!(
        request["responseBody"]
            .as_str()
            .unwrap()
            .contains("licensesSold")
    );
    assert_eq!(request["bodyTruncated"], false);
    let authorization = json!({"name": "authorization", "value": "<redacted>"});
    assert!(
        request["requestHeaders"]
            .as_array()
            .unwrap()
            .contains(&authorization)
    );
    assert_eq!(
        get(&emulator, "requests/4").await["responseBody"],
        Value::Null
    );
    ok(&emulator, "DELETE", "requests", None).await;
    assert_eq!(get(&emulator, "requests").await, json!({"requests": []}));
}

#[tokio::test]
async fn data_are_listed_in_lines() {
    let emulator = emulator().await;
    let data = get(&emulator, "data").await;
    let rows = data["rows"]["azure_usage"].as_u64().unwrap();
    let response = send(&emulator, "GET", "data/azure_usage", None).await;
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    let text = response.text().await.unwrap();
    assert_eq!(text.lines().count() as u64, rows);
    for line in text.lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
}

#[tokio::test]
async fn other_origins_hosts_and_secrets_are_refused() {
    let emulator = Emulator::builder()
        .control_secret("hunter2")
        .start()
        .await
        .unwrap();
    let url = emulator.url().join("_emulator/faults").unwrap();
    let own = emulator.url().origin().ascii_serialization();
    for (headers, status, code) in [
        (vec![("X-Emulator-Secret", "hunter2")], 200, ""),
        (
            vec![("X-Emulator-Secret", "hunter2"), ("Origin", &own)],
            200,
            "",
        ),
        (vec![], 401, "secretRequired"),
        (
            vec![("X-Emulator-Secret", "hunter3")],
            401,
            "secretRequired",
        ),
        (
            vec![
                ("X-Emulator-Secret", "hunter2"),
                ("Origin", "https://fabrikam.example"),
            ],
            403,
            "foreignOrigin",
        ),
        (
            vec![("X-Emulator-Secret", "hunter2"), ("Origin", "null")],
            403,
            "foreignOrigin",
        ),
        (
            vec![
                ("X-Emulator-Secret", "hunter2"),
                ("Host", "fabrikam.example"),
            ],
            403,
            "foreignHost",
        ),
    ] {
        let mut request = client().get(url.clone());
        for (name, value) in &headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{headers:?}");
        assert!(
            response
                .headers()
                .get("access-control-allow-origin")
                .is_none()
        );
        let body: Value = response.json().await.unwrap();
        assert_eq!(
            body["error"]["code"].as_str().unwrap_or_default(),
            code,
            "{headers:?}"
        );
    }
    // The API itself needs no secret.
    assert_eq!(call_status(&emulator).await, 200);
}

#[tokio::test]
async fn the_control_endpoint_can_be_absent() {
    let emulator = Emulator::builder().control(false).start().await.unwrap();
    let response = send(&emulator, "GET", "status", None).await;
    assert_eq!(response.status(), 404);
    assert_eq!(emulator.requests().len(), 1);
}
