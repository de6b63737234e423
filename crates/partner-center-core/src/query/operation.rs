//! Tables of the fields that an operation allows in query options, generated from the spec.

use std::fmt;

/// Operation with query options, and the fields that they accept.
///
/// Implemented by a marker type per operation, generated from `x-filter-fields`, `x-group-fields`,
/// `x-group-measures` and `x-order-fields` of the spec. The marker type is the parameter `O` of
/// [`Field`](super::Field), [`Filter`](super::Filter), [`GroupBy`](super::GroupBy) and
/// [`OrderBy`](super::OrderBy), so that options of one operation cannot be used for another.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an operation with query options",
    note = "use the marker type that was generated for the operation"
)]
pub trait QueryOperation: Copy + fmt::Debug + Eq + Send + Sync + 'static {
    /// `operationId` of the spec, such as `azure_usage`.
    const ID: &'static str;

    /// Fields that `filter` accepts; empty if the operation has no `filter`.
    const FILTER_FIELDS: &'static [FilterField];

    /// Fields that `groupby` accepts; empty if the operation has no `groupby`.
    const GROUP_FIELDS: &'static [GroupField];

    /// Fields that `orderby` accepts; empty if the operation has no `orderby` (T46).
    const ORDER_FIELDS: &'static [&'static str];

    /// Fields that every group has in addition to those of `groupby`.
    const GROUP_MEASURES: &'static [&'static str];

    /// Whether the operation accepts `aggregationLevel`.
    const AGGREGATION: bool;
}

/// Field that `filter` accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct FilterField {
    /// Documented spelling, which is sent (T31).
    pub name: &'static str,
    /// Kind of the values that the field is compared with.
    pub kind: ValueKind,
    /// Operators that the field accepts.
    pub operators: &'static [Operator],
}

impl FilterField {
    /// Creates the field `name`, which is compared with values of `kind` by `operators`.
    #[must_use]
    pub const fn new(name: &'static str, kind: ValueKind, operators: &'static [Operator]) -> Self {
        Self {
            name,
            kind,
            operators,
        }
    }
}

/// Field that `groupby` accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct GroupField {
    /// Documented spelling, which is sent (T31).
    pub name: &'static str,
    /// Whether the field is a date, to which `aggregationLevel` applies (T34).
    pub is_date: bool,
}

impl GroupField {
    /// Creates the field `name`.
    #[must_use]
    pub const fn new(name: &'static str, is_date: bool) -> Self {
        Self { name, is_date }
    }
}

/// Kind of the values that a field is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ValueKind {
    /// Text, in single quotes; `string` in the spec.
    Text,
    /// GUID, written like text; `guid` in the spec.
    Guid,
    /// `true` or `false`, without quotes; `boolean` in the spec.
    Boolean,
    /// Moment or day, written with `cast` (T37); `date-time` in the spec.
    DateTime,
    /// Decimal number, without quotes; `number` in the spec.
    Number,
}

impl ValueKind {
    /// Returns the format of a value of this kind, for error messages.
    pub(super) const fn form(self) -> &'static str {
        match self {
            Self::Text => "text in single quotes such as `'o365'`",
            Self::Guid => "a GUID such as `'0112a436-b14e-4888-967b-ca4bb2cf1234'`",
            Self::Boolean => "`true` or `false` without quotes",
            Self::DateTime => "a valid date such as `'2018-01-01'`",
            Self::Number => "a number without quotes such as `5`",
        }
    }
}

/// Operator of the filter grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operator {
    /// `eq`: equal to the value.
    Equal,
    /// `ne`: not equal to the value.
    NotEqual,
    /// `gt`: greater or later than the value.
    Greater,
    /// `ge`: greater than or equal to the value, or not earlier.
    GreaterOrEqual,
    /// `lt`: less or earlier than the value.
    Less,
    /// `le`: less than or equal to the value, or not later.
    LessOrEqual,
    /// `contains`: the text of the field contains the value. Written as a function,
    /// `contains(field,'text')` (T39).
    Contains,
}

impl Operator {
    /// All operators.
    pub const ALL: [Self; 7] = [
        Self::Equal,
        Self::NotEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Less,
        Self::LessOrEqual,
        Self::Contains,
    ];

    /// Returns the word that is sent, which `x-filter-fields` of the spec uses, too.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "ne",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "ge",
            Self::Less => "lt",
            Self::LessOrEqual => "le",
            Self::Contains => "contains",
        }
    }

    /// Returns the operator `name`, case-insensitively.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operator| operator.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_read_back_in_any_letter_case() {
        for operator in Operator::ALL {
            assert_eq!(
                Operator::from_name(&operator.to_string().to_uppercase()),
                Some(operator)
            );
        }
        assert_eq!(Operator::from_name("like"), None);
    }
}
