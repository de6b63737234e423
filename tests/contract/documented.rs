//! Documented exchanges for tests.

use partner_center::Operation;
use xtask::exchange::{Exchange, ExchangeFolder, HttpMessage, Source};
use xtask::{EXCHANGES_PATH, workspace_root};

/// Documented exchange with the body on the wire.
#[derive(Debug)]
pub(crate) struct Documented {
    /// `operationId`, or `operationId/variant` for a further documented example.
    pub(crate) name: String,
    pub(crate) operation: &'static Operation,
    pub(crate) source: Source,
    pub(crate) request: HttpMessage,
    pub(crate) response: HttpMessage,
    /// Compact body, with a byte-order mark if the documented length includes it (T1).
    pub(crate) wire_body: Vec<u8>,
}

impl Documented {
    /// Returns the main exchange of an operation.
    pub(crate) fn of(operation: &'static Operation) -> Self {
        let path = workspace_root().join(EXCHANGES_PATH).join(operation.id);
        let name = operation.id.to_owned();
        Self::load(&ExchangeFolder { name, path })
    }

    fn load(folder: &ExchangeFolder) -> Self {
        let Exchange {
            request,
            response,
            source,
        } = Exchange::load(&folder.path).unwrap();
        let wire_body = response.wire_body().unwrap();
        Self {
            name: folder.name.clone(),
            operation: Operation::find(folder.operation_id()).unwrap(),
            source,
            request,
            response,
            wire_body,
        }
    }

    /// Returns every exchange: those of [`Documented::all`] and the variants.
    pub(crate) fn all_with_variants() -> Vec<Self> {
        let folders = ExchangeFolder::all(&workspace_root().join(EXCHANGES_PATH)).unwrap();
        folders.iter().map(Self::load).collect()
    }

    /// Returns the main exchange of every operation, in the order of the spec.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        partner_center::OPERATIONS.iter().copied().map(Self::of)
    }

    /// Returns the documented response as bytes of HTTP/1.1.
    pub(crate) fn response_bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}\r\n", self.response.start_line).into_bytes();
        for (name, value) in &self.response.headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.wire_body);
        bytes
    }

    /// Returns path and query of the documented request.
    pub(crate) fn target(&self) -> &str {
        let uri = self.request.start_line.split(' ').nth(1).unwrap();
        &uri[uri.find(self.request.path().unwrap()).unwrap()..]
    }
}
