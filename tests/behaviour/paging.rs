//! Pages of reports: next links, `skip`, totals and continuations.

use serde_json::Value;

use crate::outcome::{Outcome, ensure, ensure_eq};
use crate::reports::{Query, Report, readable, report};
use crate::target::Target;

/// Listing of each report by small pages: the same rows, in the same order, as by the largest
/// pages.
pub(crate) async fn next_links_lead_to_all_rows_once(target: &Target) -> Outcome {
    for report in readable(target).await? {
        let all = report.rows(target, Query::default()).await?;
        let query = Query {
            top: Report::page_size(all.rows.len()),
            ..Query::default()
        };
        let paged = report.rows(target, query).await?;
        let pages = paged.completeness.pages;
        ensure!(
            all.rows.len() < 2 || pages > 1,
            "{}: {pages} page",
            report.id
        );
        same_rows(report.id, &paged.rows, &all.rows)?;
    }
    Ok(())
}

/// `TotalCount` of a page with one row, and of a complete listing: the number of rows of the
/// listing.
pub(crate) async fn stated_total_is_the_number_of_rows(target: &Target) -> Outcome {
    for report in readable(target).await? {
        let of_one_page = report.stated_total(target).await?;
        let all = report.rows(target, Query::default()).await?;
        let rows = i64::try_from(all.rows.len()).ok();
        ensure_eq!(of_one_page, rows, "{}: `TotalCount` of a page", report.id);
        let stated = all.completeness.stated_total;
        ensure_eq!(stated, rows, "{}: `TotalCount` of the listing", report.id);
    }
    Ok(())
}

/// Page of `top` rows after `skip` rows: these rows of the listing, and a next link unless it is
/// the last page.
pub(crate) async fn skip_passes_over_rows(target: &Target) -> Outcome {
    for report in readable(target).await? {
        let all = target.get(report.path()).await?.success(report.id)?;
        let total = all["TotalCount"].as_u64().unwrap_or_default();
        let all = rows(&all);
        let start = all.len() / 2;
        let end = all.len().min(start + 2);
        let path = format!("{}?top=2&skip={start}", report.path());
        let page = target.get(&path).await?.success(report.id)?;
        same_rows(report.id, rows(&page), &all[start..end])?;
        let is_last = u64::try_from(end)? >= total;
        ensure_eq!(
            page["@nextLink"].is_null(),
            is_last,
            "{}: no next link",
            report.id
        );

        let past = format!("{}?top=2&skip={total}", report.path());
        let page = target.get(&past).await?.success(report.id)?;
        ensure_eq!(rows(&page).len(), 0, "{}: rows after the end", report.id);
    }
    Ok(())
}

/// Listing that is interrupted after a page, and resumed by another listing from the stored
/// continuation: the rows of an uninterrupted listing.
pub(crate) async fn interrupted_listings_resume(target: &Target) -> Outcome {
    for report in readable(target).await? {
        let all = report.rows(target, Query::default()).await?;
        if all.rows.len() < 2 {
            continue;
        }
        let query = Query {
            top: Report::page_size(all.rows.len()),
            ..Query::default()
        };
        let resumed = report.interrupted(target, query).await?;
        ensure!(
            resumed.completeness.is_complete(),
            "{}: incomplete after resuming: {:?}",
            report.id,
            resumed.completeness
        );
        same_rows(report.id, &resumed.rows, &all.rows)?;
    }
    Ok(())
}

/// Next links of a filtered and grouped listing: they repeat the query.
pub(crate) async fn next_links_repeat_the_query(target: &Target) -> Outcome {
    let report = report("commercial_licenses_deployment");
    let unpaged = Query {
        filter: Some("serviceCode ne 'no such service'".to_owned()),
        groupby: Some("productName".to_owned()),
        ..Query::default()
    };
    let all = report.rows(target, unpaged.clone()).await?.rows;
    let query = Query {
        top: Report::page_size(all.len()),
        ..unpaged
    };
    let paged = report.rows(target, query).await?;
    same_rows("grouped rows", &paged.rows, &all)
}

fn rows(page: &Value) -> &[Value] {
    page["Value"].as_array().map_or(&[][..], Vec::as_slice)
}

fn same_rows(what: &str, found: &[Value], expected: &[Value]) -> Outcome {
    ensure_eq!(found.len(), expected.len(), "{what}: number of rows");
    let different = found
        .iter()
        .zip(expected)
        .position(|(one, other)| one != other);
    ensure!(
        different.is_none(),
        "{what}: the row at position {different:?} differs"
    );
    Ok(())
}
