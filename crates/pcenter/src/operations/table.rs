//! Table of commands: the words for each operation, and its default columns.

use super::words::{Words, words};

/// Commands that contain other commands, with their descriptions.
pub(crate) static GROUPS: &[(&str, &str)] = &[
    ("licenses", "Licences by service, or of one customer"),
    ("commercial", "Licences by customer and product"),
    (
        "customers",
        "Customers, by the ids and names that all reports use",
    ),
];

/// Lines of the table, one per operation. Operations with the same words share a command, which
/// calls the operation whose path parameters the command line has. A path parameter is a flag
/// unless the words contain it: `customers <customer> subscriptions`.
#[rustfmt::skip]
pub(super) static WORDS: &[Words] = &[
    words("partner_licenses_deployment", "licenses deployment"),
    words("customer_licenses_deployment", "licenses deployment").columns("customerName,productName,serviceName,channel,licensesSold,licensesDeployed,deploymentPercent,processedDateTime"),
    words("partner_licenses_usage", "licenses usage"),
    words("customer_licenses_usage", "licenses usage").columns("customerName,productName,workloadName,serviceName,licensesQualified,licensesActive,usagePercent,processedDateTime"),
    words("commercial_licenses_deployment", "commercial deployment").columns("customerName,productName,serviceName,channel,licensesSold,licensesDeployed,processedDateTime"),
    words("commercial_licenses_usage", "commercial usage").columns("customerName,productName,workloadName,serviceName,channel,licensesQualified,licensesActive,processedDateTime"),
    words("azure_usage", "azure-usage").columns("customerName,subscriptionName,usageDate,meterCategory,meterSubcategory,resourceLocation,quantity,meterUnit"),
    words("subscriptions", "subscriptions").columns("customerName,productName,subscriptionType,status,licenseCount,billingCycleName,autoRenewEnabled,commitmentEndDate"),
    words("indirect_resellers", "resellers").columns("id,name,market,subscriptionCount,licenseCount,firstSubscriptionCreationDate,latestSubscriptionEndDate"),
    words("searches", "searches").columns("searchDate,companyName,keywordSearchText,keywordProduct,keywordCountry,detailsViewed,contactButtonClicked,referralSubmitted"),
    words("referrals", "referrals").columns("id,status,customerName,customerMarket,customerOrgSize,createdDate,acceptedDate,wonDate"),
    words("customers", "customers list").columns("id,companyProfile.companyName,companyProfile.domain,relationshipToPartner"),
    words("customer", "customers show <customer>").details(),
    words("subscribed_skus", "skus").columns("productSku.name,productSku.skuPartNumber,capabilityStatus,activeUnits,availableUnits,consumedUnits,suspendedUnits,totalUnits,warningUnits"),
];
