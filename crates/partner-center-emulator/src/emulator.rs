//! A running emulator.

use std::{fmt, sync::Arc};

use url::Url;

use crate::{
    builder::EmulatorBuilder,
    identity::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, TENANT_ID, TokenOptions},
    recording::RecordedRequest,
    server::Server,
    service::Service,
};

/// Partner Center on localhost, until it is dropped or [shut down](Self::shutdown).
///
/// Dropping it makes it stop at the next opportunity of its runtime; use
/// [`shutdown`](Self::shutdown) where the port has to be free afterwards.
pub struct Emulator {
    url: Url,
    service: Arc<Service>,
    server: Server,
}

impl Emulator {
    /// Begins to set up an emulator.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::new()
    }

    pub(crate) fn new(url: Url, service: Arc<Service>, server: Server) -> Self {
        Self {
            url,
            service,
            server,
        }
    }

    /// Base of the API, in place of `https://api.partnercenter.microsoft.com/`:
    /// `http://127.0.0.1:<port>/`.
    #[must_use]
    pub fn url(&self) -> Url {
        self.url.clone()
    }

    /// Base of the sign-in, in place of `https://login.microsoftonline.com/`.
    /// Tokens are given out at `<authority><tenant id>/oauth2/v2.0/token`.
    #[must_use]
    pub fn authority(&self) -> Url {
        self.url.clone()
    }

    /// Id of the partner's tenant, the same in all emulators.
    #[must_use]
    pub fn tenant_id(&self) -> &str {
        TENANT_ID
    }

    /// Id of the application that may sign in, the same in all emulators.
    #[must_use]
    pub fn client_id(&self) -> &str {
        CLIENT_ID
    }

    /// Secret of the application. Public: it opens nothing but an emulator.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        CLIENT_SECRET
    }

    /// A refresh token of the partner's user, which never ends. Public: it opens
    /// nothing but an emulator.
    #[must_use]
    pub fn refresh_token(&self) -> &str {
        REFRESH_TOKEN
    }

    /// Makes an access token without a sign-in.
    ///
    /// This emulator accepts it unless `options` ask for a fault; others never do.
    #[must_use]
    pub fn mint_token(&self, options: TokenOptions) -> String {
        self.service.issuer().mint(&options)
    }

    /// The requests received so far, token requests and refused ones included, in
    /// order of arrival; the last 1,000.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.service.recording().requests()
    }

    /// Stops, and waits until the port is free and all connections are closed.
    ///
    /// Requests that arrived completely are answered first.
    pub async fn shutdown(self) {
        self.server.shutdown().await;
        tracing::debug!(url = %self.url, "emulator stopped");
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Emulator")
            .field("url", &self.url.as_str())
            .finish_non_exhaustive()
    }
}
