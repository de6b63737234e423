//! Resuming of listings in another process.

use super::super::{Continuation, EndReason, PagingProblem, UnreadableRows};
use super::server::{Client, DATA_SET, Recorded, Server, page};
use crate::{ErrorKind, Page};

fn stored(continuation: &Continuation) -> Continuation {
    let text = serde_json::to_string(continuation).unwrap();
    for secret in ["not-a-secret", "uthorization"] {
        assert!(!text.contains(secret), "{text}");
    }
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn another_client_resumes_exactly_after_the_last_row() {
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

    // The new request has no query; the continuation contains it.
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
            // By `skip`, with the query of the first request.
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
async fn a_continuation_keeps_the_headers_of_the_link() {
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
    for limit in [2, 3] {
        let server = Server::script(vec![page(&[1, 2], None)]).await;
        let mut pages = server.pages(DATA_SET).row_limit(limit);
        pages.next().await.unwrap().unwrap();
        assert!(pages.continuation().is_none());
        assert_eq!(pages.completeness().unwrap().ended, EndReason::LastPage);
    }
}

/// Reads up to the row limit, and the remaining rows with another client.
async fn in_two_parts(server: &Server, target: &str, limit: u64) -> (Vec<i64>, Vec<i64>) {
    let mut pages = server.pages(target).row_limit(limit);
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await {
        rows.extend(page.unwrap().into_inner());
    }
    assert_eq!(pages.completeness().unwrap().ended, EndReason::RowLimit);
    let continuation = stored(&pages.continuation().unwrap());
    assert_eq!(continuation.rows_read(), limit);
    let rest = server
        .pages(DATA_SET)
        .resume(continuation)
        .collect_all()
        .await
        .unwrap();
    assert_eq!(rest.completeness.rows, limit + rest.rows.len() as u64);
    assert!(rest.completeness.is_complete(), "{rest:?}");
    (rows, rest.rows)
}

/// Starts a service with rows 0 to 6, at most three per page, with links if `linked`.
async fn seven_rows(linked: bool) -> Server {
    Server::start(move |request| {
        let skip: i64 = request
            .target
            .split(['?', '&'])
            .find_map(|pair| pair.strip_prefix("skip="))
            .map_or(0, |skip| skip.parse().unwrap());
        let end = (skip + 3).min(7);
        let rows: Vec<i64> = (skip..end).collect();
        let next = format!("y?top=3&skip={end}");
        let next = (linked && end < 7).then_some(next);
        let body = serde_json::json!({"Value": rows, "@nextLink": next, "TotalCount": 7});
        Some((200, body.to_string()))
    })
    .await
}

#[tokio::test]
async fn a_listing_resumes_at_the_next_row_after_a_row_limit() {
    for linked in [false, true] {
        for limit in 0..7 {
            let server = seven_rows(linked).await;
            let (mut rows, rest) = in_two_parts(&server, &format!("{DATA_SET}?top=3"), limit).await;
            assert_eq!(rows.len() as u64, limit);
            rows.extend(rest);
            assert_eq!(rows, (0..7).collect::<Vec<_>>(), "{linked} {limit}");
        }
    }
}

#[tokio::test]
async fn a_page_not_reached_by_skip_is_requested_again() {
    let answers = |request: &Recorded| {
        Some(match request.target.split_once('?') {
            None => page(&[1, 2], Some("y?a=1")),
            Some((_, "skip=1")) => page(&[2], Some("y?a=1")),
            Some(_) => page(&[3, 4], None),
        })
    };
    let server = Server::start(answers).await;
    for limit in 0..4 {
        let (rows, rest) = in_two_parts(&server, DATA_SET, limit).await;
        assert_eq!(
            (rows.len() as u64, [rows, rest].concat()),
            (limit, vec![1, 2, 3, 4])
        );
    }

    let list = |names: &str, token: &str| {
        (
            200,
            format!(r#"{{"items":[{names}],"continuationToken":"{token}"}}"#),
        )
    };
    let server = Server::start(move |request| {
        Some(match request.header("ms-continuationtoken") {
            "" => list(r#""a","b""#, "t"),
            "t" => list(r#""c""#, "u"),
            _ => list("", ""),
        })
    })
    .await;
    let mut pages = server.customers("/v1/customers").row_limit(1);
    assert_eq!(pages.next().await.unwrap().unwrap().items, ["a"]);
    let continuation = stored(&pages.continuation().unwrap());
    let rest = server.customers("/v1/customers").resume(continuation);
    let rest = rest.collect_all().await.unwrap();
    assert_eq!(
        (rest.rows.as_slice(), rest.completeness.rows),
        (&["b".to_owned(), "c".to_owned()][..], 3)
    );
}

#[tokio::test]
async fn items_resume_after_the_last_item_that_was_taken() {
    let answers = |request: &Recorded| {
        Some(match request.target.contains("a=1") {
            false => (
                200,
                r#"{"Value":["x",1,2,"x","x",3],"@nextLink":"y?a=1"}"#.to_owned(),
            ),
            true => (200, r#"{"Value":[4,"x",5],"@nextLink":null}"#.to_owned()),
        })
    };
    let server = Server::start(answers).await;
    for taken in 0..=5 {
        let listing = || {
            server
                .pages(DATA_SET)
                .on_unreadable_row(UnreadableRows::SkipAndReport)
        };
        let mut items = listing().items();
        let mut rows = Vec::new();
        for _ in 0..taken {
            rows.push(items.next().await.unwrap().unwrap());
        }
        let Some(continuation) = items.continuation() else {
            assert_eq!(taken, 5);
            continue;
        };
        assert_eq!(items.rows_read(), continuation.rows_read());
        // Resumes again, from within the resumed page.
        let mut items = listing().resume(stored(&continuation)).items();
        rows.push(items.next().await.unwrap().unwrap());
        if let Some(continuation) = items.continuation() {
            let rest = listing()
                .resume(stored(&continuation))
                .collect_all()
                .await
                .unwrap();
            rows.extend(rest.rows);
            assert_eq!(
                (rest.completeness.rows, rest.completeness.unreadable_rows),
                (5, 4),
                "{taken}"
            );
            assert!(!rest.completeness.is_complete());
        }
        assert_eq!(rows, [1, 2, 3, 4, 5], "{taken}");
    }
}

#[tokio::test]
async fn large_numbers_in_a_continuation_do_not_overflow() {
    let server = Server::start(|_| Some(page(&[1], None))).await;
    let good = server
        .pages(&format!("{DATA_SET}?top=1&skip=3"))
        .continuation()
        .unwrap();
    for name in [
        "rows",
        "pages",
        "shortPages",
        "unreadableRows",
        "rowsToSkip",
    ] {
        let mut continuation = serde_json::to_value(&good).unwrap();
        continuation[name] = u64::MAX.into();
        continuation["statedSum"] = i64::MAX.into();
        let continuation = serde_json::from_value(continuation).unwrap();
        let mut items = server.pages(DATA_SET).resume(continuation).items();
        while let Some(Ok(_)) = items.next().await {
            let _place = (items.continuation(), items.rows_read());
        }
    }
}

#[tokio::test]
async fn a_rejected_continuation_states_what_to_do() {
    let (server, other) = (Server::script(vec![]).await, Server::script(vec![]).await);
    let good = serde_json::to_value(server.pages(DATA_SET).continuation().unwrap()).unwrap();
    assert_eq!(good["service"], server.base.as_str());
    let refusal = async |continuation: serde_json::Value| {
        let continuation = serde_json::from_value(continuation).unwrap();
        let mut pages = other.pages(DATA_SET).resume(continuation);
        pages.next().await.unwrap().unwrap_err().to_string()
    };
    let text = refusal(good.clone()).await;
    assert!(
        text.contains("it belongs to another service") && text.contains(&server.base),
        "{text}"
    );
    let mut old = good;
    old["version"] = 1.into();
    let text = refusal(old).await;
    assert!(
        text.contains("it has version 1, but this client supports version 2; restart"),
        "{text}"
    );
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn a_manipulated_or_foreign_continuation_sends_no_request() {
    let server = Server::script(vec![]).await;
    let pages = server.pages(DATA_SET);
    let good = serde_json::to_value(pages.continuation().unwrap()).unwrap();
    for (name, value) in [
        ("version", 1.into()),
        ("version", 3.into()),
        ("operation", "customers".into()),
        ("service", "https://api.example.com".into()),
        ("service", server.base.replace("http:", "https:").into()),
        ("service", "".into()),
        ("next", "https://evil.example.com/".into()),
        ("next", "//evil.example.com/".into()),
        ("next", "/\\evil.example.com/".into()),
        ("next", "".into()),
        ("first", "@evil.example.com/".into()),
        ("headers", serde_json::json!([["ms-token", "a\r\nb"]])),
        ("correlationId", "a\nb".into()),
        ("correlationId", "\u{feff}ba0ca6d6".into()),
    ] {
        let mut bad = good.clone();
        bad[name] = value;
        let continuation: Continuation = serde_json::from_value(bad.clone()).unwrap();
        let mut pages = server.pages(DATA_SET).resume(continuation.clone());
        let error = pages.next().await.unwrap().unwrap_err();
        assert!(
            matches!(
                error.problem(),
                Some(PagingProblem::InvalidContinuation { .. })
            ),
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
    smuggled["service"] = server.base.as_str().into();
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
