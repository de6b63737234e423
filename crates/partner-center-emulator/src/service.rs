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
        body::{CheckedCall, body},
        checks::{self, AuthorizedCall, identify},
        cors,
        documented::DocumentedResponse,
        lax_path, mfa_header,
        response::{self, api_error, documented, set_header},
        settings::ApiSettings,
    },
    data::store::Store,
    faults::{
        apply,
        fault::Target,
        queue::FaultQueue,
        rate_limit::{self, RateLimiter},
    },
    identity::{self, Authority, Endpoint},
    ids::Ids,
    net::connection::Connection,
    request_log::RequestLog,
};

/// State of an emulator and its request handling.
#[derive(Debug)]
pub(crate) struct Service {
    responses: &'static [DocumentedResponse],
    store: Store,
    authority: Authority,
    limiter: RateLimiter,
    api: ApiSettings,
    faults: FaultQueue,
    request_log: RequestLog,
}

impl Service {
    pub(crate) fn new(
        responses: &'static [DocumentedResponse],
        store: Store,
        authority: Authority,
        limiter: RateLimiter,
        api: ApiSettings,
    ) -> Self {
        Self {
            responses,
            store,
            authority,
            limiter,
            api,
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
        mut request: Request,
        connection: Option<Connection>,
    ) -> Response {
        self.request_log.record(&request);
        let origin = cors::origin(&request);
        let mut response = match cors::preflight(&request) {
            Some(response) => response,
            None => {
                if !self.api.strict {
                    *request.uri_mut() = lax_path::documented(request.uri());
                }
                self.dispatch(request, connection).await
            }
        };
        cors::allow(origin, response.headers_mut());
        set_header(
            response.headers_mut(),
            header::DATE,
            &self.authority.clock().http_date(),
        );
        response
    }

    async fn dispatch(&self, request: Request, connection: Option<Connection>) -> Response {
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let response = match Endpoint::of(&path) {
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
        if let Some(allow) = checks::options(self.responses, parts) {
            let mut response = response::options(&allow);
            ids.echo(response.headers_mut());
            return response;
        }
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
        let require_mfa = self.authority.requires_mfa();
        match caller.admit(require_mfa, self.api.strict, parts) {
            Ok((response, parameters)) => {
                tracing::debug!(operation = response.operation.id, "admitted");
                let call = CheckedCall {
                    documented: response,
                    parameters,
                    uri: &parts.uri,
                    headers: &parts.headers,
                };
                match body(&self.store, &call) {
                    Ok(body) => documented(response, body, self.api),
                    Err(error) => api_error(error),
                }
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
        data::DataSet,
        identity::{SignInSettings, TokenOptions},
        testing::RESPONSES,
    };

    #[tokio::test]
    async fn operations_return_their_documented_headers_and_body() {
        let authority = Authority::at(&Clock::default(), SignInSettings::default());
        let limiter = RateLimiter::new(None, Clock::default());
        let store = Store::new(&DataSet::documented(), RESPONSES, Clock::default()).unwrap();
        let service = Service::new(RESPONSES, store, authority, limiter, ApiSettings::default());
        let token = service.authority().mint(&TokenOptions::new().app_only());
        let request = Request::builder()
            .uri("/v1/customers")
            .header("Authorization", format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap();
        let response = service.respond(request, None).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[SERVER_ID], "4");
        assert_eq!(response.headers()[CORRELATION_VECTOR].len(), 18);
        let body = to_bytes(response.into_body(), 1024).await.unwrap();
        assert_eq!(body, "{}");
    }
}
