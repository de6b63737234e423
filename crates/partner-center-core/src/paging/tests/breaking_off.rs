//! What breaks a listing off, and what is left then.

use super::super::{EndedBy, PagingError, PagingProblem};
use super::server::{DATA_SET, Server, page};
use crate::{Error, ErrorKind};

/// Rows of the pages before the error, and the error.
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
async fn another_host_is_refused_and_gets_nothing() {
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
            .starts_with("the listing `rows` broke off after 1 rows in 1 page: ")
    );
    assert!(!format!("{error:?}").contains("not-a-secret"));
}

#[tokio::test]
async fn a_link_to_itself_and_a_longer_loop_are_errors() {
    let server = Server::script(vec![page(&[1], Some("y?top=1"))]).await;
    let (rows, error) = broken(&server, &format!("{DATA_SET}?top=1")).await;
    assert_eq!(
        (rows.len(), error.problem()),
        (1, Some(&PagingProblem::Loop))
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
        (4, Some(&PagingProblem::Loop))
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
    assert_eq!(error.error().problem(), Some(&PagingProblem::Loop));
    assert_eq!(error.into_partial().rows, ["a", "a"]);
}

#[tokio::test]
async fn no_page_is_no_end() {
    for (status, body) in [(204, ""), (200, ""), (200, "\u{feff} \r\n")] {
        let server = Server::script(vec![
            page(&[1, 2], Some("y?a=1")),
            (status, body.to_owned()),
        ])
        .await;
        let (rows, error) = broken(&server, DATA_SET).await;
        assert_eq!(rows, [1, 2]);
        assert!(
            matches!(error.problem(), Some(PagingProblem::NoPage { .. })),
            "{error}"
        );
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(error.kind(), ErrorKind::UnexpectedAnswer);
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
async fn a_malformed_row_is_named_and_all_rows_before_it_stay() {
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
        assert!(pages.completeness().is_none() && pages.continuation().is_none());
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
        // The link does not count rows, so the page comes again as a whole.
        let continuation = error.continuation().unwrap();
        assert_eq!(
            (continuation.pages_read(), continuation.rows_read()),
            (1, 2)
        );
        assert!(std::error::Error::source(&error).is_some());
    }
}

#[tokio::test]
async fn a_malformed_row_is_where_a_listing_by_skip_goes_on() {
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
async fn items_before_a_malformed_row_come_before_the_error() {
    let server = Server::script(vec![(200, MALFORMED.to_owned())]).await;
    let mut items = server.pages(DATA_SET).items();
    assert_eq!(items.next().await.unwrap().unwrap(), 3);
    assert_eq!(items.next().await.unwrap().unwrap(), 4);
    let error = items.next().await.unwrap().unwrap_err();
    assert_eq!((error.pages_read(), error.rows_read()), (1, 2));
    let continuation = serde_json::to_value(error.continuation().unwrap()).unwrap();
    assert_eq!(continuation["next"], format!("{DATA_SET}?skip=2"));
    assert!(items.next().await.is_none());

    // Nothing before it: the error alone, and the page again.
    let first = r#"{"Value":["Fabrikam"]}"#.to_owned();
    let server = Server::script(vec![(200, first)]).await;
    let error = server.pages(DATA_SET).next().await.unwrap().unwrap_err();
    assert_eq!((error.pages_read(), error.rows_read()), (0, 0));
    assert_eq!(error.continuation().unwrap().rows_read(), 0);
}

#[tokio::test]
async fn a_row_limit_in_front_of_a_malformed_row_is_no_error() {
    for limit in [1, 2] {
        let server = Server::script(vec![(200, MALFORMED.to_owned())]).await;
        let mut pages = server.pages(DATA_SET).row_limit(limit);
        assert_eq!(
            pages.next().await.unwrap().unwrap().value.len() as u64,
            limit
        );
        assert!(pages.next().await.is_none());
        assert_eq!(pages.completeness().unwrap().ended, EndedBy::RowLimit);
        let continuation = serde_json::to_value(pages.continuation().unwrap()).unwrap();
        assert_eq!(continuation["next"], format!("{DATA_SET}?skip={limit}"));
    }
}

#[tokio::test]
async fn a_refusal_comes_after_all_rows_before_it() {
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
async fn a_service_that_does_not_heed_skip_is_found_out() {
    let server = Server::start(|_| Some(page(&[1, 2], None))).await;
    let (rows, error) = broken(&server, &format!("{DATA_SET}?top=2")).await;
    assert_eq!(rows, [1, 2]);
    assert!(
        matches!(error.problem(), Some(PagingProblem::SamePage { .. })),
        "{error}"
    );
    assert!(error.help().is_some() && error.continuation().is_none());
}

#[tokio::test]
async fn links_that_cannot_be_followed() {
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
            matches!(error.error().problem(), Some(PagingProblem::BadLink { .. })),
            "{next}: {error}"
        );
        assert!(error.error().continuation().is_none());
        assert_eq!(error.into_partial().rows, ["a"]);
    }
}

#[tokio::test]
async fn behind_a_link_that_cannot_be_followed_skip_leads_on() {
    let rows = |rows: &[i64]| page(rows, Some("https://"));
    let server = Server::script(vec![rows(&[1, 2]), page(&[3], None), rows(&[])]).await;
    let error = broken(&server, &format!("{DATA_SET}?top=2")).await.1;
    assert!(matches!(
        error.problem(),
        Some(PagingProblem::BadLink { .. })
    ));
    let rest = server
        .pages(DATA_SET)
        .resume(error.into_continuation().unwrap())
        .collect_all()
        .await
        .unwrap();
    assert_eq!((rest.rows, rest.completeness.rows), (vec![3], 3));
    // Behind a page without rows it would lead to the same page again.
    assert!(broken(&server, DATA_SET).await.1.continuation().is_none());
}

#[tokio::test]
async fn a_request_that_cannot_be_built_is_the_first_and_only_item() {
    let refused = || Error::invalid_request("`top`: 0".to_owned());
    let mut pages = super::super::Pages::<crate::Page<i64>>::refused(refused(), "rows");
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), refused().to_string());
    assert!(error.continuation().is_none());
    assert!(pages.next().await.is_none());
}
