//! Query option `orderby`.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use super::error::QueryOption;
use super::list::{Item, items};
use super::{QueryError, QueryOperation};

/// Sort order of the rows of the operation `O`: fields with directions, in order of precedence.
///
/// Only two operations document it. For other operations, no field has
/// [`Field::asc`](super::Field::asc), and text is rejected ([T46](crate::deviations#t46)).
/// `Display` writes the text that is sent, always with the direction:
/// `meterCategory asc,meterUnit desc`. Parsed text may leave out `asc` and is case-insensitive.
///
/// # Examples
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/example.rs"));
/// # fn main() -> Result<(), partner_center_core::query::QueryError> {
/// use partner_center_core::query::OrderBy;
///
/// let order = OrderBy::by(usage::METER_CATEGORY.asc()).then(usage::USAGE_DATE.desc())?;
/// assert_eq!(order, OrderBy::try_from("meterCategory, usageDate desc")?);
/// assert_eq!(order.to_string(), "meterCategory asc,usageDate desc");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an order does nothing until it is given to a request"]
pub struct OrderBy<O> {
    /// Keys; at least one, without duplicate fields.
    keys: Vec<OrderKey<O>>,
}

/// Field of the operation `O` with a direction, created by [`Field::asc`](super::Field::asc) and
/// [`Field::desc`](super::Field::desc).
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/example.rs"));
/// # fn main() {
/// use partner_center_core::query::Direction;
///
/// let newest_first = usage::USAGE_DATE.desc();
/// assert_eq!(newest_first.name(), "usageDate");
/// assert_eq!(newest_first.direction(), Direction::Descending);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderKey<O> {
    name: &'static str,
    direction: Direction,
    operation: PhantomData<O>,
}

/// Sort direction.
///
/// The enum is exhaustive: there is no third direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// `asc`: the smallest or earliest first; the default.
    #[default]
    Ascending,
    /// `desc`: the greatest or latest first.
    Descending,
}

impl Direction {
    /// Returns the word that is sent.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ascending => "asc",
            Self::Descending => "desc",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl<O> OrderKey<O> {
    pub(super) fn new(name: &'static str, direction: Direction) -> Self {
        Self {
            name,
            direction,
            operation: PhantomData,
        }
    }

    /// Returns the documented spelling of the field.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the direction.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.direction
    }
}

impl<O: QueryOperation> OrderBy<O> {
    /// Sorts by one field; [`then`](Self::then) adds further fields.
    pub fn by(key: OrderKey<O>) -> Self {
        Self { keys: vec![key] }
    }

    /// Sorts by several fields, in order of precedence.
    ///
    /// # Errors
    ///
    /// [`QueryError`] if there is no field, or if a field is listed twice.
    pub fn new(keys: impl IntoIterator<Item = OrderKey<O>>) -> Result<Self, QueryError> {
        let mut keys = keys.into_iter();
        let Some(first) = keys.next() else {
            return Err(QueryError::empty_fields(QueryOption::OrderBy));
        };
        keys.try_fold(Self::by(first), Self::then)
    }

    /// Adds a field that sorts rows with equal values in the previous fields.
    ///
    /// # Errors
    ///
    /// [`QueryError`] if the field is already listed, in either direction.
    pub fn then(mut self, key: OrderKey<O>) -> Result<Self, QueryError> {
        if self.keys.iter().any(|known| known.name == key.name) {
            return Err(QueryError::duplicate(QueryOption::OrderBy, key.name));
        }
        self.keys.push(key);
        Ok(self)
    }

    /// Returns the fields to sort by, in order. The list is not empty.
    #[must_use]
    pub fn keys(&self) -> &[OrderKey<O>] {
        &self.keys
    }
}

/// Writes `field asc,field desc`.
impl<O> fmt::Display for OrderBy<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, key) in self.keys.iter().enumerate() {
            let separator = if index == 0 { "" } else { "," };
            write!(f, "{separator}{} {}", key.name, key.direction)?;
        }
        Ok(())
    }
}

impl<O: QueryOperation> From<OrderKey<O>> for OrderBy<O> {
    fn from(key: OrderKey<O>) -> Self {
        Self::by(key)
    }
}

impl<O: QueryOperation, const N: usize> TryFrom<[OrderKey<O>; N]> for OrderBy<O> {
    type Error = QueryError;

    /// Sorts by several fields, like [`OrderBy::new`].
    fn try_from(keys: [OrderKey<O>; N]) -> Result<Self, Self::Error> {
        Self::new(keys)
    }
}

impl<O: QueryOperation> FromStr for OrderBy<O> {
    type Err = QueryError;

    /// Parses comma-separated field names, each optionally followed by `asc` or `desc`,
    /// case-insensitively and with optional spaces.
    ///
    /// # Errors
    ///
    /// [`QueryError`] if there is no field, an item is empty, a field is listed twice, the operation
    /// cannot sort by a field, or a field is followed by other text.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const OPTION: QueryOption = QueryOption::OrderBy;

        if O::OPERATION.order_fields().next().is_none() {
            return Err(QueryError::no_option(OPTION, O::OPERATION.id));
        }
        let keys: Vec<_> = items(OPTION, text)?
            .iter()
            .map(key)
            .collect::<Result<_, _>>()?;
        Self::new(keys)
    }
}

/// Parses `field`, `field asc` or `field desc`.
fn key<O: QueryOperation>(item: &Item<'_>) -> Result<OrderKey<O>, QueryError> {
    const OPTION: QueryOption = QueryOption::OrderBy;
    const DIRECTION: &str = "`asc`, `desc`, `,` or the end";

    let (name, rest) = first_word(item.text);
    let known = O::OPERATION.field(name);
    let Some(field) = known.filter(|field| field.is_orderable) else {
        let allowed = O::OPERATION.order_fields();
        let allowed: Vec<_> = allowed.map(|field| field.name).collect();
        return Err(QueryError::unknown_field(OPTION, name, &allowed));
    };
    // `rest` is the end of the item, so the difference in length is its position.
    let unexpected = |rest: &str, expected| {
        let before = item.text.len() - rest.len();
        let before = item.text.get(..before).unwrap_or_default();
        let column = item.column + before.chars().count();
        QueryError::syntax(OPTION, column, expected, first_word(rest).0, None)
    };
    let (word, after) = first_word(rest);
    let direction = if word.is_empty() || word.eq_ignore_ascii_case("asc") {
        Direction::Ascending
    } else if word.eq_ignore_ascii_case("desc") {
        Direction::Descending
    } else {
        return Err(unexpected(rest, DIRECTION));
    };
    match after.is_empty() {
        true => Ok(OrderKey::new(field.name, direction)),
        false => Err(unexpected(after, "`,` or the end")),
    }
}

/// Returns the first word, and the rest after it without leading spaces.
fn first_word(text: &str) -> (&str, &str) {
    match text.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim_start()),
        None => (text, ""),
    }
}

crate::model::conversions::try_from_text! { OrderBy<O>, QueryError, O: QueryOperation }

impl<O> From<OrderBy<O>> for String {
    /// Returns the text that is sent, like `Display`.
    fn from(option: OrderBy<O>) -> Self {
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
        let text = String::from(" METERCATEGORY,usageDate  DESC , quantity Asc");
        let order = OrderBy::<Usage>::try_from(&text).unwrap();
        assert_eq!(
            order.to_string(),
            "meterCategory asc,usageDate desc,quantity asc"
        );
        assert_eq!(order.to_string().parse(), Ok(order.clone()));
        assert_eq!(order, OrderBy::try_from(text).unwrap());
        let built = OrderBy::new([
            usage::METER_CATEGORY.asc(),
            usage::USAGE_DATE.desc(),
            usage::QUANTITY.asc(),
        ]);
        assert_eq!(built, Ok(order.clone()));
        assert_eq!(order.keys()[1].direction(), Direction::Descending);
        assert_eq!(String::from(order.clone()), order.to_string());
    }

    #[test]
    fn bad_lists_are_refused() {
        use QueryErrorKind::{Duplicate, Empty, Syntax, UnknownField};
        for (text, kind, message) in [
            (
                "",
                Empty,
                "`orderby` has no field; give one or more fields, or leave it out",
            ),
            (
                "usageDate,",
                Syntax,
                "`orderby` is invalid at column 11: expected a field name, found the end",
            ),
            (
                ",usageDate",
                Syntax,
                "`orderby` is invalid at column 1: expected a field name, found `,`",
            ),
            (
                "usageDate down",
                Syntax,
                "`orderby` is invalid at column 11: expected `asc`, `desc`, `,` or the end, \
                 found `down`",
            ),
            (
                "quantity, usageDate desc desc",
                Syntax,
                "`orderby` is invalid at column 26: expected `,` or the end, found `desc`",
            ),
            (
                "usagedata desc",
                UnknownField,
                "`orderby` does not take the field `usagedata`; did you mean `usageDate`?; \
                 allowed: `customerTenantId`, `meterCategory`, `usageDate`, `quantity`",
            ),
            (
                "usageDate,USAGEDATE desc",
                Duplicate,
                "`orderby` lists the field `usageDate` twice; list every field once",
            ),
        ] {
            let error = OrderBy::<Usage>::try_from(text).unwrap_err();
            assert_eq!(error.to_string(), message, "{text}");
            assert_eq!(error.kind(), kind, "{text}");
        }
        let error = OrderBy::<Subscriptions>::try_from("productName").unwrap_err();
        assert_eq!(error.kind(), QueryErrorKind::NotSupported);
        assert_eq!(
            error.to_string(),
            "the operation `subscriptions` does not take `orderby`; \
             leave it out and sort the rows received"
        );
    }

    #[test]
    fn fits_a_setter_that_converts() {
        fn set<V: TryInto<OrderBy<Usage>, Error: fmt::Display>>(value: V) -> String {
            match value.try_into() {
                Ok(order) => order.to_string(),
                Err(error) => format!("no: {error}"),
            }
        }
        assert_eq!(set("QUANTITY"), "quantity asc");
        assert_eq!(set(usage::QUANTITY.desc()), "quantity desc");
        assert_eq!(
            set([usage::QUANTITY.desc(), usage::USAGE_DATE.asc()]),
            "quantity desc,usageDate asc"
        );
        assert!(set([usage::QUANTITY.desc(), usage::QUANTITY.asc()]).starts_with("no: "));
    }
}
