//! Dispatch of requests to the sign-in, the fault queue, the rate limiter and the API.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    response::Response,
};
use http::{Method, header, request::Parts};
use partner_center_catalog::Operation;

use crate::{
    api::{
        api_error::ApiError,
        body::{CheckedCall, body},
        checks::{self, AuthorizedCall, identify},
        cors,
        documented::DocumentedResponse,
        lax_path, mfa_header,
        prepared::PreparedBodies,
        response::{self, api_error, documented, set_header},
        router::{self, Route},
        settings::ApiSettings,
    },
    control::{self, settings::ControlSettings},
    data::store::Store,
    faults::{
        apply::{self, FaultContext, PendingResponse},
        fault::Target,
        listings::{CONTINUATION_TOKEN, Place},
        page_changes::{self, PageRequest},
        partial_body::read_all,
        queue::{FaultQueue, Subject},
        rate_limit::{self, RateLimiter},
    },
    identity::{self, Authority, Endpoint},
    ids::Ids,
    journal::log::Journal,
    net::{connection::Connection, limits},
    page,
    scenario::{definition::Scenario, player::ScenarioPlayer},
};

/// State of an emulator and its request handling.
#[derive(Debug)]
pub(crate) struct Service {
    responses: &'static [DocumentedResponse],
    store: Store,
    prepared: PreparedBodies,
    authority: Authority,
    limiter: RateLimiter,
    api: ApiSettings,
    faults: FaultQueue,
    journal: Journal,
    scenario: ScenarioPlayer,
    settings: ControlSettings,
}

impl Service {
    pub(crate) fn new(
        responses: &'static [DocumentedResponse],
        store: Store,
        authority: Authority,
        limiter: RateLimiter,
        api: ApiSettings,
        settings: ControlSettings,
    ) -> Self {
        let service = Self {
            responses,
            store,
            prepared: PreparedBodies::default(),
            authority,
            limiter,
            api,
            faults: FaultQueue::default(),
            journal: Journal::new(settings.observer.clone()),
            scenario: ScenarioPlayer::default(),
            settings,
        };
        service.begin();
        service
    }

    /// Injects the faults and plays the scenario of the start.
    fn begin(&self) {
        for fault in &self.settings.faults {
            self.faults.inject(fault.clone());
        }
        match &self.settings.scenario {
            Some(scenario) => self.play(scenario.clone()),
            None => self.scenario.stop(),
        }
    }

    /// Restores the state after the start.
    pub(crate) fn reset(&self) {
        self.authority.clock().reset();
        self.authority.reset();
        self.limiter.set_limit(self.settings.rate_limit);
        self.faults.clear();
        self.journal.clear();
        self.store.restore(None);
        self.begin();
    }

    /// Starts a scenario at the current time.
    pub(crate) fn play(&self, scenario: Scenario) {
        tracing::info!(name = scenario.name(), "scenario started");
        let now = self.authority.clock().since_epoch();
        self.scenario.start(scenario, now);
    }

    /// Applies the steps of the scenario whose time has come. Requests do this, so that no timer
    /// is needed and the emulator's clock decides.
    pub(crate) fn apply_scenario(&self) {
        let clock = self.authority.clock();
        self.scenario.apply_due(
            || clock.since_epoch(),
            |step| {
                if step.clear_faults {
                    self.faults.clear();
                }
                if let Some(change) = step.sign_in {
                    change.apply(&self.authority);
                }
                if let Some(limit) = step.rate_limit {
                    self.limiter.set_limit(limit);
                }
                if let Some(fault) = &step.fault {
                    self.faults.inject(fault.clone());
                }
                let message = step.message.as_deref().unwrap_or_default();
                tracing::info!(at = ?step.at, changes = step.summary(), message, "scenario step");
                if let Some(duration) = step.advance_clock {
                    clock.advance(duration);
                }
            },
        );
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    pub(crate) fn faults(&self) -> &FaultQueue {
        &self.faults
    }

    pub(crate) fn responses(&self) -> &'static [DocumentedResponse] {
        self.responses
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn api_settings(&self) -> ApiSettings {
        self.api
    }

    pub(crate) fn limiter(&self) -> &RateLimiter {
        &self.limiter
    }

    pub(crate) fn scenario(&self) -> &ScenarioPlayer {
        &self.scenario
    }

    pub(crate) fn settings(&self) -> &ControlSettings {
        &self.settings
    }

    pub(crate) fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Returns the response to a request that arrived on this connection.
    pub(crate) async fn respond(
        &self,
        mut request: Request,
        connection: Option<Connection>,
    ) -> Response {
        // Not recorded: developers look for the requests of their own code.
        if self.settings.is_enabled && page::is_page(request.uri().path()) {
            let (method, path) = (request.method(), request.uri().path());
            return page::respond(self.authority.base(), method, path);
        }
        self.apply_scenario();
        if self.settings.is_enabled && control::is_control(request.uri().path()) {
            return control::respond(self, request).await;
        }
        let uri = match self.api.strict {
            true => request.uri().clone(),
            false => lax_path::documented(request.uri()),
        };
        let is_api_call = Endpoint::of(uri.path()).is_none();
        let operation = match is_api_call {
            true => self.operation(request.method(), uri.path()),
            false => None,
        };
        let now = self.authority.clock().since_epoch();
        let id = operation.map(|operation| operation.id);
        let entry = self.journal.record(&request, now, id);
        // The sign-in needs the body. API calls get their response without it, because a client
        // that never sends it would wait for ever.
        request = match is_api_call {
            true => match limits::long_body(&request) {
                Some(rejection) => return entry.complete(rejection, is_api_call, None),
                None => request,
            },
            false => match limits::read_body(request).await {
                Ok(request) => request,
                Err(rejection) => return entry.complete(*rejection, is_api_call, None),
            },
        };
        // The connection stays open until the response is complete.
        let responding = connection.as_ref().map(Connection::begin_response);
        let origin = cors::origin(&request);
        let mut response = match cors::preflight(&request) {
            Some(response) => response,
            None => {
                *request.uri_mut() = uri;
                self.dispatch(request, operation, connection).await
            }
        };
        cors::allow(origin, response.headers_mut());
        if !response.headers().contains_key(header::DATE) {
            let date = self.authority.clock().http_date();
            set_header(response.headers_mut(), header::DATE, &date);
        }
        entry.complete(response, is_api_call, responding)
    }

    async fn dispatch(
        &self,
        request: Request,
        operation: Option<&'static Operation>,
        connection: Option<Connection>,
    ) -> Response {
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let response = match Endpoint::of(&path) {
            Some(endpoint) => {
                let ids = Ids::read(request.headers());
                let uri = request.uri().clone();
                let subject = endpoint.is_token().then_some(Subject {
                    target: Target::Token,
                    operation: None,
                    place: None,
                });
                let context = FaultContext {
                    clock: self.authority.clock(),
                    ids: &ids,
                    connection: connection.as_ref(),
                    request: PageRequest {
                        uri: &uri,
                        token: None,
                        previous_rows: &[],
                    },
                };
                let response = identity::respond(&self.authority, endpoint, request);
                self.with_faults(subject, context, response).await
            }
            None => match self.limiter.count(&path) {
                Ok(()) => {
                    let parts = request.into_parts().0;
                    self.api_response(operation, &parts, connection.as_ref())
                        .await
                }
                Err(seconds) => rate_limit::rejection(seconds),
            },
        };
        tracing::debug!(%method, path, status = response.status().as_u16(), "responded");
        response
    }

    /// Returns the operation of a request.
    fn operation(&self, method: &Method, path: &str) -> Option<&'static Operation> {
        match router::find(self.responses, method, path) {
            Route::Found { documented, .. } => Some(documented.operation),
            Route::MethodNotAllowed { .. } | Route::NotFound => None,
        }
    }

    /// Returns the response to a call of the API, with its faults.
    async fn api_response(
        &self,
        operation: Option<&'static Operation>,
        parts: &Parts,
        connection: Option<&Connection>,
    ) -> Response {
        let ids = Ids::read(&parts.headers);
        let subject = Subject {
            target: Target::Api,
            operation: operation.map(|operation| operation.id),
            place: Some(Place::of(operation, &parts.uri, &parts.headers)),
        };
        let context = FaultContext {
            clock: self.authority.clock(),
            ids: &ids,
            connection,
            request: PageRequest {
                uri: &parts.uri,
                token: parts.headers.get(CONTINUATION_TOKEN),
                previous_rows: &[],
            },
        };
        let response = async { self.call(parts, &ids) };
        self.with_faults(Some(subject), context, response).await
    }

    /// Returns the response after applying the faults of this request.
    async fn with_faults<'a>(
        &self,
        subject: Option<Subject>,
        mut context: FaultContext<'a>,
        response: impl Future<Output = Response> + Send + 'a,
    ) -> Response {
        let Some(subject) = subject else {
            return response.await;
        };
        let mut chosen = self.faults.choose(subject);
        if chosen.faults.is_empty() && !chosen.remember {
            return response.await;
        }
        context.request.previous_rows = &chosen.previous_rows;
        // The last one is applied to the result of the others, so it must not replace them.
        chosen
            .faults
            .sort_by_key(|injected| injected.fault().kind.is_additional());
        let mut response: PendingResponse<'_> = Box::pin(response);
        for fault in chosen.faults {
            response = Box::pin(apply::apply(fault, context, response));
        }
        let response = response.await;
        match subject.place.filter(|_| chosen.remember) {
            Some(place) => self.remember_rows(place, response).await,
            None => response,
        }
    }

    /// Keeps the rows of a page, which a fault of the next page repeats.
    async fn remember_rows(&self, place: Place, response: Response) -> Response {
        let (parts, body) = response.into_parts();
        let body = read_all(body).await;
        if let Some(rows) = page_changes::rows(&body) {
            self.faults.remember(place, rows);
        }
        Response::from_parts(parts, Body::from(body))
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

    /// Returns the bytes of the body of a call, prepared by an earlier call if possible.
    fn body(&self, call: &CheckedCall<'_>) -> Result<Bytes, ApiError> {
        let token = call.headers.get(CONTINUATION_TOKEN);
        let token = token.map_or("", |token| token.to_str().unwrap_or_default());
        let called = format!("{} {token}", call.uri);
        let version = self.store.version();
        if let Some(body) = self.prepared.get(&called, version) {
            return Ok(body);
        }
        let mark = self.api.byte_order_mark;
        let body = match body(&self.store, call)? {
            Some(body) => call.documented.with_mark(body, mark),
            None => call.documented.payload(mark),
        };
        let body = Bytes::from(body);
        self.prepared.keep(called, version, &body);
        Ok(body)
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
                match self.body(&call) {
                    Ok(body) => documented(response, body),
                    Err(error) => api_error(error),
                }
            }
            Err(error) => api_error(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

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
        let (api, settings) = (ApiSettings::default(), ControlSettings::new());
        let service = Service::new(RESPONSES, store, authority, limiter, api, settings);
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
