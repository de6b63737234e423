//! Streams of accepted connections: plain or TLS.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::Accept;

use crate::net::connection::{ClosableStream, Connection};

/// Server side of an accepted connection.
///
/// The TLS handshake is part of the first read: the listener returns the connection
/// immediately, so a client that never completes its handshake does not block others.
pub(crate) struct ServerStream {
    connection: Connection,
    state: State,
}

enum State {
    Handshake(Box<Accept<ClosableStream>>),
    Open(Box<dyn Duplex>),
    /// Failed handshake. Its future must not be polled again.
    Failed,
}

/// Bidirectional byte stream.
trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<Stream: AsyncRead + AsyncWrite + Send + Unpin> Duplex for Stream {}

impl ServerStream {
    pub(crate) fn plain(stream: ClosableStream, connection: Connection) -> Self {
        Self {
            connection,
            state: State::Open(Box::new(stream)),
        }
    }

    pub(crate) fn secure(handshake: Accept<ClosableStream>, connection: Connection) -> Self {
        Self {
            connection,
            state: State::Handshake(Box::new(handshake)),
        }
    }

    /// Returns the open stream after completing the handshake.
    fn poll_open(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Pin<&mut dyn Duplex>>> {
        if let State::Handshake(handshake) = &mut self.state {
            self.state = match ready!(Pin::new(handshake).poll(context)) {
                Ok(stream) => State::Open(Box::new(stream)),
                Err(error) => {
                    tracing::debug!(%error, "handshake failed");
                    self.state = State::Failed;
                    return Poll::Ready(Err(error));
                }
            };
        }
        match &mut self.state {
            State::Open(stream) => Poll::Ready(Ok(Pin::new(stream.as_mut()))),
            State::Handshake(_) | State::Failed => {
                Poll::Ready(Err(io::ErrorKind::NotConnected.into()))
            }
        }
    }
}

impl AsyncRead for ServerStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_open(context))?.poll_read(context, buffer)
    }
}

impl AsyncWrite for ServerStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_open(context))?.poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_open(context))?.poll_write_vectored(context, slices)
    }

    /// Returns `true`. hyper asks once, before the handshake, and both kinds of stream accept
    /// vectored writes afterwards.
    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.state {
            // The handshake flushes its own records.
            State::Handshake(_) | State::Failed => Poll::Ready(Ok(())),
            State::Open(stream) => Pin::new(stream.as_mut()).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A reset connection sends neither FIN nor TLS close_notify.
        if self.connection.is_reset() {
            return Poll::Ready(Ok(()));
        }
        match &mut self.state {
            State::Handshake(handshake) => match handshake.get_mut() {
                Some(stream) => Pin::new(stream).poll_shutdown(context),
                None => Poll::Ready(Ok(())),
            },
            State::Open(stream) => Pin::new(stream.as_mut()).poll_shutdown(context),
            State::Failed => Poll::Ready(Ok(())),
        }
    }
}
