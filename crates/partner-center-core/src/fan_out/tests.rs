use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::{Error, ErrorKind};

fn at_most(concurrency: usize) -> NonZeroUsize {
    NonZeroUsize::new(concurrency).unwrap()
}

fn failure(key: u32) -> Error {
    Error::invalid_request(format!("key {key}"))
}

#[tokio::test]
async fn concurrency_is_limited_and_all_calls_are_made() {
    let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let call = |key: u32| {
        let (running, most) = (&running, &most);
        async move {
            let now = running.fetch_add(1, Ordering::Relaxed) + 1;
            most.fetch_max(now, Ordering::Relaxed);
            for _ in 0..key % 7 {
                tokio::task::yield_now().await;
            }
            running.fetch_sub(1, Ordering::Relaxed);
            if key % 10 == 3 {
                Err(failure(key))
            } else {
                Ok(key * 2)
            }
        }
    };
    for concurrency in [1, 4] {
        most.store(0, Ordering::Relaxed);
        let report = fan_out(0..100, at_most(concurrency), call).report().await;
        assert_eq!(most.load(Ordering::Relaxed), concurrency);
        assert_eq!((report.succeeded.len(), report.failed.len()), (90, 10));
        assert!(
            report
                .succeeded
                .iter()
                .all(|(key, value)| key * 2 == *value)
        );
        assert!(report.failed.iter().all(|(key, _)| key % 10 == 3));
        assert!(!report.is_complete() && !report.stopped && report.exhausted);
        assert_eq!(report.remaining().count(), 10);
    }
}

#[tokio::test]
async fn results_come_in_the_order_of_completion() {
    let (send, receive) = tokio::sync::oneshot::channel::<()>();
    let (send, receive) = (Mutex::new(Some(send)), Mutex::new(Some(receive)));
    let mut results = fan_out(["slow", "fast"], at_most(2), |key| {
        let waits_for = (key == "slow").then(|| receive.lock().unwrap().take().unwrap());
        async move {
            if let Some(fast) = waits_for {
                fast.await.unwrap();
            }
            Ok::<_, Error>(())
        }
    });
    assert_eq!(results.next().await.unwrap().0, "fast");
    send.lock().unwrap().take().unwrap().send(()).unwrap();
    assert_eq!(results.next().await.unwrap().0, "slow");
    assert!(results.next().await.is_none());
}

#[tokio::test]
async fn a_fatal_error_stops_and_the_rest_is_reported() {
    let call = |key: u32| async move { if key == 5 { Err(failure(key)) } else { Ok(()) } };
    let report = fan_out(0..20, at_most(2), call)
        .stop_on(|error: &Error| error.kind() == ErrorKind::InvalidRequest)
        .report()
        .await;
    assert!(report.stopped && !report.is_complete());
    assert_eq!(report.failed.len(), 1);
    let all = report.succeeded.len() + report.failed.len() + report.unprocessed.len();
    assert_eq!(all, 20);
    assert_eq!(report.unprocessed.last(), Some(&19));
    assert!(report.unprocessed.len() >= 13);
    assert_eq!(report.remaining().next(), Some(&5));
}

#[tokio::test]
async fn a_later_run_calls_only_the_remaining_keys() {
    let first = fan_out(0..10, at_most(3), |key: u32| async move {
        if key.is_multiple_of(2) {
            Err(failure(key))
        } else {
            Ok(())
        }
    })
    .report()
    .await;
    let stored = serde_json::to_string(&first.done_keys()).unwrap();
    let mut done: DoneKeys<u32> = serde_json::from_str(&stored).unwrap();
    assert_eq!(done.len(), 5);

    let called = Mutex::new(Vec::new());
    let second = fan_out(0..10, at_most(3), |key: u32| {
        called.lock().unwrap().push(key);
        async move { Ok::<_, Error>(()) }
    })
    .skip_done(done.clone())
    .report()
    .await;
    assert_eq!(*called.lock().unwrap(), [0, 2, 4, 6, 8]);
    assert_eq!(second.skipped, 5);
    assert!(second.is_complete());
    done.extend(second.done_keys());
    assert_eq!(done.len(), 10);
    assert!(done.contains(&0) && !done.is_empty());
}

#[tokio::test]
async fn keys_can_arrive_one_by_one() {
    let (send, mut receive) = tokio::sync::mpsc::channel::<u32>(1);
    let keys = futures_util::stream::poll_fn(move |context| receive.poll_recv(context));
    let mut results = fan_out_stream(keys, at_most(2), |key| async move {
        if key == 2 { Err(failure(key)) } else { Ok(key) }
    })
    .stop_on(|_| true);
    send.send(1).await.unwrap();
    assert_eq!(results.next().await.unwrap().0, 1);
    send.send(2).await.unwrap();
    assert!(results.next().await.unwrap().1.is_err());
    send.send(3).await.unwrap();
    let report = results.report().await;
    assert!(report.stopped && !report.exhausted && !report.is_complete());
    assert!(report.unprocessed.is_empty());

    let none = futures_util::stream::empty::<u32>();
    let report = fan_out_stream(none, at_most(1), |key| async move { Ok::<_, Error>(key) })
        .report()
        .await;
    assert!(report.is_complete() && report.succeeded.is_empty());
}
