//! The last requests of an emulator.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    body::{Body, HttpBody},
    extract::Request,
    response::Response,
};

use crate::{
    faults::apply::AppliedFaults,
    journal::{
        observer::Observer,
        recorded_body::RecordedBody,
        recorded_request::{RecordedRequest, RecordedResponse},
        secrets,
    },
    net::connection::Responding,
};

/// Maximum number of kept requests; older ones are dropped.
const CAPACITY: usize = 1_000;

/// Maximum size of all kept requests, in bytes; older ones are dropped.
const CAPACITY_BYTES: usize = 16 * 1024 * 1024;

/// Journal of one emulator. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Journal(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    last_number: u64,
    observer: Option<Observer>,
    bytes: usize,
    requests: VecDeque<RecordedRequest>,
}

/// Request whose response is not recorded yet.
#[derive(Debug)]
pub(crate) struct OpenEntry {
    pub(super) journal: Journal,
    pub(super) number: u64,
    pub(super) began: Instant,
}

impl Journal {
    pub(crate) fn new(observer: Option<Observer>) -> Self {
        Self(Arc::new(Mutex::new(State {
            observer,
            ..State::default()
        })))
    }

    /// Records a request that arrived at this time since 1970.
    pub(crate) fn record(
        &self,
        request: &Request,
        time: Duration,
        operation: Option<&'static str>,
    ) -> OpenEntry {
        let mut state = self.lock();
        state.last_number += 1;
        let number = state.last_number;
        let recorded = RecordedRequest::of(request, number, time, operation);
        state.bytes += recorded.size();
        state.requests.push_back(recorded);
        state.drop_oldest();
        OpenEntry {
            journal: self.clone(),
            number,
            began: Instant::now(),
        }
    }

    /// Returns the kept requests in the order of arrival.
    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.lock().requests.iter().cloned().collect()
    }

    /// Returns the last requests after this number, newest first.
    pub(crate) fn newest(&self, limit: usize, after: u64) -> Vec<RecordedRequest> {
        let state = self.lock();
        let newest = state.requests.iter().rev();
        let newest = newest.take_while(|request| request.number > after);
        newest.take(limit).cloned().collect()
    }

    pub(crate) fn get(&self, number: u64) -> Option<RecordedRequest> {
        self.lock().find(number).cloned()
    }

    /// Returns the number of requests since the start or the last [`clear`](Self::clear).
    pub(crate) fn count(&self) -> usize {
        self.lock().requests.len()
    }

    /// Forgets the requests; numbers continue.
    pub(crate) fn clear(&self) {
        let mut state = self.lock();
        state.requests.clear();
        state.bytes = 0;
    }

    pub(super) fn update(&self, number: u64, change: impl FnOnce(&mut RecordedRequest)) {
        let state = &mut *self.lock();
        // The request may have been dropped since.
        if let Some(request) = state.find(number) {
            let before = request.size();
            change(request);
            let after = request.size();
            state.bytes = state.bytes.saturating_sub(before) + after;
        }
        state.drop_oldest();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Finds a request; the numbers of the kept ones have no gaps.
    fn find(&mut self, number: u64) -> Option<&mut RecordedRequest> {
        let first = self.requests.front()?.number;
        let index = usize::try_from(number.checked_sub(first)?).ok()?;
        self.requests.get_mut(index)
    }

    fn drop_oldest(&mut self) {
        while self.requests.len() > CAPACITY || self.bytes > CAPACITY_BYTES {
            let Some(oldest) = self.requests.pop_front() else {
                return;
            };
            self.bytes = self.bytes.saturating_sub(oldest.size());
        }
    }
}

impl OpenEntry {
    /// Records the response. With `keep_body`, the beginning of its body is recorded while it is
    /// sent, and the connection is marked as busy meanwhile.
    pub(crate) fn complete(
        self,
        response: Response,
        keep_body: bool,
        responding: Option<Responding>,
    ) -> Response {
        let faults = response.extensions().get::<AppliedFaults>();
        let recorded = RecordedResponse {
            status: response.status().as_u16(),
            headers: secrets::headers(response.headers()),
            duration: self.began.elapsed(),
            faults: faults.map(|faults| faults.0.clone()).unwrap_or_default(),
            body: None,
            body_truncated: false,
        };
        self.journal.update(self.number, |request| {
            request.response = Some(recorded);
        });
        let (parts, body) = response.into_parts();
        // A wrapped body has no known end for the server, which would send an empty one in chunks.
        let body = match keep_body && !body.is_end_stream() {
            true => Body::new(RecordedBody::new(body, self, responding)),
            false => body,
        };
        Response::from_parts(parts, body)
    }
}

/// The response was sent, or cannot be sent any more.
impl Drop for OpenEntry {
    fn drop(&mut self) {
        let ended = {
            let mut state = self.journal.lock();
            let observer = state.observer.clone();
            observer.zip(state.find(self.number).cloned())
        };
        if let Some((observer, request)) = ended {
            observer.call(&request);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str) -> Request {
        Request::builder().uri(path).body(Body::empty()).unwrap()
    }

    async fn responded(journal: &Journal, body: impl Into<Body>) -> RecordedRequest {
        let entry = journal.record(&request("/v1"), Duration::ZERO, None);
        let number = entry.number;
        let response = entry.complete(Response::new(body.into()), true, None);
        axum::body::to_bytes(response.into_body(), usize::MAX)
            .await
            .unwrap();
        journal.get(number).unwrap()
    }

    #[test]
    fn only_the_last_requests_are_kept() {
        let journal = Journal::default();
        for number in 0..CAPACITY + 2 {
            journal.record(&request(&format!("/{number}")), Duration::ZERO, None);
        }
        let requests = journal.requests();
        assert_eq!(requests.len(), CAPACITY);
        assert_eq!(requests[0].path_and_query(), "/2");
        let newest = journal.newest(2, 0);
        assert_eq!(newest[0].number(), CAPACITY as u64 + 2);
        assert_eq!(newest[1].number(), CAPACITY as u64 + 1);
        assert_eq!(journal.newest(9, CAPACITY as u64 + 1).len(), 1);
        assert_eq!(journal.get(2), None);
        assert_eq!(journal.get(3).unwrap().number(), 3);
        journal.clear();
        assert_eq!((journal.count(), journal.get(3)), (0, None));
        let entry = journal.record(&request("/"), Duration::ZERO, None);
        assert_eq!(entry.number, CAPACITY as u64 + 3);
    }

    #[tokio::test]
    async fn the_size_of_all_requests_is_limited() {
        let journal = Journal::default();
        for _ in 0..600 {
            responded(&journal, vec![b'a'; 64 * 1024]).await;
        }
        let bytes: usize = journal.requests().iter().map(RecordedRequest::size).sum();
        assert_eq!(bytes, journal.lock().bytes);
        assert!(bytes <= CAPACITY_BYTES);
        assert!((200..300).contains(&journal.count()), "{}", journal.count());
    }

    #[tokio::test]
    async fn the_beginning_of_the_body_is_kept() {
        let journal = Journal::default();
        let short = responded(&journal, "abc").await;
        assert_eq!(short.response_body(), Some(&b"abc"[..]));
        assert!(!short.body_truncated());
        let long = responded(&journal, vec![b'a'; 64 * 1024 + 1]).await;
        assert_eq!(long.response_body().unwrap().len(), 64 * 1024);
        assert!(long.body_truncated());
        let empty = responded(&journal, Body::empty()).await;
        assert_eq!((empty.response_body(), empty.status()), (None, Some(200)));
    }

    #[tokio::test]
    async fn a_body_that_is_not_sent_completely_is_marked() {
        let journal = Journal::default();
        let entry = journal.record(&request("/v1"), Duration::ZERO, None);
        let response = entry.complete(Response::new(Body::from("abc")), true, None);
        drop(response);
        let recorded = journal.get(1).unwrap();
        assert_eq!(recorded.response_body(), Some(&b""[..]));
        assert!(recorded.body_truncated());
    }
}
