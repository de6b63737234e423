//! From a request to its answer.

use axum::{body::Body, extract::Request, response::Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts};
use uuid::Uuid;

use crate::{
    admission::admit,
    identity::{Issuer, answer_token_request, tenant_of},
    ids::Ids,
    operation::Operation,
    recording::Recording,
};

const CORRELATION_VECTOR: HeaderName = HeaderName::from_static("ms-cv");
const SERVER_ID: HeaderName = HeaderName::from_static("ms-serverid");

/// `MS-ServerId` of refusals, which belong to no operation.
const ANY_SERVER: &str = "102030524";

/// Everything an emulator answers from.
#[derive(Debug)]
pub(crate) struct Service {
    operations: &'static [Operation],
    issuer: Issuer,
    recording: Recording,
}

impl Service {
    pub(crate) fn new(operations: &'static [Operation], issuer: Issuer) -> Self {
        Self {
            operations,
            issuer,
            recording: Recording::default(),
        }
    }

    pub(crate) fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    pub(crate) fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Answers any request.
    pub(crate) async fn answer(&self, request: Request) -> Response {
        self.recording.record(&request);
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let mut response = match tenant_of(&path) {
            Some(tenant) => answer_token_request(&self.issuer, tenant, request).await,
            None => self.call(&request.into_parts().0),
        };
        set(
            response.headers_mut(),
            header::DATE,
            &self.issuer.clock().http_date(),
        );
        tracing::debug!(%method, path, status = response.status().as_u16(), "answered");
        response
    }

    /// Answers a call of the API.
    fn call(&self, parts: &Parts) -> Response {
        let ids = Ids::read(&parts.headers);
        let mut response = match admit(self.operations, &self.issuer, parts, &ids) {
            Ok(operation) => {
                tracing::debug!(operation = operation.id, "admitted");
                success(operation)
            }
            Err(refusal) => {
                let mut response = refusal.into_response();
                let headers = response.headers_mut();
                set(headers, CORRELATION_VECTOR, &new_correlation_vector());
                set(headers, SERVER_ID, ANY_SERVER);
                response
            }
        };
        ids.echo(response.headers_mut());
        response
    }
}

/// The documented answer of an operation.
fn success(operation: &Operation) -> Response {
    let mut response = Response::new(Body::from(operation.payload()));
    let headers = response.headers_mut();
    set(headers, header::CONTENT_TYPE, operation.content_type);
    set(headers, CORRELATION_VECTOR, operation.correlation_vector);
    set(headers, SERVER_ID, operation.server_id);
    response
}

/// A correlation vector as the service makes them: 16 base64 characters, then `.0` (T69).
fn new_correlation_vector() -> String {
    let random = Uuid::new_v4();
    let (twelve, _) = random.as_bytes().split_at(12);
    format!("{}.0", STANDARD.encode(twelve))
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::to_bytes;

    use super::*;
    use crate::{clock::Clock, identity::TokenOptions, testing::OPERATIONS};

    #[tokio::test]
    async fn an_operation_answers_with_its_own_headers_and_body() {
        let issuer = Issuer::new(Clock::default(), Duration::from_secs(3600));
        let service = Service::new(OPERATIONS, issuer);
        let token = service.issuer().mint(&TokenOptions::new().app_only());
        let request = Request::builder()
            .uri("/v1/customers")
            .header("Authorization", format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap();
        let response = service.answer(request).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[SERVER_ID], "4");
        assert_eq!(response.headers()[CORRELATION_VECTOR], "AAAAAAAAAAAAAAAA.0");
        let body = to_bytes(response.into_body(), 1024).await.unwrap();
        assert_eq!(body, "{}");
    }

    #[test]
    fn correlation_vectors_have_the_usual_form() {
        let vector = new_correlation_vector();
        assert_eq!(vector.len(), 18);
        assert!(vector.ends_with(".0") && !vector.contains('='));
    }
}
