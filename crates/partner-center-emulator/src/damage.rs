//! What faults do to an answer.

use std::{
    future::pending,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, to_bytes},
    response::Response,
};
use futures_core::Stream;
use http::{HeaderValue, StatusCode, header};

use crate::{
    clock::Clock,
    connection::Connection,
    drip::dripping,
    fault::{Effect, FaultBody},
    fault_queue::Hit,
    identity::SignInError,
    ids::Ids,
    rate_limit,
    refusal::Refusal,
    service::refused,
};

/// Carries out a fault. `answer` is what the request would have got; it is not asked
/// for where another takes its place.
pub(crate) async fn inflict(
    hit: Hit,
    clock: &Clock,
    ids: &Ids,
    connection: Option<Connection>,
    answer: impl Future<Output = Response>,
) -> Response {
    let mut response = match hit.effect {
        Effect::Answer { status, body } => another_answer(status, body, clock, ids),
        Effect::Truncated => truncated(answer.await).await,
        Effect::CutOff => broken(answer.await, None).await,
        Effect::Reset => broken(answer.await, connection).await,
        Effect::Drip { interval } => dripping(answer.await, interval).await,
        Effect::Silence => pending().await,
    };
    for (name, value) in hit.headers {
        response.headers_mut().insert(name, value);
    }
    response
}

fn another_answer(status: StatusCode, body: FaultBody, clock: &Clock, ids: &Ids) -> Response {
    let (content_type, body) = match body {
        FaultBody::Empty => (None, Vec::new()),
        FaultBody::Html => (Some("text/html; charset=utf-8".to_owned()), page(status)),
        FaultBody::Documented { code, description } => {
            let mut response = refused(Refusal::injected(status, code, description));
            ids.echo(response.headers_mut());
            return response;
        }
        FaultBody::SignIn {
            error,
            code,
            description,
        } => {
            return SignInError::injected(status, error, code, description)
                .into_response(clock, None);
        }
        FaultBody::Gateway { seconds } => return rate_limit::rejection(seconds),
        FaultBody::Other { content_type, body } => (Some(content_type), body),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    if let Some(Ok(value)) = content_type.map(HeaderValue::try_from) {
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    response
}

/// A page as gateways show it.
fn page(status: StatusCode) -> Vec<u8> {
    let reason = status.canonical_reason().unwrap_or("Unknown");
    let status = status.as_u16();
    format!(
        "<!DOCTYPE html>\r\n<html><head><title>{status} {reason}</title></head>\
         <body><center><h1>{status} {reason}</h1></center><hr></body></html>\r\n"
    )
    .into_bytes()
}

/// Ends the body in the middle as if that were all of it.
async fn truncated(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let body = whole(body).await;
    Response::from_parts(parts, Body::from(first_half(&body)))
}

/// Promises the whole body and ends the connection in the middle of it; with a reset
/// where the connection is known.
async fn broken(response: Response, connection: Option<Connection>) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = whole(body).await;
    // Even of an empty body something is missing.
    let promised = HeaderValue::from(body.len().max(1));
    parts.headers.insert(header::CONTENT_LENGTH, promised);
    let body = BrokenBody {
        sent: Some(first_half(&body)),
        flushed: false,
        connection,
    };
    Response::from_parts(parts, Body::from_stream(body))
}

/// The bodies here are in memory already; reading them cannot fail.
pub(crate) async fn whole(body: Body) -> Bytes {
    to_bytes(body, usize::MAX).await.unwrap_or_default()
}

fn first_half(body: &Bytes) -> Bytes {
    body.slice(..body.len() / 2)
}

/// A body that fails after its first part.
struct BrokenBody {
    sent: Option<Bytes>,
    flushed: bool,
    connection: Option<Connection>,
}

impl Stream for BrokenBody {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(part) = self.sent.take() {
            return Poll::Ready(Some(Ok(part)));
        }
        if !self.flushed {
            // Gives the server the time to send the first part.
            self.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if let Some(connection) = &self.connection {
            connection.reset();
        }
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())))
    }
}
