//! Device authorization grant (RFC 8628), with Microsoft's `message` and `Retry-After`.

use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::Secret;
use serde::Deserialize;
use tokio::time::{Instant, sleep_until};

use super::credential::SignInFlow;
use crate::DeviceCodePrompt;
use crate::sign_in_error::{SignInFailure, SignInRejected, TokenError};
use crate::token_endpoint::{OFFLINE_ACCESS, TokenEndpoint, TokenSet, scope};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Increase of the polling interval after `slow_down` (RFC 8628, 3.5).
const SLOW_DOWN_INCREMENT: Duration = Duration::from_secs(5);

/// Minimum polling interval; a shorter `interval` of the service is raised to it.
const MIN_INTERVAL: Duration = Duration::from_secs(1);

/// Maximum wait after a transient failure without `Retry-After`.
const MAX_BACKOFF: Duration = Duration::from_secs(30);

/// Maximum validity of a code; a longer `expires_in` is clamped. Microsoft's codes are valid for
/// 15 minutes.
const MAX_LIFETIME: Duration = Duration::from_secs(3600);

/// Polling interval in seconds if the service sends none (RFC 8628, 3.2).
const DEFAULT_INTERVAL: u64 = 5;

#[derive(Debug, Deserialize)]
struct Start {
    device_code: Secret,
    user_code: String,
    #[serde(alias = "verification_url")]
    verification_uri: String,
    expires_in: u64,
    interval: Option<u64>,
    message: Option<String>,
}

pub(crate) struct DeviceCodeFlow {
    endpoint: TokenEndpoint,
    prompt: Arc<dyn Fn(&DeviceCodePrompt) + Send + Sync>,
}

impl DeviceCodeFlow {
    pub(crate) fn new(
        endpoint: TokenEndpoint,
        prompt: Arc<dyn Fn(&DeviceCodePrompt) + Send + Sync>,
    ) -> Self {
        Self { endpoint, prompt }
    }

    async fn start(&self, scopes: &[String]) -> Result<Start, TokenError> {
        let scope = scope(scopes, &[OFFLINE_ACCESS]);
        self.endpoint.post("devicecode", &[("scope", &scope)]).await
    }

    /// Polls until the user has accepted or declined, or the code has expired.
    async fn poll(
        &self,
        device_code: &str,
        interval: Duration,
        deadline: Instant,
    ) -> Result<TokenSet, TokenError> {
        let mut interval = interval.max(MIN_INTERVAL);
        let mut wait = interval;
        loop {
            let next = Instant::now().checked_add(wait);
            sleep_until(next.map_or(deadline, |next| next.min(deadline))).await;
            if Instant::now() >= deadline {
                return Err(SignInRejected::new("expired_token", None).into());
            }
            let form = [("grant_type", GRANT), ("device_code", device_code)];
            match self.endpoint.grant(&form).await {
                Ok(tokens) => return Ok(tokens),
                Err(TokenError::Refused(refused)) => match refused.error.as_str() {
                    "authorization_pending" => wait = interval,
                    "slow_down" => {
                        interval += SLOW_DOWN_INCREMENT;
                        wait = interval;
                    }
                    _ => return Err(refused.into()),
                },
                Err(TokenError::Failure(failure)) if is_transient(&failure) => {
                    // Polling continues, so that the user need not sign in again because of a
                    // transient network failure (RFC 8628, 3.5: exponential backoff).
                    let longer = wait.saturating_mul(2).min(MAX_BACKOFF).max(interval);
                    wait = failure.retry_after().unwrap_or(longer).max(interval);
                }
                Err(error) => return Err(error),
            }
        }
    }
}

fn is_transient(failure: &SignInFailure) -> bool {
    matches!(
        failure,
        SignInFailure::Unreachable(_) | SignInFailure::Unavailable { .. }
    )
}

#[async_trait::async_trait]
impl SignInFlow for DeviceCodeFlow {
    async fn sign_in(&self, scopes: &[String]) -> Result<TokenSet, TokenError> {
        let start = self.start(scopes).await?;
        let expires_in = Duration::from_secs(start.expires_in).min(MAX_LIFETIME);
        let deadline = Instant::now() + expires_in;
        let message = start.message.unwrap_or_else(|| {
            format!(
                "To sign in, open {} and enter the code {}.",
                start.verification_uri, start.user_code
            )
        });
        (self.prompt)(&DeviceCodePrompt {
            message,
            user_code: start.user_code,
            verification_uri: start.verification_uri,
            expires_in,
        });
        let interval = Duration::from_secs(start.interval.unwrap_or(DEFAULT_INTERVAL));
        self.poll(start.device_code.secret(), interval, deadline)
            .await
    }
}

impl std::fmt::Debug for DeviceCodeFlow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceCodeFlow")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}
