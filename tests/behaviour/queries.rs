//! Filters, groups and sort orders of the reports.

use std::collections::{BTreeMap, BTreeSet};

use partner_center::query::AggregationLevel;
use partner_center::{Field, FieldKind};
use partner_center_catalog::Operator;
use serde_json::Value;

use crate::outcome::{Outcome, ensure, ensure_eq, skip};
use crate::reports::{Query, Report, readable, report, same_sum, sum, text};
use crate::target::Target;

/// Number of fields of each report that are tested with a live tenant, to limit the calls.
const LIVE_FIELDS: usize = 3;

fn tested(target: &Target, fields: impl Iterator<Item = &'static Field>) -> Vec<&'static Field> {
    let limit = match target.is_live() {
        true => LIVE_FIELDS,
        false => usize::MAX,
    };
    fields.take(limit).collect()
}

/// Returns the value of a field in a row as a literal of a filter.
fn literal(field: &Field, row: &Value) -> Option<String> {
    let value = text(row, field.name)?;
    Some(match field.kind {
        FieldKind::Boolean | FieldKind::Count | FieldKind::Number => value,
        FieldKind::Timestamp => format!("cast('{value}',Edm.DateTimeOffset)"),
        _ => format!("'{}'", value.replace('\'', "''")),
    })
}

/// Returns a row from the middle of the rows that have a value of the field.
fn sample<'r>(rows: &'r [Value], field: &Field) -> Option<&'r Value> {
    let with_value: Vec<&Value> = rows
        .iter()
        .filter(|row| text(row, field.name).is_some())
        .collect();
    with_value.get(with_value.len() / 2).copied()
}

/// Returns whether two values are equal for a filter. The case of letters is ignored, because the
/// reports differ in it.
fn same(row: &Value, field: &Field, value: &str) -> bool {
    text(row, field.name).is_some_and(|found| found.to_lowercase() == value.to_lowercase())
}

/// `eq` and `ne` with a value of the rows, for each field: rows with the value, rows without it,
/// and each row in one of the two results.
pub(crate) async fn eq_and_ne_partition_the_rows(target: &Target) -> Outcome {
    for report in readable(target).await? {
        let all = report.rows(target, Query::default()).await?.rows;
        for field in tested(target, report.operation().filter_fields()) {
            let allows = |operator| field.operators.contains(&operator);
            let Some(row) = sample(&all, field).filter(|_| allows(Operator::Equal)) else {
                continue;
            };
            let value = text(row, field.name).unwrap_or_default();
            let literal = literal(field, row).unwrap_or_default();
            let what = format!("{}: {}", report.id, field.name);

            let filter = Query::filter(format!("{} eq {literal}", field.name));
            let equal = report.rows(target, filter).await?.rows;
            ensure!(!equal.is_empty(), "{what} eq {literal}: no rows");
            ensure!(
                equal.iter().all(|row| same(row, field, &value)),
                "{what} eq {literal}: a row with another value"
            );
            if allows(Operator::NotEqual) {
                let filter = Query::filter(format!("{} ne {literal}", field.name));
                let different = report.rows(target, filter).await?.rows;
                ensure!(
                    !different.iter().any(|row| same(row, field, &value)),
                    "{what} ne {literal}: a row with the value"
                );
                let both = equal.len() + different.len();
                let missing = all.iter().filter(|row| text(row, field.name).is_none());
                // Whether the service counts a missing value as different is not documented.
                let without_missing = all.len() - missing.count();
                let is_partition =
                    both == all.len() || (target.is_live() && both == without_missing);
                ensure!(is_partition, "{what}: {both} rows instead of {}", all.len());
            }
        }
    }
    Ok(())
}

/// `lt` and `ge`, `le` and `gt` with a date of the rows: each row with a date in one of the two
/// results, on the right side of the date.
pub(crate) async fn date_comparisons_partition_the_rows(target: &Target) -> Outcome {
    for report in readable(target).await? {
        let all = report.rows(target, Query::default()).await?.rows;
        let fields = report.operation().filter_fields();
        let dates = fields.filter(|field| field.operators.contains(&Operator::Less));
        for field in tested(target, dates) {
            let Some(row) = sample(&all, field) else {
                continue;
            };
            let value = text(row, field.name).unwrap_or_default();
            let literal = literal(field, row).unwrap_or_default();
            let dated = all.iter().filter(|row| text(row, field.name).is_some());
            let dated = dated.count();
            for (below, above) in [("lt", "ge"), ("le", "gt")] {
                let what = format!("{}: {} {below} {literal}", report.id, field.name);
                let filter = Query::filter(format!("{} {below} {literal}", field.name));
                let before = report.rows(target, filter).await?.rows;
                let filter = Query::filter(format!("{} {above} {literal}", field.name));
                let after = report.rows(target, filter).await?.rows;
                ensure_eq!(before.len() + after.len(), dated, "{what}: rows in both");
                // The dates of a field have one format, whose order is that of the text.
                let date = |row: &Value| text(row, field.name).unwrap_or_default();
                ensure!(
                    before.iter().all(|row| date(row) <= value)
                        && after.iter().all(|row| date(row) >= value),
                    "{what}: a row on the wrong side"
                );
            }
        }
    }
    Ok(())
}

/// `and`, `or` and parentheses: the sizes of the intersection and the union.
pub(crate) async fn and_or_and_parentheses_combine_conditions(target: &Target) -> Outcome {
    let report = report("commercial_licenses_deployment");
    let all = report.rows(target, Query::default()).await?.rows;
    let [Some(first), Some(last)] = [all.first(), all.last()] else {
        return skip("the report has no rows");
    };
    let field = |name: &str| {
        report
            .operation()
            .field(name)
            .expect("a field of the report")
    };
    let (service, customer) = (field("serviceCode"), field("customerTenantId"));
    let condition = |field: &Field, row: &Value| {
        let literal = literal(field, row).unwrap_or_default();
        format!("{} eq {literal}", field.name)
    };
    let a = condition(service, first);
    let b = condition(customer, last);
    let c = condition(customer, first);
    let count = async |filter: String| -> Outcome<usize> {
        Ok(report.rows(target, Query::filter(filter)).await?.rows.len())
    };
    let in_memory = |meets: &dyn Fn(&Value) -> bool| all.iter().filter(|row| meets(row)).count();
    let value = |field: &Field, row: &Value| text(row, field.name).unwrap_or_default();
    let is_a = |row: &Value| same(row, service, &value(service, first));
    let is_b = |row: &Value| same(row, customer, &value(customer, last));
    let is_c = |row: &Value| same(row, customer, &value(customer, first));

    let expected = in_memory(&|row| is_a(row) && is_b(row));
    ensure_eq!(count(format!("{a} and {b}")).await?, expected, "and");
    let expected = in_memory(&|row| is_a(row) || is_b(row));
    ensure_eq!(count(format!("{a} or {b}")).await?, expected, "or");
    let expected = in_memory(&|row| is_a(row) && (is_b(row) || is_c(row)));
    let found = count(format!("{a} and ({b} or {c})")).await?;
    ensure_eq!(found, expected, "and, parentheses, or");
    Ok(())
}

/// `contains` with a part of a name: the rows whose name has it.
pub(crate) async fn contains_selects_parts_of_a_text(target: &Target) -> Outcome {
    let report = report("subscriptions");
    let all = report.rows(target, Query::default()).await?.rows;
    let fields = report.operation().filter_fields();
    for field in fields.filter(|field| field.operators.contains(&Operator::Contains)) {
        let Some(row) = sample(&all, field) else {
            continue;
        };
        let name = text(row, field.name).unwrap_or_default();
        let part: String = name.chars().skip(1).take(4).collect();
        let quoted = part.replace('\'', "''");
        let filter = Query::filter(format!("contains({},'{quoted}')", field.name));
        let found = report.rows(target, filter).await?.rows;
        ensure!(!found.is_empty(), "no {} contains `{part}`", field.name);
        let has_part = |row: &&Value| {
            let value = text(row, field.name).unwrap_or_default().to_lowercase();
            value.contains(&part.to_lowercase())
        };
        ensure!(
            found.iter().all(|row| has_part(&row)),
            "a {} without `{part}`",
            field.name
        );
        // Whether the case of letters counts is not documented.
        let exact = all.iter().filter(|row| {
            let value = text(row, field.name).unwrap_or_default();
            value.contains(&part)
        });
        let range = exact.count()..=all.iter().filter(has_part).count();
        ensure!(
            range.contains(&found.len()),
            "{} rows contain `{part}` instead of {range:?}",
            found.len()
        );
    }
    Ok(())
}

/// Rows grouped by each field: one row for each value, only with the field and the measures, and
/// the sums of the rows without groups.
pub(crate) async fn groups_have_the_sums_of_the_rows(target: &Target) -> Outcome {
    for report in readable(target).await? {
        let all = report.rows(target, Query::default()).await?.rows;
        for field in tested(target, report.operation().group_fields()) {
            let groups = report.rows(target, Query::group(field.name)).await?.rows;
            let what = format!("{} by {}", report.id, field.name);
            let values: BTreeSet<_> = groups.iter().map(|row| text(row, field.name)).collect();
            ensure_eq!(values.len(), groups.len(), "{what}: different groups");
            only_these_fields(&what, report, &groups, &[field.name])?;
            same_sums(&what, report, &groups, &all)?;
        }
    }
    Ok(())
}

/// Rows grouped by a date and another field, by day, week and month: the same sums, and not more
/// rows for longer periods.
pub(crate) async fn aggregation_levels_have_the_same_sums(target: &Target) -> Outcome {
    for report in readable(target).await? {
        let operation = report.operation();
        if operation.parameter("aggregationLevel").is_none() {
            continue;
        }
        let all = report.rows(target, Query::default()).await?.rows;
        let Some(date) = operation.group_fields().find(|field| field.is_date()) else {
            continue;
        };
        let mut rows = usize::MAX;
        let levels = [
            AggregationLevel::Day,
            AggregationLevel::Week,
            AggregationLevel::Month,
        ];
        for level in levels {
            let mut query = Query::group(date.name);
            query.aggregation = Some(level);
            let groups = report.rows(target, query).await?.rows;
            let what = format!("{} by {} and {level:?}", report.id, date.name);
            same_sums(&what, report, &groups, &all)?;
            ensure!(groups.len() <= rows, "{what}: {} rows", groups.len());
            rows = groups.len();
        }
    }
    Ok(())
}

/// Sort by each field, ascending and descending: equal values are together, dates and the opposite
/// directions are in order, and no row is lost.
pub(crate) async fn orderby_sorts_the_rows(target: &Target) -> Outcome {
    for report in readable(target).await? {
        let operation = report.operation();
        let all = report.rows(target, Query::default()).await?.rows;
        for field in tested(target, operation.order_fields()) {
            let sorted = async |direction: &str| -> Outcome<Vec<Option<String>>> {
                let query = Query {
                    orderby: Some(format!("{} {direction}", field.name)),
                    ..Query::default()
                };
                let rows = report.rows(target, query).await?.rows;
                Ok(rows.iter().map(|row| text(row, field.name)).collect())
            };
            let what = format!("{} by {}", report.id, field.name);
            let mut ascending = sorted("asc").await?;
            let mut descending = sorted("desc").await?;
            ensure_eq!(ascending.len(), all.len(), "{what}: rows");
            // The place of missing values is not documented.
            ascending.retain(Option::is_some);
            descending.retain(Option::is_some);
            if field.is_date() {
                ensure!(ascending.is_sorted(), "{what}: dates out of order");
            }
            let mut runs = ascending.clone();
            runs.dedup();
            let values: BTreeSet<_> = runs.iter().collect();
            ensure_eq!(values.len(), runs.len(), "{what}: runs of equal values");
            descending.reverse();
            ensure!(ascending == descending, "{what}: `desc` is not the reverse");
        }
    }
    Ok(())
}

/// `processedDateTime` of the day in the rows: the rows without the parameter. A day without
/// figures: no rows.
pub(crate) async fn latest_processed_day_is_the_default(target: &Target) -> Outcome {
    for id in [
        "commercial_licenses_deployment",
        "commercial_licenses_usage",
    ] {
        let report = report(id);
        let default = report.rows(target, Query::default()).await?.rows;
        let days: BTreeSet<_> = default
            .iter()
            .filter_map(|row| text(row, "processedDateTime"))
            .collect();
        let Some(day) = days.last() else {
            ensure!(target.is_live(), "{id}: no rows");
            continue;
        };
        if target.is_live() && days.len() > 1 {
            return skip("the default rows of the live tenant are of several days");
        }
        ensure_eq!(days.len(), 1, "{id}: processed days");
        let of_day = |day: &str| Query {
            processed: Some(day.chars().take(10).collect()),
            ..Query::default()
        };
        let found = report.rows(target, of_day(day)).await?.rows;
        ensure!(found == default, "{id}: other rows on {day}");
        let before_the_service = report.rows(target, of_day("1999-01-01")).await?.rows;
        ensure_eq!(before_the_service.len(), 0, "{id}: rows of 1999");
    }
    Ok(())
}

fn only_these_fields(what: &str, report: &Report, rows: &[Value], fields: &[&str]) -> Outcome {
    let measures = report.operation().measures;
    for row in rows {
        let present = row.as_object().into_iter().flatten();
        for (name, _) in present.filter(|(_, value)| !value.is_null()) {
            let name = name.as_str();
            ensure!(
                fields.contains(&name) || measures.contains(&name),
                "{what}: a group has `{name}`"
            );
        }
    }
    Ok(())
}

/// Checks that the measures of groups have the sums of the rows.
fn same_sums(what: &str, report: &Report, groups: &[Value], rows: &[Value]) -> Outcome {
    let mut found = BTreeMap::new();
    for measure in report.operation().measures {
        let has_measure = |row: &Value| row[*measure].is_number();
        let with = |field: &str| rows.iter().filter(|row| row[field] == true).count();
        let expected = match *measure {
            _ if rows.iter().any(has_measure) => sum(rows, measure),
            // Counts of the rows themselves, which single rows do not have.
            "subscriptionCount" | "indirectResellerCount" | "searchResultPageViews" => {
                rows.len() as f64
            }
            "contactClicks" => with("contactButtonClicked") as f64,
            "referralCount" => with("referralSubmitted") as f64,
            "profileViews" => with("detailsViewed") as f64,
            _ => continue,
        };
        ensure!(
            groups.iter().all(has_measure),
            "{what}: a group without `{measure}`"
        );
        let of_groups = sum(groups, measure);
        ensure!(
            same_sum(of_groups, expected),
            "{what}: {measure} is {of_groups} instead of {expected}"
        );
        found.insert(*measure, of_groups);
    }
    ensure!(
        !found.is_empty() || rows.is_empty() || report.operation().measures.is_empty(),
        "{what}: no measure"
    );
    Ok(())
}
