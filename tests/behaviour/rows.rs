//! Rows of all operations, and sums over several operations.

use std::collections::{BTreeMap, BTreeSet};

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
            "{}: {} undocumented properties, the first is {:?}",
            case.id,
            decoded.unknown.len(),
            decoded.unknown.first()
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

/// `subscriptionId` in the Azure usage: `id` of a subscription of the same customer.
pub(crate) async fn azure_usage_belongs_to_subscriptions(target: &Target) -> Outcome {
    let usage = report("azure_usage");
    let fields = Query::group("customerTenantId,subscriptionId");
    let usage = usage.rows(target, fields).await?.rows;
    let subscriptions = report("subscriptions").rows(target, Query::default());
    let key = |row: &Value, id: &str| {
        let upper = |field: &str| text(row, field).unwrap_or_default().to_uppercase();
        (upper("customerTenantId"), upper(id))
    };
    let subscriptions = subscriptions.await?.rows;
    let known: BTreeSet<_> = subscriptions.iter().map(|row| key(row, "id")).collect();
    ensure!(target.is_live() || !usage.is_empty(), "no usage");
    for row in &usage {
        let used = key(row, "subscriptionId");
        if target.is_live() && !known.contains(&used) {
            return skip("the live tenant has usage of a subscription that is not in its report");
        }
        ensure!(known.contains(&used), "no subscription {used:?}");
    }
    Ok(())
}

/// `subscriptionCount` and `licenseCount` of an indirect reseller: those of the subscriptions of
/// the customers whose `associatedPartnerId` is its id.
pub(crate) async fn resellers_have_the_subscriptions_of_their_customers(
    target: &Target,
) -> Outcome {
    target.emulator("which subscriptions the service counts is not documented")?;
    let mut reseller_of = BTreeMap::new();
    for id in all_customers(target).await? {
        let customer = target.client.customer(id.as_str()).send().await?;
        if let Some(reseller) = &customer.associated_partner_id {
            reseller_of.insert(id.to_uppercase(), reseller.clone());
        }
    }
    let subscriptions = report("subscriptions").rows(target, Query::default());
    let mut expected: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for row in &subscriptions.await?.rows {
        let customer = text(row, "customerTenantId").unwrap_or_default();
        if let Some(reseller) = reseller_of.get(&customer.to_uppercase()) {
            let counts = expected.entry(reseller.clone()).or_default();
            counts.0 += 1;
            counts.1 += row["licenseCount"].as_i64().unwrap_or_default();
        }
    }
    let resellers = report("indirect_resellers").rows(target, Query::default());
    let resellers = resellers.await?.rows;
    ensure!(!resellers.is_empty(), "no resellers");
    for row in &resellers {
        let id = text(row, "id").unwrap_or_default();
        let count = |field: &str| row[field].as_i64().unwrap_or_default();
        let found = (count("subscriptionCount"), count("licenseCount"));
        let expected = expected.get(&id).copied().unwrap_or_default();
        ensure_eq!(found, expected, "subscriptions and licences of {id}");
    }
    Ok(())
}

/// Units of the SKUs of a customer: `availableUnits` is `totalUnits` without `consumedUnits`, and
/// `totalUnits` is the sum of `activeUnits` and `warningUnits`.
pub(crate) async fn units_of_skus_add_up(target: &Target) -> Outcome {
    let customer = first_customer(target).await?;
    let skus = target
        .client
        .subscribed_skus(customer.as_str())
        .send()
        .await?;
    let skus = values(&skus.into_inner().items)?;
    ensure!(target.is_live() || !skus.is_empty(), "no SKUs");
    for sku in &skus {
        let units = |name: &str| sku[name].as_i64().unwrap_or_default();
        let total = units("totalUnits");
        let available = total - units("consumedUnits");
        ensure_eq!(units("availableUnits"), available, "available of {total}");
        let sum = units("activeUnits") + units("warningUnits");
        ensure_eq!(total, sum, "total units");
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
    let days: BTreeSet<String> = rows
        .filter_map(|row| text(row, "processedDateTime"))
        .map(|time| time.chars().take(10).collect())
        .collect();
    match target.is_live() && days.len() > 1 {
        true => skip(format!("the rows of the live tenant are of {days:?}")),
        false => Ok(()),
    }
}
