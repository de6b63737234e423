//! A filter as a tree, and how it is written.

use std::borrow::Cow;
use std::fmt;

use super::{Literal, Operator, QueryError};

/// A condition that rows must meet: comparisons joined by `and` and `or`.
///
/// Knows the grammar, but no operation: what an operation allows is asked with
/// [`check`](Self::check) and [`canonical`](Self::canonical).
///
/// Chains are kept flat: joining `a and b` with `c` by `and` is one chain of three. `Display` writes
/// the form that is sent. Where `and` and `or` meet, the inner chain is in parentheses, since the
/// precedence the service gives them is documented nowhere. `FromStr` reads either, `and` binding
/// tighter; letter case of operators and functions and additional blanks do not matter, so what is
/// written may differ from what was read.
///
/// # Limits
///
/// Text is read up to [`MAX_LENGTH`](Self::MAX_LENGTH) bytes and [`MAX_DEPTH`](Self::MAX_DEPTH)
/// parentheses within each other. What a program builds has no limit, but the service, or a proxy
/// before it, has one for the whole address.
///
/// # Examples
///
/// ```
/// # use partner_center_core::query::{FilterExpression, Operator};
/// let market = FilterExpression::any_of("market", ["US", "CA"])?;
/// let named = FilterExpression::compare("name", Operator::NotEqual, "O'Brien")?;
/// let both = market.and(named);
/// assert_eq!(
///     both.to_string(),
///     "(market eq 'US' or market eq 'CA') and name ne 'O''Brien'"
/// );
/// assert_eq!(both.to_string().parse(), Ok(both));
/// # Ok::<(), partner_center_core::query::QueryError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterExpression(pub(super) Tree);

/// Not public, so that nobody makes a chain without links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tree {
    Comparison(Comparison),
    /// Two or more, none of them `All`.
    All(Vec<FilterExpression>),
    /// Two or more, none of them `Any`.
    Any(Vec<FilterExpression>),
}

/// A field, an operator and a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    pub(super) field: Cow<'static, str>,
    pub(super) operator: Operator,
    pub(super) value: Literal,
}

/// One level of a [`FilterExpression`], for programs that evaluate it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FilterNode<'a> {
    /// A single comparison.
    Comparison(&'a Comparison),
    /// Two conditions or more that must all be met.
    All(&'a [FilterExpression]),
    /// Two conditions or more of which one must be met.
    Any(&'a [FilterExpression]),
}

impl Comparison {
    /// The field, as it was written.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The operator.
    #[must_use]
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// The value, which is text when the operator is [`Operator::Contains`].
    #[must_use]
    pub fn value(&self) -> &Literal {
        &self.value
    }
}

impl FilterExpression {
    /// The longest text that is read, in bytes.
    pub const MAX_LENGTH: usize = 32 * 1024;

    /// The most parentheses within each other that are read.
    pub const MAX_DEPTH: usize = 64;

    /// `field operator value`, or `contains(field,value)`.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when `field` is no field name, or [`Operator::Contains`] gets another value
    /// than text.
    pub fn compare(
        field: impl Into<Cow<'static, str>>,
        operator: Operator,
        value: impl Into<Literal>,
    ) -> Result<Self, QueryError> {
        let field = field.into();
        let value = value.into();
        if !is_field_name(&field) {
            return Err(QueryError::not_a_field_name(&field));
        }
        if operator == Operator::Contains && !matches!(value, Literal::Text(_)) {
            return Err(QueryError::contains_takes_text(&field, &value));
        }
        Ok(Self::comparison(field, operator, value))
    }

    /// `contains(field,'text')`: the text is a part of the field's value (T39).
    ///
    /// # Errors
    ///
    /// [`QueryError`] when `field` is no field name.
    pub fn contains(
        field: impl Into<Cow<'static, str>>,
        text: impl Into<String>,
    ) -> Result<Self, QueryError> {
        Self::compare(field, Operator::Contains, text.into())
    }

    /// The field equals one of the values: `field eq a or field eq b`.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when there is no value, or `field` is no field name.
    pub fn any_of<V: Into<Literal>>(
        field: impl Into<Cow<'static, str>>,
        values: impl IntoIterator<Item = V>,
    ) -> Result<Self, QueryError> {
        let field = field.into();
        let mut expression: Option<Self> = None;
        for value in values {
            let comparison = Self::compare(field.clone(), Operator::Equal, value)?;
            expression = Some(match expression {
                Some(expression) => expression.or(comparison),
                None => comparison,
            });
        }
        expression.ok_or_else(|| QueryError::empty_values(&field))
    }

    /// Both conditions must be met.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut links = self.into_links_of_all();
        links.extend(other.into_links_of_all());
        Self(Tree::All(links))
    }

    /// One of the conditions must be met.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let mut links = self.into_links_of_any();
        links.extend(other.into_links_of_any());
        Self(Tree::Any(links))
    }

    /// What the outermost level is.
    #[must_use]
    pub fn node(&self) -> FilterNode<'_> {
        match &self.0 {
            Tree::Comparison(comparison) => FilterNode::Comparison(comparison),
            Tree::All(links) => FilterNode::All(links),
            Tree::Any(links) => FilterNode::Any(links),
        }
    }

    /// For a field name and a value that are known to fit.
    pub(super) fn comparison(
        field: impl Into<Cow<'static, str>>,
        operator: Operator,
        value: Literal,
    ) -> Self {
        Self(Tree::Comparison(Comparison {
            field: field.into(),
            operator,
            value,
        }))
    }

    fn into_links_of_all(self) -> Vec<Self> {
        match self.0 {
            Tree::All(links) => links,
            tree => vec![Self(tree)],
        }
    }

    fn into_links_of_any(self) -> Vec<Self> {
        match self.0 {
            Tree::Any(links) => links,
            tree => vec![Self(tree)],
        }
    }
}

/// Whether the text is a letter or `_` and then letters, digits or `_`.
fn is_field_name(text: &str) -> bool {
    !text.starts_with(|first: char| first.is_ascii_digit())
        && !text.is_empty()
        && text.chars().all(is_name_character)
}

/// Whether field names and words of the grammar are made of it.
pub(super) fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            field,
            operator,
            value,
        } = self;
        match operator {
            Operator::Contains => write!(f, "contains({field},{value})"),
            _ => write!(f, "{field} {operator} {value}"),
        }
    }
}

impl fmt::Display for FilterExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (links, connective) = match &self.0 {
            Tree::Comparison(comparison) => return write!(f, "{comparison}"),
            Tree::All(links) => (links, " and "),
            Tree::Any(links) => (links, " or "),
        };
        for (index, link) in links.iter().enumerate() {
            if index > 0 {
                f.write_str(connective)?;
            }
            match link.0 {
                Tree::Comparison(_) => write!(f, "{link}")?,
                Tree::All(_) | Tree::Any(_) => write!(f, "({link})")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(name: &'static str) -> FilterExpression {
        FilterExpression::compare(name, Operator::Equal, true).unwrap()
    }

    #[test]
    fn parentheses_stand_where_and_meets_or_and_nowhere_else() {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(letter);
        let and = |left: &FilterExpression, right| left.clone().and(right);
        let or = |left: &FilterExpression, right| left.clone().or(right);
        for (expression, text) in [
            (and(&a, and(&b, c.clone())), "A and B and C"),
            (and(&and(&a, b.clone()), c.clone()), "A and B and C"),
            (
                or(&or(&a, b.clone()), or(&c, d.clone())),
                "A or B or C or D",
            ),
            (or(&and(&a, b.clone()), c.clone()), "(A and B) or C"),
            (and(&a, or(&b, c.clone())), "A and (B or C)"),
            (
                or(&and(&a, or(&b, c.clone())), d.clone()),
                "(A and (B or C)) or D",
            ),
        ] {
            let expected = ["A", "B", "C", "D"]
                .iter()
                .fold(text.to_owned(), |text, letter| {
                    text.replace(letter, &format!("{} eq true", letter.to_lowercase()))
                });
            assert_eq!(expression.to_string(), expected);
        }
    }

    #[test]
    fn a_list_is_a_chain_of_or() {
        let one = FilterExpression::any_of("id", [1]).unwrap();
        assert_eq!(one.to_string(), "id eq 1");
        let many = FilterExpression::any_of("id", ["a", "b'", "c"]).unwrap();
        assert_eq!(many.to_string(), "id eq 'a' or id eq 'b''' or id eq 'c'");
        assert_eq!(
            FilterExpression::any_of("id", [0_i64; 0])
                .unwrap_err()
                .to_string(),
            "the list of values for the field `id` is empty, which no row could meet; \
             expected one value or more"
        );
    }

    #[test]
    fn a_field_name_cannot_smuggle_in_a_condition() {
        for name in ["", "1a", "a b", "a eq 1 or b", "a)", "é", "a'"] {
            let error = FilterExpression::compare(name, Operator::Equal, 1).unwrap_err();
            assert!(error.to_string().contains("is not a field name"), "{error}");
        }
        for name in ["a", "_a1", "and", "contains"] {
            FilterExpression::compare(name, Operator::Equal, 1).unwrap();
        }
    }

    #[test]
    fn contains_takes_text_only() {
        let expression = FilterExpression::contains("name", "O'B").unwrap();
        assert_eq!(expression.to_string(), "contains(name,'O''B')");
        assert_eq!(
            FilterExpression::compare("name", Operator::Contains, 5)
                .unwrap_err()
                .to_string(),
            "`contains` on the field `name` cannot look for `5`; \
             expected text in single quotes such as `'o365'`"
        );
    }

    #[test]
    fn a_tree_can_be_walked() {
        let expression = letter("a").and(letter("b").or(letter("c")));
        let FilterNode::All([first, rest]) = expression.node() else {
            panic!("{expression:?}");
        };
        let FilterNode::Comparison(comparison) = first.node() else {
            panic!("{first:?}");
        };
        assert_eq!(comparison.field(), "a");
        assert_eq!(comparison.operator(), Operator::Equal);
        assert_eq!(comparison.value(), &Literal::Boolean(true));
        assert!(matches!(rest.node(), FilterNode::Any([_, _])));
    }
}
