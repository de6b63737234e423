use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use partner_center_core::transport::{Timeouts, check_root_url, http_client};
use partner_center_core::{
    ClientHooks, Clock, Cloud, DEFAULT_BODY_LIMIT, Limiter, Locale, Observer, Pipeline,
    PipelineOptions, RawRequest, RetryOptions,
};
use reqwest::Method;
use reqwest::header::HeaderValue;
use url::Url;

use crate::Client;

/// Sends every call through the pipeline, with the default methods of the trait.
impl ClientHooks<Pipeline> for Client {}

impl Client {
    /// Creates a builder. Only the [credential](ClientBuilder::credential) is required.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use partner_center::Client;
    /// use partner_center::credential::StaticTokenCredential;
    ///
    /// let client = Client::builder()
    ///     .credential(Arc::new(StaticTokenCredential::new("a-token")))
    ///     .base_url("http://127.0.0.1:8080".parse()?)
    ///     .build()?;
    /// # let _ = client;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Each operation is a method. Its required parameters are arguments, and the optional ones are
    /// setters of the request builder that it returns; both accept any value that converts into
    /// their type. A failed conversion is reported when the request is sent.
    ///
    /// ```
    /// # async fn example(client: partner_center::Client) -> Result<(), partner_center::Error> {
    /// let skus = client.subscribed_skus("0c39d6d5-c70d-4c55-bc02-f620844f3fd1").send().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// Without a required parameter, a program does not compile:
    ///
    /// ```compile_fail,E0061
    /// # async fn example(client: partner_center::Client) -> Result<(), partner_center::Error> {
    /// let skus = client.subscribed_skus().send().await?;
    /// # Ok(()) }
    /// ```
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Returns a GET request for any path of the service, also for an operation that this crate does
    /// not describe. It is sent like every other call, with credentials, ids, retries and limits; the
    /// body is not interpreted.
    ///
    /// `path` begins with a slash and may have a query, which is sent as it is:
    /// `/v1/invoices?size=5`. A URL is accepted if it is below the root of the API.
    ///
    /// ```
    /// # async fn example(client: partner_center::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let response = client
    ///     .get_raw("/v1/customers/0c39d6d5-c70d-4c55-bc02-f620844f3fd1/users")
    ///     .query("size", "5")
    ///     .send()
    ///     .await?
    ///     .error_for_status()?;
    /// let users: serde_json::Value = partner_center::decode::decode(response.body())?;
    ///
    /// // Or all pages of a listing, row by row.
    /// let mut rows = client.get_raw("/partner/v1/analytics/subscriptions").pages();
    /// while let Some(page) = rows.next().await {
    ///     println!("{} rows", page?.value.len());
    /// }
    /// # let _ = users;
    /// # Ok(()) }
    /// ```
    pub fn get_raw(&self, path: &str) -> RawRequest {
        RawRequest::new(self, Method::GET, path)
    }

    /// Returns a HEAD request for any path of the service, which returns the headers of the same GET
    /// request; see [`get_raw`](Self::get_raw).
    pub fn head_raw(&self, path: &str) -> RawRequest {
        RawRequest::new(self, Method::HEAD, path)
    }

    /// Returns a copy of this client with other retry options. Cheap.
    ///
    /// ```
    /// use partner_center::{Client, RetryOptions};
    ///
    /// /// Returns a client for calls that a user waits for.
    /// fn interactive(client: &Client) -> Client {
    ///     let mut retry = RetryOptions::new();
    ///     retry.max_attempts = 2;
    ///     client.with_retry(retry)
    /// }
    /// # let _ = interactive;
    /// ```
    #[must_use]
    pub fn with_retry(&self, retry: RetryOptions) -> Self {
        Self {
            inner: self.inner.with_retry(retry),
            ..self.clone()
        }
    }
}

/// Builder of a [`Client`]. Setters cannot fail; [`build`](Self::build) reports all problems at
/// once.
///
/// ```
/// use std::num::NonZeroU32;
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// use partner_center::credential::StaticTokenCredential;
/// use partner_center::{Client, Cloud, Limiter, RetryOptions};
///
/// let mut retry = RetryOptions::new();
/// retry.deadline = Some(Duration::from_secs(120));
/// let builder = Client::builder()
///     .credential(Arc::new(StaticTokenCredential::new("a-token")))
///     .cloud(Cloud::UsGovernment)
///     .application_name("licence-report")
///     .limiter(Limiter::at_most(NonZeroU32::new(300).unwrap()))
///     .retry(retry);
/// # let _ = builder;
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    credential: Option<Arc<dyn TokenCredential>>,
    cloud: Cloud,
    base_url: Option<Url>,
    scope: Option<String>,
    locale: Locale,
    application_name: Option<String>,
    validate_mfa: bool,
    body_limit: usize,
    retry: RetryOptions,
    limiter: Limiter,
    preflight_checks: bool,
    clock: Clock,
    observer: Option<Arc<dyn Observer>>,
    timeouts: Timeouts,
    http_client: Option<reqwest::Client>,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            credential: None,
            cloud: Cloud::Global,
            base_url: None,
            scope: None,
            locale: Locale::EN_US,
            application_name: None,
            validate_mfa: false,
            body_limit: DEFAULT_BODY_LIMIT,
            retry: RetryOptions::new(),
            limiter: Limiter::new(),
            preflight_checks: true,
            clock: Clock::SYSTEM,
            observer: None,
            timeouts: Timeouts::ROWS,
            http_client: None,
        }
    }
}

impl ClientBuilder {
    /// Sets the source of access tokens: a credential of [`credential`](crate::credential), or of
    /// the `azure_identity` crate. Required.
    pub fn credential(mut self, credential: Arc<dyn TokenCredential>) -> Self {
        self.credential = Some(credential);
        self
    }

    /// Sets the cloud, which determines the base URL and the scope. Default: [`Cloud::Global`].
    pub fn cloud(mut self, cloud: impl Into<Cloud>) -> Self {
        self.cloud = cloud.into();
        self
    }

    /// Sets another root of the API than that of the cloud, for example that of an emulator. Must be
    /// `https`, or `http` on loopback.
    pub fn base_url(mut self, base_url: Url) -> Self {
        self.base_url = Some(base_url);
        self
    }

    /// Sets the scope of tokens. Default: [`Cloud::scope`].
    ///
    /// Do not use `https://graph.windows.net/.default`, which older pages of the documentation
    /// recommend for applications: the service rejects these tokens with 401 and code 900420
    /// ([T80](crate::catalog::deviations#t80)), and [`preflight_checks`](Self::preflight_checks)
    /// rejects them before the call.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Sets the value of `X-Locale` for calls that do not set it. Default: `en-US`.
    pub fn locale(mut self, locale: Locale) -> Self {
        self.locale = locale;
        self
    }

    /// Sets `MS-PartnerCenter-Application`, the name of the application in the logs of the service.
    /// Default: not sent.
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.application_name = Some(name.into());
        self
    }

    /// Sets whether every call asks the service to report if the sign-in used multi-factor
    /// authentication (`ValidateMfa`);
    /// [`ResponseValue::is_mfa_compliant`](crate::ResponseValue::is_mfa_compliant) returns the
    /// result. Default: `false`.
    pub fn validate_mfa(mut self, validate: bool) -> Self {
        self.validate_mfa = validate;
        self
    }

    /// Sets the maximum size of a response body, in bytes after decompression. Default:
    /// [`DEFAULT_BODY_LIMIT`].
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Sets the limits of the attempts of a call. Default: [`RetryOptions::new`]. Use
    /// [`Client::with_retry`] to change them for single calls.
    pub fn retry(mut self, retry: RetryOptions) -> Self {
        self.retry = retry;
        self
    }

    /// Sets the limiter that delays calls after a 429. Default: a [`Limiter::new`] for this client.
    /// Clients of the same partner tenant should share a limiter.
    pub fn limiter(mut self, limiter: Limiter) -> Self {
        self.limiter = limiter;
        self
    }

    /// Sets whether calls that the service would reject fail before they are sent, with an
    /// explanation instead of a 401 or 403 without details. Default: `true`.
    ///
    /// A call fails if the cloud does not offer the operation
    /// ([`Error::UnavailableInCloud`](crate::Error::UnavailableInCloud)), or if the token is for another service or
    /// for Azure AD Graph, is app-only although the operation requires a signed-in user, or has
    /// expired ([`Error::TokenRejected`](crate::Error::TokenRejected)).
    ///
    /// The cloud is not checked with a custom [`base_url`](Self::base_url), the audience is not
    /// checked with a [`scope`](Self::scope) that is not a URL, and tokens that cannot be decoded
    /// are not checked.
    pub fn preflight_checks(mut self, enabled: bool) -> Self {
        self.preflight_checks = enabled;
        self
    }

    /// Sets the clock that decides whether a token has expired. Default: the system clock.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the observer, which receives metrics of all attempts and calls. Default: none.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    ///
    /// use partner_center::{CallMetrics, Client, Observer};
    ///
    /// #[derive(Debug, Default)]
    /// struct Calls(AtomicU64);
    ///
    /// impl Observer for Calls {
    ///     fn call(&self, _call: &CallMetrics) {
    ///         self.0.fetch_add(1, Ordering::Relaxed);
    ///     }
    /// }
    ///
    /// let builder = Client::builder().observer(Arc::new(Calls::default()));
    /// # let _ = builder;
    /// ```
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Sets the timeout for connecting. Default: 15 s. Not used with
    /// [`http_client`](Self::http_client).
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.connect = timeout;
        self
    }

    /// Sets the maximum time without data from the service, before or within a response. Default:
    /// 100 s. Not used with [`http_client`](Self::http_client).
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.read = timeout;
        self
    }

    /// Sets the maximum duration of an attempt, from connecting to the last byte, without the time
    /// for getting a token. Default: one hour, because a large page over a slow connection may take
    /// long. [`read_timeout`](Self::read_timeout) limits the time without data, and
    /// [`RetryOptions::deadline`] limits the whole call. Not used with
    /// [`http_client`](Self::http_client).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.total = timeout;
        self
    }

    /// Sets a custom HTTP client, with its own timeouts, proxies and TLS. In builds without a
    /// default TLS of reqwest it needs a rustls provider, which this library does not install: call
    /// `install_default` of a provider before building the HTTP client.
    ///
    /// To protect the token, a custom client should not follow redirects
    /// (`redirect::Policy::none()`), and should connect to loopback addresses without a proxy
    /// (`no_proxy()`). The default client does both.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http_client = Some(client);
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    ///
    /// [`BuildError`] with all problems of the settings.
    pub fn build(self) -> Result<Client, BuildError> {
        let mut problems = Vec::new();
        if self.credential.is_none() {
            problems.push("no credential: set one with `credential`".to_owned());
        }
        let base_url = match self
            .base_url
            .map_or_else(|| Url::parse(self.cloud.base_url()), Ok)
        {
            Ok(url) => {
                if let Err(error) = check_root_url(&url) {
                    let named = error.problems.into_iter();
                    problems.extend(named.map(|problem| format!("the base URL: {problem}")));
                }
                Some(url)
            }
            Err(error) => {
                problems.push(format!("the base URL cannot be read: {error}"));
                None
            }
        };
        let application =
            self.application_name
                .and_then(|name| match HeaderValue::from_str(&name) {
                    Ok(value) => Some(value),
                    Err(_) => {
                        problems.push(
                            "the application name has characters that a header cannot contain"
                                .to_owned(),
                        );
                        None
                    }
                });
        if self.body_limit == 0 {
            problems.push("the body limit must be at least 1 byte".to_owned());
        }
        let http = match (self.http_client, &base_url) {
            (Some(client), _) => Some(client),
            (None, Some(url)) => match http_client(url, self.timeouts) {
                Ok(client) => Some(client),
                Err(error) => {
                    problems.push(format!("the HTTP client cannot be set up: {error}"));
                    None
                }
            },
            (None, None) => None,
        };
        let (Some(credential), Some(base_url), Some(http), []) =
            (self.credential, base_url, http, problems.as_slice())
        else {
            return Err(BuildError { problems });
        };
        let scope = self.scope.unwrap_or_else(|| self.cloud.scope().to_owned());
        let is_the_clouds = base_url.as_str().trim_end_matches('/') == self.cloud.base_url();
        let mut options = PipelineOptions::new(credential, scope);
        options.credential_failure = crate::credential::credential_failure;
        options.locale = self.locale;
        options.application = application;
        options.validate_mfa = self.validate_mfa;
        options.body_limit = self.body_limit;
        options.retry = self.retry;
        options.limiter = self.limiter;
        options.preflight_checks = self.preflight_checks;
        options.cloud = is_the_clouds.then_some(self.cloud);
        options.clock = self.clock;
        options.observer = self.observer;
        options.base_url = Some(base_url.clone());
        let root = base_url.as_str().trim_end_matches('/');
        Ok(Client::new_with_client(root, http, Pipeline::new(options)))
    }
}

/// Error of invalid client settings.
///
/// ```
/// use partner_center::Client;
///
/// let error = Client::builder().body_limit(0).build().unwrap_err();
/// assert_eq!(error.problems.len(), 2);
/// assert_eq!(
///     error.to_string(),
///     "no credential: set one with `credential`; the body limit must be at least 1 byte"
/// );
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct BuildError {
    /// All problems, one sentence each.
    pub problems: Vec<String>,
}

impl std::fmt::Display for BuildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.problems.join("; "))
    }
}

impl std::error::Error for BuildError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_are_reported_at_once() {
        let error = Client::builder()
            .base_url("http://user@example.com/?x".parse().unwrap())
            .application_name("line\nbreak")
            .body_limit(0)
            .build()
            .unwrap_err();
        assert_eq!(error.problems.len(), 6, "{error}");
    }

    #[test]
    fn the_builder_and_the_client_do_not_print_the_token() {
        let credential = Arc::new(crate::credential::StaticTokenCredential::new(
            "not-a-secret",
        ));
        let builder = Client::builder().credential(credential);
        let printed = format!("{builder:?} {:?}", builder.clone().build().unwrap());
        assert!(!printed.contains("not-a-secret"), "{printed}");
    }
}
