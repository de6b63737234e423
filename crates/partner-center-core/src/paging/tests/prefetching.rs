//! Prefetching of the next page, and memory use.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_core::Stream;
use serde::{Deserialize, Deserializer};

use super::server::{DATA_SET, Server, page};
use crate::Page;

/// Lets all other tasks run until they wait.
async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

fn endless() -> impl Fn(&super::server::Recorded) -> super::server::Answer {
    |request| {
        let next = format!("y?page={}", request.number + 1);
        Some(page(&[1, 2], Some(&next)))
    }
}

#[tokio::test]
async fn at_most_one_page_is_prefetched() {
    let server = Server::start(endless()).await;
    let mut pages = server.pages(DATA_SET);
    settle().await;
    assert_eq!(
        server.requests().len(),
        0,
        "nothing is sent before the first poll"
    );
    for read in 1..5 {
        pages.next().await.unwrap().unwrap();
        server.arrived(read + 1).await;
        settle().await;
        assert_eq!(server.requests().len(), read + 1);
        assert_eq!(pages.pages_read(), u64::try_from(read).unwrap());
    }
}

#[tokio::test]
async fn without_prefetch_a_page_is_fetched_on_demand() {
    let server = Server::start(endless()).await;
    let mut pages = server.pages(DATA_SET).prefetch(false);
    for read in 1..4 {
        pages.next().await.unwrap().unwrap();
        settle().await;
        assert_eq!(server.requests().len(), read);
    }
}

#[tokio::test]
async fn a_dropped_listing_cancels_its_prefetch() {
    let server =
        Server::start(|request| (request.number == 0).then(|| page(&[1], Some("y?page=1")))).await;
    let mut pages = server.pages(DATA_SET);
    pages.next().await.unwrap().unwrap();
    server.arrived(2).await;
    drop(pages);
    server.abandoned().await;
}

#[tokio::test]
async fn a_prefetch_error_is_reported_in_order() {
    let server = Server::script(vec![page(&[1, 2], Some("y?a=1")), (500, String::new())]).await;
    let mut items = server.pages(DATA_SET).items();
    assert_eq!(items.next().await.unwrap().unwrap(), 1);
    server.arrived(2).await;
    settle().await;
    assert_eq!(items.next().await.unwrap().unwrap(), 2);
    assert!(items.next().await.unwrap().is_err());
    assert!(items.next().await.is_none());
}

static ALIVE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

/// Row that counts its live instances.
struct Counted;

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer)?;
        let alive = ALIVE.fetch_add(1, Ordering::Relaxed) + 1;
        MOST.fetch_max(alive, Ordering::Relaxed);
        Ok(Self)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn pages_are_not_kept_in_memory() {
    let server = Server::start(|request| {
        let next = format!("y?page={}", request.number + 1);
        let first = 3 * i64::try_from(request.number).unwrap();
        Some(page(
            &[first, first + 1, first + 2],
            (request.number < 999).then_some(&next),
        ))
    })
    .await;
    let mut items = server.client().pages::<Page<Counted>>(DATA_SET).items();
    let mut rows = 0;
    while let Some(row) = items.next().await {
        drop(row.unwrap());
        rows += 1;
    }
    assert_eq!(rows, 3000);
    assert_eq!(items.pages().visited(), 1000);
    assert_eq!(items.completeness().unwrap().pages, 1000);
    assert_eq!(ALIVE.load(Ordering::Relaxed), 0);
    assert!(MOST.load(Ordering::Relaxed) <= 6, "two pages at most");
}

struct Panics;

impl<'de> Deserialize<'de> for Panics {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        assert_ne!(i64::deserialize(deserializer)?, 2, "row of the caller");
        Ok(Self)
    }
}

#[tokio::test]
#[should_panic(expected = "row of the caller")]
async fn a_panic_in_code_of_the_caller_is_passed_on() {
    let server = Server::script(vec![page(&[1], Some("y?a=1")), page(&[2], None)]).await;
    let mut pages = server.client().pages::<Page<Panics>>(DATA_SET);
    pages.next().await.unwrap().unwrap();
    let _never = pages.next().await;
}

#[test]
fn listings_can_be_sent_between_threads() {
    fn check<T: Stream + Send + Unpin + 'static>() {}
    check::<super::super::Pages<Page<i64>>>();
    check::<super::super::Items<Page<i64>>>();
}
