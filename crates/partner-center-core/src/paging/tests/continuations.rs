//! Going on in another process.

use super::super::{Continuation, EndedBy, PagingProblem};
use super::server::{Client, DATA_SET, Server, page};
use crate::{ErrorKind, Page};

fn stored(continuation: &Continuation) -> Continuation {
    let text = serde_json::to_string(continuation).unwrap();
    for secret in ["not-a-secret", "127.0.0.1", "http", "uthorization"] {
        assert!(!text.contains(secret), "{text}");
    }
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn a_fresh_client_goes_on_exactly_where_the_listing_broke_off() {
    let server = Server::start(|request| {
        Some(match request.number {
            0 => page(&[1, 2], Some("y?top=2&skip=2&filter=n eq 'Ä'")),
            1 => (503, String::new()),
            2 => page(&[3, 4], None),
            _ => page(&[5], None),
        })
    })
    .await;
    let partial = server
        .pages(&format!("{DATA_SET}?top=2&filter=n%20eq%20'%C3%84'"))
        .collect_all()
        .await
        .unwrap_err()
        .into_partial();
    assert_eq!(partial.rows, [1, 2]);
    let continuation = stored(partial.error.continuation().unwrap());
    assert_eq!(
        (
            continuation.operation_id(),
            continuation.pages_read(),
            continuation.rows_read()
        ),
        ("rows", 1, 2)
    );
    assert!(!format!("{continuation:?}").contains("filter"));

    // The new request has no query: the continuation brings it along.
    let rest = Client::new(&server.base)
        .pages::<Page<i64>>(DATA_SET)
        .resume(continuation)
        .collect_all()
        .await
        .unwrap();
    assert_eq!(rest.rows, [3, 4, 5]);
    assert_eq!((rest.completeness.pages, rest.completeness.rows), (3, 5));
    let requests = server.requests();
    let query = "filter=n%20eq%20%27%C3%84%27";
    assert_eq!(
        server.targets()[1..],
        [
            format!("{DATA_SET}?top=2&skip=2&{query}"),
            format!("{DATA_SET}?top=2&skip=2&{query}"),
            // By `skip`, from the first request on.
            format!("{DATA_SET}?top=2&{query}&skip=4"),
        ]
    );
    assert_eq!(
        requests[0].header("ms-correlationid"),
        requests[3].header("ms-correlationid")
    );
    assert_ne!(
        requests[1].header("ms-requestid"),
        requests[2].header("ms-requestid")
    );
}

#[tokio::test]
async fn headers_of_the_link_are_kept() {
    let server = Server::script(vec![
        (
            200,
            r#"{"items":["a"],"links":{"next":{"uri":"/customers?seekOperation=Next","headers":[{"key":"MS-ContinuationToken","value":"AQ=="}]}}}"#.to_owned(),
        ),
        (200, r#"{"items":["b"]}"#.to_owned()),
    ])
    .await;
    let mut pages = server.customers("/v1/customers?size=1").prefetch(false);
    pages.next().await.unwrap().unwrap();
    let continuation = stored(&pages.continuation().unwrap());
    let rest = server
        .customers("/v1/customers")
        .resume(continuation)
        .collect_all()
        .await
        .unwrap();
    assert_eq!(rest.rows, ["b"]);
    let request = &server.requests()[1];
    assert_eq!(request.target, "/v1/customers?seekOperation=Next");
    assert_eq!(request.header("ms-continuationtoken"), "AQ==");
}

#[tokio::test]
async fn a_listing_that_ended_has_no_continuation() {
    let server = Server::script(vec![page(&[1, 2], Some("y?a=1"))]).await;
    let mut pages = server.pages(DATA_SET).row_limit(1);
    pages.next().await.unwrap().unwrap();
    assert!(pages.continuation().is_none());
    assert_eq!(pages.completeness().unwrap().ended, EndedBy::RowLimit);
}

#[tokio::test]
async fn what_was_tampered_with_or_belongs_elsewhere_sends_nothing() {
    let server = Server::script(vec![]).await;
    let pages = server.pages(DATA_SET);
    let good = serde_json::to_value(pages.continuation().unwrap()).unwrap();
    for (name, value) in [
        ("version", 2.into()),
        ("operation", "customers".into()),
        ("next", "https://evil.example.com/".into()),
        ("next", "//evil.example.com/".into()),
        ("next", "/\\evil.example.com/".into()),
        ("next", "".into()),
        ("first", "@evil.example.com/".into()),
        ("headers", serde_json::json!([["ms-token", "a\r\nb"]])),
        ("correlationId", "a\nb".into()),
    ] {
        let mut bad = good.clone();
        bad[name] = value;
        let continuation: Continuation = serde_json::from_value(bad.clone()).unwrap();
        let mut pages = server.pages(DATA_SET).resume(continuation.clone());
        let error = pages.next().await.unwrap().unwrap_err();
        assert!(
            matches!(error.problem(), Some(PagingProblem::BadContinuation { .. })),
            "{bad}: {error}"
        );
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(error.into_continuation(), Some(continuation));
        assert!(pages.next().await.is_none());
    }
    let empty: Continuation = serde_json::from_str("{}").unwrap();
    assert!(
        server
            .pages(DATA_SET)
            .resume(empty)
            .next()
            .await
            .unwrap()
            .is_err()
    );
    assert!(server.requests().is_empty());

    let mut smuggled = good;
    smuggled["headers"] = serde_json::json!([["Authorization", "Bearer evil"], ["Host", "evil"]]);
    let server = Server::script(vec![page(&[1], None)]).await;
    let continuation = serde_json::from_value(smuggled).unwrap();
    server
        .pages(DATA_SET)
        .resume(continuation)
        .collect_all()
        .await
        .unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.header("authorization"), "Bearer not-a-secret");
    assert_ne!(request.header("host"), "evil");
}
