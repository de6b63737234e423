//! Server task and its shutdown.

use std::{
    convert::Infallible,
    future::poll_fn,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::Body;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

use crate::{
    net::{
        connection::{ClosableStream, Connection},
        limits,
        registry::Registry,
        tls_stream::ServerStream,
    },
    service::Service,
};

/// Longest wait for a file descriptor. Another part of the process may free one, which the server
/// does not notice.
const WAIT_FOR_DESCRIPTOR: Duration = Duration::from_millis(50);

/// Number of connections that the system keeps until they are accepted. A client whose connection
/// is dropped repeats it after a second. The system may have a lower limit.
const BACKLOG: u32 = 4_096;

/// Listens on an address.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // On Windows the option would let another process listen on the same port.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Running server. It stops when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    registry: Registry,
    task: JoinHandle<()>,
}

impl Server {
    /// Serves on a task of the current runtime; over HTTPS if there is an acceptor.
    pub(crate) fn spawn(
        listener: TcpListener,
        acceptor: Option<TlsAcceptor>,
        service: Arc<Service>,
    ) -> Self {
        let registry = Registry::default();
        let task = tokio::spawn(serve(listener, acceptor, service, registry.clone()));
        Self { registry, task }
    }

    /// Stops the server and waits until the port is free and all connections are closed.
    pub(crate) async fn shutdown(mut self) {
        self.registry.stop();
        // A panicked or aborted task would have ended as well.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.registry.stop();
    }
}

/// Accepts connections until the server stops, then waits for the end of all connections.
async fn serve(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    service: Arc<Service>,
    registry: Registry,
) {
    while let Some(accepted) = accept(&listener, &registry).await {
        match accepted {
            Ok(stream) => {
                let service = Arc::clone(&service);
                tokio::spawn(connection(
                    stream,
                    acceptor.clone(),
                    service,
                    registry.clone(),
                ));
            }
            Err(error) if is_of_connection(&error) => {}
            Err(error) => {
                tracing::debug!(%error, "no further connection can be accepted now");
                registry.close_idlest();
                wait_for_descriptor(&registry).await;
            }
        }
    }
    drop(listener);
    poll_fn(|context| registry.poll_empty(context)).await;
}

/// Returns the next connection; `None` if the server stops.
async fn accept(listener: &TcpListener, registry: &Registry) -> Option<io::Result<TcpStream>> {
    poll_fn(|context| {
        registry.set_acceptor(context);
        if registry.is_stopping() {
            return Poll::Ready(None);
        }
        let accepted = listener.poll_accept(context);
        accepted.map(|result| Some(result.map(|(stream, _)| stream)))
    })
    .await
}

/// Returns whether an error concerns the accepted connection only.
fn is_of_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

/// Waits until a connection was closed or a short time has passed. The time is measured by a
/// thread, because not every runtime has a timer, and a paused clock would not advance.
async fn wait_for_descriptor(registry: &Registry) {
    let mut pause = tokio::task::spawn_blocking(|| std::thread::sleep(WAIT_FOR_DESCRIPTOR));
    poll_fn(|context| match registry.poll_closed(context) {
        Poll::Ready(()) => Poll::Ready(()),
        Poll::Pending => Pin::new(&mut pause).poll(context).map(|_| ()),
    })
    .await;
}

/// Serves the requests of a connection, one after another.
async fn connection(
    stream: TcpStream,
    acceptor: Option<TlsAcceptor>,
    service: Arc<Service>,
    registry: Registry,
) {
    let connection = Connection::default();
    let _registered = registry.register(&connection);
    if registry.is_stopping() {
        // Registered after all others were closed.
        connection.close();
    }
    // Responses are small, so Nagle's algorithm would only delay them.
    let _ = stream.set_nodelay(true);
    let stream = ClosableStream::new(stream, connection.clone());
    let stream = match acceptor {
        None => ServerStream::plain(stream, connection.clone()),
        Some(acceptor) => ServerStream::secure(acceptor.accept(stream), connection.clone()),
    };
    let handler = {
        let connection = connection.clone();
        service_fn(move |request: hyper::Request<Incoming>| {
            let (service, connection) = (Arc::clone(&service), connection.clone());
            async move {
                let request = request.map(Body::new);
                Ok::<_, Infallible>(match limits::rejection(&request) {
                    None => service.respond(request, Some(connection)).await,
                    Some(rejection) => rejection,
                })
            }
        })
    };
    let served = http1::Builder::new()
        .max_buf_size(limits::HEAD)
        .serve_connection(TokioIo::new(stream), handler);
    let mut served = pin!(served);
    let mut is_closing = false;
    let end = poll_fn(|context: &mut Context<'_>| {
        connection.set_task(context);
        if connection.is_closing() && !is_closing {
            is_closing = true;
            served.as_mut().graceful_shutdown();
        }
        served.as_mut().poll(context)
    })
    .await;
    if let Err(error) = end {
        tracing::debug!(%error, "connection ended");
    }
}
