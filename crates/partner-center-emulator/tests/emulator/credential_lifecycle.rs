//! Expiry, revocation and rotation of credentials.

use std::time::Duration;

use partner_center_emulator::{DataSet, Emulator, TokenOptions};
use serde_json::Value;

use crate::support::{
    DEPLOYMENT, TestClock, call_status, call_with, emulator, header, post_form, refusal, sign_in,
    sign_in_error, token_endpoint,
};

const DAY: u64 = 86_400;

async fn refresh(emulator: &Emulator, token: &str) -> reqwest::Response {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
    sign_in(emulator, &fields).await
}

async fn refreshed(emulator: &Emulator, token: &str) -> Value {
    let response = refresh(emulator, token).await;
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

async fn rejected(emulator: &Emulator, token: &str) -> u64 {
    let (error, code) = sign_in_error(refresh(emulator, token).await).await;
    assert_eq!(error, "invalid_grant");
    code
}

#[tokio::test]
async fn rotated_refresh_tokens_can_be_invalidated() {
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .invalidate_rotated_refresh_tokens(true)
        .start()
        .await
        .unwrap();
    let seeded = emulator.refresh_token();
    let other_scope = [
        ("grant_type", "refresh_token"),
        ("refresh_token", seeded),
        ("scope", "https://example.com/.default"),
    ];
    // A request that fails does not use the token up.
    assert_eq!(sign_in(&emulator, &other_scope).await.status(), 400);
    let (one, two) = tokio::join!(refresh(&emulator, seeded), refresh(&emulator, seeded));
    let (good, bad) = if one.status() == 200 {
        (one, two)
    } else {
        (two, one)
    };
    assert_eq!(sign_in_error(bad).await.1, 70000);
    let next: Value = good.json().await.unwrap();
    let next = next["refresh_token"].as_str().unwrap();
    refreshed(&emulator, next).await;
    assert_eq!(rejected(&emulator, next).await, 70000);
}

#[tokio::test]
async fn refresh_tokens_expire_unless_rotated() {
    let clock = TestClock::new();
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .clock(clock.reader())
        .refresh_token_lifetime(Duration::from_secs(90 * DAY))
        .start()
        .await
        .unwrap();
    clock.advance(89 * DAY);
    let next = refreshed(&emulator, emulator.refresh_token()).await;
    clock.advance(DAY);
    let response = refresh(&emulator, emulator.refresh_token()).await;
    let body: Value = response.json().await.unwrap();
    let description = body["error_description"].as_str().unwrap();
    assert!(description.starts_with("AADSTS700082: "));
    assert!(description.contains("issued on 2017-03-14T17:55:01.0000000Z"));
    assert!(description.contains("inactive for 90.00:00:00."));
    refreshed(&emulator, next["refresh_token"].as_str().unwrap()).await;
}

#[tokio::test]
async fn refresh_tokens_can_be_revoked() {
    let emulator = emulator().await;
    let earlier = refreshed(&emulator, emulator.refresh_token()).await;
    emulator.revoke_refresh_tokens();
    assert_eq!(rejected(&emulator, emulator.refresh_token()).await, 50173);
    let earlier_token = earlier["refresh_token"].as_str().unwrap();
    assert_eq!(rejected(&emulator, earlier_token).await, 50173);
    // Access tokens stay valid.
    assert_eq!(call_status(&emulator, &earlier["access_token"]).await, 200);
}

#[tokio::test]
async fn secrets_expire() {
    let emulator = emulator().await;
    emulator.expire_secret();
    let response = refresh(&emulator, emulator.refresh_token()).await;
    assert_eq!(response.status(), 401);
    let expected = ("invalid_client".to_owned(), 7_000_222);
    assert_eq!(sign_in_error(response).await, expected);
}

#[tokio::test]
async fn revoked_consent_is_restored_by_a_sign_in() {
    let emulator = emulator().await;
    emulator.revoke_consent();
    let response = refresh(&emulator, emulator.refresh_token()).await;
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["error_codes"], serde_json::json!([65001]));
    assert_eq!(body["suberror"], "consent_required");

    let url = emulator
        .authority()
        .join("common/oauth2/v2.0/devicecode")
        .unwrap();
    let fields = [("client_id", emulator.client_id()), ("scope", "openid")];
    post_form(url, &fields).await;
    assert!(emulator.approve_device(&emulator.waiting_device_codes()[0]));
    refreshed(&emulator, emulator.refresh_token()).await;
}

#[tokio::test]
async fn a_second_factor_can_be_required() {
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .sign_in_with_mfa(false)
        .start()
        .await
        .unwrap();
    let without = TokenOptions::new().without_mfa();
    let request = call_with(&emulator, DEPLOYMENT, without);
    let refused = request.try_clone().unwrap().send().await.unwrap();
    assert_eq!(refusal(request).await, (401, 900_421));
    let challenge = header(&refused, "www-authenticate");
    assert!(
        challenge.contains("insufficient_user_authentication"),
        "{challenge}"
    );
    let with = call_with(&emulator, DEPLOYMENT, TokenOptions::new());
    assert_eq!(with.send().await.unwrap().status(), 200);

    // Rotation keeps the properties of the sign-in; only a new sign-in changes them.
    let first = refreshed(&emulator, emulator.refresh_token()).await;
    emulator.set_sign_in_with_mfa(true);
    let second = refreshed(&emulator, first["refresh_token"].as_str().unwrap()).await;
    for grant in [first, second] {
        assert_eq!(call_status(&emulator, &grant["access_token"]).await, 401);
    }
}

#[tokio::test]
async fn public_applications_have_no_secret() {
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .public_client(true)
        .start()
        .await
        .unwrap();
    let fields = [
        ("client_id", emulator.client_id()),
        ("grant_type", "refresh_token"),
        ("refresh_token", emulator.refresh_token()),
    ];
    let response = post_form(token_endpoint(&emulator), &fields).await;
    assert_eq!(response.status(), 200);
    let response = refresh(&emulator, emulator.refresh_token()).await;
    assert_eq!(sign_in_error(response).await.1, 700_025);
}
