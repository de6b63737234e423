//! Typed field of an operation, with methods only for what the operation allows.

use std::fmt;
use std::marker::PhantomData;

use crate::Timestamp;

use super::marker::{
    self, Groupable, Kind, Sortable, TakesContains, TakesEqual, TakesNotEqual, TakesOrder,
};
use super::{
    Direction, Filter, FilterExpression, GroupKey, Guid, Literal, Number, Operator, OrderKey,
    QueryError, QueryOperation,
};

/// Field of the operation `O`, a constant from which query options are built.
///
/// The other parameters are [markers](marker): the kind of its values (`V`), the operators that it
/// accepts in a filter (`F`), and whether rows can be grouped (`G`) and sorted (`S`) by it. Methods
/// that the field does not allow, and fields of another operation, do not compile.
///
/// # Examples
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/example.rs"));
/// # fn main() -> Result<(), partner_center_core::query::QueryError> {
/// use partner_center_core::Timestamp;
///
/// let since: Timestamp = "2018-01-01".parse().unwrap();
/// let filter = usage::METER_CATEGORY
///     .any_of(["Storage", "Virtual Machines"])?
///     .and(usage::USAGE_DATE.ge(since));
/// assert_eq!(
///     filter.to_string(),
///     "(meterCategory eq 'Storage' or meterCategory eq 'Virtual Machines') \
///      and usageDate ge cast('2018-01-01',Edm.DateTimeOffset)"
/// );
/// # Ok(())
/// # }
/// ```
///
/// Operators that the field does not accept do not compile:
///
/// ```compile_fail,E0277
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/example.rs"));
/// # fn main() {
/// subscriptions::CUSTOMER_NAME.eq("Contoso");
/// # }
/// ```
///
/// ```compile_fail,E0277
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/example.rs"));
/// # fn main() {
/// usage::METER_CATEGORY.gt("Storage");
/// # }
/// ```
///
/// A value of another kind does not compile:
///
/// ```compile_fail,E0277
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/example.rs"));
/// # fn main() {
/// usage::USAGE_DATE.ge("2018-01-01");
/// # }
/// ```
///
/// A field of another operation does not compile:
///
/// ```compile_fail,E0308
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/example.rs"));
/// # fn main() {
/// usage::METER_CATEGORY.eq("Storage").and(subscriptions::PRODUCT_NAME.eq("Azure"));
/// # }
/// ```
///
/// Fields by which the operation cannot group or sort do not compile:
///
/// ```compile_fail,E0277
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/example.rs"));
/// # fn main() {
/// partner_center_core::query::GroupBy::by(usage::QUANTITY);
/// # }
/// ```
///
/// ```compile_fail,E0277
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/example.rs"));
/// # fn main() {
/// subscriptions::PRODUCT_NAME.asc();
/// # }
/// ```
pub struct Field<O, V, F, G, S> {
    name: &'static str,
    markers: PhantomData<(O, V, F, G, S)>,
}

impl<O, V, F, G, S> Field<O, V, F, G, S> {
    /// Creates the field `name`. For generated code: the name and the markers are not checked
    /// against the tables of the operation.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            markers: PhantomData,
        }
    }

    /// Returns the documented spelling, which is sent.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl<O: QueryOperation, V, F, G, S> Field<O, V, F, G, S> {
    /// Creates the condition `field eq value`: equal to the value.
    pub fn eq(self, value: impl FilterValue<V>) -> Filter<O>
    where
        F: TakesEqual,
    {
        self.compare(Operator::Equal, value)
    }

    /// Creates the condition `field ne value`: not equal to the value.
    pub fn ne(self, value: impl FilterValue<V>) -> Filter<O>
    where
        F: TakesNotEqual,
    {
        self.compare(Operator::NotEqual, value)
    }

    /// Creates the condition `field gt value`: greater or later than the value.
    pub fn gt(self, value: impl FilterValue<V>) -> Filter<O>
    where
        F: TakesOrder,
    {
        self.compare(Operator::Greater, value)
    }

    /// Creates the condition `field ge value`: greater than or equal to the value, or not earlier.
    /// The lower bound of a range ([T36](crate::deviations#t36)).
    pub fn ge(self, value: impl FilterValue<V>) -> Filter<O>
    where
        F: TakesOrder,
    {
        self.compare(Operator::GreaterOrEqual, value)
    }

    /// Creates the condition `field lt value`: less or earlier than the value.
    pub fn lt(self, value: impl FilterValue<V>) -> Filter<O>
    where
        F: TakesOrder,
    {
        self.compare(Operator::Less, value)
    }

    /// Creates the condition `field le value`: less than or equal to the value, or not later.
    pub fn le(self, value: impl FilterValue<V>) -> Filter<O>
    where
        F: TakesOrder,
    {
        self.compare(Operator::LessOrEqual, value)
    }

    /// Creates the condition `contains(field,'text')`: the value of the field contains the text
    /// ([T39](crate::deviations#t39)).
    pub fn contains(self, text: impl FilterValue<marker::Text>) -> Filter<O>
    where
        F: TakesContains,
    {
        self.compare(Operator::Contains, text)
    }

    /// Creates the condition `field eq a or field eq b ..`: equal to one of the values.
    ///
    /// # Errors
    ///
    /// [`QueryError`] if there is no value, because no row could match and no filter can express
    /// that.
    pub fn any_of<T: FilterValue<V>>(
        self,
        values: impl IntoIterator<Item = T>,
    ) -> Result<Filter<O>, QueryError>
    where
        F: TakesEqual,
    {
        FilterExpression::any_of(self.name, values).map(Filter::from_checked)
    }

    /// Converts to a key for grouping, which has the same type for all fields of the operation.
    #[must_use]
    pub fn key(self) -> GroupKey<O>
    where
        V: Kind,
        G: Groupable,
    {
        GroupKey::new(self.name, V::KIND)
    }

    /// Creates a key for sorting in ascending order.
    #[must_use]
    pub fn asc(self) -> OrderKey<O>
    where
        S: Sortable,
    {
        OrderKey::new(self.name, Direction::Ascending)
    }

    /// Creates a key for sorting in descending order.
    #[must_use]
    pub fn desc(self) -> OrderKey<O>
    where
        S: Sortable,
    {
        OrderKey::new(self.name, Direction::Descending)
    }

    fn compare(self, operator: Operator, value: impl Into<Literal>) -> Filter<O> {
        Filter::from_checked(FilterExpression::comparison(
            self.name,
            operator,
            value.into(),
        ))
    }
}

impl<O, V, F, G, S> Clone for Field<O, V, F, G, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O, V, F, G, S> Copy for Field<O, V, F, G, S> {}

impl<O, V, F, G, S> fmt::Debug for Field<O, V, F, G, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Field").field(&self.name).finish()
    }
}

/// Value that can be compared with a field of kind `V`.
#[diagnostic::on_unimplemented(
    message = "a field of kind `{V}` is not compared with `{Self}`",
    label = "not a value of kind `{V}`",
    note = "text is `&str` or `String`, a GUID `query::Guid`, a boolean `bool`, \
            a date `Timestamp`, a number an integer or `query::Number`"
)]
pub trait FilterValue<V>: Into<Literal> {}

impl FilterValue<marker::Text> for &str {}
impl FilterValue<marker::Text> for String {}
impl FilterValue<marker::Text> for &String {}
impl FilterValue<marker::Guid> for Guid {}
impl FilterValue<marker::Boolean> for bool {}
impl FilterValue<marker::DateTime> for Timestamp {}
impl FilterValue<marker::Number> for Number {}
impl FilterValue<marker::Number> for i8 {}
impl FilterValue<marker::Number> for i16 {}
impl FilterValue<marker::Number> for i32 {}
impl FilterValue<marker::Number> for i64 {}
impl FilterValue<marker::Number> for u8 {}
impl FilterValue<marker::Number> for u16 {}
impl FilterValue<marker::Number> for u32 {}
impl FilterValue<marker::Number> for u64 {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::example::{Usage, subscriptions, usage};
    use crate::query::marker::Operators;

    #[test]
    fn every_operator_is_written() {
        let day: Timestamp = "2018-01-01".parse().unwrap();
        let cast = "cast('2018-01-01',Edm.DateTimeOffset)";
        let date = usage::USAGE_DATE;
        for (filter, operator) in [
            (date.eq(day.clone()), "eq"),
            (date.ne(day.clone()), "ne"),
            (date.gt(day.clone()), "gt"),
            (date.ge(day.clone()), "ge"),
            (date.lt(day.clone()), "lt"),
            (date.le(day), "le"),
        ] {
            assert_eq!(filter.to_string(), format!("usageDate {operator} {cast}"));
        }
        let tenant = "00000000-0000-0000-0000-000000000000"
            .parse::<Guid>()
            .unwrap();
        for (filter, text) in [
            (
                subscriptions::CUSTOMER_NAME.contains("O'B"),
                "contains(customerName,'O''B')",
            ),
            (
                subscriptions::PRODUCT_NAME.contains(String::from("x")),
                "contains(productName,'x')",
            ),
            (
                subscriptions::PRODUCT_NAME.ne(String::from("x")),
                "productName ne 'x'",
            ),
            (
                subscriptions::AUTO_RENEW_ENABLED.eq(true),
                "autoRenewEnabled eq true",
            ),
            (subscriptions::LICENSE_COUNT.eq(5), "licenseCount eq 5"),
        ] {
            assert_eq!(filter.to_string(), text);
        }
        assert_eq!(
            usage::CUSTOMER_TENANT_ID.eq(tenant).to_string(),
            "customerTenantId eq '00000000-0000-0000-0000-000000000000'"
        );
    }

    #[test]
    fn a_list_must_not_be_empty() {
        let none: [&str; 0] = [];
        let error = usage::METER_CATEGORY.any_of(none).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the list of values for the field `meterCategory` is empty, so no row could match; \
             expected one or more values"
        );
        assert_eq!(
            usage::METER_CATEGORY.any_of(["a"]).unwrap(),
            usage::METER_CATEGORY.eq("a")
        );
    }

    #[test]
    fn what_the_compiler_allows_the_tables_allow() {
        fn agrees<O: QueryOperation, V: Kind, F: Operators, G, S>(field: Field<O, V, F, G, S>) {
            let known = O::OPERATION.field(field.name()).unwrap();
            assert_eq!(known.kind, V::KIND);
            assert_eq!(known.operators, F::OPERATORS);
        }
        agrees(usage::CUSTOMER_TENANT_ID);
        agrees(usage::METER_CATEGORY);
        agrees(usage::USAGE_DATE);
        agrees(usage::QUANTITY);
        agrees(subscriptions::CUSTOMER_NAME);
        agrees(subscriptions::PRODUCT_NAME);
        agrees(subscriptions::AUTO_RENEW_ENABLED);
        agrees(subscriptions::LICENSE_COUNT);
    }

    #[test]
    fn a_field_is_a_plain_constant() {
        fn plain<T: Copy + Send + Sync + 'static>(_: T) {}
        plain(usage::QUANTITY);
        assert_eq!(size_of_val(&usage::QUANTITY), size_of::<&str>());
        assert_eq!(format!("{:?}", usage::QUANTITY), "Field(\"quantity\")");
        let _: Filter<Usage> = usage::METER_CATEGORY.eq("a");
    }
}
