//! Errors of invalid parameters keep the typed error of the conversion as their cause.

use std::error::Error as StdError;
use std::sync::Arc;

use partner_center::credential::StaticTokenCredential;
use partner_center::query::{QueryError, QueryErrorKind};
use partner_center::{
    Client, Error, ErrorKind, InvalidRequest, LocaleError, OutOfBounds, TimestampError,
};

use crate::server::RawServer;

/// Runs a call against a server that must not receive a request; returns the error of the call.
async fn rejected<T: std::fmt::Debug>(
    call: impl AsyncFnOnce(&Client) -> Result<T, Error>,
) -> InvalidRequest {
    let server = RawServer::start(Vec::new()).await;
    let client = Client::builder()
        .base_url(server.url.clone())
        .credential(Arc::new(StaticTokenCredential::new("a-token-for-tests")))
        .build()
        .unwrap();
    let error = call(&client).await.unwrap_err();
    assert!(server.heard().is_empty());
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let repeated = error.source().map(ToString::to_string).unwrap();
    assert!(!error.to_string().contains(&repeated), "{error}");
    match error {
        Error::InvalidRequest(invalid) => invalid,
        other => panic!("{other}"),
    }
}

/// Returns the cause of an error, which must have this type.
fn cause<T: StdError + Clone + 'static>(error: &InvalidRequest) -> T {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<T>());
    cause.unwrap_or_else(|| panic!("{error:?}")).clone()
}

#[tokio::test]
async fn an_invalid_filter_keeps_its_kind_and_column() {
    let error = rejected(async |client| {
        let call = client.azure_usage();
        call.filter("meterUnit eq 'a' und true").send().await
    })
    .await;
    assert_eq!(error.parameter_name(), Some("filter"));
    assert_eq!(
        error.to_string(),
        "request rejected before it was sent: `filter` is not valid"
    );
    let cause: QueryError = cause(&error);
    assert_eq!(cause.kind(), QueryErrorKind::Syntax);
    assert_eq!(cause.column(), Some(18));
}

#[tokio::test]
async fn an_invalid_grouping_or_order_keeps_its_kind() {
    let grouped = rejected(async |client| client.azure_usage().groupby("quantity").send().await);
    let grouped = grouped.await;
    assert_eq!(grouped.parameter_name(), Some("groupby"));
    let unknown: QueryError = cause(&grouped);
    assert_eq!(unknown.kind(), QueryErrorKind::UnknownField);

    let ordered =
        rejected(async |client| client.azure_usage().orderby("meterUnit up").send().await);
    let ordered = ordered.await;
    assert_eq!(ordered.parameter_name(), Some("orderby"));
    let syntax: QueryError = cause(&ordered);
    assert_eq!(syntax.kind(), QueryErrorKind::Syntax);
}

#[tokio::test]
async fn a_value_of_another_type_keeps_the_error_of_the_type() {
    let error = rejected(async |client| client.azure_usage().top(0).send().await).await;
    assert_eq!(error.parameter_name(), Some("top"));
    let bounds: OutOfBounds = cause(&error);
    assert_eq!(
        bounds.to_string(),
        "expected a whole number from 1 to 10000"
    );

    let error = rejected(async |client| client.customers().x_locale("english").send().await).await;
    let _locale: LocaleError = cause(&error);

    let error = rejected(async |client| {
        let call = client.commercial_licenses_usage();
        call.processed_date_time("14.10.2018").send().await
    })
    .await;
    let _timestamp: TimestampError = cause(&error);
}

#[tokio::test]
async fn an_invalid_path_parameter_keeps_the_error_of_the_guid() {
    let error = rejected(async |client| client.customer("contoso").send().await).await;
    assert_eq!(error.parameter_name(), Some("customer_id"));
    assert_eq!(
        error.to_string(),
        "request rejected before it was sent: `customer_id` is not a GUID such as \
         25b6edd5-1f53-456b-b48c-c64f60ec2dda"
    );
    let _guid: uuid::Error = cause(&error);
}

/// A custom type with a conversion of its own, and an error of its own.
struct Row {
    customer: &'static str,
}

#[derive(Clone, Debug, PartialEq)]
struct NoCustomer;

impl std::fmt::Display for NoCustomer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the row has no customer")
    }
}

impl StdError for NoCustomer {}

impl TryFrom<Row> for uuid::Uuid {
    type Error = NoCustomer;

    fn try_from(row: Row) -> Result<Self, NoCustomer> {
        row.customer.parse().map_err(|_| NoCustomer)
    }
}

#[tokio::test]
async fn a_custom_conversion_keeps_its_error() {
    let row = Row { customer: "" };
    let error = rejected(async |client| client.subscribed_skus(row).send().await).await;
    assert_eq!(cause::<NoCustomer>(&error), NoCustomer);
}

#[tokio::test]
async fn a_listing_keeps_the_cause_of_an_invalid_parameter() {
    let server = RawServer::start(Vec::new()).await;
    let client = Client::builder()
        .base_url(server.url.clone())
        .credential(Arc::new(StaticTokenCredential::new("a-token-for-tests")))
        .build()
        .unwrap();
    let call = client.azure_usage().filter("metrUnit eq 'a'");
    let error = call.collect_all().await.unwrap_err();
    let call = error.source().and_then(StdError::source);
    let found = call.and_then(|cause| cause.downcast_ref::<QueryError>());
    assert_eq!(
        found.map(QueryError::kind),
        Some(QueryErrorKind::UnknownField)
    );
}
