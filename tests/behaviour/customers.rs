//! The list of customers, its pages and filters, and single customers.

use std::collections::BTreeSet;

use partner_center::types::Customer;
use serde_json::Value;

use crate::outcome::{Outcome, Stop, ensure, ensure_eq, skip};
use crate::reports::{Query, readable, text, values};
use crate::target::{CUSTOMERS, Target};

/// Most customers of a live tenant for which a case makes a call each.
const LIVE_CUSTOMERS: usize = 50;

/// GUID of no tenant.
const UNKNOWN: &str = "00000000-0000-4000-8000-0000000000ff";

/// Operations of one customer, by path.
const OF_A_CUSTOMER: [&str; 4] = [
    "/v1/customers/{id}",
    "/v1/customers/{id}/subscribedskus",
    "/v1/customers/{id}/analytics/licenses/deployment",
    "/v1/customers/{id}/analytics/licenses/usage",
];

async fn listed(target: &Target, size: i64) -> Outcome<Vec<Customer>> {
    let all = target.client.customers().size(size).collect_all().await?;
    ensure!(
        all.completeness.is_complete(),
        "customers: incomplete: {:?}",
        all.completeness
    );
    ensure!(
        all.unreadable_rows.is_empty() && all.unknown_properties.is_empty(),
        "customers: {:?}, {:?}",
        all.unreadable_rows,
        all.unknown_properties
    );
    Ok(all.rows)
}

/// Returns the ids of all customers. Skips the case if a live tenant has many.
pub(crate) async fn all_customers(target: &Target) -> Outcome<Vec<String>> {
    let ids: Vec<String> = listed(target, 500)
        .await?
        .into_iter()
        .filter_map(|customer| customer.id)
        .collect();
    match target.is_live() && ids.len() > LIVE_CUSTOMERS {
        true => skip(format!(
            "the live tenant has {} customers, and the suite calls at most {LIVE_CUSTOMERS}",
            ids.len()
        )),
        false => Ok(ids),
    }
}

/// Returns the id of the first customer. Skips the case if a live tenant has none.
pub(crate) async fn first_customer(target: &Target) -> Outcome<String> {
    let page = target.get("/v1/customers?size=1").await?;
    match text(&page.success("customers")?["items"][0], "id") {
        Some(id) => Ok(id),
        None if target.is_live() => skip("the live tenant has no customers"),
        None => Err(Stop::Failed("no customers".to_owned())),
    }
}

/// Customers in pages of three, by next links with their continuation tokens: the customers of the
/// list without pages, each once.
pub(crate) async fn pages_have_the_customers_of_the_list(target: &Target) -> Outcome {
    let all = listed(target, 500).await?;
    let expected = usize::try_from(CUSTOMERS)?;
    ensure!(
        target.is_live() || all.len() == expected,
        "{} customers instead of {expected}",
        all.len()
    );
    if all.len() > 1_000 {
        return skip("more than 1,000 customers, and a page of three for each call");
    }
    let paged = listed(target, 3).await?;
    ensure_eq!(ids(&paged), ids(&all), "customers in pages of three");
    let different: BTreeSet<_> = ids(&paged).into_iter().collect();
    ensure_eq!(different.len(), all.len(), "different customers");
    Ok(())
}

/// `seekOperation=Next` with the token of a page: the customers that follow it.
pub(crate) async fn seek_returns_the_page_after_a_token(target: &Target) -> Outcome {
    let all = listed(target, 500).await?;
    let first = target.get("/v1/customers?size=3").await?;
    let first = first.success("first page")?;
    let headers = first["links"]["next"]["headers"].as_array();
    let token = headers.into_iter().flatten().find(|header| {
        let key = header["key"].as_str().unwrap_or_default();
        key.eq_ignore_ascii_case("MS-ContinuationToken")
    });
    let Some(token) = token.and_then(|header| header["value"].as_str()) else {
        ensure!(target.is_live(), "no continuation token in the next link");
        return skip("the next link of the live tenant has no continuation token");
    };
    let request = target.request("/v1/customers?seekOperation=Next").await?;
    let request = request.header("MS-ContinuationToken", token);
    let second = target.send(request).await?.success("seek")?;
    let found: Vec<_> = rows(&second)
        .iter()
        .filter_map(|row| text(row, "id"))
        .collect();
    ensure!(!found.is_empty(), "no customers after the token");
    let expected: Vec<_> = ids(&all).into_iter().skip(3).take(found.len()).collect();
    ensure_eq!(found, expected, "customers after the token");
    Ok(())
}

/// A customer by id: the values of its entry in the list.
pub(crate) async fn customer_by_id_equals_its_entry(target: &Target) -> Outcome {
    let listed = listed(target, 500).await?;
    ensure!(target.is_live() || !listed.is_empty(), "no customers");
    for entry in values(&listed)?.iter().take(10) {
        let id = text(entry, "id").unwrap_or_default();
        let customer = target.client.customer(id.as_str()).send().await?;
        let customer = serde_json::to_value(customer.into_inner())?;
        for field in ["id", "relationshipToPartner"] {
            ensure_eq!(customer[field], entry[field], "`{field}` of {id}");
        }
        for field in ["tenantId", "domain", "companyName"] {
            let of = |value: &Value| value["companyProfile"][field].clone();
            ensure_eq!(of(&customer), of(entry), "`{field}` of {id}");
        }
    }
    Ok(())
}

/// Filter by the start of a company name, in another case: the customers whose names begin so.
pub(crate) async fn customers_are_filtered_by_name(target: &Target) -> Outcome {
    let all = listed(target, 500).await?;
    let name = |customer: &Customer| {
        let profile = customer.company_profile.as_ref();
        let name = profile.and_then(|profile| profile.company_name.clone());
        name.unwrap_or_default()
    };
    let ascii = |name: &String| {
        name.len() > 3 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ')
    };
    let Some(start) = all.iter().map(name).find(ascii) else {
        return skip("no customer has a name in ASCII letters");
    };
    let start: String = start.chars().take(3).collect();
    let begins = |customer: &Customer| {
        let name = name(customer).to_lowercase();
        name.starts_with(&start.to_lowercase())
    };
    let filter = serde_json::json!({
        "Field": "CompanyName", "Value": start.to_uppercase(), "Operator": "starts_with",
    });
    let request = target.client.customers().filter(filter.to_string());
    let found = request.collect_all().await?.rows;
    let expected: BTreeSet<_> = all.iter().filter(|one| begins(one)).map(id).collect();
    let found: BTreeSet<_> = found.iter().map(id).collect();
    ensure_eq!(
        found,
        expected,
        "customers whose names begin with `{start}`"
    );
    Ok(())
}

/// Customers in the reports: each is in the list of customers.
pub(crate) async fn customers_of_reports_are_in_the_list(target: &Target) -> Outcome {
    let lower = |text: String| text.to_lowercase();
    let known: BTreeSet<String> = ids(&listed(target, 500).await?)
        .into_iter()
        .map(lower)
        .collect();
    for report in readable(target).await? {
        let fields = report.operation().fields;
        if !fields.iter().any(|field| field.name == "customerTenantId") {
            continue;
        }
        let rows = report
            .rows(target, Query::group("customerTenantId"))
            .await?
            .rows;
        for row in &rows {
            let customer = text(row, "customerTenantId")
                .unwrap_or_default()
                .to_lowercase();
            if target.is_live() && !known.contains(&customer) {
                return skip("a report of the live tenant has a former customer");
            }
            ensure!(
                known.contains(&customer),
                "{}: unknown {customer}",
                report.id
            );
        }
    }
    Ok(())
}

/// Operations of an unknown customer: 404 with code 60003.
pub(crate) async fn unknown_customers_are_not_found(target: &Target) -> Outcome {
    for path in OF_A_CUSTOMER {
        let reply = target.get(&path.replace("{id}", UNKNOWN)).await?;
        reply.refused(target, path, 404, "60003")?;
    }
    Ok(())
}

/// Operations of another partner's customer: 403 with code 20002.
pub(crate) async fn foreign_customers_are_forbidden(target: &Target) -> Outcome {
    let emulator = target.emulator("the customers of other partners are unknown")?;
    for path in OF_A_CUSTOMER {
        let path = path.replace("{id}", emulator.foreign_customer_id());
        let reply = target.get(&path).await?;
        reply.refused(target, &path, 403, "20002")?;
    }
    Ok(())
}

/// A customer id that is not a GUID: 400 with code 900118.
pub(crate) async fn malformed_customer_ids_are_refused(target: &Target) -> Outcome {
    for path in OF_A_CUSTOMER {
        let reply = target.get(&path.replace("{id}", "contoso")).await?;
        reply.refused(target, path, 400, "900118")?;
    }
    Ok(())
}

fn rows(page: &Value) -> &[Value] {
    page["items"].as_array().map_or(&[][..], Vec::as_slice)
}

fn id(customer: &Customer) -> String {
    customer.id.clone().unwrap_or_default()
}

fn ids(customers: &[Customer]) -> Vec<String> {
    customers.iter().map(id).collect()
}
