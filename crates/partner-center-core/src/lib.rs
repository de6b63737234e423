//! Runtime of the generated Partner Center client: HTTP pipeline, wire formats and errors, without
//! any endpoint. Credentials are in `partner-center-identity`.
//!
//! Depend on `partner-center` instead of this crate; it re-exports everything that its users
//! need.
//!
//! | feature | adds |
//! |---|---|
//! | none | the wire types: [`Timestamp`], [`Page`], [`Collection`], [`ApiError`], [`Locale`], [`Cloud`]; [`query`] options |
//! | `client` | the pipeline, paging, fan-out and errors |
//! | `rustls`, `native-tls` | `client` with TLS |
//! | `schemars` | `schemars::JsonSchema` for the wire types |

// The examples of `query`, which the tests include, use this crate by its external name.
#[cfg(test)]
extern crate self as partner_center_core;

mod additional;
mod api_error;
mod bounded;
mod cloud;
mod collection;
pub mod decode;
mod envelope;
mod error_in_success;
mod excerpt;
mod identifier;
mod links;
mod list;
mod locale;
mod number;
#[doc(hidden)]
pub mod object;
mod open_enum;
mod page;
pub mod query;
mod row;
mod row_seed;
mod timestamp;
mod unknown;
#[doc(hidden)]
pub mod wire;

#[cfg(feature = "client")]
mod clock;
#[cfg(feature = "client")]
mod credential_failure;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
mod error_code;
#[cfg(feature = "client")]
pub mod fan_out;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(feature = "client")]
#[rustfmt::skip]
mod generated;
#[cfg(feature = "client")]
mod hooks;
#[cfg(feature = "client")]
#[doc(hidden)]
pub mod internal;
#[cfg(feature = "client")]
mod observer;
#[cfg(feature = "client")]
pub mod paging;
#[cfg(feature = "client")]
mod partial;
#[cfg(feature = "client")]
mod pipeline;
#[cfg(feature = "client")]
mod rejected_token;
#[cfg(feature = "client")]
mod response;
#[cfg(feature = "client")]
mod retry;
#[cfg(feature = "client")]
mod retry_after;
#[cfg(all(test, feature = "client"))]
mod testing;
#[cfg(feature = "client")]
mod throttling;
#[cfg(feature = "client")]
mod token_check;
#[cfg(feature = "client")]
#[doc(hidden)]
pub mod transport;

pub use additional::AdditionalProperties;
pub use api_error::ApiError;
pub use bounded::{Bounded, OutOfBounds};
pub use cloud::{Cloud, CustomCloud, UnknownCloud};
pub use collection::{Collection, CountMismatch, ResourceAttributes};
pub use envelope::{Envelope, Next};
pub use identifier::Identifier;
pub use links::{Link, LinkHeader, ResourceLinks};
pub use locale::{Locale, LocaleError};
pub use number::Number;
pub use page::Page;
#[doc(hidden)]
pub use row::AsFieldValue;
pub use row::{FieldValue, Row, ToJson};
pub use timestamp::{Timestamp, TimestampError};
pub use unknown::{Sign, UnknownProperty};

#[cfg(feature = "client")]
pub use clock::Clock;
#[cfg(feature = "client")]
pub use credential_failure::CredentialFailure;
#[cfg(feature = "client")]
pub use error::{Error, ErrorKind, ServiceError};
#[cfg(feature = "client")]
pub use hooks::{ClientHooks, ClientInfo, OperationInfo, QueryParam, encode_path};
#[cfg(feature = "client")]
pub use observer::{AttemptMetrics, CallMetrics, Observer};
#[cfg(feature = "client")]
pub use partial::{PartialList, UnreadableRow};
#[cfg(feature = "client")]
pub use pipeline::{DEFAULT_BODY_LIMIT, Pipeline, PipelineOptions};
#[cfg(feature = "client")]
pub use rejected_token::RejectedToken;
#[cfg(feature = "client")]
pub use response::{DecodedResponse, RequestIds, Response, ResponseValue};
#[cfg(feature = "client")]
pub use retry::RetryOptions;
#[cfg(feature = "client")]
pub use throttling::Limiter;
#[cfg(feature = "client")]
pub use token_check::{TokenClaims, TokenRejection, TokenRequirements, check_token, token_claims};
#[cfg(feature = "client")]
pub use transport::{InsecureUrl, RootUrlError};
