//! The parameters of a call, checked against what the specification says of them.
//!
//! [`check()`] is the only way in: path, headers and query of a call are read there and
//! nowhere else. What each operation takes is in the catalog; what the
//! documentation allows beyond the specification is in [`beyond_spec`].

mod beyond_spec;
mod check;
mod customer_filter;
mod filter;
mod lists;
pub(crate) mod problem;
mod query_string;
mod relations;
mod values;

pub(crate) use check::{Call, Paging, check};
pub(crate) use query_string::pairs;
