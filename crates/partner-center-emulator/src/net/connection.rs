//! TCP connections that end when the server stops or needs room, or with a reset.

use std::{
    io, mem,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Instant,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// Maximum number of bytes that are read and dropped before a connection is closed.
const DRAINED: usize = 16 * 1024 * 1024;

/// Handle of the connection of a request. Clones are the same connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Connection(Arc<State>);

#[derive(Debug)]
struct State {
    reset: AtomicBool,
    closing: AtomicBool,
    /// Number of requests whose response is not complete.
    responding: AtomicUsize,
    /// Time of the last response, at first of the beginning of the connection.
    idle_since: Mutex<Instant>,
    /// Waker of the connection's task.
    waker: Mutex<Option<Waker>>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            reset: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            responding: AtomicUsize::new(0),
            idle_since: Mutex::new(Instant::now()),
            waker: Mutex::default(),
        }
    }
}

/// Response that is not complete; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Responding(Connection);

impl Connection {
    /// Makes the connection close with a TCP reset.
    pub(crate) fn reset(&self) {
        self.0.reset.store(true, Ordering::Release);
    }

    pub(crate) fn is_reset(&self) -> bool {
        self.0.reset.load(Ordering::Acquire)
    }

    /// Makes the connection close when no bytes are left to read.
    pub(crate) fn close(&self) {
        self.0.closing.store(true, Ordering::Release);
        let waker = mem::take(&mut *self.waker());
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.0.closing.load(Ordering::Acquire)
    }

    /// Remembers the connection's task, which [`close`](Self::close) wakes.
    pub(crate) fn set_task(&self, context: &Context<'_>) {
        let mut waker = self.waker();
        match &mut *waker {
            Some(waker) => waker.clone_from(context.waker()),
            None => *waker = Some(context.waker().clone()),
        }
    }

    /// Marks the beginning of a response, after the request was read.
    pub(crate) fn begin_response(&self) -> Responding {
        self.0.responding.fetch_add(1, Ordering::Relaxed);
        Responding(self.clone())
    }

    /// Returns the time since which the connection has waited for a request; `None` during a
    /// response.
    pub(crate) fn idle_since(&self) -> Option<Instant> {
        let is_idle = self.0.responding.load(Ordering::Relaxed) == 0 && !self.is_closing();
        is_idle.then(|| {
            *self
                .0
                .idle_since
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        })
    }

    fn waker(&self) -> std::sync::MutexGuard<'_, Option<Waker>> {
        self.0.waker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Responding {
    fn drop(&mut self) {
        let state = &self.0.0;
        *state
            .idle_since
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Instant::now();
        state.responding.fetch_sub(1, Ordering::Relaxed);
    }
}

/// TCP stream that ends when its connection is to be closed and no bytes are left to read.
///
/// A graceful shutdown waits for incomplete requests, so a client that never completes
/// its request would block it. A timeout would need a timer, which not every runtime has
/// and which a paused clock distorts.
pub(crate) struct ClosableStream {
    stream: TcpStream,
    connection: Connection,
    is_shut_down: bool,
    drained: usize,
}

impl ClosableStream {
    pub(crate) fn new(stream: TcpStream, connection: Connection) -> Self {
        Self {
            stream,
            connection,
            is_shut_down: false,
            drained: 0,
        }
    }

    /// Returns an error if the connection is reset: a reset before the response must not send the
    /// head of the response.
    fn check_reset(&self) -> io::Result<()> {
        match self.connection.is_reset() {
            true => Err(io::ErrorKind::ConnectionReset.into()),
            false => Ok(()),
        }
    }
}

impl Drop for ClosableStream {
    fn drop(&mut self) {
        if self.connection.is_reset() {
            // If setting the option fails, the connection is closed normally.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for ClosableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Pending if self.connection.is_closing() => Poll::Ready(Ok(())),
            progress => progress,
        }
    }
}

impl AsyncWrite for ClosableStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check_reset()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check_reset()?;
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    /// Ends the sent bytes, and reads what has arrived: the system resets a connection that is
    /// closed with unread bytes, and the client would lose the response, such as 431.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.connection.is_reset() {
            return Poll::Ready(Ok(()));
        }
        if !self.is_shut_down {
            std::task::ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
            self.is_shut_down = true;
        }
        let mut part = [0; 16 * 1024];
        while self.drained < DRAINED {
            let mut buffer = ReadBuf::new(&mut part);
            match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    self.drained += buffer.filled().len();
                }
                // The client has closed, or has sent nothing more so far.
                _ => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}
