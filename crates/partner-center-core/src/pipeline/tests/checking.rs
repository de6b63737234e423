//! What is refused before it is sent.

use std::sync::Arc;

use azure_core::time::OffsetDateTime;

use super::{Service, Tokens, answer, header, jwt};
use crate::credential::{Clock, StaticTokenCredential, TokenProblem};
use crate::{Cloud, Error, ErrorKind, OperationRules, Pipeline, PipelineOptions};

const NOW: i64 = 1_800_000_000;
const AUDIENCE: &str = r#""aud":"https://api.partnercenter.microsoft.com""#;

/// Of a call that needs a signed-in user, to the worldwide service.
fn options(credential: Arc<Tokens>) -> PipelineOptions {
    let mut options = PipelineOptions::new(credential, Cloud::Global.scope());
    options.rules = |_| Some(OperationRules::new(&["app-and-user"], &["global"]));
    options.cloud = Some(Cloud::Global);
    options.clock = Clock::new(|| OffsetDateTime::from_unix_timestamp(NOW).unwrap());
    options
}

fn token(expires_at: i64) -> String {
    jwt(&format!(
        r#"{{{AUDIENCE},"exp":{expires_at},"scp":"user_impersonation"}}"#
    ))
}

/// The result of a call with these tokens, and which of them were sent.
async fn sent(
    texts: &[&str],
    change: impl FnOnce(&mut PipelineOptions),
) -> (Result<u16, Error>, Vec<String>) {
    let service = Service::start(&[answer("200 OK", "")]).await;
    let mut options = options(Tokens::these(texts.iter().map(|&text| text.to_owned())));
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

fn problem(result: Result<u16, Error>) -> TokenProblem {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(error.help().is_some() && error.request_id().is_some());
    match error {
        Error::Token { problem, .. } => problem,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_bare_403_becomes_a_sentence_before_anything_is_sent() {
    let app_only = jwt(&format!(
        r#"{{{AUDIENCE},"exp":{},"roles":["x"]}}"#,
        NOW + 60
    ));
    let (result, requests) = sent(&[&app_only], |_| {}).await;
    assert!(requests.is_empty());
    assert_eq!(problem(result), TokenProblem::AppOnly);

    let graph = jwt(r#"{"aud":"https://graph.microsoft.com","scp":"x"}"#);
    let (result, requests) = sent(&[&graph], |_| {}).await;
    assert!(requests.is_empty());
    assert!(matches!(
        problem(result),
        TokenProblem::OtherAudience { .. }
    ));

    // Switched off, the service has to tell.
    for text in [app_only.clone(), graph] {
        let (result, requests) = sent(&[&text], |options| options.checks = false).await;
        assert_eq!((result.unwrap(), requests), (200, vec![text]));
    }

    // Where no user is needed, an application alone will do.
    let (result, _) = sent(&[&app_only], |options| options.rules = open_to_applications).await;
    assert_eq!(result.unwrap(), 200);
}

fn open_to_applications(_: &str) -> Option<OperationRules> {
    Some(OperationRules::new(
        &["app-only", "app-and-user"],
        &["global"],
    ))
}

/// Tokens for Azure AD Graph: delegated or app-only, where users are needed and where not.
/// No other token is requested: it would be for the same audience.
#[tokio::test]
async fn a_token_for_azure_ad_graph_is_refused_before_anything_is_sent() {
    for payload in [
        r#"{"aud":"https://graph.windows.net"}"#,
        r#"{"aud":"https://graph.windows.net","scp":"user_impersonation"}"#,
    ] {
        for scope in [Cloud::Global.scope(), "https://graph.windows.net/.default"] {
            for is_open in [false, true] {
                let service = Service::start(&[answer("200 OK", "")]).await;
                let credential = Tokens::these([jwt(payload)]);
                let mut options = options(credential.clone());
                options.scope = scope.to_owned();
                if is_open {
                    options.rules = open_to_applications;
                }
                let result = service.call(&Pipeline::new(options)).await;
                let error = result.unwrap_err();
                let help = error.help().unwrap();
                assert!(help.contains("`https://api.partnercenter.microsoft.com/.default`"));
                let problem = problem(Err(error));
                assert!(matches!(problem, TokenProblem::RetiredAudience { .. }));
                assert_eq!((credential.asked(), service.requests().len()), (1, 0));
            }
        }
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_read_is_for_the_service_to_judge() {
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

    // There is no other.
    let service = Service::start(&[answer("200 OK", "")]).await;
    let mut options = options(Tokens::these([]));
    options.credential = Arc::new(StaticTokenCredential::new(old));
    let result = service.call(&Pipeline::new(options)).await;
    let result = result.map(|response| response.status().as_u16());
    assert!(matches!(problem(result), TokenProblem::Expired { .. }));
    assert!(service.requests().is_empty());
}

/// The sign-in service's clock made the token and the API's will judge it: they agree.
#[tokio::test]
async fn a_clock_that_is_an_hour_off_does_not_stop_good_tokens() {
    let (one, another) = (token(NOW - 600), token(NOW - 500));
    let (result, requests) = sent(&[&one, &another], |_| {}).await;
    assert_eq!((result.unwrap(), requests), (200, vec![another.clone()]));

    // That is found out once, not with every call: each new token costs a refresh token.
    let service = Service::start(&vec![answer("200 OK", ""); 5]).await;
    let credential = Tokens::these([one, another]);
    let pipeline = Pipeline::new(options(credential.clone()));
    for _ in 0..5 {
        assert_eq!(service.call(&pipeline).await.unwrap().status(), 200);
    }
    assert_eq!((service.requests().len(), credential.asked()), (5, 2));

    let (not_before, expires_at) = (NOW + 3600, NOW + 7200);
    let early = jwt(&format!(
        r#"{{{AUDIENCE},"nbf":{not_before},"exp":{expires_at},"scp":"x"}}"#
    ));
    let (result, requests) = sent(&[&early], |_| {}).await;
    assert_eq!((result.unwrap(), requests), (200, vec![early]));
}

#[tokio::test]
async fn a_cloud_without_the_operation_is_not_called() {
    let service = Service::start(&[answer("200 OK", "")]).await;
    let credential = Tokens::these([token(NOW + 3600)]);
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
    assert_eq!((credential.asked(), service.requests().len()), (0, 0));

    // Nobody knows what a cloud of one's own has.
    let own = Cloud::custom(
        "https://api.contoso.example",
        "https://login.contoso.example",
    );
    elsewhere.cloud = Some(own.into());
    assert!(service.call(&Pipeline::new(elsewhere)).await.is_ok());
}

/// Whoever asks for it, and whatever was prepared before.
#[tokio::test]
async fn the_token_goes_to_the_address_of_the_client_only() {
    let service = Service::start(&vec![answer("200 OK", ""); 9]).await;
    let base = service.url.clone();
    let mut options = options(Tokens::these([token(NOW + 3600)]));
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
            .execute::<()>(&client, request, "x")
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{address}");
        assert!(error.to_string().contains(message), "{error}");
    }
    assert_eq!(service.requests().len(), 1);
}

fn reqwest_client() -> reqwest::Client {
    let url = "http://127.0.0.1".parse().unwrap();
    crate::transport::http_client(&url, crate::transport::TimeOuts::ROWS).unwrap()
}

/// The hint fits the token.
#[tokio::test]
async fn a_403_of_a_user_names_the_role() {
    let user = token(NOW + 3600);
    let app_only = jwt(&format!(r#"{{{AUDIENCE},"exp":{}}}"#, NOW + 60));
    let code = |code: &str| format!(r#"{{"code":{code},"description":"no"}}"#);
    for (text, body, expected) in [
        (&user, "{}".to_owned(), "the role of the signed-in user"),
        (&user, code("2032"), "the role of the signed-in user"),
        (&user, code("20002"), "no relationship"),
        (&app_only, "{}".to_owned(), "an app-only token is refused"),
        (&app_only, code("2032"), "an app-only token is refused"),
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
        let mut options = options(Tokens::these([text.clone()]));
        options.checks = true;
        options.rules = |_| {
            Some(OperationRules::new(
                &["app-only", "app-and-user"],
                &["global"],
            ))
        };
        let response = service.call(&Pipeline::new(options)).await.unwrap();
        let help = Error::from_response(response).help().unwrap();
        assert!(help.contains(expected), "{text} {body}: {help}");
    }
}

#[tokio::test]
async fn a_web_page_in_a_success_names_the_proxy() {
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
        ("", "", "without any content"),
    ] {
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 200 OK\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        let service = Service::start(&[answer]).await;
        let pipeline = Pipeline::new(options(Tokens::these([token(NOW + 3600)])));
        let once = pipeline.with_retry(crate::RetryOptions::none());
        let response = service.call(&once).await.unwrap();
        let read = crate::ResponseValue::<Vec<u8>>::from_response(response.into()).await;
        let help = read.unwrap_err().help().unwrap();
        assert!(help.contains(expected), "{body}: {help}");
    }
}
