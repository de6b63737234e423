//! Query option `filter`.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use super::error::QueryOption;
use super::{FilterExpression, QueryError, QueryOperation};

/// Filter for the rows of the operation `O`.
///
/// Created by the methods of [`Field`](super::Field), from text, or from a [`FilterExpression`].
/// Text and expressions are checked against [`QueryOperation::OPERATION`] and converted to the
/// documented spelling. `Display` writes the text that is sent, before percent-encoding.
///
/// Values are sent in the given case. The service may compare values case-sensitively, so use the
/// case of the data: `reseller`, not `Reseller` ([T40](crate::deviations#t40)).
///
/// # Examples
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/example.rs"));
/// # fn main() -> Result<(), partner_center_core::query::QueryError> {
/// use partner_center_core::query::Filter;
///
/// let filter: Filter<Usage> = "METERCATEGORY EQ 'Storage'".parse()?;
/// assert_eq!(filter.to_string(), "meterCategory eq 'Storage'");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a filter does nothing until it is given to a request"]
pub struct Filter<O> {
    content: Content,
    operation: PhantomData<O>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Expression(FilterExpression),
    Raw(String),
}

impl<O: QueryOperation> Filter<O> {
    /// Creates a filter that is sent unchanged, without parsing and checks.
    ///
    /// For filters that the service accepts but the documentation does not mention, such as a date
    /// in plain quotes ([T37](crate::deviations#t37)) or a field without documented operators
    /// ([T38](crate::deviations#t38)).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/example.rs"));
    /// # fn main() {
    /// use partner_center_core::query::Filter;
    ///
    /// let filter = Filter::raw("usageDate ge '2018-01-01'").and(usage::METER_CATEGORY.eq("Storage"));
    /// assert_eq!(filter.to_string(), "(usageDate ge '2018-01-01') and (meterCategory eq 'Storage')");
    /// # }
    /// ```
    pub fn raw(text: impl Into<String>) -> Self {
        Self::new(Content::Raw(text.into()))
    }

    /// Joins two filters by `and`.
    ///
    /// If one of them is [raw](Self::raw), both are put in parentheses.
    pub fn and(self, other: Self) -> Self {
        self.join(other, "and", FilterExpression::and)
    }

    /// Joins two filters by `or`.
    ///
    /// If one of them is [raw](Self::raw), both are put in parentheses.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/example.rs"));
    /// # fn main() {
    /// let filter = usage::METER_CATEGORY.eq("Storage").or(usage::METER_CATEGORY.eq("Networking"));
    /// assert_eq!(filter.to_string(), "meterCategory eq 'Storage' or meterCategory eq 'Networking'");
    /// # }
    /// ```
    pub fn or(self, other: Self) -> Self {
        self.join(other, "or", FilterExpression::or)
    }

    /// Returns the filter as a tree; `None` if it contains a [raw](Self::raw) filter.
    #[must_use]
    pub fn expression(&self) -> Option<&FilterExpression> {
        match &self.content {
            Content::Expression(expression) => Some(expression),
            Content::Raw(_) => None,
        }
    }

    /// Creates a filter from an expression that is known to be allowed.
    pub(super) fn from_checked(expression: FilterExpression) -> Self {
        Self::new(Content::Expression(expression))
    }

    fn new(content: Content) -> Self {
        Self {
            content,
            operation: PhantomData,
        }
    }

    fn join(
        self,
        other: Self,
        connective: &str,
        join: fn(FilterExpression, FilterExpression) -> FilterExpression,
    ) -> Self {
        match (self.content, other.content) {
            (Content::Expression(left), Content::Expression(right)) => {
                Self::from_checked(join(left, right))
            }
            (left, right) => Self::raw(format!("({left}) {connective} ({right})")),
        }
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expression(expression) => write!(f, "{expression}"),
            Self::Raw(text) => f.write_str(text),
        }
    }
}

impl<O> fmt::Display for Filter<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.content)
    }
}

impl<O: QueryOperation> TryFrom<FilterExpression> for Filter<O> {
    type Error = QueryError;

    /// Checks the expression and converts it to its canonical format.
    ///
    /// # Errors
    ///
    /// The same errors as [`FilterExpression::check`].
    fn try_from(expression: FilterExpression) -> Result<Self, Self::Error> {
        if O::OPERATION.filter_fields().next().is_none() {
            return Err(QueryError::no_option(QueryOption::Filter, O::OPERATION.id));
        }
        expression
            .canonical(O::OPERATION.fields)
            .map(Self::from_checked)
    }
}

impl<O: QueryOperation> FromStr for Filter<O> {
    type Err = QueryError;

    /// Parses and checks the text, and converts it to the canonical format.
    ///
    /// # Errors
    ///
    /// The same errors as parsing and [checking](FilterExpression::check) a [`FilterExpression`].
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<FilterExpression>()?.try_into()
    }
}

crate::model::conversions::try_from_text! { Filter<O>, QueryError, O: QueryOperation }

impl<O> From<Filter<O>> for String {
    /// Returns the text that is sent, like `Display`.
    fn from(option: Filter<O>) -> Self {
        option.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::QueryErrorKind;
    use crate::query::example::{Subscriptions, Usage, usage};

    #[test]
    fn text_is_checked_and_brought_into_the_documented_spelling() {
        let text = String::from("USAGEDATE ge '2018-01-01' and metercategory eq 'O''Brien'");
        let written = "usageDate ge cast('2018-01-01',Edm.DateTimeOffset) \
                       and meterCategory eq 'O''Brien'";
        let filter = Filter::<Usage>::try_from(&text).unwrap();
        assert_eq!(filter.to_string(), written);
        assert_eq!(filter, Filter::try_from(text.as_str()).unwrap());
        assert_eq!(filter, Filter::try_from(text).unwrap());
        assert_eq!(filter.to_string().parse(), Ok(filter.clone()));
        assert_eq!(String::from(filter), written);
    }

    #[test]
    fn text_that_the_operation_does_not_take_is_refused() {
        for (text, kind) in [
            ("", QueryErrorKind::Syntax),
            ("meterCategory eq", QueryErrorKind::Syntax),
            ("meterCategory eq 'a' x", QueryErrorKind::Syntax),
            ("productName eq 'a'", QueryErrorKind::UnknownField),
            ("quantity eq 5", QueryErrorKind::UnknownField),
            ("meterCategory gt 'a'", QueryErrorKind::OperatorNotAllowed),
            (
                "contains(meterCategory,'a')",
                QueryErrorKind::OperatorNotAllowed,
            ),
            ("customerTenantId eq 'a'", QueryErrorKind::WrongValue),
        ] {
            let error = Filter::<Usage>::try_from(text).unwrap_err();
            assert_eq!(error.kind(), kind, "{text}: {error}");
        }
    }

    #[test]
    fn an_operation_without_filter_takes_none() {
        use partner_center_catalog::Operation;

        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum Plain {}

        impl QueryOperation for Plain {
            const OPERATION: &'static Operation = &Operation::new("plain", "GET", "/plain");
        }

        let error = Filter::<Plain>::try_from("a eq 1").unwrap_err();
        assert_eq!(error.kind(), QueryErrorKind::NotSupported);
        assert_eq!(
            error.to_string(),
            "the operation `plain` does not take `filter`; \
             leave it out and filter the rows received"
        );
    }

    #[test]
    fn raw_text_is_sent_as_it_is() {
        let raw = Filter::<Subscriptions>::raw("partnerName EQ  'x'");
        assert_eq!(raw.to_string(), "partnerName EQ  'x'");
        assert_eq!(raw.expression(), None);
        let date = Filter::<Usage>::raw("usageDate ge '2018-01-01' or a");
        let category = usage::METER_CATEGORY.eq("x");
        assert!(category.expression().is_some());
        assert_eq!(
            category.clone().and(date.clone()).to_string(),
            "(meterCategory eq 'x') and (usageDate ge '2018-01-01' or a)"
        );
        assert_eq!(
            date.or(category).to_string(),
            "(usageDate ge '2018-01-01' or a) or (meterCategory eq 'x')"
        );
    }

    #[test]
    fn fits_a_setter_that_converts() {
        fn set<V: TryInto<Filter<Usage>, Error: fmt::Display>>(value: V) -> String {
            match value.try_into() {
                Ok(filter) => filter.to_string(),
                Err(error) => format!("no: {error}"),
            }
        }
        assert_eq!(set("METERCATEGORY eq 'a'"), "meterCategory eq 'a'");
        assert_eq!(set(usage::METER_CATEGORY.eq("a")), "meterCategory eq 'a'");
        assert!(set(String::from("a")).starts_with("no: "));
    }
}
