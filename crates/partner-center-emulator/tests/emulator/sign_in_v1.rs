//! Endpoints of version 1.0, which name a `resource`.

use partner_center_emulator::Emulator;
use reqwest::{Response, Url};
use serde_json::{Value, json};

use crate::support::{
    DOCUMENTED_TIME, TestClock, call_status, claims, client, emulator, header, post_form,
    sign_in_error,
};

const PARTNER_CENTER: &str = "https://api.partnercenter.microsoft.com";
const GRAPH: &str = "https://graph.windows.net";

fn at(emulator: &Emulator, path: &str) -> Url {
    let path = format!("{}/{path}", emulator.tenant_domain());
    emulator.authority().join(&path).unwrap()
}

/// Sends a token request with the seeded credentials and further fields.
async fn request(emulator: &Emulator, fields: &[(&str, &str)]) -> Response {
    let mut all = vec![
        ("client_id", emulator.client_id()),
        ("client_secret", emulator.client_secret()),
    ];
    all.extend_from_slice(fields);
    post_form(at(emulator, "oauth2/token"), &all).await
}

async fn granted(emulator: &Emulator, fields: &[(&str, &str)]) -> Value {
    let response = request(emulator, fields).await;
    assert_eq!(response.status(), 200, "{fields:?}");
    response.json().await.unwrap()
}

/// Compares the response with the documented one, whose fields are text and in this order.
#[tokio::test]
async fn app_only_tokens_have_the_documented_fields() {
    let clock = TestClock::new();
    let emulator = Emulator::builder()
        .clock(clock.reader())
        .start()
        .await
        .unwrap();
    let fields = [("grant_type", "client_credentials"), ("resource", GRAPH)];
    let text = request(&emulator, &fields).await.text().await.unwrap();
    let token = serde_json::from_str::<Value>(&text).unwrap()["access_token"].clone();
    let expected = format!(
        r#"{{"token_type":"Bearer","expires_in":"3600","ext_expires_in":"3600","expires_on":"{}","not_before":"{}","resource":"{GRAPH}","access_token":{token}}}"#,
        DOCUMENTED_TIME + 3600,
        DOCUMENTED_TIME - 300,
    );
    assert_eq!(text, expected);
    assert_eq!(claims(&token)["aud"], GRAPH);
}

/// The audience decides, as for tokens of version 2.0.
#[tokio::test]
async fn the_resource_is_the_audience() {
    let emulator = emulator().await;
    let code = async |resource: Option<&str>| {
        let mut fields = vec![("grant_type", "client_credentials"), ("scope", "ignored")];
        fields.extend(resource.map(|resource| ("resource", resource)));
        let grant = granted(&emulator, &fields).await;
        let url = emulator.url().join("v1/customers").unwrap();
        let token = grant["access_token"].as_str().unwrap();
        let response = client().get(url).bearer_auth(token).send().await.unwrap();
        match response.status().as_u16() {
            200 => json!(200),
            _ => response.json::<Value>().await.unwrap()["code"].clone(),
        }
    };
    assert_eq!(code(Some(PARTNER_CENTER)).await, 200);
    assert_eq!(
        code(Some("fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd")).await,
        200
    );
    assert_eq!(code(Some(GRAPH)).await, 900_420);
    assert_eq!(code(None).await, 900_420);
    assert_eq!(code(Some("https://graph.microsoft.com")).await, 400);
}

#[tokio::test]
async fn a_refresh_token_gives_all_tokens_whatever_the_scope() {
    let emulator = emulator().await;
    let grant = granted(
        &emulator,
        &[
            ("grant_type", "refresh_token"),
            ("refresh_token", emulator.refresh_token()),
            ("resource", PARTNER_CENTER),
            ("scope", "https://example.com/unknown"),
            ("client_info", "1"),
        ],
    )
    .await;
    assert_eq!(grant["scope"], "user_impersonation");
    assert_eq!(grant["resource"], PARTNER_CENTER);
    assert_eq!(grant["expires_in"], "3600");
    assert!(grant["refresh_token"].is_string() && grant["client_info"].is_string());
    let id = claims(&grant["id_token"]);
    assert_eq!(
        (&id["ver"], &id["tid"]),
        (&json!("1.0"), &json!(emulator.tenant_id()))
    );
    assert_eq!(id["unique_name"], id["upn"]);
    assert_eq!(call_status(&emulator, &grant["access_token"]).await, 200);
}

#[tokio::test]
async fn errors_have_an_aadsts_code() {
    let emulator = emulator().await;
    let resource = ("resource", "https://example.com");
    for (fields, expected) in [
        (vec![], ("invalid_request", 900_144)),
        (
            vec![("grant_type", "client_credentials"), resource],
            ("invalid_resource", 500_011),
        ),
        (
            vec![("grant_type", "password")],
            ("unsupported_grant_type", 70003),
        ),
        (
            vec![("grant_type", "refresh_token"), ("refresh_token", "x")],
            ("invalid_grant", 70000),
        ),
    ] {
        let (error, code) = sign_in_error(request(&emulator, &fields).await).await;
        assert_eq!((error.as_str(), code), expected, "{fields:?}");
    }
    let elsewhere = emulator.authority().join("contoso/oauth2/token").unwrap();
    let grant = ("grant_type", "refresh_token");
    let response = post_form(elsewhere, &[grant]).await;
    assert_eq!(sign_in_error(response).await.1, 90002);
    let get = client().get(at(&emulator, "oauth2/token"));
    let response = get.send().await.unwrap();
    assert_eq!(sign_in_error(response).await.1, 900_561);
}

/// The documented consent: code and id token come back in a form, without a redirect URI in the
/// request, and the code is redeemed with the secret, without a verifier.
#[tokio::test]
async fn the_secure_application_model_gives_its_consent() {
    let emulator = emulator().await;
    let mut url = emulator
        .authority()
        .join("common/oauth2/authorize")
        .unwrap();
    url.query_pairs_mut().extend_pairs([
        ("client_id", emulator.client_id()),
        ("response_mode", "form_post"),
        ("response_type", "code id_token"),
        ("scope", "openid profile"),
        ("nonce", "1"),
    ]);
    let page = client().get(url.clone()).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let page = post_form(url, &[("decision", "approve")]).await;
    let html = page.text().await.unwrap();
    assert!(html.contains(r#"action="https://localhost:44395/""#));
    let id = claims(&json!(hidden(&html, "id_token")));
    assert_eq!(id["nonce"], "1");
    assert!(id["c_hash"].is_string());

    let code = hidden(&html, "code");
    let code = ("code", code.as_str());
    let redeem = ("grant_type", "authorization_code");
    let id = ("client_id", emulator.client_id());
    let public = post_form(at(&emulator, "oauth2/token"), &[redeem, id, code]).await;
    assert_eq!(sign_in_error(public).await.1, 7_000_218);
    let resource = ("resource", PARTNER_CENTER);
    let grant = granted(&emulator, &[redeem, code, resource]).await;
    assert!(grant["refresh_token"].is_string() && grant["id_token"].is_string());
    assert_eq!(call_status(&emulator, &grant["access_token"]).await, 200);
}

/// Returns the value of a hidden field of a form.
fn hidden(html: &str, name: &str) -> String {
    let begin = format!(r#"name="{name}" value=""#);
    let (_, rest) = html.split_once(&begin).unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn devices_poll_with_the_names_of_either_version() {
    let emulator = emulator().await;
    for (grant, field) in [
        ("device_code", "code"),
        (
            "urn:ietf:params:oauth:grant-type:device_code",
            "device_code",
        ),
    ] {
        let id = ("client_id", emulator.client_id());
        let resource = ("resource", PARTNER_CENTER);
        let begun = post_form(at(&emulator, "oauth2/devicecode"), &[id, resource]).await;
        let begun: Value = begun.json().await.unwrap();
        assert_eq!(
            (&begun["expires_in"], &begun["interval"]),
            (&json!("900"), &json!("5"))
        );
        let url = begun["verification_url"].as_str().unwrap();
        assert!(url.ends_with("/devicelogin"));
        assert!(emulator.approve_device(begun["user_code"].as_str().unwrap()));
        let fields = [
            ("grant_type", grant),
            id,
            (field, begun["device_code"].as_str().unwrap()),
        ];
        let polled = post_form(at(&emulator, "oauth2/token"), &fields).await;
        let polled: Value = polled.json().await.unwrap();
        assert_eq!(polled["resource"], PARTNER_CENTER);
        assert!(polled["refresh_token"].is_string());
    }
}

#[tokio::test]
async fn the_configuration_document_has_the_endpoints_of_its_version() {
    let emulator = emulator().await;
    let url = at(&emulator, ".well-known/openid-configuration");
    let document: Value = client()
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let (base, tenant) = (emulator.authority(), emulator.tenant_id());
    for (name, path) in [
        ("authorization_endpoint", "oauth2/authorize"),
        ("token_endpoint", "oauth2/token"),
        ("device_authorization_endpoint", "oauth2/devicecode"),
        ("end_session_endpoint", "oauth2/logout"),
        ("jwks_uri", "discovery/keys"),
    ] {
        assert_eq!(document[name], format!("{base}{tenant}/{path}"));
    }
    assert_eq!(
        document["issuer"],
        format!("https://sts.windows.net/{tenant}/")
    );
}

#[tokio::test]
async fn instance_discovery_finds_the_tenant() {
    let emulator = emulator().await;
    let discover = async |parameters: &[(&str, &str)]| {
        let path = "common/discovery/instance";
        let mut url = emulator.authority().join(path).unwrap();
        url.query_pairs_mut().extend_pairs(parameters);
        client().get(url).send().await.unwrap()
    };
    let version = ("api-version", "1.1");
    let (base, domain) = (emulator.authority(), emulator.tenant_domain());
    for (authority, document) in [
        (
            format!("{base}{domain}/oauth2/v2.0/authorize"),
            format!("{base}{domain}/v2.0/.well-known/openid-configuration"),
        ),
        (
            "https://127.0.0.1/organizations/oauth2/authorize".to_owned(),
            format!("{base}organizations/.well-known/openid-configuration"),
        ),
        (
            "https://login.microsoftonline.com/common/oauth2/authorize".to_owned(),
            format!("{base}common/.well-known/openid-configuration"),
        ),
    ] {
        let found = discover(&[version, ("authorization_endpoint", &authority)]).await;
        let found: Value = found.json().await.unwrap();
        assert_eq!(found["tenant_discovery_endpoint"], document);
        let aliases = found["metadata"][0]["aliases"].as_array().unwrap();
        assert!(aliases.contains(&json!("127.0.0.1")));
    }
    let other = "https://login.example.com/common/oauth2/v2.0/authorize";
    for (parameters, code) in [
        (vec![version], 900_144),
        (vec![("authorization_endpoint", other)], 900_144),
        (vec![version, ("authorization_endpoint", other)], 50049),
        (vec![version, ("authorization_endpoint", "common")], 50049),
    ] {
        let refused = discover(&parameters).await;
        assert_eq!(sign_in_error(refused).await.1, code, "{parameters:?}");
    }
}

#[tokio::test]
async fn logout_returns_to_the_application() {
    let emulator = emulator().await;
    let mut url = at(&emulator, "oauth2/v2.0/logout");
    let shown = client().get(url.clone()).send().await.unwrap();
    assert!(shown.text().await.unwrap().contains("signed out"));

    url.query_pairs_mut()
        .append_pair("post_logout_redirect_uri", "http://localhost:1/bye")
        .append_pair("state", "s");
    let sent = client().get(url.clone()).send().await.unwrap();
    assert_eq!(header(&sent, "location"), "http://localhost:1/bye?state=s");

    url.set_query(Some("post_logout_redirect_uri=http://example.com/"));
    let refused = client().get(url).send().await.unwrap();
    assert_eq!(refused.status(), 400);
    assert!(refused.text().await.unwrap().contains("AADSTS50011"));
}
