#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(feature = "profiles", doc = include_str!("../README.md"))]
#![cfg_attr(
    all(feature = "client", not(feature = "profiles")),
    doc = "Client for Microsoft's Partner Center analytics API. The feature `profiles` adds the examples."
)]
#![cfg_attr(
    not(feature = "client"),
    doc = "Types of Microsoft's Partner Center analytics API; the feature `client` adds the client."
)]
//!
//! # Map
//!
//! | path | content |
//! |---|---|
//! | [`Client`], [`ClientBuilder`] | one method per operation; settings |
//! | [`builder`] | request builders: parameters, `send`, `pages`, `items`, `collect_all` |
//! | [`RawRequest`] | calls of any path, without a described operation |
//! | [`types`] | rows and other response types; the feature `type-builders` adds a builder to each |
//! | [`fields`], [`query`] | typed filters, groups and sort orders |
//! | [`Page`], [`Collection`], [`Timestamp`], [`Number`], [`AdditionalProperties`] | envelopes and values of responses |
//! | [`paging`], [`fan_out`] | listings and continuations; concurrent calls for many keys |
//! | [`credential`] | credentials, stores of refresh tokens, profiles: the crate `partner-center-identity` |
//! | [`Error`], [`ErrorKind`], [`RetryOptions`], [`Limiter`], [`Observer`] | errors, retries, throttling, metrics |
//! | [`catalog`] | every operation as data: the crate `partner-center-catalog` |
//! | [`guide`] | guides, by subject |
#![cfg_attr(
    not(feature = "profiles"),
    allow(
        rustdoc::broken_intra_doc_links,
        reason = "the map links to items of the features `client` and `profiles`"
    )
)]

#[cfg(feature = "client")]
mod client_builder;
#[rustfmt::skip]
#[allow(
    clippy::all,
    missing_docs,
    reason = "written by `cargo xtask regenerate`; what it says about the API comes from the spec"
)]
mod generated;
// Documentation only; its examples use profiles.
#[cfg(all(feature = "profiles", any(doc, doctest)))]
pub mod guide;
#[cfg(feature = "profiles")]
mod stored_sign_in;

pub use generated::{fields, types};
pub use partner_center_catalog as catalog;
pub use partner_center_catalog::{Field, FieldKind, OPERATIONS, Operation};
pub use partner_center_core::{
    AdditionalProperties, ApiError, Bounded, Cloud, Collection, CountMismatch, CustomCloud,
    Envelope, FieldValue, Identifier, Link, LinkHeader, Locale, LocaleError, Next, Number,
    OutOfBounds, Page, ResourceAttributes, ResourceLinks, Row, Sign, Timestamp, TimestampError,
    ToJson, UnknownCloud, UnknownProperty, decode, query,
};

#[cfg(feature = "client")]
pub use client_builder::{BuildError, ClientBuilder};
#[cfg(feature = "client")]
pub use generated::{Client, builder};
#[cfg(feature = "client")]
pub use partner_center_core::{
    AttemptMetrics, BoxError, CallMetrics, DEFAULT_BODY_LIMIT, Error, ErrorKind, InsecureUrl,
    InvalidRequest, Limiter, Observer, PartialList, RawRequest, RequestIds, Response,
    ResponseValue, RetryOptions, RootUrlError, ServiceError, TransportError, UnreadableRow,
    WaitMetrics, fan_out, paging,
};
#[cfg(feature = "client")]
#[doc(inline)]
pub use partner_center_identity as credential;

/// Checks that a URL can be the root of the API or of a sign-in service: [`check_url`] accepts it,
/// and it has no user name, password, query and fragment.
///
/// # Errors
///
/// [`RootUrlError`] with all problems.
///
/// # Examples
///
/// ```
/// use partner_center::check_root_url;
///
/// assert!(check_root_url(&"https://api.partnercenter.microsoft.com".parse()?).is_ok());
///
/// let error = check_root_url(&"https://user@api.example/?x=1".parse()?).unwrap_err();
/// assert_eq!(error.problems.len(), 2);
/// # Ok::<(), url::ParseError>(())
/// ```
#[cfg(feature = "client")]
pub fn check_root_url(url: &url::Url) -> Result<(), RootUrlError> {
    partner_center_core::transport::check_root_url(url)
}

/// Checks that a token may be sent to a URL: `https`, or `http` on loopback.
///
/// # Errors
///
/// [`InsecureUrl`] with the reason.
///
/// # Examples
///
/// ```
/// use partner_center::check_url;
///
/// assert!(check_url(&"https://api.partnercenter.microsoft.com/v1".parse()?).is_ok());
/// assert!(check_url(&"http://127.0.0.1:8080".parse()?).is_ok());
/// assert!(check_url(&"http://api.partnercenter.microsoft.com".parse()?).is_err());
/// # Ok::<(), url::ParseError>(())
/// ```
#[cfg(feature = "client")]
pub fn check_url(url: &url::Url) -> Result<(), InsecureUrl> {
    partner_center_core::transport::check_url(url)
}
