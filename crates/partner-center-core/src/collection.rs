use serde::Serialize;

use crate::{AdditionalProperties, deserialize_object};

/// A list as the `/v1` family of operations sends it: all rows in one answer.
///
/// Serialises to `{totalCount, items, attributes}` in this order. Reads the keys
/// in any letter case (T5).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Collection<T> {
    /// How many rows the service says there are. Informative: it never ends a
    /// listing, but a collected result that disagrees with it is reported (T10).
    #[serde(rename = "totalCount", skip_serializing_if = "Option::is_none")]
    pub total_count: Option<i64>,
    /// The rows.
    pub items: Vec<T>,
    /// What kind of resource the object around it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributes: Option<ResourceAttributes>,
    /// Properties that the spec does not name.
    #[serde(flatten)]
    pub additional_properties: AdditionalProperties,
}

deserialize_object! {
    Collection<T> {
        total_count: optional "totalCount",
        items: required "items",
        attributes: optional "attributes",
    }
}

impl<T> Collection<T> {
    /// A collection of these rows, with the attributes and the count that the
    /// service would send with them. For tests and mocks.
    pub fn new(items: Vec<T>) -> Self {
        Self {
            total_count: i64::try_from(items.len()).ok(),
            items,
            attributes: Some(ResourceAttributes::new("Collection")),
            additional_properties: AdditionalProperties::new(),
        }
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
            serde_json::from_str(r#"{"TotalCount":1,"Items":[7],"links":{"self":{}}}"#).unwrap();
        assert_eq!(
            (read.total_count, read.items.as_slice()),
            (Some(1), [7].as_slice())
        );
        assert!(read.additional_properties.get("links").is_some());
    }

    #[test]
    fn is_written_in_the_order_of_the_documentation() {
        assert_eq!(
            serde_json::to_string(&Collection::new(vec![1])).unwrap(),
            r#"{"totalCount":1,"items":[1],"attributes":{"objectType":"Collection"}}"#
        );
    }
}
