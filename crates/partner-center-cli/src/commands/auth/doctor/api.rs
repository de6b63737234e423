//! The API: whether it answers, and whether it answers with rows.

use std::sync::Arc;

use partner_center::credential::TokenCredential;
use partner_center::{Operation, RetryOptions};
use url::Url;

use super::checklist::Check;
use super::probe;
use crate::connection::check_offered;
use crate::failure::{Exit, Failure};
use crate::identity::Endpoints;

const API: &str = "API";
const CALL: &str = "call";

/// A cheap operation that needs what all reports need.
const OPERATION: &str = "partner_licenses_deployment";

/// Asks without a token, which the API refuses in a way of its own.
pub(super) async fn check_reachable(endpoints: &Endpoints) -> Check {
    let root = endpoints.base_url();
    let path = Operation::find(OPERATION).map_or("/", |operation| operation.path);
    let address = format!("{root}{path}");
    let address = Url::parse(&address)
        .map_err(|error| Failure::new(Exit::Usage, format!("`{address}` is no address: {error}")));
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
        401 => Check::ok(API, format!("{root} answers, and asks for a token")),
        404 => Check::fail(
            API,
            Exit::Usage,
            format!("{root} answers, and knows no {path}"),
            "check the base URL: it has to be the root of the API, without a path",
        ),
        status @ 300..=399 => Check::fail(
            API,
            Exit::Network,
            format!("{root} answered {status}: a redirect, which a token must not follow"),
            "check the base URL; a portal of the network may answer in its place",
        ),
        status @ 500.. => Check::fail(
            API,
            Exit::Service,
            format!("{root} answered {status}"),
            "try again later; if it stays, see the health of the service in the portal",
        ),
        status => Check::warn(
            API,
            format!("{root} answered {status} to a request without a token, not 401"),
            "check the base URL and the proxy variables, if the call fails, too",
        ),
    }
}

/// Makes one call.
pub(super) async fn check_call(
    endpoints: &Endpoints,
    credential: Arc<dyn TokenCredential>,
) -> Check {
    let operation = Operation::find(OPERATION);
    if operation.is_none_or(|operation| check_offered(operation, &endpoints.cloud).is_err()) {
        let cloud = &endpoints.cloud;
        return Check::ok(
            CALL,
            format!("none: the cloud {cloud} does not offer {OPERATION}"),
        );
    }
    let client = endpoints
        .client()
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
                    "sign in again with multi-factor authentication: the service demands it of \
                     more and more calls",
                ),
                Some(true) => Check::ok(CALL, format!("{found}; the sign-in had a second factor")),
                None => Check::ok(CALL, found),
            }
        }
        Err(error) => Check::failed(CALL, &Failure::from(error)),
    }
}
