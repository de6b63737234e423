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

/// Returns half the body as if it were complete.
pub(super) async fn truncated(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let body = read_all(body).await;
    Response::from_parts(parts, Body::from(first_half(&body)))
}

/// Announces the length of the whole body and ends the connection after half of it; with
/// a reset if the connection is given.
pub(super) async fn interrupted(response: Response, connection: Option<Connection>) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = read_all(body).await;
    // The announced length must exceed the sent half, also for an empty body.
    let promised = HeaderValue::from(body.len().max(1));
    parts.headers.insert(header::CONTENT_LENGTH, promised);
    let body = InterruptedBody {
        sent: Some(first_half(&body)),
        flushed: false,
        connection,
    };
    Response::from_parts(parts, Body::from_stream(body))
}

/// Returns all bytes of a body. Bodies of the emulator are in memory, so reading cannot
/// fail.
pub(crate) async fn read_all(body: Body) -> Bytes {
    to_bytes(body, usize::MAX).await.unwrap_or_default()
}

fn first_half(body: &Bytes) -> Bytes {
    body.slice(..body.len() / 2)
}

/// Body that fails after its first part.
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
            // Yields once, so that the server can send the first part before the body fails.
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
