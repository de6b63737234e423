//! The table: one row per command.

use partner_center::fields;

use super::endpoint::endpoint;
use super::options::{PlainOptions, QueryOptions};
use super::report::Report;

/// Commands that only hold other commands, with what they are about.
pub(crate) static GROUPS: &[(&str, &str)] = &[
    ("licenses", "Licences by service, or of one customer"),
    ("commercial", "Licences by customer and product"),
    ("customers", "The customers all reports speak of"),
];

/// Every report.
pub(crate) static REPORTS: &[Report] = &[
    Report::new(
        Some("licenses"),
        "deployment",
        &[
            endpoint!(partner_licenses_deployment, PlainOptions, [], collection),
            endpoint!(
                customer_licenses_deployment,
                PlainOptions,
                [customer_id],
                collection
            ),
        ],
    ),
    Report::new(
        Some("licenses"),
        "usage",
        &[
            endpoint!(partner_licenses_usage, PlainOptions, [], collection),
            endpoint!(
                customer_licenses_usage,
                PlainOptions,
                [customer_id],
                collection
            ),
        ],
    ),
    Report::new(
        Some("commercial"),
        "deployment",
        &[endpoint!(
            commercial_licenses_deployment,
            QueryOptions<fields::CommercialLicensesDeployment, 10_000>,
            [filter, groupby, processed_date_time, skip, top],
            pages
        )],
    ),
    Report::new(
        Some("commercial"),
        "usage",
        &[endpoint!(
            commercial_licenses_usage,
            QueryOptions<fields::CommercialLicensesUsage, 10_000>,
            [filter, groupby, processed_date_time, skip, top],
            pages
        )],
    ),
    Report::new(
        None,
        "azure-usage",
        &[endpoint!(
            azure_usage,
            QueryOptions<fields::AzureUsage, 10_000>,
            [filter, groupby, orderby, skip, top],
            pages
        )],
    ),
    Report::new(
        None,
        "subscriptions",
        &[endpoint!(
            subscriptions,
            QueryOptions<fields::Subscriptions, 10_000>,
            [filter, groupby, skip, top],
            pages
        )],
    ),
    Report::new(
        None,
        "resellers",
        &[endpoint!(
            indirect_resellers,
            QueryOptions<fields::IndirectResellers, 10_000>,
            [filter, groupby, orderby, skip, top],
            pages
        )],
    ),
    Report::new(
        None,
        "searches",
        &[endpoint!(
            searches,
            QueryOptions<fields::Searches, 9_999>,
            [filter, groupby, skip, top],
            pages
        )],
    ),
    Report::new(
        None,
        "referrals",
        &[endpoint!(
            referrals,
            QueryOptions<fields::Referrals, 9_999>,
            [filter, groupby, skip, top],
            pages
        )],
    ),
    Report::new(
        Some("customers"),
        "list",
        &[endpoint!(customers, PlainOptions, [filter, size], pages).columns(CUSTOMER)],
    ),
    Report::new(
        Some("customers"),
        "show",
        &[endpoint!(customer, PlainOptions, [customer_id], object).columns(CUSTOMER)],
    )
    .customer_by_position(),
    Report::new(
        None,
        "skus",
        &[endpoint!(
            subscribed_skus,
            PlainOptions,
            [customer_id, license_group_ids],
            collection
        )
        .columns(SKU)],
    ),
];

const CUSTOMER: &[&str] = &[
    "id",
    "companyProfile.companyName",
    "companyProfile.domain",
    "relationshipToPartner",
];

const SKU: &[&str] = &[
    "productSku.name",
    "productSku.skuPartNumber",
    "capabilityStatus",
    "activeUnits",
    "availableUnits",
    "consumedUnits",
    "suspendedUnits",
    "totalUnits",
    "warningUnits",
];
