//! Runtime under the generated Partner Center client.
//!
//! Knows HTTP, identity, the wire's habits and errors; knows no endpoint. Depend on
//! `partner-center` rather than on this crate: it re-exports what its users need.
//!
//! | feature | adds |
//! |---|---|
//! | none | the wire types: [`Timestamp`], [`Collection`], [`ApiError`], [`Locale`], [`Cloud`] |
//! | `client` | the pipeline, credentials and errors |
//! | `rustls`, `native-tls` | `client` with TLS |
//! | `schemars` | `schemars::JsonSchema` for the wire types |

mod additional;
mod api_error;
mod cloud;
mod collection;
pub mod decode;
mod excerpt;
mod locale;
#[doc(hidden)]
pub mod object;
mod timestamp;

#[cfg(feature = "client")]
pub mod credential;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
mod hooks;
#[cfg(feature = "client")]
mod pipeline;
#[cfg(feature = "client")]
mod response;
#[cfg(feature = "client")]
mod retry_after;
#[cfg(feature = "client")]
pub mod transport;

pub use additional::AdditionalProperties;
pub use api_error::ApiError;
pub use cloud::{Cloud, UnknownCloud};
pub use collection::{Collection, CountMismatch, ResourceAttributes};
pub use locale::{Locale, LocaleError};
pub use timestamp::{Timestamp, TimestampError};

#[cfg(feature = "client")]
pub use error::{Error, ErrorKind, ServiceError};
#[cfg(feature = "client")]
pub use hooks::{ClientHooks, ClientInfo, OperationInfo, QueryParam, encode_path};
#[cfg(feature = "client")]
pub use pipeline::{DEFAULT_BODY_LIMIT, Pipeline, PipelineOptions};
#[cfg(feature = "client")]
pub use response::{CallIds, Response, ResponseValue};
