#![doc = include_str!("../README.md")]
//!
//! # Map
//!
//! | item | content |
//! |---|---|
//! | [`Page`], [`Collection`], [`Envelope`] | responses with rows |
//! | [`Timestamp`], [`Number`], [`Identifier`], [`Bounded`], [`Locale`] | values that keep their text |
//! | [`AdditionalProperties`], [`UnknownProperty`] | data that is not in the spec |
//! | [`Row`], [`FieldValue`] | fields of a row by position |
//! | [`ApiError`], [`decode`] | error bodies; reading a body |
//! | [`query`] | filter, groupby, orderby |
//! | [`Cloud`] | addresses and scopes |
//! | `Pipeline`, `RetryOptions`, `Limiter`, `Observer` | calls, with the feature `client` |
//! | `RawRequest` | calls of any path, with the feature `client` |
//! | `paging`, `fan_out` | listings and many calls, with the feature `client` |
//! | `Error`, `ErrorKind` | errors of calls, with the feature `client` |

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
#[cfg(feature = "client")]
mod raw;
#[cfg(all(test, feature = "client"))]
mod testing;

#[doc(no_inline)]
pub use partner_center_catalog::deviations;

pub use model::{
    AdditionalProperties, ApiError, Bounded, Cloud, Collection, CountMismatch, CustomCloud,
    Envelope, FieldValue, Identifier, Link, LinkHeader, Locale, LocaleError, Next, Number,
    OutOfBounds, Page, ResourceAttributes, ResourceLinks, Row, Sign, Timestamp, TimestampError,
    ToJson, UnknownCloud, UnknownProperty, decode,
};
#[doc(hidden)]
pub use model::{AsFieldValue, lenient_object, nearest, scalar};

#[cfg(feature = "client")]
pub use raw::RawRequest;

#[cfg(feature = "client")]
#[doc(hidden)]
pub use crate::http::transport;
#[cfg(feature = "client")]
pub use crate::http::{
    Clock, InsecureUrl, RejectedToken, RequestIds, Response, RootUrlError, TokenClaims,
    TokenRejection, TokenRequirements, check_token, token_claims,
};
#[cfg(feature = "client")]
pub use error::{
    BoxError, CredentialFailure, Error, ErrorKind, InvalidRequest, ServiceError, TransportError,
};
#[cfg(feature = "client")]
pub use paging::{PartialList, UnreadableRow};
#[cfg(feature = "client")]
pub use pipeline::{
    AttemptMetrics, CallMetrics, ClientHooks, ClientInfo, DEFAULT_BODY_LIMIT, DecodedResponse,
    Limiter, Observer, OperationInfo, Pipeline, PipelineOptions, ResponseValue, RetryOptions,
    UrlWithQuery, WaitMetrics, encode_path,
};
