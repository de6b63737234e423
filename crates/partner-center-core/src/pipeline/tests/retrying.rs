//! What is tried again, and how often.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{Service, Tokens, answer, at_once, header};
use crate::credential::{RefreshTokenCredential, StaticTokenCredential};
use crate::{Error, Pipeline, PipelineOptions, Response, RetryOptions};

/// What came of a call.
struct Called {
    result: Result<Response, Error>,
    /// On the paused clock: what was waited.
    waited: Duration,
    requests: Vec<String>,
}

/// Calls a server that gives these answers, one a connection.
async fn call(answers: &[String], retry: RetryOptions) -> Called {
    let service = Service::start(answers).await;
    let options = PipelineOptions::new(Arc::new(Tokens::default()), "scope");
    let pipeline = Pipeline::new(options).with_retry(retry);
    let started = Instant::now();
    let result = service.call(&pipeline).await;
    Called {
        result,
        waited: started.elapsed(),
        requests: service.requests(),
    }
}

#[tokio::test(start_paused = true)]
async fn passing_trouble_is_outlived_under_the_same_request_id() {
    let called = call(
        &[
            answer("503 Service Unavailable", "Retry-After: 3\r\n"),
            answer("429 Too Many Requests", "Retry-After: 57\r\n"),
            // Breaks off in mid-body.
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_owned(),
            answer("200 OK", ""),
        ],
        at_once(),
    )
    .await;
    assert_eq!(called.result.unwrap().status(), 200);
    assert_eq!(called.waited.as_secs(), 60);
    let ids: Vec<_> = called
        .requests
        .iter()
        .map(|request| header(request, "ms-requestid"))
        .collect();
    assert_eq!(ids.len(), 4);
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[tokio::test(start_paused = true)]
async fn trouble_that_stays_is_the_result() {
    let refusals = vec![answer("429 Too Many Requests", "Retry-After: 1\r\n"); 9];
    let called = call(&refusals, at_once()).await;
    assert_eq!(
        (
            called.result.unwrap().status().as_u16(),
            called.requests.len()
        ),
        (429, 4)
    );
    assert_eq!(called.waited.as_secs(), 3);

    let called = call(&refusals, RetryOptions::none()).await;
    assert_eq!(called.requests.len(), 1);

    // A wait out of bounds is not begun.
    let called = call(
        &[answer(
            "429 Too Many Requests",
            "Retry-After: 999999999\r\n",
        )],
        at_once(),
    )
    .await;
    assert_eq!(
        (
            called.result.unwrap().status().as_u16(),
            called.waited.as_secs()
        ),
        (429, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn other_refusals_are_not_repeated() {
    for status in [
        "400 Bad Request",
        "403 Forbidden",
        "404 Not Found",
        "501 Not Implemented",
    ] {
        let called = call(&[answer(status, "Retry-After: 1\r\n")], at_once()).await;
        assert_eq!(called.requests.len(), 1, "{status}");
        assert!(called.result.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_replaced_once() {
    let refused = answer("401 Unauthorized", "");
    let called = call(
        &[refused.clone(), answer("200 OK", "")],
        RetryOptions::none(),
    )
    .await;
    assert_eq!(called.result.unwrap().status(), 200);
    let tokens = called
        .requests
        .iter()
        .map(|request| header(request, "authorization"));
    assert_eq!(
        tokens.collect::<Vec<_>>(),
        ["Bearer token-1", "Bearer token-2"]
    );

    let called = call(&[refused.clone(), refused.clone(), refused], at_once()).await;
    assert_eq!(
        (
            called.result.unwrap().status().as_u16(),
            called.requests.len()
        ),
        (401, 2)
    );
}

/// Refusals that a new token does not cure: no second token is requested, and the call is
/// not repeated.
#[tokio::test(start_paused = true)]
async fn a_refused_audience_or_sign_in_does_not_renew_the_token() {
    for code in ["900420", "\"900421\"", "900421"] {
        let body = format!(r#"{{"code":{code},"description":"Refused.","data":[]}}"#);
        let refused = format!(
            "HTTP/1.1 401 Unauthorized\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let service = Service::start(&[refused, answer("200 OK", "")]).await;
        let credential = Arc::new(Tokens::default());
        let options = PipelineOptions::new(credential.clone(), "scope");
        let response = service.call(&Pipeline::new(options)).await.unwrap();
        assert_eq!(response.status(), 401, "{code}");
        assert_eq!((credential.asked(), service.requests().len()), (1, 1));
        let error = Error::from_response(response);
        assert_eq!(error.kind(), crate::ErrorKind::Authentication);
        let help = error.help().unwrap();
        let expected = match code {
            "900420" => "`https://api.partnercenter.microsoft.com/.default`",
            _ => "multi-factor authentication",
        };
        assert!(help.contains(expected), "{help}");
    }
}

/// A credential that has no other token is not asked to repeat itself.
#[tokio::test(start_paused = true)]
async fn the_same_token_is_not_sent_again() {
    let service = Service::start(&[answer("401 Unauthorized", ""), answer("200 OK", "")]).await;
    let credential = Arc::new(StaticTokenCredential::new("token"));
    let pipeline = Pipeline::new(PipelineOptions::new(credential, "scope"));
    let response = service.call(&pipeline).await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(service.requests().len(), 1);
}

/// Over a sign-in service that is down for a while, and one that refuses.
#[tokio::test(start_paused = true)]
async fn an_outage_of_the_sign_in_service_is_outlived() {
    let down = answer("503 Service Unavailable", "Retry-After: 7\r\n");
    let token = r#"{"access_token":"token-1","token_type":"Bearer","expires_in":3600}"#;
    let token = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{token}",
        token.len()
    );
    let sign_in = Service::start(&[down.clone(), down, token]).await;
    let service = Service::start(&[answer("200 OK", "")]).await;
    let options = PipelineOptions::new(refreshing(&sign_in), "scope");
    let pipeline = Pipeline::new(options).with_retry(at_once());
    let started = Instant::now();
    assert_eq!(service.call(&pipeline).await.unwrap().status(), 200);
    assert_eq!(started.elapsed().as_secs(), 14);

    let refusal = r#"{"error":"invalid_grant","error_description":"AADSTS700082: expired"}"#;
    let refusal = format!(
        "HTTP/1.1 400 Bad Request\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{refusal}",
        refusal.len()
    );
    let sign_in = Service::start(&[refusal.clone(), refusal]).await;
    let options = PipelineOptions::new(refreshing(&sign_in), "scope");
    let error = service.call(&Pipeline::new(options)).await.unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::Authentication);
    assert_eq!(sign_in.requests().len(), 1);
}

/// The same where the token is asked for again after a pause.
#[tokio::test(start_paused = true)]
async fn an_outage_of_the_sign_in_service_is_outlived_after_a_pause_too() {
    let token = |name: &str| {
        let body = format!(r#"{{"access_token":"{name}","token_type":"Bearer","expires_in":1}}"#);
        let length = body.len();
        format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
    };
    let down = answer("503 Service Unavailable", "Retry-After: 7\r\n");
    let sign_in = [token("a1"), token("a2"), down.clone(), down, token("a3")];
    let sign_in = Service::start(&sign_in).await;
    let throttled = answer("429 Too Many Requests", "Retry-After: 30\r\n");
    let service = Service::start(&[throttled, answer("200 OK", "")]).await;
    let pipeline = Pipeline::new(PipelineOptions::new(refreshing(&sign_in), "scope"));
    let once = pipeline.with_retry(RetryOptions::none());
    assert_eq!(service.call(&once).await.unwrap().status(), 429);
    let pipeline = pipeline.with_retry(at_once());
    assert_eq!(service.call(&pipeline).await.unwrap().status(), 200);
    assert_eq!(header(&service.requests()[1], "authorization"), "Bearer a3");
}

fn refreshing(sign_in: &Service) -> Arc<RefreshTokenCredential> {
    let mut authority = sign_in.url.clone();
    authority.set_path("");
    authority.set_query(None);
    let credential = RefreshTokenCredential::builder("contoso", "client", "not-a-secret");
    Arc::new(credential.authority(authority).build().unwrap())
}
