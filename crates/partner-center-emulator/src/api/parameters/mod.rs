//! Parameters of a call, checked against the specification.
//!
//! [`check()`] is the only entry point; it reads path, headers and query of a call. The
//! catalog has the parameters of each operation, and [`beyond_spec`] has the values that
//! the documentation allows beyond the specification.

mod beyond_spec;
mod check;
mod customer_filter;
mod filter;
pub(crate) mod lists;
pub(crate) mod problem;
mod query_string;
pub(crate) mod relations;
mod values;

pub(crate) use check::{Call, Paging, Parameters, check};
pub(crate) use customer_filter::CustomerFilter;
pub(crate) use query_string::pairs;
