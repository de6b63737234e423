//! Problems behind a `QueryError`, and their messages.

use std::fmt;

use partner_center_catalog::FieldKind;

use super::{Operator, QueryErrorKind};

/// Maximum number of names in a message. The longest documented list has 21.
const LIST_LIMIT: usize = 32;

/// Returns the format of a value of `kind` in a filter, for error messages.
const fn form(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Guid => "a GUID such as `'0112a436-b14e-4888-967b-ca4bb2cf1234'`",
        FieldKind::Boolean => "`true` or `false` without quotes",
        FieldKind::Timestamp => "a valid date such as `'2018-01-01'`",
        FieldKind::Count | FieldKind::Number => "a number without quotes such as `5`",
        _ => "text in single quotes such as `'o365'`",
    }
}

/// Query option of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QueryOption {
    Filter,
    GroupBy,
    OrderBy,
}

impl QueryOption {
    const fn name(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::GroupBy => "groupby",
            Self::OrderBy => "orderby",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    Syntax {
        option: QueryOption,
        /// Position in characters, from 1.
        column: usize,
        expected: &'static str,
        /// Found text; `None` at the end of the text.
        found: Option<Box<str>>,
        hint: Option<&'static str>,
    },
    TooLong {
        option: QueryOption,
        length: usize,
        limit: usize,
    },
    TooDeep {
        column: usize,
        limit: usize,
    },
    FieldName {
        name: Box<str>,
    },
    UnknownField {
        option: QueryOption,
        name: Box<str>,
        suggestion: Option<&'static str>,
        allowed: Vec<&'static str>,
    },
    GroupMeasure {
        name: &'static str,
    },
    Operator {
        field: Box<str>,
        operator: Operator,
        allowed: Vec<Operator>,
    },
    Value {
        field: Box<str>,
        expected: FieldKind,
        found: Box<str>,
    },
    ContainsValue {
        field: Box<str>,
        found: Box<str>,
    },
    Guid {
        text: Box<str>,
    },
    Number {
        text: Box<str>,
    },
    EmptyValues {
        field: Box<str>,
    },
    EmptyFields {
        option: QueryOption,
    },
    Duplicate {
        option: QueryOption,
        name: &'static str,
    },
    UnknownLevel {
        text: Box<str>,
    },
    AggregationWithoutDate {
        grouped: Vec<&'static str>,
        dates: Vec<&'static str>,
    },
    NoAggregation {
        operation: &'static str,
    },
    NoOption {
        option: QueryOption,
        operation: &'static str,
    },
}

impl Problem {
    pub(super) fn kind(&self) -> QueryErrorKind {
        match self {
            Self::Syntax { .. } | Self::FieldName { .. } => QueryErrorKind::Syntax,
            Self::TooLong { .. } | Self::TooDeep { .. } => QueryErrorKind::TooLarge,
            Self::UnknownField { .. } | Self::GroupMeasure { .. } => QueryErrorKind::UnknownField,
            Self::Operator { .. } => QueryErrorKind::OperatorNotAllowed,
            Self::Value { .. }
            | Self::ContainsValue { .. }
            | Self::Guid { .. }
            | Self::Number { .. } => QueryErrorKind::WrongValue,
            Self::EmptyValues { .. } | Self::EmptyFields { .. } => QueryErrorKind::Empty,
            Self::Duplicate { .. } => QueryErrorKind::Duplicate,
            Self::UnknownLevel { .. }
            | Self::AggregationWithoutDate { .. }
            | Self::NoAggregation { .. } => QueryErrorKind::Aggregation,
            Self::NoOption { .. } => QueryErrorKind::NotSupported,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax {
                option,
                column,
                expected,
                found,
                hint,
            } => {
                let option = option.name();
                write!(
                    f,
                    "`{option}` is invalid at column {column}: expected {expected}, found "
                )?;
                match found {
                    Some(found) => write!(f, "`{found}`")?,
                    None => f.write_str("the end")?,
                }
                match hint {
                    Some(hint) => write!(f, "; {hint}"),
                    None => Ok(()),
                }
            }
            Self::TooLong {
                option,
                length,
                limit,
            } => {
                let option = option.name();
                write!(
                    f,
                    "`{option}` is too long: {length} bytes; the limit is {limit} bytes"
                )
            }
            Self::TooDeep { column, limit } => write!(
                f,
                "`filter` is nested too deeply at column {column}: \
                 the limit is {limit} nested parentheses"
            ),
            Self::FieldName { name } => write!(
                f,
                "`{name}` is not a field name; \
                 expected a letter or `_` and then letters, digits or `_`"
            ),
            Self::UnknownField {
                option,
                name,
                suggestion,
                allowed,
            } => {
                write!(f, "`{}` does not take the field `{name}`", option.name())?;
                if let Some(suggestion) = suggestion {
                    write!(f, "; did you mean `{suggestion}`?")?;
                }
                match allowed.is_empty() {
                    true => f.write_str("; it takes no fields"),
                    false => write!(f, "; allowed: {}", List(allowed)),
                }
            }
            Self::GroupMeasure { name } => write!(
                f,
                "`groupby` does not take the field `{name}`: it is a measure, \
                 which every group contains anyway"
            ),
            Self::Operator {
                field,
                operator,
                allowed,
            } => {
                write!(
                    f,
                    "the field `{field}` does not take `{operator}` in a filter; it takes: {}",
                    List(allowed)
                )
            }
            Self::Value {
                field,
                expected,
                found,
            } => write!(
                f,
                "the field `{field}` cannot be compared with `{found}`; expected {}",
                form(*expected)
            ),
            Self::ContainsValue { field, found } => write!(
                f,
                "`contains` on the field `{field}` cannot search for `{found}`; expected {}",
                form(FieldKind::Text)
            ),
            Self::Guid { text } => write!(
                f,
                "`{text}` is not a GUID; expected the format `0112a436-b14e-4888-967b-ca4bb2cf1234`"
            ),
            Self::Number { text } => write!(
                f,
                "`{text}` is not a valid number in a filter; \
                 expected a finite decimal number such as `5` or `-0.25`"
            ),
            Self::EmptyValues { field } => write!(
                f,
                "the list of values for the field `{field}` is empty, so no row could match; \
                 expected one or more values"
            ),
            Self::EmptyFields { option } => {
                let option = option.name();
                write!(
                    f,
                    "`{option}` has no field; give one or more fields, or leave it out"
                )
            }
            Self::Duplicate { option, name } => {
                let option = option.name();
                write!(
                    f,
                    "`{option}` lists the field `{name}` twice; list every field once"
                )
            }
            Self::UnknownLevel { text } => write!(
                f,
                "`{text}` is not an aggregation level; expected `day`, `week` or `month`"
            ),
            Self::AggregationWithoutDate { grouped, dates } => {
                f.write_str(
                    "an aggregation level applies to the dates in `groupby`, but there is none ",
                )?;
                match grouped.is_empty() {
                    true => f.write_str("without grouping")?,
                    false => write!(f, "among {}", List(grouped))?,
                }
                match dates.is_empty() {
                    true => f.write_str("; this operation has no date to group by"),
                    false => write!(f, "; group by one of: {}", List(dates)),
                }
            }
            Self::NoAggregation { operation } => write!(
                f,
                "the operation `{operation}` does not take an aggregation level; leave it out"
            ),
            Self::NoOption { option, operation } => {
                let advice = match option {
                    QueryOption::Filter => "leave it out and filter the rows received",
                    QueryOption::GroupBy => "leave it out and group the rows received",
                    QueryOption::OrderBy => "leave it out and sort the rows received",
                };
                let option = option.name();
                write!(
                    f,
                    "the operation `{operation}` does not take `{option}`; {advice}"
                )
            }
        }
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

/// Returns the beginning of a text for a message.
pub(super) fn excerpt(text: &str) -> Box<str> {
    crate::model::sanitize::excerpt(text, 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_cut() {
        let names = ["abc"; 40];
        let text = List(&names).to_string();
        assert!(text.ends_with("`abc` and 8 more"), "{text}");
    }
}
