//! Every operation against its typed mock: method, path and every parameter. Any other request
//! gets a 404, which fails the call.

use std::sync::Arc;

use contract_tests::generated::cases::OPERATIONS;
use httpmock::MockServer;
use partner_center::credential::StaticTokenCredential;
use partner_center::{Client, RetryOptions};

use crate::documented::Documented;

#[tokio::test]
async fn every_operation_sends_what_its_mock_expects() {
    assert_eq!(OPERATIONS.len(), partner_center::OPERATIONS.len());
    for (documented, case) in Documented::all().zip(OPERATIONS) {
        let server = MockServer::start_async().await;
        let client = Client::builder()
            .retry(RetryOptions::none())
            .base_url(server.base_url().parse().unwrap())
            .credential(Arc::new(StaticTokenCredential::new("a-token-for-tests")))
            .application_name("contract tests")
            // Differs from the locale in the examples, which must override it.
            .locale("de-DE".parse().unwrap())
            .build()
            .unwrap();
        // Mounted first, so it matches first: the headers of every call.
        let wrong_headers = server.mock(|when, then| {
            when.any_request().is_false(|request| {
                let header = |name: &str| {
                    request
                        .headers()
                        .get(name)
                        .and_then(|value| value.to_str().ok().map(str::to_owned))
                };
                header("authorization").as_deref() == Some("Bearer a-token-for-tests")
                    && header("accept").as_deref() == Some("application/json")
                    && header("ms-contract-version").as_deref() == Some("v1")
                    && header("ms-partnercenter-application").as_deref() == Some("contract tests")
                    && header("api-version").is_none()
            });
            then.status(418);
        });
        let (calls, unchanged) = (case.wire)(&server, &client, &documented.wire_body)
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", case.id));
        assert_eq!((calls, wrong_headers.calls()), (1, 0), "{}", case.id);
        assert!(
            unchanged,
            "{}: the answer did not arrive as the mock gave it",
            case.id
        );
    }
}
