//! Pages of listings: the number of a page, and the rows of the page before.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use http::{HeaderMap, HeaderName, Uri};
use partner_center_catalog::Operation;
use serde_json::value::RawValue;

/// Maximum number of rows of a page that are kept for the next page.
pub(crate) const REMEMBERED_ROWS: u32 = 100;

/// Number of listings after which all are forgotten.
const LISTINGS: usize = 1_000;

/// Number of continuation tokens of a listing that are told apart.
const TOKENS: usize = 100_000;

pub(crate) const CONTINUATION_TOKEN: HeaderName = HeaderName::from_static("ms-continuationtoken");

/// Place of a call in a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Listing: the path, and the query without `skip`. With continuation tokens only the path,
    /// since the token has the query.
    listing: u64,
    /// Page by `skip`, from 1.
    page: u32,
    /// Continuation token.
    token: Option<u64>,
}

impl Place {
    /// Reads the place of a call.
    pub(crate) fn of(operation: Option<&Operation>, uri: &Uri, headers: &HeaderMap) -> Self {
        let token = headers.get(CONTINUATION_TOKEN);
        let has_tokens = token.is_some()
            || operation
                .and_then(|operation| operation.parameter(CONTINUATION_TOKEN.as_str()))
                .is_some();
        let query = match has_tokens {
            true => "",
            false => uri.query().unwrap_or_default(),
        };
        let (mut skip, mut top) = (0_u64, None);
        let mut listing = DefaultHasher::new();
        uri.path().to_ascii_lowercase().hash(&mut listing);
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.to_ascii_lowercase().as_str() {
                "skip" => skip = value.parse().unwrap_or(0),
                name => {
                    if name == "top" {
                        top = value.parse().ok();
                    }
                    (name, value).hash(&mut listing);
                }
            }
        }
        let largest = operation.and_then(|operation| operation.page_size);
        let rows = top.or(largest).unwrap_or(u64::MAX).max(1);
        Self {
            listing: listing.finish(),
            page: u32::try_from(skip / rows)
                .unwrap_or(u32::MAX)
                .saturating_add(1),
            token: token.map(|token| {
                let mut hasher = DefaultHasher::new();
                token.as_bytes().hash(&mut hasher);
                hasher.finish()
            }),
        }
    }
}

/// Listings of one emulator.
#[derive(Debug, Default)]
pub(crate) struct Listings {
    /// Continuation tokens in the order of their first use.
    tokens: HashMap<u64, Vec<u64>>,
    /// Last rows of the last page.
    rows: HashMap<u64, Vec<Box<RawValue>>>,
}

impl Listings {
    /// Returns the number of the page, from 1.
    pub(crate) fn page(&mut self, place: Place) -> u32 {
        let Some(token) = place.token else {
            self.tokens.remove(&place.listing);
            return place.page;
        };
        if self.tokens.len() >= LISTINGS {
            self.tokens.clear();
        }
        let tokens = self.tokens.entry(place.listing).or_default();
        let position = tokens.iter().position(|known| *known == token);
        let position = position.unwrap_or_else(|| {
            if tokens.len() < TOKENS {
                tokens.push(token);
            }
            tokens.len() - 1
        });
        u32::try_from(position)
            .unwrap_or(u32::MAX)
            .saturating_add(2)
    }

    /// Keeps the last rows of a page for the next page.
    pub(crate) fn remember(&mut self, place: Place, mut rows: Vec<Box<RawValue>>) {
        if self.rows.len() >= LISTINGS {
            self.rows.clear();
        }
        let excess = rows.len().saturating_sub(REMEMBERED_ROWS as usize);
        rows.drain(..excess);
        self.rows.insert(place.listing, rows);
    }

    /// Returns the last rows of the page before.
    pub(crate) fn rows(&self, place: Place) -> Vec<Box<RawValue>> {
        self.rows.get(&place.listing).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use partner_center_catalog::{Parameter, ParameterKind};

    use super::*;

    static BY_SKIP: Operation = Operation::new("usage", "GET", "/usage").with_pages(Some(50));

    static BY_TOKEN: Operation =
        Operation::new("usage", "GET", "/usage").with_parameters(&[Parameter::new(
            "MS-ContinuationToken",
            partner_center_catalog::Place::Header,
            ParameterKind::Text,
            "",
        )]);

    fn place(query: &str, token: Option<&str>, by_token: bool) -> Place {
        let uri = format!("/v1/analytics/usage{query}").parse().unwrap();
        let mut headers = HeaderMap::new();
        if let Some(token) = token {
            headers.insert(CONTINUATION_TOKEN, token.parse().unwrap());
        }
        let operations = [&BY_SKIP, &BY_TOKEN];
        Place::of(Some(operations[usize::from(by_token)]), &uri, &headers)
    }

    #[test]
    fn pages_are_counted_by_skip_and_top() {
        let mut listings = Listings::default();
        for (query, page) in [
            ("", 1),
            ("?skip=0&top=10", 1),
            ("?top=10&skip=9", 1),
            ("?TOP=10&Skip=10", 2),
            ("?skip=50", 2),
            ("?skip=149", 3),
            ("?skip=x&top=y", 1),
            ("?skip=18446744073709551615&top=1", u32::MAX),
            ("?skip=5&top=0", 6),
        ] {
            assert_eq!(listings.page(place(query, None, false)), page, "{query}");
        }
    }

    #[test]
    fn pages_are_counted_by_continuation_token() {
        let mut listings = Listings::default();
        for (token, page) in [
            (None, 1),
            (Some("a"), 2),
            (Some("b"), 3),
            // A repeated call is the same page.
            (Some("b"), 3),
            (Some("a"), 2),
            (Some("c"), 4),
            // A call without a token begins the listing again.
            (None, 1),
            (Some("c"), 2),
        ] {
            assert_eq!(
                listings.page(place("?size=1", token, true)),
                page,
                "{token:?}"
            );
        }
        // The link to the next page need not repeat the query.
        assert_eq!(listings.page(place("", Some("d"), true)), 3);
    }
}
