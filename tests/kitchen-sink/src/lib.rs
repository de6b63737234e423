//! Compiled code of every construct that the generator supports.
//!
//! `xtask/testdata/kitchen-sink.yaml` is the document. Its client, its mocks and its contract
//! cases are generated into this single crate, with the hand-written modules of the real crates.

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
    clippy::return_self_not_must_use,
    missing_debug_implementations,
    missing_docs,
    unused_imports,
    reason = "written by `cargo xtask regenerate`"
)]
pub mod generated;
/// The operations, as the catalog crate has those of the service.
pub mod catalog {
    pub use partner_center_catalog::*;

    pub use crate::generated::operations;
}
#[path = "../../src/parity.rs"]
pub mod parity;
#[path = "../../src/view.rs"]
pub mod view;

pub use client_builder::{BuildError, ClientBuilder};
pub use generated::operations::OPERATIONS;
pub use generated::{Client, MockServerExt, builder, fields, types};
pub use partner_center_core::{
    AdditionalProperties, Bounded, Cloud, Collection, Error, Identifier, Limiter, Link, LinkHeader,
    Locale, Number, Page, ResourceAttributes, ResourceLinks, ResponseValue, RetryOptions,
    Timestamp, decode, query,
};
pub use partner_center_identity as credential;
