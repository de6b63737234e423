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

#![cfg_attr(docsrs, feature(doc_cfg))]

// The examples of `query`, which the tests include, use this crate by its external name.
#[cfg(test)]
extern crate self as partner_center_core;

pub mod query;

mod model;

#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
pub mod fan_out;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(feature = "client")]
#[rustfmt::skip]
mod generated;
#[cfg(feature = "client")]
mod http;
#[cfg(feature = "client")]
#[doc(hidden)]
pub mod internal;
#[cfg(feature = "client")]
pub mod paging;
#[cfg(feature = "client")]
mod pipeline;
#[cfg(all(test, feature = "client"))]
mod testing;

pub use model::{
    AdditionalProperties, ApiError, Bounded, Cloud, Collection, CountMismatch, CustomCloud,
    Envelope, FieldValue, Identifier, Link, LinkHeader, Locale, LocaleError, Next, Number,
    OutOfBounds, Page, ResourceAttributes, ResourceLinks, Row, Sign, Timestamp, TimestampError,
    ToJson, UnknownCloud, UnknownProperty, decode,
};
#[doc(hidden)]
pub use model::{AsFieldValue, lenient_object, scalar};

#[cfg(feature = "client")]
#[doc(hidden)]
pub use crate::http::transport;
#[cfg(feature = "client")]
pub use crate::http::{
    Clock, InsecureUrl, RejectedToken, RequestIds, Response, RootUrlError, TokenClaims,
    TokenRejection, TokenRequirements, check_token, token_claims,
};
#[cfg(feature = "client")]
pub use error::{CredentialFailure, Error, ErrorKind, ServiceError};
#[cfg(feature = "client")]
pub use paging::{PartialList, UnreadableRow};
#[cfg(feature = "client")]
pub use pipeline::{
    AttemptMetrics, CallMetrics, ClientHooks, ClientInfo, DEFAULT_BODY_LIMIT, DecodedResponse,
    Limiter, Observer, OperationInfo, Pipeline, PipelineOptions, QueryParam, ResponseValue,
    RetryOptions, encode_path,
};
