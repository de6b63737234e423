//! Parser of filters.

use std::str::FromStr;

use crate::Timestamp;

use super::error::QueryOption;
use super::expression::is_name_character;
use super::{FilterExpression, Literal, Number, Operator, QueryError};

const CONDITION: &str = "a field name, `contains(` or `(`";
const FIELD: &str = "a field name";
const OPERATOR: &str = "`eq`, `ne`, `gt`, `ge`, `lt` or `le`";
const VALUE: &str = "a value such as `'text'`, `'2018-01-01'`, `true` or `5`";
const TEXT: &str = "text in single quotes";
const DATE: &str = "a date such as `'2018-01-01'` or `'2018-01-01T00:00:00Z'`";
const QUOTE: &str = "a single quote at the end of the text";
const END: &str = "`and`, `or` or the end";
const CLOSING: &str = "`and`, `or` or `)`";

const DOUBLE_QUOTES: &str = "double a quote within text, `'O''Brien'`";
const SINGLE_QUOTES: &str = "put text in single quotes, `'`";
const PERCENT: &str = "write it without percent-encoding, which is applied when it is sent";
const FUNCTION: &str = "`contains` is a function, `contains(field,'text')`";

impl FromStr for FilterExpression {
    type Err = QueryError;

    /// Parses the format that `Display` writes, and more lenient formats.
    ///
    /// Spaces are allowed between all words; operators, connectives, functions and
    /// `Edm.DateTimeOffset` are case-insensitive; parentheses are allowed around every condition.
    /// Without parentheses, `and` has higher precedence than `or`.
    ///
    /// # Errors
    ///
    /// [`QueryError`] with the column at which parsing stopped and the expected text, or if the text
    /// exceeds the limits of length or depth.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > Self::MAX_LENGTH {
            return Err(QueryError::too_long(
                QueryOption::Filter,
                text.len(),
                Self::MAX_LENGTH,
            ));
        }
        let mut reader = Reader {
            text,
            rest: text,
            depth: 0,
        };
        let expression = reader.any()?;
        match reader.at_end() {
            true => Ok(expression),
            false => Err(reader.expected_after_condition(END)),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    /// Text that has not been parsed yet.
    rest: &'a str,
    /// Number of open parentheses.
    depth: usize,
}

impl<'a> Reader<'a> {
    fn any(&mut self) -> Result<FilterExpression, QueryError> {
        let mut expression = self.all()?;
        while self.word_is("or") {
            expression = expression.or(self.all()?);
        }
        Ok(expression)
    }

    fn all(&mut self) -> Result<FilterExpression, QueryError> {
        let mut expression = self.condition()?;
        while self.word_is("and") {
            expression = expression.and(self.condition()?);
        }
        Ok(expression)
    }

    fn condition(&mut self) -> Result<FilterExpression, QueryError> {
        if self.symbol_is('(') {
            return self.parenthesised();
        }
        let before = self.rest;
        let field = self.field(CONDITION)?;
        if self.symbol_is('(') {
            return match field.eq_ignore_ascii_case(Operator::Contains.name()) {
                true => self.contains(),
                false => {
                    self.rest = before;
                    Err(self.expected(CONDITION))
                }
            };
        }
        let operator = self.operator()?;
        let value = self.value()?;
        Ok(FilterExpression::comparison(
            field.to_owned(),
            operator,
            value,
        ))
    }

    /// Parses the text after `(`.
    fn parenthesised(&mut self) -> Result<FilterExpression, QueryError> {
        if self.depth == FilterExpression::MAX_DEPTH {
            // The parenthesis was already read, and has one byte.
            return Err(QueryError::too_deep(
                self.column() - 1,
                FilterExpression::MAX_DEPTH,
            ));
        }
        self.depth += 1;
        let expression = self.any()?;
        self.depth -= 1;
        match self.symbol_is(')') {
            true => Ok(expression),
            false => Err(self.expected_after_condition(CLOSING)),
        }
    }

    /// Parses the text after `contains(`.
    fn contains(&mut self) -> Result<FilterExpression, QueryError> {
        let field = self.field(FIELD)?;
        self.symbol(',', "`,`")?;
        let text = self.quoted(TEXT)?;
        self.symbol(')', "`)`")?;
        Ok(FilterExpression::comparison(
            field.to_owned(),
            Operator::Contains,
            Literal::Text(text),
        ))
    }

    fn operator(&mut self) -> Result<Operator, QueryError> {
        let before = self.rest;
        match self.name(OPERATOR).map(Operator::from_name)? {
            Some(Operator::Contains) => {
                self.rest = before;
                Err(self.expected_with_hint(OPERATOR, Some(FUNCTION)))
            }
            Some(operator) => Ok(operator),
            None => {
                self.rest = before;
                Err(self.expected(OPERATOR))
            }
        }
    }

    fn value(&mut self) -> Result<Literal, QueryError> {
        self.skip_blanks();
        if self.rest.starts_with('\'') {
            return self.quoted(VALUE).map(Literal::Text);
        }
        let before = self.rest;
        let word = self.run(|character| is_name_character(character) || "+-.".contains(character));
        if word.eq_ignore_ascii_case("true") {
            return Ok(Literal::Boolean(true));
        }
        if word.eq_ignore_ascii_case("false") {
            return Ok(Literal::Boolean(false));
        }
        if let Some(number) = Number::read(word) {
            return Ok(Literal::Number(number));
        }
        if word.eq_ignore_ascii_case("cast") && self.symbol_is('(') {
            return self.cast().map(Literal::DateTime);
        }
        self.rest = before;
        Err(self.expected(VALUE))
    }

    /// Parses the text after `cast(`.
    fn cast(&mut self) -> Result<Timestamp, QueryError> {
        self.skip_blanks();
        let before = self.rest;
        let Ok(timestamp) = self.quoted(DATE)?.parse() else {
            self.rest = before;
            return Err(self.expected(DATE));
        };
        self.symbol(',', "`,`")?;
        self.skip_blanks();
        let before = self.rest;
        let name = self.run(|character| is_name_character(character) || character == '.');
        if !name.eq_ignore_ascii_case("Edm.DateTimeOffset") {
            self.rest = before;
            return Err(self.expected("`Edm.DateTimeOffset`"));
        }
        self.symbol(')', "`)`")?;
        Ok(timestamp)
    }

    /// Parses text in single quotes, in which quotes are doubled.
    fn quoted(&mut self, expected: &'static str) -> Result<String, QueryError> {
        self.skip_blanks();
        let Some(mut rest) = self.rest.strip_prefix('\'') else {
            return Err(self.expected(expected));
        };
        let mut text = String::new();
        while let Some((part, after)) = rest.split_once('\'') {
            text.push_str(part);
            match after.strip_prefix('\'') {
                Some(after) => {
                    text.push('\'');
                    rest = after;
                }
                None => {
                    self.rest = after;
                    return Ok(text);
                }
            }
        }
        self.rest = "";
        Err(self.expected_with_hint(QUOTE, Some(DOUBLE_QUOTES)))
    }

    /// Parses the name of a field, or of a part of it after a dot.
    fn field(&mut self, expected: &'static str) -> Result<&'a str, QueryError> {
        self.skip_blanks();
        let start = self.rest;
        self.name(expected)?;
        while let Some(after) = self.rest.strip_prefix('.')
            && after.starts_with(is_name_character)
        {
            self.rest = after;
            self.run(is_name_character);
        }
        let length = start.len() - self.rest.len();
        Ok(start.get(..length).unwrap_or_default())
    }

    /// Parses a word of the grammar.
    fn name(&mut self, expected: &'static str) -> Result<&'a str, QueryError> {
        self.skip_blanks();
        if self.rest.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(self.expected(expected));
        }
        match self.run(is_name_character) {
            "" => Err(self.expected(expected)),
            name => Ok(name),
        }
    }

    fn symbol(&mut self, symbol: char, expected: &'static str) -> Result<(), QueryError> {
        match self.symbol_is(symbol) {
            true => Ok(()),
            false => Err(self.expected(expected)),
        }
    }

    /// Reads the symbol if it comes next; returns whether it does.
    fn symbol_is(&mut self, symbol: char) -> bool {
        self.skip_blanks();
        let after = self.rest.strip_prefix(symbol);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// Reads the word if it comes next, case-insensitively; returns whether it does.
    fn word_is(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let before = self.rest;
        let found = self.run(is_name_character).eq_ignore_ascii_case(word);
        if !found {
            self.rest = before;
        }
        found
    }

    /// Reads characters as long as `belongs` returns `true`; the result may be empty.
    fn run(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self
            .rest
            .find(|character| !belongs(character))
            .unwrap_or(self.rest.len());
        let (run, rest) = self.rest.split_at(end);
        self.rest = rest;
        run
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn at_end(&mut self) -> bool {
        self.skip_blanks();
        self.rest.is_empty()
    }

    fn read_so_far(&self) -> &'a str {
        let length = self.text.len() - self.rest.len();
        self.text.get(..length).unwrap_or_default()
    }

    /// Returns the position of the next text, in characters from 1.
    fn column(&self) -> usize {
        self.read_so_far().chars().count() + 1
    }

    fn expected(&mut self, expected: &'static str) -> QueryError {
        self.skip_blanks();
        let hint = match self.rest.chars().next() {
            Some('%') => Some(PERCENT),
            Some('"' | '`' | '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}') => {
                Some(SINGLE_QUOTES)
            }
            _ => None,
        };
        self.expected_with_hint(expected, hint)
    }

    /// Creates an error like [`expected`](Self::expected), with a hint if quoted text before it may
    /// have ended too early.
    fn expected_after_condition(&mut self, expected: &'static str) -> QueryError {
        self.skip_blanks();
        match self.read_so_far().ends_with('\'') && self.rest.starts_with(is_name_character) {
            true => self.expected_with_hint(expected, Some(DOUBLE_QUOTES)),
            false => self.expected(expected),
        }
    }

    fn expected_with_hint(
        &mut self,
        expected: &'static str,
        hint: Option<&'static str>,
    ) -> QueryError {
        self.skip_blanks();
        let ends = |character: char| character.is_whitespace() || "(),".contains(character);
        let found = match self.rest.find(ends) {
            // The next character is a bracket or a comma itself.
            Some(0) => self.rest.get(..1).unwrap_or_default(),
            Some(end) => self.rest.get(..end).unwrap_or_default(),
            None => self.rest,
        };
        QueryError::syntax(QueryOption::Filter, self.column(), expected, found, hint)
    }
}

#[cfg(test)]
mod tests;
