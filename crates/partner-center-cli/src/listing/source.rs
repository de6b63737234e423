//! Where rows come from: one answer, or a listing of many pages.

use std::pin::Pin;

use partner_center::paging::{Completeness, Continuation, Pages};
use partner_center::{Client, Collection, CountMismatch, Envelope, Error, ResponseValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::failure::{Exit, Failure};

/// How a listing is read, whatever it lists.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub(crate) correlation_id: Option<Uuid>,
    /// Most rows.
    pub(crate) limit: Option<u64>,
    /// Where to go on.
    pub(crate) continuation: Option<Continuation>,
}

/// Begins a listing. Nothing is sent before the first page is asked for.
pub(crate) type Start = Box<dyn FnOnce(&Client, Settings) -> Box<dyn Source>>;

/// Rows, page by page, each as JSON with its properties in the order of the wire.
pub(crate) trait Source {
    /// The next page; none at the end. The future may be dropped and asked for again.
    fn next(&mut self) -> NextPage<'_>;

    /// At the end: the number of rows the service states, where there is another one.
    fn count_mismatch(&self) -> Option<CountMismatch>;
}

/// The future of [`Source::next`].
type NextPage<'a> = Pin<Box<dyn Future<Output = Option<Result<Vec<String>, Broken>>> + 'a>>;

/// Why there are no more pages.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) failure: Failure,
    /// Where to go on another time.
    pub(crate) continuation: Option<Box<Continuation>>,
}

impl<E: Into<Failure>> From<E> for Broken {
    fn from(error: E) -> Self {
        Self {
            failure: error.into(),
            continuation: None,
        }
    }
}

fn rows<T: Serialize>(items: &[T]) -> Result<Vec<String>, Broken> {
    let rows: Result<_, serde_json::Error> = items.iter().map(serde_json::to_string).collect();
    rows.map_err(|error| {
        Failure::new(Exit::Other, format!("a row cannot be written: {error}")).into()
    })
}

/// A listing of many pages.
pub(crate) struct Paged<E: Envelope>(Pages<E>);

impl<E: Envelope> Paged<E> {
    pub(crate) fn new(mut pages: Pages<E>, settings: Settings) -> Self {
        if let Some(limit) = settings.limit {
            pages = pages.row_limit(limit);
        }
        if let Some(continuation) = settings.continuation {
            pages = pages.resume(continuation);
        }
        Self(pages)
    }
}

impl<E> Source for Paged<E>
where
    E: Envelope + DeserializeOwned + Send + 'static,
    E::Item: Serialize,
{
    fn next(&mut self) -> NextPage<'_> {
        Box::pin(async {
            Some(match self.0.next().await? {
                Ok(page) => rows(page.items()),
                Err(error) => Err(Broken {
                    continuation: error.continuation().cloned().map(Box::new),
                    failure: error.into(),
                }),
            })
        })
    }

    fn count_mismatch(&self) -> Option<CountMismatch> {
        let read: Option<Completeness> = self.0.completeness();
        read?.count_mismatch
    }
}

/// One answer with everything in it.
pub(crate) struct Once {
    /// Gone once it has answered.
    call: Option<Call>,
    mismatch: Option<CountMismatch>,
}

type Call = Pin<Box<dyn Future<Output = Result<Answer, Broken>>>>;

struct Answer {
    rows: Vec<String>,
    mismatch: Option<CountMismatch>,
}

impl Once {
    /// A list.
    pub(crate) fn collection<T: Serialize>(
        call: impl Future<Output = Result<ResponseValue<Collection<T>>, Error>> + 'static,
    ) -> Self {
        Self::new(async {
            let list = call.await?;
            Ok(Answer {
                rows: rows(&list.items)?,
                mismatch: list.count_mismatch(),
            })
        })
    }

    /// A single object: one row.
    pub(crate) fn object<T: Serialize>(
        call: impl Future<Output = Result<ResponseValue<T>, Error>> + 'static,
    ) -> Self {
        Self::new(async {
            let object = call.await?;
            Ok(Answer {
                rows: rows(std::slice::from_ref(&*object))?,
                mismatch: None,
            })
        })
    }

    fn new(call: impl Future<Output = Result<Answer, Broken>> + 'static) -> Self {
        Self {
            call: Some(Box::pin(call)),
            mismatch: None,
        }
    }
}

impl Source for Once {
    fn next(&mut self) -> NextPage<'_> {
        Box::pin(async {
            let answer = self.call.as_mut()?.await;
            self.call = None;
            Some(answer.map(|answer| {
                self.mismatch = answer.mismatch;
                answer.rows
            }))
        })
    }

    fn count_mismatch(&self) -> Option<CountMismatch> {
        self.mismatch
    }
}
