//! Report on the usage of workloads.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use super::facts::percent;
use super::selection::Selection;
use super::shared;
use crate::exclusions::Exclusions;
use crate::holdings::{Count, Joined, Moment, Source, day};
use crate::row::row;
use crate::text::{counted, grouped};

row! {
    /// Usage of a workload by one customer.
    AdoptionRow {
        customer_name: Text = "customerName", "Name of the customer";
        customer_tenant_id: Guid = "customerTenantId", "Tenant id of the customer, in lower case";
        service_code: Text = "serviceCode", "Code of the service";
        service_name: Text = "serviceName", "Name of the service";
        workload_code: Text = "workloadCode", "Code of the workload";
        workload_name: Text = "workloadName", "Name of the workload";
        product_count: Count = "productCount", "Products of the customer with the workload";
        licenses_active: Count = "licensesActive", "Licences active in the workload";
        licenses_qualified: Count = "licensesQualified", "Licences that include the workload";
        usage_percent: Number = "usagePercent", "Active licences in percent of the qualified ones; can exceed 100";
        processed_date: Timestamp = "processedDate", "Latest day of the counts";
    }
}

row! {
    /// Usage of a workload by all customers.
    WorkloadRow {
        service_code: Text = "serviceCode", "Code of the service";
        service_name: Text = "serviceName", "Name of the service";
        workload_code: Text = "workloadCode", "Code of the workload";
        workload_name: Text = "workloadName", "Name of the workload";
        customer_count: Count = "customerCount", "Customers with the workload";
        licenses_active: Count = "licensesActive", "Licences active in the workload";
        licenses_qualified: Count = "licensesQualified", "Licences that include the workload";
        usage_percent: Number = "usagePercent", "Active licences in percent of the qualified ones; can exceed 100";
    }
}

/// Report on the usage of workloads, made by [`adoption`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Adoption {
    /// Workloads of customers, those with most inactive licences first.
    pub rows: Vec<AdoptionRow>,
    /// Workloads of all customers, those with most qualified licences first.
    pub workloads: Vec<WorkloadRow>,
    /// Conclusions in one sentence each.
    pub summary: Vec<String>,
    /// Definitions, exclusions and limits of the data.
    pub notes: Vec<String>,
    /// Notes on lines of the files of prices and exclusions that have no effect.
    pub warnings: Vec<String>,
}

/// Sums of a workload.
#[derive(Debug, Default)]
struct Sums {
    active: Count,
    qualified: Count,
    products: i64,
    customers: HashSet<u32>,
    processed: Option<Moment>,
}

/// Makes the report on the usage of workloads.
///
/// # Examples
///
/// ```
/// use partner_center::types::CommercialLicensesUsage;
/// use partner_center_reports::{Exclusions, Holdings, adoption};
///
/// let usage: CommercialLicensesUsage = serde_json::from_str(
///     r#"{"customerName": "Contoso", "productName": "OFFICE 365 ENTERPRISE E3",
///         "workloadCode": "EXO", "workloadName": "Exchange",
///         "licensesActive": 6, "licensesQualified": 14}"#,
/// )?;
/// let mut holdings = Holdings::new();
/// holdings.add_usage(&usage);
///
/// let report = adoption(&holdings.join(), &Exclusions::default());
/// assert_eq!(report.rows[0].usage_percent.as_ref().map(|it| it.as_str()), Some("42.9"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn adoption(joined: &Joined, exclusions: &Exclusions) -> Adoption {
    let mut selection = Selection::new(exclusions);
    let mut by_customer: BTreeMap<(u32, u32, u32), Sums> = BTreeMap::new();
    let mut by_workload: BTreeMap<(u32, u32), Sums> = BTreeMap::new();
    let mut missing = 0_u64;
    for position in &joined.positions {
        if position.usage.is_none() || !selection.takes(joined, position) {
            continue;
        }
        let Some(holding) = joined.holding(position) else {
            continue;
        };
        let mut counted = HashSet::new();
        for cell in &holding.usage {
            let (service, _, workload) = cell.key;
            let [active, qualified] = cell.figures;
            missing += u64::from(active.missing()) + u64::from(qualified.missing());
            let one = by_customer
                .entry((position.customer, service, workload))
                .or_default();
            let all = by_workload.entry((service, workload)).or_default();
            for sums in [&mut *one, all] {
                sums.active.merge(active);
                sums.qualified.merge(qualified);
                sums.processed = sums.processed.max(cell.processed);
                sums.customers.insert(position.customer);
            }
            // Not once per channel.
            one.products += i64::from(counted.insert((service, workload)));
        }
    }
    let mut report = Adoption {
        rows: by_customer
            .into_iter()
            .map(|(key, sums)| customer_row(joined, key, &sums))
            .collect(),
        workloads: by_workload
            .into_iter()
            .map(|(key, sums)| workload_row(joined, key, &sums))
            .collect(),
        ..Adoption::default()
    };
    report.rows.sort_by_cached_key(|row| {
        let inactive = row
            .licenses_qualified
            .zip(row.licenses_active)
            .map(|(qualified, active)| i128::from(qualified) - i128::from(active));
        (
            Reverse(inactive),
            (row.customer_name.clone(), row.customer_tenant_id.clone()),
            (row.service_code.clone(), row.workload_code.clone()),
        )
    });
    report.workloads.sort_by_cached_key(|row| {
        let qualified = Reverse((row.licenses_qualified, row.licenses_active));
        (
            qualified,
            row.service_code.clone(),
            row.workload_code.clone(),
        )
    });
    report.summary = summary(joined, &report);
    report.notes = notes(&selection, missing);
    report.notes.extend(shared::gaps(joined, CONSEQUENCES));
    report.warnings.extend(selection.warning());
    report
}

fn customer_row(joined: &Joined, key: (u32, u32, u32), sums: &Sums) -> AdoptionRow {
    let (holdings, (customer, service, workload)) = (&joined.holdings, key);
    let (active, qualified) = (sums.active.value(), sums.qualified.value());
    AdoptionRow {
        customer_name: holdings.customer_name(customer),
        customer_tenant_id: holdings.customer_id(customer),
        service_code: holdings.services.code(service),
        service_name: holdings.services.label(service),
        workload_code: holdings.workloads.code(workload),
        workload_name: holdings.workloads.label(workload),
        product_count: Some(sums.products),
        licenses_active: active,
        licenses_qualified: qualified,
        usage_percent: percent(active, qualified),
        processed_date: day(sums.processed.and_then(Moment::date)),
    }
}

fn workload_row(joined: &Joined, key: (u32, u32), sums: &Sums) -> WorkloadRow {
    let (holdings, (service, workload)) = (&joined.holdings, key);
    let (active, qualified) = (sums.active.value(), sums.qualified.value());
    WorkloadRow {
        service_code: holdings.services.code(service),
        service_name: holdings.services.label(service),
        workload_code: holdings.workloads.code(workload),
        workload_name: holdings.workloads.label(workload),
        customer_count: i64::try_from(sums.customers.len()).ok(),
        licenses_active: active,
        licenses_qualified: qualified,
        usage_percent: percent(active, qualified),
    }
}

/// Consequences of usage rows that are missing.
const CONSEQUENCES: &[shared::Consequence] = &[(
    Source::Usage,
    "Usage data are incomplete: active and qualified licences may be too low, percentages wrong, and \
     workloads missing.",
)];

fn summary(joined: &Joined, report: &Adoption) -> Vec<String> {
    let mut summary: Vec<_> = conclusion(joined, report).into_iter().collect();
    shared::insert_gaps(joined, CONSEQUENCES, &mut summary);
    let workloads = report.workloads.iter().filter_map(|row| {
        let name = name_in(report, row)?;
        let (active, qualified) = (row.licenses_active?, row.licenses_qualified?);
        let percent = row.usage_percent.as_ref()?;
        Some(format!(
            "{name}: {} of {} active ({percent} %).",
            grouped(active),
            counted(qualified, "licence", "licences"),
        ))
    });
    summary.extend(workloads);
    summary
}

/// Returns which workloads are used least and most; `None` if there are not two to compare.
fn conclusion(joined: &Joined, report: &Adoption) -> Option<String> {
    if joined.holdings.rows(Source::Usage) == 0 {
        return Some("Usage is not known: no rows of the usage report.".to_owned());
    }
    let mut rows: Vec<_> = report
        .workloads
        .iter()
        .filter(|row| row.usage_percent.is_some() && row.workload_name.is_some())
        .filter_map(|row| Some((row, row.licenses_active?.max(0), row.licenses_qualified?)))
        .collect();
    rows.sort_by(|(_, active, qualified), (_, other, whole)| {
        // Exact, since the percentages are rounded.
        let one = i128::from(*active) * i128::from(*whole);
        one.cmp(&(i128::from(*other) * i128::from(*qualified)))
    });
    let [(least, ..), .., (most, ..)] = rows.as_slice() else {
        return None;
    };
    Some(format!(
        "Of {} workloads, {} is used least ({} % of the licences that include it) and {} most ({} %).",
        rows.len(),
        name_in(report, least)?,
        least.usage_percent.as_ref()?,
        name_in(report, most)?,
        most.usage_percent.as_ref()?,
    ))
}

/// Returns the name of a workload, with the service if several have a workload of the name.
fn name_in(report: &Adoption, row: &WorkloadRow) -> Option<String> {
    let mut name = row.workload_name.as_deref()?.to_owned();
    let same = report.workloads.iter();
    let mut same = same.filter(|other| other.workload_name == row.workload_name);
    if same.nth(1).is_some()
        && let Some(service) = &row.service_name
    {
        name.push_str(&format!(" ({service})"));
    }
    Some(name)
}

fn notes(selection: &Selection<'_>, missing: u64) -> Vec<String> {
    let mut notes = vec![
        "A licence counts once in each workload that it includes, so that workloads must not be added \
         up."
            .to_owned(),
        "Usage is active in percent of qualified licences. It can exceed 100 %, and differs from the \
         prorated percentages of the older reports."
            .to_owned(),
    ];
    selection.notes(&mut notes);
    if missing > 0 {
        notes.push(format!(
            "{} in the usage, which is not the same as 0: sums are of the other rows.",
            counted(missing, "count is missing", "counts are missing")
        ));
    }
    notes
}
