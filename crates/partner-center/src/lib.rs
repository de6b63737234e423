#![doc = include_str!("../../../README.md")]
#![cfg_attr(
    not(feature = "client"),
    allow(
        rustdoc::broken_intra_doc_links,
        reason = "README.md speaks of the client"
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
mod operation;

pub use generated::{OPERATIONS, types};
pub use operation::{Field, FieldKind, Operation};
pub use progenitor_client::{
    AdditionalProperties, ApiError, Cloud, Collection, CountMismatch, Locale, LocaleError,
    ResourceAttributes, Timestamp, TimestampError, UnknownCloud, decode,
};

#[cfg(feature = "client")]
pub use client_builder::{BuildError, ClientBuilder};
#[cfg(feature = "client")]
pub use generated::{Client, builder};
#[cfg(feature = "client")]
pub use progenitor_client::{
    CallIds, DEFAULT_BODY_LIMIT, Error, ErrorKind, Response, ResponseValue, ServiceError,
    credential,
};
