//! Device code sign-in.

use partner_center_emulator::{DataSet, Emulator};
use reqwest::{Response, Url};
use serde_json::Value;

use crate::support::{
    TestClock, call_status, claims, client, emulator, header, post_form, sign_in_error,
    token_endpoint,
};

const SCOPE: &str =
    "openid offline_access https://api.partnercenter.microsoft.com/user_impersonation";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn endpoint(emulator: &Emulator) -> Url {
    emulator
        .authority()
        .join("organizations/oauth2/v2.0/devicecode")
        .unwrap()
}

async fn begin(emulator: &Emulator) -> Value {
    let fields = [("client_id", emulator.client_id()), ("scope", SCOPE)];
    let response = post_form(endpoint(emulator), &fields).await;
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

async fn poll(emulator: &Emulator, device_code: &Value) -> Response {
    let fields = [
        ("grant_type", GRANT),
        ("client_id", emulator.client_id()),
        ("device_code", device_code.as_str().unwrap()),
    ];
    post_form(token_endpoint(emulator), &fields).await
}

async fn poll_error(emulator: &Emulator, device_code: &Value) -> String {
    sign_in_error(poll(emulator, device_code).await).await.0
}

#[tokio::test]
async fn a_device_gets_its_tokens_after_approval() {
    let emulator = emulator().await;
    let begun = begin(&emulator).await;
    let user_code = begun["user_code"].as_str().unwrap();
    assert_eq!(begun["expires_in"], 900);
    assert_eq!(begun["interval"], 5);
    let page = emulator.authority().join("devicelogin").unwrap();
    assert_eq!(begun["verification_uri"], page.as_str());
    let message = begun["message"].as_str().unwrap();
    assert!(message.contains(page.as_str()) && message.contains(user_code));
    assert_eq!(emulator.waiting_device_codes(), [user_code]);

    let device_code = &begun["device_code"];
    assert_eq!(
        poll_error(&emulator, device_code).await,
        "authorization_pending"
    );
    assert!(!emulator.approve_device("BCDFGHJKM"));
    assert!(emulator.approve_device(user_code));
    assert!(emulator.waiting_device_codes().is_empty());

    let granted: Value = poll(&emulator, device_code).await.json().await.unwrap();
    assert_eq!(call_status(&emulator, &granted["access_token"]).await, 200);
    assert_eq!(
        claims(&granted["id_token"])["preferred_username"],
        "admin-agent@contoso.onmicrosoft.com"
    );
    // A sign-in without a secret is refreshed without a secret.
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", emulator.client_id()),
        ("refresh_token", granted["refresh_token"].as_str().unwrap()),
    ];
    let refreshed = post_form(token_endpoint(&emulator), &fields).await;
    assert_eq!(refreshed.status(), 200);
    let refreshed: Value = refreshed.json().await.unwrap();
    assert_eq!(
        call_status(&emulator, &refreshed["access_token"]).await,
        200
    );
    let again = sign_in_error(poll(&emulator, device_code).await).await;
    assert_eq!(again, ("invalid_grant".to_owned(), 54005));
}

#[tokio::test]
async fn devices_get_slow_down_denial_and_expiry() {
    let clock = TestClock::new();
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .clock(clock.reader())
        .device_code_interval(std::time::Duration::from_secs(10))
        .device_code_lifetime(std::time::Duration::from_secs(60))
        .start()
        .await
        .unwrap();
    let begun = begin(&emulator).await;
    assert_eq!(
        (&begun["interval"], &begun["expires_in"]),
        (&10.into(), &60.into())
    );
    let device_code = &begun["device_code"];
    assert_eq!(
        poll_error(&emulator, device_code).await,
        "authorization_pending"
    );
    clock.advance(9);
    assert_eq!(poll_error(&emulator, device_code).await, "slow_down");
    clock.advance(14);
    assert_eq!(poll_error(&emulator, device_code).await, "slow_down");
    clock.advance(20);
    assert_eq!(
        poll_error(&emulator, device_code).await,
        "authorization_pending"
    );
    clock.advance(17);
    assert_eq!(poll_error(&emulator, device_code).await, "expired_token");
    assert!(!emulator.approve_device(begun["user_code"].as_str().unwrap()));

    let begun = begin(&emulator).await;
    assert!(emulator.deny_device(begun["user_code"].as_str().unwrap()));
    assert_eq!(
        poll_error(&emulator, &begun["device_code"]).await,
        "access_denied"
    );
}

#[tokio::test]
async fn users_can_decide_on_the_page() {
    let emulator = emulator().await;
    let page = emulator.authority().join("devicelogin").unwrap();
    let shown = client()
        .get(format!("{page}?user_code=\"><b>"))
        .send()
        .await
        .unwrap();
    assert_eq!(header(&shown, "content-type"), "text/html; charset=utf-8");
    assert!(header(&shown, "content-security-policy").starts_with("default-src 'none'"));
    let html = shown.text().await.unwrap();
    assert!(html.contains("<form method=\"post\">") && !html.contains("<script"));
    assert!(html.contains("value=\"&quot;&gt;&lt;b&gt;\""));

    for (decision, outcome) in [("approve", 200), ("deny", 400)] {
        let begun = begin(&emulator).await;
        let user_code = begun["user_code"].as_str().unwrap().to_lowercase();
        let fields = [("user_code", user_code.as_str()), ("decision", decision)];
        let answer = post_form(page.clone(), &fields).await;
        assert_eq!(answer.status(), 200);
        let answer = post_form(page.clone(), &fields).await;
        assert_eq!(answer.status(), 400);
        assert!(answer.text().await.unwrap().contains("No sign-in waits"));
        let polled = poll(&emulator, &begun["device_code"]).await;
        assert_eq!(polled.status(), outcome);
    }
    let put = client().put(page).send().await.unwrap();
    assert_eq!(put.status(), 405);
}

#[tokio::test]
async fn malformed_requests_get_no_code() {
    let emulator = emulator().await;
    let id = ("client_id", emulator.client_id());
    for (fields, expected) in [
        (vec![], 900_144),
        (vec![("client_id", "other"), ("scope", SCOPE)], 700_016),
        (vec![id], 900_144),
        (vec![id, ("scope", "https://example.com/.default")], 70011),
    ] {
        let response = post_form(endpoint(&emulator), &fields).await;
        assert_eq!(sign_in_error(response).await.1, expected, "{fields:?}");
    }
    let elsewhere = emulator
        .authority()
        .join("contoso/oauth2/v2.0/devicecode")
        .unwrap();
    let response = post_form(elsewhere, &[id, ("scope", SCOPE)]).await;
    assert_eq!(sign_in_error(response).await.1, 90002);
    let get = client().get(endpoint(&emulator)).send().await.unwrap();
    assert_eq!(sign_in_error(get).await.1, 900_561);
    let unknown = poll(&emulator, &"other".into()).await;
    assert_eq!(sign_in_error(unknown).await.0, "bad_verification_code");
}
