//! From a request to its answer.

use axum::{body::Body, extract::Request, response::Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};
use uuid::Uuid;

use crate::{
    admission::{Caller, identify},
    connection::Connection,
    damage,
    documented::Documented,
    fault::Target,
    fault_queue::FaultQueue,
    identity::{self, Authority, Endpoint},
    ids::Ids,
    mfa_report,
    rate_limit::{self, RateLimiter},
    recording::Recording,
    refusal::Refusal,
    slice::slice,
};

const CORRELATION_VECTOR: HeaderName = HeaderName::from_static("ms-cv");
const SERVER_ID: HeaderName = HeaderName::from_static("ms-serverid");

/// `MS-ServerId` of refusals, which belong to no operation.
const ANY_SERVER: &str = "102030524";

/// Everything an emulator answers from.
#[derive(Debug)]
pub(crate) struct Service {
    responses: &'static [Documented],
    authority: Authority,
    limiter: RateLimiter,
    faults: FaultQueue,
    recording: Recording,
}

impl Service {
    pub(crate) fn new(
        responses: &'static [Documented],
        authority: Authority,
        limiter: RateLimiter,
    ) -> Self {
        Self {
            responses,
            authority,
            limiter,
            faults: FaultQueue::default(),
            recording: Recording::default(),
        }
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    pub(crate) fn faults(&self) -> &FaultQueue {
        &self.faults
    }

    pub(crate) fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Answers any request, which came by that connection.
    pub(crate) async fn answer(
        &self,
        request: Request,
        connection: Option<Connection>,
    ) -> Response {
        self.recording.record(&request);
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let mut response = match Endpoint::of(&path) {
            Some(endpoint) => {
                let target = endpoint.is_token().then_some(Target::Token);
                let ids = Ids::read(request.headers());
                let answer = identity::answer(&self.authority, endpoint, request);
                self.unless_at_fault(target, &ids, connection, answer).await
            }
            None => match self.limiter.count(&path) {
                Ok(()) => {
                    let parts = request.into_parts().0;
                    let ids = Ids::read(&parts.headers);
                    let answer = async { self.call(&parts, &ids) };
                    self.unless_at_fault(Some(Target::Api), &ids, connection, answer)
                        .await
                }
                Err(seconds) => rate_limit::rejection(seconds),
            },
        };
        set(
            response.headers_mut(),
            header::DATE,
            &self.authority.clock().http_date(),
        );
        tracing::debug!(%method, path, status = response.status().as_u16(), "answered");
        response
    }

    /// The answer, or what the next fault makes of it.
    async fn unless_at_fault(
        &self,
        target: Option<Target>,
        ids: &Ids,
        connection: Option<Connection>,
        answer: impl Future<Output = Response>,
    ) -> Response {
        match target.and_then(|target| self.faults.next(target)) {
            Some(hit) => {
                let clock = self.authority.clock();
                damage::inflict(hit, clock, ids, connection, answer).await
            }
            None => answer.await,
        }
    }

    /// Answers a call of the API.
    fn call(&self, parts: &Parts, ids: &Ids) -> Response {
        let mut response = match identify(self.responses, self.authority.issuer(), parts) {
            Ok(caller) => {
                let mut response = self.serve(&caller, parts);
                mfa_report::add(caller.claims(), &parts.headers, response.headers_mut());
                response
            }
            Err(refusal) => refused(refusal),
        };
        ids.echo(response.headers_mut());
        response
    }

    fn serve(&self, caller: &Caller<'_>, parts: &Parts) -> Response {
        let require_mfa = self.authority.settings().require_mfa;
        match caller.admit(require_mfa, parts) {
            Ok((documented, paging)) => {
                let operation = documented.operation;
                tracing::debug!(operation = operation.id, "admitted");
                let body = slice(operation, documented.body, &parts.uri, paging);
                success(documented, body)
            }
            Err(refusal) => refused(refusal),
        }
    }
}

/// The answer to a call that is not let in, without the ids.
pub(crate) fn refused(refusal: Refusal) -> Response {
    let mut response = refusal.into_response();
    let headers = response.headers_mut();
    set(headers, CORRELATION_VECTOR, &new_correlation_vector());
    set(headers, SERVER_ID, ANY_SERVER);
    response
}

/// The documented answer of an operation, or what is wanted of it.
fn success(documented: &Documented, body: Option<String>) -> Response {
    let body = body.map_or_else(|| documented.payload(), String::into_bytes);
    let mut response = Response::new(Body::from(body));
    // The table has documented statuses only.
    *response.status_mut() = StatusCode::from_u16(documented.status).unwrap_or_default();
    let headers = response.headers_mut();
    if !documented.content_type.is_empty() {
        set(headers, header::CONTENT_TYPE, documented.content_type);
    }
    set(headers, CORRELATION_VECTOR, documented.correlation_vector);
    set(headers, SERVER_ID, documented.server_id);
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
    use axum::body::to_bytes;

    use super::*;
    use crate::{
        clock::Clock,
        identity::{SignInSettings, TokenOptions},
        testing::RESPONSES,
    };

    #[tokio::test]
    async fn an_operation_answers_with_its_own_headers_and_body() {
        let authority = Authority::at(&Clock::default(), SignInSettings::default());
        let limiter = RateLimiter::new(None, Clock::default());
        let service = Service::new(RESPONSES, authority, limiter);
        let token = service.authority().mint(&TokenOptions::new().app_only());
        let request = Request::builder()
            .uri("/v1/customers")
            .header("Authorization", format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap();
        let response = service.answer(request, None).await;
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
