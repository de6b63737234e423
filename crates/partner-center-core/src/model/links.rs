//! Links between resources of the `/v1` family.

use serde::Serialize;

use crate::{AdditionalProperties, deserialize_object};

/// Links from a resource to other resources.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ResourceLinks {
    /// Link to the resource itself.
    #[serde(rename = "self", skip_serializing_if = "Option::is_none")]
    pub self_: Option<Link>,
    /// Link to the next page; `None` on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Link>,
    /// Link to the previous page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<Link>,
    /// Properties that the spec does not name.
    #[serde(flatten)]
    pub additional_properties: AdditionalProperties,
}

deserialize_object! {
    ResourceLinks {
        self_: optional "self",
        next: optional "next",
        previous: optional "previous",
    }
}

impl ResourceLinks {
    /// Creates links with only `self`. For tests and mocks.
    pub fn new(self_: Link) -> Self {
        Self {
            self_: Some(self_),
            ..Self::default()
        }
    }
}

/// Link of the service, which describes a call.
///
/// ```
/// use partner_center_core::Link;
///
/// // The header is sent with the request for the linked page.
/// let link = Link::new("/customers?size=2&seekOperation=Next")
///     .with_header("MS-ContinuationToken", "abc");
/// assert_eq!(link.headers[0].value.as_deref(), Some("abc"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Link {
    /// Path and query, mostly without the leading `/v1` ([T17](crate::deviations#t17)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// HTTP method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Headers that the call needs; often empty.
    #[serde(default)]
    pub headers: Vec<LinkHeader>,
    /// Body that the call needs. Not observed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Properties that the spec does not name.
    #[serde(flatten)]
    pub additional_properties: AdditionalProperties,
}

impl Link {
    /// Creates a link for a GET call without headers.
    pub fn new(uri: impl Into<String>) -> Self {
        Self {
            uri: Some(uri.into()),
            method: Some("GET".to_owned()),
            ..Self::default()
        }
    }

    /// Returns the address, also under the names that other services use.
    pub(crate) fn address(&self) -> Option<String> {
        let other = |name| {
            let address = self.additional_properties.get(name)?;
            address.as_str().map(str::to_owned)
        };
        let address = self.uri.clone();
        address.or_else(|| other("href")).or_else(|| other("url"))
    }

    /// Adds a header to the link.
    #[must_use]
    pub fn with_header(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push(LinkHeader::new(key, value));
        self
    }
}

deserialize_object! {
    Link {
        uri: optional "uri",
        method: optional "method",
        headers: optional "headers",
        body: optional "body",
    }
}

/// Header to send with the call of a link.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LinkHeader {
    /// Name of the header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Value of the header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Properties that the spec does not name.
    #[serde(flatten)]
    pub additional_properties: AdditionalProperties,
}

deserialize_object! {
    LinkHeader {
        key: optional "key",
        value: optional "value",
    }
}

impl LinkHeader {
    /// Creates a header with this name and value.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            key: Some(key.into()),
            value: Some(value.into()),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_round_trip_in_the_documented_order() {
        let json = r#"{"self":{"uri":"/customers/1","method":"GET","headers":[]},"next":{"uri":"/customers?seekOperation=Next","method":"GET","headers":[{"key":"MS-ContinuationToken","value":"AQAAAA=="}]}}"#;
        let read: ResourceLinks = serde_json::from_str(json).unwrap();
        let mut built = ResourceLinks::new(Link::new("/customers/1"));
        built.next = Some(
            Link::new("/customers?seekOperation=Next")
                .with_header("MS-ContinuationToken", "AQAAAA=="),
        );
        assert_eq!(read, built);
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }

    #[test]
    fn null_and_missing_properties_and_other_spellings_are_read() {
        let read: ResourceLinks = serde_json::from_str(
            r#"{"Self":{"URI":"/a","Headers":null,"neu":1},"next":null,"previous":{}}"#,
        )
        .unwrap();
        let link = read.self_.unwrap();
        assert_eq!((link.uri.as_deref(), link.headers.len()), (Some("/a"), 0));
        assert_eq!(link.additional_properties.len(), 1);
        assert_eq!(read.next, None);
        assert_eq!(read.previous, Some(Link::default()));
    }
}
