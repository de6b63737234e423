//! What an operation allows: the tables that the spec's extensions become.

use std::fmt;

/// An operation with query options, and what it allows in them.
///
/// Implemented by a marker type per operation, made from the spec: `x-filter-fields`,
/// `x-group-fields`, `x-group-measures` and `x-order-fields`. The marker is the `O` of
/// [`Field`](super::Field), [`Filter`](super::Filter), [`GroupBy`](super::GroupBy) and
/// [`OrderBy`](super::OrderBy), so that what belongs to one operation does not fit another.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an operation with query options",
    note = "use the marker type that was generated for the operation"
)]
pub trait QueryOperation: Copy + fmt::Debug + Eq + Send + Sync + 'static {
    /// The operation's id in the spec, such as `azure_usage`.
    const ID: &'static str;

    /// The fields that `filter` takes; none when the operation has no `filter`.
    const FILTER_FIELDS: &'static [FilterField];

    /// The fields that `groupby` takes; none when the operation has no `groupby`.
    const GROUP_FIELDS: &'static [GroupField];

    /// The fields that `orderby` takes; none when the operation has no `orderby` (T46).
    const ORDER_FIELDS: &'static [&'static str];

    /// The fields that every group has besides those it was made by.
    const GROUP_MEASURES: &'static [&'static str];

    /// Whether the operation takes `aggregationLevel`.
    const AGGREGATION: bool;
}

/// A field that `filter` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct FilterField {
    /// The documented spelling, which is the one that is sent (T31).
    pub name: &'static str,
    /// What the field is compared with.
    pub kind: ValueKind,
    /// What the field is compared by.
    pub operators: &'static [Operator],
}

impl FilterField {
    /// A field called `name`, compared with values of `kind` by `operators`.
    #[must_use]
    pub const fn new(name: &'static str, kind: ValueKind, operators: &'static [Operator]) -> Self {
        Self {
            name,
            kind,
            operators,
        }
    }
}

/// A field that `groupby` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct GroupField {
    /// The documented spelling, which is the one that is sent (T31).
    pub name: &'static str,
    /// Whether the field is a date, so that `aggregationLevel` acts on it (T34).
    pub is_date: bool,
}

impl GroupField {
    /// A field called `name`.
    #[must_use]
    pub const fn new(name: &'static str, is_date: bool) -> Self {
        Self { name, is_date }
    }
}

/// What a field is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ValueKind {
    /// Any text, in single quotes; `string` in the spec.
    Text,
    /// A GUID, written like text; `guid` in the spec.
    Guid,
    /// `true` or `false`, without quotes; `boolean` in the spec.
    Boolean,
    /// A moment or a day, written with `cast` (T37); `date-time` in the spec.
    DateTime,
    /// A decimal number, without quotes; `number` in the spec.
    Number,
}

impl ValueKind {
    /// What a value of this kind looks like, for error messages.
    pub(super) const fn form(self) -> &'static str {
        match self {
            Self::Text => "text in single quotes such as `'o365'`",
            Self::Guid => "a GUID such as `'0112a436-b14e-4888-967b-ca4bb2cf1234'`",
            Self::Boolean => "`true` or `false` without quotes",
            Self::DateTime => "a day of the calendar such as `'2018-01-01'`",
            Self::Number => "a number without quotes such as `5`",
        }
    }
}

/// An operator of the filter grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operator {
    /// `eq`: equal to the value.
    Equal,
    /// `ne`: not equal to the value.
    NotEqual,
    /// `gt`: greater, or later, than the value.
    Greater,
    /// `ge`: not less, or not earlier, than the value.
    GreaterOrEqual,
    /// `lt`: less, or earlier, than the value.
    Less,
    /// `le`: not greater, or not later, than the value.
    LessOrEqual,
    /// `contains`: the value is a part of the text; written as a function, `contains(field,'text')`
    /// (T39).
    Contains,
}

impl Operator {
    /// Every operator.
    pub const ALL: [Self; 7] = [
        Self::Equal,
        Self::NotEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Less,
        Self::LessOrEqual,
        Self::Contains,
    ];

    /// The word that is sent, which is also the one in the spec's `x-filter-fields`.
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

    /// The operator called `name`, in any letter case.
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
