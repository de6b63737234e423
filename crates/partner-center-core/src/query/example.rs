// Two operations in the format of generated code, for the tests and examples of this module.
// Examples include this file as text, so it has no inner attributes.

use partner_center_core::query::marker::{
    AnyComparison, Boolean, ContainsOnly, ContainsOrEquality, DateTime, EqualOnly, Equality, Guid,
    No, NotFiltered, Number, Text, Yes,
};
use partner_center_core::query::{
    Field, FilterField, GroupField, Operator, QueryOperation, ValueKind,
};

const EQUALITY: &[Operator] = &[Operator::Equal, Operator::NotEqual];
const COMPARISON: &[Operator] = &[
    Operator::Equal,
    Operator::NotEqual,
    Operator::Greater,
    Operator::GreaterOrEqual,
    Operator::Less,
    Operator::LessOrEqual,
];

/// Operation with grouping, aggregation and sorting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Usage {}

impl QueryOperation for Usage {
    const ID: &'static str = "usage";
    const FILTER_FIELDS: &'static [FilterField] = &[
        FilterField::new("customerTenantId", ValueKind::Guid, EQUALITY),
        FilterField::new("meterCategory", ValueKind::Text, EQUALITY),
        FilterField::new("usageDate", ValueKind::DateTime, COMPARISON),
    ];
    const GROUP_FIELDS: &'static [GroupField] = &[
        GroupField::new("customerTenantId", false),
        GroupField::new("meterCategory", false),
        GroupField::new("usageDate", true),
    ];
    const ORDER_FIELDS: &'static [&'static str] =
        &["customerTenantId", "meterCategory", "usageDate", "quantity"];
    const GROUP_MEASURES: &'static [&'static str] = &["quantity"];
    const AGGREGATION: bool = true;
}

#[allow(dead_code, reason = "not every example uses every field")]
pub(crate) mod usage {
    use super::*;

    pub(crate) const CUSTOMER_TENANT_ID: Field<Usage, Guid, Equality, Yes, Yes> =
        Field::new("customerTenantId");
    pub(crate) const METER_CATEGORY: Field<Usage, Text, Equality, Yes, Yes> =
        Field::new("meterCategory");
    pub(crate) const USAGE_DATE: Field<Usage, DateTime, AnyComparison, Yes, Yes> =
        Field::new("usageDate");
    pub(crate) const QUANTITY: Field<Usage, Number, NotFiltered, No, Yes> = Field::new("quantity");
}

/// Operation with grouping, but without aggregation and sorting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subscriptions {}

impl QueryOperation for Subscriptions {
    const ID: &'static str = "subscriptions";
    const FILTER_FIELDS: &'static [FilterField] = &[
        FilterField::new("customerName", ValueKind::Text, &[Operator::Contains]),
        FilterField::new(
            "productName",
            ValueKind::Text,
            &[Operator::Contains, Operator::Equal, Operator::NotEqual],
        ),
        FilterField::new("autoRenewEnabled", ValueKind::Boolean, EQUALITY),
        FilterField::new("licenseCount", ValueKind::Number, &[Operator::Equal]),
    ];
    const GROUP_FIELDS: &'static [GroupField] = &[GroupField::new("productName", false)];
    const ORDER_FIELDS: &'static [&'static str] = &[];
    const GROUP_MEASURES: &'static [&'static str] = &["subscriptionCount"];
    const AGGREGATION: bool = false;
}

#[allow(dead_code, reason = "not every example uses every field")]
pub(crate) mod subscriptions {
    use super::*;

    pub(crate) const CUSTOMER_NAME: Field<Subscriptions, Text, ContainsOnly, No, No> =
        Field::new("customerName");
    pub(crate) const PRODUCT_NAME: Field<Subscriptions, Text, ContainsOrEquality, Yes, No> =
        Field::new("productName");
    pub(crate) const AUTO_RENEW_ENABLED: Field<Subscriptions, Boolean, Equality, No, No> =
        Field::new("autoRenewEnabled");
    pub(crate) const LICENSE_COUNT: Field<Subscriptions, Number, EqualOnly, No, No> =
        Field::new("licenseCount");
}
