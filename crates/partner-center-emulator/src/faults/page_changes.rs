//! Changes of the JSON of a response: rows, next links and fields.
//!
//! Rows keep their text, digits and order of fields included.

use http::{HeaderValue, Uri};
use serde_json::{Value, json, value::RawValue};

use crate::faults::{
    kind::{Drift, FaultKind, FieldDrift, NewType},
    ordered_object::OrderedObject,
};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Properties that hold the rows of a page, in the two formats of the API.
const ROWS: [&str; 2] = ["Value", "items"];

const NEXT_LINK: &str = "@nextLink";
const LINKS: &str = "links";

/// Request whose page is changed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageRequest<'a> {
    pub(crate) uri: &'a Uri,
    /// Continuation token of the request.
    pub(crate) token: Option<&'a HeaderValue>,
    /// Last rows of the page before.
    pub(crate) previous_rows: &'a [Box<RawValue>],
}

/// Returns the body with the change; `None` if there is nothing to change.
pub(crate) fn change(kind: &FaultKind, body: &[u8], request: PageRequest<'_>) -> Option<Vec<u8>> {
    let (mark, json) = match body.strip_prefix(BYTE_ORDER_MARK) {
        Some(json) => (BYTE_ORDER_MARK, json),
        None => (&[][..], body),
    };
    let mut document: OrderedObject = serde_json::from_slice(json).ok()?;
    match kind {
        FaultKind::RepeatedNextLink => set_next_link(&mut document, request, None)?,
        FaultKind::ForeignNextLink { url } => set_next_link(&mut document, request, Some(url))?,
        FaultKind::DuplicateRows { rows } => {
            let count = usize::try_from(*rows).ok()?;
            change_rows(&mut document, |own| {
                duplicated(own, count, request.previous_rows)
            })?;
        }
        FaultKind::MissingRows { rows } => {
            let count = usize::try_from(*rows).ok()?;
            change_rows(&mut document, |mut own| {
                own.drain(..count.min(own.len()));
                own
            })?;
        }
        FaultKind::FieldDrift(drift) => drift_fields(&mut document, drift)?,
        _ => return None,
    }
    let json = serde_json::to_vec(&document).ok()?;
    Some([mark, &json].concat())
}

/// Returns the rows of a page; `None` if the body is not a page.
pub(crate) fn rows(body: &[u8]) -> Option<Vec<Box<RawValue>>> {
    let json = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let document: OrderedObject = serde_json::from_slice(json).ok()?;
    rows_of(&document).map(|(_, rows)| rows)
}

/// Returns the body with or without a byte-order mark.
pub(crate) fn with_mark(body: &[u8], present: bool) -> Vec<u8> {
    let json = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let mark = if present { BYTE_ORDER_MARK } else { &[] };
    [mark, json].concat()
}

fn rows_of(document: &OrderedObject) -> Option<(&'static str, Vec<Box<RawValue>>)> {
    ROWS.into_iter().find_map(|name| {
        let rows = serde_json::from_str(document.get(name)?.get()).ok()?;
        Some((name, rows))
    })
}

fn change_rows(
    document: &mut OrderedObject,
    change: impl FnOnce(Vec<Box<RawValue>>) -> Vec<Box<RawValue>>,
) -> Option<()> {
    let (name, rows) = rows_of(document)?;
    if rows.is_empty() {
        return None;
    }
    document.set(name, raw(&change(rows))?);
    Some(())
}

/// Returns the rows after the last rows of the page before. If these are not known, because the
/// fault was injected after that page, the first rows are repeated.
fn duplicated(
    own: Vec<Box<RawValue>>,
    count: usize,
    previous: &[Box<RawValue>],
) -> Vec<Box<RawValue>> {
    let repeated = match previous.len().checked_sub(count) {
        _ if previous.is_empty() => own.iter().take(count).cloned().collect(),
        Some(start) => previous.get(start..).unwrap_or_default().to_vec(),
        None => previous.to_vec(),
    };
    [repeated, own].concat()
}

/// Sets the next link: to the page itself, or to another host.
fn set_next_link(
    document: &mut OrderedObject,
    request: PageRequest<'_>,
    host: Option<&str>,
) -> Option<()> {
    let (envelope, _) = rows_of(document)?;
    let foreign = |link: &str| match host.map(url::Url::parse) {
        Some(Ok(host)) => host.join(link).ok().map(String::from),
        _ => Some(link.to_owned()),
    };
    if envelope == "Value" {
        let normal: Option<String> = document
            .get(NEXT_LINK)
            .and_then(|link| serde_json::from_str(link.get()).ok())
            .flatten();
        let link = match normal.filter(|_| host.is_some()) {
            Some(link) => link,
            None => relative(request.uri),
        };
        document.set(NEXT_LINK, raw(&foreign(&link)?)?);
        return Some(());
    }
    // In the other format only listings of several pages have links.
    let mut links: OrderedObject = serde_json::from_str(document.get(LINKS)?.get()).ok()?;
    let read = |name: &str| -> Option<Value> { serde_json::from_str(links.get(name)?.get()).ok() };
    let next = read("next").filter(|_| host.is_some());
    let own = || match read("self") {
        Some(link) => link["uri"].as_str().map(str::to_owned),
        None => {
            let path = request.uri.path_and_query().map(|path| path.as_str())?;
            Some(path.strip_prefix("/v1").unwrap_or(path).to_owned())
        }
    };
    let (uri, headers): (String, Value) = match next {
        Some(next) => (next["uri"].as_str()?.to_owned(), next["headers"].clone()),
        None => {
            let token = request.token.and_then(|token| token.to_str().ok());
            let headers = token.map(|token| json!({"key": "MS-ContinuationToken", "value": token}));
            (own()?, headers.into_iter().collect())
        }
    };
    let mut link = OrderedObject::default();
    link.set("uri", raw(&foreign(&uri)?)?);
    link.set("method", raw("GET")?);
    link.set("headers", raw(&headers)?);
    links.set("next", raw(&link)?);
    document.set(LINKS, raw(&links)?);
    Some(())
}

/// Returns the link to a request in the format of `@nextLink`: the last path segment and the
/// query.
fn relative(uri: &Uri) -> String {
    let name = uri.path().rsplit('/').next().unwrap_or_default();
    match uri.query() {
        Some(query) => format!("{name}?{query}"),
        None => name.to_owned(),
    }
}

/// Changes a field in all rows, or in the object if it is not a page.
fn drift_fields(document: &mut OrderedObject, drift: &FieldDrift) -> Option<()> {
    let Some((envelope, mut rows)) = rows_of(document) else {
        return drift_object(document, drift);
    };
    let mut changed = None;
    for row in &mut rows {
        if let Ok(mut object) = serde_json::from_str(row.get())
            && drift_object(&mut object, drift).is_some()
        {
            *row = raw(&object)?;
            changed = Some(());
        }
    }
    changed?;
    document.set(envelope, raw(&rows)?);
    Some(())
}

fn drift_object(object: &mut OrderedObject, drift: &FieldDrift) -> Option<()> {
    let field = drift.field.as_str();
    match drift.change {
        Drift::Rename => {
            let new_name = match &drift.new_name {
                Some(name) => name.clone(),
                None => format!("{field}V2"),
            };
            object.rename(field, &new_name)
        }
        Drift::Remove => object.remove(field),
        Drift::Add => {
            let value = match &drift.value {
                Some(value) => raw(value)?,
                None => raw("new")?,
            };
            object.set(field, value);
            Some(())
        }
        Drift::ChangeType => {
            let retyped = retyped(object.get(field)?, drift.new_type)?;
            object.set(field, retyped);
            Some(())
        }
    }
}

fn retyped(value: &RawValue, new_type: Option<NewType>) -> Option<Box<RawValue>> {
    let text: Option<String> = serde_json::from_str(value.get()).ok();
    let new_type = new_type.unwrap_or(match text {
        Some(_) => NewType::Number,
        None => NewType::Text,
    });
    match new_type {
        NewType::Text => raw(&text.unwrap_or_else(|| value.get().to_owned())),
        NewType::Number => {
            // Digits in a text stay as they are.
            let digits =
                text.filter(|text| serde_json::from_str::<serde_json::Number>(text).is_ok());
            RawValue::from_string(digits.unwrap_or_else(|| "0".to_owned())).ok()
        }
        NewType::Null => raw(&Value::Null),
        NewType::Object => raw(&std::collections::BTreeMap::from([("value", value)])),
        NewType::Array => raw(&[value]),
    }
}

fn raw<T: serde::Serialize + ?Sized>(value: &T) -> Option<Box<RawValue>> {
    serde_json::value::to_raw_value(value).ok()
}

#[cfg(test)]
mod tests;
