//! The listening task and its end.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    Router,
    extract::{ConnectInfo, Request, connect_info::Connected},
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

use crate::service::Service;

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct Server {
    stopping: Arc<AtomicBool>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Serves on a task of the current runtime.
    pub(crate) fn spawn(listener: TcpListener, service: Arc<Service>) -> Self {
        let stopping = Arc::new(AtomicBool::new(false));
        let listener = StoppableListener {
            listener,
            stopping: Arc::clone(&stopping),
        };
        let router = Router::new()
            .fallback(
                move |ConnectInfo(connection): ConnectInfo<Connection>, request: Request| {
                    let service = Arc::clone(&service);
                    async move { service.answer(request, Some(connection)).await }
                },
            )
            .into_make_service_with_connect_info::<Connection>();
        let (stop, stopped) = oneshot::channel();
        let serve = axum::serve(listener, router).with_graceful_shutdown(async move {
            // A sender that is gone means the same as a message.
            let _ = stopped.await;
        });
        let task = tokio::spawn(async move {
            // Serving ends by the signal alone; there is no error to report.
            let _ = serve.await;
        });
        Self {
            stopping,
            stop: Some(stop),
            task,
        }
    }

    /// Stops, and waits until the port is free and all connections are closed.
    pub(crate) async fn shutdown(mut self) {
        self.stop();
        // The task neither panics nor is it aborted; either would be the end, too.
        let _ = (&mut self.task).await;
    }

    fn stop(&mut self) {
        self.stopping.store(true, Ordering::Release);
        if let Some(stop) = self.stop.take() {
            // Without a receiver the task has ended already.
            let _ = stop.send(());
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The connection a request came by.
#[derive(Debug, Clone, Default)]
pub(crate) struct Connection {
    reset: Arc<AtomicBool>,
}

impl Connection {
    /// Makes the connection end with a reset, whenever it ends.
    pub(crate) fn reset(&self) {
        self.reset.store(true, Ordering::Release);
    }
}

impl Connected<IncomingStream<'_, StoppableListener>> for Connection {
    fn connect_info(stream: IncomingStream<'_, StoppableListener>) -> Self {
        stream.io().connection.clone()
    }
}

/// Hands out connections that know when to end.
struct StoppableListener {
    listener: TcpListener,
    stopping: Arc<AtomicBool>,
}

impl Listener for StoppableListener {
    type Io = StoppableStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Answers are small: waiting to fill a packet would only delay them.
        let _ = stream.set_nodelay(true);
        let stream = StoppableStream {
            stream,
            stopping: Arc::clone(&self.stopping),
            connection: Connection::default(),
        };
        (stream, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// A connection that ends when the server stops and nothing is left to read.
///
/// A graceful shutdown waits for requests that have begun. A client that never
/// finishes its request would hold it up for ever, and a time limit would need a
/// timer, which not every runtime has and a paused clock distorts.
struct StoppableStream {
    stream: TcpStream,
    stopping: Arc<AtomicBool>,
    connection: Connection,
}

impl StoppableStream {
    fn is_reset(&self) -> bool {
        self.connection.reset.load(Ordering::Acquire)
    }
}

impl Drop for StoppableStream {
    fn drop(&mut self) {
        if self.is_reset() {
            // Where the system refuses, the connection is closed like any other.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for StoppableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Pending if self.stopping.load(Ordering::Acquire) => Poll::Ready(Ok(())),
            progress => progress,
        }
    }
}

impl AsyncWrite for StoppableStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_reset() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
