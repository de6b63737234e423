//! Client for one secret of an Azure Key Vault: get, set, delete, and recover after a deletion
//! (<https://learn.microsoft.com/rest/api/keyvault/secrets>).

use std::sync::Arc;

use azure_core::credentials::{Secret, TokenCredential, TokenRequestOptions};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::Instant;
use url::Url;

use crate::sign_in_error::SignInFailure;
use crate::token_endpoint::{HttpRequest, HttpResponse, send};
use crate::{RejectedToken, StoreError};
use partner_center_core::RetryOptions;
use partner_center_core::internal::one_line;
use partner_center_core::internal::{AttemptResult, Decision, RetryProgress, decide, random};

/// Version of the API: the oldest one still served, so that every cloud supports it.
const API_VERSION: &str = "7.4";

/// Factor for the number of retries while the vault recovers a secret.
const RECOVERY_RETRY_FACTOR: u32 = 4;

/// A secret in a vault.
#[derive(Clone, Debug)]
pub(crate) struct KeyVault {
    pub(crate) url: Url,
    pub(crate) name: String,
    /// Scope of access tokens for the vault.
    pub(crate) scope: String,
    pub(crate) credential: Arc<dyn TokenCredential>,
    pub(crate) http: reqwest::Client,
    pub(crate) retry: RetryOptions,
}

struct VaultCall<'a> {
    method: Method,
    /// Path segments before and after the secret's name.
    path: (&'static str, Option<&'static str>),
    body: Option<&'a [u8]>,
    /// Whether to retry 409 Conflict, which is transient after a recovery for some seconds.
    retry_conflicts: bool,
}

enum VaultResponse {
    Success(Vec<u8>),
    /// The secret does not exist.
    Missing,
    /// The secret was deleted, and the vault still reserves its name (soft delete).
    Deleted,
}

impl KeyVault {
    /// Returns the newest version, or `None` if the secret does not exist.
    pub(crate) async fn get(&self) -> Result<Option<Secret>, StoreError> {
        let body = match self.call(&VaultCall::new(Method::GET)).await? {
            VaultResponse::Success(body) => body,
            VaultResponse::Missing => return Ok(None),
            VaultResponse::Deleted => return Err(self.refused(StatusCode::CONFLICT, &[])),
        };
        let response: Value = serde_json::from_slice(&body).unwrap_or_default();
        match response.get("value").and_then(Value::as_str) {
            Some(value) => Ok(Some(Secret::new(value.to_owned()))),
            None => Err(StoreError::NotATokenStore {
                place: self.to_string(),
                problem: "the response of the vault has no value",
            }),
        }
    }

    /// Sets a new version. A deleted secret is recovered first.
    pub(crate) async fn set(&self, value: &Secret) -> Result<(), StoreError> {
        let body = json!({ "value": value.secret(), "contentType": "application/json" });
        let body = body.to_string().into_bytes();
        let mut put = VaultCall::new(Method::PUT);
        put.body = Some(&body);
        let mut response = self.call(&put).await?;
        if matches!(response, VaultResponse::Deleted) {
            let mut recover = VaultCall::new(Method::POST);
            recover.path = ("deletedsecrets", Some("recover"));
            self.call(&recover).await?;
            put.retry_conflicts = true;
            response = self.call(&put).await?;
        }
        match response {
            VaultResponse::Success(_) => Ok(()),
            VaultResponse::Missing => Err(self.refused(StatusCode::NOT_FOUND, &[])),
            VaultResponse::Deleted => Err(self.refused(StatusCode::CONFLICT, &[])),
        }
    }

    /// Deletes all versions.
    pub(crate) async fn delete(&self) -> Result<(), StoreError> {
        match self.call(&VaultCall::new(Method::DELETE)).await? {
            VaultResponse::Success(_) | VaultResponse::Missing => Ok(()),
            VaultResponse::Deleted => Err(self.refused(StatusCode::CONFLICT, &[])),
        }
    }

    /// Sends a request, and retries transient failures within the limits of the retry options.
    async fn call(&self, call: &VaultCall<'_>) -> Result<VaultResponse, StoreError> {
        let begin = Instant::now();
        let mut retry = self.retry.clone();
        if call.retry_conflicts {
            let again = retry.max_attempts.saturating_sub(1);
            retry.max_attempts = again
                .saturating_mul(RECOVERY_RETRY_FACTOR)
                .saturating_add(1);
        }
        let (mut refused, mut attempts) = (None, 0);
        loop {
            attempts += 1;
            let token = self.token(refused.as_ref()).await?;
            let result = send(&self.http, self.request(call, &token)?).await;
            let status = match &result {
                Ok(response) => Some(response.status()),
                Err(SignInFailure::TooLarge) => return Err(self.error(result)),
                Err(failure) => failure.status(),
            };
            match (status, &result) {
                (Some(StatusCode::NOT_FOUND), _) => return Ok(VaultResponse::Missing),
                (Some(StatusCode::CONFLICT), _) if !call.retry_conflicts => {
                    return Ok(VaultResponse::Deleted);
                }
                (Some(status), Ok(response)) if status.is_success() => {
                    return Ok(VaultResponse::Success(response.body().clone()));
                }
                _ => {}
            }
            let outcome = match status {
                Some(status) => AttemptResult::Response {
                    status: match status {
                        // `decide` retries 503, but not 409.
                        StatusCode::CONFLICT => StatusCode::SERVICE_UNAVAILABLE,
                        status => status,
                    },
                    retry_after: result.as_ref().err().and_then(SignInFailure::retry_after),
                },
                None => AttemptResult::NoResponse,
            };
            let progress = RetryProgress {
                remaining: None,
                attempts,
                elapsed: begin.elapsed(),
                token_renewed: refused.is_some(),
            };
            match decide(outcome, progress, &retry, random) {
                Decision::Retry(wait) => tokio::time::sleep(wait).await,
                Decision::RenewToken => refused = Some(token),
                Decision::Return => return Err(self.error(result)),
            }
        }
    }

    async fn token(&self, refused: Option<&Secret>) -> Result<Secret, StoreError> {
        let options = refused.map(|refused| {
            let mut options = TokenRequestOptions::default();
            let context = &mut options.method_options.context;
            context.insert(RejectedToken(refused.clone()));
            options
        });
        match self.credential.get_token(&[&self.scope], options).await {
            Ok(token) => Ok(token.token),
            Err(source) => Err(StoreError::VaultCredential {
                place: self.to_string(),
                source: Arc::new(source),
            }),
        }
    }

    fn request(&self, call: &VaultCall<'_>, token: &Secret) -> Result<HttpRequest, StoreError> {
        let bad = |_| StoreError::other("the vault's address or its token cannot be sent");
        let mut url = self.url.clone();
        let (before, after) = call.path;
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty()
                .extend([before, &self.name])
                .extend(after);
        }
        url.query_pairs_mut()
            .append_pair("api-version", API_VERSION);
        let bearer = HeaderValue::try_from(format!("Bearer {}", token.secret()));
        let mut bearer = bearer.map_err(|error| bad(http::Error::from(error)))?;
        bearer.set_sensitive(true);
        http::Request::builder()
            .method(&call.method)
            .uri(url.as_str())
            .header(AUTHORIZATION, bearer)
            .header(CONTENT_TYPE, "application/json")
            .body(call.body.unwrap_or_default().to_vec())
            .map_err(bad)
    }

    fn error(&self, result: Result<HttpResponse, SignInFailure>) -> StoreError {
        match result {
            Ok(response) => self.refused(response.status(), response.body()),
            Err(SignInFailure::Unavailable { status, .. }) => self.refused(status, &[]),
            Err(SignInFailure::Unreachable(source)) => StoreError::VaultUnreachable {
                place: self.to_string(),
                source,
            },
            Err(SignInFailure::TooLarge | SignInFailure::NotATokenResponse) => {
                StoreError::NotATokenStore {
                    place: self.to_string(),
                    problem: "the response is far too large, or not from a key vault",
                }
            }
        }
    }

    fn refused(&self, status: StatusCode, body: &[u8]) -> StoreError {
        StoreError::VaultStatus {
            place: self.to_string(),
            status,
            help: help(status, &code(body)),
        }
    }
}

impl VaultCall<'_> {
    fn new(method: Method) -> Self {
        Self {
            method,
            path: ("secrets", None),
            body: None,
            retry_conflicts: false,
        }
    }
}

impl std::fmt::Display for KeyVault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let host = self.url.host_str().unwrap_or_default();
        write!(f, "the secret `{}` of `{host}`", one_line(&self.name, 127))
    }
}

/// Returns the error code of a response, preferring the more specific inner one.
fn code(body: &[u8]) -> String {
    let response: Value = serde_json::from_slice(body).unwrap_or_default();
    let code = |at: &str| response.pointer(at).and_then(Value::as_str);
    code("/error/innererror/code")
        .or_else(|| code("/error/code"))
        .map_or_else(String::new, |code| one_line(code, 60))
}

fn help(status: StatusCode, code: &str) -> &'static str {
    match (status.as_u16(), code) {
        (401, _) => {
            "the vault rejects the credential: check that the credential belongs to the vault's \
             tenant"
        }
        (403, "ForbiddenByFirewall" | "ForbiddenByConnection") => {
            "the vault's firewall blocks this machine: allow its address under Networking"
        }
        (403, "SecretDisabled") => "the secret is disabled: enable its newest version",
        (403, _) => {
            "the credential lacks permission: give its identity the role Key Vault Secrets \
             Officer, or an access policy to get, set, delete and recover secrets"
        }
        (404, _) => "the secret does not exist in the vault: check the vault's address",
        (409, _) => {
            "the secret was deleted and is not recovered yet: try again in a minute, or purge it"
        }
        (429, _) => "the vault is throttling requests: try again in a minute",
        (408 | 500.., _) => "the vault is unavailable: try again later",
        _ => "check the vault's address and the secret's name",
    }
}
