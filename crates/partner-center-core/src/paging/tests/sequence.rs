//! Sequence of page requests, and the end of a listing.

use serde_json::json;

use super::super::{Completeness, EndReason, Pages, PagingOptions, PagingProblem};
use super::server::{DATA_SET, ROWS, Server, page};
use crate::{Collection, CountMismatch, Page, Sign};

fn targets(expected: &[&str]) -> Vec<String> {
    expected
        .iter()
        .map(|target| format!("{DATA_SET}{target}"))
        .collect()
}

async fn collect(server: &Server, target: &str) -> (Vec<i64>, Completeness) {
    let all = server
        .pages(&format!("{DATA_SET}{target}"))
        .collect_all()
        .await
        .unwrap();
    (all.rows, all.completeness)
}

#[tokio::test]
async fn links_in_every_form_lead_through_all_pages() {
    let server = Server::start(|request| {
        let base = format!("http://{}", request.header("host"));
        Some(match request.number {
            0 => page(&[1, 2], Some("y?top=2&skip=2&orderby=date desc")),
            1 => page(&[3, 4], Some(&format!("{base}{DATA_SET}?top=2&skip=4"))),
            2 => page(
                &[5, 6],
                Some(&format!("/{DATA_SET}?top=2&skip=6&filter=n eq 'Müller'")),
            ),
            3 => page(&[7, 8], Some("/analytics/x/y?skip=8&top=2")),
            _ => page(&[9], Some("  ")),
        })
    })
    .await;
    let (rows, completeness) = collect(&server, "?top=2").await;
    assert_eq!(rows, (1..=9).collect::<Vec<_>>());
    assert_eq!(
        server.targets(),
        targets(&[
            "?top=2",
            "?top=2&skip=2&orderby=date%20desc",
            "?top=2&skip=4",
            "?top=2&skip=6&filter=n%20eq%20%27M%C3%BCller%27",
            "?skip=8&top=2",
        ])
    );
    assert_eq!((completeness.pages, completeness.rows), (5, 9));
    assert_eq!(completeness.ended, EndReason::LastPage);
    assert!(completeness.is_complete());
}

#[tokio::test]
async fn pages_share_a_correlation_id_but_not_a_request_id() {
    let server = Server::script(vec![
        page(&[1], Some("y?a=1")),
        page(&[2], Some("y?a=2")),
        page(&[3], None),
    ])
    .await;
    let client = server.client();
    let mut request = client.request(DATA_SET);
    request
        .headers_mut()
        .insert("ms-requestid", "mine".parse().unwrap());
    request
        .headers_mut()
        .insert("x-locale", "de-DE".parse().unwrap());
    let all = Pages::<Page<i64>>::new(&client, request, &ROWS, PagingOptions::new())
        .collect_all()
        .await
        .unwrap();
    let requests = server.requests();
    let mut ids: Vec<_> = requests
        .iter()
        .map(|request| request.header("ms-requestid"))
        .collect();
    assert_eq!(ids[0], "mine");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    assert_eq!(all.correlation_id.len(), 36);
    for request in &requests {
        assert_eq!(request.header("ms-correlationid"), all.correlation_id);
        assert_eq!(request.header("x-locale"), "de-DE");
        assert_eq!(request.header("accept"), "application/json");
        assert_eq!(request.header("authorization"), "Bearer not-a-secret");
    }
}

#[tokio::test]
async fn a_short_page_without_a_link_is_the_last() {
    let server = Server::script(vec![page(&[1, 2], None)]).await;
    let (rows, completeness) = collect(&server, "?top=3").await;
    assert_eq!((rows.len(), completeness.ended), (2, EndReason::LastPage));
}

#[tokio::test]
async fn full_pages_without_a_link_are_followed_by_skip_until_an_empty_page() {
    let server = Server::script(vec![
        page(&[1, 2], None),
        page(&[3, 4], None),
        page(&[], None),
    ])
    .await;
    let (rows, completeness) = collect(&server, "?Skip=5&top=2&filter=a%20eq%20'b'").await;
    assert_eq!(rows, [1, 2, 3, 4]);
    assert_eq!(
        (completeness.pages, completeness.ended),
        (3, EndReason::EmptyPage)
    );
    assert_eq!(
        server.targets(),
        targets(&[
            "?Skip=5&top=2&filter=a%20eq%20%27b%27",
            "?top=2&filter=a%20eq%20%27b%27&skip=7",
            "?top=2&filter=a%20eq%20%27b%27&skip=9",
        ])
    );
}

#[tokio::test]
async fn the_options_set_the_size_of_a_full_page_without_top() {
    let server = Server::script(vec![page(&[1, 2], None), page(&[3], None)]).await;
    let client = server.client();
    let mut options = PagingOptions::new();
    options.page_size = Some(2);
    let all = Pages::<Page<i64>>::new(&client, client.request(DATA_SET), &ROWS, options)
        .collect_all()
        .await
        .unwrap();
    assert_eq!(all.rows, [1, 2, 3]);
    assert_eq!(server.targets(), targets(&["", "?skip=2"]));
}

#[tokio::test]
async fn the_stated_total_is_compared_but_does_not_end_a_listing() {
    let total = |rows: &[i64], total: serde_json::Value, link: Option<&str>| {
        (
            200,
            json!({"Value": rows, "@nextLink": link, "TotalCount": total}).to_string(),
        )
    };
    for (target, first, second, stated, mismatch) in [
        ("", json!("3"), json!("3"), 3, None),
        ("", json!(2), json!(1), 2, None),
        // A number that shrinks does not hide missing rows.
        ("", json!(9), json!(3), 9, Some(3)),
        ("", json!(5), json!(0), 5, Some(3)),
        ("", json!(3), json!(2), 3, None),
        ("?skip=10", json!(13), json!(13), 13, None),
        ("", json!(2), json!(2), 2, Some(3)),
        ("", json!(9), json!("9"), 9, Some(3)),
    ] {
        let server = Server::script(vec![
            total(&[1, 2], first, Some("y?a=1")),
            total(&[3], second, None),
        ])
        .await;
        let (rows, completeness) = collect(&server, target).await;
        assert_eq!(rows.len(), 3);
        assert_eq!(completeness.stated_total, Some(stated));
        assert_eq!(
            completeness.count_mismatch,
            mismatch.map(|received| CountMismatch { stated, received })
        );
        assert_eq!(completeness.is_complete(), mismatch.is_none());
    }
}

#[tokio::test]
async fn the_stated_total_is_known_after_the_first_page() {
    let first = json!({"Value": [1, 2], "@nextLink": "y?a=1", "TotalCount": 3});
    let server = Server::script(vec![(200, first.to_string()), page(&[3], None)]).await;
    let mut pages = server.pages(DATA_SET);
    assert_eq!(pages.stated_total(), None);
    let page = pages.next().await.unwrap().unwrap();
    assert_eq!((page.value.len(), pages.stated_total()), (2, Some(3)));
}

fn customers(names: &[&str], more: serde_json::Value) -> (u16, String) {
    let mut body = json!({"totalCount": names.len(), "items": names});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    (200, format!("\u{feff}{body}"))
}

fn customer_link(uri: &str, token: &str) -> serde_json::Value {
    json!({"continuationToken": "unused", "links": {
        "self": {"uri": "/customers?size=2", "method": "GET", "headers": []},
        "next": {"uri": uri, "method": "GET", "headers": [
            {"key": "MS-ContinuationToken", "value": token},
            {"key": "Authorization", "value": "Bearer evil"},
            {"key": "Host", "value": "evil.example.com"},
        ]},
    }})
}

#[tokio::test]
async fn links_of_customers_are_followed_with_their_headers() {
    let uri = "/customers?seekOperation=Next";
    let server = Server::script(vec![
        customers(&["Fabrikam", "Müller & Söhne"], customer_link(uri, "AQ==")),
        customers(&["東京"], customer_link(&format!("/v1{uri}"), "AQ==,a/b")),
        customers(
            &["Ω"],
            json!({"links": {"self": {"uri": uri}, "next": null}}),
        ),
    ])
    .await;
    let all = server
        .customers("/v1/customers?size=2")
        .collect_all()
        .await
        .unwrap();
    assert_eq!(all.rows, ["Fabrikam", "Müller & Söhne", "東京", "Ω"]);
    // The stated numbers are those of the pages.
    assert!(all.completeness.is_complete());
    let requests = server.requests();
    let seen: Vec<_> = requests
        .iter()
        .map(|request| {
            (
                request.target.as_str(),
                request.header("ms-continuationtoken"),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("/v1/customers?size=2", ""),
            ("/v1/customers?seekOperation=Next", "AQ=="),
            ("/v1/customers?seekOperation=Next", "AQ==,a/b"),
        ]
    );
    for request in &requests {
        assert_eq!(request.header("authorization"), "Bearer not-a-secret");
        assert!(request.header("host").starts_with("127.0.0.1"));
    }
}

#[tokio::test]
async fn a_token_without_a_link_is_sent_as_a_header() {
    let token = |token: &str| json!({ "continuationToken": token });
    // A page in the middle may be empty.
    let server = Server::script(vec![
        customers(&["a"], token("t1")),
        customers(&[], token("t2")),
        customers(&["b"], token("t3")),
        customers(&[], json!({})),
    ])
    .await;
    let all = server
        .customers("/v1/customers?size=1&filter=x")
        .collect_all()
        .await
        .unwrap();
    assert_eq!(all.rows, ["a", "b"]);
    assert_eq!(all.completeness.ended, EndReason::EmptyPage);
    assert!(all.completeness.is_complete());
    let requests = server.requests();
    let seen: Vec<_> = requests
        .iter()
        .map(|request| {
            (
                request.target.as_str(),
                request.header("ms-continuationtoken"),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("/v1/customers?size=1&filter=x", ""),
            ("/v1/customers?seekOperation=Next", "t1"),
            ("/v1/customers?seekOperation=Next", "t2"),
            ("/v1/customers?seekOperation=Next", "t3"),
        ]
    );
}

#[tokio::test]
async fn tokens_to_empty_pages_end_at_the_stated_rows_or_at_a_limit() {
    for (total, ended) in [(json!(1), true), (json!(null), false)] {
        let server = Server::start(move |request| {
            let rows: &[&str] = if request.number == 0 { &["a"] } else { &[] };
            let token = format!("t{}", request.number);
            Some(customers(
                rows,
                json!({"continuationToken": token, "totalCount": total}),
            ))
        });
        let server = server.await;
        let all = server.customers("/v1/customers").collect_all().await;
        match all {
            Ok(all) => assert!(ended && all.completeness.is_complete(), "{all:?}"),
            Err(error) => {
                let problem = error.error().problem();
                assert_eq!(problem, Some(&PagingProblem::EmptyPages { pages: 100 }));
                assert!(!ended);
            }
        }
    }
}

#[tokio::test]
async fn repeated_pages_after_a_link_or_token_are_kept_and_counted() {
    let linked = |rows: &[i64], link: Option<&str>| {
        let body = json!({"Value": rows, "@nextLink": link, "TotalCount": 4});
        (200, body.to_string())
    };
    for (pages, rows, repeated) in [
        (
            vec![linked(&[1, 2], Some("y?a=1")), linked(&[1, 2], None)],
            &[1, 2, 1, 2][..],
            1,
        ),
        // A page in between and another order of query parameters make no difference.
        (
            vec![
                linked(&[1], Some("y?a=1&b=2")),
                linked(&[2, 3], Some("y?b=2&a=1")),
                linked(&[1], None),
            ],
            &[1, 2, 3, 1],
            1,
        ),
        // Different pages may have equal rows.
        (
            vec![linked(&[1, 1], Some("y?a=1")), linked(&[1, 2], None)],
            &[1, 1, 1, 2],
            0,
        ),
    ] {
        let server = Server::script(pages).await;
        let (found, completeness) = collect(&server, "").await;
        assert_eq!(found, rows);
        assert_eq!(completeness.repeated_pages, repeated);
        assert_eq!(completeness.is_complete(), repeated == 0);
    }
    let token = |token: &str| json!({ "continuationToken": token });
    let server = Server::script(vec![
        customers(&["a", "b"], token("t")),
        customers(&["a", "b"], json!({})),
    ])
    .await;
    let all = server.customers("/v1/customers").collect_all();
    assert_eq!(all.await.unwrap().completeness.repeated_pages, 1);
}

#[tokio::test]
async fn endless_links_and_tokens_are_limited() {
    // The same rows after different links.
    let server = Server::start(|request| {
        let link = format!("y?page={}&cache={}", request.number % 2, request.number);
        Some(page(&[1, 2], Some(&link)))
    });
    let server = server.await;
    let error = server.pages(DATA_SET).collect_all().await.unwrap_err();
    assert_eq!(
        error.error().problem(),
        Some(&PagingProblem::RepeatedPages { pages: 10 })
    );
    assert!(error.error().continuation().is_none());
    assert_eq!(server.requests().len(), 11);

    // Different rows, beyond the stated number.
    let server = Server::start(|request| {
        let body = json!({
            "Value": [request.number],
            "@nextLink": format!("y?page={}", request.number),
            "TotalCount": 4,
        });
        Some((200, body.to_string()))
    });
    let server = server.await;
    let error = server.pages(DATA_SET).collect_all().await.unwrap_err();
    assert!(
        matches!(
            error.error().problem(),
            Some(PagingProblem::MoreRowsThanStated { stated: 4, .. })
        ),
        "{error}"
    );
    assert_eq!(server.requests().len(), 104);

    // No limit applies if each page states its own rows.
    let server = Server::start(|request| {
        let link = (request.number < 150).then(|| format!("y?page={}", request.number));
        let body = json!({"Value": [request.number], "@nextLink": link, "TotalCount": 1});
        Some((200, body.to_string()))
    });
    let (rows, completeness) = collect(&server.await, "").await;
    assert_eq!(rows.len(), 151);
    assert!(completeness.is_complete());
}

#[tokio::test]
async fn unknown_properties_around_the_rows_are_reported_by_name() {
    let page_with = |rows: &[i64], others: serde_json::Value| {
        let mut body = json!({ "Value": rows });
        let others = others.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(others);
        (200, body.to_string())
    };
    let server = Server::script(vec![
        page_with(
            &[1],
            json!({"@nextLink": "y?a=1", "hasMore": true, "note": "Fabrikam"}),
        ),
        page_with(
            &[2],
            json!({"@nextLink": "y?a=2", "note": "x", "isPartial": true}),
        ),
        page_with(
            &[3],
            json!({"isPartial": true, "skipToken": "Fabrikam", "error": null}),
        ),
    ])
    .await;
    let all = server.pages(DATA_SET).collect_all().await.unwrap();
    assert_eq!(all.rows, [1, 2, 3]);
    let found = all.unknown_properties.iter();
    let found: Vec<_> = found
        .map(|it| (it.page, it.name.as_str(), it.sign))
        .collect();
    assert_eq!(
        found,
        [
            (1, "note", Sign::Nothing),
            (2, "isPartial", Sign::Partial),
            (3, "skipToken", Sign::More),
        ]
    );
    assert!(!format!("{:?}", all.unknown_properties).contains("Fabrikam"));
    assert_eq!(all.completeness.incomplete_signs, 3);
    assert!(!all.completeness.is_complete());

    // A property that indicates more rows counts only at the end of the listing, and this listing
    // continues by `skip`.
    let server = Server::script(vec![
        page_with(&[1, 2], json!({"hasMore": true})),
        page_with(&[3], json!({"hasMore": false})),
    ])
    .await;
    let (rows, completeness) = collect(&server, "?top=2").await;
    assert_eq!((rows.len(), completeness.is_complete()), (3, true));
}

#[tokio::test]
async fn a_collection_does_not_continue_by_skip() {
    let server = Server::script(vec![customers(&["a"], json!({}))]).await;
    let all = server
        .client()
        .pages::<Collection<String>>("/v1/customers?top=1")
        .collect_all()
        .await;
    assert_eq!(all.unwrap().completeness.ended, EndReason::LastPage);
}

#[tokio::test]
async fn a_row_limit_cuts_the_last_page_and_is_reported() {
    for (limit, rows, requests, ended) in [
        (0, 0, 0, EndReason::RowLimit),
        (1, 1, 1, EndReason::RowLimit),
        (2, 2, 1, EndReason::RowLimit),
        (3, 3, 2, EndReason::RowLimit),
        (4, 4, 2, EndReason::LastPage),
        (9, 4, 2, EndReason::LastPage),
    ] {
        let server = Server::script(vec![page(&[1, 2], Some("y?a=1")), page(&[3, 4], None)]).await;
        let all = server
            .pages(DATA_SET)
            .row_limit(limit)
            .collect_all()
            .await
            .unwrap();
        assert_eq!(
            (all.rows.len(), all.completeness.ended),
            (rows, ended),
            "{limit}"
        );
        assert_eq!(server.requests().len(), requests, "{limit}");
        assert_eq!(all.completeness.is_complete(), ended == EndReason::LastPage);
    }
}

#[tokio::test]
async fn a_listing_with_all_stated_rows_at_the_row_limit_is_complete() {
    let total = |total: i64| {
        let body = json!({"Value": [1, 2], "@nextLink": "y?a=1", "TotalCount": total});
        (200, body.to_string())
    };
    for (stated, limit, complete) in [(2, 2, true), (9, 2, false), (2, 1, false)] {
        let server = Server::script(vec![total(stated)]).await;
        let all = server.pages(DATA_SET).row_limit(limit).collect_all();
        let all = all.await.unwrap();
        assert_eq!(all.completeness.ended, EndReason::RowLimit);
        assert_eq!(all.completeness.is_complete(), complete, "{stated} {limit}");
        let shown = format!("{all:?}");
        assert!(shown.starts_with(&format!("Collected {{ rows: {limit}, ")));
    }
}

#[tokio::test]
async fn short_pages_with_a_link_are_followed_and_counted() {
    for (target, short) in [("?top=2", 2), ("", 0)] {
        let server = Server::script(vec![
            page(&[1], Some("y?a=1")),
            page(&[2, 3], Some("y?a=2")),
            page(&[], Some("y?a=3")),
            page(&[4], None),
        ])
        .await;
        let (rows, completeness) = collect(&server, target).await;
        assert_eq!(rows, [1, 2, 3, 4]);
        assert_eq!((completeness.pages, completeness.short_pages), (4, short));
        assert!(completeness.is_complete());
    }
}

#[tokio::test]
async fn items_are_returned_row_by_row() {
    let server = Server::script(vec![
        page(&[1, 2], Some("y?a=1")),
        page(&[], Some("y?a=2")),
        page(&[3], None),
    ])
    .await;
    let mut items = server.pages(DATA_SET).items();
    let mut rows = Vec::new();
    while let Some(row) = items.next().await {
        assert!(
            items
                .completeness()
                .is_none_or(|_| row.as_ref().is_ok_and(|row| *row == 3))
        );
        rows.push(row.unwrap());
    }
    assert_eq!(rows, [1, 2, 3]);
    assert_eq!(items.completeness().unwrap().pages, 3);
    assert!(items.next().await.is_none());
}
