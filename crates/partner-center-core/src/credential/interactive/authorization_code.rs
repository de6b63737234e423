use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use url::Url;

use super::authorization_code_flow::AuthorizationCodeFlow;
use super::credential::InteractiveCredential;
use crate::credential::application::Application;
use crate::credential::refresher::Refresher;
use crate::credential::setters::{client_auth_setters, sign_in_setters, store_setters};
use crate::credential::{
    Clock, MemoryStore, RefreshTokenLife, RefreshTokenStore, StoredRefreshToken,
};

/// Shows a page to the user: opens a browser, or prints the address.
pub(crate) type OpenBrowser = Arc<dyn Fn(&Url) -> std::io::Result<()> + Send + Sync>;

/// How long a user may take to sign in.
const TIMEOUT: Duration = Duration::from_secs(300);

/// A sign-in in the browser of this machine, with PKCE and a redirect to loopback.
///
/// Uses the refresh token in the store as long as it works. When there is none, or it is
/// refused, it opens the sign-in page and waits for the browser to come back. The
/// application's registration needs `http://localhost` as a mobile and desktop redirect
/// address; the port does not matter there.
#[derive(Debug)]
pub struct AuthorizationCodeCredential {
    interactive: InteractiveCredential,
}

impl AuthorizationCodeCredential {
    /// Starts with the partner's tenant (GUID or domain), the application (client) id,
    /// and what shows the sign-in page to the user. The page's address is for this user
    /// and this sign-in only.
    pub fn builder(
        tenant: impl Into<String>,
        client_id: impl Into<String>,
        open: impl Fn(&Url) -> std::io::Result<()> + Send + Sync + 'static,
    ) -> AuthorizationCodeCredentialBuilder {
        AuthorizationCodeCredentialBuilder {
            application: Application::new(tenant.into(), client_id.into()),
            open: Arc::new(open),
            port: 0,
            timeout: TIMEOUT,
            store: None,
            life: RefreshTokenLife::default(),
            clock: Clock::SYSTEM,
        }
    }

    /// Has the user sign in now, whatever the store has, and stores the refresh token.
    /// Ends with the future: a dropped one stops listening.
    ///
    /// # Errors
    ///
    /// When the store cannot be used (found out first), another sign-in of the same
    /// application waits, the browser does not come back in time or with an answer that
    /// does not belong to this sign-in, the user declines, or the sign-in service fails.
    /// The source is a [`BrowserSignInError`](crate::credential::BrowserSignInError),
    /// [`SignInRefused`](crate::credential::SignInRefused), [`SignInFailure`](crate::credential::SignInFailure) or
    /// [`RefreshTokenError`](crate::credential::RefreshTokenError).
    pub async fn sign_in(&self, scopes: &[&str]) -> azure_core::Result<StoredRefreshToken> {
        self.interactive.sign_in(scopes).await
    }
}

/// Settings of an [`AuthorizationCodeCredential`].
#[derive(Clone)]
pub struct AuthorizationCodeCredentialBuilder {
    application: Application,
    open: OpenBrowser,
    port: u16,
    timeout: Duration,
    store: Option<Arc<dyn RefreshTokenStore>>,
    life: RefreshTokenLife,
    clock: Clock,
}

impl std::fmt::Debug for AuthorizationCodeCredentialBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthorizationCodeCredentialBuilder")
            .field("application", &self.application)
            .field("port", &self.port)
            .field("timeout", &self.timeout)
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

impl AuthorizationCodeCredentialBuilder {
    sign_in_setters!();
    client_auth_setters!();
    store_setters!();

    /// The port to listen on. Default: any free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// How long to wait for the user. Default: five minutes.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The credential.
    ///
    /// # Errors
    ///
    /// When the tenant or the client id cannot be one, both a secret and a certificate are
    /// given, or the authority is neither `https` nor on loopback.
    pub fn build(self) -> azure_core::Result<AuthorizationCodeCredential> {
        let endpoint = self.application.endpoint(&self.clock)?;
        let store = self.store.unwrap_or_else(|| Arc::new(MemoryStore::new()));
        let flow = AuthorizationCodeFlow::new(endpoint.clone(), self.open, self.port, self.timeout);
        let refresher = Refresher::new(endpoint, store, None, self.life, self.clock.clone());
        Ok(AuthorizationCodeCredential {
            interactive: InteractiveCredential::new(refresher, Arc::new(flow), self.clock),
        })
    }
}

#[async_trait::async_trait]
impl TokenCredential for AuthorizationCodeCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.interactive.get_token(scopes, options).await
    }
}
