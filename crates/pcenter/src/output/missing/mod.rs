//! Formats in a program that was built without their features: the flags exist and are refused.

#[cfg(not(feature = "jq"))]
pub(super) mod jq;
#[cfg(not(feature = "lake"))]
pub(super) mod parquet;
#[cfg(not(feature = "xlsx"))]
pub(super) mod xlsx;
