//! Query options `groupby` and `aggregationLevel`.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use partner_center_catalog::FieldKind;

use super::error::QueryOption;
use super::list::items;
use super::marker::{Groupable, Kind};
use super::{AggregationLevel, Field, QueryError, QueryOperation};

/// Grouping of the rows of the operation `O`: the fields in order, and the period to which dates
/// are truncated.
///
/// The rows of the response have these fields and the measures of the operation only. The grouping
/// is sent as two parameters: [`fields_text`](Self::fields_text) as `groupby`
/// ([T15](crate::deviations#t15)), and [`aggregation_level`](Self::aggregation_level) as
/// `aggregationLevel`. Text is a comma-separated list of field names, which are case-insensitive
/// ([T31](crate::deviations#t31)).
///
/// # Examples
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/example.rs"));
/// # fn main() -> Result<(), partner_center_core::query::QueryError> {
/// use partner_center_core::query::{AggregationLevel, GroupBy};
///
/// let chained = GroupBy::by(usage::METER_CATEGORY).then(usage::USAGE_DATE)?;
/// let listed = GroupBy::new([usage::METER_CATEGORY.key(), usage::USAGE_DATE.key()])?;
/// let read = GroupBy::try_from("metercategory, usagedate")?;
/// assert!(chained == listed && chained == read);
///
/// let monthly = chained.aggregated_by(AggregationLevel::Month)?;
/// assert_eq!(monthly.fields_text(), "meterCategory,usageDate");
/// assert_eq!(monthly.aggregation_level(), Some(AggregationLevel::Month));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a grouping does nothing until it is given to a request"]
pub struct GroupBy<O> {
    /// Keys; at least one, without duplicates.
    keys: Vec<GroupKey<O>>,
    /// Aggregation level, if a key is a date.
    level: Option<AggregationLevel>,
}

/// Field of the operation `O` to group by, created by [`Field::key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupKey<O> {
    name: &'static str,
    is_date: bool,
    operation: PhantomData<O>,
}

impl<O> GroupKey<O> {
    pub(super) fn new(name: &'static str, kind: FieldKind) -> Self {
        Self {
            name,
            is_date: kind == FieldKind::Timestamp,
            operation: PhantomData,
        }
    }

    /// Returns the documented spelling of the field.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns whether the field is a date, to which an aggregation level applies.
    #[must_use]
    pub fn is_date(&self) -> bool {
        self.is_date
    }
}

impl<O: QueryOperation, V: Kind, F, G: Groupable, S> From<Field<O, V, F, G, S>> for GroupKey<O> {
    fn from(field: Field<O, V, F, G, S>) -> Self {
        field.key()
    }
}

impl<O: QueryOperation> GroupBy<O> {
    /// Groups by one field; [`then`](Self::then) adds further fields.
    pub fn by(key: impl Into<GroupKey<O>>) -> Self {
        Self {
            keys: vec![key.into()],
            level: None,
        }
    }

    /// Groups by several fields.
    ///
    /// # Errors
    ///
    /// [`QueryError`] if there is no field, or if a field is listed twice.
    pub fn new<K: Into<GroupKey<O>>>(
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Self, QueryError> {
        let mut keys = keys.into_iter();
        let Some(first) = keys.next() else {
            return Err(QueryError::empty_fields(QueryOption::GroupBy));
        };
        keys.try_fold(Self::by(first), Self::then)
    }

    /// Adds a field by which the groups are divided further.
    ///
    /// # Errors
    ///
    /// [`QueryError`] if the field is already listed.
    ///
    /// # Examples
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/example.rs"));
    /// # fn main() -> Result<(), partner_center_core::query::QueryError> {
    /// use partner_center_core::query::GroupBy;
    ///
    /// let groups = GroupBy::by(usage::CUSTOMER_TENANT_ID).then(usage::METER_CATEGORY)?;
    /// assert_eq!(groups.fields_text(), "customerTenantId,meterCategory");
    ///
    /// let error = groups.then(usage::METER_CATEGORY).unwrap_err();
    /// assert!(error.to_string().contains("meterCategory"), "{error}");
    /// # Ok(())
    /// # }
    /// ```
    pub fn then(mut self, key: impl Into<GroupKey<O>>) -> Result<Self, QueryError> {
        let key = key.into();
        if self.keys.iter().any(|known| known.name == key.name) {
            return Err(QueryError::duplicate(QueryOption::GroupBy, key.name));
        }
        self.keys.push(key);
        Ok(self)
    }

    /// Truncates all dates among the fields to days, weeks or months.
    ///
    /// # Errors
    ///
    /// [`QueryError`] if no field is a date, because some operations then reject the level and
    /// others ignore it ([T34](crate::deviations#t34)), or if the operation does not take a level.
    ///
    /// # Examples
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/example.rs"));
    /// # fn main() -> Result<(), partner_center_core::query::QueryError> {
    /// use partner_center_core::query::{AggregationLevel, GroupBy};
    ///
    /// let by_month = GroupBy::by(usage::USAGE_DATE).aggregated_by(AggregationLevel::Month)?;
    /// assert_eq!(by_month.aggregation_level(), Some(AggregationLevel::Month));
    ///
    /// // Without a date among the fields, a level has no meaning.
    /// assert!(GroupBy::by(usage::METER_CATEGORY).aggregated_by(AggregationLevel::Day).is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn aggregated_by(mut self, level: AggregationLevel) -> Result<Self, QueryError> {
        if !takes_level::<O>() {
            return Err(QueryError::no_aggregation(O::OPERATION.id));
        }
        if !self.keys.iter().any(|key| key.is_date) {
            return Err(level_without_date::<O>(
                &self.keys.iter().map(|key| key.name).collect::<Vec<_>>(),
            ));
        }
        self.level = Some(level);
        Ok(self)
    }

    /// Checks that an aggregation level may be sent with `group_by`, which may be `None`.
    ///
    /// For a request whose two parameters were given separately.
    ///
    /// # Errors
    ///
    /// The same errors as [`aggregated_by`](Self::aggregated_by), and [`QueryError`] if there is no
    /// grouping.
    pub fn check_aggregation(
        group_by: Option<&Self>,
        level: AggregationLevel,
    ) -> Result<(), QueryError> {
        match group_by {
            Some(group_by) => group_by.clone().aggregated_by(level).map(drop),
            None if takes_level::<O>() => Err(level_without_date::<O>(&[])),
            None => Err(QueryError::no_aggregation(O::OPERATION.id)),
        }
    }

    /// Returns the fields to group by, in order. The list is not empty.
    #[must_use]
    pub fn keys(&self) -> &[GroupKey<O>] {
        &self.keys
    }

    /// Returns the value of `groupby`: the comma-separated fields.
    #[must_use]
    pub fn fields_text(&self) -> String {
        self.to_string()
    }

    /// Returns the value of `aggregationLevel`, if it is sent.
    #[must_use]
    pub fn aggregation_level(&self) -> Option<AggregationLevel> {
        self.level
    }
}

fn takes_level<O: QueryOperation>() -> bool {
    O::OPERATION.parameter("aggregationLevel").is_some()
}

fn level_without_date<O: QueryOperation>(grouped: &[&'static str]) -> QueryError {
    let dates: Vec<_> = O::OPERATION
        .group_fields()
        .filter(|field| field.is_date())
        .map(|field| field.name)
        .collect();
    QueryError::aggregation_without_date(grouped, &dates)
}

/// Writes the comma-separated fields, without the aggregation level, which is another parameter.
impl<O> fmt::Display for GroupBy<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, key) in self.keys.iter().enumerate() {
            let separator = if index == 0 { "" } else { "," };
            write!(f, "{separator}{}", key.name)?;
        }
        Ok(())
    }
}

impl<O: QueryOperation, V: Kind, F, G: Groupable, S> From<Field<O, V, F, G, S>> for GroupBy<O> {
    fn from(field: Field<O, V, F, G, S>) -> Self {
        Self::by(field)
    }
}

impl<O: QueryOperation, K: Into<GroupKey<O>>, const N: usize> TryFrom<[K; N]> for GroupBy<O> {
    type Error = QueryError;

    /// Groups by several fields, like [`GroupBy::new`].
    fn try_from(keys: [K; N]) -> Result<Self, Self::Error> {
        Self::new(keys)
    }
}

impl<O: QueryOperation> FromStr for GroupBy<O> {
    type Err = QueryError;

    /// Parses comma-separated field names, case-insensitively and with optional spaces around them.
    ///
    /// # Errors
    ///
    /// [`QueryError`] if the list is empty, an item is empty, a field is listed twice, or the
    /// operation cannot group by a field.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const OPTION: QueryOption = QueryOption::GroupBy;

        if O::OPERATION.group_fields().next().is_none() {
            return Err(QueryError::no_option(OPTION, O::OPERATION.id));
        }
        let keys: Vec<_> = items(OPTION, text)?
            .iter()
            .map(|item| key_named(item.text))
            .collect::<Result<_, _>>()?;
        Self::new(keys)
    }
}

fn key_named<O: QueryOperation>(name: &str) -> Result<GroupKey<O>, QueryError> {
    match O::OPERATION.field(name) {
        Some(field) if field.is_groupable => Ok(GroupKey::new(field.name, field.kind)),
        Some(field) if O::OPERATION.measures.contains(&field.name) => {
            Err(QueryError::group_measure(field.name))
        }
        _ => Err(QueryError::unknown_field(
            QueryOption::GroupBy,
            name,
            &O::OPERATION
                .group_fields()
                .map(|field| field.name)
                .collect::<Vec<_>>(),
        )),
    }
}

crate::model::conversions::try_from_text! { GroupBy<O>, QueryError, O: QueryOperation }

impl<O> From<GroupBy<O>> for String {
    /// Returns the text that is sent, like `Display`.
    fn from(option: GroupBy<O>) -> Self {
        option.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::QueryErrorKind;
    use crate::query::example::{Subscriptions, Usage, subscriptions, usage};

    #[test]
    fn text_is_checked_and_brought_into_the_documented_spelling() {
        let text = String::from(" USAGEDATE ,metercategory");
        let group = GroupBy::<Usage>::try_from(&text).unwrap();
        assert_eq!(group.fields_text(), "usageDate,meterCategory");
        assert_eq!(group.aggregation_level(), None);
        assert!(group.keys()[0].is_date() && !group.keys()[1].is_date());
        assert_eq!(group, GroupBy::try_from(text).unwrap());
        assert_eq!(
            group,
            GroupBy::by(usage::USAGE_DATE)
                .then(usage::METER_CATEGORY)
                .unwrap()
        );
    }

    #[test]
    fn bad_lists_are_refused() {
        use QueryErrorKind::{Duplicate, Empty, Syntax, UnknownField};
        for (text, kind, message) in [
            (
                "",
                Empty,
                "`groupby` has no field; give one or more fields, or leave it out",
            ),
            (
                " ",
                Empty,
                "`groupby` has no field; give one or more fields, or leave it out",
            ),
            (
                "meterCategory,,usageDate",
                Syntax,
                "`groupby` is invalid at column 15: expected a field name, found `,`",
            ),
            (
                "meterCategory,",
                Syntax,
                "`groupby` is invalid at column 15: expected a field name, found the end",
            ),
            (
                "ageGroup,meterCategory",
                UnknownField,
                "`groupby` does not take the field `ageGroup`; \
                 allowed: `customerTenantId`, `meterCategory`, `usageDate`",
            ),
            (
                "Quantity",
                UnknownField,
                "`groupby` does not take the field `quantity`: it is a measure, \
                 which every group contains anyway",
            ),
            (
                "meterCategory,METERCATEGORY",
                Duplicate,
                "`groupby` lists the field `meterCategory` twice; list every field once",
            ),
        ] {
            let error = GroupBy::<Usage>::try_from(text).unwrap_err();
            assert_eq!(error.to_string(), message, "{text}");
            assert_eq!(error.kind(), kind, "{text}");
        }
        let long = "a,".repeat(20_000);
        let error = GroupBy::<Usage>::try_from(long).unwrap_err();
        assert_eq!(error.kind(), QueryErrorKind::TooLarge);
    }

    #[test]
    fn handles_are_checked_for_what_the_compiler_cannot_see() {
        let group = GroupBy::by(usage::USAGE_DATE);
        let error = group.then(usage::USAGE_DATE).unwrap_err();
        assert_eq!(error.kind(), QueryErrorKind::Duplicate);
        let none: [GroupKey<Usage>; 0] = [];
        let error = GroupBy::new(none).unwrap_err();
        assert_eq!(error.kind(), QueryErrorKind::Empty);
    }

    #[test]
    fn an_aggregation_level_needs_a_date() {
        let group = GroupBy::by(usage::USAGE_DATE)
            .then(usage::METER_CATEGORY)
            .unwrap();
        let weekly = group.aggregated_by(AggregationLevel::Week).unwrap();
        assert_eq!(weekly.aggregation_level(), Some(AggregationLevel::Week));

        let level = AggregationLevel::Day;
        let group = GroupBy::by(usage::METER_CATEGORY);
        let expected = "an aggregation level applies to the dates in `groupby`, but there is none \
                        among `meterCategory`; group by one of: `usageDate`";
        let error = GroupBy::check_aggregation(Some(&group), level).unwrap_err();
        assert_eq!(error.to_string(), expected);
        let error = group.aggregated_by(level).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.kind(), QueryErrorKind::Aggregation);

        let error = GroupBy::<Usage>::check_aggregation(None, level).unwrap_err();
        assert_eq!(
            error.to_string(),
            "an aggregation level applies to the dates in `groupby`, but there is none \
             without grouping; group by one of: `usageDate`"
        );
        let expected =
            "the operation `subscriptions` does not take an aggregation level; leave it out";
        let group = GroupBy::by(subscriptions::PRODUCT_NAME);
        let error = group.aggregated_by(level).unwrap_err();
        assert_eq!(error.to_string(), expected);
        let error = GroupBy::<Subscriptions>::check_aggregation(None, level).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn fits_a_setter_that_converts() {
        fn set<V: TryInto<GroupBy<Usage>, Error: fmt::Display>>(value: V) -> String {
            match value.try_into() {
                Ok(group) => group.fields_text(),
                Err(error) => format!("no: {error}"),
            }
        }
        assert_eq!(set("USAGEDATE"), "usageDate");
        assert_eq!(set(usage::USAGE_DATE), "usageDate");
        assert_eq!(set([usage::USAGE_DATE]), "usageDate");
        assert_eq!(
            set([usage::USAGE_DATE.key(), usage::METER_CATEGORY.key()]),
            "usageDate,meterCategory"
        );
        assert!(set([usage::USAGE_DATE, usage::USAGE_DATE]).starts_with("no: "));
    }
}
