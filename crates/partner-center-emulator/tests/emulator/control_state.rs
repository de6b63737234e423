//! Control endpoint: clock, sign-in, rate limit, scenario and reset.

use std::time::Duration;

use partner_center_emulator::{Emulator, Fault, RateLimit, Scenario};
use serde_json::{Value, json};

use crate::{
    control_client::{call_status, get, ok, outcome, refresh_status},
    support::{DEPLOYMENT, TestClock, call, client, emulator, post_form},
};

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

#[tokio::test(start_paused = true)]
async fn the_bad_night_of_the_package_ends_well() {
    let emulator = Emulator::builder()
        .scenario(Scenario::bad_night().unwrap())
        .start()
        .await
        .unwrap();
    emulator.freeze();
    let mut statuses = Vec::new();
    for minute in 0..=120 {
        // The refresh token is revoked in the night, so tokens are made without it.
        let response = call(&emulator, "v1/customers").send().await;
        statuses.push(response.map_or(0, |response| response.status().as_u16()));
        if minute < 120 {
            emulator.advance(Duration::from_secs(60));
        }
    }
    for status in [200, 429, 500, 503] {
        assert!(statuses.contains(&status), "{statuses:?}");
    }
    assert_eq!(statuses.last(), Some(&200));
    let status = get(&emulator, "status").await;
    assert_eq!(
        (&status["faults"], &status["rateLimit"]),
        (&json!(0), &Value::Null)
    );
    assert_eq!(status["scenario"]["stepsDone"], status["scenario"]["steps"]);
    assert_eq!(refresh_status(&emulator).await, 400);
}

#[tokio::test]
async fn many_emulators_run_in_one_process() {
    let mut emulators = Vec::new();
    for number in 0..20 {
        let fault = Fault::status(500 + number).unlimited();
        emulators.push(Emulator::builder().fault(fault).start().await.unwrap());
    }
    for (number, emulator) in (500..).zip(&emulators) {
        assert_eq!(call_status(emulator).await, number);
    }
    for emulator in emulators {
        emulator.shutdown().await;
    }
}
