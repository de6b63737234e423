use std::future::Future;
use std::hash::Hash;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::StreamExt;
use futures_util::stream::{FuturesUnordered, iter};

use super::{DoneKeys, FanOutReport};
use crate::Error;

type Call<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
type Outcome<K, T, E> = (K, Result<T, E>);
type Start<'a, K, T, E> = Box<dyn FnMut(K) -> Call<'a, Outcome<K, T, E>> + Send + 'a>;
type Keys<'a, K> = Pin<Box<dyn Stream<Item = K> + Send + 'a>>;
type Predicate<'a, T> = Option<Box<dyn Fn(&T) -> bool + Send + 'a>>;

/// Calls `call` for every key, with at most `concurrency` calls at a time.
///
/// The stream returns the results in the order of completion, each with its key. Calls start when
/// the stream is polled, and calls in progress are cancelled when it is dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use std::num::NonZeroUsize;
///
/// use partner_center_core::fan_out::fan_out;
///
/// let customers = ["contoso", "fabrikam", "tailspin"];
/// let at_most_two = NonZeroUsize::new(2).unwrap();
///
/// let mut results = fan_out(customers, at_most_two, |customer| async move {
///     // Usually a call: `client.customer_licenses_deployment(customer).send().await`.
///     if customer == "fabrikam" { Err("not found") } else { Ok(customer.len()) }
/// });
/// let mut sum = 0;
/// while let Some((customer, result)) = results.next().await {
///     match result {
///         Ok(length) => sum += length,
///         Err(error) => assert_eq!((customer, error), ("fabrikam", "not found")),
///     }
/// }
/// assert_eq!(sum, 15);
/// # }
/// ```
pub fn fan_out<'a, K, T, E, I, F, R>(
    keys: I,
    concurrency: NonZeroUsize,
    call: F,
) -> FanOut<'a, K, T, E>
where
    K: Clone + Send + 'a,
    I: IntoIterator<Item = K>,
    I::IntoIter: Send + 'a,
    F: FnMut(K) -> R + Send + 'a,
    R: Future<Output = Result<T, E>> + Send + 'a,
{
    FanOut::new(true, Box::pin(iter(keys)), concurrency, call)
}

/// Calls `call` for every key of a stream, such as a listing, with at most `concurrency` calls at a
/// time.
///
/// Works like [`fan_out`]. A key is requested only when a call can start.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use std::num::NonZeroUsize;
///
/// use partner_center_core::fan_out::fan_out_stream;
///
/// // Usually a listing: `client.customers().items()`, of which the next page is requested when
/// // the calls for the previous one have started.
/// let keys = futures_util::stream::iter(0..100);
/// let report = fan_out_stream(keys, NonZeroUsize::new(8).unwrap(), |key| async move {
///     Ok::<_, partner_center_core::Error>(key * 2)
/// })
/// .report()
/// .await;
/// assert_eq!(report.succeeded.len(), 100);
/// assert!(report.is_complete());
/// # }
/// ```
pub fn fan_out_stream<'a, K, T, E, S, F, R>(
    keys: S,
    concurrency: NonZeroUsize,
    call: F,
) -> FanOut<'a, K, T, E>
where
    K: Clone + Send + 'a,
    S: Stream<Item = K> + Send + 'a,
    F: FnMut(K) -> R + Send + 'a,
    R: Future<Output = Result<T, E>> + Send + 'a,
{
    FanOut::new(false, Box::pin(keys), concurrency, call)
}

/// Calls for many keys. It is a [`Stream`] of keys and results;
/// [`report`](Self::report) collects them.
#[must_use = "nothing is called until the stream is polled"]
pub struct FanOut<'a, K, T, E = Error> {
    keys: Keys<'a, K>,
    /// Whether the remaining keys are known without waiting.
    are_known: bool,
    /// Whether all keys were taken.
    exhausted: bool,
    call: Start<'a, K, T, E>,
    running: FuturesUnordered<Call<'a, Outcome<K, T, E>>>,
    concurrency: usize,
    skip: Predicate<'a, K>,
    stop_on: Predicate<'a, E>,
    skipped: usize,
    stopped: bool,
}

impl<'a, K: Clone + Send + 'a, T, E> FanOut<'a, K, T, E> {
    fn new<F, R>(are_known: bool, keys: Keys<'a, K>, concurrency: NonZeroUsize, mut call: F) -> Self
    where
        F: FnMut(K) -> R + Send + 'a,
        R: Future<Output = Result<T, E>> + Send + 'a,
    {
        Self {
            keys,
            are_known,
            exhausted: false,
            call: Box::new(move |key: K| {
                let result = call(key.clone());
                Box::pin(async move { (key, result.await) })
            }),
            running: FuturesUnordered::new(),
            concurrency: concurrency.get(),
            skip: None,
            stop_on: None,
            skipped: 0,
            stopped: false,
        }
    }

    /// Stops starting calls after an error for which `is_fatal` returns `true`, such as a rejected
    /// token. Calls in progress are completed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use std::num::NonZeroUsize;
    ///
    /// use partner_center_core::fan_out::fan_out;
    ///
    /// let calls = fan_out(1..=9, NonZeroUsize::MIN, |key| async move {
    ///     if key == 3 { Err("the sign-in has expired") } else { Ok(key) }
    /// });
    /// let report = calls.stop_on(|error| error.contains("sign-in")).report().await;
    /// assert!(report.stopped);
    /// assert_eq!(report.succeeded, [(1, 1), (2, 2)]);
    /// assert_eq!(report.unprocessed, [4, 5, 6, 7, 8, 9]);
    /// # }
    /// ```
    pub fn stop_on(mut self, is_fatal: impl Fn(&E) -> bool + Send + 'a) -> Self {
        self.stop_on = Some(Box::new(is_fatal));
        self
    }

    /// Skips the keys that are done, to resume an earlier run.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use std::num::NonZeroUsize;
    ///
    /// use partner_center_core::fan_out::fan_out;
    ///
    /// let call = |key: u32| async move { if key % 2 == 0 { Ok(key) } else { Err("odd") } };
    /// let first = fan_out(0..4, NonZeroUsize::MIN, call).report().await;
    /// let done = first.done_keys();
    ///
    /// let second = fan_out(0..4, NonZeroUsize::MIN, |key| async move { Ok::<_, &str>(key) })
    ///     .skip_done(done)
    ///     .report()
    ///     .await;
    /// assert_eq!(second.skipped, 2);
    /// assert_eq!(second.succeeded, [(1, 1), (3, 3)]);
    /// # }
    /// ```
    pub fn skip_done(mut self, done: DoneKeys<K>) -> Self
    where
        K: Eq + Hash,
    {
        self.skip = Some(Box::new(move |key| done.contains(key)));
        self
    }

    /// Returns the next result, like `StreamExt::next`, but without the import.
    pub async fn next(&mut self) -> Option<(K, Result<T, E>)> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Makes all calls and returns a report of the results.
    pub async fn report(mut self) -> FanOutReport<K, T, E> {
        let mut report = FanOutReport {
            succeeded: Vec::new(),
            failed: Vec::new(),
            unprocessed: Vec::new(),
            skipped: 0,
            stopped: false,
            exhausted: true,
        };
        while let Some((key, result)) = self.next().await {
            match result {
                Ok(value) => report.succeeded.push((key, value)),
                Err(error) => report.failed.push((key, error)),
            }
        }
        report.stopped = self.stopped;
        report.skipped = self.skipped;
        if !self.exhausted && self.are_known {
            report.unprocessed = self.keys.collect().await;
        }
        report.exhausted = self.exhausted || self.are_known;
        if let Some(skip) = &self.skip {
            let before = report.unprocessed.len();
            report.unprocessed.retain(|key| !skip(key));
            report.skipped += before - report.unprocessed.len();
        }
        report
    }
}

// Futures and keys are boxed, so no field is structurally pinned.
impl<K, T, E> Unpin for FanOut<'_, K, T, E> {}

impl<'a, K: Clone + Send + 'a, T, E> Stream for FanOut<'a, K, T, E> {
    type Item = (K, Result<T, E>);

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        while !this.stopped && !this.exhausted && this.running.len() < this.concurrency {
            match this.keys.as_mut().poll_next(context) {
                Poll::Ready(Some(key)) if this.skip.as_ref().is_some_and(|skip| skip(&key)) => {
                    this.skipped += 1;
                }
                Poll::Ready(Some(key)) => this.running.push((this.call)(key)),
                Poll::Ready(None) => this.exhausted = true,
                // The stream of keys wakes this task.
                Poll::Pending => break,
            }
        }
        match Pin::new(&mut this.running).poll_next(context) {
            Poll::Ready(Some(outcome)) => Poll::Ready(Some(this.finished(outcome))),
            Poll::Ready(None) if this.stopped || this.exhausted => Poll::Ready(None),
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }
}

impl<K, T, E> FanOut<'_, K, T, E> {
    fn finished(&mut self, outcome: Outcome<K, T, E>) -> Outcome<K, T, E> {
        if let (Err(error), Some(is_fatal)) = (&outcome.1, &self.stop_on) {
            self.stopped |= is_fatal(error);
        }
        outcome
    }
}

impl<K, T, E> std::fmt::Debug for FanOut<'_, K, T, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FanOut")
            .field("concurrency", &self.concurrency)
            .field("running", &self.running.len())
            .field("stopped", &self.stopped)
            .finish_non_exhaustive()
    }
}
