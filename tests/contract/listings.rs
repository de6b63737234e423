//! Listings and typed queries through the generated client.

use std::num::NonZeroUsize;
use std::sync::Arc;

use contract_tests::chain;
use httpmock::MockServer;
use partner_center::credential::StaticTokenCredential;
use partner_center::fan_out::fan_out;
use partner_center::fields::{azure_usage, commercial_licenses_deployment, subscriptions};
use partner_center::paging::EndReason;
use partner_center::query::{AggregationLevel, Filter, GroupBy, OrderBy};
use partner_center::types::SubscriptionStatus;
use partner_center::{Client, Error, ErrorKind, RetryOptions, Timestamp, fields};

fn client(server: &MockServer) -> Client {
    Client::builder()
        .retry(RetryOptions::none())
        .base_url(server.base_url().parse().unwrap())
        .credential(Arc::new(StaticTokenCredential::new("a-token-for-tests")))
        .build()
        .unwrap()
}

const PATH: &str = "/partner/v1/analytics/commercial/deployment/license";

/// Mocks three pages of at most two rows by `skip`; every request must have the `filter`.
fn pages(server: &MockServer) -> Vec<httpmock::Mock<'_>> {
    let page = |skip: Option<u32>, next: Option<u32>| {
        server.mock(|when, then| {
            let when = when.method("GET").path(PATH).query_param("top", "2");
            let when = when.query_param("filter", "customerName eq 'O''Brien & Söhne'");
            let _when = match skip {
                Some(skip) => when.query_param("skip", skip.to_string()),
                None => when.query_param_missing("skip"),
            };
            let start = skip.unwrap_or(0);
            let next = next.map_or_else(
                || "null".to_owned(),
                |next| {
                    format!(
                        "\"license?top=2&skip={next}&filter=customerName eq 'O''Brien %26 Söhne'\""
                    )
                },
            );
            // The last page is not full, so no further page is requested (T9).
            let rows = match skip {
                Some(4) => r#"{"licensesSold":4}"#.to_owned(),
                _ => format!(
                    r#"{{"licensesSold":{start}}},{{"licensesSold":"{}"}}"#,
                    start + 1
                ),
            };
            then.status(200)
                .header("Content-Type", "application/json")
                .body(format!(
                    r#"{{"Value":[{rows}],"@nextLink":{next},"TotalCount":5}}"#
                ));
        })
    };
    vec![
        page(None, Some(2)),
        page(Some(2), Some(4)),
        page(Some(4), None),
    ]
}

#[tokio::test]
async fn all_pages_of_a_typed_query_are_collected() {
    let server = MockServer::start_async().await;
    let mocks = pages(&server);
    let found = client(&server)
        .commercial_licenses_deployment()
        .filter(commercial_licenses_deployment::CUSTOMER_NAME.eq("O'Brien & Söhne"))
        .top(2)
        .collect_all()
        .await
        .unwrap();
    let sold: Vec<_> = found
        .rows
        .iter()
        .map(|row| row.licenses_sold.unwrap())
        .collect();
    assert_eq!(sold, [0, 1, 2, 3, 4]);
    assert!(found.completeness.is_complete());
    assert_eq!(found.completeness.ended, EndReason::LastPage);
    assert_eq!(
        (found.completeness.pages, found.completeness.stated_total),
        (3, Some(5))
    );
    assert!(mocks.iter().all(|mock| mock.calls() == 1));
}

#[tokio::test]
async fn rows_come_one_by_one_and_a_listing_can_be_resumed_elsewhere() {
    let server = MockServer::start_async().await;
    let mocks = pages(&server);
    let first = client(&server);
    let mut pages = first
        .commercial_licenses_deployment()
        .filter("customerName eq 'O''Brien & Söhne'")
        .top(2)
        .pages()
        .prefetch(false);
    assert_eq!(pages.next().await.unwrap().unwrap().value.len(), 2);
    let continuation = serde_json::to_string(&pages.continuation().unwrap()).unwrap();
    assert!(!continuation.contains("a-token-for-tests"));
    // A continuation is bound to its service.
    assert!(continuation.contains(&server.base_url()));

    let second = client(&server);
    let mut items = second
        .commercial_licenses_deployment()
        .pages()
        .resume(serde_json::from_str(&continuation).unwrap())
        .items();
    let mut sold = Vec::new();
    while let Some(row) = items.next().await {
        sold.push(row.unwrap().licenses_sold.unwrap());
    }
    assert_eq!(sold, [2, 3, 4]);
    assert!(mocks.iter().all(|mock| mock.calls() == 1));
}

#[tokio::test]
async fn typed_queries_are_written_as_documented() {
    let server = MockServer::start_async().await;
    let since: Timestamp = "2018-01-01".parse().unwrap();
    let until: Timestamp = "2018-04-01".parse().unwrap();
    let mock = server.mock(|when, then| {
        when.method("GET")
            .path("/partner/v1/analytics/usage/azure")
            .query_param(
                "filter",
                "meterCategory eq 'Data Management' or (usageDate ge cast('2018-01-01',Edm.DateTimeOffset) \
                 and usageDate le cast('2018-04-01',Edm.DateTimeOffset))",
            )
            .query_param("groupby", "meterCategory,usageDate")
            .query_param("aggregationLevel", "month")
            .query_param("orderby", "meterCategory asc,usageDate desc");
        then.status(200).body(r#"{"Value":[],"@nextLink":null,"TotalCount":0}"#);
    });
    let grouping = GroupBy::by(azure_usage::METER_CATEGORY)
        .then(azure_usage::USAGE_DATE)
        .and_then(|grouping| grouping.aggregated_by(AggregationLevel::Month))
        .unwrap();
    let order = OrderBy::by(azure_usage::METER_CATEGORY.asc())
        .then(azure_usage::USAGE_DATE.desc())
        .unwrap();
    let filter = azure_usage::METER_CATEGORY
        .eq("Data Management")
        .or(azure_usage::USAGE_DATE
            .ge(since)
            .and(azure_usage::USAGE_DATE.le(until)));
    client(&server)
        .azure_usage()
        .filter(filter)
        .groupby(grouping)
        .orderby(order)
        .send()
        .await
        .unwrap();
    assert_eq!(mock.calls(), 1);
}

/// No request is sent: without a mock the response would be a 404.
#[tokio::test]
async fn invalid_queries_are_rejected_before_the_call_with_the_allowed_values() {
    let server = MockServer::start_async().await;
    let client = client(&server);
    let refused = |result: Result<(), Error>, text: &str| {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
        assert!(
            chain(&error).contains(text),
            "`{text}` is not in: {}",
            chain(&error)
        );
    };
    macro_rules! send {
        ($request:expr) => {
            $request.send().await.map(|_| ())
        };
    }
    refused(
        send!(client.azure_usage().filter("metrCategory eq 'x'")),
        "meterCategory",
    );
    refused(
        send!(client.azure_usage().filter("meterCategory gt 'x'")),
        "`filter` is not valid: ",
    );
    refused(
        send!(client.subscriptions().filter("customerName eq 'x'")),
        "contains",
    );
    refused(
        send!(client.subscriptions().filter("trialEndDate eq null")),
        "`filter` is not valid: ",
    );
    refused(send!(client.azure_usage().groupby("quantity")), "quantity");
    refused(
        send!(client.azure_usage().groupby("")),
        "`groupby` is not valid: ",
    );
    refused(
        send!(client.indirect_resellers().orderby("marke")),
        "market",
    );
    refused(
        send!(client.azure_usage().top(0)),
        "`top` is not valid: expected a whole number from 1 to 10000",
    );
    refused(send!(client.azure_usage().top(10_001)), "from 1 to 10000");
    refused(send!(client.searches().top(10_000)), "from 1 to 9999");
    refused(
        send!(client.azure_usage().skip(-1)),
        "`skip` is not valid: expected a whole number",
    );
    refused(
        send!(
            client
                .commercial_licenses_usage()
                .processed_date_time("14.10.2018")
        ),
        "`processed_date_time` is not valid: ",
    );
    refused(send!(client.customer_licenses_usage("contoso")), "GUID");
    // An aggregation level without a grouped date has no effect (T34).
    let grouping: GroupBy<fields::Subscriptions> = GroupBy::by(subscriptions::STATUS);
    assert!(grouping.aggregated_by(AggregationLevel::Week).is_err());
    assert!(subscriptions::STATUS.any_of(Vec::<String>::new()).is_err());
    // Unchecked text is still possible, and says so.
    let raw: Filter<fields::AzureUsage> = Filter::raw("anything goes");
    let error = client.azure_usage().filter(raw).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Service, "{error}");
}

#[tokio::test]
async fn a_fan_out_goes_on_past_a_customer_that_fails() {
    let server = MockServer::start_async().await;
    let customer = |n: u32| format!("0000000{n}-0000-4000-8000-000000000000");
    for n in 1..=4 {
        server.mock(|when, then| {
            when.path(format!(
                "/v1/customers/{}/analytics/licenses/usage",
                customer(n)
            ));
            match n {
                3 => then
                    .status(404)
                    .body(r#"{"code":60003,"description":"Tenant unknown."}"#),
                _ => then.status(200).body(r#"{"totalCount":0,"items":[]}"#),
            };
        });
    }
    let client = client(&server);
    let report = fan_out((1..=4).map(customer), NonZeroUsize::new(2).unwrap(), |id| {
        let client = client.clone();
        async move { client.customer_licenses_usage(id.as_str()).send().await }
    })
    .report()
    .await;
    assert_eq!(report.succeeded.len(), 3);
    assert_eq!(report.failed.len(), 1);
    assert_eq!(report.failed[0].0, customer(3));
    assert_eq!(report.failed[0].1.code(), Some("60003"));
    assert!(!report.is_complete());
}

/// Unknown values are decoded, kept and encoded again.
#[test]
fn open_enumerations_keep_unknown_values() {
    let status: SubscriptionStatus = serde_json::from_str("\"PAUSED\"").unwrap();
    assert_eq!(status, "PAUSED");
    assert_eq!(serde_json::to_string(&status).unwrap(), "\"PAUSED\"");
    assert_eq!(
        SubscriptionStatus::from("ACTIVE"),
        SubscriptionStatus::Active
    );
}
