//! Errors of query options.

use std::fmt;

use super::nearest::nearest;
use super::problem::{Problem, QueryOption, excerpt};
use partner_center_catalog::FieldKind;

use super::Operator;

/// Error of a query option that cannot be sent, with the problem and the allowed values.
///
/// The message is a single line of limited length. It contains at most 60 characters of the input,
/// with control characters escaped.
///
/// ```
/// use partner_center_core::query::{FilterExpression, QueryErrorKind};
///
/// let error = "channel equals 'reseller'".parse::<FilterExpression>().unwrap_err();
/// assert_eq!(error.kind(), QueryErrorKind::Syntax);
/// assert_eq!(error.column(), Some(9));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueryError {
    // Boxed, so that a `Result` with it stays small.
    problem: Box<Problem>,
}

/// Kind of a [`QueryError`].
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/example.rs"));
/// # fn main() {
/// use partner_center_core::query::{Filter, QueryErrorKind};
///
/// let kind = |text: &str| Filter::<Usage>::try_from(text).unwrap_err().kind();
/// assert_eq!(kind("colour eq 'red'"), QueryErrorKind::UnknownField);
/// assert_eq!(kind("meterCategory gt 'A'"), QueryErrorKind::OperatorNotAllowed);
/// assert_eq!(kind("usageDate gt 'tomorrow'"), QueryErrorKind::WrongValue);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QueryErrorKind {
    /// The text does not follow the grammar.
    Syntax,
    /// The text is too long, or its parentheses are nested too deeply.
    TooLarge,
    /// The option does not accept the field.
    UnknownField,
    /// The field does not accept the operator.
    OperatorNotAllowed,
    /// The value is invalid, or of another kind than the field.
    WrongValue,
    /// A list is empty.
    Empty,
    /// A field is listed twice.
    Duplicate,
    /// The aggregation level is unknown, or has no effect.
    Aggregation,
    /// The operation does not accept the option.
    NotSupported,
}

impl QueryError {
    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> QueryErrorKind {
        self.problem.kind()
    }

    /// Returns the position in the text at which parsing stopped, in characters from 1; `None` if
    /// the error is not one of parsing.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        match *self.problem {
            Problem::Syntax { column, .. } | Problem::TooDeep { column, .. } => Some(column),
            _ => None,
        }
    }

    fn new(problem: Problem) -> Self {
        Self {
            problem: Box::new(problem),
        }
    }

    pub(super) fn syntax(
        option: QueryOption,
        column: usize,
        expected: &'static str,
        found: &str,
        hint: Option<&'static str>,
    ) -> Self {
        Self::new(Problem::Syntax {
            option,
            column,
            expected,
            found: (!found.is_empty()).then(|| excerpt(found)),
            hint,
        })
    }

    pub(super) fn too_long(option: QueryOption, length: usize, limit: usize) -> Self {
        Self::new(Problem::TooLong {
            option,
            length,
            limit,
        })
    }

    pub(super) fn too_deep(column: usize, limit: usize) -> Self {
        Self::new(Problem::TooDeep { column, limit })
    }

    pub(super) fn not_a_field_name(name: &str) -> Self {
        Self::new(Problem::FieldName {
            name: excerpt(name),
        })
    }

    pub(super) fn unknown_field(
        option: QueryOption,
        name: &str,
        allowed: Vec<&'static str>,
    ) -> Self {
        Self::new(Problem::UnknownField {
            option,
            name: excerpt(name),
            suggestion: nearest(name, &allowed),
            allowed,
        })
    }

    pub(super) fn group_measure(name: &'static str) -> Self {
        Self::new(Problem::GroupMeasure { name })
    }

    pub(super) fn operator_not_allowed(
        field: &str,
        operator: Operator,
        allowed: &[Operator],
    ) -> Self {
        Self::new(Problem::Operator {
            field: excerpt(field),
            operator,
            allowed: allowed.to_vec(),
        })
    }

    pub(super) fn wrong_value(field: &str, expected: FieldKind, found: &impl fmt::Display) -> Self {
        Self::new(Problem::Value {
            field: excerpt(field),
            expected,
            found: excerpt(&found.to_string()),
        })
    }

    pub(super) fn contains_takes_text(field: &str, found: &impl fmt::Display) -> Self {
        Self::new(Problem::ContainsValue {
            field: excerpt(field),
            found: excerpt(&found.to_string()),
        })
    }

    pub(super) fn not_a_guid(text: &str) -> Self {
        Self::new(Problem::Guid {
            text: excerpt(text),
        })
    }

    pub(crate) fn not_a_number(text: &str) -> Self {
        Self::new(Problem::Number {
            text: excerpt(text),
        })
    }

    pub(super) fn empty_values(field: &str) -> Self {
        Self::new(Problem::EmptyValues {
            field: excerpt(field),
        })
    }

    pub(super) fn empty_fields(option: QueryOption) -> Self {
        Self::new(Problem::EmptyFields { option })
    }

    pub(super) fn duplicate(option: QueryOption, name: &'static str) -> Self {
        Self::new(Problem::Duplicate { option, name })
    }

    pub(super) fn unknown_level(text: &str) -> Self {
        Self::new(Problem::UnknownLevel {
            text: excerpt(text),
        })
    }

    pub(super) fn aggregation_without_date(
        grouped: Vec<&'static str>,
        dates: Vec<&'static str>,
    ) -> Self {
        Self::new(Problem::AggregationWithoutDate { grouped, dates })
    }

    pub(super) fn no_aggregation(operation: &'static str) -> Self {
        Self::new(Problem::NoAggregation { operation })
    }

    pub(super) fn no_option(option: QueryOption, operation: &'static str) -> Self {
        Self::new(Problem::NoOption { option, operation })
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.problem, f)
    }
}

impl std::error::Error for QueryError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_stays_small() {
        assert_eq!(size_of::<Result<(), QueryError>>(), size_of::<usize>());
    }
}
