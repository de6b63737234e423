//! Fetching of one page, on demand or ahead of time.

use std::future::Future;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::pin::Pin;
use std::task::{Context, Poll};

use http::StatusCode;
use partner_center_catalog::Operation;
use reqwest::Request;
use serde::de::DeserializeOwned;
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::error::{PagingCause, PagingProblem};
use crate::model::decode::strip_byte_order_mark;
use crate::paging::partial::{PartialList, RawRows, partial};
use crate::{Envelope, Error, Next, Pipeline, RequestIds, ResponseValue, UnreadableRow};

/// Client and settings for fetching pages.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) pipeline: Pipeline,
    pub(super) client: reqwest::Client,
    pub(super) operation: &'static Operation,
    /// Whether unreadable rows are left out of their page.
    pub(super) skip_unreadable: bool,
}

/// A page with details of its response.
#[derive(Debug)]
pub(super) struct Fetched<E> {
    pub(super) page: ResponseValue<E>,
    pub(super) ids: RequestIds,
    /// Number of rows of the response, up to the failure if there is one.
    pub(super) received: usize,
    /// Received rows that are not in the page because they cannot be read.
    pub(super) unreadable: Vec<UnreadableRow>,
    pub(super) fingerprint: Option<RowHashes>,
    /// Error of a page with rows of which none can be read.
    pub(super) unreadable_page: Option<Error>,
    /// Error that ends the listing after the received rows.
    pub(super) failure: Option<Error>,
}

/// Sorted hashes of the rows of a page. They are equal for the same rows in another order.
#[derive(Debug)]
pub(super) struct RowHashes(Box<[u64]>);

impl RowHashes {
    fn of<E: Envelope>(body: &[u8]) -> Self {
        // Fixed keys suffice: hashes are compared only within one listing.
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        let rows = RawRows::read::<E>(strip_byte_order_mark(body)).rows;
        let hashes = rows.iter().map(|row| hasher.hash_one(row.get()));
        let mut hashes: Box<[u64]> = hashes.collect();
        hashes.sort_unstable();
        Self(hashes)
    }

    /// Returns one hash of the whole page.
    pub(super) fn sum(&self) -> u64 {
        BuildHasherDefault::<DefaultHasher>::default().hash_one(&self.0)
    }

    /// Returns whether most of the rows are among those of another page.
    pub(super) fn are_mostly_in(&self, other: &Self) -> bool {
        let mut others = other.0.iter().peekable();
        let mut same = 0;
        for hash in &self.0 {
            while others.next_if(|other| *other < hash).is_some() {}
            same += usize::from(others.next_if_eq(&hash).is_some());
        }
        same * 2 > self.0.len()
    }
}

/// Condition for a fingerprint: another page comes before or after the page. Listings of one page
/// need none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fingerprint {
    pub(super) always: bool,
    pub(super) full_page: Option<u64>,
}

impl Fingerprint {
    fn of<E: Envelope>(self, page: &E, received: usize, body: &[u8]) -> Option<RowHashes> {
        let rows = u64::try_from(received).unwrap_or(u64::MAX);
        let has_next = || {
            !matches!(page.next(), Next::None) || self.full_page.is_some_and(|full| rows >= full)
        };
        (self.always || has_next()).then(|| RowHashes::of::<E>(body))
    }
}

impl Caller {
    /// Makes the call and reads the page.
    pub(super) async fn fetch<E: Envelope + DeserializeOwned + Send>(
        self,
        mut request: Request,
        fingerprint: Fingerprint,
    ) -> Result<Fetched<E>, PagingCause> {
        self.pipeline.prepare(&mut request)?;
        let response = self
            .pipeline
            .execute::<E>(&self.client, request, self.operation)
            .await?;
        let (status, body) = (response.status(), response.body().clone());
        let is_empty = || strip_byte_order_mark(&body).trim_ascii().is_empty();
        if status == StatusCode::NO_CONTENT || (status == StatusCode::OK && is_empty()) {
            let ids = response.ids().clone();
            return Err(PagingProblem::MissingPage { ids, status }.into());
        }
        let ids = response.ids().clone();
        let read = match status {
            StatusCode::OK => ResponseValue::<E>::from_response(response).await,
            _ => Err(Error::from_response(response)),
        };
        match read {
            Ok(page) => Ok(Fetched {
                received: page.items().len(),
                unreadable: Vec::new(),
                fingerprint: fingerprint.of(&*page, page.items().len(), &body),
                page,
                ids,
                unreadable_page: None,
                failure: None,
            }),
            Err(error) => match partial::<E>(&error, self.skip_unreadable) {
                Some(PartialList {
                    list,
                    unreadable,
                    received,
                    ended_by,
                }) => Ok(Fetched {
                    fingerprint: fingerprint.of(&*list, received, &body),
                    unreadable_page: list.items().is_empty().then_some(error),
                    page: list,
                    ids,
                    received,
                    unreadable,
                    failure: ended_by,
                }),
                None => Err(error.into()),
            },
        }
    }
}

/// Fetch in progress.
pub(super) enum Fetch<E> {
    /// Future that makes progress only while it is polled.
    Here(Pin<Box<dyn Future<Output = Result<Fetched<E>, PagingCause>> + Send>>),
    /// Task that makes progress without being polled.
    Ahead(Ahead<E>),
}

/// Task that is aborted when this value is dropped.
pub(super) struct Ahead<E>(JoinHandle<Result<Fetched<E>, PagingCause>>);

impl<E> Drop for Ahead<E> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<E: Envelope + DeserializeOwned + Send + 'static> Fetch<E> {
    pub(super) fn here(caller: Caller, request: Request, fingerprint: Fingerprint) -> Self {
        Self::Here(Box::pin(caller.fetch(request, fingerprint)))
    }

    /// Starts a fetch in a separate task; `None` outside a tokio runtime.
    pub(super) fn ahead(
        caller: &Caller,
        request: impl FnOnce() -> Request,
        fingerprint: Fingerprint,
    ) -> Option<Self> {
        let runtime = tokio::runtime::Handle::try_current().ok()?;
        let fetch = caller.clone().fetch(request(), fingerprint);
        Some(Self::Ahead(Ahead(runtime.spawn(fetch.in_current_span()))))
    }

    pub(super) fn poll(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Fetched<E>, PagingCause>> {
        match self {
            Self::Here(fetch) => fetch.as_mut().poll(context),
            Self::Ahead(task) => Pin::new(&mut task.0).poll(context).map(|joined| {
                joined.unwrap_or_else(|error| match error.try_into_panic() {
                    // A panic in code of the caller, such as a credential or a row type, is
                    // passed on to the caller.
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(_) => Err(PagingProblem::Cancelled.into()),
                })
            }),
        }
    }
}

impl<E> std::fmt::Debug for Fetch<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Here(_) => "Here",
            Self::Ahead(_) => "Ahead",
        })
    }
}
