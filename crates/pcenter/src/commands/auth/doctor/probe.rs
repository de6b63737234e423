//! Request without a token, to check that a service is reachable.

use std::time::Duration;

use partner_center_core::transport::{Timeouts, http_client};
use url::Url;

use crate::failure::{Exit, Failure, messages};

const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(10),
    read: Duration::from_secs(30),
    total: Duration::from_secs(30),
};

/// Maximum number of bytes to read. Expected responses have a few kilobytes; a page of a proxy or
/// captive portal may have more.
const BODY_LIMIT: usize = 1024 * 1024;

/// Response to a probe.
#[derive(Debug)]
pub(super) struct ProbeResponse {
    pub(super) status: u16,
    /// The `Date` header.
    pub(super) date: Option<String>,
    pub(super) body: Vec<u8>,
}

/// Sends a GET request without following redirects.
pub(super) async fn get(address: Url) -> Result<ProbeResponse, Failure> {
    let unreachable = |error: &(dyn std::error::Error + 'static)| {
        Failure::new(Exit::Network, messages(error).join(": "))
            .help(
                "check the network, the firewall and the proxy variables (HTTPS_PROXY, NO_PROXY); \
             certificates of a company proxy must be installed in the operating system",
            )
            .naming_variables(error)
    };
    let client = http_client(&address, TIMEOUTS).map_err(|error| unreachable(&error))?;
    let mut response = client
        .get(address)
        .send()
        .await
        .map_err(|error| unreachable(&error.without_url()))?;
    let date = response.headers().get("date");
    let date = date.and_then(|date| Some(date.to_str().ok()?.to_owned()));
    let mut body = Vec::new();
    while let Some(piece) = response
        .chunk()
        .await
        .map_err(|error| unreachable(&error.without_url()))?
    {
        body.extend_from_slice(&piece);
        if body.len() > BODY_LIMIT {
            break;
        }
    }
    Ok(ProbeResponse {
        status: response.status().as_u16(),
        date,
        body,
    })
}
