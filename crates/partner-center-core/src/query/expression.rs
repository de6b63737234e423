//! Filter expression as a tree, and its text format.

use std::borrow::Cow;
use std::fmt;

use super::{Literal, Operator, QueryError};

/// Filter condition: comparisons joined by `and` and `or`.
///
/// An expression is independent of an operation; [`check`](Self::check) and
/// [`canonical`](Self::canonical) compare it with the fields that an operation allows.
///
/// Chains are flat: joining `a and b` with `c` by `and` gives one chain of three. `Display` writes
/// the text that is sent. Where `and` and `or` are combined, the inner chain is in parentheses,
/// because the precedence of the service is not documented. `FromStr` does not require the
/// parentheses and gives `and` the higher precedence. It ignores the case of operators and
/// functions and additional spaces, so the text that is written may differ from the text that was
/// parsed. The parts of a nested object have dots in their names, for programs that evaluate an
/// expression themselves; no operation filters by them.
///
/// # Limits
///
/// Parsed text is limited to [`MAX_LENGTH`](Self::MAX_LENGTH) bytes and
/// [`MAX_DEPTH`](Self::MAX_DEPTH) nested parentheses. Expressions that a program builds have no
/// limit, but the service, or a proxy in front of it, limits the length of the URL.
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

/// Tree of an expression. It is private, so that empty chains cannot be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tree {
    Comparison(Comparison),
    /// Two or more conditions joined by `and`, none of which is `All`.
    All(Vec<FilterExpression>),
    /// Two or more conditions joined by `or`, none of which is `Any`.
    Any(Vec<FilterExpression>),
}

/// Comparison of a field with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    pub(super) field: Cow<'static, str>,
    pub(super) operator: Operator,
    pub(super) value: Literal,
}

/// Level of a [`FilterExpression`], for programs that evaluate it.
///
/// ```
/// use partner_center_core::query::{FilterExpression, FilterNode, Literal, Operator};
///
/// /// Returns whether a row with this channel meets the filter.
/// fn meets(filter: &FilterExpression, channel: &str) -> bool {
///     match filter.node() {
///         FilterNode::All(parts) => parts.iter().all(|part| meets(part, channel)),
///         FilterNode::Any(parts) => parts.iter().any(|part| meets(part, channel)),
///         FilterNode::Comparison(comparison) => {
///             let equal = comparison.value() == &Literal::from(channel);
///             equal == (comparison.operator() == Operator::Equal)
///         }
///         _ => false,
///     }
/// }
///
/// let filter = "channel eq 'reseller' or channel eq 'direct'".parse()?;
/// assert!(meets(&filter, "direct"));
/// assert!(!meets(&filter, "other"));
/// # Ok::<(), partner_center_core::query::QueryError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FilterNode<'a> {
    /// Single comparison.
    Comparison(&'a Comparison),
    /// Two or more conditions that must all be met.
    All(&'a [FilterExpression]),
    /// Two or more conditions of which at least one must be met.
    Any(&'a [FilterExpression]),
}

impl Comparison {
    /// Returns the name of the field as it was written.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Returns the operator.
    #[must_use]
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// Returns the value, which is text if the operator is [`Operator::Contains`].
    #[must_use]
    pub fn value(&self) -> &Literal {
        &self.value
    }
}

impl FilterExpression {
    /// Maximum length of parsed text, in bytes.
    pub const MAX_LENGTH: usize = 32 * 1024;

    /// Maximum depth of nested parentheses in parsed text.
    pub const MAX_DEPTH: usize = 64;

    /// Creates the comparison `field operator value` or `contains(field,value)`.
    ///
    /// # Errors
    ///
    /// [`QueryError`] if `field` is not a valid field name, or if the value of
    /// [`Operator::Contains`] is not text.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center_core::query::{FilterExpression, Operator};
    ///
    /// let filter = FilterExpression::compare("licenseCount", Operator::Greater, 5)?
    ///     .and(FilterExpression::compare("autoRenewEnabled", Operator::Equal, true)?);
    /// assert_eq!(filter.to_string(), "licenseCount gt 5 and autoRenewEnabled eq true");
    /// # Ok::<(), partner_center_core::query::QueryError>(())
    /// ```
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

    /// Creates the condition `contains(field,'text')`: the value of the field contains the text
    /// ([T39](crate::deviations#t39)).
    ///
    /// # Errors
    ///
    /// [`QueryError`] if `field` is not a valid field name.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center_core::query::FilterExpression;
    ///
    /// let filter = FilterExpression::contains("customerName", "O'Brien")?;
    /// assert_eq!(filter.to_string(), "contains(customerName,'O''Brien')");
    /// # Ok::<(), partner_center_core::query::QueryError>(())
    /// ```
    pub fn contains(
        field: impl Into<Cow<'static, str>>,
        text: impl Into<String>,
    ) -> Result<Self, QueryError> {
        Self::compare(field, Operator::Contains, text.into())
    }

    /// Creates the condition `field eq a or field eq b ..`: the field equals one of the values.
    ///
    /// # Errors
    ///
    /// [`QueryError`] if there is no value, or if `field` is not a valid field name.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center_core::query::FilterExpression;
    ///
    /// let filter = FilterExpression::any_of("serviceCode", ["o365", "crm"])?;
    /// assert_eq!(filter.to_string(), "serviceCode eq 'o365' or serviceCode eq 'crm'");
    /// # Ok::<(), partner_center_core::query::QueryError>(())
    /// ```
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

    /// Joins two conditions by `and`.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut links = self.into_links_of_all();
        links.extend(other.into_links_of_all());
        Self(Tree::All(links))
    }

    /// Joins two conditions by `or`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let mut links = self.into_links_of_any();
        links.extend(other.into_links_of_any());
        Self(Tree::Any(links))
    }

    /// Returns the outermost level of the expression.
    #[must_use]
    pub fn node(&self) -> FilterNode<'_> {
        match &self.0 {
            Tree::Comparison(comparison) => FilterNode::Comparison(comparison),
            Tree::All(links) => FilterNode::All(links),
            Tree::Any(links) => FilterNode::Any(links),
        }
    }

    /// Creates a comparison without checks, for a field name and a value that are known to be valid.
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

/// Returns whether the text is a letter or `_`, followed by letters, digits or `_`, with a dot
/// between the name of an object and that of its part.
fn is_field_name(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(is_name_character);
    !text.starts_with(|first: char| first.is_ascii_digit()) && text.split('.').all(is_word)
}

/// Returns whether field names and words of the grammar may contain the character.
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
            "the list of values for the field `id` is empty, so no row could match; \
             expected one or more values"
        );
    }

    #[test]
    fn a_field_name_cannot_smuggle_in_a_condition() {
        for name in [
            "",
            "1a",
            "a b",
            "a eq 1 or b",
            "a)",
            "é",
            "a'",
            ".a",
            "a.",
            "a..b",
        ] {
            let error = FilterExpression::compare(name, Operator::Equal, 1).unwrap_err();
            assert!(error.to_string().contains("is not a field name"), "{error}");
        }
        for name in ["a", "_a1", "and", "contains", "a.b.c1"] {
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
            "`contains` on the field `name` cannot search for `5`; \
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
