use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use http::header::HeaderValue;
use url::Url;

use crate::cloud::Cloud;
use crate::credential::Clock;
use crate::locale::Locale;
use crate::observer::Observer;
use crate::retry::RetryOptions;
use crate::throttling::Limiter;

/// Default of [`PipelineOptions::body_limit`]: 64 MiB. A full page of 10,000 rows
/// is under 4 MiB.
pub const DEFAULT_BODY_LIMIT: usize = 64 * 1024 * 1024;

/// Settings of a [`Pipeline`](crate::Pipeline).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PipelineOptions {
    /// Where access tokens come from.
    pub credential: Arc<dyn TokenCredential>,
    /// The scope to ask them for.
    pub scope: String,
    /// Root of the API. The token is sent to no other scheme, host and port; without it, to any
    /// address that protects it.
    pub base_url: Option<Url>,
    /// `X-Locale` of calls that do not set their own.
    pub locale: Locale,
    /// `MS-PartnerCenter-Application`: a name of the caller, for the service's logs.
    pub application: Option<HeaderValue>,
    /// Whether to ask with every call if the sign-in had a second factor (`ValidateMfa`).
    pub validate_mfa: bool,
    /// Largest answer to accept, in bytes.
    pub body_limit: usize,
    /// How often and how long a call is tried.
    pub retry: RetryOptions,
    /// What holds calls back after a 429.
    pub limiter: Limiter,
    /// Whether calls that the service would refuse are refused before they are sent.
    pub checks: bool,
    /// The cloud that is called, where it is one of Microsoft's.
    pub cloud: Option<Cloud>,
    /// The clock that decides whether a token has expired.
    pub clock: Clock,
    /// Who counts and times.
    pub observer: Option<Arc<dyn Observer>>,
}

impl PipelineOptions {
    /// Defaults, with this credential and scope.
    pub fn new(credential: Arc<dyn TokenCredential>, scope: impl Into<String>) -> Self {
        Self {
            credential,
            scope: scope.into(),
            base_url: None,
            locale: Locale::EN_US,
            application: None,
            validate_mfa: false,
            body_limit: DEFAULT_BODY_LIMIT,
            retry: RetryOptions::new(),
            limiter: Limiter::new(),
            checks: true,
            cloud: None,
            clock: Clock::SYSTEM,
            observer: None,
        }
    }
}
