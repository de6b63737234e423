//! Server task and its shutdown.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Router,
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use tokio_rustls::TlsAcceptor;

use crate::net::{
    connection::{Connection, StoppableStream},
    tls_stream::ServerStream,
};

/// Running server. It stops when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    stopping: Arc<AtomicBool>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Serves on a task of the current runtime; over HTTPS if there is an acceptor.
    pub(crate) fn spawn(
        listener: TcpListener,
        acceptor: Option<TlsAcceptor>,
        router: Router,
    ) -> Self {
        let stopping = Arc::new(AtomicBool::new(false));
        let listener = StoppableListener {
            listener,
            acceptor,
            stopping: Arc::clone(&stopping),
        };
        let router = router.into_make_service_with_connect_info::<Connection>();
        let (stop, stopped) = oneshot::channel();
        let serve = axum::serve(listener, router).with_graceful_shutdown(async move {
            // A dropped sender also means stop.
            let _ = stopped.await;
        });
        let task = tokio::spawn(async move {
            // axum's serve future ends only by the signal and never returns an error.
            let _ = serve.await;
        });
        Self {
            stopping,
            stop: Some(stop),
            task,
        }
    }

    /// Stops the server and waits until the port is free and all connections are closed.
    pub(crate) async fn shutdown(mut self) {
        self.stop();
        // A panicked or aborted task would have ended as well.
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

impl Connected<IncomingStream<'_, StoppableListener>> for Connection {
    fn connect_info(stream: IncomingStream<'_, StoppableListener>) -> Self {
        stream.io().connection().clone()
    }
}

/// Listener whose connections end when the server stops.
struct StoppableListener {
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    stopping: Arc<AtomicBool>,
}

impl Listener for StoppableListener {
    type Io = ServerStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Responses are small, so Nagle's algorithm would only delay them.
        let _ = stream.set_nodelay(true);
        let connection = Connection::default();
        let stream = StoppableStream::new(stream, Arc::clone(&self.stopping), connection.clone());
        let channel = match &self.acceptor {
            None => ServerStream::plain(stream, connection),
            Some(acceptor) => ServerStream::secure(acceptor.accept(stream), connection),
        };
        (channel, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}
