//! A request without a token, to find out who answers.

use std::time::Duration;

use partner_center_core::transport::{TimeOuts, http_client};
use url::Url;

use crate::failure::{Exit, Failure, messages};

const TIMEOUTS: TimeOuts = TimeOuts {
    connect: Duration::from_secs(10),
    read: Duration::from_secs(30),
    total: Duration::from_secs(30),
};

/// What is looked at has a few kilobytes; a page of somebody else may have more.
const BODY_LIMIT: usize = 1024 * 1024;

/// What came back.
#[derive(Debug)]
pub(super) struct ProbeResponse {
    pub(super) status: u16,
    /// The `Date` header.
    pub(super) date: Option<String>,
    pub(super) body: Vec<u8>,
}

/// One GET, without following redirects.
pub(super) async fn get(address: Url) -> Result<ProbeResponse, Failure> {
    let unreachable = |error: &(dyn std::error::Error + 'static)| {
        Failure::new(Exit::Network, messages(error).join(": ")).help(
            "check the network, the firewall and the proxy variables (HTTPS_PROXY, NO_PROXY); a \
             company's own certificates have to be among those of the operating system",
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
