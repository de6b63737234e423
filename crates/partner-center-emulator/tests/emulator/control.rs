//! Control endpoint.

use std::time::Duration;

use partner_center_emulator::{Emulator, Fault, RateLimit, Scenario};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{DEPLOYMENT, TestClock, call, client, emulator, post_form, sign_in};

async fn send(emulator: &Emulator, method: &str, path: &str, body: Option<&Value>) -> Response {
    let url = emulator
        .url()
        .join("_emulator/")
        .unwrap()
        .join(path)
        .unwrap();
    let method: Method = method.parse().unwrap();
    let mut request = client().request(method, url);
    if let Some(body) = body {
        request = request.json(body);
    }
    request.send().await.unwrap()
}

async fn get(emulator: &Emulator, path: &str) -> Value {
    let response = send(emulator, "GET", path, None).await;
    assert_eq!(response.status(), 200, "{path}");
    assert_eq!(response.headers()["cache-control"], "no-store");
    response.json().await.unwrap()
}

/// Sends a request, and returns its status and the code of the error.
async fn outcome(
    emulator: &Emulator,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> (u16, String) {
    let response = send(emulator, method, path, body.as_ref()).await;
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    let code = body["error"]["code"].as_str().unwrap_or_default();
    (status, code.to_owned())
}

async fn ok(emulator: &Emulator, method: &str, path: &str, body: Option<Value>) -> u16 {
    let (status, code) = outcome(emulator, method, path, body).await;
    assert!(status < 300, "{method} {path}: {status} {code}");
    status
}

async fn call_status(emulator: &Emulator) -> u16 {
    call(emulator, DEPLOYMENT)
        .send()
        .await
        .unwrap()
        .status()
        .as_u16()
}

async fn refresh_status(emulator: &Emulator) -> u16 {
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", emulator.refresh_token()),
    ];
    sign_in(emulator, &fields).await.status().as_u16()
}

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
async fn the_clock_is_moved_stopped_and_resumed() {
    let clock = TestClock::new();
    let emulator = Emulator::builder()
        .clock(clock.reader())
        .start()
        .await
        .unwrap();
    let state = |now: &str, frozen: bool, offset: i64| json!({"now": now, "frozen": frozen, "offsetSeconds": offset});
    assert_eq!(
        get(&emulator, "clock").await,
        state("2017-03-14T17:55:01Z", false, 0)
    );
    ok(
        &emulator,
        "POST",
        "clock/advance",
        Some(json!({"seconds": 3600})),
    )
    .await;
    assert_eq!(
        get(&emulator, "clock").await,
        state("2017-03-14T18:55:01Z", false, 3600)
    );
    let response = call(&emulator, DEPLOYMENT).send().await.unwrap();
    assert_eq!(response.headers()["date"], "Tue, 14 Mar 2017 18:55:01 GMT");
    let at = json!({"at": "2026-11-25T01:00:00+01:00"});
    ok(&emulator, "POST", "clock/freeze", Some(at)).await;
    clock.advance(10);
    assert_eq!(get(&emulator, "clock").await["now"], "2026-11-25T00:00:00Z");
    ok(&emulator, "POST", "clock/resume", None).await;
    clock.advance(1);
    assert_eq!(get(&emulator, "clock").await["now"], "2026-11-25T00:00:01Z");
    ok(&emulator, "POST", "clock/freeze", None).await;
    assert_eq!(get(&emulator, "clock").await["frozen"], true);
    ok(&emulator, "POST", "clock/reset", None).await;
    assert_eq!(
        get(&emulator, "clock").await,
        state("2017-03-14T17:55:12Z", false, 0)
    );
}

#[tokio::test]
async fn moving_the_clock_expires_tokens_codes_and_rate_limits() {
    let emulator = Emulator::builder()
        .rate_limit(RateLimit {
            requests: 1,
            per: Duration::from_secs(60),
        })
        .start()
        .await
        .unwrap();
    emulator.freeze();
    let token = emulator.mint_token(partner_center_emulator::TokenOptions::new());
    let url = emulator.url().join(DEPLOYMENT).unwrap();
    let status = || async {
        let request = client().get(url.clone()).bearer_auth(&token);
        request.send().await.unwrap().status().as_u16()
    };
    let path = format!("{}/oauth2/v2.0/devicecode", emulator.tenant_id());
    let devices = emulator.authority().join(&path).unwrap();
    let fields = [("client_id", emulator.client_id()), ("scope", "openid")];
    assert_eq!(post_form(devices, &fields).await.status(), 200);
    let codes = get(&emulator, "device-codes").await;
    assert_eq!(codes["deviceCodes"].as_array().unwrap().len(), 1);
    assert_eq!((status().await, status().await), (200, 429));
    emulator.advance(Duration::from_secs(61));
    assert_eq!(status().await, 200);
    emulator.advance(Duration::from_secs(900));
    assert_eq!(
        get(&emulator, "device-codes").await,
        json!({"deviceCodes": []})
    );
    emulator.advance(Duration::from_secs(3600));
    assert_eq!(status().await, 401);
}

#[tokio::test]
async fn devices_are_approved_and_denied() {
    let emulator = emulator().await;
    let path = format!("{}/oauth2/v2.0/devicecode", emulator.tenant_id());
    let devices = emulator.authority().join(&path).unwrap();
    let fields = [("client_id", emulator.client_id()), ("scope", "openid")];
    for decision in ["approve", "deny"] {
        let device: Value = post_form(devices.clone(), &fields)
            .await
            .json()
            .await
            .unwrap();
        let code = device["user_code"].as_str().unwrap();
        let path = format!("device-codes/{code}/{decision}");
        assert_eq!(ok(&emulator, "POST", &path, None).await, 204);
        let again = outcome(&emulator, "POST", &path, None).await;
        assert_eq!(again, (404, "unknownDeviceCode".to_owned()));
    }
}

#[tokio::test]
async fn the_sign_in_is_switched() {
    let emulator = emulator().await;
    let initial = get(&emulator, "sign-in").await;
    let change = json!({"requireMfa": !initial["requireMfa"].as_bool().unwrap()});
    ok(&emulator, "PATCH", "sign-in", Some(change)).await;
    assert_ne!(get(&emulator, "sign-in").await, initial);
    assert_eq!(refresh_status(&emulator).await, 200);
    for (method, path, body) in [
        ("PATCH", "sign-in", Some(json!({"consent": false}))),
        ("POST", "sign-in/revoke-refresh-tokens", None),
        ("POST", "sign-in/expire-secret", None),
    ] {
        ok(&emulator, method, path, body).await;
        assert_eq!(refresh_status(&emulator).await / 100, 4, "{path}");
        ok(&emulator, "POST", "reset", None).await;
        assert_eq!(refresh_status(&emulator).await, 200, "{path}");
        assert_eq!(get(&emulator, "sign-in").await, initial);
    }
    assert_eq!(
        ok(&emulator, "POST", "sign-in/expire-certificates", None).await,
        204
    );
}

#[tokio::test]
async fn the_rate_limit_is_changed() {
    let emulator = emulator().await;
    assert_eq!(
        get(&emulator, "rate-limit").await,
        json!({"rateLimit": null})
    );
    let limit = json!({"requests": 1, "perSeconds": 60});
    ok(&emulator, "PUT", "rate-limit", Some(limit.clone())).await;
    assert_eq!(
        get(&emulator, "rate-limit").await,
        json!({"rateLimit": limit})
    );
    assert_eq!(
        (call_status(&emulator).await, call_status(&emulator).await),
        (200, 429)
    );
    ok(&emulator, "DELETE", "rate-limit", None).await;
    assert_eq!(call_status(&emulator).await, 200);
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
async fn a_scenario_follows_the_clock() {
    let emulator = emulator().await;
    assert_eq!(get(&emulator, "scenario").await, json!({"scenario": null}));
    let toml = r#"
        name = "night"
        [[step]]
        at = "0s"
        fault = { kind = "burst", times = "unlimited" }
        [[step]]
        at = "5m"
        clear_faults = true
        message = "over"
        [[step]]
        at = "6m"
        rate_limit = { requests = 0, per_seconds = 60 }
        advance_clock = "54m"
        [[step]]
        at = "1h"
        rate_limit = false
    "#;
    emulator.freeze();
    let url = emulator.url().join("_emulator/scenario").unwrap();
    let request = client().put(url).header("Content-Type", "application/toml");
    let started = request.body(toml).send().await.unwrap();
    assert_eq!(started.status(), 200);
    let started: Value = started.json().await.unwrap();
    assert_eq!(started["scenario"]["stepsDone"], 1);
    assert_eq!(started["scenario"]["steps"][1]["message"], "over");
    assert_eq!(call_status(&emulator).await, 503);
    emulator.advance(Duration::from_secs(299));
    assert_eq!(call_status(&emulator).await, 503);
    emulator.advance(Duration::from_secs(1));
    assert_eq!(call_status(&emulator).await, 200);
    assert_eq!(
        get(&emulator, "status").await["scenario"],
        json!({"name": "night", "stepsDone": 2, "steps": 4})
    );
    // The third step moves the clock past the time of the fourth.
    emulator.advance(Duration::from_secs(60));
    assert_eq!(call_status(&emulator).await, 200);
    assert_eq!(get(&emulator, "scenario").await["scenario"]["stepsDone"], 4);
    ok(&emulator, "DELETE", "scenario", None).await;
    assert_eq!(get(&emulator, "scenario").await, json!({"scenario": null}));
}

#[tokio::test]
async fn a_reset_restores_the_state_after_the_start() {
    let scenario =
        Scenario::from_toml("name = \"a\"\n[[step]]\nat = \"1h\"\nclear_faults = true").unwrap();
    let emulator = Emulator::builder()
        .fault(Fault::status(503))
        .scenario(scenario)
        .rate_limit(RateLimit {
            requests: 100,
            per: Duration::from_secs(60),
        })
        .start()
        .await
        .unwrap();
    let strip = |mut status: Value| {
        for name in ["uptimeSeconds", "startedAt"] {
            status[name] = Value::Null;
        }
        status["clock"]["now"] = Value::Null;
        status
    };
    let initial = strip(get(&emulator, "status").await);
    assert_eq!(initial["faults"], 1);
    assert_eq!(initial["credentials"]["tenantId"], emulator.tenant_id());
    assert_eq!(initial["url"], emulator.url().as_str());
    ok(
        &emulator,
        "PUT",
        "rate-limit",
        Some(json!({"requests": 1, "perSeconds": 1})),
    )
    .await;
    emulator.advance(Duration::from_secs(7200));
    emulator.freeze();
    call_status(&emulator).await;
    emulator.inject(Fault::reset());
    ok(&emulator, "POST", "sign-in/revoke-refresh-tokens", None).await;
    assert_ne!(strip(get(&emulator, "status").await), initial);
    assert_eq!(ok(&emulator, "POST", "reset", None).await, 204);
    assert_eq!(strip(get(&emulator, "status").await), initial);
    assert_eq!(call_status(&emulator).await, 503);
    assert_eq!(refresh_status(&emulator).await, 200);
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

#[tokio::test]
async fn emulators_of_one_builder_are_independent() {
    let builder = Emulator::builder().fault(Fault::status(503));
    let one = builder.clone().start().await.unwrap();
    let two = builder.start().await.unwrap();
    assert_eq!(call_status(&one).await, 503);
    one.advance(Duration::from_secs(3600));
    one.freeze();
    ok(
        &one,
        "PUT",
        "rate-limit",
        Some(json!({"requests": 0, "perSeconds": 60})),
    )
    .await;
    assert_eq!(get(&two, "clock").await["offsetSeconds"], 0);
    assert_eq!(get(&two, "faults").await["faults"][0]["applied"], 0);
    assert_eq!(call_status(&two).await, 503);
    assert_eq!(call_status(&two).await, 200);
    assert!(one.now() > two.now());
}
