//! Parsing of comma-separated lists.

use super::error::QueryOption;
use super::{FilterExpression, QueryError};

/// Item of a list, without surrounding spaces.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Item<'a> {
    pub(super) text: &'a str,
    /// Position of the first character, in characters from 1.
    pub(super) column: usize,
}

/// Parses one or more items, none of which is empty.
pub(super) fn items(option: QueryOption, text: &str) -> Result<Vec<Item<'_>>, QueryError> {
    const LIMIT: usize = FilterExpression::MAX_LENGTH;

    if text.len() > LIMIT {
        return Err(QueryError::too_long(option, text.len(), LIMIT));
    }
    if text.trim().is_empty() {
        return Err(QueryError::empty_fields(option));
    }
    let mut items = Vec::new();
    let mut parts = text.split(',').peekable();
    let mut start = 1;
    while let Some(part) = parts.next() {
        let blanks = part.len() - part.trim_start().len();
        let column = start + part.get(..blanks).unwrap_or_default().chars().count();
        let item = part.trim();
        if item.is_empty() {
            let found = if parts.peek().is_some() { "," } else { "" };
            return Err(QueryError::syntax(
                option,
                column,
                "a field name",
                found,
                None,
            ));
        }
        items.push(Item { text: item, column });
        start += part.chars().count() + 1;
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_know_where_they_begin() {
        let read = items(QueryOption::GroupBy, "é , b c,d").unwrap();
        let expected = [("é", 1), ("b c", 5), ("d", 9)];
        assert_eq!(read, expected.map(|(text, column)| Item { text, column }));
    }

    #[test]
    fn a_missing_item_is_refused_where_it_is_missing() {
        for (text, column, found) in [
            (",a", 1, "`,`"),
            ("a, ,b", 4, "`,`"),
            ("a,", 3, "the end"),
            ("a,\u{a0} ", 5, "the end"),
        ] {
            assert_eq!(
                items(QueryOption::GroupBy, text).unwrap_err().to_string(),
                format!(
                    "`groupby` is invalid at column {column}: expected a field name, found {found}"
                )
            );
        }
    }
}
