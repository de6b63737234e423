//! Query options of the analytics operations: `filter`, `groupby`, `aggregationLevel`, `orderby`.
//!
//! The module has three layers, which can be used separately:
//!
//! | layer | types | purpose |
//! |---|---|---|
//! | grammar | [`FilterExpression`], [`Literal`] | writing and parsing filters |
//! | rules | [`partner_center_catalog::Field`] | fields that an operation allows |
//! | types | [`Field`], [`Filter`], [`GroupBy`], [`OrderBy`] | rules that the compiler checks |
//!
//! The catalog states what an operation allows, see [`QueryOperation`]. `TryFrom<&str>` and
//! `FromStr` parse and check text of a user and convert it to the documented spelling. Options that
//! a program builds from [`Field`] constants need no check.
//!
//! The text of an option is not percent-encoded; the request builder does that
//! ([T19](crate::deviations#t19)).
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
mod error;
#[cfg(test)]
mod example;
mod expression;
mod field;
mod filter;
mod group_by;
mod guid;
mod list;
mod literal;
pub mod marker;
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
