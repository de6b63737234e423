//! Readings of parameters: names and limits.

use contract_tests::chain;
use partner_center::catalog::{ParameterKind, Place};
use partner_center::query::{AggregationLevel, GroupBy};
use partner_center::{ErrorKind, OPERATIONS, fields};
use partner_center_emulator::TokenOptions;

use super::{client, emulated, operation, target};
use crate::server::{RawServer, answer};

/// Operations with pages of 10,000 rows.
const LARGE_PAGES: [&str; 5] = [
    "commercial_licenses_deployment",
    "commercial_licenses_usage",
    "azure_usage",
    "indirect_resellers",
    "subscriptions",
];

/// Digits; the limit is 10000, and 9999 for searches and referrals (T8).
#[tokio::test]
async fn top_and_skip_are_digits_within_their_limits() {
    let mut checked = 0;
    for operation in OPERATIONS {
        let Some(top) = operation.parameter("top") else {
            continue;
        };
        checked += 1;
        let most = match operation.id {
            "searches" | "referrals" => 9_999,
            id if LARGE_PAGES.contains(&id) => 10_000,
            _ => i64::try_from(operation.page_size.unwrap()).unwrap(),
        };
        let (minimum, maximum) = (1, most);
        assert_eq!(top.kind, ParameterKind::Integer { minimum, maximum });
        assert_eq!(operation.page_size, u64::try_from(most).ok());
        for (value, outcome) in [
            (most, (200, None)),
            (most + 1, (400, Some(800_002))),
            (0, (400, Some(800_002))),
        ] {
            let target = format!("{}?top={value}&skip=20000", operation.path);
            assert_eq!(
                emulated(&target, TokenOptions::new()).await,
                outcome,
                "{target}"
            );
        }
    }
    assert!(checked >= 7, "{checked}");

    let sent = target(async |client| {
        let call = client.searches().top(9_999).skip(20_000);
        call.send().await.unwrap();
    })
    .await;
    assert_eq!(sent, "/partner/v1/analytics/search?skip=20000&top=9999");
    let silent = RawServer::start(answer("200 OK", &[], r#"{"Value":[]}"#)).await;
    let client = client(&silent);
    for top in [0, -1, 10_000] {
        let error = client.searches().top(top).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        let limits = "`top` is not valid: expected a whole number from 1 to 9999";
        assert!(chain(&error).contains(limits), "{error}");
    }
    let error = client.azure_usage().skip(-1).send().await.unwrap_err();
    assert!(
        chain(&error).contains("`skip` is not valid: expected"),
        "{error}"
    );
    assert!(silent.heard().is_empty());
}

/// One spelling is sent although the pages have several (T15).
#[tokio::test]
async fn groupby_and_seek_operation_are_sent_in_one_spelling() {
    let grouped = target(async |client| {
        let call = client.subscriptions().groupby("SUBSCRIPTIONTYPE,status");
        call.send().await.unwrap();
    })
    .await;
    assert_eq!(
        grouped,
        "/partner/v1/analytics/subscriptions?groupby=subscriptionType%2Cstatus"
    );
    let next = target(async |client| {
        let call = client.customers().seek_operation("Next");
        call.ms_continuation_token("AQAAAA==").send().await.unwrap();
    })
    .await;
    assert_eq!(next, "/v1/customers?seekOperation=Next");
}

/// The fifteen columns are not parameters of the client or of the emulator (T33).
#[tokio::test]
async fn columns_of_the_response_are_not_parameters() {
    let resellers = operation("indirect_resellers");
    let names = resellers.parameters_in(Place::Query);
    assert_eq!(
        names.map(|parameter| parameter.name).collect::<Vec<_>>(),
        [
            "top",
            "skip",
            "filter",
            "groupby",
            "aggregationLevel",
            "orderby"
        ]
    );
    assert_eq!(resellers.fields.len(), 15);
    for field in resellers.fields {
        let target = format!("{}?{}=US", resellers.path, field.name);
        let answer = emulated(&target, TokenOptions::new()).await;
        assert_eq!(answer, (400, Some(3000)), "{target}");
    }
}

/// A level is sent only with a grouped date (T34).
#[tokio::test]
async fn an_aggregation_level_is_sent_with_a_grouped_date_only() {
    use fields::indirect_resellers::{FIRST_SUBSCRIPTION_CREATION_DATE as CREATED, MARKET};

    let by_week = GroupBy::by(MARKET).then(CREATED).unwrap();
    let by_week = by_week.aggregated_by(AggregationLevel::Week).unwrap();
    let sent = target(async |client| {
        let call = client.indirect_resellers().groupby(by_week);
        call.send().await.unwrap();
    })
    .await;
    assert_eq!(
        sent,
        "/partner/v1/analytics/indirectresellers?aggregationLevel=week\
         &groupby=market%2CfirstSubscriptionCreationDate"
    );

    // The documentation has the service ignore it for subscriptions; the client rejects it as well.
    let day = AggregationLevel::Day;
    let error = GroupBy::by(MARKET).aggregated_by(day).unwrap_err();
    assert!(error.to_string().contains("none among `market`"), "{error}");
    let by_status = GroupBy::by(fields::subscriptions::STATUS);
    assert!(by_status.aggregated_by(day).is_err());

    let error = GroupBy::<fields::IndirectResellers>::try_from("ageGroup,market").unwrap_err();
    assert!(error.to_string().contains("`ageGroup`"), "{error}");
}

/// The client has no default level (T35).
#[tokio::test]
async fn no_aggregation_level_is_assumed() {
    let sent = target(async |client| {
        let call = client.azure_usage().groupby("usageDate");
        call.send().await.unwrap();
    })
    .await;
    assert_eq!(sent, "/partner/v1/analytics/usage/azure?groupby=usageDate");
    assert!("dateRange".parse::<AggregationLevel>().is_err());
}

/// `orderby` exists only where it is documented (T46).
#[tokio::test]
async fn rows_are_sorted_where_it_is_documented_only() {
    for operation in OPERATIONS {
        let sorted = ["azure_usage", "indirect_resellers"].contains(&operation.id);
        let has = operation.parameter("orderby").is_some();
        assert_eq!(has, sorted, "{}", operation.id);
        if operation.pageable && !sorted {
            let target = format!("{}?orderby=status", operation.path);
            let answer = emulated(&target, TokenOptions::new()).await;
            assert_eq!(answer, (400, Some(3000)), "{target}");
        }
    }
    let error = super::order::<fields::Subscriptions>("status").unwrap_err();
    assert!(error.contains("does not take `orderby`"), "{error}");
    let error = super::order::<fields::Searches>("searchDate desc").unwrap_err();
    assert!(error.contains("does not take `orderby`"), "{error}");
}

/// The text is sent as given; a date gets no time (T53).
#[tokio::test]
async fn the_processed_date_is_sent_unchanged() {
    for (given, value) in [
        ("2018-10-14", "2018-10-14"),
        ("2018-10-14T00:00:00", "2018-10-14T00%3A00%3A00"),
        (
            "2018-10-14T00:00:00.5+00:00",
            "2018-10-14T00%3A00%3A00.5%2B00%3A00",
        ),
    ] {
        let sent = target(async |client| {
            let call = client
                .commercial_licenses_usage()
                .processed_date_time(given);
            call.send().await.unwrap();
        })
        .await;
        let path = operation("commercial_licenses_usage").path;
        assert_eq!(sent, format!("{path}?processedDateTime={value}"));
    }
}
