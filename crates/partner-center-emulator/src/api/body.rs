//! Bodies of successful responses.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, Uri};
use partner_center_catalog::{Operation, ParameterKind, ResponseShape};
use partner_center_core::query::FilterExpression;
use serde::{Deserialize, Serialize};

use crate::{
    api::{
        api_error::ApiError,
        documented::DocumentedResponse,
        paging,
        parameters::{CustomerFilter, Paging, Parameters, lists, relations::CONTINUATION_TOKEN},
    },
    data::{
        calendar::{Level, parse_moment},
        store::{KnownCustomer, Store},
        world::random::Guid,
    },
    query::{self, Query, Rules},
};

/// Customers of a page without `size`, or with `size` 0
/// ([T56](partner_center_catalog::deviations#t56)).
const DEFAULT_SIZE: usize = 500;

/// Call whose parameters were checked.
pub(crate) struct CheckedCall<'call> {
    pub(crate) documented: &'static DocumentedResponse,
    pub(crate) parameters: Parameters,
    pub(crate) uri: &'call Uri,
    pub(crate) headers: &'call HeaderMap,
}

/// Returns the body of the response to a call; `None` for the documented body.
pub(crate) fn body(store: &Store, call: &CheckedCall<'_>) -> Result<Option<String>, ApiError> {
    let operation = call.documented.operation;
    let paging = call.parameters.paging();
    if store.is_documented(operation) {
        return Ok(paging::page(
            operation,
            call.documented.body,
            call.uri,
            paging,
        ));
    }
    let customer = customer_of_path(store, call)?;
    let body = match operation.response {
        ResponseShape::Page => page(store, call, paging),
        ResponseShape::Object => customer.and_then(|id| store.customer(id)),
        _ if operation.id == "customers" => return customers(store, call).map(Some),
        _ => {
            let mut groups: Vec<&str> = call.parameters.values("licenseGroupIds").collect();
            groups
                .iter_mut()
                .for_each(|group| *group = canonical_group(group));
            if groups.is_empty() {
                groups.push("group1");
            }
            store
                .objects(operation, customer, &groups)
                .map(|rows| collection(&rows, ""))
        }
    };
    // An operation without rows of its own returns its documented rows.
    Ok(body.or_else(|| paging::page(operation, call.documented.body, call.uri, paging)))
}

/// Returns the customer in the path of a call.
fn customer_of_path(store: &Store, call: &CheckedCall<'_>) -> Result<Option<Guid>, ApiError> {
    let Some(id) = call.parameters.path().and_then(Guid::parse) else {
        return Ok(None);
    };
    match store.known_customer(id) {
        KnownCustomer::Own => Ok(Some(id)),
        KnownCustomer::Foreign => Err(ApiError::foreign_customer()),
        KnownCustomer::Unknown => Err(ApiError::unknown_customer()),
    }
}

fn canonical_group(group: &str) -> &'static str {
    match group.eq_ignore_ascii_case("Group2") {
        true => "group2",
        false => "group1",
    }
}

/// Returns a page of an operation with queries.
fn page(store: &Store, call: &CheckedCall<'_>, paging: Paging) -> Option<String> {
    let (operation, parameters) = (call.documented.operation, &call.parameters);
    let filter: Option<FilterExpression> = parameters
        .of_kind(ParameterKind::Filter)
        .and_then(|text| text.parse().ok());
    let group_by = parameters
        .of_kind(ParameterKind::GroupBy)
        .unwrap_or_default();
    let order_by = parameters
        .of_kind(ParameterKind::OrderBy)
        .unwrap_or_default();
    let largest = operation
        .page_size
        .and_then(|rows| usize::try_from(rows).ok());
    let query = Query {
        filter: filter.as_ref(),
        group_by: lists::grouped(operation, group_by),
        measures: operation.measures,
        level: level(operation, parameters),
        order_by: lists::ordered(operation, order_by),
        // Unless it says otherwise, a call gets the largest page (T8).
        top: paging.top.or(largest).unwrap_or(usize::MAX),
        skip: paging.skip.unwrap_or(0),
        one_per_line: false,
    };
    let processed = parameters.value("processedDateTime").and_then(parse_moment);
    let processed = processed.map(|moment| moment.day());
    let rules = rules(operation);
    let rows = store.with_table(operation, processed, |table| {
        query::run(table, &query, rules)
    })?;
    let end = query.skip.saturating_add(rows.count);
    let has_more = rows.count > 0 && end < rows.total;
    let next_link = match has_more {
        true => serde_json::to_string(&paging::next_link(call.uri, end)).unwrap_or_default(),
        false => "null".to_owned(),
    };
    let (json, total) = (rows.json, rows.total);
    Some(format!(
        r#"{{"Value":[{json}],"@nextLink":{next_link},"TotalCount":{total}}}"#
    ))
}

/// Returns the period of grouped dates: days, unless the call says otherwise. For subscriptions the
/// default is `dateRange`, which the documentation does not explain and which leaves dates as they
/// are ([T35](partner_center_catalog::deviations#t35)).
fn level(operation: &Operation, parameters: &Parameters) -> Level {
    let default = match operation.id {
        "subscriptions" => Level::Exact,
        _ => Level::Day,
    };
    match parameters
        .value("aggregationLevel")
        .map(str::to_ascii_lowercase)
        .as_deref()
    {
        Some("day") => Level::Day,
        Some("week") => Level::Week,
        Some("month") => Level::Month,
        _ => default,
    }
}

fn rules(operation: &Operation) -> Rules {
    Rules {
        ignores_case: operation.id.starts_with("commercial_"),
        group_counts_are_text: operation.id == "subscriptions",
    }
}

/// Returns a collection of rows; `tail` follows the rows.
fn collection(rows: &[String], tail: &str) -> String {
    let (count, rows) = (rows.len(), rows.join(","));
    format!(
        r#"{{"totalCount":{count},"items":[{rows}],{tail}"attributes":{{"objectType":"Collection"}}}}"#
    )
}

/// Position in a list of customers, as the continuation token has it. Clients must not read it.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Position {
    offset: usize,
    size: usize,
    filter: Option<String>,
}

impl Position {
    fn token(&self) -> String {
        // A structure of numbers and text has a JSON text.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    fn of_token(token: &str) -> Option<Self> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token).ok()?).ok()
    }
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    own: Link,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<Link>,
}

#[derive(Serialize)]
struct Link {
    uri: String,
    method: &'static str,
    headers: Vec<LinkHeader>,
}

#[derive(Serialize)]
struct LinkHeader {
    key: &'static str,
    value: String,
}

impl Link {
    fn seek(operation: &str, position: &Position) -> Self {
        Self {
            uri: format!(
                "/customers?size={}&seekOperation={operation}",
                position.size
            ),
            method: "GET",
            headers: vec![LinkHeader {
                key: CONTINUATION_TOKEN,
                value: position.token(),
            }],
        }
    }
}

/// Returns a page of customers, with a token and links to the pages around it
/// ([T57](partner_center_catalog::deviations#t57)).
fn customers(store: &Store, call: &CheckedCall<'_>) -> Result<String, ApiError> {
    let parameters = &call.parameters;
    let size = parameters.value("size").and_then(|size| size.parse().ok());
    let size = size.filter(|size| *size > 0);
    let filter = parameters
        .of_kind(ParameterKind::CustomerFilter)
        .map(str::to_owned);
    let mut position = Position {
        offset: 0,
        size: size.unwrap_or(DEFAULT_SIZE),
        filter,
    };
    let seek = parameters.value("seekOperation");
    if seek.is_some() {
        let token = call
            .headers
            .get(CONTINUATION_TOKEN)
            .and_then(|token| token.to_str().ok());
        let start = token
            .and_then(Position::of_token)
            .ok_or_else(ApiError::continuation_token)?;
        // The token has size and filter, so that a seek needs to repeat neither.
        position.offset = start.offset;
        position.size = size.unwrap_or(start.size).max(1);
        position.filter = position.filter.or(start.filter);
    }
    let filter = position.filter.as_deref().and_then(CustomerFilter::checked);
    let selected = store.customers(&|customer| {
        filter
            .as_ref()
            .is_none_or(|filter| filter.matches(customer))
    });
    let size = position.size;
    let last = selected.len().saturating_sub(1) / size * size;
    position.offset = match seek.map(str::to_ascii_lowercase).as_deref() {
        Some("first" | "2") => 0,
        Some("last" | "3") => last,
        Some("previous" | "1") => position.offset.saturating_sub(size.saturating_mul(2)),
        _ => position.offset,
    };
    let page = selected.iter().skip(position.offset).take(size);
    let rows: Vec<String> = page
        .filter_map(|entry| store.listed_customer(entry))
        .collect();
    let end = position.offset.saturating_add(rows.len());
    let after = Position {
        offset: end,
        ..position
    };
    let has_next = !rows.is_empty() && end < selected.len();
    let own = call.uri.path_and_query().map_or("/customers", |target| {
        target
            .as_str()
            .strip_prefix("/v1")
            .unwrap_or(target.as_str())
    });
    let links = Links {
        own: Link {
            uri: own.to_owned(),
            method: "GET",
            headers: Vec::new(),
        },
        next: has_next.then(|| Link::seek("Next", &after)),
        previous: (end > rows.len()).then(|| Link::seek("Previous", &after)),
    };
    // A structure of texts has a JSON text.
    let links = serde_json::to_string(&links).unwrap_or_default();
    let token = match has_next {
        true => format!(r#""continuationToken":"{}","#, after.token()),
        false => String::new(),
    };
    let body = collection(&rows, &format!(r#""links":{links},"#));
    Ok(format!(
        "{{{token}{}",
        body.strip_prefix('{').unwrap_or_default()
    ))
}
