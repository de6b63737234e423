//! Listener, connections and TLS.

pub(crate) mod certificates;
pub(crate) mod connection;
pub(crate) mod limits;
pub(crate) mod loopback;
mod registry;
pub(crate) mod server;
mod tls_stream;
