//! Errors that end a listing, and the rows and continuations that remain.

use super::super::{EndReason, PagingError, PagingProblem, UnreadableRows};
use super::server::{DATA_SET, ROWS, Server, page};
use crate::{Error, ErrorKind};

/// Returns the rows of the pages before the error, and the error.
async fn broken(server: &Server, target: &str) -> (Vec<i64>, PagingError) {
    let partial = server
        .pages(target)
        .collect_all()
        .await
        .unwrap_err()
        .into_partial();
    (partial.rows, partial.error)
}

#[tokio::test]
async fn a_link_to_another_host_is_rejected() {
    let foreign = Server::script(vec![page(&[9], None)]).await;
    let link = format!("{}{DATA_SET}?skip=1", foreign.base);
    let server = Server::script(vec![page(&[1], Some(&link))]).await;
    let (rows, error) = broken(&server, DATA_SET).await;
    assert_eq!(rows, [1]);
    assert_eq!(
        error.problem(),
        Some(&PagingProblem::ForeignLink {
            origin: foreign.base.clone()
        })
    );
    assert_eq!((error.pages_read(), error.rows_read()), (1, 1));
    let behind = serde_json::to_value(error.continuation().unwrap()).unwrap();
    assert_eq!(behind["next"], format!("{DATA_SET}?skip=1"));
    assert!(foreign.requests().is_empty());
    assert_eq!(server.requests().len(), 1);
    assert!(
        error
            .to_string()
            .starts_with("the listing `rows` failed after 1 rows in 1 page: ")
    );
    assert!(!format!("{error:?}").contains("not-a-secret"));
}

#[tokio::test]
async fn a_link_to_itself_and_a_longer_loop_are_errors() {
    let server = Server::script(vec![page(&[1], Some("y?top=1"))]).await;
    let (rows, error) = broken(&server, &format!("{DATA_SET}?top=1")).await;
    assert_eq!(
        (rows.len(), error.problem()),
        (1, Some(&PagingProblem::RepeatedLink))
    );
    assert!(error.continuation().is_none());

    let server = Server::start(|request| {
        let next = ["y?a=1", "y?a=2", "y?a=3"][request.number % 3];
        Some(page(&[1], Some(next)))
    })
    .await;
    let (rows, error) = broken(&server, DATA_SET).await;
    assert_eq!(
        (rows.len(), error.problem()),
        (4, Some(&PagingProblem::RepeatedLink))
    );
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn the_same_token_twice_is_a_loop() {
    let answer = r#"{"items":["a"],"continuationToken":"t"}"#.to_owned();
    let server = Server::start(move |_| Some((200, answer.clone()))).await;
    let error = server
        .customers("/v1/customers")
        .collect_all()
        .await
        .unwrap_err();
    assert_eq!(error.error().problem(), Some(&PagingProblem::RepeatedLink));
    assert_eq!(error.into_partial().rows, ["a", "a"]);
}

#[tokio::test]
async fn a_response_without_a_page_is_an_error() {
    for (status, body) in [(204, ""), (200, ""), (200, "\u{feff} \r\n")] {
        let server = Server::script(vec![
            page(&[1, 2], Some("y?a=1")),
            (status, body.to_owned()),
        ])
        .await;
        let (rows, error) = broken(&server, DATA_SET).await;
        assert_eq!(rows, [1, 2]);
        assert!(
            matches!(error.problem(), Some(PagingProblem::MissingPage { .. })),
            "{error}"
        );
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(error.kind(), ErrorKind::UnexpectedResponse);
        assert_eq!(
            error.request_id(),
            Some(server.requests()[1].header("ms-requestid"))
        );
        assert_eq!(error.continuation().unwrap().rows_read(), 2);
    }
    let server = Server::script(vec![(204, String::new())]).await;
    assert!(broken(&server, DATA_SET).await.1.problem().is_some());
}

const MALFORMED: &str = r#"{"Value":[3,4,"Fabrikam",6],"@nextLink":null,"TotalCount":9}"#;

#[tokio::test]
async fn a_malformed_row_is_reported_after_all_rows_before_it() {
    for prefetch in [true, false] {
        let server = Server::script(vec![
            page(&[1, 2], Some("y?a=1")),
            (200, MALFORMED.to_owned()),
        ])
        .await;
        let mut pages = server.pages(DATA_SET).prefetch(prefetch);
        assert_eq!(pages.next().await.unwrap().unwrap().value, [1, 2]);
        let before = pages.next().await.unwrap().unwrap();
        assert_eq!(before.value, [3, 4]);
        assert_eq!((&before.next_link, before.total_count), (&None, None));
        assert_eq!(
            before.request_id(),
            server.requests()[1].header("ms-requestid")
        );
        assert!(pages.completeness().is_none());
        let behind = pages.continuation();
        let error = pages.next().await.unwrap().unwrap_err();
        assert!(pages.next().await.is_none());
        assert!(pages.completeness().is_none() && pages.continuation().is_none());
        let text = error.to_string();
        assert!(
            text.contains("`Value[2]`: expected i64, found a string"),
            "{text}"
        );
        assert!(text.contains("after 4 rows in 2 pages"), "{text}");
        assert!(!format!("{error} {error:?}").contains("Fabrikam"));
        assert!(matches!(error.call(), Some(Error::Decode { .. })));
        assert_eq!((error.pages_read(), error.rows_read()), (2, 4));
        // The link does not count rows, so the page is requested again for the remaining rows.
        let continuation = error.continuation().unwrap();
        assert_eq!(
            (continuation.pages_read(), continuation.rows_read()),
            (1, 4)
        );
        assert_eq!(error.continuation(), behind.as_ref());
        assert!(std::error::Error::source(&error).is_some());
    }
}

#[tokio::test]
async fn a_listing_by_skip_resumes_at_a_malformed_row() {
    for link in [None, Some("y?top=2&skip=7")] {
        let server = Server::script(vec![
            page(&[1, 2], link),
            (200, MALFORMED.to_owned()),
            page(&[5], None),
        ])
        .await;
        let partial = server
            .pages(&format!("{DATA_SET}?top=2&skip=5"))
            .collect_all()
            .await
            .unwrap_err()
            .into_partial();
        assert_eq!(partial.rows, [1, 2, 3, 4]);
        let shown = format!("{partial:?}");
        assert!(shown.starts_with("PartialRows { rows: 4, "), "{shown}");
        let continuation = partial.error.into_continuation().unwrap();
        assert_eq!(
            (continuation.pages_read(), continuation.rows_read()),
            (2, 4)
        );
        let rest = server.pages(DATA_SET).resume(continuation);
        let rest = rest.collect_all().await.unwrap();
        assert_eq!(rest.rows, [5]);
        assert_eq!(rest.completeness.rows, 5);
        assert_eq!(server.targets()[2], format!("{DATA_SET}?top=2&skip=9"));
    }
}

#[tokio::test]
async fn items_before_a_malformed_row_are_returned_before_the_error() {
    let server = Server::script(vec![(200, MALFORMED.to_owned())]).await;
    let mut items = server.pages(DATA_SET).items();
    assert_eq!(items.next().await.unwrap().unwrap(), 3);
    assert_eq!(items.next().await.unwrap().unwrap(), 4);
    let error = items.next().await.unwrap().unwrap_err();
    assert_eq!((error.pages_read(), error.rows_read()), (1, 2));
    let continuation = serde_json::to_value(error.continuation().unwrap()).unwrap();
    assert_eq!(continuation["next"], format!("{DATA_SET}?skip=2"));
    assert!(items.next().await.is_none());

    // Without rows before it, only the error is returned, and resuming requests the page again.
    let first = r#"{"Value":["Fabrikam"]}"#.to_owned();
    let server = Server::script(vec![(200, first)]).await;
    let error = server.pages(DATA_SET).next().await.unwrap().unwrap_err();
    assert_eq!((error.pages_read(), error.rows_read()), (0, 0));
    assert_eq!(error.continuation().unwrap().rows_read(), 0);
}

#[tokio::test]
async fn a_row_limit_before_a_malformed_row_is_not_an_error() {
    for limit in [1, 2] {
        let server = Server::script(vec![(200, MALFORMED.to_owned())]).await;
        let mut pages = server.pages(DATA_SET).row_limit(limit);
        assert_eq!(
            pages.next().await.unwrap().unwrap().value.len() as u64,
            limit
        );
        assert!(pages.next().await.is_none());
        assert_eq!(pages.completeness().unwrap().ended, EndReason::RowLimit);
        let continuation = serde_json::to_value(pages.continuation().unwrap()).unwrap();
        assert_eq!(continuation["next"], format!("{DATA_SET}?skip={limit}"));
    }
}

#[tokio::test]
async fn an_error_status_is_reported_after_all_rows_before_it() {
    let refusal = r#"{"code":2032,"description":"no","data":[],"source":"x"}"#;
    let server = Server::script(vec![
        page(&[1, 2], Some("y?a=1")),
        (403, refusal.to_owned()),
    ])
    .await;
    let mut items = server.pages(DATA_SET).items();
    assert_eq!(items.next().await.unwrap().unwrap(), 1);
    assert_eq!(items.next().await.unwrap().unwrap(), 2);
    let error = items.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert_eq!(error.call().unwrap().code(), Some("2032"));
    assert!(items.next().await.is_none());
    assert!(items.completeness().is_none());
}

#[tokio::test]
async fn a_service_that_ignores_skip_is_detected() {
    let server = Server::start(|_| Some(page(&[1, 2], None))).await;
    let (rows, error) = broken(&server, &format!("{DATA_SET}?top=2")).await;
    assert_eq!(rows, [1, 2]);
    assert!(
        matches!(error.problem(), Some(PagingProblem::RepeatedRows { .. })),
        "{error}"
    );
    assert!(error.help().is_some() && error.continuation().is_none());
}

#[tokio::test]
async fn links_that_cannot_be_followed_are_errors() {
    let link = |next: &str| format!(r#"{{"items":["a"],"links":{{"next":{next}}}}}"#);
    for next in [
        r#"{"uri":"/customers","method":"POST"}"#,
        r#"{"uri":"/customers","headers":[{"value":"x"}]}"#,
        r#"{"uri":"https://"}"#,
    ] {
        let server = Server::script(vec![(200, link(next))]).await;
        let error = server
            .customers("/v1/customers")
            .collect_all()
            .await
            .unwrap_err();
        assert!(
            matches!(
                error.error().problem(),
                Some(PagingProblem::InvalidLink { .. })
            ),
            "{next}: {error}"
        );
        assert!(error.error().continuation().is_none());
        assert_eq!(error.into_partial().rows, ["a"]);
    }
}

#[tokio::test]
async fn a_listing_resumes_by_skip_after_a_link_that_cannot_be_followed() {
    let rows = |rows: &[i64]| page(rows, Some("https://"));
    let server = Server::script(vec![rows(&[1, 2]), page(&[3], None), rows(&[])]).await;
    let error = broken(&server, &format!("{DATA_SET}?top=2")).await.1;
    assert!(matches!(
        error.problem(),
        Some(PagingProblem::InvalidLink { .. })
    ));
    let rest = server
        .pages(DATA_SET)
        .resume(error.into_continuation().unwrap())
        .collect_all()
        .await
        .unwrap();
    assert_eq!((rest.rows, rest.completeness.rows), (vec![3], 3));
    // After a page without rows, `skip` would lead to the same page again.
    assert!(broken(&server, DATA_SET).await.1.continuation().is_none());
}

#[tokio::test]
async fn a_request_that_cannot_be_built_is_the_only_result() {
    let refused = || Error::invalid_request("`top`: 0".to_owned());
    let mut pages = super::super::Pages::<crate::Page<i64>>::refused(refused(), &ROWS);
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), refused().to_string());
    assert!(error.continuation().is_none());
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn a_malformed_row_can_be_left_out_and_is_reported() {
    let malformed = MALFORMED.replace("null", "\"y?a=2\"");
    let server = Server::script(vec![
        page(&[1, 2], Some("y?a=1")),
        (200, malformed),
        (200, r#"{"Value":[{},7],"TotalCount":7}"#.to_owned()),
    ])
    .await;
    let pages = server.pages(DATA_SET);
    let pages = pages.on_unreadable_row(UnreadableRows::SkipAndReport);
    let all = pages.collect_all().await.unwrap();
    assert_eq!(all.rows, [1, 2, 3, 4, 6, 7]);
    let places: Vec<_> = all
        .unreadable_rows
        .iter()
        .map(|row| (row.page, row.index))
        .collect();
    assert_eq!(places, [(2, 2), (3, 0)]);
    assert_eq!(all.unreadable_rows[0].error.path, "Value[2]");
    assert!(!format!("{:?}", all.unreadable_rows).contains("Fabrikam"));
    let completeness = all.completeness;
    assert_eq!((completeness.rows, completeness.unreadable_rows), (6, 2));
    assert!(!completeness.is_complete());

    // An unreadable page does not affect the pages before and after it.
    let bad = |link: &str| (200, format!(r#"{{"Value":["x","y"],"@nextLink":{link}}}"#));
    for (pages, rows) in [
        (
            vec![
                page(&[1], Some("y?a=1")),
                bad(r#""y?a=2""#),
                page(&[2], None),
            ],
            &[1, 2][..],
        ),
        (vec![bad(r#""y?a=1""#), page(&[3], None)], &[3]),
        (vec![page(&[1], Some("y?a=1")), bad("null")], &[1]),
    ] {
        let server = Server::script(pages).await;
        let pages = server.pages(DATA_SET);
        let pages = pages.on_unreadable_row(UnreadableRows::SkipAndReport);
        let all = pages.collect_all().await.unwrap();
        assert_eq!((all.rows.as_slice(), all.unreadable_rows.len()), (rows, 2));
        assert!(!all.completeness.is_complete());
    }
    // An error if no row of the listing can be read.
    for (link, requests) in [("null", 1), (r#""y?a=N""#, 10)] {
        let server = Server::start(move |request| {
            Some(bad(&link.replace('N', &request.number.to_string())))
        });
        let server = server.await;
        let pages = server.pages(DATA_SET);
        let pages = pages.on_unreadable_row(UnreadableRows::SkipAndReport);
        let partial = pages.collect_all().await.unwrap_err().into_partial();
        assert!(partial.rows.is_empty());
        let is_bounded =
            partial.error.problem() == Some(&PagingProblem::RepeatedPages { pages: 10 });
        assert_eq!(is_bounded, requests > 1, "{}", partial.error);
        assert_eq!(server.requests().len(), requests);
    }
}

#[tokio::test]
async fn skip_counts_rows_that_were_left_out() {
    let server = Server::script(vec![
        (200, r#"{"Value":[1,"x"],"TotalCount":3}"#.to_owned()),
        (200, r#"{"Value":[3],"TotalCount":3}"#.to_owned()),
    ])
    .await;
    let pages = server.pages(&format!("{DATA_SET}?top=2"));
    let pages = pages.on_unreadable_row(UnreadableRows::SkipAndReport);
    let all = pages.collect_all().await.unwrap();
    assert_eq!(
        (all.rows, all.completeness.count_mismatch),
        (vec![1, 3], None)
    );
    assert_eq!(server.targets()[1], format!("{DATA_SET}?top=2&skip=2"));
}

#[tokio::test]
async fn an_error_in_a_success_is_reported_after_the_rows_beside_it() {
    for (body, rows) in [
        (
            r#"{"Value":[3,4],"@nextLink":"y?a=2","error":{"code":"500","message":"m"}}"#,
            &[1, 2, 3, 4][..],
        ),
        (
            r#"{"Value":[3,{"error":{"code":"500","message":"m"}},5]}"#,
            &[1, 2, 3],
        ),
        (
            r#"{"Value":[],"error":{"code":"500","message":"m"}}"#,
            &[1, 2],
        ),
        (
            r#"{"odata.error":{"code":"500","message":{"value":"m"}}}"#,
            &[1, 2],
        ),
        (
            r#"{"Value":[3,{"a"{"error":{"code":"500","message":"m"}}"#,
            &[1, 2, 3],
        ),
    ] {
        for choice in [UnreadableRows::Stop, UnreadableRows::SkipAndReport] {
            let server =
                Server::script(vec![page(&[1, 2], Some("y?a=1")), (200, body.to_owned())]).await;
            let pages = server.pages(DATA_SET).on_unreadable_row(choice);
            let partial = pages.collect_all().await.unwrap_err().into_partial();
            assert_eq!(partial.rows, rows, "{body}");
            let error = &partial.error;
            assert_eq!(error.call().unwrap().code(), Some("500"), "{body}: {error}");
            assert_eq!(error.call().unwrap().description(), Some("m"), "{body}");
            assert_eq!(
                error.request_id(),
                Some(server.requests()[1].header("ms-requestid"))
            );
            assert_eq!(error.continuation().unwrap().rows_read(), rows.len() as u64);
        }
        // A row limit does not hide the error.
        let server = Server::script(vec![(200, body.to_owned())]).await;
        assert!(
            server
                .pages(DATA_SET)
                .row_limit(2)
                .collect_all()
                .await
                .is_err()
        );
    }
}

#[tokio::test]
async fn the_number_of_consecutive_pages_without_rows_is_limited() {
    let server = Server::start(|request| {
        let link = format!("y?a={}", request.number);
        Some(page(
            if request.number == 50 { &[1] } else { &[] },
            Some(&link),
        ))
    })
    .await;
    let (rows, error) = broken(&server, DATA_SET).await;
    assert_eq!(
        (rows, error.problem()),
        (vec![1], Some(&PagingProblem::EmptyPages { pages: 100 }))
    );
    assert_eq!(server.requests().len(), 151);
    assert!(error.continuation().is_none());
}

fn counted(rows: &[i64], total: i64) -> (u16, String) {
    (
        200,
        serde_json::json!({ "Value": rows, "TotalCount": total }).to_string(),
    )
}

#[tokio::test]
async fn repeated_rows_in_another_order_are_detected() {
    let orders = [[1, 2, 3], [3, 1, 2], [2, 3, 1]];
    let server = Server::start(move |request| Some(page(&orders[request.number % 3], None))).await;
    let (rows, error) = broken(&server, &format!("{DATA_SET}?top=3")).await;
    assert_eq!(rows, [1, 2, 3]);
    assert!(
        matches!(error.problem(), Some(PagingProblem::RepeatedRows { .. })),
        "{error}"
    );

    // Two alternating pages, and pages with one new row each.
    let server = Server::start(|request| {
        let rows: &[i64] = if request.number % 2 == 0 {
            &[1, 2]
        } else {
            &[3, 4]
        };
        Some(page(rows, None))
    })
    .await;
    assert_eq!(
        broken(&server, &format!("{DATA_SET}?top=2")).await.0,
        [1, 2, 3, 4]
    );
    let server = Server::start(|request| {
        let new = 10 + i64::try_from(request.number).unwrap();
        Some(page(&[1, new, 2], None))
    })
    .await;
    assert_eq!(
        broken(&server, &format!("{DATA_SET}?top=3")).await.0,
        [1, 10, 2]
    );
}

#[tokio::test]
async fn rows_beyond_the_stated_number_by_skip_are_an_error() {
    let server = Server::start(|request| {
        let first = 10 * i64::try_from(request.number).unwrap();
        Some(counted(&[first, first + 1], 3))
    })
    .await;
    let (rows, error) = broken(&server, &format!("{DATA_SET}?top=2")).await;
    assert_eq!(rows, [0, 1, 10, 11]);
    assert!(
        matches!(
            error.problem(),
            Some(PagingProblem::MoreRowsThanStated { stated: 3, .. })
        ),
        "{error}"
    );
    assert!(error.continuation().is_none() && error.help().is_some());

    // The stated number may be that of each page, and rows may be added during the listing.
    for totals in [[2, 2, 1], [2, 4, 5]] {
        let server = Server::script(vec![
            counted(&[1, 2], totals[0]),
            counted(&[3, 4], totals[1]),
            counted(&[5], totals[2]),
        ])
        .await;
        let all = server.pages(&format!("{DATA_SET}?top=2")).collect_all();
        assert_eq!(all.await.unwrap().rows, [1, 2, 3, 4, 5]);
    }
}

#[tokio::test]
async fn a_complete_listing_ignores_the_result_of_the_request_for_more_rows() {
    for extra in [
        (
            400,
            r#"{"code":2000,"description":"skip is beyond the end"}"#.to_owned(),
        ),
        (404, String::new()),
        (503, String::new()),
        (429, r#"{"statusCode":429,"message":"m"}"#.to_owned()),
        (401, String::new()),
        (204, String::new()),
        counted(&[2, 1], 2),
        counted(&[1, 2], 2),
        (200, "<html>".to_owned()),
        (200, r#"{"error":{"code":"x","message":"m"}}"#.to_owned()),
    ] {
        for target in ["?top=2", "?top=2&skip=5"] {
            let server = Server::script(vec![counted(&[1, 2], 2), extra.clone()]).await;
            let all = server.pages(&format!("{DATA_SET}{target}")).collect_all();
            let all = all.await.unwrap();
            assert_eq!(
                (all.rows, all.completeness.ended),
                (vec![1, 2], EndReason::LastPage)
            );
            assert!(all.completeness.is_complete(), "{extra:?}");
            // An error that does not show whether there are more rows is reported.
            let says_nothing = matches!(extra.0, 401 | 429 | 503)
                || extra.1.contains("html")
                || extra.1.contains("error");
            assert_eq!(all.completeness.end_unconfirmed, says_nothing, "{extra:?}");
        }
        // With fewer than the stated rows, or after a link, the error counts.
        let server = Server::script(vec![counted(&[1, 2], 3), extra.clone()]).await;
        let all = server
            .pages(&format!("{DATA_SET}?top=2"))
            .collect_all()
            .await;
        assert!(all.is_err(), "{extra:?}");
        if extra.0 != 200 {
            let linked = r#"{"Value":[1,2],"TotalCount":2,"nextLink":"y?a=1"}"#.to_owned();
            let server = Server::script(vec![(200, linked), extra.clone()]).await;
            assert!(
                server.pages(DATA_SET).collect_all().await.is_err(),
                "{extra:?}"
            );
        }
    }
}
