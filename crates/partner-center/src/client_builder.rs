use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use progenitor_client::credential::Clock;
use progenitor_client::transport::{TimeOuts, check_root_url, http_client};
use progenitor_client::{
    ClientHooks, Cloud, DEFAULT_BODY_LIMIT, Limiter, Locale, Observer, Pipeline, PipelineOptions,
    RetryOptions,
};
use reqwest::header::HeaderValue;
use url::Url;

use crate::Client;

/// Every call runs through the pipeline, as the trait's own methods say.
impl ClientHooks<Pipeline> for Client {}

impl Client {
    /// Starts a client. A [credential](ClientBuilder::credential) is all it needs.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// The same client with other bounds for the attempts of its calls. Cheap.
    #[must_use]
    pub fn with_retry(&self, retry: RetryOptions) -> Self {
        Self {
            inner: self.inner.with_retry(retry),
            ..self.clone()
        }
    }
}

/// Settings of a [`Client`]. Setters cannot fail; [`build`](Self::build) reports
/// everything that is wrong at once.
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
    checks: bool,
    clock: Clock,
    observer: Option<Arc<dyn Observer>>,
    time_outs: TimeOuts,
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
            checks: true,
            clock: Clock::SYSTEM,
            observer: None,
            time_outs: TimeOuts::ROWS,
            http_client: None,
        }
    }
}

impl ClientBuilder {
    /// Where access tokens come from: one of [`credential`](crate::credential), or any
    /// credential of the `azure_identity` crate. Required.
    pub fn credential(mut self, credential: Arc<dyn TokenCredential>) -> Self {
        self.credential = Some(credential);
        self
    }

    /// The cloud to call: base URL and scope. Default: [`Cloud::Global`].
    pub fn cloud(mut self, cloud: impl Into<Cloud>) -> Self {
        self.cloud = cloud.into();
        self
    }

    /// Another root of the API than the cloud's, for example an emulator's. `https`,
    /// or `http` on loopback.
    pub fn base_url(mut self, base_url: Url) -> Self {
        self.base_url = Some(base_url);
        self
    }

    /// Scope of tokens, in place of the cloud's. Default: [`Cloud::scope`].
    ///
    /// Not `https://graph.windows.net/.default`, which older pages of the documentation
    /// request for applications: the service refuses those tokens with 401 and code 900420
    /// (T80), and [`checks`](Self::checks) refuses them before the call.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// `X-Locale` of calls that do not set their own. Default: `en-US`.
    pub fn locale(mut self, locale: Locale) -> Self {
        self.locale = locale;
        self
    }

    /// `MS-PartnerCenter-Application`: the name of your application, for the service's
    /// logs. Not sent unless set.
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.application_name = Some(name.into());
        self
    }

    /// Asks with every call whether the sign-in behind the token had a second factor
    /// (`ValidateMfa`); [`ResponseValue::is_mfa_compliant`](crate::ResponseValue::is_mfa_compliant)
    /// has the answer. Default: no.
    pub fn validate_mfa(mut self, validate: bool) -> Self {
        self.validate_mfa = validate;
        self
    }

    /// Largest answer to accept, in bytes. Default: [`DEFAULT_BODY_LIMIT`].
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// How often and how long a call is tried. Default: [`RetryOptions::new`]. For a
    /// single call: [`Client::with_retry`].
    pub fn retry(mut self, retry: RetryOptions) -> Self {
        self.retry = retry;
        self
    }

    /// What holds calls back after a 429. Default: a [`Limiter::new`] of this client's own;
    /// share one among all clients of a partner's tenant.
    pub fn limiter(mut self, limiter: Limiter) -> Self {
        self.limiter = limiter;
        self
    }

    /// Whether a call that the service is known to refuse fails before it is sent, with a
    /// sentence in place of a bare 401 or 403: an operation that the cloud does not have
    /// ([`Error::NotInCloud`](crate::Error::NotInCloud)), a token for another service or for
    /// Azure AD Graph, an app-only token where a signed-in user is needed, one that has expired
    /// ([`Error::Token`](crate::Error::Token)). Default: yes.
    ///
    /// The cloud is not looked at with a [`base_url`](Self::base_url) of one's own, the
    /// audience not with a [`scope`](Self::scope) that is no address, and tokens not that
    /// cannot be read.
    pub fn checks(mut self, checks: bool) -> Self {
        self.checks = checks;
        self
    }

    /// The clock that decides whether a token has expired. Default: the system's.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Who is told of every attempt and call, for counters and latencies. Default: nobody.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// How long connecting may take. Default: 15 s. Not used with
    /// [`http_client`](Self::http_client).
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.time_outs.connect = timeout;
        self
    }

    /// How long the service may be silent, before its response or in the middle of it.
    /// Default: 100 s. Not used with [`http_client`](Self::http_client).
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.time_outs.read = timeout;
        self
    }

    /// How long an attempt may take, from connecting to the last byte, the time its credential
    /// takes to get a token aside. Default: an hour, since a large page over a slow line is
    /// fine as long as data flows; see [`read_timeout`](Self::read_timeout), and
    /// [`RetryOptions::deadline`] for a bound of the whole call. Not used with
    /// [`http_client`](Self::http_client).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.time_outs.total = timeout;
        self
    }

    /// A custom HTTP client, with its own timeouts, proxies and TLS. In builds without a
    /// default TLS of reqwest it needs a rustls provider, which this library does not install:
    /// call `install_default` of one before building it.
    ///
    /// What the client's own does for the token's sake is then up to you: it should not
    /// follow redirects (`redirect::Policy::none()`), and should reach loopback addresses
    /// without a proxy (`no_proxy()`).
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http_client = Some(client);
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// Every problem of the settings, in one [`BuildError`].
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
                            "the application name has characters that a header cannot carry"
                                .to_owned(),
                        );
                        None
                    }
                });
        if self.body_limit == 0 {
            problems.push("a body limit of 0 bytes accepts no answer".to_owned());
        }
        let http = match (self.http_client, &base_url) {
            (Some(client), _) => Some(client),
            (None, Some(url)) => match http_client(url, self.time_outs) {
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
        options.locale = self.locale;
        options.application = application;
        options.validate_mfa = self.validate_mfa;
        options.body_limit = self.body_limit;
        options.retry = self.retry;
        options.limiter = self.limiter;
        options.checks = self.checks;
        options.cloud = is_the_clouds.then_some(self.cloud);
        options.clock = self.clock;
        options.observer = self.observer;
        options.base_url = Some(base_url.clone());
        let root = base_url.as_str().trim_end_matches('/');
        Ok(Client::new_with_client(root, http, Pipeline::new(options)))
    }
}

/// Settings that cannot make a client.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct BuildError {
    /// Everything that is wrong, one sentence each.
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
    fn everything_that_is_wrong_is_reported_at_once() {
        let error = Client::builder()
            .base_url("http://user@example.com/?x".parse().unwrap())
            .application_name("line\nbreak")
            .body_limit(0)
            .build()
            .unwrap_err();
        assert_eq!(error.problems.len(), 6, "{error}");
    }

    #[test]
    fn neither_settings_nor_client_print_the_token() {
        let credential = Arc::new(crate::credential::StaticTokenCredential::new(
            "not-a-secret",
        ));
        let builder = Client::builder().credential(credential);
        let printed = format!("{builder:?} {:?}", builder.clone().build().unwrap());
        assert!(!printed.contains("not-a-secret"), "{printed}");
    }
}
