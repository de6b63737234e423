//! Bodies that end before they are complete.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, to_bytes},
    response::Response,
};
use futures_core::Stream;
use http::{HeaderValue, header};

use crate::net::connection::Connection;

/// Ends the body in the middle as if that were all of it.
pub(super) async fn truncated(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let body = read_all(body).await;
    Response::from_parts(parts, Body::from(first_half(&body)))
}

/// Promises the whole body and ends the connection in the middle of it; with a reset
/// where the connection is known.
pub(super) async fn interrupted(response: Response, connection: Option<Connection>) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = read_all(body).await;
    // Even of an empty body something is missing.
    let promised = HeaderValue::from(body.len().max(1));
    parts.headers.insert(header::CONTENT_LENGTH, promised);
    let body = InterruptedBody {
        sent: Some(first_half(&body)),
        flushed: false,
        connection,
    };
    Response::from_parts(parts, Body::from_stream(body))
}

/// The bodies here are in memory already; reading them cannot fail.
pub(super) async fn read_all(body: Body) -> Bytes {
    to_bytes(body, usize::MAX).await.unwrap_or_default()
}

fn first_half(body: &Bytes) -> Bytes {
    body.slice(..body.len() / 2)
}

/// A body that fails after its first part.
struct InterruptedBody {
    sent: Option<Bytes>,
    flushed: bool,
    connection: Option<Connection>,
}

impl Stream for InterruptedBody {
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
