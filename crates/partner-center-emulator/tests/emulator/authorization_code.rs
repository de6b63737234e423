//! Browser sign-in, and the configuration document.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use partner_center_emulator::{DataSet, Emulator, EmulatorBuilder};
use reqwest::{Response, Url};
use serde_json::Value;

use crate::support::{
    TestClock, call_status, claims, client, emulator, header, post_form, sign_in_error,
};

/// Example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const REDIRECT: &str = "http://localhost:8400/back?from=here";
const SCOPE: &str =
    "openid offline_access https://api.partnercenter.microsoft.com/user_impersonation";

async fn automatic() -> Emulator {
    let builder: EmulatorBuilder = Emulator::builder().data(DataSet::documented());
    builder.automatic_consent(true).start().await.unwrap()
}

/// Returns the URL of the sign-in page with changed parameters; empty ones are omitted.
fn authorize(emulator: &Emulator, tenant: &str, changes: &[(&str, &str)]) -> Url {
    let mut parameters = BTreeMap::from([
        ("client_id", emulator.client_id()),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("response_mode", "query"),
        ("scope", SCOPE),
        ("state", "a state & more"),
        ("nonce", "a nonce"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    parameters.extend(changes.iter().copied());
    parameters.retain(|_, value| !value.is_empty());
    let path = format!("{tenant}/oauth2/v2.0/authorize");
    let mut url = emulator.authority().join(&path).unwrap();
    url.query_pairs_mut().extend_pairs(parameters);
    url
}

async fn get(url: Url) -> Response {
    client().get(url).send().await.unwrap()
}

/// Returns the parameters of the redirect to the application.
fn redirect_parameters(response: &Response) -> BTreeMap<String, String> {
    assert_eq!(response.status(), 302);
    let location = Url::parse(header(response, "location")).unwrap();
    assert!(location.as_str().starts_with(REDIRECT));
    location.query_pairs().into_owned().collect()
}

async fn code(emulator: &Emulator) -> String {
    let response = get(authorize(emulator, "common", &[])).await;
    redirect_parameters(&response)["code"].clone()
}

async fn redeem(emulator: &Emulator, fields: &[(&str, &str)]) -> Response {
    let url = emulator
        .authority()
        .join("common/oauth2/v2.0/token")
        .unwrap();
    let mut all = vec![
        ("grant_type", "authorization_code"),
        ("client_id", emulator.client_id()),
    ];
    all.extend_from_slice(fields);
    post_form(url, &all).await
}

#[tokio::test]
async fn a_code_is_exchanged_for_tokens_once() {
    let emulator = automatic().await;
    let response = get(authorize(&emulator, "organizations", &[])).await;
    let brought = redirect_parameters(&response);
    assert_eq!(brought["state"], "a state & more");
    assert_eq!(brought["from"], "here");

    let fields = [
        ("code", brought["code"].as_str()),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let granted: Value = redeem(&emulator, &fields).await.json().await.unwrap();
    assert_eq!(granted["token_type"], "Bearer");
    assert!(granted["refresh_token"].is_string());
    assert_eq!(call_status(&emulator, &granted["access_token"]).await, 200);
    assert_eq!(call_status(&emulator, &granted["id_token"]).await, 401);
    let id = claims(&granted["id_token"]);
    assert_eq!(id["nonce"], "a nonce");
    assert_eq!(id["aud"], emulator.client_id());
    assert_eq!(id["tid"], emulator.tenant_id());

    let again = redeem(&emulator, &fields).await;
    let expected = ("invalid_grant".to_owned(), 54005);
    assert_eq!(sign_in_error(again).await, expected);
}

#[tokio::test]
async fn tokens_that_were_not_requested_are_not_issued() {
    let emulator = automatic().await;
    let scope = "https://api.partnercenter.microsoft.com/user_impersonation";
    let response = get(authorize(&emulator, "common", &[("scope", scope)])).await;
    let fields = [
        ("code", redirect_parameters(&response)["code"].as_str()),
        ("code_verifier", VERIFIER),
    ]
    .map(|(name, value)| (name, value.to_owned()));
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let granted: Value = redeem(&emulator, &fields).await.json().await.unwrap();
    assert_eq!(granted.get("refresh_token"), None);
    assert_eq!(granted.get("id_token"), None);
}

#[tokio::test]
async fn codes_are_bound_to_their_request() {
    let clock = TestClock::new();
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .clock(clock.reader())
        .automatic_consent(true)
        .start()
        .await
        .unwrap();
    let code = code(&emulator).await;
    let good = ("code", code.as_str());
    let verifier = ("code_verifier", VERIFIER);
    for (fields, expected) in [
        (vec![verifier], 900_144),
        (vec![good], 900_144),
        (vec![("code", "other"), verifier], 70000),
        (
            vec![good, verifier, ("redirect_uri", "http://localhost/")],
            500_112,
        ),
        (vec![good, ("code_verifier", CHALLENGE)], 501_481),
        (vec![good, verifier, ("client_secret", "wrong")], 7_000_215),
    ] {
        let response = redeem(&emulator, &fields).await;
        assert_eq!(sign_in_error(response).await.1, expected, "{fields:?}");
    }
    clock.advance(600);
    let late = redeem(&emulator, &[good, verifier]).await;
    let expected = ("invalid_grant".to_owned(), 70008);
    assert_eq!(sign_in_error(late).await, expected);
}

#[tokio::test]
async fn users_sign_in_or_cancel_on_the_page() {
    let emulator = emulator().await;
    let url = authorize(&emulator, "common", &[]);
    let page = get(url.clone()).await;
    assert_eq!(page.status(), 200);
    let html = page.text().await.unwrap();
    assert!(html.contains("user_impersonation") && html.contains("<form method=\"post\">"));
    assert!(!html.contains("<script"));

    let signed_in = post_form(url.clone(), &[("decision", "approve")]).await;
    let brought = redirect_parameters(&signed_in);
    let fields = [
        ("code", brought["code"].as_str()),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(redeem(&emulator, &fields).await.status(), 200);

    let cancelled = post_form(url, &[("decision", "deny")]).await;
    let brought = redirect_parameters(&cancelled);
    assert_eq!(brought["error"], "access_denied");
    assert_eq!(brought["state"], "a state & more");
    assert!(brought["error_description"].starts_with("AADSTS65004: "));
}

#[tokio::test]
async fn errors_are_shown_until_the_redirect_uri_is_valid() {
    let emulator = automatic().await;
    for (tenant, change, code) in [
        ("contoso", ("prompt", "login"), "AADSTS90002"),
        ("common", ("client_id", "other"), "AADSTS700016"),
        ("common", ("redirect_uri", ""), "AADSTS900144"),
        (
            "common",
            ("redirect_uri", "http://example.com/"),
            "AADSTS50011",
        ),
    ] {
        let response = get(authorize(&emulator, tenant, &[change])).await;
        assert_eq!(response.status(), 400);
        assert_eq!(response.headers().get("location"), None);
        assert!(response.text().await.unwrap().contains(code), "{code}");
    }
}

#[tokio::test]
async fn other_errors_are_sent_to_the_redirect_uri() {
    let emulator = automatic().await;
    for (change, error, code) in [
        (("response_type", ""), "invalid_request", "AADSTS900144"),
        (
            ("response_type", "id_token"),
            "unsupported_response_type",
            "AADSTS70005",
        ),
        (("response_mode", "other"), "invalid_request", "AADSTS90023"),
        (("prompt", "other"), "invalid_request", "AADSTS90023"),
        (("scope", "other"), "invalid_scope", "AADSTS70011"),
        (("scope", ""), "invalid_request", "AADSTS900144"),
        (("code_challenge", ""), "invalid_request", "AADSTS9002325"),
        (
            ("code_challenge", "short"),
            "invalid_request",
            "AADSTS501491",
        ),
        (
            ("code_challenge_method", "plain"),
            "invalid_request",
            "AADSTS9002325",
        ),
    ] {
        let response = get(authorize(&emulator, "common", &[change])).await;
        let brought = redirect_parameters(&response);
        assert_eq!(brought["error"], error);
        assert!(brought["error_description"].starts_with(code), "{code}");
        assert_eq!(brought["state"], "a state & more");
    }
}

/// Returns the value of a hidden field of a form.
fn hidden<'a>(html: &'a str, name: &str) -> &'a str {
    let begin = format!(r#"name="{name}" value=""#);
    let (_, rest) = html.split_once(&begin).unwrap();
    rest.split_once('"').unwrap().0
}

#[tokio::test]
async fn parameters_are_posted_in_a_form() {
    let emulator = emulator().await;
    let form_post = ("response_mode", "form_post");
    let url = authorize(&emulator, "common", &[form_post, ("client_info", "1")]);
    let page = post_form(url.clone(), &[("decision", "approve")]).await;
    assert_eq!(page.status(), 200);
    let policy = header(&page, "content-security-policy").to_owned();
    let html = page.text().await.unwrap();
    assert!(html.contains(r#"<form method="post" action="http://localhost:8400/back?from=here">"#));
    assert!(html.contains("<button autofocus>Continue</button>"));
    assert_eq!(hidden(&html, "state"), "a state &amp; more");
    assert!(!hidden(&html, "client_info").is_empty());
    // The policy allows exactly the script of the page.
    let (_, script) = html.split_once("<script>").unwrap();
    let (script, _) = script.split_once("</script>").unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, script.as_bytes());
    let digest = STANDARD.encode(digest);
    assert!(
        policy.contains(&format!("script-src 'sha256-{digest}'")),
        "{policy}"
    );

    let fields = [("code", hidden(&html, "code")), ("code_verifier", VERIFIER)];
    assert_eq!(redeem(&emulator, &fields).await.status(), 200);

    let cancelled = post_form(url, &[("decision", "deny")]).await;
    let html = cancelled.text().await.unwrap();
    assert_eq!(hidden(&html, "error"), "access_denied");
    assert!(hidden(&html, "error_description").starts_with("AADSTS65004"));

    let bad = authorize(&emulator, "common", &[form_post, ("scope", "other")]);
    let html = get(bad).await.text().await.unwrap();
    assert_eq!(hidden(&html, "error"), "invalid_scope");
    assert_eq!(hidden(&html, "state"), "a state &amp; more");
}

/// An id token is never in a query; the default is the fragment.
#[tokio::test]
async fn the_fragment_has_code_and_id_token() {
    let emulator = automatic().await;
    let both = ("response_type", "id_token code");
    for mode in [("response_mode", ""), ("response_mode", "fragment")] {
        let response = get(authorize(&emulator, "common", &[both, mode])).await;
        let location = Url::parse(header(&response, "location")).unwrap();
        assert_eq!(location.query(), Some("from=here"));
        let fragment = location.fragment().unwrap();
        let fields: BTreeMap<_, _> = Url::parse(&format!("form:?{fragment}"))
            .unwrap()
            .query_pairs()
            .into_owned()
            .collect();
        let id = claims(&Value::from(fields["id_token"].as_str()));
        assert_eq!(id["nonce"], "a nonce");
        assert_eq!(fields["state"], "a state & more");
        let fields = [
            ("code", fields["code"].as_str()),
            ("code_verifier", VERIFIER),
        ];
        assert_eq!(redeem(&emulator, &fields).await.status(), 200);
    }
    for (change, code) in [
        (("response_mode", "query"), "AADSTS90023"),
        (("nonce", ""), "AADSTS900144"),
    ] {
        let mode = ("response_mode", "fragment");
        let response = get(authorize(&emulator, "common", &[both, mode, change])).await;
        let location = header(&response, "location");
        assert!(location.contains(&format!("#error=invalid_request&error_description={code}")));
    }
}

#[tokio::test]
async fn silent_requests_need_a_signed_in_user() {
    let emulator = emulator().await;
    let silent = ("prompt", "none");
    let brought = redirect_parameters(&get(authorize(&emulator, "common", &[silent])).await);
    assert_eq!(brought["error"], "login_required");
    assert!(brought["error_description"].starts_with("AADSTS50058"));
    let automatic = automatic().await;
    let brought = redirect_parameters(&get(authorize(&automatic, "common", &[silent])).await);
    assert!(brought.contains_key("code"));
}

/// Web applications may omit the challenge, because they redeem the code with their secret.
#[tokio::test]
async fn a_code_without_challenge_needs_the_secret() {
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let emulator = automatic().await;
    let brought = redirect_parameters(&get(authorize(&emulator, "common", &without)).await);
    let code = ("code", brought["code"].as_str());
    assert_eq!(
        sign_in_error(redeem(&emulator, &[code]).await).await.1,
        7_000_218
    );
    let secret = ("client_secret", emulator.client_secret());
    assert_eq!(redeem(&emulator, &[code, secret]).await.status(), 200);

    let public = Emulator::builder()
        .public_client(true)
        .start()
        .await
        .unwrap();
    let brought = redirect_parameters(&get(authorize(&public, "common", &without)).await);
    assert!(brought["error_description"].starts_with("AADSTS9002325"));
}

#[tokio::test]
async fn the_configuration_document_is_served() {
    let emulator = automatic().await;
    let base = emulator.authority();
    let tenant = emulator.tenant_id();
    let of = |tenant: &str| {
        base.join(&format!("{tenant}/v2.0/.well-known/openid-configuration"))
            .unwrap()
    };
    let document: Value = get(of(tenant)).await.json().await.unwrap();
    for (name, path) in [
        ("authorization_endpoint", "oauth2/v2.0/authorize"),
        ("token_endpoint", "oauth2/v2.0/token"),
        ("device_authorization_endpoint", "oauth2/v2.0/devicecode"),
        ("issuer", "v2.0"),
        ("jwks_uri", "discovery/v2.0/keys"),
    ] {
        assert_eq!(document[name], format!("{base}{tenant}/{path}"));
    }
    let shared: Value = get(of("common")).await.json().await.unwrap();
    let token_endpoint = format!("{base}common/oauth2/v2.0/token");
    assert_eq!(shared["token_endpoint"], token_endpoint);
    assert_eq!(shared["issuer"], document["issuer"]);
    let by_domain: Value = get(of(emulator.tenant_domain()))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(by_domain, document);
    let keys = Url::parse(document["jwks_uri"].as_str().unwrap()).unwrap();
    let keys: Value = get(keys).await.json().await.unwrap();
    assert_eq!(keys["keys"][0]["alg"], "ES256");
    assert_eq!(
        document["id_token_signing_alg_values_supported"][0],
        "ES256"
    );
    assert_eq!(sign_in_error(get(of("contoso")).await).await.1, 90002);
    let posted = post_form(of(tenant), &[]).await;
    assert_eq!(sign_in_error(posted).await.1, 900_561);
}
