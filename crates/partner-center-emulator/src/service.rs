//! Dispatch of requests to the sign-in, the fault queue, the rate limiter and the API.

use std::sync::Arc;

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    response::Response,
};
use http::{header, request::Parts};

use crate::{
    api::{
        checks::{AuthorizedCall, identify},
        documented::DocumentedResponse,
        mfa_header, paging,
        response::{api_error, documented, set_header},
    },
    faults::{
        apply,
        fault::Target,
        queue::FaultQueue,
        rate_limit::{self, RateLimiter},
    },
    identity::{self, Authority, Endpoint},
    ids::Ids,
    net::connection::Connection,
    page,
    request_log::RequestLog,
};

/// State of an emulator and its request handling.
#[derive(Debug)]
pub(crate) struct Service {
    responses: &'static [DocumentedResponse],
    authority: Authority,
    limiter: RateLimiter,
    faults: FaultQueue,
    request_log: RequestLog,
}

impl Service {
    pub(crate) fn new(
        responses: &'static [DocumentedResponse],
        authority: Authority,
        limiter: RateLimiter,
    ) -> Self {
        Self {
            responses,
            authority,
            limiter,
            faults: FaultQueue::default(),
            request_log: RequestLog::default(),
        }
    }

    /// Returns a router that passes every request to the service, with its connection.
    pub(crate) fn router(self: Arc<Self>) -> Router {
        Router::new().fallback(
            move |ConnectInfo(connection): ConnectInfo<Connection>, request: Request| {
                let service = Arc::clone(&self);
                async move { service.respond(request, Some(connection)).await }
            },
        )
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    pub(crate) fn faults(&self) -> &FaultQueue {
        &self.faults
    }

    pub(crate) fn request_log(&self) -> &RequestLog {
        &self.request_log
    }

    /// Returns the response to a request that arrived on this connection.
    pub(crate) async fn respond(
        &self,
        request: Request,
        connection: Option<Connection>,
    ) -> Response {
        // The pages read themselves again and again, which would fill the log.
        if page::is_page(request.uri().path()) {
            let (method, path) = (request.method(), request.uri().path());
            return page::respond(self.authority.base(), method, path);
        }
        self.request_log.record(&request);
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let mut response = match Endpoint::of(&path) {
            Some(endpoint) => {
                let target = endpoint.is_token().then_some(Target::Token);
                let ids = Ids::read(request.headers());
                let response = identity::respond(&self.authority, endpoint, request);
                self.with_faults(target, &ids, connection, response).await
            }
            None => match self.limiter.count(&path) {
                Ok(()) => {
                    let parts = request.into_parts().0;
                    let ids = Ids::read(&parts.headers);
                    let response = async { self.call(&parts, &ids) };
                    self.with_faults(Some(Target::Api), &ids, connection, response)
                        .await
                }
                Err(seconds) => rate_limit::rejection(seconds),
            },
        };
        set_header(
            response.headers_mut(),
            header::DATE,
            &self.authority.clock().http_date(),
        );
        tracing::debug!(%method, path, status = response.status().as_u16(), "responded");
        response
    }

    /// Returns the response after applying the next fault for this kind of request.
    async fn with_faults(
        &self,
        target: Option<Target>,
        ids: &Ids,
        connection: Option<Connection>,
        response: impl Future<Output = Response>,
    ) -> Response {
        match target.and_then(|target| self.faults.next(target)) {
            Some(fault) => {
                let clock = self.authority.clock();
                apply::apply(fault, clock, ids, connection, response).await
            }
            None => response.await,
        }
    }

    /// Returns the response to a call of the API.
    fn call(&self, parts: &Parts, ids: &Ids) -> Response {
        let mut response = match identify(self.responses, self.authority.issuer(), parts) {
            Ok(caller) => {
                let mut response = self.serve(&caller, parts);
                mfa_header::add(caller.claims(), &parts.headers, response.headers_mut());
                response
            }
            Err(error) => api_error(error),
        };
        ids.echo(response.headers_mut());
        response
    }

    fn serve(&self, caller: &AuthorizedCall<'_>, parts: &Parts) -> Response {
        let require_mfa = self.authority.settings().require_mfa;
        match caller.admit(require_mfa, parts) {
            Ok((response, paging)) => {
                let operation = response.operation;
                tracing::debug!(operation = operation.id, "admitted");
                let body = paging::page(operation, response.body, &parts.uri, paging);
                documented(response, body)
            }
            Err(error) => api_error(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};

    use super::*;
    use crate::{
        api::response::{CORRELATION_VECTOR, SERVER_ID},
        clock::Clock,
        identity::{SignInSettings, TokenOptions},
        testing::RESPONSES,
    };

    #[tokio::test]
    async fn operations_return_their_documented_headers_and_body() {
        let authority = Authority::at(&Clock::default(), SignInSettings::default());
        let limiter = RateLimiter::new(None, Clock::default());
        let service = Service::new(RESPONSES, authority, limiter);
        let token = service.authority().mint(&TokenOptions::new().app_only());
        let request = Request::builder()
            .uri("/v1/customers")
            .header("Authorization", format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap();
        let response = service.respond(request, None).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[SERVER_ID], "4");
        assert_eq!(response.headers()[CORRELATION_VECTOR], "AAAAAAAAAAAAAAAA.0");
        let body = to_bytes(response.into_body(), 1024).await.unwrap();
        assert_eq!(body, "{}");
    }
}
