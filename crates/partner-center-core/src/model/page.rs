use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess};

use crate::AdditionalProperties;
use crate::model::list::{self, Address, Head, List, is_next_link};

/// Page of a list, in the format of the `/partner/v1` family of operations.
///
/// Serialises to `{"Value":[..],"@nextLink":null,"TotalCount":n}` in this order. Deserialises the
/// keys case-insensitively and under the names of OData and of other services (`items`,
/// `@odata.nextLink`, `nextPageLink`, `@odata.count`). Also accepts `null` instead of an empty list
/// of rows, a count as text, a bare array, and a bare object with at least one documented property,
/// which is read as one row ([T4](crate::deviations#t4), [T5](crate::deviations#t5)). A non-numeric
/// count is kept in the additional properties ([T7](crate::deviations#t7)). A body that contains an
/// error of the service is rejected.
///
/// ```
/// use partner_center_core::{Page, decode};
///
/// let body = br#"{"value": ["a"], "@odata.nextLink": "usage?skip=1", "@odata.count": "2"}"#;
/// let page: Page<String> = decode::decode(body)?;
///
/// assert_eq!(page.value, ["a"]);
/// assert_eq!(page.next_link.as_deref(), Some("usage?skip=1"));
/// assert_eq!(page.total_count, Some(2));
///
/// // Written under the documented names.
/// let written = serde_json::to_string(&page).unwrap();
/// assert_eq!(written, r#"{"Value":["a"],"@nextLink":"usage?skip=1","TotalCount":2}"#);
/// # Ok::<(), decode::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows.
    #[serde(rename = "Value")]
    pub value: Vec<T>,
    /// Link to the next page; `None` on the last page. Absolute or relative, and not always
    /// encoded ([T6](crate::deviations#t6)).
    #[serde(rename = "@nextLink")]
    pub next_link: Option<String>,
    /// Number of rows of the query, over all pages. Informative: it does not end a listing, but
    /// a collected result with another number of rows is reported ([T7](crate::deviations#t7)).
    #[serde(rename = "TotalCount", skip_serializing_if = "Option::is_none")]
    pub total_count: Option<i64>,
    /// Properties that the spec does not name.
    #[serde(flatten)]
    pub additional_properties: AdditionalProperties,
}

/// An empty page without link and count.
impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            value: Vec::new(),
            next_link: None,
            total_count: None,
            additional_properties: AdditionalProperties::new(),
        }
    }
}

impl<T> Page<T> {
    /// Creates the only page of a list, with the count that the service would send. For tests
    /// and mocks.
    pub fn new(value: Vec<T>) -> Self {
        Self {
            total_count: i64::try_from(value.len()).ok(),
            value,
            ..Self::default()
        }
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.value.into_iter()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let List {
            head,
            rows,
            stated,
            others,
        } = list::read::<T, PageHead, D>(deserializer)?;
        Ok(Self {
            value: rows,
            next_link: head.link(),
            total_count: stated,
            additional_properties: others,
        })
    }
}

/// Next link under its documented name and under another name.
#[derive(Default)]
struct PageHead {
    documented: Option<String>,
    other: Option<String>,
}

impl PageHead {
    /// Returns the link. A link that is `null` or only spaces does not hide a link under another name.
    fn link(self) -> Option<String> {
        match (self.documented, self.other) {
            (Some(documented), Some(other)) if is_blank(&documented) => Some(other),
            (documented, other) => documented.or(other),
        }
    }
}

fn is_blank(link: &str) -> bool {
    link.trim().is_empty()
}

impl Head for PageHead {
    const EXPECTED: &'static str = "an object (Page)";
    const ROWS: &'static str = "Value";
    const COUNT: &'static str = "TotalCount";
    const BARE_ROW: bool = true;

    fn read<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<bool, A::Error> {
        if !is_next_link(name) {
            return Ok(false);
        }
        let link = map.next_value::<Option<Address>>()?;
        let link = link.map(|Address(link)| link);
        if name == "@nextLink" {
            self.documented = link.or(self.documented.take());
        } else if self.other.as_deref().is_none_or(is_blank) {
            self.other = link.or(self.other.take());
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deserialize_object;
    use crate::model::decode::decode;

    #[derive(Debug, Default, PartialEq)]
    struct Row {
        sold: Option<i64>,
        name: Option<String>,
        additional_properties: AdditionalProperties,
    }

    deserialize_object! {
        Row {
            sold: optional "licensesSold",
            name: optional "customerName",
        }
    }

    fn read(json: &str) -> Page<Row> {
        decode(json.as_bytes()).unwrap()
    }

    #[test]
    fn every_format_of_a_page_is_read() {
        for (json, sold, link, count) in [
            (
                r#"{"Value":[{"licensesSold":9}],"@nextLink":null,"TotalCount":1}"#,
                vec![Some(9)],
                None,
                Some(1),
            ),
            (
                r#"{"TOTALCOUNT":"12","NextLink":"x?skip=1","ITEMS":[{"LicensesSold":9},{"customerName":null}]}"#,
                vec![Some(9), None],
                Some("x?skip=1"),
                Some(12),
            ),
            (
                r#"{"value":[],"nextLink":"a","@nextLink":"b","totalCount":null}"#,
                vec![],
                Some("b"),
                None,
            ),
            (
                r#"{"value":[],"@odata.count":"7.0","@nextLink":null,"@odata.nextLink":"a"}"#,
                vec![],
                Some("a"),
                Some(7),
            ),
            (
                r#"{"odata.nextLink":"a","@nextLink":"","odata.count":"7","Value":[],"TotalCount":null}"#,
                vec![],
                Some("a"),
                Some(7),
            ),
            (
                r#"{"Value":[],"NextPageLink":{"uri":"a","method":"GET"},"@odata.count":9,"TotalCount":8}"#,
                vec![],
                Some("a"),
                Some(9),
            ),
            (
                r#"{"items":[],"Value":[{"licensesSold":1}]}"#,
                vec![Some(1)],
                None,
                None,
            ),
            (
                r#"[{"licensesSold":1},{"licensesSold":2}]"#,
                vec![Some(1), Some(2)],
                None,
                None,
            ),
            ("[]", vec![], None, None),
            (
                r#"{"customerName":"Müller & Söhne","licensesSold":3}"#,
                vec![Some(3)],
                None,
                None,
            ),
        ] {
            let page = read(json);
            let rows: Vec<_> = page.value.iter().map(|row| row.sold).collect();
            assert_eq!(rows, sold, "{json}");
            assert_eq!(page.next_link.as_deref(), link, "{json}");
            assert_eq!(page.total_count, count, "{json}");
            assert!(page.additional_properties.is_empty(), "{json}");
        }
    }

    #[test]
    fn a_non_numeric_count_of_a_page_is_kept_and_not_an_error() {
        for count in [r#""n/a""#, "1.5", r#"{"n":1}"#, "true", "[1]"] {
            let json = format!(
                r#"{{"Value":[{{"customerName":"a"}}],"@nextLink":null,"TotalCount":{count}}}"#
            );
            let page = read(&json);
            assert_eq!((page.value.len(), page.total_count), (1, None), "{json}");
            assert_eq!(page.additional_properties.json("TotalCount"), Some(count));
        }
        let page: Page<i64> =
            decode(br#"{"totalcount":"n/a","TotalCount":1,"Value":[7]}"#).unwrap();
        assert_eq!(page.total_count, Some(1));
        assert!(page.additional_properties.get("totalcount").is_some());
    }

    #[test]
    fn the_documented_link_takes_precedence_and_the_largest_count() {
        for (json, link, count) in [
            (
                r#"{"Value":[],"nextLink":"b","@odata.nextLink":"c","@nextLink":"a","@odata.count":2,"TotalCount":1}"#,
                "a",
                2,
            ),
            (
                r#"{"Value":[],"TotalCount":1,"totalCount":2,"@nextLink":"a","nextLink":"b"}"#,
                "a",
                2,
            ),
            (
                r#"{"Value":[],"totalCount":2,"TotalCount":1,"@NEXTLINK":"b","@nextLink":"a"}"#,
                "a",
                2,
            ),
            (
                r#"{"Value":[],"totalCount":2,"TotalCount":null,"nextLink":"b","NextLink":null}"#,
                "b",
                2,
            ),
        ] {
            let page = read(json);
            assert_eq!(page.next_link.as_deref(), Some(link), "{json}");
            assert_eq!(page.total_count, Some(count), "{json}");
        }
    }

    #[test]
    fn null_is_read_as_no_rows_unless_the_count_differs() {
        for json in [
            r#"{"Value":null,"@nextLink":null,"TotalCount":0}"#,
            r#"{"TotalCount":"0","Value":null}"#,
            r#"{"Value":null}"#,
            r#"{"items":null,"TotalCount":null}"#,
            r#"{"items":[],"Value":null,"TotalCount":3}"#,
        ] {
            assert!(read(json).value.is_empty(), "{json}");
        }
        assert_eq!(
            read(r#"{"Value":null,"nextLink":"a"}"#)
                .next_link
                .as_deref(),
            Some("a")
        );
    }

    #[test]
    fn unknown_properties_are_kept_before_and_after_the_rows() {
        let page =
            read(r#"{"@odata.context":"c","Value":[{"licensesSold":1,"neu":1}],"x":{"y":2}}"#);
        assert_eq!(page.additional_properties.len(), 2);
        assert_eq!(page.value[0].additional_properties.len(), 1);
        let bare = read(r#"{"licensesSold":1,"neu":2}"#);
        assert!(bare.additional_properties.is_empty());
        assert_eq!(bare.value[0].additional_properties.len(), 1);
    }

    #[test]
    fn an_invalid_page_is_reported_with_its_position_and_without_values() {
        for (json, text) in [
            (
                r#"{"Value":[{"licensesSold":1},{"licensesSold":2},{"licensesSold":"Fabrikam"}]}"#,
                "`Value[2].licensesSold`: expected a whole number, found a string",
            ),
            (
                r#"[{"licensesSold":"Fabrikam"}]"#,
                "`[0].licensesSold`: expected a whole number, found a string",
            ),
            (
                r#"{"customerName":"x","licensesSold":"Fabrikam"}"#,
                "expected a whole number at `licensesSold`, found a string",
            ),
            ("{}", "missing field `Value`"),
            (
                r#"{"data":[{"customerName":"Fabrikam"}],"total":1}"#,
                "missing field `Value`; the response has `data`, `total`",
            ),
            (
                r#"{"TotalCount":1,"Rows":[{"customerName":"Fabrikam"}]}"#,
                "missing field `Value`; the response has `Rows`",
            ),
            (
                r#"{"Value":[{"licensesSold":1}],"items":[{"customerName":"Fabrikam"}]}"#,
                "rows under more than one name",
            ),
            (r#"{"Value":[],"nextLink":7}"#, "expected a link, found"),
            (r#"{"TotalCount":0}"#, "missing field `Value`"),
            (
                r#"{"TotalCount":"2","Value":null}"#,
                "expected rows, since the stated count is more than 0, found null",
            ),
            (
                r#"{"Value":7,"TotalCount":"Fabrikam"}"#,
                "`Value`: expected a sequence, found an integer",
            ),
            (
                r#"{"code":2001,"description":"Fabrikam"}"#,
                "an error of the service in a successful response",
            ),
            (
                r#"{"statusCode":429,"message":"Fabrikam"}"#,
                "an error of the service in a successful response",
            ),
            (
                r#"{"error":{"code":"Fabrikam"}}"#,
                "an error of the service in a successful response",
            ),
            (
                r#"{"Value":[{"customerName":"Fabrikam"}],"error":{"code":"x"}}"#,
                "an error of the service in a successful response",
            ),
            (
                r#"{"Value":[{"licensesSold":1},{"error":{"message":"Fabrikam"}}]}"#,
                "`Value[1]`: an error of the service in a successful response",
            ),
            (
                r#"{"title":"Fabrikam","status":503,"detail":"x"}"#,
                "an error of the service in a successful response",
            ),
            ("null", "expected an object (Page), found null"),
            ("\"Fabrikam\"", "expected an object (Page), found a string"),
            ("", "ends too early"),
            (r#"{"Value":[{"licensesSold":1}"#, "ends too early"),
        ] {
            let error = decode::<Page<Row>>(json.as_bytes())
                .unwrap_err()
                .to_string();
            assert!(error.contains(text), "{json}: {error}");
            assert!(!error.contains("Fabrikam"), "{error}");
        }
    }

    #[test]
    fn a_page_is_written_in_the_order_of_the_documentation() {
        assert_eq!(
            serde_json::to_string(&Page::new(vec![1])).unwrap(),
            r#"{"Value":[1],"@nextLink":null,"TotalCount":1}"#
        );
        let mut page = Page::<i64>::new(vec![]);
        page.next_link = Some("license?skip=2".to_owned());
        assert_eq!(
            serde_json::to_string(&page).unwrap(),
            r#"{"Value":[],"@nextLink":"license?skip=2","TotalCount":0}"#
        );
    }

    #[cfg(feature = "schemars")]
    #[test]
    fn the_schema_has_the_documented_properties() {
        let schema = schemars::schema_for!(Page<i64>);
        let properties = schema
            .get("properties")
            .and_then(serde_json::Value::as_object)
            .unwrap();
        let mut names: Vec<_> = properties.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["@nextLink", "TotalCount", "Value"]);
        assert_eq!(
            properties["@nextLink"]["type"],
            serde_json::json!(["string", "null"])
        );
        assert_eq!(schema.get("required"), Some(&serde_json::json!(["Value"])));
    }
}
