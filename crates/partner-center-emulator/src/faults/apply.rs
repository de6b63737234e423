//! Application of faults to responses.

use std::{borrow::Cow, future::pending, pin::Pin, time::Duration};

use axum::{body::Body, response::Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::{
    api::{api_error::ApiError, response::api_error},
    clock::{self, Clock},
    faults::{
        fault::Target,
        kind::{BodyFormat, FaultKind, Replacement},
        page_changes::{self, PageRequest},
        partial_body::{interrupted, read_all, truncated},
        queue::InjectedFault,
        rate_limit,
        slow_body::slowed,
        table::OAUTH_ERRORS,
    },
    identity::SignInError,
    ids::Ids,
    net::connection::Connection,
};

/// Speed of a slow body without one, in bytes per second.
const SLOW: u32 = 100;

/// Lifetime in the error of an expired sign-in: 90 days.
const SIGN_IN_LIFETIME: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Call that faults are applied to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FaultContext<'a> {
    pub(crate) clock: &'a Clock,
    pub(crate) ids: &'a Ids,
    pub(crate) connection: Option<&'a Connection>,
    pub(crate) request: PageRequest<'a>,
}

/// Response that is not computed yet.
pub(crate) type PendingResponse<'a> = Pin<Box<dyn Future<Output = Response> + Send + 'a>>;

/// Ids of the faults that were applied to a response, among its extensions.
#[derive(Debug, Clone, Default)]
pub(crate) struct AppliedFaults(pub(crate) Vec<u64>);

/// Applies a fault to a request. `response` is the normal response; it is not awaited if
/// the fault replaces it.
pub(crate) async fn apply(
    injected: InjectedFault,
    context: FaultContext<'_>,
    response: PendingResponse<'_>,
) -> Response {
    let fault = injected.fault();
    let mut is_applied = true;
    let mut response = match &fault.kind {
        FaultKind::Status(replacement) | FaultKind::Burst(replacement) => {
            replaced(replacement, context.ids)
        }
        FaultKind::Throttle {
            retry_after_seconds,
            retry_after_date,
            retry_after,
        } => {
            let mut response = rate_limit::rejection(*retry_after_seconds);
            let value = match retry_after {
                Some(text) => Some(text.clone()),
                None => retry_after_date.then(|| context.clock.http_date_in(*retry_after_seconds)),
            };
            set(&mut response, header::RETRY_AFTER, value.as_deref());
            response
        }
        FaultKind::HtmlPage { status } => {
            replaced(&Replacement::new(*status, BodyFormat::Html), context.ids)
        }
        FaultKind::Redirect { location, status } => {
            let mut response = empty(*status);
            set(&mut response, header::LOCATION, Some(location));
            response
        }
        FaultKind::NoContent => {
            let mut response = empty(204);
            context.ids.echo(response.headers_mut());
            response
        }
        FaultKind::NoResponse => pending().await,
        FaultKind::Latency { seconds } => {
            tokio::time::sleep(*seconds).await;
            response.await
        }
        FaultKind::SlowBody {
            bytes_per_second,
            interval_seconds,
        } => {
            let (bytes, interval) = match interval_seconds {
                Some(interval) => (1, *interval),
                None => portions(bytes_per_second.unwrap_or(SLOW)),
            };
            slowed(response.await, bytes, interval).await
        }
        FaultKind::ResetBeforeResponse => {
            let response = response.await;
            if let Some(connection) = context.connection {
                connection.reset();
            }
            response
        }
        FaultKind::ResetInBody => interrupted(response.await, context.connection.cloned()).await,
        FaultKind::IncompleteBody => interrupted(response.await, None).await,
        FaultKind::TruncatedJson => truncated(response.await).await,
        FaultKind::EmptyBody => with_body(response.await, Vec::new()),
        FaultKind::WrongContentType { content_type } => {
            let mut response = response.await;
            set(&mut response, header::CONTENT_TYPE, Some(content_type));
            response
        }
        FaultKind::ByteOrderMark { present } => {
            let (parts, body) = response.await.into_parts();
            let body = page_changes::with_mark(&read_all(body).await, *present);
            with_body(Response::from_parts(parts, Body::empty()), body)
        }
        FaultKind::RepeatedNextLink
        | FaultKind::ForeignNextLink { .. }
        | FaultKind::DuplicateRows { .. }
        | FaultKind::MissingRows { .. }
        | FaultKind::FieldDrift(_) => {
            let (response, changed) = changed(&fault.kind, context, response.await).await;
            is_applied = changed;
            response
        }
        FaultKind::ClockSkew { seconds } => {
            skewed(*seconds, fault.target, context.clock, response).await
        }
        FaultKind::SignInError {
            error,
            code,
            description,
            status,
        } => SignInError::injected(
            status_code(*status),
            oauth_error(error.clone()),
            *code,
            description.clone(),
        )
        .into_response(context.clock, None),
        FaultKind::ExpiredSignIn | FaultKind::RevokedSignIn => {
            rejected_sign_in(&fault.kind, fault.target, context)
        }
    };
    if !is_applied {
        injected.take_back();
        return response;
    }
    for (name, value) in &fault.headers {
        response.headers_mut().insert(name, value.clone());
    }
    let applied = response
        .extensions_mut()
        .get_or_insert_default::<AppliedFaults>();
    applied.0.push(injected.id());
    response
}

/// Returns the bytes of one portion and the time between two, for ten portions per second.
fn portions(bytes_per_second: u32) -> (usize, Duration) {
    let speed = bytes_per_second.max(1);
    let bytes = (speed / 10).max(1);
    let interval = Duration::from_secs(1) * bytes / speed;
    (usize::try_from(bytes).unwrap_or(usize::MAX), interval)
}

/// Returns the response with a change of its JSON, and whether there was something to change.
async fn changed(
    kind: &FaultKind,
    context: FaultContext<'_>,
    response: Response,
) -> (Response, bool) {
    if !response.status().is_success() {
        return (response, false);
    }
    let (parts, body) = response.into_parts();
    let body = read_all(body).await;
    match page_changes::change(kind, &body, context.request) {
        Some(new) => (
            with_body(Response::from_parts(parts, Body::empty()), new),
            true,
        ),
        None => (Response::from_parts(parts, Body::from(body)), false),
    }
}

/// Returns the response of a clock with this difference. The token of an API call is checked by
/// the normal clock, because a service checks it elsewhere.
async fn skewed(
    seconds: i64,
    target: Target,
    clock: &Clock,
    response: PendingResponse<'_>,
) -> Response {
    let mut response = match target {
        Target::Api => response.await,
        Target::Token => clock::skewed(seconds, response).await,
    };
    let date = clock::skewed(seconds, async { clock.http_date() }).await;
    set(&mut response, header::DATE, Some(&date));
    response
}

fn rejected_sign_in(kind: &FaultKind, target: Target, context: FaultContext<'_>) -> Response {
    let is_expired = *kind == FaultKind::ExpiredSignIn;
    if target == Target::Api {
        let mut response = api_error(ApiError::token_refused(match is_expired {
            true => "Access denied. The access token has expired.",
            false => "Access denied. The sign-in of the access token was revoked.",
        }));
        context.ids.echo(response.headers_mut());
        return response;
    }
    let now = context.clock.unix_seconds();
    let issued = Clock::sign_in_time(now.saturating_sub(SIGN_IN_LIFETIME.as_secs()));
    match is_expired {
        true => SignInError::expired_refresh_token(&issued, SIGN_IN_LIFETIME),
        false => SignInError::revoked_refresh_token(&issued, &Clock::sign_in_time(now)),
    }
    .into_response(context.clock, None)
}

/// Returns the OAuth error as the static text that sign-in errors consist of.
fn oauth_error(error: Cow<'static, str>) -> &'static str {
    match error {
        Cow::Borrowed(error) => error,
        // The table accepts no other errors.
        Cow::Owned(error) => OAUTH_ERRORS
            .iter()
            .find(|known| **known == error)
            .copied()
            .unwrap_or("invalid_request"),
    }
}

fn replaced(replacement: &Replacement, ids: &Ids) -> Response {
    let status = status_code(replacement.status);
    let description = replacement.description.as_deref();
    let (content_type, body) = match replacement.body {
        BodyFormat::None => (None, Vec::new()),
        BodyFormat::Html => (Some("text/html; charset=utf-8"), page(status)),
        BodyFormat::Documented => {
            let code = replacement.code.unwrap_or_default();
            let description = description.unwrap_or_default().to_owned();
            let mut response = api_error(ApiError::injected(status, code, description));
            ids.echo(response.headers_mut());
            return response;
        }
        BodyFormat::Gateway => {
            let reason = status.canonical_reason().unwrap_or("Unknown");
            return rate_limit::gateway_error(status, description.unwrap_or(reason));
        }
        BodyFormat::Custom => {
            let text = replacement.text.clone().unwrap_or_default().into_bytes();
            let bytes = replacement.base64.as_deref().and_then(decode_base64);
            (replacement.content_type.as_deref(), bytes.unwrap_or(text))
        }
    };
    let mut response = empty(status.as_u16());
    set(&mut response, header::CONTENT_TYPE, content_type);
    with_body(response, body)
}

pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn empty(status: u16) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status_code(status);
    response
}

fn with_body(response: Response, body: Vec<u8>) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body))
}

fn set(response: &mut Response, name: HeaderName, value: Option<&str>) {
    if let Some(Ok(value)) = value.map(HeaderValue::from_str) {
        response.headers_mut().insert(name, value);
    }
}

/// Returns an HTML error page like that of a gateway.
fn page(status: StatusCode) -> Vec<u8> {
    let reason = status.canonical_reason().unwrap_or("Unknown");
    let status = status.as_u16();
    format!(
        "<!DOCTYPE html>\r\n<html><head><title>{status} {reason}</title></head>\
         <body><center><h1>{status} {reason}</h1></center><hr></body></html>\r\n"
    )
    .into_bytes()
}
