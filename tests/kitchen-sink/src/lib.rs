//! Everything that a spec may say and the generator takes, compiled.
//!
//! `xtask/testdata/kitchen-sink.yaml` is the document. Its client, its mocks and its contract
//! cases are generated into this one crate, which stands for each of the crates that they would
//! be in: the hand-written halves are those of the real ones.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "all of this runs in tests, where a panic is how a failure is told"
)]

extern crate self as partner_center;
extern crate self as partner_center_httpmock;

#[path = "../../src/cases.rs"]
pub mod cases;
#[path = "../../../crates/partner-center/src/client_builder.rs"]
mod client_builder;
#[rustfmt::skip]
#[allow(
    clippy::all,
    missing_debug_implementations,
    missing_docs,
    unused_imports,
    reason = "written by `cargo xtask regenerate`"
)]
pub mod generated;
#[path = "../../../crates/partner-center/src/operation.rs"]
mod operation;
#[path = "../../src/parity.rs"]
pub mod parity;
#[path = "../../src/view.rs"]
pub mod view;

pub use client_builder::{BuildError, ClientBuilder};
pub use generated::{Client, MockServerExt, OPERATIONS, builder, fields, types};
pub use operation::{Field, FieldKind, Operation};
pub use partner_center_identity as credential;
pub use progenitor_client::{
    AdditionalProperties, Bounded, Cloud, Collection, Error, Identifier, Limiter, Link, LinkHeader,
    Locale, Number, Page, ResourceAttributes, ResourceLinks, ResponseValue, RetryOptions,
    Timestamp, decode, query,
};
