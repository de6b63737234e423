//! Checks of the API: its reachability, and one call.

use std::sync::Arc;

use partner_center::credential::TokenCredential;
use partner_center::credential::profiles::Endpoints;
use partner_center::{Client, Operation, RetryOptions};
use url::Url;

use super::checklist::Check;
use super::probe;
use crate::connection::check_offered;
use crate::failure::{Exit, Failure};

const API: &str = "API";
const CALL: &str = "call";

/// Operation of the check: a small response, and the same requirements as every report.
const OPERATION: &str = "partner_licenses_deployment";

/// Sends a request without a token, which the API refuses with 401.
pub(super) async fn check_reachable(endpoints: &Endpoints) -> Check {
    let root = endpoints.base_url();
    let path = Operation::find(OPERATION).map_or("/", |operation| operation.path);
    let address = format!("{root}{path}");
    let address = Url::parse(&address).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("`{address}` is not a valid URL: {error}"),
        )
    });
    let response = match address {
        Ok(address) => probe::get(address).await,
        Err(failure) => Err(failure),
    };
    let response = match response {
        Ok(response) => response,
        Err(failure) => {
            let found = format!("{root} cannot be reached: {}", failure.summary());
            return Check::fail(API, failure.exit, found, failure.fix());
        }
    };
    match response.status {
        401 => Check::ok(API, format!("{root} responds and requires a token")),
        404 => Check::fail(
            API,
            Exit::Usage,
            format!("{root} responds, but has no {path}"),
            "check the base URL: it must be the root of the API, without a path",
        ),
        status @ 300..=399 => Check::fail(
            API,
            Exit::Network,
            format!(
                "{root} responded with {status}: redirects are not followed, to protect the token"
            ),
            "check the base URL; a captive portal of the network may have responded instead of \
             the API",
        ),
        status @ 500.. => Check::fail(
            API,
            Exit::Service,
            format!("{root} responded with {status}"),
            "try again later; if the error persists, see the service health in the portal",
        ),
        status => Check::warn(
            API,
            format!("{root} responded with {status} instead of 401 to a request without a token"),
            "if the call also fails, check the base URL and the proxy variables",
        ),
    }
}

/// Calls one operation.
pub(super) async fn check_call(
    endpoints: &Endpoints,
    credential: Arc<dyn TokenCredential>,
) -> Check {
    let operation = Operation::find(OPERATION);
    if operation.is_none_or(|operation| check_offered(operation, &endpoints.cloud).is_err()) {
        let cloud = &endpoints.cloud;
        return Check::ok(
            CALL,
            format!("skipped: the cloud {cloud} does not offer {OPERATION}"),
        );
    }
    let client = Client::builder()
        .endpoints(endpoints)
        .credential(credential)
        .retry(RetryOptions::none())
        .validate_mfa(true)
        .build();
    let client = match client {
        Ok(client) => client,
        Err(error) => return Check::failed(CALL, &Failure::from(error)),
    };
    match client.partner_licenses_deployment().send().await {
        Ok(response) => {
            let found = format!("{OPERATION}: {} rows", response.items.len());
            match response.is_mfa_compliant() {
                Some(false) => Check::warn(
                    CALL,
                    format!("{found}; the sign-in had no second factor"),
                    "sign in again with multi-factor authentication: the service requires it for \
                     more and more calls",
                ),
                Some(true) => Check::ok(CALL, format!("{found}; the sign-in had a second factor")),
                None => Check::ok(CALL, found),
            }
        }
        Err(error) => Check::failed(CALL, &Failure::from(error)),
    }
}
