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
            )
            .table(CUSTOMER_DEPLOYMENT),
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
            )
            .table(CUSTOMER_USAGE),
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
        )
        .table(COMMERCIAL_DEPLOYMENT)],
    ),
    Report::new(
        Some("commercial"),
        "usage",
        &[endpoint!(
            commercial_licenses_usage,
            QueryOptions<fields::CommercialLicensesUsage, 10_000>,
            [filter, groupby, processed_date_time, skip, top],
            pages
        )
        .table(COMMERCIAL_USAGE)],
    ),
    Report::new(
        None,
        "azure-usage",
        &[endpoint!(
            azure_usage,
            QueryOptions<fields::AzureUsage, 10_000>,
            [filter, groupby, orderby, skip, top],
            pages
        )
        .table(AZURE_USAGE)],
    ),
    Report::new(
        None,
        "subscriptions",
        &[endpoint!(
            subscriptions,
            QueryOptions<fields::Subscriptions, 10_000>,
            [filter, groupby, skip, top],
            pages
        )
        .table(SUBSCRIPTION)],
    ),
    Report::new(
        None,
        "resellers",
        &[endpoint!(
            indirect_resellers,
            QueryOptions<fields::IndirectResellers, 10_000>,
            [filter, groupby, orderby, skip, top],
            pages
        )
        .table(RESELLER)],
    ),
    Report::new(
        None,
        "searches",
        &[endpoint!(
            searches,
            QueryOptions<fields::Searches, 9_999>,
            [filter, groupby, skip, top],
            pages
        )
        .table(SEARCH)],
    ),
    Report::new(
        None,
        "referrals",
        &[endpoint!(
            referrals,
            QueryOptions<fields::Referrals, 9_999>,
            [filter, groupby, skip, top],
            pages
        )
        .table(REFERRAL)],
    ),
    Report::new(
        Some("customers"),
        "list",
        &[endpoint!(customers, PlainOptions, [filter, size], pages).table(CUSTOMER)],
    ),
    Report::new(
        Some("customers"),
        "show",
        &[endpoint!(customer, PlainOptions, [customer_id], object).details()],
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
        .table(SKU)],
    ),
];

const CUSTOMER_DEPLOYMENT: &[&str] = &[
    "customerName",
    "productName",
    "serviceName",
    "channel",
    "licensesSold",
    "licensesDeployed",
    "deploymentPercent",
    "processedDateTime",
];

const CUSTOMER_USAGE: &[&str] = &[
    "customerName",
    "productName",
    "workloadName",
    "serviceName",
    "licensesQualified",
    "licensesActive",
    "usagePercent",
    "processedDateTime",
];

const COMMERCIAL_DEPLOYMENT: &[&str] = &[
    "customerName",
    "productName",
    "serviceName",
    "channel",
    "licensesSold",
    "licensesDeployed",
    "processedDateTime",
];

const COMMERCIAL_USAGE: &[&str] = &[
    "customerName",
    "productName",
    "workloadName",
    "serviceName",
    "channel",
    "licensesQualified",
    "licensesActive",
    "processedDateTime",
];

const AZURE_USAGE: &[&str] = &[
    "customerName",
    "subscriptionName",
    "usageDate",
    "meterCategory",
    "meterSubcategory",
    "resourceLocation",
    "quantity",
    "meterUnit",
];

const SUBSCRIPTION: &[&str] = &[
    "customerName",
    "productName",
    "subscriptionType",
    "status",
    "licenseCount",
    "billingCycleName",
    "autoRenewEnabled",
    "commitmentEndDate",
];

const RESELLER: &[&str] = &[
    "id",
    "name",
    "market",
    "subscriptionCount",
    "licenseCount",
    "firstSubscriptionCreationDate",
    "latestSubscriptionEndDate",
];

const SEARCH: &[&str] = &[
    "searchDate",
    "companyName",
    "keywordSearchText",
    "keywordProduct",
    "keywordCountry",
    "detailsViewed",
    "contactButtonClicked",
    "referralSubmitted",
];

const REFERRAL: &[&str] = &[
    "id",
    "status",
    "customerName",
    "customerMarket",
    "customerOrgSize",
    "createdDate",
    "acceptedDate",
    "wonDate",
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

#[cfg(test)]
mod tests {
    use partner_center::OPERATIONS;

    use super::*;
    use crate::reports::operation_ids;

    #[test]
    fn every_operation_is_in_the_table() {
        for operation in OPERATIONS {
            assert!(
                operation_ids().any(|id| id == operation.id),
                "`{}` has no command: add one to crates/partner-center-cli/src/reports/table.rs",
                operation.id
            );
        }
    }

    #[test]
    fn columns_are_fields_or_parts_of_them() {
        for endpoint in REPORTS.iter().flat_map(|report| report.endpoints) {
            let operation = endpoint.operation().unwrap();
            for column in endpoint.table {
                let field = column.split('.').next().unwrap();
                assert!(
                    operation.fields.iter().any(|known| known.name == field),
                    "`{}` has no `{field}`",
                    operation.id
                );
            }
        }
    }
}
