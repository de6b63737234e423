//! Error responses to rejected calls.

use partner_center_emulator::{DataSet, Emulator, TokenOptions};
use reqwest::Method;

use crate::support::{DEPLOYMENT, TestClock, call, call_with, client, emulator, header, refusal};

#[tokio::test]
async fn unknown_paths_are_not_found() {
    let emulator = emulator().await;
    for path in [
        "v1",
        "v1/analytics/licenses/deployment/",
        "v1/partner/v1/analytics/commercial/deployment/license",
        "v1/v1/analytics/licenses/deployment",
        "common/oauth2/v1.0/token",
    ] {
        assert_eq!(refusal(call(&emulator, path)).await, (404, 1000), "{path}");
    }
}

#[tokio::test]
async fn unsupported_methods_are_not_allowed() {
    let emulator = emulator().await;
    let url = emulator.url().join(DEPLOYMENT).unwrap();
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = client()
            .request(method.clone(), url.clone())
            .send()
            .await
            .unwrap();
        assert_eq!(header(&answer, "allow"), "GET, HEAD, OPTIONS");
        let request = client().request(method, url.clone());
        assert_eq!(refusal(request).await, (405, 0));
    }
}

#[tokio::test]
async fn a_token_is_required() {
    let emulator = emulator().await;
    let url = emulator.url().join(DEPLOYMENT).unwrap();
    let token = emulator.mint_token(TokenOptions::new());
    assert_eq!(refusal(client().get(url.clone())).await, (401, 800_001));
    for value in [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        token.clone(),
        format!("Basic {token}"),
        format!("Bearer {token} {token}"),
    ] {
        let request = client().get(url.clone()).header("Authorization", value);
        assert_eq!(refusal(request).await, (401, 800_001));
    }
    let answer = client().get(url).send().await.unwrap();
    assert!(header(&answer, "www-authenticate").starts_with("Bearer realm="));
}

#[tokio::test]
async fn tokens_are_checked() {
    let (emulator, other) = (emulator().await, emulator().await);
    let token = emulator.mint_token(TokenOptions::new());
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let tampered = if signature.starts_with('A') { 'B' } else { 'A' };
    for bad in [
        "token".to_owned(),
        "a.b.c".to_owned(),
        format!("{signed}."),
        format!("{signed}.{tampered}{}", &signature[1..]),
        other.mint_token(TokenOptions::new()),
        emulator.mint_token(TokenOptions::new().expired()),
        emulator.mint_token(TokenOptions::new().audience("https://graph.microsoft.com")),
        emulator
            .mint_token(TokenOptions::new().audience("https://api.partnercenter.microsoft.com/")),
    ] {
        let request = client()
            .get(emulator.url().join(DEPLOYMENT).unwrap())
            .bearer_auth(bad);
        assert_eq!(refusal(request).await, (401, 400));
    }
}

/// Every operation rejects the retired audience, delegated or app-only.
#[tokio::test]
async fn tokens_for_azure_ad_graph_have_a_separate_code() {
    let emulator = emulator().await;
    let graph = || TokenOptions::new().audience("https://graph.windows.net");
    for options in [graph(), graph().app_only(), graph().without_mfa()] {
        for path in [DEPLOYMENT, "v1/customers", "partner/v1/analytics/search"] {
            let request = call_with(&emulator, path, options.clone());
            assert_eq!(refusal(request).await, (401, 900_420), "{path} {options:?}");
        }
    }
    let answer = call_with(&emulator, DEPLOYMENT, graph()).send().await;
    let answer = answer.unwrap();
    assert!(header(&answer, "www-authenticate").contains(r#"error="invalid_token""#));
    let text = answer.text().await.unwrap();
    assert!(text.contains("https://api.partnercenter.microsoft.com"));
}

#[tokio::test]
async fn tokens_expire() {
    let clock = TestClock::new();
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .clock(clock.reader())
        .access_token_lifetime(std::time::Duration::from_secs(60))
        .start()
        .await
        .unwrap();
    let request = call(&emulator, DEPLOYMENT);
    let again = || request.try_clone().unwrap();
    clock.advance(59);
    assert_eq!(again().send().await.unwrap().status(), 200);
    clock.advance(1);
    assert_eq!(refusal(again()).await, (401, 400));

    let answer = again().send().await.unwrap();
    assert!(header(&answer, "www-authenticate").contains(r#"error="invalid_token""#));
    assert!(answer.text().await.unwrap().contains("expired"));
}

#[tokio::test]
async fn app_only_tokens_are_denied_access() {
    let emulator = emulator().await;
    let request = call_with(&emulator, DEPLOYMENT, TokenOptions::new().app_only());
    assert_eq!(refusal(request).await, (403, 2032));
}

#[tokio::test]
async fn headers_are_checked() {
    let emulator = emulator().await;
    for (name, value) in [
        ("MS-RequestId", ""),
        ("MS-RequestId", "25b6edd5"),
        ("MS-CorrelationId", "{6492b9d6-5629-429b-934c-040b1946e760}"),
        ("MS-Contract-Version", ""),
        ("MS-Contract-Version", "V1"),
        ("MS-Contract-Version", "api-version: v1"),
    ] {
        let request = call(&emulator, DEPLOYMENT).header(name, value);
        assert_eq!(refusal(request).await, (400, 800_002), "{name}: {value}");
    }
}

#[tokio::test]
async fn query_parameters_are_checked() {
    let emulator = emulator().await;
    let path = format!("{DEPLOYMENT}?api-version=v1");
    assert_eq!(refusal(call(&emulator, &path)).await, (400, 3000));
}

#[tokio::test]
async fn errors_echo_the_ids() {
    let emulator = emulator().await;
    let (request_id, correlation_id) = (
        "25B6EDD5-1f53-456b-b48c-c64f60ec2dda",
        "6492b9d6-5629-429b-934c-040b1946e760",
    );
    let answer = client()
        .get(emulator.url().join("unknown").unwrap())
        .header("MS-RequestId", request_id)
        .header("MS-CorrelationId", correlation_id)
        .send()
        .await
        .unwrap();
    assert_eq!(header(&answer, "ms-requestid"), request_id);
    assert_eq!(header(&answer, "ms-correlationid"), correlation_id);
}
