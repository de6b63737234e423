//! Open connections of a server.

use std::{
    collections::HashMap,
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use crate::net::connection::Connection;

/// Shortest time without a request after which a connection may be closed to make room.
const IDLE: Duration = Duration::from_millis(100);

/// Connections of one server, and whether it stops. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registry(Arc<State>);

#[derive(Debug, Default)]
struct State {
    stopping: AtomicBool,
    /// `true` if a connection was closed since the acceptor has waited for one.
    closed: AtomicBool,
    last_id: AtomicUsize,
    connections: Mutex<HashMap<usize, Connection>>,
    /// Waker of the task that accepts connections.
    acceptor: Mutex<Option<Waker>>,
}

/// Entry of a connection; it is removed when dropped.
#[derive(Debug)]
pub(crate) struct Registered {
    registry: Registry,
    id: usize,
}

impl Registry {
    /// Adds a connection.
    pub(crate) fn register(&self, connection: &Connection) -> Registered {
        let id = self.0.last_id.fetch_add(1, Ordering::Relaxed);
        self.connections().insert(id, connection.clone());
        Registered {
            registry: self.clone(),
            id,
        }
    }

    /// Makes the server and all connections stop.
    pub(crate) fn stop(&self) {
        self.0.stopping.store(true, Ordering::Release);
        for connection in self.connections().values() {
            connection.close();
        }
        self.wake_acceptor();
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::Acquire)
    }

    /// Closes the connections that have waited longest for a request, one in sixteen, because the
    /// process has no file descriptor for another connection. Connections whose response is not
    /// complete stay.
    pub(crate) fn close_idlest(&self) {
        let now = Instant::now();
        let connections = self.connections();
        let mut waiting: Vec<_> = connections
            .values()
            .filter_map(|connection| Some((connection.idle_since()?, connection)))
            .filter(|(since, _)| now.duration_since(*since) >= IDLE)
            .collect();
        waiting.sort_by_key(|(since, _)| *since);
        let closed = waiting.len().div_ceil(16);
        for (_, connection) in waiting.iter().take(closed) {
            connection.close();
        }
        tracing::debug!(closed, "closed idle connections to make room");
    }

    /// Completes when all connections are closed.
    pub(crate) fn poll_empty(&self, context: &Context<'_>) -> Poll<()> {
        self.set_acceptor(context);
        match self.connections().is_empty() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }

    /// Completes when a connection was closed since the last call, or the server stops.
    pub(crate) fn poll_closed(&self, context: &Context<'_>) -> Poll<()> {
        self.set_acceptor(context);
        match self.0.closed.swap(false, Ordering::AcqRel) || self.is_stopping() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }

    /// Remembers the task that accepts connections, which [`stop`](Self::stop) and closed
    /// connections wake.
    pub(crate) fn set_acceptor(&self, context: &Context<'_>) {
        let mut acceptor = self
            .0
            .acceptor
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *acceptor = Some(context.waker().clone());
    }

    fn wake_acceptor(&self) {
        let mut acceptor = self
            .0
            .acceptor
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(waker) = mem::take(&mut *acceptor) {
            waker.wake();
        }
    }

    fn connections(&self) -> MutexGuard<'_, HashMap<usize, Connection>> {
        self.0
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.registry.connections().remove(&self.id);
        self.registry.0.closed.store(true, Ordering::Release);
        self.registry.wake_acceptor();
    }
}
