//! Sections of documents, with the columns that tables show.

use partner_center_reports::{
    AdoptionRow, MonthRow, RenewalRow, UnmatchedRow, UnpricedRow, UnusedCustomerRow, UnusedRow,
    WorkloadRow,
};

use partner_center::Row;

use crate::output::{Chart, Section};

/// Returns the section of products with their unused licences.
pub(super) fn products(
    rows: Vec<UnusedRow>,
    totals: Vec<UnusedRow>,
    columns: &'static [&'static str],
) -> Section {
    Section {
        name: "products",
        title: "Licences by customer and product".to_owned(),
        fields: UnusedRow::FIELDS,
        columns: columns.to_vec(),
        rows: boxed(rows),
        totals: boxed(totals),
        chart: None,
    }
}

/// Returns the section of customers with their unused licences.
pub(super) fn customers(rows: Vec<UnusedCustomerRow>, has_prices: bool) -> Section {
    Section {
        name: "customers",
        title: "Licences by customer".to_owned(),
        fields: UnusedCustomerRow::FIELDS,
        columns: match has_prices {
            true => vec![
                "customerName",
                "productCount",
                "renewalDate",
                "licensesSold",
                "licensesUnused",
                "licensesReclaimable",
                "amountPerYear",
                "currency",
            ],
            false => vec![
                "customerName",
                "productCount",
                "renewalDate",
                "licensesSold",
                "licensesUnused",
                "licensesReclaimable",
            ],
        },
        rows: boxed(rows),
        totals: Vec::new(),
        chart: Some(Chart {
            title: "Unused licences of those sold, by customer",
            labels: &["customerName"],
            value: "licensesUnused",
            whole: Some("licensesSold"),
            is_series: false,
        }),
    }
}

/// Returns the section of products without a price; `None` if all have one.
pub(super) fn unpriced(rows: Vec<UnpricedRow>) -> Option<Section> {
    (!rows.is_empty()).then(|| Section {
        name: "unpriced",
        title: "Products without a price".to_owned(),
        fields: UnpricedRow::FIELDS,
        columns: vec!["productName", "customerCount", "licensesReclaimable"],
        rows: boxed(rows),
        totals: Vec::new(),
        chart: None,
    })
}

/// Returns the section of what could not be joined; `None` if everything could.
pub(super) fn unmatched(rows: Vec<UnmatchedRow>) -> Option<Section> {
    (!rows.is_empty()).then(|| Section {
        name: "unmatched",
        title: "Not joined".to_owned(),
        fields: UnmatchedRow::FIELDS,
        columns: vec![
            "customerName",
            "productName",
            "reason",
            "licensesSold",
            "licensesSubscribed",
        ],
        rows: boxed(rows),
        totals: Vec::new(),
        chart: None,
    })
}

/// Returns the section of subscriptions that renew.
pub(super) fn renewals(
    rows: Vec<RenewalRow>,
    totals: Vec<RenewalRow>,
    columns: &'static [&'static str],
) -> Section {
    Section {
        name: "renewals",
        title: "Renewals".to_owned(),
        fields: RenewalRow::FIELDS,
        columns: columns.to_vec(),
        rows: boxed(rows),
        totals: boxed(totals),
        chart: None,
    }
}

/// Returns the section of renewals by month.
pub(super) fn months(rows: Vec<MonthRow>) -> Section {
    Section {
        name: "months",
        title: "Renewals by month".to_owned(),
        fields: MonthRow::FIELDS,
        columns: Vec::new(),
        rows: boxed(rows),
        totals: Vec::new(),
        chart: Some(Chart {
            title: "Licences that renew, by month",
            labels: &["month"],
            value: "licenseCount",
            whole: None,
            is_series: false,
        }),
    }
}

/// Returns the section of workloads by customer.
pub(super) fn adoption(
    rows: Vec<AdoptionRow>,
    columns: &'static [&'static str],
    chart: Option<Chart>,
) -> Section {
    Section {
        name: "adoption",
        title: "Usage by customer and workload".to_owned(),
        fields: AdoptionRow::FIELDS,
        columns: columns.to_vec(),
        rows: boxed(rows),
        totals: Vec::new(),
        chart,
    }
}

/// Returns the section of workloads of all customers.
pub(super) fn workloads(rows: Vec<WorkloadRow>) -> Section {
    Section {
        name: "workloads",
        title: "Usage by workload".to_owned(),
        fields: WorkloadRow::FIELDS,
        columns: vec![
            "workloadName",
            "serviceName",
            "customerCount",
            "licensesActive",
            "licensesQualified",
            "usagePercent",
        ],
        rows: boxed(rows),
        totals: Vec::new(),
        chart: Some(ADOPTION_CHART),
    }
}

/// Returns the section of a page on one customer, whose title does not name the customers.
pub(super) fn of_one_customer(mut section: Section, title: &str) -> Section {
    section.title = title.to_owned();
    section
}

/// Chart of workloads.
pub(super) const ADOPTION_CHART: Chart = Chart {
    title: "Active licences of those that include the workload",
    labels: &["workloadName", "serviceName"],
    value: "licensesActive",
    whole: Some("licensesQualified"),
    is_series: false,
};

/// Returns rows of one type as rows of any type.
fn boxed<T: Row + 'static>(mut rows: Vec<T>) -> Vec<Box<dyn Row>> {
    let mut boxed: Vec<Box<dyn Row>> = Vec::with_capacity(rows.len());
    rows.reverse();
    while let Some(row) = rows.pop() {
        boxed.push(Box::new(row));
        // The memory of rows that were moved is returned on the way: all rows twice would be the
        // most memory that a report needs.
        if rows.len().is_multiple_of(ROWS_AT_ONCE) {
            rows.shrink_to_fit();
        }
    }
    boxed
}

/// Number of rows that are moved before their memory is returned.
const ROWS_AT_ONCE: usize = 4_096;
