//! Readings of paths and of encoding.

use partner_center::{Cloud, OPERATIONS, fields};
use partner_center_emulator::TokenOptions;
use url::Url;

use super::{emulated, operation, target};
use crate::documented::Documented;

/// The root is that of the other reports, without a trailing slash (T11, T12, T14).
#[tokio::test]
async fn commercial_reports_are_called_below_partner() {
    let deployment = target(async |client| {
        client
            .commercial_licenses_deployment()
            .send()
            .await
            .unwrap();
    });
    let usage = target(async |client| {
        client.commercial_licenses_usage().send().await.unwrap();
    });
    let deployment = deployment.await;
    assert_eq!(
        [deployment.as_str(), usage.await.as_str()],
        [
            "/partner/v1/analytics/commercial/deployment/license",
            "/partner/v1/analytics/commercial/usage/license",
        ]
    );
    let options = TokenOptions::new;
    assert_eq!(emulated(&deployment, options()).await, (200, None));
    for other in [
        "/v1/analytics/commercial/deployment/license".to_owned(),
        format!("{deployment}/"),
        format!("/v1{deployment}"),
    ] {
        let answer = emulated(&other, options()).await;
        assert_eq!(answer, (404, Some(1000)), "{other}");
    }
}

/// Paths are in one of the two families, in lower case, without a trailing slash (T12, T14, T16).
/// The mocks check that the client calls these paths.
#[test]
fn paths_of_all_operations_are_of_the_two_families() {
    for operation in OPERATIONS {
        let path = operation.path;
        assert!(
            path.starts_with("/v1/") || path.starts_with("/partner/v1/analytics/"),
            "{path}"
        );
        assert_eq!(path.matches("v1").count(), 1, "{path}");
        assert_eq!(path, path.to_lowercase());
        assert!(!path.ends_with('/') && !path.contains("//"), "{path}");
    }
}

/// Request lines of the pages end in `HTTP 1.1` or have no version (T13).
#[test]
fn exchanges_state_the_version_of_http() {
    for documented in Documented::all_with_variants() {
        let (id, line) = (documented.operation.id, documented.request.start_line);
        assert_eq!(line.split(' ').count(), 3, "{id}: {line}");
        assert!(line.ends_with(" HTTP/1.1"), "{id}: {line}");
        let start_line = &documented.response.start_line;
        assert!(start_line.starts_with("HTTP/1.1 2"), "{id}: {start_line}");
    }
}

/// The clouds are those of the operation's page, not of the overview (T20).
#[test]
fn each_operation_lists_its_clouds() {
    let all = Cloud::ALL.map(|cloud| cloud.name());
    for operation in OPERATIONS {
        let licences = operation.path.contains("/license") || operation.id == "subscribed_skus";
        let expected: Vec<&str> = match operation.id {
            _ if licences => vec![Cloud::Global.name()],
            "referrals" => {
                let without = Cloud::China21Vianet.name();
                all.into_iter().filter(|name| *name != without).collect()
            }
            "azure_usage" | "customer" | "customers" | "indirect_resellers" | "searches"
            | "subscriptions" => all.to_vec(),
            _ => continue,
        };
        let mut clouds = operation.clouds.to_vec();
        clouds.sort_unstable();
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(clouds, expected, "{}", operation.id);
    }
}

/// A quote in a text is doubled, and characters that would end the parameter are encoded (T19).
#[tokio::test]
async fn filters_are_encoded_with_doubled_quotes() {
    let filter = fields::commercial_licenses_deployment::CUSTOMER_NAME.eq("O'Brien&Söhne+#%");
    let plain = "customerName eq 'O''Brien&Söhne+#%'";
    assert_eq!(filter.to_string(), plain, "encoded when it is sent");
    let target = target(async |client| {
        let call = client.commercial_licenses_deployment().filter(filter);
        call.send().await.unwrap();
    })
    .await;
    let value = "%27O%27%27Brien%26S%C3%B6hne%2B%23%25%27";
    assert!(target.ends_with(value), "{target}");
    let url = Url::parse(&format!("http://localhost{target}")).unwrap();
    let parameters: Vec<_> = url.query_pairs().into_owned().collect();
    assert_eq!(parameters, [("filter".to_owned(), plain.to_owned())]);
}

/// The documented request has `%20` for a space, not `+` (T19).
#[tokio::test]
async fn a_space_in_a_query_is_percent_encoded() {
    let documented = Documented::of(operation("commercial_licenses_deployment"));
    let sent = target(async |client| {
        let call = client.commercial_licenses_deployment();
        let call = call.filter("customerTenantId eq '0112A436-B14E-4888-967B-CA4BB2CF1234'");
        call.send().await.unwrap();
    })
    .await;
    assert_eq!(sent, documented.target());
}
