// Two operations in the format of generated code, for the tests and examples of this module.
// Examples include this file as text, so it has no inner attributes.

use partner_center_catalog::{
    self as catalog, FieldKind, Operation, Parameter, ParameterKind, Place, ResponseShape,
};
use partner_center_core::query::marker::{
    AnyComparison, Boolean, ContainsOnly, ContainsOrEquality, DateTime, EqualOnly, Equality, Guid,
    No, NotFiltered, Number, Text, Yes,
};
use partner_center_core::query::{Field, Operator, QueryOperation};

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
    const OPERATION: &'static Operation = &Operation::new("usage", "GET", "/usage")
        .with_parameters(&[Parameter::new(
            "aggregationLevel",
            Place::Query,
            ParameterKind::Enumeration(&["day", "week", "month"]),
            "Period to which grouped dates are truncated",
        )])
        .with_response(
            ResponseShape::Page,
            &[
                catalog::Field::new(
                    "customerTenantId",
                    FieldKind::Guid,
                    "Tenant of the customer",
                )
                .with_operators(EQUALITY)
                .groupable()
                .orderable(),
                catalog::Field::new("meterCategory", FieldKind::Text, "Category of the meter")
                    .with_operators(EQUALITY)
                    .groupable()
                    .orderable(),
                catalog::Field::new("usageDate", FieldKind::Timestamp, "Day of the usage")
                    .with_operators(COMPARISON)
                    .groupable()
                    .orderable(),
                catalog::Field::new("quantity", FieldKind::Number, "Quantity used").orderable(),
            ],
        )
        .with_measures(&["quantity"]);
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
    const OPERATION: &'static Operation = &Operation::new("subscriptions", "GET", "/subscriptions")
        .with_response(
            ResponseShape::Page,
            &[
                catalog::Field::new("customerName", FieldKind::Text, "Name of the customer")
                    .with_operators(&[Operator::Contains]),
                catalog::Field::new("productName", FieldKind::Text, "Name of the product")
                    .with_operators(&[Operator::Contains, Operator::Equal, Operator::NotEqual])
                    .groupable(),
                catalog::Field::new("autoRenewEnabled", FieldKind::Boolean, "Automatic renewal")
                    .with_operators(EQUALITY),
                catalog::Field::new("licenseCount", FieldKind::Number, "Licences, a count")
                    .with_operators(&[Operator::Equal]),
                catalog::Field::new("subscriptionCount", FieldKind::Count, "Subscriptions"),
            ],
        )
        .with_measures(&["subscriptionCount"]);
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
