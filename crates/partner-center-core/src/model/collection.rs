use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess};

use crate::model::links::ResourceLinks;
use crate::model::list::{self, Head, List, is_any};
use crate::{AdditionalProperties, Envelope, Next, deserialize_object};

/// List in the format of the `/v1` family of operations. The licence reports send all rows in
/// one response; customers are sent in pages, with [`links`](Self::links).
///
/// Serialises to `{continuationToken, totalCount, items, links, attributes}` in this order;
/// properties other than `items` are left out if they are `None`. Deserialises the keys
/// case-insensitively. Also accepts `Value` instead of `items`, `@odata.count` instead of
/// `totalCount`, `null` instead of an empty list of rows, a count as text, and a bare array
/// ([T4](crate::deviations#t4), [T5](crate::deviations#t5)). A non-numeric count is kept in the
/// additional properties ([T7](crate::deviations#t7)). A body that contains an error of the service
/// is rejected.
///
/// ```
/// use partner_center_core::{Collection, decode};
///
/// // The service sends a byte-order mark before these bodies.
/// let body = "\u{feff}{\"totalCount\": 2, \"items\": [\"a\", \"b\"]}";
/// let collection: Collection<String> = decode::decode(body.as_bytes())?;
///
/// assert_eq!(collection.items, ["a", "b"]);
/// assert_eq!(collection.total_count, Some(2));
/// assert!(!collection.has_next());
/// # Ok::<(), decode::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Collection<T> {
    /// Opaque token for the next page. A link to the next page takes precedence over it
    /// ([T57](crate::deviations#t57)).
    #[serde(rename = "continuationToken", skip_serializing_if = "Option::is_none")]
    pub continuation_token: Option<String>,
    /// Number of rows that the service states. Informative: it does not end a listing, but a
    /// collected result with another number of rows is reported ([T10](crate::deviations#t10)).
    #[serde(rename = "totalCount", skip_serializing_if = "Option::is_none")]
    pub total_count: Option<i64>,
    /// The rows.
    pub items: Vec<T>,
    /// Links to this page and to other pages. The last page has no `next`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub links: Option<ResourceLinks>,
    /// Attributes of the collection, such as its resource type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributes: Option<ResourceAttributes>,
    /// Properties that the spec does not name.
    #[serde(flatten)]
    pub additional_properties: AdditionalProperties,
}

/// An empty collection without links, token, count and attributes.
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
        let List {
            head,
            rows,
            stated,
            others,
        } = list::read::<T, CollectionHead, D>(deserializer)?;
        Ok(Self {
            continuation_token: head.continuation_token,
            total_count: stated,
            items: rows,
            links: head.links,
            attributes: head.attributes,
            additional_properties: others,
        })
    }
}

#[derive(Default)]
struct CollectionHead {
    continuation_token: Option<String>,
    links: Option<ResourceLinks>,
    attributes: Option<ResourceAttributes>,
}

impl Head for CollectionHead {
    const EXPECTED: &'static str = "an object (Collection)";
    const ROWS: &'static str = "items";
    const COUNT: &'static str = "totalCount";
    const BARE_ROW: bool = false;

    fn read<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<bool, A::Error> {
        fn put<T>(place: &mut Option<T>, value: Option<T>, is_documented: bool) {
            *place = match place.take() {
                Some(before) if is_documented => value.or(Some(before)),
                before => before.or(value),
            };
        }
        match name {
            _ if is_any(name, &["continuationToken"]) => put(
                &mut self.continuation_token,
                map.next_value()?,
                name == "continuationToken",
            ),
            _ if is_any(name, &["links"]) => {
                put(&mut self.links, map.next_value()?, name == "links");
            }
            _ if is_any(name, &["attributes"]) => {
                put(
                    &mut self.attributes,
                    map.next_value()?,
                    name == "attributes",
                );
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl<T> Collection<T> {
    /// Creates a collection of these rows, with the attributes and the count that the service
    /// would send. For tests and mocks.
    pub fn new(items: Vec<T>) -> Self {
        Self {
            total_count: i64::try_from(items.len()).ok(),
            items,
            attributes: Some(ResourceAttributes::new("Collection")),
            ..Self::default()
        }
    }

    /// Returns whether the list has a link to a next page, or a token for it.
    ///
    /// Operations that return a single response do not follow the link, so if this is `true`,
    /// rows are missing.
    pub fn has_next(&self) -> bool {
        self.next() != Next::None
    }

    /// Returns the difference between the stated and the received number of rows, if any.
    ///
    /// The count is a hint ([T10](crate::deviations#t10)): it never causes rows to be dropped.
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

/// Difference between the number of rows that the service states and the number that it sent.
///
/// ```
/// use partner_center_core::Collection;
///
/// let mut collection = Collection::new(vec!["a", "b"]);
/// assert_eq!(collection.count_mismatch(), None);
///
/// collection.total_count = Some(5);
/// let mismatch = collection.count_mismatch().unwrap();
/// assert_eq!((mismatch.stated, mismatch.received), (5, 2));
/// assert!(mismatch.is_short());
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CountMismatch {
    /// Stated number of rows.
    pub stated: i64,
    /// Received number of rows.
    pub received: usize,
}

impl CountMismatch {
    /// Returns whether fewer rows than stated were received.
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

/// Attributes of a resource.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ResourceAttributes {
    /// Version of the resource, for writes. Not observed in analytics.
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
    /// Creates attributes with this resource type.
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
    fn a_count_mismatch_is_reported_and_the_rows_are_kept() {
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
    fn keys_are_case_insensitive_and_unknown_ones_are_kept() {
        let read: Collection<i64> =
            serde_json::from_str(r#"{"TotalCount":1,"Items":[7],"neu":{"self":{}}}"#).unwrap();
        assert_eq!(
            (read.total_count, read.items.as_slice()),
            (Some(1), [7].as_slice())
        );
        assert!(read.additional_properties.get("neu").is_some());
    }

    #[test]
    fn the_documented_spelling_takes_precedence() {
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
        // Of two counts, the larger one shows that rows are missing.
        assert_eq!(read(&format!("{documented},{other}")), all("a", 2));
        assert_eq!(read(&format!("{other},{documented}")), all("a", 2));
        assert_eq!(read(other), all("b", 2));
        // `null` does not replace a value.
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
    fn other_formats_of_a_list_are_read() {
        for (json, count) in [
            ("[7]", None),
            (r#"{"Value":[7],"totalCount":" 1 "}"#, Some(1)),
            (r#"{"ITEMS":[7],"TotalCount":"1","Links":null}"#, Some(1)),
            (r#"{"items":[7],"value":[],"totalCount":null}"#, None),
            (r#"{"items":[],"value":[7],"totalCount":""}"#, None),
            (r#"{"items":[7],"items":[],"@odata.count":"1.0"}"#, Some(1)),
        ] {
            let read: Collection<i64> = serde_json::from_str(json).unwrap();
            assert_eq!((read.total_count, read.items), (count, vec![7]), "{json}");
            assert!(read.additional_properties.is_empty(), "{json}");
        }
    }

    #[test]
    fn a_non_numeric_count_of_a_collection_is_kept_and_not_an_error() {
        for count in [r#""many""#, "1.5", r#"{"n":1}"#, "true", "[1]"] {
            let json = format!(r#"{{"items":[7],"totalCount":{count}}}"#);
            let read: Collection<i64> = serde_json::from_str(&json).unwrap();
            assert_eq!((read.total_count, read.items.as_slice()), (None, &[7][..]));
            assert_eq!(read.additional_properties.json("totalCount"), Some(count));
            assert_eq!(read.count_mismatch(), None);
        }
    }

    #[test]
    fn an_invalid_collection_is_rejected() {
        for (json, text) in [
            (
                r#"{"items":[7],"error":{"code":"500","message":"Fabrikam"}}"#,
                "an error of the service in a successful response",
            ),
            (
                r#"{"items":[7],"status":"failed","message":"Fabrikam"}"#,
                "an error of the service in a successful response",
            ),
            (
                r#"{"items":[7],"value":[8]}"#,
                "rows under more than one name",
            ),
            (
                r#"{"data":[7]}"#,
                "missing field `items`; the response has `data`",
            ),
        ] {
            let error = serde_json::from_str::<Collection<i64>>(json).unwrap_err();
            assert!(error.to_string().starts_with(text), "{json}: {error}");
        }
    }

    #[test]
    fn null_is_read_as_an_empty_collection_unless_the_count_differs() {
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
