//! Bodies that are sent a few bytes at a time.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    response::Response,
};
use futures_core::Stream;
use http::{HeaderValue, header};
use tokio::time::{Sleep, sleep};

use super::partial_body::read_all;

/// Returns the response with a body of a few bytes per interval.
pub(crate) async fn slowed(response: Response, bytes: usize, interval: Duration) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = read_all(body).await;
    let promised = HeaderValue::from(body.len());
    parts.headers.insert(header::CONTENT_LENGTH, promised);
    let body = SlowBody::new(body, bytes, interval);
    Response::from_parts(parts, Body::from_stream(body))
}

struct SlowBody {
    rest: Bytes,
    /// Number of bytes per interval.
    portion: usize,
    interval: Duration,
    next: Pin<Box<Sleep>>,
}

impl SlowBody {
    fn new(body: Bytes, portion: usize, interval: Duration) -> Self {
        Self {
            rest: body,
            portion,
            interval,
            next: Box::pin(sleep(interval)),
        }
    }
}

impl Stream for SlowBody {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        ready!(self.next.as_mut().poll(context));
        // `Sleep::reset` panics if the deadline overflows; `sleep` clamps it.
        self.next = Box::pin(sleep(self.interval));
        let portion = self.portion.min(self.rest.len());
        Poll::Ready(Some(Ok(self.rest.split_to(portion))))
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_portion_takes_an_interval() {
        let interval = Duration::from_secs(7);
        let mut body = SlowBody::new(Bytes::from_static(b"abcde"), 2, interval);
        for expected in ["ab", "cd", "e"] {
            let next = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await;
            assert_eq!(next.unwrap().unwrap(), expected);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn each_byte_takes_an_interval() {
        let interval = Duration::from_secs(7);
        let mut body = SlowBody::new(Bytes::from_static(b"abc"), 1, interval);
        let begin = Instant::now();
        for (count, expected) in (1..).zip(["a", "b", "c"]) {
            let next = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await;
            assert_eq!(next.unwrap().unwrap(), expected);
            assert_eq!(begin.elapsed(), interval * count);
        }
        let end = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await;
        assert!(end.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn zero_and_maximal_intervals_do_not_panic() {
        let mut body = SlowBody::new(Bytes::from_static(b"ab"), 1, Duration::ZERO);
        for expected in ["a", "b"] {
            let next = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await;
            assert_eq!(next.unwrap().unwrap(), expected);
        }
        let mut body = SlowBody::new(Bytes::from_static(b"a"), 1, Duration::MAX);
        let mut context = Context::from_waker(std::task::Waker::noop());
        assert!(Pin::new(&mut body).poll_next(&mut context).is_pending());
    }
}
