//! Checks before a request is sent, and the help texts of rejected calls.

use std::sync::Arc;

use azure_core::time::OffsetDateTime;
use partner_center_catalog::{AuthMode, Operation};

use super::{OPEN, Service, Tokens, header, http_response, jwt};
use crate::testing::FixedToken;
use crate::{Clock, Cloud, Error, ErrorKind, Pipeline, PipelineOptions, TokenRejection};

const NOW: i64 = 1_800_000_000;
const AUDIENCE: &str = r#""aud":"https://api.partnercenter.microsoft.com""#;

/// Operation of the worldwide service that requires a signed-in user.
static FOR_USERS: Operation =
    Operation::new("x", "GET", "/v1/x").with_access(&[AuthMode::AppAndUser], &["global"]);

/// Options of a call to the worldwide service.
fn options(credential: Arc<Tokens>) -> PipelineOptions {
    let mut options = PipelineOptions::new(credential, Cloud::Global.scope());
    options.cloud = Some(Cloud::Global);
    options.clock = Clock::new(|| OffsetDateTime::from_unix_timestamp(NOW).unwrap());
    options
}

fn token(expires_at: i64) -> String {
    jwt(&format!(
        r#"{{{AUDIENCE},"exp":{expires_at},"scp":"user_impersonation"}}"#
    ))
}

/// Returns the result of a call with these tokens, and the tokens that were sent.
async fn sent(
    texts: &[&str],
    change: impl FnOnce(&mut PipelineOptions),
) -> (Result<u16, Error>, Vec<String>) {
    sent_to(&FOR_USERS, texts, change).await
}

/// Like [`sent`], for a call of `operation`.
async fn sent_to(
    operation: &'static Operation,
    texts: &[&str],
    change: impl FnOnce(&mut PipelineOptions),
) -> (Result<u16, Error>, Vec<String>) {
    let mut service = Service::start(&[http_response("200 OK", "")]).await;
    service.operation = operation;
    let mut options = options(Tokens::returning(texts.iter().map(|&text| text.to_owned())));
    change(&mut options);
    let result = service.call(&Pipeline::new(options)).await;
    let sent = service.requests();
    let sent = sent.iter().map(|request| header(request, "authorization"));
    (
        result.map(|response| response.status().as_u16()),
        sent.map(|value| value.trim_start_matches("Bearer ").to_owned())
            .collect(),
    )
}

fn problem(result: Result<u16, Error>) -> TokenRejection {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(error.help().is_some() && error.request_id().is_some());
    match error {
        Error::TokenRejected { rejection, .. } => rejection,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_avoidable_403_is_explained_before_a_request_is_sent() {
    let app_only = jwt(&format!(
        r#"{{{AUDIENCE},"exp":{},"roles":["x"]}}"#,
        NOW + 60
    ));
    let (result, requests) = sent(&[&app_only], |_| {}).await;
    assert!(requests.is_empty());
    assert_eq!(problem(result), TokenRejection::AppOnly);

    let graph = jwt(r#"{"aud":"https://graph.microsoft.com","scp":"x"}"#);
    let (result, requests) = sent(&[&graph], |_| {}).await;
    assert!(requests.is_empty());
    assert!(matches!(
        problem(result),
        TokenRejection::OtherAudience { .. }
    ));

    // Without the checks, the call is sent.
    for text in [app_only.clone(), graph] {
        let (result, requests) = sent(&[&text], |options| options.preflight_checks = false).await;
        assert_eq!((result.unwrap(), requests), (200, vec![text]));
    }

    // An operation that does not require a user accepts an app-only token.
    let (result, _) = sent_to(&OPEN, &[&app_only], |_| {}).await;
    assert_eq!(result.unwrap(), 200);
}

/// Delegated and app-only tokens for Azure AD Graph, for operations that require a user and
/// operations that do not. No other token is requested, because it would have the same audience.
#[tokio::test]
async fn a_token_for_azure_ad_graph_is_rejected_before_a_request_is_sent() {
    for payload in [
        r#"{"aud":"https://graph.windows.net"}"#,
        r#"{"aud":"https://graph.windows.net","scp":"user_impersonation"}"#,
    ] {
        for scope in [Cloud::Global.scope(), "https://graph.windows.net/.default"] {
            for operation in [&FOR_USERS, &OPEN] {
                let mut service = Service::start(&[http_response("200 OK", "")]).await;
                service.operation = operation;
                let credential = Tokens::returning([jwt(payload)]);
                let mut options = options(credential.clone());
                options.scope = scope.to_owned();
                let result = service.call(&Pipeline::new(options)).await;
                let error = result.unwrap_err();
                let help = error.help().unwrap();
                assert!(help.contains("`https://api.partnercenter.microsoft.com/.default`"));
                let problem = problem(Err(error));
                assert!(matches!(problem, TokenRejection::RetiredAudience { .. }));
                assert_eq!((credential.requests(), service.requests().len()), (1, 0));
            }
        }
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_decoded_is_sent() {
    let (result, requests) = sent(&["opaque"], |_| {}).await;
    assert_eq!(
        (result.unwrap(), requests),
        (200, vec!["opaque".to_owned()])
    );
}

#[tokio::test]
async fn an_expired_token_is_replaced_before_it_is_sent() {
    let (old, new) = (token(NOW - 600), token(NOW + 3600));
    let (result, requests) = sent(&[&old, &new], |_| {}).await;
    assert_eq!((result.unwrap(), requests), (200, vec![new]));

    // The credential has no other token.
    let service = Service::start(&[http_response("200 OK", "")]).await;
    let mut options = options(Tokens::returning([]));
    options.credential = Arc::new(FixedToken::new(old));
    let result = service.call(&Pipeline::new(options)).await;
    let result = result.map(|response| response.status().as_u16());
    assert!(matches!(problem(result), TokenRejection::Expired { .. }));
    assert!(service.requests().is_empty());
}

/// The clocks of the sign-in service, which issues the token, and of the API, which checks it,
/// agree; only the local clock is off.
#[tokio::test]
async fn a_clock_that_is_an_hour_off_does_not_reject_valid_tokens() {
    let (one, another) = (token(NOW - 600), token(NOW - 500));
    let (result, requests) = sent(&[&one, &another], |_| {}).await;
    assert_eq!((result.unwrap(), requests), (200, vec![another.clone()]));

    // The check is repeated only for a new token, because each new token uses the refresh token.
    let service = Service::start(&vec![http_response("200 OK", ""); 5]).await;
    let credential = Tokens::returning([one, another]);
    let pipeline = Pipeline::new(options(credential.clone()));
    for _ in 0..5 {
        assert_eq!(service.call(&pipeline).await.unwrap().status(), 200);
    }
    assert_eq!((service.requests().len(), credential.requests()), (5, 2));

    let (not_before, expires_at) = (NOW + 3600, NOW + 7200);
    let early = jwt(&format!(
        r#"{{{AUDIENCE},"nbf":{not_before},"exp":{expires_at},"scp":"x"}}"#
    ));
    let (result, requests) = sent(&[&early], |_| {}).await;
    assert_eq!((result.unwrap(), requests), (200, vec![early]));
}

#[tokio::test]
async fn a_cloud_without_the_operation_is_not_called() {
    let service = Service::start(&[http_response("200 OK", "")]).await;
    let credential = Tokens::returning([token(NOW + 3600)]);
    let mut elsewhere = options(credential.clone());
    elsewhere.cloud = Some(Cloud::China21Vianet);
    let error = service
        .call(&Pipeline::new(elsewhere.clone()))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "`x` is not offered by the cloud `china-21vianet`; it is offered by: global"
    );
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!((credential.requests(), service.requests().len()), (0, 0));

    // The operations of a custom cloud are unknown, so the call is sent.
    let own = Cloud::custom(
        "https://api.contoso.example",
        "https://login.contoso.example",
    );
    elsewhere.cloud = Some(own.into());
    assert!(service.call(&Pipeline::new(elsewhere)).await.is_ok());
}

/// Checked when a request is executed, also if it was prepared for another address.
#[tokio::test]
async fn the_token_is_sent_only_to_the_address_of_the_client() {
    let service = Service::start(&vec![http_response("200 OK", ""); 9]).await;
    let base = service.url.clone();
    let mut options = options(Tokens::returning([token(NOW + 3600)]));
    options.base_url = Some(base.clone());
    let pipeline = Pipeline::new(options.clone());
    assert!(service.call(&pipeline).await.is_ok());
    let port = base.port().unwrap();
    for (address, message) in [
        (
            format!("http://localhost:{port}/v1/x"),
            "and the token is for",
        ),
        (
            format!("http://127.0.0.1:{}/", port ^ 1),
            "and the token is for",
        ),
        (format!("https://127.0.0.1:{port}/"), "and the token is for"),
        (
            "https://api.partnercenter.microsoft.com/".to_owned(),
            "and the token is for",
        ),
        (format!("http://0.0.0.0:{port}/"), "over https only"),
        ("http://contoso.example/".to_owned(), "over https only"),
    ] {
        let request = reqwest::Request::new(reqwest::Method::GET, address.parse().unwrap());
        let client = reqwest_client();
        let error = pipeline
            .execute::<()>(&client, request, &OPEN)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{address}");
        assert!(error.to_string().contains(message), "{error}");
    }
    assert_eq!(service.requests().len(), 1);
}

fn reqwest_client() -> reqwest::Client {
    let url = "http://127.0.0.1".parse().unwrap();
    crate::http::transport::http_client(&url, crate::http::transport::Timeouts::ROWS).unwrap()
}

/// The help text depends on the kind of identity and on the error code.
#[tokio::test]
async fn the_help_of_a_403_matches_the_identity_of_the_token() {
    let user = token(NOW + 3600);
    let app_only = jwt(&format!(r#"{{{AUDIENCE},"exp":{}}}"#, NOW + 60));
    let code = |code: &str| format!(r#"{{"code":{code},"description":"no"}}"#);
    for (text, body, expected) in [
        (&user, "{}".to_owned(), "the role of the signed-in user"),
        (&user, code("2032"), "the role of the signed-in user"),
        (&user, code("20002"), "no relationship"),
        (&app_only, "{}".to_owned(), "an app-only token is rejected"),
        (&app_only, code("2032"), "an app-only token is rejected"),
        (
            &"opaque".to_owned(),
            "{}".to_owned(),
            "admin agent or sales agent",
        ),
    ] {
        let length = body.len();
        let refusal = format!(
            "HTTP/1.1 403 Forbidden\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        let service = Service::start(&[refusal]).await;
        let mut options = options(Tokens::returning([text.clone()]));
        options.preflight_checks = true;
        let response = service.call(&Pipeline::new(options)).await.unwrap();
        let help = Error::from_response(response).help().unwrap();
        assert!(help.contains(expected), "{text} {body}: {help}");
    }
}

#[tokio::test]
async fn the_help_for_a_web_page_in_a_success_names_the_proxy() {
    for (headers, body, expected) in [
        ("", "<html>Sign in</html>", "a web page"),
        ("", "\u{feff}\n <!DOCTYPE HTML><p>", "a web page"),
        (
            "Content-Type: text/html; charset=utf-8\r\n",
            "<p>",
            "a web page",
        ),
        (
            "Content-Type: application/json\r\n",
            "<",
            "may have changed",
        ),
        ("", "", "is empty"),
    ] {
        let length = body.len();
        let response = format!(
            "HTTP/1.1 200 OK\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        let service = Service::start(&[response]).await;
        let pipeline = Pipeline::new(options(Tokens::returning([token(NOW + 3600)])));
        let once = pipeline.with_retry(crate::RetryOptions::none());
        let response = service.call(&once).await.unwrap();
        let read = crate::ResponseValue::<Vec<u8>>::from_response(response.into()).await;
        let help = read.unwrap_err().help().unwrap();
        assert!(help.contains(expected), "{body}: {help}");
    }
}
