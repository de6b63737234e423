use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use http::header::HeaderValue;
use url::Url;

use crate::error::CredentialFailure;
use crate::http::clock::Clock;
use crate::model::cloud::Cloud;
use crate::model::locale::Locale;
use crate::pipeline::observer::Observer;
use crate::pipeline::retry::RetryOptions;
use crate::pipeline::throttling::Limiter;

/// Default of [`PipelineOptions::body_limit`]: 64 MiB. A full page of 10,000 rows has less
/// than 4 MiB.
pub const DEFAULT_BODY_LIMIT: usize = 64 * 1024 * 1024;

/// Settings of a [`Pipeline`](crate::Pipeline).
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// use azure_core::credentials::TokenCredential;
/// use partner_center_core::{Cloud, Pipeline, PipelineOptions};
///
/// /// Pipeline of a generated client. `partner_center::ClientBuilder` does this and more.
/// fn pipeline(credential: Arc<dyn TokenCredential>) -> Pipeline {
///     let mut options = PipelineOptions::new(credential, Cloud::Global.scope());
///     options.cloud = Some(Cloud::Global);
///     options.retry.deadline = Some(Duration::from_secs(60));
///     Pipeline::new(options)
/// }
/// # let _ = pipeline;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PipelineOptions {
    /// Source of access tokens.
    pub credential: Arc<dyn TokenCredential>,
    /// Function that returns the properties of an error of the credential.
    pub credential_failure: fn(&azure_core::Error) -> CredentialFailure,
    /// Scope of the access tokens.
    pub scope: String,
    /// Root of the API. The token is sent only to this scheme, host and port. If it is `None`,
    /// the token is sent to any address over https, or over http on loopback.
    pub base_url: Option<Url>,
    /// Value of `X-Locale` for calls that do not set it.
    pub locale: Locale,
    /// Value of `MS-PartnerCenter-Application`, a name of the caller for the service's logs.
    pub application: Option<HeaderValue>,
    /// Whether every call asks the service to report if the sign-in used multi-factor
    /// authentication (`ValidateMfa`).
    pub validate_mfa: bool,
    /// Maximum size of a response body, in bytes after decompression.
    pub body_limit: usize,
    /// Limits of the attempts of a call.
    pub retry: RetryOptions,
    /// Limiter that delays calls after a 429.
    pub limiter: Limiter,
    /// Whether calls that the service would reject fail before they are sent.
    pub preflight_checks: bool,
    /// The cloud that is called; `None` if it is unknown.
    pub cloud: Option<Cloud>,
    /// Clock that decides whether a token has expired.
    pub clock: Clock,
    /// Observer of attempts and calls.
    pub observer: Option<Arc<dyn Observer>>,
}

impl PipelineOptions {
    /// Creates options with this credential and scope, and default values for the rest.
    pub fn new(credential: Arc<dyn TokenCredential>, scope: impl Into<String>) -> Self {
        Self {
            credential,
            credential_failure: CredentialFailure::unknown,
            scope: scope.into(),
            base_url: None,
            locale: Locale::EN_US,
            application: None,
            validate_mfa: false,
            body_limit: DEFAULT_BODY_LIMIT,
            retry: RetryOptions::new(),
            limiter: Limiter::new(),
            preflight_checks: true,
            cloud: None,
            clock: Clock::SYSTEM,
            observer: None,
        }
    }
}
