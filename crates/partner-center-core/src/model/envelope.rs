use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::list::{Address, is_any, is_next_link};
use crate::model::unknown::{self, Sign, UnknownProperty};
use crate::{AdditionalProperties, Collection, Link, Page, ResourceLinks};

mod sealed {
    /// Restricts [`Envelope`](super::Envelope) to the two envelopes of the service.
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

/// Envelope of a list. The trait is sealed; it is implemented by [`Page`] and [`Collection`].
///
/// ```
/// use partner_center_core::{Collection, Envelope, Next, Page};
///
/// /// Returns a line about a list of either kind.
/// fn summary<E: Envelope>(list: &E) -> String {
///     let more = if list.next() == Next::None { "" } else { ", and more" };
///     format!("{} rows{more}", list.items().len())
/// }
///
/// assert_eq!(summary(&Page::new(vec![1, 2])), "2 rows");
/// assert_eq!(summary(&Collection::new(vec![1])), "1 rows");
/// ```
pub trait Envelope: sealed::Sealed {
    /// Type of a row.
    type Item;

    /// Returns the rows of this page.
    fn items(&self) -> &[Self::Item];

    /// Returns the link or token of the next page.
    fn next(&self) -> Next;

    /// Returns the number of rows that the service states ([T7](crate::deviations#t7),
    /// [T10](crate::deviations#t10)).
    fn stated_total(&self) -> Option<i64>;

    /// Returns the properties around the rows that the spec does not name and that are not empty.
    fn unknown_properties(&self) -> Vec<UnknownProperty>;

    /// Returns the rows of this page, to add or remove some of them.
    #[doc(hidden)]
    fn items_mut(&mut self) -> &mut Vec<Self::Item>;

    /// Converts the envelope into its rows.
    fn into_items(self) -> Vec<Self::Item>;
}

/// Continuation of a list after a page.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Next {
    /// The page has neither link nor token.
    #[default]
    None,
    /// Link to the next page, with the headers that it requires.
    Link(Link),
    /// Token of the next page, for the header `MS-ContinuationToken`
    /// ([T57](crate::deviations#t57)).
    Token(String),
}

impl Next {
    /// Returns the first of a link in either format and a token. Values that are only spaces count
    /// as missing ([T6](crate::deviations#t6)).
    fn from_parts(uri: Option<&str>, links: Option<&ResourceLinks>, token: Option<&str>) -> Self {
        let filled = |text: &&str| !text.trim().is_empty();
        if let Some(uri) = uri.filter(filled) {
            return Self::Link(Link {
                uri: Some(uri.to_owned()),
                ..Link::default()
            });
        }
        if let Some(next) = links.and_then(|links| links.next.as_ref())
            && let Some(uri) = next.address().filter(|uri| filled(&uri.as_str()))
        {
            return Self::Link(Link {
                uri: Some(uri),
                ..next.clone()
            });
        }
        match token.filter(filled) {
            Some(token) => Self::Token(token.to_owned()),
            None => Self::None,
        }
    }

    /// Returns a link or token in the format of the other family, which an envelope keeps in its
    /// additional properties. Otherwise the list would end early.
    fn from_additional(properties: &AdditionalProperties) -> Self {
        fn read<'p, T: Deserialize<'p>>(
            properties: &'p AdditionalProperties,
            has_name: impl Fn(&str) -> bool,
        ) -> Option<T> {
            let mut properties = properties.iter();
            properties
                .find_map(|(name, json)| has_name(name).then(|| serde_json::from_str(json).ok())?)
        }
        let link: Option<Address> = read(properties, is_next_link);
        let is_links = |name: &str| is_any(name, &["links", "_links", "@links", "paging"]);
        let links: Option<ResourceLinks> = read(properties, is_links);
        // A link may be only its address, as text.
        let next = || {
            let links: BTreeMap<String, Box<RawValue>> = read(properties, is_links)?;
            let mut links = links.into_iter().filter(|(name, _)| is_next_link(name));
            links.find_map(|(_, link)| serde_json::from_str::<Option<Address>>(link.get()).ok()?)
        };
        // Links with their relations, as in `[{"rel":"next","href":".."}]`.
        let related = || {
            let links: Vec<Link> = read(properties, is_links)?;
            let is_next = |link: &&Link| {
                let rel = link.additional_properties.get("rel");
                rel.is_some_and(|rel| rel.as_str().is_some_and(|rel| is_any(rel, &["next"])))
            };
            links.iter().find(is_next)?.address().map(Address)
        };
        // A link among links that are read as such keeps the headers that it requires.
        let next_uri = (links.as_ref()).and_then(|links| links.next.as_ref()?.uri.as_ref());
        let link = match next_uri {
            Some(_) => link,
            None => link.or_else(next).or_else(related),
        };
        let token: Option<String> = read(properties, |name| is_any(name, &["continuationToken"]));
        let uri = link.as_ref().map(|Address(uri)| uri.as_str());
        Self::from_parts(uri, links.as_ref(), token.as_deref())
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

    fn unknown_properties(&self) -> Vec<UnknownProperty> {
        let has_next = self.next() != Next::None;
        unknown::among(
            &self.additional_properties,
            !self.value.is_empty(),
            has_next,
        )
    }

    fn items_mut(&mut self) -> &mut Vec<T> {
        &mut self.value
    }

    fn into_items(self) -> Vec<T> {
        self.value
    }
}

impl<T> Envelope for Collection<T> {
    type Item = T;

    fn items(&self) -> &[T] {
        &self.items
    }

    fn next(&self) -> Next {
        Next::from_parts(None, self.links.as_ref(), None)
            .or_else(|| Next::from_additional(&self.additional_properties))
            .or_else(|| match &self.links {
                Some(links) => Next::from_additional(&links.additional_properties),
                None => Next::None,
            })
            .or_else(|| Next::from_parts(None, None, self.continuation_token.as_deref()))
    }

    fn stated_total(&self) -> Option<i64> {
        self.total_count
    }

    fn unknown_properties(&self) -> Vec<UnknownProperty> {
        let (has_rows, has_next) = (!self.items.is_empty(), self.next() != Next::None);
        let mut found = unknown::among(&self.additional_properties, has_rows, has_next);
        if let Some(links) = self.links.as_ref().filter(|_| !has_next) {
            let is_next = links
                .next
                .as_ref()
                .is_some_and(|next| *next != Link::default());
            let others = unknown::among(&links.additional_properties, true, false);
            if is_next || others.iter().any(|it| it.sign == Sign::More) {
                found.push(UnknownProperty::more("links"));
            }
        }
        found
    }

    fn items_mut(&mut self) -> &mut Vec<T> {
        &mut self.items
    }

    fn into_items(self) -> Vec<T> {
        self.items
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::decode::decode;

    #[test]
    fn a_link_of_the_other_family_keeps_its_headers() {
        let json = r#"{"items":[1],"links":{"next":{"uri":"/a","headers":[{"key":"MS-ContinuationToken","value":"t"}]}}}"#;
        let page: Page<i32> = decode(json.as_bytes()).unwrap();
        let mut link = Link::new("/a").with_header("MS-ContinuationToken", "t");
        link.method = None;
        assert_eq!(page.next(), Next::Link(link));
    }

    #[test]
    fn links_and_tokens_to_the_next_page_are_found() {
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
            (r#"{"Value":[],"@odata.nextLink":"a"}"#, link("a")),
            (r#"{"Value":[],"odata.NextLink":"a"}"#, link("a")),
            (r#"{"Value":[],"nextPageLink":"a"}"#, link("a")),
            (r#"{"Value":[],"next":{"href":"a"}}"#, link("a")),
            (r#"{"Value":[],"_links":{"next":{"href":"a"}}}"#, link("a")),
            (r#"{"Value":[],"paging":{"next":"a","page":1}}"#, link("a")),
            (
                r#"{"Value":[],"_links":[{"rel":"next","href":"a"}]}"#,
                link("a"),
            ),
            (
                r#"{"Value":[],"_links":[{"rel":"self","href":"a"}]}"#,
                Next::None,
            ),
            (r#"{"Value":[],"paging":{"next":2}}"#, Next::None),
            (
                r#"{"Value":[],"links":{"nextLink":{"uri":"a"}}}"#,
                link("a"),
            ),
            (
                r#"{"Value":[],"nextLink":null,"@odata.nextLink":"","links":{"next":{"uri":"b"}}}"#,
                link("b"),
            ),
        ] {
            let page: Page<i64> = decode(json.as_bytes()).unwrap();
            assert_eq!(page.next(), next, "page {json}");
            let collection: Collection<i64> = decode(json.as_bytes()).unwrap();
            assert_eq!(collection.next(), next, "collection {json}");
            assert_eq!(collection.has_next(), next != Next::None, "{json}");
        }
        let page: Page<i64> = decode(br#"{"Value":[],"links":{"self":null,"Next":"a"}}"#).unwrap();
        assert_eq!(page.next(), link("a"));
        // A link that is not understood is an error, because ignoring it would lose rows.
        let read = decode::<Collection<i64>>(br#"{"items":[],"links":{"next":"a"}}"#);
        assert!(read.is_err());
    }
}
