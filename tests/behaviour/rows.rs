//! Rows of all operations, and sums over several operations.

use std::collections::BTreeMap;

use contract_tests::generated::cases::OPERATIONS;
use partner_center::Operation;
use serde_json::Value;

use crate::customers::{all_customers, first_customer};
use crate::outcome::{Outcome, ensure, ensure_eq, skip};
use crate::reports::{Query, readable, report, sum, text, values};
use crate::target::Target;

/// `GET` of each operation without optional parameters: 200, JSON, at least one row, and only
/// documented properties of the documented types.
pub(crate) async fn every_operation_returns_documented_rows(target: &Target) -> Outcome {
    let customer = first_customer(target).await?;
    for case in OPERATIONS {
        let operation = Operation::find(case.id).expect("both tables come from the spec");
        let mut path = operation.path.replace("{customer-id}", &customer);
        if target.is_live() && operation.parameter("top").is_some() {
            path.push_str("?top=500");
        }
        let reply = target.get(&path).await?;
        let body = reply.success(case.id)?;
        let content_type = reply.header("Content-Type").unwrap_or_default();
        ensure!(
            content_type.starts_with("application/json"),
            "{}: Content-Type `{content_type}`",
            case.id
        );
        let decoded = (case.decode)(&reply.body)?;
        ensure!(
            decoded.unknown.is_empty(),
            "{}: undocumented properties {:?}",
            case.id,
            decoded.unknown
        );
        if !case.rows_in.is_empty() {
            let rows = body[case.rows_in].as_array().map_or(0, Vec::len);
            ensure!(target.is_live() || rows > 0, "{}: no rows", case.id);
        }
    }
    Ok(())
}

/// Listing of each report: no row is left out as unreadable, and the properties around the rows
/// are documented.
pub(crate) async fn listings_have_no_unreadable_rows(target: &Target) -> Outcome {
    for report in readable(target).await? {
        let listing = report.rows(target, Query::default()).await?;
        ensure!(
            listing.problems.is_empty(),
            "{}: {:?}",
            report.id,
            listing.problems
        );
    }
    Ok(())
}

/// Deployment by service: the partner's report, the sum of its customers' reports, and the
/// commercial report grouped by service have the same numbers of licences.
pub(crate) async fn partner_deployment_is_the_sum_of_the_customers(target: &Target) -> Outcome {
    let partner = target.client.partner_licenses_deployment().send().await?;
    let partner = values(&partner.into_inner().items)?;
    let mut of_customers = Vec::new();
    for customer in all_customers(target).await? {
        let report = target
            .client
            .customer_licenses_deployment(customer.as_str());
        of_customers.extend(values(&report.send().await?.into_inner().items)?);
    }
    same_day(target, &[&partner, &of_customers])?;
    let commercial = report("commercial_licenses_deployment");
    let commercial = commercial.rows(target, Query::group("serviceCode")).await?;

    let sold = sums(&partner, "serviceName", "licensesSold");
    ensure!(target.is_live() || !sold.is_empty(), "no services");
    let customers = sums(&of_customers, "serviceName", "licensesSold");
    ensure_eq!(customers, sold, "sold to the customers by service");
    let grouped = sums(&commercial.rows, "serviceCode", "licensesSold");
    ensure_eq!(grouped, sold, "sold in the commercial report by service");
    let deployed = sums(&of_customers, "serviceName", "licensesDeployed");
    let grouped = sums(&commercial.rows, "serviceCode", "licensesDeployed");
    ensure_eq!(grouped, deployed, "deployed in the commercial report");
    for row in &partner {
        let service = text(row, "serviceName").unwrap_or_default().to_lowercase();
        let share = row["proratedDeploymentPercent"].as_f64().unwrap_or(-1.0);
        let (part, whole) = (deployed.get(&service), sold.get(&service));
        check_share(&service, share, part, whole)?;
    }
    Ok(())
}

/// Usage by workload: the partner's share is that of the sums over its customers, which the
/// commercial report grouped by workload has as well.
pub(crate) async fn partner_usage_is_the_sum_of_the_customers(target: &Target) -> Outcome {
    let partner = target.client.partner_licenses_usage().send().await?;
    let partner = values(&partner.into_inner().items)?;
    let mut of_customers = Vec::new();
    for customer in all_customers(target).await? {
        let report = target.client.customer_licenses_usage(customer.as_str());
        of_customers.extend(values(&report.send().await?.into_inner().items)?);
    }
    same_day(target, &[&partner, &of_customers])?;
    let commercial = report("commercial_licenses_usage");
    let commercial = commercial
        .rows(target, Query::group("workloadName"))
        .await?;

    let active = sums(&of_customers, "workloadName", "licensesActive");
    ensure!(target.is_live() || !active.is_empty(), "no workloads");
    let grouped = sums(&commercial.rows, "workloadName", "licensesActive");
    ensure_eq!(grouped, active, "active in the commercial report");
    let qualified = sums(&of_customers, "workloadName", "licensesQualified");
    let grouped = sums(&commercial.rows, "workloadName", "licensesQualified");
    ensure_eq!(grouped, qualified, "qualified in the commercial report");
    // Some workloads are part of several services, and the partner's report has a row for each.
    let key = |row: &Value| {
        let name = |field: &str| text(row, field).unwrap_or_default().to_lowercase();
        (name("workloadName"), name("serviceName"))
    };
    for row in &partner {
        let same: Vec<Value> = of_customers
            .iter()
            .filter(|one| key(one) == key(row))
            .cloned()
            .collect();
        let share = row["proratedLicensesUsagePercent"].as_f64();
        let (part, whole) = (
            sum(&same, "licensesActive"),
            sum(&same, "licensesQualified"),
        );
        let what = format!("{:?}", key(row));
        check_share(&what, share.unwrap_or(-1.0), Some(&part), Some(&whole))?;
    }
    Ok(())
}

/// `licensesQualified` of a product and customer in the usage report is `licensesSold` in the
/// deployment report.
pub(crate) async fn qualified_licences_are_the_licences_sold(target: &Target) -> Outcome {
    let fields = "customerTenantId,productId,workloadCode";
    let usage = report("commercial_licenses_usage");
    let usage = usage.rows(target, Query::group(fields)).await?.rows;
    let deployment = report("commercial_licenses_deployment");
    let deployment = deployment.rows(target, Query::group("customerTenantId,productId"));
    let deployment = deployment.await?.rows;
    let key = |row: &Value| (text(row, "customerTenantId"), text(row, "productId"));
    let sold: BTreeMap<_, _> = deployment
        .iter()
        .map(|row| (key(row), row["licensesSold"].as_i64()))
        .collect();
    ensure!(target.is_live() || !usage.is_empty(), "no usage");
    for row in &usage {
        let (qualified, sold) = (row["licensesQualified"].as_i64(), sold.get(&key(row)));
        if target.is_live() && sold != Some(&qualified) {
            return skip("the two reports of the live tenant were processed at different times");
        }
        ensure_eq!(Some(&qualified), sold, "{:?}", key(row));
    }
    Ok(())
}

/// Returns the sums of a measure by the values of a field, in lower case.
fn sums(rows: &[Value], field: &str, measure: &str) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for row in rows {
        let value = text(row, field).unwrap_or_default().to_lowercase();
        *sums.entry(value).or_default() += row[measure].as_f64().unwrap_or(0.0);
    }
    sums
}

/// Checks a share of 0 to 1 with four decimals.
fn check_share(what: &str, share: f64, part: Option<&f64>, whole: Option<&f64>) -> Outcome {
    let (part, whole) = (part.unwrap_or(&0.0), whole.unwrap_or(&0.0));
    let expected = if *whole == 0.0 { 0.0 } else { part / whole };
    ensure!(
        (share - expected).abs() < 0.000_051,
        "{what}: share {share} instead of {part}/{whole}"
    );
    Ok(())
}

/// Skips the case if the rows of a live tenant were processed on different days.
fn same_day(target: &Target, reports: &[&[Value]]) -> Outcome {
    let rows = reports.iter().flat_map(|rows| rows.iter());
    let days: std::collections::BTreeSet<String> = rows
        .filter_map(|row| text(row, "processedDateTime"))
        .map(|time| time.chars().take(10).collect())
        .collect();
    match target.is_live() && days.len() > 1 {
        true => skip(format!("the rows of the live tenant are of {days:?}")),
        false => Ok(()),
    }
}
