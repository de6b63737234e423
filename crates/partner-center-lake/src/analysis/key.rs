//! Keys of the rows of each report: the columns that identify a row from one day to the next.

/// Columns with an id and a name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Named {
    /// Column with the id, or with the name where the report has no id.
    pub id: &'static str,
    /// Column with the name.
    pub name: &'static str,
}

/// Columns that identify a row of a report, and those that name it.
///
/// # Examples
///
/// ```
/// use partner_center_lake::ReportKey;
///
/// let key = ReportKey::of("subscriptions").map(|key| key.columns);
/// assert_eq!(key, Some(&["customerTenantId", "id"][..]));
/// // A search has neither an id nor a customer.
/// assert!(ReportKey::of("searches").is_none());
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ReportKey {
    /// `operationId`.
    pub operation: &'static str,
    /// Key columns.
    pub columns: &'static [&'static str],
    /// Columns with names, for people, that do not identify a row.
    pub names: &'static [&'static str],
    /// Customer of a row.
    pub customer: Option<Named>,
    /// Product of a row.
    pub product: Option<Named>,
}

impl ReportKey {
    /// Returns the key of a report; `None` if its rows cannot be identified.
    #[must_use]
    pub fn of(operation: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.operation == operation)
    }
}

const fn key(
    operation: &'static str,
    columns: &'static [&'static str],
    names: &'static [&'static str],
) -> ReportKey {
    ReportKey {
        operation,
        columns,
        names,
        customer: None,
        product: None,
    }
}

impl ReportKey {
    const fn customer(self, id: &'static str, name: &'static str) -> Self {
        Self {
            customer: Some(Named { id, name }),
            ..self
        }
    }

    const fn product(self, id: &'static str, name: &'static str) -> Self {
        Self {
            product: Some(Named { id, name }),
            ..self
        }
    }
}

/// One line per report. Ids where a report has them, since names change; codes before display names,
/// since those depend on the locale. `searches` has no line: its rows are events without an id.
#[rustfmt::skip]
static KEYS: &[ReportKey] = &[
    // One row per service and channel of the partner, without codes.
    key("partner_licenses_deployment", &["serviceName", "channel"], &[]),
    key("partner_licenses_usage", &["workloadName", "serviceName", "channel"], &[]),
    // Products have only names here.
    key("customer_licenses_deployment", &["customerId", "productName", "serviceCode", "channel"], &["customerName"])
        .customer("customerId", "customerName").product("productName", "productName"),
    key("customer_licenses_usage", &["customerId", "productName", "serviceCode", "channel", "workloadCode"], &["customerName", "workloadName"])
        .customer("customerId", "customerName").product("productName", "productName"),
    key("commercial_licenses_deployment", &["customerTenantId", "productId", "serviceCode", "channel"], &["customerName", "productName"])
        .customer("customerTenantId", "customerName").product("productId", "productName"),
    key("commercial_licenses_usage", &["customerTenantId", "productId", "serviceCode", "channel", "workloadCode"], &["customerName", "productName", "workloadName"])
        .customer("customerTenantId", "customerName").product("productId", "productName"),
    // A row is the usage of a meter on a day; a reservation has rows of its own.
    key("azure_usage", &["customerTenantId", "subscriptionId", "usageDate", "consumptionMeterId", "resourceLocation", "reservationId"], &["customerName", "subscriptionName", "meterCategory", "meterSubcategory"])
        .customer("customerTenantId", "customerName"),
    // Two customers can have rows with one subscription id after a transfer.
    key("subscriptions", &["customerTenantId", "id"], &["customerName", "productName"])
        .customer("customerTenantId", "customerName").product("productName", "productName"),
    key("indirect_resellers", &["id"], &["name"]),
    key("referrals", &["id"], &["customerName"]),
    key("customers", &["id"], &["companyProfile_companyName"])
        .customer("id", "companyProfile_companyName"),
    key("customer", &["id"], &["companyProfile_companyName"])
        .customer("id", "companyProfile_companyName"),
    key("subscribed_skus", &["customerId", "productSku_id"], &["customerName", "productSku_name"])
        .customer("customerId", "customerName").product("productSku_id", "productSku_name"),
];
