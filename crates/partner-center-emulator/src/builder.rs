//! Builder of emulators.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::runtime::Handle;
use tokio_rustls::TlsAcceptor;
use url::Url;

use crate::{
    api::settings::ApiSettings,
    clock::Clock,
    control::settings::ControlSettings,
    data::{DataSet, store::Store},
    emulator::Emulator,
    error::StartError,
    faults::rate_limit::{RateLimit, RateLimiter},
    generated::responses::RESPONSES,
    identity::{Authority, CertificatePem, IdTokenKey, SignInSettings},
    net::{
        certificates::Certificates,
        server::{Server, listen},
    },
    service::Service,
};

/// Builder of an [`Emulator`], returned by [`Emulator::builder`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// use partner_center_emulator::{Emulator, RateLimit};
///
/// let emulator = Emulator::builder()
///     .access_token_lifetime(Duration::from_secs(600))
///     .refresh_token_lifetime(Duration::from_secs(90 * 24 * 60 * 60))
///     .rate_limit(RateLimit { requests: 500, per: Duration::from_secs(60) })
///     .start()
///     .await?;
/// assert_eq!(emulator.url().host_str(), Some("127.0.0.1"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "the emulator does not run before `start`"]
pub struct EmulatorBuilder {
    port: u16,
    all_interfaces: bool,
    https: bool,
    sign_in: SignInSettings,
    client_certificates: Vec<CertificatePem>,
    rate_limit: Option<RateLimit>,
    clock: Clock,
    data: DataSet,
    pub(crate) api: ApiSettings,
    pub(crate) control: ControlSettings,
}

impl EmulatorBuilder {
    pub(crate) fn new() -> Self {
        Self {
            port: 0,
            all_interfaces: false,
            https: false,
            sign_in: SignInSettings::default(),
            client_certificates: Vec::new(),
            rate_limit: None,
            clock: Clock::default(),
            data: DataSet::default(),
            api: ApiSettings::default(),
            control: ControlSettings::new(),
        }
    }

    /// Sets the port to listen on. Default: 0, any free port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets whether the emulator listens on all network interfaces. Default: `false`, on 127.0.0.1
    /// only.
    ///
    /// For a container, whose port its host forwards from the same port of 127.0.0.1. The URLs in
    /// responses have this address, so other computers cannot sign in, but they can read the made-up
    /// rows and use the control endpoint.
    pub fn all_interfaces(mut self, all: bool) -> Self {
        self.all_interfaces = all;
        self
    }

    /// Sets whether the emulator uses HTTPS, with its own certificate for 127.0.0.1, `::1`
    /// and `localhost`. Default: `false`, plain HTTP.
    ///
    /// The certificate and its certificate authority are new at each start, and their keys
    /// never leave memory. Clients have to trust [`Emulator::certificate_pem`]. The
    /// certificate is valid for 800 days by the system clock, independent of
    /// [`clock`](Self::clock), because clients check it by the system clock.
    pub fn https(mut self, https: bool) -> Self {
        self.https = https;
        self
    }

    /// Sets the lifetime of access tokens, in whole seconds. Default: one hour.
    pub fn access_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.sign_in.access_token_lifetime = lifetime;
        self
    }

    /// Sets the lifetime of refresh tokens; that of the seeded token begins at the start of
    /// the emulator. An expired token gets AADSTS700082. Default: unlimited.
    ///
    /// The lifetime in the service is 90 days.
    pub fn refresh_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.sign_in.refresh_token_lifetime = Some(lifetime);
        self
    }

    /// Sets whether a refresh token can be used only once: after it was exchanged for a new
    /// one, the old one gets AADSTS70000. Default: `false`, as in the service.
    pub fn invalidate_rotated_refresh_tokens(mut self, invalidate: bool) -> Self {
        self.sign_in.invalidate_rotated_refresh_tokens = invalidate;
        self
    }

    /// Sets whether the API rejects delegated tokens of a sign-in without a second factor,
    /// with 401 and code 900421. Default: `true`, as in the service.
    ///
    /// [`Emulator::set_require_mfa`] changes it later.
    pub fn require_mfa(mut self, require: bool) -> Self {
        self.sign_in.require_mfa = require;
        self
    }

    /// Sets whether users sign in with a second factor; applies to the seeded refresh token
    /// too. Default: `true`.
    ///
    /// [`Emulator::set_sign_in_with_mfa`] changes it later.
    pub fn sign_in_with_mfa(mut self, mfa: bool) -> Self {
        self.sign_in.sign_in_with_mfa = mfa;
        self
    }

    /// Sets whether the authorization endpoint redirects the browser with a code
    /// immediately, without showing a page. Default: `false`.
    pub fn automatic_consent(mut self, automatic: bool) -> Self {
        self.sign_in.automatic_consent = automatic;
        self
    }

    /// Sets whether the application is a public client, without a secret. The seeded refresh
    /// token is then used without a secret, and a secret is rejected with AADSTS700025.
    /// Default: `false`; the secret may then be omitted only for a sign-in that began
    /// without it.
    pub fn public_client(mut self, public: bool) -> Self {
        self.sign_in.public_client = public;
        self
    }

    /// Registers a certificate of the application, in PEM, with an RSA key of 2048 to
    /// 8192 bits. Default: none.
    ///
    /// The application may then send an assertion signed with the certificate's key instead
    /// of the secret; the secret stays valid. Each call adds a certificate, because an
    /// application has two while one replaces the other. If the PEM text has several
    /// certificates, the first is used. The private key is not needed.
    pub fn client_certificate(mut self, pem: impl Into<String>) -> Self {
        self.client_certificates
            .push(CertificatePem::new(pem.into()));
        self
    }

    /// Sets the minimum interval between two polls of a device, in whole seconds. Faster
    /// polls get `slow_down`. Default: 5 seconds.
    pub fn device_code_interval(mut self, interval: Duration) -> Self {
        self.sign_in.device_code_interval = Duration::from_secs(interval.as_secs());
        self
    }

    /// Sets the lifetime of device codes, in whole seconds. Default: 15 minutes.
    pub fn device_code_lifetime(mut self, lifetime: Duration) -> Self {
        self.sign_in.device_code_lifetime = Duration::from_secs(lifetime.as_secs());
        self
    }

    /// Sets the number of calls in a period after which the API responds with 429. Token
    /// requests are not limited. Default: unlimited.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    ///
    /// use partner_center_emulator::{Emulator, RateLimit};
    ///
    /// let one_a_minute = RateLimit { requests: 1, per: Duration::from_secs(60) };
    /// let emulator = Emulator::builder().rate_limit(one_a_minute).start().await?;
    /// # use std::sync::Arc;
    /// # use partner_center::{Client, RetryOptions};
    /// # use partner_center::credential::{RefreshTokenCredential, StaticTokenCredential};
    /// # use partner_center_emulator::TokenOptions;
    /// # let token = emulator.mint_token(TokenOptions::new());
    /// # let client = Client::builder()
    /// #     .base_url(emulator.url())
    /// #     .credential(Arc::new(StaticTokenCredential::new(token)))
    /// #     .retry(RetryOptions::none())
    /// #     .build()?;
    /// client.customers().send().await?;
    /// let error = client.customers().send().await.unwrap_err();
    /// assert_eq!(error.status().map(|status| status.as_u16()), Some(429));
    /// assert!(error.retry_after().is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.rate_limit = Some(limit);
        self
    }

    /// Sets the source of the current time. Default: the system clock.
    ///
    /// The clock determines when tokens and codes become valid and expire, and the `Date`
    /// header. A test can move it past the expiry of a token instead of waiting.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// use std::time::{Duration, SystemTime};
    ///
    /// use partner_center_emulator::Emulator;
    ///
    /// static HOURS: AtomicU64 = AtomicU64::new(0);
    /// let now = || SystemTime::now() + Duration::from_secs(3600 * HOURS.load(Ordering::Relaxed));
    /// let emulator = Emulator::builder().clock(now).start().await?;
    /// # use std::sync::Arc;
    /// # use partner_center::{Client, RetryOptions};
    /// # use partner_center::credential::{RefreshTokenCredential, StaticTokenCredential};
    /// # use partner_center_emulator::TokenOptions;
    /// # let token = emulator.mint_token(TokenOptions::new());
    /// # let client = Client::builder()
    /// #     .base_url(emulator.url())
    /// #     .credential(Arc::new(StaticTokenCredential::new(token)))
    /// #     .retry(RetryOptions::none())
    /// #     .build()?;
    /// client.customers().send().await?;
    ///
    /// // Two hours later the token has expired, without waiting.
    /// HOURS.store(2, Ordering::Relaxed);
    /// let error = client.customers().send().await.unwrap_err();
    /// assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    /// # Ok(())
    /// # }
    /// ```
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(now);
        self
    }

    /// Sets the rows that the operations return. Default: synthetic rows with the default settings.
    pub fn data(mut self, data: DataSet) -> Self {
        self.data = data;
        self
    }

    /// Starts the emulator as a task of the current tokio runtime, single- or
    /// multi-threaded.
    ///
    /// It accepts requests as long as the runtime runs and the [`Emulator`] is not dropped.
    ///
    /// # Errors
    ///
    /// [`StartError::NoRuntime`] outside of a tokio runtime, [`StartError::Bind`] if the
    /// port is in use, [`StartError::Certificate`] if no certificate for HTTPS could be
    /// created, [`StartError::ClientCertificate`] if a
    /// [registered](Self::client_certificate) certificate is not usable, [`StartError::Data`] if
    /// rows of the [data](Self::data) do not belong to its customers.
    ///
    /// # Panics
    ///
    /// Panics if the tokio runtime was built without I/O (`enable_io` or `enable_all`).
    pub async fn start(self) -> Result<Emulator, StartError> {
        Handle::try_current().map_err(|source| StartError::NoRuntime { source })?;

        let mut sign_in = self.sign_in;
        sign_in.client_certificates = self
            .client_certificates
            .iter()
            .map(CertificatePem::read)
            .collect::<Result<_, _>>()?;
        let (scheme, acceptor, certificate_pem) = if self.https {
            let (server, pem) = Certificates::generate()?.into_server()?;
            ("https", Some(TlsAcceptor::from(server)), Some(pem))
        } else {
            ("http", None, None)
        };
        let interface = match self.all_interfaces {
            true => Ipv4Addr::UNSPECIFIED,
            false => Ipv4Addr::LOCALHOST,
        };
        let wanted = SocketAddr::from((interface, self.port));
        let bind_error = |source| StartError::Bind {
            address: wanted,
            source,
        };
        let listener = listen(wanted).map_err(bind_error)?;
        let mut address = listener.local_addr().map_err(bind_error)?;
        // Tokens and redirects are accepted on loopback only.
        address.set_ip(Ipv4Addr::LOCALHOST.into());
        let url = Url::parse(&format!("{scheme}://{address}/"))
            .map_err(|source| StartError::Address { address, source })?;

        // Emulators of one builder have separate clocks.
        let clock = self.clock.unchanged();
        let store = Store::new(&self.data, RESPONSES, clock.clone())
            .map_err(|source| StartError::Data { source })?;
        let id_token_key = IdTokenKey::generate().map_err(|_| StartError::IdTokenKey)?;
        let authority = Authority::new(url.clone(), &clock, sign_in, id_token_key);
        let limiter = RateLimiter::new(self.rate_limit, clock);
        let settings = self.control.started(self.rate_limit);
        let service = Service::new(RESPONSES, store, authority, limiter, self.api, settings);
        let service = Arc::new(service);
        let server = Server::spawn(listener, acceptor, Arc::clone(&service));
        tracing::debug!(%url, "emulator started");
        Ok(Emulator::new(url, certificate_pem, service, server))
    }
}
