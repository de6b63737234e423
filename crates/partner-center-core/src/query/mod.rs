//! Query options of the analytics operations: `filter`, `groupby`, `aggregationLevel`, `orderby`.
//!
//! Three layers, each usable alone:
//!
//! | layer | types | knows |
//! |---|---|---|
//! | grammar | [`FilterExpression`], [`Literal`] | how a filter is written and read |
//! | rules | [`partner_center_catalog::Field`] | which field of an operation takes what |
//! | types | [`Field`], [`Filter`], [`GroupBy`], [`OrderBy`] | the same, checked by the compiler |
//!
//! What an operation allows is in the catalog, see [`QueryOperation`]. Text that a person typed
//! is read, checked and brought into the documented spelling by `TryFrom<&str>` and `FromStr`; what
//! a program builds from [`Field`] handles needs no check.
//!
//! Nothing here is percent-encoded: that is done where the request is made (T19).
//!
//! # Examples
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/example.rs"));
//! # use partner_center_core::query::QueryError;
//! # fn main() -> Result<(), QueryError> {
//! use partner_center_core::Timestamp;
//! use partner_center_core::query::{AggregationLevel, Filter, GroupBy, OrderBy};
//!
//! let filter = usage::METER_CATEGORY
//!     .eq("Data Management")
//!     .and(usage::USAGE_DATE.ge("2018-01-01".parse::<Timestamp>().unwrap()));
//! assert_eq!(
//!     filter.to_string(),
//!     "meterCategory eq 'Data Management' and usageDate ge cast('2018-01-01',Edm.DateTimeOffset)"
//! );
//!
//! let typed = Filter::<Usage>::try_from("metercategory EQ 'Data Management' and usageDate ge '2018-01-01'")?;
//! assert_eq!(typed, filter);
//!
//! let groups = GroupBy::by(usage::METER_CATEGORY)
//!     .then(usage::USAGE_DATE)?
//!     .aggregated_by(AggregationLevel::Month)?;
//! assert_eq!(groups.fields_text(), "meterCategory,usageDate");
//!
//! let order = OrderBy::by(usage::METER_CATEGORY.asc()).then(usage::USAGE_DATE.desc())?;
//! assert_eq!(order.to_string(), "meterCategory asc,usageDate desc");
//!
//! let error = Filter::<Usage>::try_from("meterCategory gt 'A'").unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "the field `meterCategory` does not take `gt` in a filter; it takes: `eq`, `ne`"
//! );
//! # Ok(())
//! # }
//! ```

mod aggregation_level;
mod check;
mod conversions;
mod error;
#[cfg(test)]
mod example;
mod expression;
mod fault;
mod field;
mod filter;
mod group_by;
mod guid;
mod list;
mod literal;
pub mod marker;
mod nearest;
mod operation;
mod order_by;
mod parse;

pub use crate::Number;
pub use aggregation_level::AggregationLevel;
pub use error::{QueryError, QueryErrorKind};
pub use expression::{Comparison, FilterExpression, FilterNode};
pub use field::{Field, FilterValue};
pub use filter::Filter;
pub use group_by::{GroupBy, GroupKey};
pub use guid::Guid;
pub use literal::Literal;
pub use operation::QueryOperation;
pub use order_by::{Direction, OrderBy, OrderKey};
pub use partner_center_catalog::Operator;
