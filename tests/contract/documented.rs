//! The documented exchanges, as tests use them.

use partner_center::Operation;
use xtask::exchange::{Exchange, HttpMessage};
use xtask::{EXCHANGES_PATH, workspace_root};

/// A documented exchange, its body as it goes over the wire.
#[derive(Debug)]
pub(crate) struct Documented {
    pub(crate) operation: &'static Operation,
    pub(crate) request: HttpMessage,
    pub(crate) response: HttpMessage,
    /// Compact, with the byte-order mark where the documented length says so (T1).
    pub(crate) wire_body: Vec<u8>,
}

impl Documented {
    pub(crate) fn of(operation: &'static Operation) -> Self {
        let folder = workspace_root().join(EXCHANGES_PATH).join(operation.id);
        let Exchange { request, response } = Exchange::load(&folder).unwrap();
        let wire_body = response.wire_body().unwrap();
        Self {
            operation,
            request,
            response,
            wire_body,
        }
    }

    /// All of them, one per operation of the spec.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        partner_center::OPERATIONS.iter().map(Self::of)
    }

    /// The whole documented answer as bytes of HTTP/1.1.
    pub(crate) fn response_bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}\r\n", self.response.start_line).into_bytes();
        for (name, value) in &self.response.headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.wire_body);
        bytes
    }

    /// Path and query of the documented request.
    pub(crate) fn target(&self) -> &str {
        let uri = self.request.start_line.split(' ').nth(1).unwrap();
        &uri[uri.find(self.request.path().unwrap()).unwrap()..]
    }
}
