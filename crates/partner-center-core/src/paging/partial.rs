//! Recovery of the readable rows of a response that cannot be read as a whole. It runs only
//! after decoding has failed, so that it does not slow down successful responses.

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use crate::model::api_error::ApiError;
use crate::model::decode::{DecodeError, locate, strip_byte_order_mark, without_lone_surrogates};
use crate::model::lenient_object::Key;
use crate::model::list::is_any;
use crate::{Envelope, Error, ResponseValue};

/// Row that cannot be read.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct UnreadableRow {
    /// Number of the page in its listing, from 1.
    pub page: u64,
    /// Index of the row in its page, from 0.
    pub index: usize,
    /// Property and problem, without the value of the property.
    pub error: DecodeError,
}

impl std::fmt::Display for UnreadableRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { page, index, error } = self;
        write!(
            f,
            "row {} of page {page} cannot be read: {error}",
            index + 1
        )
    }
}

/// Readable rows of a response that contains an error.
#[derive(Debug)]
#[non_exhaustive]
pub struct PartialList<E> {
    /// List of the readable rows.
    pub list: ResponseValue<E>,
    /// Rows that are not in the list because they cannot be read. Empty if the list ends at the
    /// error.
    pub unreadable: Vec<UnreadableRow>,
    /// Number of rows of the response, up to the position from which it cannot be read further.
    pub received: usize,
    /// Error at which the list ends before the end of the response. `None` if only the rows in
    /// [`unreadable`](Self::unreadable) are missing.
    pub ended_by: Option<Error>,
}

impl Error {
    /// Returns the readable rows of a response that cannot be read as a whole or that contains
    /// an error beside its rows, with a report of the unreadable rows.
    ///
    /// `None` if no row is readable, or if the error is of another kind.
    ///
    /// ```
    /// use partner_center_core::{Error, Page};
    ///
    /// /// Returns the readable rows of a single page, and prints the others.
    /// fn readable(error: &Error) -> Vec<serde_json::Value> {
    ///     let Some(partial) = error.partial::<Page<serde_json::Value>>() else {
    ///         return Vec::new();
    ///     };
    ///     for row in &partial.unreadable {
    ///         eprintln!("{row}");
    ///     }
    ///     partial.list.into_inner().value
    /// }
    /// # let _ = readable;
    /// ```
    pub fn partial<E: Envelope + DeserializeOwned>(&self) -> Option<PartialList<E>> {
        partial(self, true).filter(|partial: &PartialList<E>| !partial.list.items().is_empty())
    }
}

/// Returns the readable rows of a response. With `skip`, unreadable rows are left out; otherwise
/// the list ends at the first of them. A list without rows means that all were left out.
pub(crate) fn partial<E: Envelope + DeserializeOwned>(
    error: &Error,
    skip: bool,
) -> Option<PartialList<E>> {
    let response = match error {
        Error::Decode { response, .. } => response,
        Error::Service(error) if error.response().status().is_success() => error.response(),
        _ => return None,
    };
    let body = without_lone_surrogates(strip_byte_order_mark(response.body()));
    let RawRows { name, rows: raw } = RawRows::read::<E>(&body);
    let envelope: Option<E> = envelope(&body, &raw);
    let no_envelope = || match ApiError::in_success(&body) {
        None => copy_of(error),
        api_error => Error::in_success(response.clone(), api_error),
    };
    let (mut rows, mut unreadable) = (Vec::with_capacity(raw.len()), Vec::new());
    let (mut received, mut ended_by) = (raw.len(), None);
    for (index, row) in raw.into_iter().enumerate() {
        match read::<E>(row, &body) {
            Ok(row) => {
                rows.extend(row.into_items());
                continue;
            }
            Err(problem) if ApiError::is_row(row.get(), &problem) => {
                let api_error = ApiError::in_row(row.get());
                ended_by = Some(Error::in_success(response.clone(), api_error));
            }
            Err(_) if envelope.is_none() => ended_by = Some(no_envelope()),
            Err(_) if !skip => ended_by = Some(copy_of(error)),
            Err(mut error) => {
                error.path = format!("{name}[{index}]{}", error.path);
                let page = 1;
                unreadable.push(UnreadableRow { page, index, error });
                continue;
            }
        }
        received = index;
        break;
    }
    if ended_by.is_none() {
        match error {
            _ if envelope.is_none() => ended_by = Some(no_envelope()),
            // The status or the content type shows that the body is not the list; no row is wrong.
            Error::Service(_) => ended_by = Some(copy_of(error)),
            _ => {}
        }
    }
    if rows.is_empty() && (ended_by.is_some() || unreadable.is_empty()) {
        return None;
    }
    // The link and the count of a list that ends early do not apply to the remaining rows.
    let mut list = match envelope.filter(|_| ended_by.is_none()) {
        Some(envelope) => envelope,
        None => locate(b"[]").ok()?,
    };
    list.items_mut().append(&mut rows);
    Some(PartialList {
        list: ResponseValue::answered(list, response),
        unreadable,
        received,
        ended_by,
    })
}

/// Returns the envelope without its rows; `None` if the rest of the body cannot be read either.
fn envelope<E: Envelope + DeserializeOwned>(body: &[u8], rows: &[&RawValue]) -> Option<E> {
    let start = position(rows.first()?, body);
    let last = rows.last()?;
    let end = position(last, body) + last.get().len();
    let rest = [body.get(..start)?, body.get(end..)?].concat();
    let envelope: Option<E> = locate(&rest).ok();
    // Rows that are left are under another name.
    envelope.filter(|envelope| envelope.items().is_empty())
}

/// Returns the position of a row, which is a slice of the body.
fn position(row: &RawValue, body: &[u8]) -> usize {
    let start = body.as_ptr().addr();
    row.get().as_ptr().addr().saturating_sub(start)
}

/// Copies an error, which is not `Clone`.
fn copy_of(error: &Error) -> Error {
    match error {
        Error::Decode {
            ids,
            status,
            source,
            response,
        } => Error::Decode {
            ids: ids.clone(),
            status: *status,
            source: source.clone(),
            response: response.clone(),
        },
        Error::Service(error) => {
            Error::in_success(error.response().clone(), error.api_error().cloned())
        }
        // Other errors have no readable rows, so they do not get here.
        other => Error::invalid_request(other.to_string()),
    }
}

/// Reads a row of this body as a list with one row, which every envelope accepts. The path of an
/// error starts after the index of the row.
fn read<E: DeserializeOwned>(row: &RawValue, body: &[u8]) -> Result<E, DecodeError> {
    let text = row.get();
    let list = [b"[", text.as_bytes(), b"]"].concat();
    locate::<E>(&list).map_err(|mut error| {
        error.path = error
            .path
            .strip_prefix("[0]")
            .unwrap_or_default()
            .to_owned();
        let at = position(row, body);
        let before = body.get(..at).unwrap_or_default();
        if error.line <= 1 {
            let line = before.iter().rposition(|byte| *byte == b'\n');
            let begin = line.map_or(0, |line| line + 1);
            // Without the bracket before the row.
            error.column = (error.column + at).saturating_sub(begin + 1);
        }
        error.line += before.iter().filter(|byte| **byte == b'\n').count();
        error
    })
}

/// Rows of a body as JSON text.
#[derive(Default)]
pub(super) struct RawRows<'de> {
    /// Name of the property with the rows; empty for a bare array.
    name: String,
    pub(super) rows: Vec<&'de RawValue>,
}

impl<'de> RawRows<'de> {
    /// Reads the rows of a body up to its end, or up to the first invalid JSON.
    pub(super) fn read<E: Envelope>(body: &'de [u8]) -> Self {
        let mut found = Self::default();
        let body = &mut serde_json::Deserializer::from_slice(body);
        // An error only means that the body cannot be read further; the rows before it are valid.
        let _outcome = body.deserialize_any(BodyVisitor(&mut found, E::ROWS));
        found
    }
}

/// Visitor of a body, with the documented name of the property with the rows, which takes
/// precedence over others.
struct BodyVisitor<'f, 'de>(&'f mut RawRows<'de>, &'static str);

impl<'de> Visitor<'de> for BodyVisitor<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a page")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, rows: A) -> Result<(), A::Error> {
        Rows(&mut self.0.rows).visit_seq(rows)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key()? {
            if !is_any(&key, &["Value", "items"]) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let mut rows = Vec::new();
            let outcome = map.next_value_seed(Rows(&mut rows));
            if self.0.rows.is_empty() || (key == self.1 && !rows.is_empty()) {
                let name = key.into_owned();
                *self.0 = RawRows { name, rows };
            }
            outcome?;
        }
        Ok(())
    }
}

struct Rows<'f, 'de>(&'f mut Vec<&'de RawValue>);

impl<'de> DeserializeSeed<'de> for Rows<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("rows")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while let Some(row) = rows.next_element()? {
            self.0.push(row);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;
    use crate::{Collection, Page, RequestIds, Response};

    async fn error<E: DeserializeOwned>(body: &str) -> Error {
        let headers = HeaderMap::new();
        let ids = RequestIds::new("rows", &headers);
        let response = Response::new(ids, StatusCode::OK, headers, body.to_owned().into());
        let read = ResponseValue::<E>::from_response(response.into()).await;
        read.err().unwrap()
    }

    async fn before<E: Envelope<Item = i64> + DeserializeOwned>(body: &str) -> Vec<i64> {
        let partial = partial::<E>(&error::<E>(body).await, false);
        partial.map_or_else(Vec::new, |partial| {
            assert!(partial.ended_by.is_some(), "{body}");
            assert_eq!(partial.received, partial.list.items().len());
            partial.list.into_inner().into_items()
        })
    }

    #[tokio::test]
    async fn rows_before_an_error_are_read_in_every_format() {
        for (body, rows) in [
            (r#"{"Value":[1,2,"x",4],"@nextLink":null}"#, &[1, 2][..]),
            ("\u{feff}{\"Value\":[1,\"x\"]}", &[1]),
            (r#"{"TotalCount":3,"ITEMS":[1,2,{}]}"#, &[1, 2]),
            (r#"{"items":[],"Value":[1,null]}"#, &[1]),
            (r#"[1,2,[]]"#, &[1, 2]),
            (r#"{"Value":[1,2,"#, &[1, 2]),
            (r#"{"Value":[1,NaN,3]}"#, &[1]),
            (r#"{"Value":[1,2]} x"#, &[1, 2]),
            (r#"{"@nextLink":{},"Value":[1,2]}"#, &[1, 2]),
            (r#"{"Value":[1,2],"error":{"code":"500"}}"#, &[1, 2]),
            (r#"{"Value":[1,{"error":{"code":"500"}},3]}"#, &[1]),
            (r#"{"Value":["x",2]}"#, &[]),
            (r#"{"Value":"x"}"#, &[]),
            (r#"{"code":1,"description":"x"}"#, &[]),
            ("null", &[]),
            ("<html>", &[]),
        ] {
            assert_eq!(before::<Page<i64>>(body).await, rows, "{body}");
        }
        for (body, rows) in [
            (r#"{"items":[1,2,"x"]}"#, &[1, 2][..]),
            (r#"{"Value":[],"items":[1,"x"]}"#, &[1]),
            (r#"{"items":[1],"totalCount":1,"links":7}"#, &[1]),
            (r#"{"error":{"code":"500"},"items":[1]}"#, &[1]),
            ("[1,\"x\"]", &[1]),
        ] {
            assert_eq!(before::<Collection<i64>>(body).await, rows, "{body}");
        }
    }

    #[tokio::test]
    async fn an_unreadable_row_does_not_affect_other_rows() {
        let body = "{\"TotalCount\":4,\n\"Value\":[1,\n \"Fabrikam\",3,{}],\"nextLink\":\"a\"}";
        let error = error::<Page<i64>>(body).await;
        let read = error.partial::<Page<i64>>().unwrap();
        assert_eq!(read.list.value, [1, 3]);
        assert_eq!(
            (read.list.next_link.as_deref(), read.list.total_count),
            (Some("a"), Some(4))
        );
        assert!(read.ended_by.is_none());
        let texts: Vec<_> = read.unreadable.iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "row 2 of page 1 cannot be read: `Value[1]`: expected i64, found a string (line 3, column 11)",
                "row 4 of page 1 cannot be read: `Value[3]`: expected i64, found an object (line 3, column 14)",
            ]
        );
        // The position is the same as that of the error of the whole body.
        let Error::Decode { source, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(*source, read.unreadable[0].error);
    }

    #[tokio::test]
    async fn a_row_at_the_start_of_a_line_has_a_position() {
        let error = error::<Page<i64>>("{\"Value\":[1,\n\"x\",\ntrue]}").await;
        let read = error.partial::<Page<i64>>().unwrap();
        let places = read.unreadable.iter();
        let places: Vec<_> = places
            .map(|row| (row.error.line, row.error.column))
            .collect();
        assert_eq!(places, [(2, 3), (3, 4)]);
    }

    #[tokio::test]
    async fn an_error_of_the_service_takes_precedence() {
        for body in [
            r#"{"Value":[1,"x"],"error":{"code":"500","message":"m"}}"#,
            r#"{"Value":[1,{"errors":[{"code":"500","message":"m"}]},3]}"#,
            r#"{"Value":[1,{"a"{"error":{"code":"500","message":"m"}}"#,
            r#"{"Value":[1,"x",{"error":{"code":"500","message":"m"}}]}"#,
        ] {
            let read = error::<Page<i64>>(body).await;
            let read = read.partial::<Page<i64>>().unwrap();
            assert_eq!(read.list.value, [1], "{body}");
            let ended_by = read.ended_by.unwrap();
            assert_eq!(ended_by.code(), Some("500"), "{body}: {ended_by}");
            assert_eq!(ended_by.description(), Some("m"), "{body}");
        }
    }
}
