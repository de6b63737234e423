//! How an emulator is set up.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::{net::TcpListener, runtime::Handle};
use url::Url;

use crate::{
    clock::Clock, emulator::Emulator, error::StartError, generated::operations::OPERATIONS,
    identity::Issuer, server::Server, service::Service,
};

/// Sets up an [`Emulator`]; made by [`Emulator::builder`].
#[derive(Debug, Clone)]
#[must_use = "nothing runs before `start`"]
pub struct EmulatorBuilder {
    port: u16,
    access_token_lifetime: Duration,
    clock: Clock,
}

impl EmulatorBuilder {
    pub(crate) fn new() -> Self {
        Self {
            port: 0,
            access_token_lifetime: Duration::from_secs(3600),
            clock: Clock::default(),
        }
    }

    /// Port to listen on, at 127.0.0.1 only. Default: 0, any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// How long access tokens are valid, in whole seconds. Default: one hour.
    pub fn access_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.access_token_lifetime = lifetime;
        self
    }

    /// Where the time is read from. Default: the clock of the system.
    ///
    /// Decides when tokens begin and end, and is seen in `Date` headers: a test
    /// moves it past the end of a token and need not wait.
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
    /// when the port is taken.
    ///
    /// # Panics
    ///
    /// When the tokio runtime was built without I/O (`enable_io` or `enable_all`).
    pub async fn start(self) -> Result<Emulator, StartError> {
        Handle::try_current().map_err(|source| StartError::NoRuntime { source })?;

        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let bind_error = |source| StartError::Bind {
            address: wanted,
            source,
        };
        let listener = TcpListener::bind(wanted).await.map_err(bind_error)?;
        let address = listener.local_addr().map_err(bind_error)?;
        let url = Url::parse(&format!("http://{address}/"))
            .map_err(|source| StartError::Address { address, source })?;

        let issuer = Issuer::new(self.clock, self.access_token_lifetime);
        let service = Arc::new(Service::new(OPERATIONS, issuer));
        let server = Server::spawn(listener, Arc::clone(&service));
        tracing::debug!(%url, "emulator started");
        Ok(Emulator::new(url, service, server))
    }
}
