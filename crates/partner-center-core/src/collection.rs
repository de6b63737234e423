use std::marker::PhantomData;

use serde::Serialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::Value;

use crate::links::ResourceLinks;
use crate::object::Key;
use crate::wire::Wire;
use crate::{AdditionalProperties, Envelope, Next, deserialize_object};

/// A list as the `/v1` family of operations sends it. The licence reports send all
/// rows in one answer; customers come in pages, with [`links`](Self::links).
///
/// Serialises to `{continuationToken, totalCount, items, links, attributes}` in this
/// order; all but `items` only where there is one. Reads the keys in any letter case,
/// `Value` in place of `items`, `null` for no rows, a count as text, and a bare array
/// (T4, T5). A count that is none is kept in the additional properties (T7).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Collection<T> {
    /// Token to go on with; opaque. A link to the next page goes first where both
    /// are there (T57).
    #[serde(rename = "continuationToken", skip_serializing_if = "Option::is_none")]
    pub continuation_token: Option<String>,
    /// How many rows the service says there are. Informative: it never ends a
    /// listing, but a collected result that disagrees with it is reported (T10).
    #[serde(rename = "totalCount", skip_serializing_if = "Option::is_none")]
    pub total_count: Option<i64>,
    /// The rows.
    pub items: Vec<T>,
    /// Where to go from here. The last page has no `next`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub links: Option<ResourceLinks>,
    /// What kind of resource the object around it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributes: Option<ResourceAttributes>,
    /// Properties that the spec does not name.
    #[serde(flatten)]
    pub additional_properties: AdditionalProperties,
}

/// No rows, and nothing said about them.
impl<T> Default for Collection<T> {
    fn default() -> Self {
        Self {
            continuation_token: None,
            total_count: None,
            items: Vec::new(),
            links: None,
            attributes: None,
            additional_properties: AdditionalProperties::new(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Collection<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CollectionVisitor(PhantomData))
    }
}

struct CollectionVisitor<T>(PhantomData<fn() -> T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for CollectionVisitor<T> {
    type Value = Collection<T>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object (Collection)")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, rows: A) -> Result<Collection<T>, A::Error> {
        Ok(Collection {
            items: Vec::deserialize(SeqAccessDeserializer::new(rows))?,
            ..Collection::default()
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Collection<T>, A::Error> {
        let mut read = Collection::default();
        let mut items = None;
        let mut is_null = false;
        while let Some(Key(key)) = map.next_key()? {
            match &*key {
                "items" => match map.next_value()? {
                    Some(rows) => items = Some(rows),
                    None => is_null = true,
                },
                "continuationToken" => read.continuation_token = map.next_value()?,
                "links" => read.links = map.next_value()?,
                "attributes" => read.attributes = map.next_value()?,
                other if is_any(other, &["items", "value"]) => {
                    if let Some(rows) = map.next_value()? {
                        items.get_or_insert(rows);
                    } else {
                        is_null = true;
                    }
                }
                other if is_any(other, &["totalCount"]) => match count(map.next_value()?) {
                    Ok(count) if other == "totalCount" => {
                        read.total_count = count.or(read.total_count);
                    }
                    Ok(count) => read.total_count = read.total_count.or(count),
                    Err(value) => {
                        read.additional_properties.insert(key.into_owned(), value);
                    }
                },
                other if is_any(other, &["continuationToken"]) => {
                    let token = map.next_value()?;
                    read.continuation_token = read.continuation_token.or(token);
                }
                other if is_any(other, &["links"]) => {
                    let links = map.next_value()?;
                    read.links = read.links.or(links);
                }
                other if is_any(other, &["attributes"]) => {
                    let attributes = map.next_value()?;
                    read.attributes = read.attributes.or(attributes);
                }
                _ => {
                    read.additional_properties
                        .insert(key.into_owned(), map.next_value()?);
                }
            }
        }
        read.items = match items {
            Some(rows) => rows,
            None if is_null => no_rows(read.total_count)?,
            None => return Err(Error::missing_field("items")),
        };
        Ok(read)
    }
}

/// Whether `name` is one of these, whatever its letter case (T5).
pub(crate) fn is_any(name: &str, names: &[&str]) -> bool {
    names.iter().any(|other| other.eq_ignore_ascii_case(name))
}

/// A stated count, or what stands in its place: a count is a hint, and no reason to
/// refuse rows (T7).
pub(crate) fn count(value: Value) -> Result<Option<i64>, Value> {
    i64::read_optional(&value).map_err(|_| value)
}

/// The rows of a list that has `null` for them: none, unless it counts some (T4).
pub(crate) fn no_rows<T, E: Error>(stated: Option<i64>) -> Result<Vec<T>, E> {
    if stated.is_some_and(|rows| rows > 0) {
        return Err(E::invalid_type(
            Unexpected::Unit,
            &"rows, since the stated count is more than 0",
        ));
    }
    Ok(Vec::new())
}

impl<T> Collection<T> {
    /// A collection of these rows, with the attributes and the count that the
    /// service would send with them. For tests and mocks.
    pub fn new(items: Vec<T>) -> Self {
        Self {
            total_count: i64::try_from(items.len()).ok(),
            items,
            attributes: Some(ResourceAttributes::new("Collection")),
            ..Self::default()
        }
    }

    /// Whether the service says that the list goes on, by a link or a token.
    ///
    /// Operations that give one answer do not follow it: rows are missing then.
    pub fn has_next(&self) -> bool {
        self.next() != Next::None
    }

    /// The disagreement between the stated count and the rows, if there is one.
    ///
    /// The rows are never dropped for it: the count is a hint (T10).
    pub fn count_mismatch(&self) -> Option<CountMismatch> {
        let stated = self.total_count?;
        let received = self.items.len();
        (i64::try_from(received) != Ok(stated)).then_some(CountMismatch { stated, received })
    }
}

impl<T> IntoIterator for Collection<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

/// The service stated another number of rows than it sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CountMismatch {
    /// What `totalCount` says.
    pub stated: i64,
    /// How many rows arrived.
    pub received: usize,
}

impl CountMismatch {
    /// Whether rows are missing, as opposed to more rows than stated.
    pub fn is_short(&self) -> bool {
        i64::try_from(self.received).is_ok_and(|received| received < self.stated)
    }
}

impl std::fmt::Display for CountMismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the service states {} rows and sent {}",
            self.stated, self.received
        )
    }
}

/// What kind of resource the object around it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ResourceAttributes {
    /// Version of the resource, for writes. Never seen in analytics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Name of the resource type, for example `Collection`.
    #[serde(rename = "objectType", skip_serializing_if = "Option::is_none")]
    pub object_type: Option<String>,
    /// Properties that the spec does not name.
    #[serde(flatten)]
    pub additional_properties: AdditionalProperties,
}

deserialize_object! {
    ResourceAttributes {
        etag: optional "etag",
        object_type: optional "objectType",
    }
}

impl ResourceAttributes {
    /// Attributes that name a resource type.
    pub fn new(object_type: impl Into<String>) -> Self {
        Self {
            object_type: Some(object_type.into()),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_disagrees_is_reported_and_the_rows_stay() {
        let short: Collection<i64> =
            serde_json::from_str(r#"{"totalCount":3,"items":[1,2]}"#).unwrap();
        let mismatch = short.count_mismatch().unwrap();
        assert_eq!(mismatch.to_string(), "the service states 3 rows and sent 2");
        assert!(mismatch.is_short());
        assert_eq!(short.items, [1, 2]);

        let long: Collection<i64> =
            serde_json::from_str(r#"{"totalCount":-1,"items":[1]}"#).unwrap();
        assert!(!long.count_mismatch().unwrap().is_short());
        assert_eq!(Collection::new(vec![1]).count_mismatch(), None);
        assert_eq!(
            serde_json::from_str::<Collection<i64>>(r#"{"items":[1]}"#)
                .unwrap()
                .count_mismatch(),
            None
        );
    }

    #[test]
    fn keys_are_found_in_any_letter_case_and_unknown_ones_are_kept() {
        let read: Collection<i64> =
            serde_json::from_str(r#"{"TotalCount":1,"Items":[7],"neu":{"self":{}}}"#).unwrap();
        assert_eq!(
            (read.total_count, read.items.as_slice()),
            (Some(1), [7].as_slice())
        );
        assert!(read.additional_properties.get("neu").is_some());
    }

    #[test]
    fn documented_spelling_wins_over_another_letter_case() {
        let documented = r#""continuationToken":"a","totalCount":1,"links":{"self":{"uri":"a"}},"attributes":{"objectType":"a"}"#;
        let other = r#""ContinuationToken":"b","TotalCount":2,"Links":{"self":{"uri":"b"}},"Attributes":{"objectType":"b"}"#;
        let read = |fields: &str| -> (Option<String>, Option<i64>, Option<String>, Option<String>) {
            let json = format!(r#"{{"items":[],{fields}}}"#);
            let read: Collection<i64> = serde_json::from_str(&json).unwrap();
            assert!(read.additional_properties.is_empty(), "{json}");
            (
                read.continuation_token,
                read.total_count,
                read.links.and_then(|links| links.self_?.uri),
                read.attributes
                    .and_then(|attributes| attributes.object_type),
            )
        };
        let all = |text: &str, count| {
            let text = Some(text.to_owned());
            (text.clone(), Some(count), text.clone(), text)
        };
        assert_eq!(read(&format!("{documented},{other}")), all("a", 1));
        assert_eq!(read(&format!("{other},{documented}")), all("a", 1));
        assert_eq!(read(other), all("b", 2));
        // A null says nothing, so it replaces nothing.
        let nulls = r#""CONTINUATIONTOKEN":null,"TOTALCOUNT":null,"LINKS":null,"ATTRIBUTES":null"#;
        assert_eq!(read(&format!("{other},{nulls}")), all("b", 2));
    }

    #[test]
    fn rows_are_iterated_in_order() {
        let rows: Vec<_> = Collection::new(vec![3, 1, 2]).into_iter().collect();
        assert_eq!(rows, [3, 1, 2]);
    }

    #[test]
    fn a_collection_is_written_in_the_order_of_the_documentation() {
        assert_eq!(
            serde_json::to_string(&Collection::new(vec![1])).unwrap(),
            r#"{"totalCount":1,"items":[1],"attributes":{"objectType":"Collection"}}"#
        );
    }

    #[test]
    fn one_page_of_many_is_read_and_written_as_documented() {
        let json = r#"{"continuationToken":"AQ==","totalCount":1,"items":[7],"links":{"self":{"uri":"/customers?size=1","method":"GET","headers":[]},"next":{"uri":"/customers?seekOperation=Next","method":"GET","headers":[{"key":"MS-ContinuationToken","value":"AQ=="}]}},"attributes":{"objectType":"Collection"}}"#;
        let read: Collection<i64> = serde_json::from_str(json).unwrap();
        let next = read.links.as_ref().unwrap().next.as_ref().unwrap();
        assert_eq!(next.headers[0].value.as_deref(), Some("AQ=="));
        assert_eq!(read.continuation_token.as_deref(), Some("AQ=="));
        assert!(read.additional_properties.is_empty());
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }

    #[test]
    fn other_forms_of_a_list_are_read() {
        for (json, count) in [
            ("[7]", None),
            (r#"{"Value":[7],"totalCount":" 1 "}"#, Some(1)),
            (r#"{"ITEMS":[7],"TotalCount":"1","Links":null}"#, Some(1)),
            (r#"{"items":[7],"value":[8],"totalCount":null}"#, None),
            (r#"{"value":[8],"items":[7],"totalCount":""}"#, None),
        ] {
            let read: Collection<i64> = serde_json::from_str(json).unwrap();
            assert_eq!((read.total_count, read.items), (count, vec![7]), "{json}");
            assert!(read.additional_properties.is_empty(), "{json}");
        }
    }

    #[test]
    fn a_count_that_is_no_number_is_kept_and_refuses_no_collection() {
        for count in [r#""many""#, "1.5", r#"{"n":1}"#, "true", "[1]"] {
            let json = format!(r#"{{"items":[7],"totalCount":{count}}}"#);
            let read: Collection<i64> = serde_json::from_str(&json).unwrap();
            assert_eq!((read.total_count, read.items.as_slice()), (None, &[7][..]));
            let kept = read.additional_properties.get("totalCount").unwrap();
            assert_eq!(kept.to_string(), count);
            assert_eq!(read.count_mismatch(), None);
        }
    }

    #[test]
    fn null_is_an_empty_collection_unless_rows_are_counted() {
        for json in [
            r#"{"items":null}"#,
            r#"{"items":null,"totalCount":0}"#,
            r#"{"totalCount":null,"Value":null}"#,
            r#"{"value":[],"items":null,"totalCount":1}"#,
        ] {
            let read: Collection<i64> = serde_json::from_str(json).unwrap();
            assert!(read.items.is_empty(), "{json}");
        }
        let error = serde_json::from_str::<Collection<i64>>(r#"{"items":null,"totalCount":1}"#)
            .unwrap_err();
        assert!(error.to_string().contains("expected rows"), "{error}");
    }
}
