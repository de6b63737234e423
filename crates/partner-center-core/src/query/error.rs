//! Errors of query options, and their messages.

use std::fmt;

use partner_center_catalog::FieldKind;

use super::Operator;
use super::QueryErrorKind as Kind;
use crate::model::nearest::nearest;

/// Maximum number of names in a message. The longest documented list has 21.
const LIST_LIMIT: usize = 32;

/// Query option of an error.
#[derive(Clone, Copy, Debug)]
pub(super) enum QueryOption {
    Filter,
    GroupBy,
    OrderBy,
}

impl fmt::Display for QueryOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Filter => "filter",
            Self::GroupBy => "groupby",
            Self::OrderBy => "orderby",
        })
    }
}

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

#[derive(Clone, Debug, PartialEq, Eq)]
struct Problem {
    kind: Kind,
    column: Option<usize>,
    message: String,
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
        self.problem.kind
    }

    /// Returns the position in the text at which parsing stopped, in characters from 1; `None` if
    /// the error is not one of parsing.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.problem.column
    }

    fn new(kind: Kind, message: String) -> Self {
        let column = None;
        Self {
            problem: Box::new(Problem {
                kind,
                column,
                message,
            }),
        }
    }

    fn at(mut self, column: usize) -> Self {
        self.problem.column = Some(column);
        self
    }

    /// `found` is empty at the end of the text.
    pub(super) fn syntax(
        option: QueryOption,
        column: usize,
        expected: &'static str,
        found: &str,
        hint: Option<&'static str>,
    ) -> Self {
        let found = match found {
            "" => "the end".to_owned(),
            found => format!("`{}`", excerpt(found)),
        };
        let hint = hint.map_or_else(String::new, |hint| format!("; {hint}"));
        let message = format!(
            "`{option}` is invalid at column {column}: expected {expected}, found {found}{hint}"
        );
        Self::new(Kind::Syntax, message).at(column)
    }

    pub(super) fn too_long(option: QueryOption, length: usize, limit: usize) -> Self {
        let message = format!("`{option}` is too long: {length} bytes; the limit is {limit} bytes");
        Self::new(Kind::TooLarge, message)
    }

    pub(super) fn too_deep(column: usize, limit: usize) -> Self {
        let message = format!(
            "`filter` is nested too deeply at column {column}: \
             the limit is {limit} nested parentheses"
        );
        Self::new(Kind::TooLarge, message).at(column)
    }

    pub(super) fn not_a_field_name(name: &str) -> Self {
        let message = format!(
            "`{}` is not a field name; \
             expected a letter or `_` and then letters, digits or `_`",
            excerpt(name)
        );
        Self::new(Kind::Syntax, message)
    }

    pub(super) fn unknown_field(option: QueryOption, name: &str, allowed: &[&'static str]) -> Self {
        let suggestion = nearest(name, allowed.iter().copied());
        let suggestion =
            suggestion.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
        let allowed = match allowed {
            [] => "it takes no fields".to_owned(),
            allowed => format!("allowed: {}", List(allowed)),
        };
        let name = excerpt(name);
        let message = format!("`{option}` does not take the field `{name}`{suggestion}; {allowed}");
        Self::new(Kind::UnknownField, message)
    }

    pub(super) fn group_measure(name: &'static str) -> Self {
        let message = format!(
            "`groupby` does not take the field `{name}`: it is a measure, \
             which every group contains anyway"
        );
        Self::new(Kind::UnknownField, message)
    }

    pub(super) fn operator_not_allowed(
        field: &str,
        operator: Operator,
        allowed: &[Operator],
    ) -> Self {
        let message = format!(
            "the field `{}` does not take `{operator}` in a filter; it takes: {}",
            excerpt(field),
            List(allowed)
        );
        Self::new(Kind::OperatorNotAllowed, message)
    }

    pub(super) fn wrong_value(field: &str, expected: FieldKind, found: &impl fmt::Display) -> Self {
        let message = format!(
            "the field `{}` cannot be compared with `{}`; expected {}",
            excerpt(field),
            excerpt(&found.to_string()),
            format_of(expected)
        );
        Self::new(Kind::WrongValue, message)
    }

    pub(super) fn contains_takes_text(field: &str, found: &impl fmt::Display) -> Self {
        let message = format!(
            "`contains` on the field `{}` cannot search for `{}`; expected {}",
            excerpt(field),
            excerpt(&found.to_string()),
            format_of(FieldKind::Text)
        );
        Self::new(Kind::WrongValue, message)
    }

    pub(super) fn not_a_guid(text: &str) -> Self {
        let message = format!(
            "`{}` is not a GUID; expected the format `0112a436-b14e-4888-967b-ca4bb2cf1234`",
            excerpt(text)
        );
        Self::new(Kind::WrongValue, message)
    }

    pub(crate) fn not_a_number(text: &str) -> Self {
        let message = format!(
            "`{}` is not a valid number in a filter; \
             expected a finite decimal number such as `5` or `-0.25`",
            excerpt(text)
        );
        Self::new(Kind::WrongValue, message)
    }

    pub(super) fn empty_values(field: &str) -> Self {
        let message = format!(
            "the list of values for the field `{}` is empty, so no row could match; \
             expected one or more values",
            excerpt(field)
        );
        Self::new(Kind::Empty, message)
    }

    pub(super) fn empty_fields(option: QueryOption) -> Self {
        let message = format!("`{option}` has no field; give one or more fields, or leave it out");
        Self::new(Kind::Empty, message)
    }

    pub(super) fn duplicate(option: QueryOption, name: &'static str) -> Self {
        let message = format!("`{option}` lists the field `{name}` twice; list every field once");
        Self::new(Kind::Duplicate, message)
    }

    pub(super) fn unknown_level(text: &str) -> Self {
        let message = format!(
            "`{}` is not an aggregation level; expected `day`, `week` or `month`",
            excerpt(text)
        );
        Self::new(Kind::Aggregation, message)
    }

    pub(super) fn aggregation_without_date(
        grouped: &[&'static str],
        dates: &[&'static str],
    ) -> Self {
        let grouped = match grouped {
            [] => "without grouping".to_owned(),
            grouped => format!("among {}", List(grouped)),
        };
        let dates = match dates {
            [] => "this operation has no date to group by".to_owned(),
            dates => format!("group by one of: {}", List(dates)),
        };
        let message = format!(
            "an aggregation level applies to the dates in `groupby`, but there is none \
             {grouped}; {dates}"
        );
        Self::new(Kind::Aggregation, message)
    }

    pub(super) fn no_aggregation(operation: &'static str) -> Self {
        let message =
            format!("the operation `{operation}` does not take an aggregation level; leave it out");
        Self::new(Kind::Aggregation, message)
    }

    pub(super) fn no_option(option: QueryOption, operation: &'static str) -> Self {
        let instead = match option {
            QueryOption::Filter => "filter",
            QueryOption::GroupBy => "group",
            QueryOption::OrderBy => "sort",
        };
        let message = format!(
            "the operation `{operation}` does not take `{option}`; \
             leave it out and {instead} the rows received"
        );
        Self::new(Kind::NotSupported, message)
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem.message)
    }
}

impl std::error::Error for QueryError {}

/// Returns the beginning of a text for a message.
fn excerpt(text: &str) -> Box<str> {
    crate::model::sanitize::excerpt(text, 60)
}

/// Returns the format of a value of `kind` in a filter.
const fn format_of(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Guid => "a GUID such as `'0112a436-b14e-4888-967b-ca4bb2cf1234'`",
        FieldKind::Boolean => "`true` or `false` without quotes",
        FieldKind::Timestamp => "a valid date such as `'2018-01-01'`",
        FieldKind::Count | FieldKind::Number => "a number without quotes such as `5`",
        _ => "text in single quotes such as `'o365'`",
    }
}

/// Displays names in backticks, separated by commas. A list that is too long is cut.
struct List<'a, T>(&'a [T]);

impl<T: fmt::Display> fmt::Display for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().take(LIST_LIMIT).enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}`{name}`")?;
        }
        match self.0.len().saturating_sub(LIST_LIMIT) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_stays_small() {
        assert_eq!(size_of::<Result<(), QueryError>>(), size_of::<usize>());
    }

    #[test]
    fn a_long_list_is_cut() {
        let names = ["abc"; 40];
        let text = List(&names).to_string();
        assert!(text.ends_with("`abc` and 8 more"), "{text}");
    }
}
