//! The rows in front of the one that cannot be read. Runs only once a page has failed.

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;
use serde_path_to_error::Segment;

use crate::collection::is_any;
use crate::decode::strip_byte_order_mark;
use crate::object::Key;
use crate::{Envelope, Error, ResponseValue};

/// A page of the rows before the failure: without link, count and other properties.
/// None where the error is another one, or where no row comes before it.
pub(super) fn page_before<E: Envelope + DeserializeOwned>(
    error: &Error,
) -> Option<ResponseValue<E>> {
    let Error::Decode {
        source, response, ..
    } = error
    else {
        return None;
    };
    let mut found = Found::default();
    // Ends in an error where the body does; the rows before that count.
    let _outcome = Body {
        found: &mut found,
        name: E::ROWS,
    }
    .deserialize(&mut serde_json::Deserializer::from_slice(
        strip_byte_order_mark(response.body()),
    ));
    let Found { name, mut rows } = found;
    if let Some(row) = failed_row(&source.path, &name) {
        rows.truncate(row);
    }
    let page = read(rows)?;
    Some(ResponseValue::answered(page, response))
}

/// A page of the rows that can be read. Every envelope reads a bare array.
fn read<E: Envelope + DeserializeOwned>(rows: Vec<Value>) -> Option<E> {
    let mut rows = Value::Array(rows);
    let page = match serde_path_to_error::deserialize::<_, E>(&rows) {
        Ok(page) => page,
        Err(error) => {
            let Some(Segment::Seq { index }) = error.path().iter().next() else {
                return None;
            };
            let index = *index;
            rows.as_array_mut()?.truncate(index);
            E::deserialize(&rows).ok()?
        }
    };
    (!page.items().is_empty()).then_some(page)
}

/// Index of the row that a path such as `Value[3].licensesSold` is about.
fn failed_row(path: &str, name: &str) -> Option<usize> {
    let (index, _) = path
        .strip_prefix(name)?
        .strip_prefix('[')?
        .split_once(']')?;
    index.parse().ok()
}

#[derive(Default)]
struct Found {
    /// Name of the property with the rows; empty for a bare array.
    name: String,
    rows: Vec<Value>,
}

/// Reads the rows of a body up to its end, or to where it is no JSON any more.
struct Body<'f> {
    found: &'f mut Found,
    /// Documented name of the property with the rows, which goes before any other.
    name: &'static str,
}

impl<'de> DeserializeSeed<'de> for Body<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Body<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a page")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, rows: A) -> Result<(), A::Error> {
        Rows(&mut self.found.rows).visit_seq(rows)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key()? {
            if !is_any(&key, &["Value", "items"]) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let mut rows = Vec::new();
            let outcome = map.next_value_seed(Rows(&mut rows));
            if self.found.rows.is_empty() || (key == self.name && !rows.is_empty()) {
                *self.found = Found {
                    name: key.into_owned(),
                    rows,
                };
            }
            outcome?;
        }
        Ok(())
    }
}

struct Rows<'f>(&'f mut Vec<Value>);

impl<'de> DeserializeSeed<'de> for Rows<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_> {
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
    use crate::{CallIds, Collection, Page, Response};

    async fn recovered<E: Envelope<Item = i64> + DeserializeOwned>(body: &str) -> Vec<i64> {
        let headers = HeaderMap::new();
        let ids = CallIds::new("rows", &headers);
        let response = Response::new(ids, StatusCode::OK, headers, body.to_owned().into());
        let error = ResponseValue::<E>::from_response(response)
            .await
            .err()
            .unwrap();
        page_before::<E>(&error).map_or_else(Vec::new, |page| page.into_inner().into_items())
    }

    #[tokio::test]
    async fn rows_before_the_failure_are_found_in_every_form() {
        for (body, rows) in [
            (r#"{"Value":[1,2,"x",4],"@nextLink":null}"#, &[1, 2][..]),
            ("\u{feff}{\"Value\":[1,\"x\"]}", &[1]),
            (r#"{"TotalCount":3,"ITEMS":[1,2,{}]}"#, &[1, 2]),
            (r#"{"items":[9],"Value":[1,null]}"#, &[1]),
            (r#"[1,2,[]]"#, &[1, 2]),
            (r#"{"Value":[1,2,"#, &[1, 2]),
            (r#"{"Value":[1,NaN,3]}"#, &[1]),
            (r#"{"Value":[1,2]} x"#, &[1, 2]),
            (r#"{"@nextLink":{},"Value":[1,2]}"#, &[1, 2]),
            (r#"{"Value":["x",2]}"#, &[]),
            (r#"{"Value":"x"}"#, &[]),
            (r#"{"code":1,"description":"x"}"#, &[]),
            ("null", &[]),
            ("<html>", &[]),
        ] {
            assert_eq!(recovered::<Page<i64>>(body).await, rows, "{body}");
        }
        for (body, rows) in [
            (r#"{"items":[1,2,"x"]}"#, &[1, 2][..]),
            (r#"{"Value":[9],"items":[1,"x"]}"#, &[1]),
            (r#"{"items":[1],"totalCount":1,"links":7}"#, &[1]),
            ("[1,\"x\"]", &[1]),
        ] {
            assert_eq!(recovered::<Collection<i64>>(body).await, rows, "{body}");
        }
    }
}
