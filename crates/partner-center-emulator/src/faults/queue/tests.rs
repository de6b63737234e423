use http::{HeaderMap, Uri};

use super::*;

const API: Subject = Subject {
    target: Target::Api,
    operation: Some("azure_usage"),
    place: None,
};

const TOKEN: Subject = Subject {
    target: Target::Token,
    operation: None,
    place: None,
};

fn kinds(queue: &FaultQueue, subject: Subject) -> Vec<FaultKind> {
    let chosen = queue.choose(subject);
    chosen
        .faults
        .iter()
        .map(|injected| injected.fault().kind.clone())
        .collect()
}

fn page(skip: u32) -> Subject {
    let uri: Uri = format!("/v1/usage?top=10&skip={skip}").parse().unwrap();
    Subject {
        place: Some(Place::of(None, &uri, &HeaderMap::new())),
        ..API
    }
}

#[test]
fn faults_apply_in_order_and_are_counted() {
    let queue = FaultQueue::default();
    let reset = queue.inject(Fault::reset().after(1).times(2));
    let token = queue.inject(Fault::incomplete_body().on_token_requests());
    let silence = queue.inject(Fault::no_response());
    let never = queue.inject(Fault::truncated().times(0));
    let applied: Vec<_> = (0..5).flat_map(|_| kinds(&queue, API)).collect();
    let expected = [
        FaultKind::ResetInBody,
        FaultKind::ResetInBody,
        FaultKind::NoResponse,
    ];
    assert_eq!(applied, expected);
    assert_eq!((reset.applied(), reset.is_spent()), (2, true));
    assert_eq!((token.applied(), token.is_spent()), (0, false));
    assert!(silence.is_spent() && never.is_spent());
    assert_eq!(token.remaining(), Some(1));
    queue.clear();
    assert!(kinds(&queue, TOKEN).is_empty());
}

#[test]
fn unlimited_faults_do_not_delay_later_ones_unless_they_apply() {
    let queue = FaultQueue::default();
    let unlimited = queue.inject(Fault::truncated().one_in(2, 7).unlimited());
    let limited = queue.inject(Fault::reset().times(2));
    let applied: Vec<_> = (0..20).flat_map(|_| kinds(&queue, API)).collect();
    let truncated = applied
        .iter()
        .filter(|kind| **kind == FaultKind::TruncatedJson)
        .count();
    assert!((5..15).contains(&truncated), "{truncated}");
    assert_eq!(applied.len(), truncated + 2);
    assert!(limited.is_spent());
    assert_eq!(unlimited.remaining(), None);
    assert_eq!(unlimited.applied() as usize, truncated);
}

#[test]
fn latency_and_clock_skew_are_applied_with_another_fault() {
    let queue = FaultQueue::default();
    queue.inject(Fault::latency(std::time::Duration::ZERO).times(1));
    queue.inject(Fault::reset());
    queue.inject(Fault::clock_skew(5));
    assert_eq!(kinds(&queue, API).len(), 3);
    assert_eq!(kinds(&queue, API), [FaultKind::ClockSkew { seconds: 5 }]);
}

#[test]
fn operation_and_page_restrict_a_fault() {
    let queue = FaultQueue::default();
    queue.inject(Fault::status(500).on_operation("searches").unwrap());
    queue.inject(Fault::truncated().on_page(3));
    queue.inject(Fault::missing_rows(1));
    assert!(kinds(&queue, API).is_empty());
    assert!(kinds(&queue, page(0)).is_empty());
    assert_eq!(kinds(&queue, page(20)), [FaultKind::TruncatedJson]);
    assert_eq!(
        kinds(&queue, page(10)),
        [FaultKind::MissingRows { rows: 1 }]
    );
    let searches = Subject {
        operation: Some("searches"),
        ..API
    };
    assert_eq!(kinds(&queue, searches).len(), 1);
}

#[test]
fn faults_are_removed_and_the_last_spent_ones_are_kept() {
    let queue = FaultQueue::default();
    let first = queue.inject(Fault::reset());
    assert!(queue.remove(first.id()));
    assert!(!queue.remove(first.id()));
    assert!(kinds(&queue, API).is_empty());
    for _ in 0..SPENT + 10 {
        queue.inject(Fault::reset());
        kinds(&queue, API);
    }
    queue.inject(Fault::reset().times(5));
    let ids: Vec<_> = queue.all().iter().map(InjectedFault::id).collect();
    assert_eq!(ids.len(), SPENT + 1);
    assert_eq!(ids.last(), Some(&(SPENT as u64 + 12)));
}

#[test]
fn an_application_can_be_taken_back() {
    let queue = FaultQueue::default();
    let injected = queue.inject(Fault::repeated_next_link());
    let chosen = queue.choose(API);
    assert!(injected.is_spent());
    chosen.faults[0].take_back();
    assert_eq!(injected.applied(), 0);
    assert_eq!(kinds(&queue, API), [FaultKind::RepeatedNextLink]);
}
