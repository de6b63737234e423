use serde::Deserialize;
use serde_json::Value;

use crate::collection::is_any;
use crate::{AdditionalProperties, Collection, Link, Page, ResourceLinks};

mod sealed {
    /// Keeps [`Envelope`](super::Envelope) to the two envelopes of the service.
    pub trait Sealed {
        /// Documented name of the property with the rows.
        const ROWS: &'static str;
    }

    impl<T> Sealed for crate::Page<T> {
        const ROWS: &'static str = "Value";
    }

    impl<T> Sealed for crate::Collection<T> {
        const ROWS: &'static str = "items";
    }
}

/// What a list comes in: [`Page`] or [`Collection`], and nothing else: the trait is
/// sealed.
pub trait Envelope: sealed::Sealed {
    /// A row.
    type Item;

    /// How many rows a full page has where the request does not say, for lists that can
    /// be continued with `skip` (T8, T9). None: they cannot.
    const FULL_PAGE: Option<u64>;

    /// The rows of this page.
    fn items(&self) -> &[Self::Item];

    /// How the list goes on.
    fn next(&self) -> Next;

    /// How many rows the service says there are (T7, T10).
    fn stated_total(&self) -> Option<i64>;

    /// Keeps the first `rows` rows.
    fn truncate(&mut self, rows: usize);

    /// The rows alone.
    fn into_items(self) -> Vec<Self::Item>;
}

/// How a list goes on after a page.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Next {
    /// It does not say so: this is the last page, as far as the page knows.
    #[default]
    None,
    /// By this link, and the headers it asks for.
    Link(Link),
    /// By this token in the header `MS-ContinuationToken` (T57).
    Token(String),
}

impl Next {
    /// From a link in either form and a token, in this order. Blank is none (T6).
    fn from_parts(uri: Option<&str>, links: Option<&ResourceLinks>, token: Option<&str>) -> Self {
        let filled = |text: &&str| !text.trim().is_empty();
        if let Some(uri) = uri.filter(filled) {
            return Self::Link(Link {
                uri: Some(uri.to_owned()),
                ..Link::default()
            });
        }
        if let Some(next) = links.and_then(|links| links.next.as_ref())
            && next.uri.as_deref().is_some_and(|uri| filled(&uri))
        {
            return Self::Link(next.clone());
        }
        match token.filter(filled) {
            Some(token) => Self::Token(token.to_owned()),
            None => Self::None,
        }
    }

    /// From what an envelope of the one family keeps of the other family's habits, so
    /// that a list does not end early over the form of its link.
    fn from_additional(properties: &AdditionalProperties) -> Self {
        let property = |names: &[&str]| {
            properties
                .iter()
                .find_map(|(name, value)| is_any(name, names).then_some(value))
        };
        let links = property(&["links"]).and_then(|links| ResourceLinks::deserialize(links).ok());
        Self::from_parts(
            property(&["@nextLink", "nextLink"]).and_then(Value::as_str),
            links.as_ref(),
            property(&["continuationToken"]).and_then(Value::as_str),
        )
    }

    fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::None => other(),
            next => next,
        }
    }
}

impl<T> Envelope for Page<T> {
    type Item = T;
    const FULL_PAGE: Option<u64> = Some(10_000);

    fn items(&self) -> &[T] {
        &self.value
    }

    fn next(&self) -> Next {
        Next::from_parts(self.next_link.as_deref(), None, None)
            .or_else(|| Next::from_additional(&self.additional_properties))
    }

    fn stated_total(&self) -> Option<i64> {
        self.total_count
    }

    fn truncate(&mut self, rows: usize) {
        self.value.truncate(rows);
    }

    fn into_items(self) -> Vec<T> {
        self.value
    }
}

impl<T> Envelope for Collection<T> {
    type Item = T;
    const FULL_PAGE: Option<u64> = None;

    fn items(&self) -> &[T] {
        &self.items
    }

    fn next(&self) -> Next {
        Next::from_parts(None, self.links.as_ref(), None)
            .or_else(|| Next::from_additional(&self.additional_properties))
            .or_else(|| Next::from_parts(None, None, self.continuation_token.as_deref()))
    }

    fn stated_total(&self) -> Option<i64> {
        self.total_count
    }

    fn truncate(&mut self, rows: usize) {
        self.items.truncate(rows);
    }

    fn into_items(self) -> Vec<T> {
        self.items
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::decode;

    #[test]
    fn how_a_list_goes_on() {
        let link = |uri: &str| {
            Next::Link(Link {
                uri: Some(uri.to_owned()),
                ..Link::default()
            })
        };
        for (json, next) in [
            (r#"{"Value":[]}"#, Next::None),
            (r#"{"Value":[],"@nextLink":" "}"#, Next::None),
            (r#"{"Value":[],"nextlink":"a"}"#, link("a")),
            (r#"{"items":[],"links":{"next":{"uri":"b"}}}"#, link("b")),
            (r#"{"items":[],"links":{"next":{"uri":""}}}"#, Next::None),
            (
                r#"{"items":[],"continuationToken":"t"}"#,
                Next::Token("t".to_owned()),
            ),
            (
                r#"{"items":[],"continuationToken":"t","nextLink":"a"}"#,
                link("a"),
            ),
            (r#"{"items":[],"continuationToken":""}"#, Next::None),
        ] {
            let page: Page<i64> = decode(json.as_bytes()).unwrap();
            assert_eq!(page.next(), next, "page {json}");
            let collection: Collection<i64> = decode(json.as_bytes()).unwrap();
            assert_eq!(collection.next(), next, "collection {json}");
            assert_eq!(collection.has_next(), next != Next::None, "{json}");
        }
    }
}
