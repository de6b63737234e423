//! Token endpoint.

use partner_center_emulator::{DataSet, Emulator};
use serde_json::{Value, json};

use crate::support::{
    DOCUMENTED_TIME, TestClock, call_status, claims, client, emulator, header, post_form, sign_in,
    sign_in_error, token_endpoint,
};

const SCOPE: (&str, &str) = (
    "scope",
    "https://api.partnercenter.microsoft.com/user_impersonation",
);
const APP_SCOPE: (&str, &str) = ("scope", "https://api.partnercenter.microsoft.com/.default");
const REFRESH: (&str, &str) = ("grant_type", "refresh_token");
const APP_ONLY: (&str, &str) = ("grant_type", "client_credentials");

/// Returns the body of a granted token request.
async fn granted(emulator: &Emulator, fields: &[(&str, &str)]) -> Value {
    let response = sign_in(emulator, fields).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "cache-control"), "no-store");
    response.json().await.unwrap()
}

#[tokio::test]
async fn a_refresh_token_gives_a_delegated_token() {
    let clock = TestClock::new();
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .clock(clock.reader())
        .start()
        .await
        .unwrap();
    let token = ("refresh_token", emulator.refresh_token());
    let grant = granted(&emulator, &[REFRESH, token, SCOPE]).await;
    assert_eq!(grant["token_type"], "Bearer");
    assert_eq!(grant["scope"], SCOPE.1);
    assert_eq!(grant["expires_in"], json!(3600));
    assert_eq!(grant["ext_expires_in"], json!(3600));

    let claims = claims(&grant["access_token"]);
    assert_eq!(claims["aud"], "https://api.partnercenter.microsoft.com");
    assert_eq!(claims["tid"], emulator.tenant_id());
    assert_eq!(claims["appid"], emulator.client_id());
    assert_eq!(claims["iat"], json!(DOCUMENTED_TIME));
    assert_eq!(claims["nbf"], json!(DOCUMENTED_TIME - 300));
    assert_eq!(claims["exp"], json!(DOCUMENTED_TIME + 3600));
    assert_eq!(claims["scp"], "user_impersonation");
    assert_eq!(claims["upn"], "admin-agent@contoso.onmicrosoft.com");
    assert!(
        claims["iss"]
            .as_str()
            .unwrap()
            .contains(emulator.tenant_id())
    );
    assert_eq!(claims.get("roles"), None);

    assert_eq!(call_status(&emulator, &grant["access_token"]).await, 200);
}

#[tokio::test]
async fn refresh_tokens_rotate_and_old_ones_stay_valid() {
    let (emulator, other) = (emulator().await, emulator().await);
    let seeded = emulator.refresh_token();
    let first = granted(&emulator, &[REFRESH, ("refresh_token", seeded), SCOPE]).await;
    let first = first["refresh_token"].as_str().unwrap();
    assert_ne!(first, seeded);
    for token in [first, first, seeded] {
        let next = granted(&emulator, &[REFRESH, ("refresh_token", token), SCOPE]).await;
        assert_ne!(next["refresh_token"], token);
        assert_eq!(call_status(&emulator, &next["access_token"]).await, 200);
    }
    let elsewhere = sign_in(&other, &[REFRESH, ("refresh_token", first), SCOPE]).await;
    assert_eq!(elsewhere.status(), 400);
}

#[tokio::test]
async fn client_credentials_give_an_app_only_token() {
    let emulator = emulator().await;
    let grant = granted(&emulator, &[APP_ONLY, APP_SCOPE]).await;
    assert_eq!(grant.get("refresh_token"), None);
    let claims = claims(&grant["access_token"]);
    assert_eq!(claims["aud"], "https://api.partnercenter.microsoft.com");
    assert_eq!(claims["roles"], json!([]));
    assert_eq!(claims.get("scp"), None);
    assert_eq!(claims.get("upn"), None);
    assert_eq!(call_status(&emulator, &grant["access_token"]).await, 403);
}

#[tokio::test]
async fn a_token_for_another_service_is_rejected() {
    let emulator = emulator().await;
    let token = ("refresh_token", emulator.refresh_token());
    let grant = granted(&emulator, &[REFRESH, token, ("scope", "openid")]).await;
    assert_eq!(call_status(&emulator, &grant["access_token"]).await, 401);
}

#[tokio::test]
async fn client_credentials_may_be_in_the_basic_header() {
    let emulator = emulator().await;
    let response = client()
        .post(token_endpoint(&emulator))
        .basic_auth(emulator.client_id(), Some(emulator.client_secret()))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(format!(
            "grant_type=refresh_token&refresh_token={}",
            emulator.refresh_token()
        ))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn errors_have_the_format_of_the_identity_platform() {
    let clock = TestClock::new();
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .clock(clock.reader())
        .start()
        .await
        .unwrap();
    let correlation_id = "6492b9d6-5629-429b-934c-040b1946e760";
    let wrong_secret = "not-the-secret-of-contoso";
    let response = client()
        .post(token_endpoint(&emulator))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("client-request-id", correlation_id)
        .body(format!(
            "grant_type=client_credentials&client_id={}&client_secret={wrong_secret}",
            emulator.client_id()
        ))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 401);
    let text = response.text().await.unwrap();
    assert!(!text.contains(wrong_secret));

    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(body["error"], "invalid_client");
    assert_eq!(body["error_codes"], json!([7_000_215]));
    assert_eq!(body["timestamp"], "2017-03-14 17:55:01Z");
    assert_eq!(body["correlation_id"], correlation_id);
    assert_eq!(body["trace_id"].as_str().unwrap().len(), 36);
    let description = body["error_description"].as_str().unwrap();
    assert!(description.starts_with("AADSTS7000215: Invalid client secret provided."));
}

#[tokio::test]
async fn each_invalid_request_is_rejected() {
    let emulator = emulator().await;
    let known = ("refresh_token", emulator.refresh_token());
    let unknown = ("refresh_token", "unknown");
    let other_scope = ("scope", "https://example.com/.default");
    for (fields, status, code) in [
        (vec![], 400, 900_144),
        (vec![("grant_type", "password")], 400, 70003),
        (vec![REFRESH], 400, 900_144),
        (vec![REFRESH, unknown], 400, 70000),
        (vec![REFRESH, known, other_scope], 400, 70011),
        (vec![REFRESH, known, SCOPE, SCOPE], 400, 9_000_411),
        (vec![APP_ONLY], 400, 900_144),
        (vec![APP_ONLY, SCOPE], 400, 70011),
        (vec![("client_id", "twice")], 400, 9_000_411),
    ] {
        let response = sign_in(&emulator, &fields).await;
        assert_eq!(response.status(), status, "{fields:?}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error_codes"], json!([code]), "{fields:?}");
    }
}

#[tokio::test]
async fn other_methods_tenants_and_bodies_are_rejected() {
    let emulator = emulator().await;
    let endpoint = token_endpoint(&emulator);

    let get = client().get(endpoint.clone()).send().await.unwrap();
    assert_eq!(
        (get.status().as_u16(), header(&get, "allow")),
        (405, "POST")
    );

    let code = async |request: reqwest::RequestBuilder| {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let body: Value = response.json().await.unwrap();
        (status, body["error_codes"][0].as_u64().unwrap())
    };
    let elsewhere = emulator
        .authority()
        .join("contoso/oauth2/v2.0/token")
        .unwrap();
    assert_eq!(code(client().post(elsewhere)).await, (400, 90002));

    let json = client()
        .post(endpoint.clone())
        .json(&json!({"grant_type": "refresh_token"}));
    assert_eq!(code(json).await, (400, 900_144));

    let large = client().post(endpoint.clone()).body("a".repeat(65_537));
    assert_eq!(code(large).await, (413, 90013));
    let full = client().post(endpoint).body("a".repeat(65_536));
    assert_eq!(code(full).await, (400, 900_144));
}

/// Every URL of the sign-in service accepts the tenant's domain instead of its id.
#[tokio::test]
async fn the_tenant_may_be_an_id_or_a_domain() {
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .automatic_consent(true)
        .start()
        .await
        .unwrap();
    let domain = emulator.tenant_domain();
    assert_eq!(domain, "contoso.onmicrosoft.com");
    for (tenant, expected) in [
        (emulator.tenant_id().to_uppercase(), 200),
        (domain.to_owned(), 200),
        (domain.to_uppercase(), 200),
        ("contoso.com".to_owned(), 400),
        ("fabrikam.onmicrosoft.com".to_owned(), 400),
        (format!("{domain}."), 400),
    ] {
        let at = |path: &str| emulator.authority().join(&format!("{tenant}/{path}"));
        let at = |path| at(path).unwrap();
        let client_id = ("client_id", emulator.client_id());
        let secret = ("client_secret", emulator.client_secret());
        let token = ("refresh_token", emulator.refresh_token());
        let mut authorize = at("oauth2/v2.0/authorize");
        authorize.query_pairs_mut().extend_pairs([
            client_id,
            SCOPE,
            ("response_type", "code"),
            ("redirect_uri", "http://localhost:1/"),
            ("code_challenge_method", "S256"),
            (
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            ),
        ]);
        let answers = [
            post_form(
                at("oauth2/v2.0/token"),
                &[REFRESH, client_id, secret, token],
            )
            .await,
            post_form(
                at("oauth2/v2.0/token"),
                &[APP_ONLY, client_id, secret, APP_SCOPE],
            )
            .await,
            post_form(at("oauth2/v2.0/devicecode"), &[client_id, SCOPE]).await,
            client()
                .get(at("v2.0/.well-known/openid-configuration"))
                .send()
                .await
                .unwrap(),
            client()
                .get(at("discovery/v2.0/keys"))
                .send()
                .await
                .unwrap(),
        ];
        for answer in answers {
            assert_eq!(answer.status(), expected, "{}", answer.url());
            if expected == 400 {
                assert_eq!(sign_in_error(answer).await.1, 90002);
            }
        }
        let answer = client().get(authorize).send().await.unwrap();
        match expected {
            200 => assert!(header(&answer, "location").contains("code="), "{tenant}"),
            _ => assert!(answer.text().await.unwrap().contains("AADSTS90002")),
        }
    }
}
