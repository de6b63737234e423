//! How an emulator is set up.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::{net::TcpListener, runtime::Handle};
use tokio_rustls::TlsAcceptor;
use url::Url;

use crate::{
    certificates::Certificates,
    clock::Clock,
    emulator::Emulator,
    error::StartError,
    generated::responses::RESPONSES,
    identity::{Authority, CertificatePem, SignInSettings},
    rate_limit::{RateLimit, RateLimiter},
    server::Server,
    service::Service,
};

/// Sets up an [`Emulator`]; made by [`Emulator::builder`].
#[derive(Debug, Clone)]
#[must_use = "nothing runs before `start`"]
pub struct EmulatorBuilder {
    port: u16,
    https: bool,
    sign_in: SignInSettings,
    client_certificates: Vec<CertificatePem>,
    rate_limit: Option<RateLimit>,
    clock: Clock,
}

impl EmulatorBuilder {
    pub(crate) fn new() -> Self {
        Self {
            port: 0,
            https: false,
            sign_in: SignInSettings::default(),
            client_certificates: Vec::new(),
            rate_limit: None,
            clock: Clock::default(),
        }
    }

    /// Port to listen on, at 127.0.0.1 only. Default: 0, any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Whether the emulator speaks https, with a certificate of its own for 127.0.0.1,
    /// `::1` and `localhost`. Default: no, plain http.
    ///
    /// The certificate and the authority that issued it are new at each start, and
    /// their keys never leave memory. Clients have to trust
    /// [`Emulator::certificate_pem`]. It is valid for 800 days by the clock of this
    /// machine, whatever [`clock`](Self::clock) says, since clients check it by theirs.
    pub fn https(mut self, https: bool) -> Self {
        self.https = https;
        self
    }

    /// How long access tokens are valid, in whole seconds. Default: one hour.
    pub fn access_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.sign_in.access_token_lifetime = lifetime;
        self
    }

    /// How long refresh tokens are good for after they were given out; the seeded one
    /// counts from the start. AADSTS700082 afterwards. Default: for ever.
    ///
    /// The service's is 90 days.
    pub fn refresh_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.sign_in.refresh_token_lifetime = Some(lifetime);
        self
    }

    /// Whether a refresh token can be used only once: AADSTS70000 for the old one
    /// after it was exchanged for a new one. Default: no, as with the service.
    pub fn invalidate_rotated_refresh_tokens(mut self, invalidate: bool) -> Self {
        self.sign_in.invalidate_rotated_refresh_tokens = invalidate;
        self
    }

    /// Whether the API refuses delegated tokens of a sign-in without a second factor:
    /// 401 with code 900421. Default: no.
    pub fn require_mfa(mut self, require: bool) -> Self {
        self.sign_in.require_mfa = require;
        self
    }

    /// Whether people sign in with a second factor; holds for the seeded refresh
    /// token, too. Default: yes.
    ///
    /// [`Emulator::set_sign_in_with_mfa`] changes it later.
    pub fn sign_in_with_mfa(mut self, mfa: bool) -> Self {
        self.sign_in.sign_in_with_mfa = mfa;
        self
    }

    /// Whether the authorization endpoint sends the browser back with a code at once,
    /// without a page to click on. Default: no.
    pub fn automatic_consent(mut self, automatic: bool) -> Self {
        self.sign_in.automatic_consent = automatic;
        self
    }

    /// Whether the application is a public one, without a secret: then the seeded
    /// refresh token is used without it, and a secret is refused with AADSTS700025.
    /// Default: no; then a secret may be left out only by who signed in without it.
    pub fn public_client(mut self, public: bool) -> Self {
        self.sign_in.public_client = public;
        self
    }

    /// Registers a certificate of the application, in PEM, with an RSA key of 2048 to
    /// 8192 bits. Default: none.
    ///
    /// The application may then send an assertion that it has signed with the key in
    /// place of the secret, which stays valid. Each call adds one, as an application
    /// has two certificates while the new one replaces the old. Of a text with more in
    /// it the first certificate counts. The private key is not needed.
    pub fn client_certificate(mut self, pem: impl Into<String>) -> Self {
        self.client_certificates
            .push(CertificatePem::new(pem.into()));
        self
    }

    /// How long devices have to wait between two polls, in whole seconds; `slow_down`
    /// when they do not. Default: 5 seconds.
    pub fn device_code_interval(mut self, interval: Duration) -> Self {
        self.sign_in.device_code_interval = Duration::from_secs(interval.as_secs());
        self
    }

    /// How long the code of a device can be entered, in whole seconds. Default: 15
    /// minutes.
    pub fn device_code_lifetime(mut self, lifetime: Duration) -> Self {
        self.sign_in.device_code_lifetime = Duration::from_secs(lifetime.as_secs());
        self
    }

    /// How many calls the API takes before it answers 429; token requests are not
    /// limited. Default: any number.
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.rate_limit = Some(limit);
        self
    }

    /// Where the time is read from. Default: the clock of the system.
    ///
    /// Decides when tokens and codes begin and end, and is seen in `Date` headers: a
    /// test moves it past the end of a token and need not wait.
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(now);
        self
    }

    /// Starts the emulator as a task of the current tokio runtime, of either kind.
    ///
    /// It answers from now on, as long as the runtime runs and the
    /// [`Emulator`] is held.
    ///
    /// # Errors
    ///
    /// [`StartError::NoRuntime`] outside of a tokio runtime, [`StartError::Bind`]
    /// when the port is taken, [`StartError::Certificate`] when there is none for
    /// https, [`StartError::ClientCertificate`] when one that was
    /// [registered](Self::client_certificate) is not usable.
    ///
    /// # Panics
    ///
    /// When the tokio runtime was built without I/O (`enable_io` or `enable_all`).
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
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let bind_error = |source| StartError::Bind {
            address: wanted,
            source,
        };
        let listener = TcpListener::bind(wanted).await.map_err(bind_error)?;
        let address = listener.local_addr().map_err(bind_error)?;
        let url = Url::parse(&format!("{scheme}://{address}/"))
            .map_err(|source| StartError::Address { address, source })?;

        let authority = Authority::new(url.clone(), &self.clock, sign_in);
        let limiter = RateLimiter::new(self.rate_limit, self.clock);
        let service = Arc::new(Service::new(RESPONSES, authority, limiter));
        let server = Server::spawn(listener, acceptor, Arc::clone(&service));
        tracing::debug!(%url, "emulator started");
        Ok(Emulator::new(url, certificate_pem, service, server))
    }
}
