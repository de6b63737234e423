use std::sync::Arc;

use http::Method;
use uuid::Uuid;

use super::RawRequest;
use crate::http::transport::{Timeouts, http_client};
use crate::testing::FixedToken;
use crate::{ClientInfo, Error, Pipeline, PipelineOptions};

/// Client with this root of the API.
struct Client {
    base_url: &'static str,
    client: reqwest::Client,
    pipeline: Pipeline,
}

impl Client {
    fn new(base_url: &'static str) -> Self {
        let token = Arc::new(FixedToken::new("a-token"));
        Self {
            base_url,
            client: http_client(&base_url.parse().unwrap(), Timeouts::ROWS).unwrap(),
            pipeline: Pipeline::new(PipelineOptions::new(token, "scope")),
        }
    }

    fn get(&self, path: &str) -> RawRequest {
        RawRequest::new(self, Method::GET, path)
    }

    /// Returns the URL of a path, or the error.
    fn url(&self, path: &str) -> Result<String, String> {
        let prepared = self.get(path).prepared();
        let url = prepared.map(|(url, _)| url.to_string());
        url.map_err(|error| error.to_string())
    }
}

impl ClientInfo<Pipeline> for Client {
    fn api_version() -> &'static str {
        "v1"
    }

    fn baseurl(&self) -> &str {
        self.base_url
    }

    fn client(&self) -> &reqwest::Client {
        &self.client
    }

    fn inner(&self) -> &Pipeline {
        &self.pipeline
    }
}

#[test]
fn paths_and_urls_below_the_root_are_accepted() {
    let production = Client::new("https://api.example");
    let gateway = Client::new("https://gateway.example/pc");
    for (client, path, url) in [
        (
            &production,
            "/v1/customers",
            "https://api.example/v1/customers",
        ),
        (
            &production,
            " /v1/a?b=c d&e='x'+#y",
            "https://api.example/v1/a?b=c%20d&e=%27x%27+%23y",
        ),
        (
            &production,
            "HTTPS://api.EXAMPLE:443/v1/a",
            "https://api.example/v1/a",
        ),
        (&production, "/v1/a/../b", "https://api.example/v1/b"),
        (
            &production,
            "/v1/https://other.example",
            "https://api.example/v1/https://other.example",
        ),
        (&gateway, "/v1/a", "https://gateway.example/pc/v1/a"),
        (
            &gateway,
            "https://gateway.example/pc/v1/a",
            "https://gateway.example/pc/v1/a",
        ),
    ] {
        assert_eq!(client.url(path).as_deref(), Ok(url), "{path}");
    }
}

#[test]
fn addresses_that_must_not_get_the_token_are_rejected() {
    let production = Client::new("https://api.example");
    let gateway = Client::new("https://gateway.example/pc");
    for (client, path, problem) in [
        (&production, "", "does not begin with a slash"),
        (&production, "v1/customers", "does not begin with a slash"),
        (&production, "api.example/v1", "does not begin with a slash"),
        (&production, "//other.example/v1", "two slashes"),
        (&production, "/\\other.example/v1", "two slashes"),
        (
            &production,
            "\\\\other.example/v1",
            "does not begin with a slash",
        ),
        (
            &production,
            "https://other.example/v1",
            "on `https://other.example`",
        ),
        (
            &production,
            "http://api.example/v1",
            "on `http://api.example`",
        ),
        (
            &production,
            "https://api.example:8443/v1",
            "on `https://api.example:8443`",
        ),
        (
            &production,
            "https://api.example@other.example/",
            "on `https://other.example`",
        ),
        (&production, "https://user@api.example/v1", "user name"),
        (&production, "https://[", "not part of a valid URL"),
        (&gateway, "/../other/v1", "not below the root"),
        (&gateway, "/%2e%2e/other", "not below the root"),
        (
            &gateway,
            "https://gateway.example/pcother/v1",
            "not below the root",
        ),
        (&gateway, "https://gateway.example/pc", "not below the root"),
    ] {
        let error = client.url(path).unwrap_err();
        assert!(error.contains(problem), "{path}: {error}");
        assert!(
            error.starts_with("request rejected before it was sent"),
            "{error}"
        );
    }
}

#[test]
fn parameters_are_added_to_the_query_and_encoded() {
    let client = Client::new("https://api.example");
    let (url, headers) = client
        .get("/v1/a?size=5")
        .query("filter", "name eq 'A & B+'")
        .query("size", "6")
        .ms_correlation_id(Uuid::nil())
        .prepared()
        .unwrap();
    assert_eq!(
        url.query(),
        Some("size=5&filter=name%20eq%20%27A%20%26%20B%2B%27&size=6")
    );
    assert_eq!(headers["ms-correlationid"], Uuid::nil().to_string());
    assert_eq!(headers["accept"], "application/json");
    assert!(!headers.contains_key("authorization"));
}

#[test]
fn a_described_path_has_the_checks_of_its_operation() {
    let client = Client::new("https://gateway.example/pc");
    let operation = client.get("/v1/Customers?size=5").operation();
    assert_eq!(operation.map(|operation| operation.id), Some("customers"));
    assert_eq!(client.get("/v1/invoices").operation(), None);
    assert_eq!(client.get("invoices").operation(), None);
}

#[tokio::test]
async fn pages_of_another_method_are_rejected() {
    let client = Client::new("https://api.example");
    let mut pages = RawRequest::new(&client, Method::HEAD, "/v1/customers").pages();
    let error = pages.next().await.unwrap().unwrap_err();
    assert!(
        matches!(error.call(), Some(Error::InvalidRequest(_))),
        "{error}"
    );
}

#[test]
fn undescribed_paths_are_offered_by_every_cloud() {
    let clouds = crate::Cloud::ALL.map(|cloud| cloud.name());
    assert_eq!(super::UNDESCRIBED.clouds, clouds);
}
