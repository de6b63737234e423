#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(feature = "client", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "client"),
    doc = "Types of Microsoft's Partner Center analytics API; the feature `client` adds the client."
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
    AttemptMetrics, CallMetrics, DEFAULT_BODY_LIMIT, Error, ErrorKind, InsecureUrl, Limiter,
    Observer, PartialList, RequestIds, Response, ResponseValue, RetryOptions, RootUrlError,
    ServiceError, UnreadableRow, fan_out, paging,
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
#[cfg(feature = "client")]
pub fn check_root_url(url: &url::Url) -> Result<(), RootUrlError> {
    partner_center_core::transport::check_root_url(url)
}

/// Checks that a token may be sent to a URL: `https`, or `http` on loopback.
///
/// # Errors
///
/// [`InsecureUrl`] with the reason.
#[cfg(feature = "client")]
pub fn check_url(url: &url::Url) -> Result<(), InsecureUrl> {
    partner_center_core::transport::check_url(url)
}
