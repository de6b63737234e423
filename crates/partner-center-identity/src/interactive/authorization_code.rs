use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use url::Url;

use super::authorization_code_flow::AuthorizationCodeFlow;
use super::credential::InteractiveCredential;
use crate::application::Application;
use crate::refresher::Refresher;
use crate::setters::{client_auth_setters, sign_in_setters, store_setters};
use crate::{Clock, MemoryStore, RefreshTokenLifetime, RefreshTokenStore, StoredRefreshToken};

/// Function that shows a page to the user: it opens a browser or prints the address.
pub(crate) type OpenBrowser = Arc<dyn Fn(&Url) -> std::io::Result<()> + Send + Sync>;

/// Default timeout of a sign-in.
const TIMEOUT: Duration = Duration::from_secs(300);

/// A credential that signs a user in with the browser of this machine: authorization code grant
/// with PKCE and a redirect to a loopback address.
///
/// Uses the refresh token in the store as long as it is valid. If the store is empty or its
/// token is rejected, the credential opens the sign-in page and waits for the redirect of the
/// browser. The application's registration needs the redirect URI `http://localhost` under Mobile
/// and desktop applications; its port is ignored.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = partner_center_emulator::Emulator::builder().start().await?;
/// use partner_center_identity::AuthorizationCodeCredential;
///
/// let (tenant, client_id) = (emulator.tenant_id(), emulator.client_id());
/// let credential = AuthorizationCodeCredential::builder(tenant, client_id, |page| {
///     // A program with a desktop opens the page; over SSH, a user copies the address.
///     println!("open {page}");
///     Ok(())
/// })
/// .build()?;
/// # let _ = credential;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct AuthorizationCodeCredential {
    interactive: InteractiveCredential,
}

impl AuthorizationCodeCredential {
    /// Returns a builder with the partner's tenant (GUID or domain), the application (client)
    /// id, and a function that shows the sign-in page to the user. The page's address is valid
    /// for one sign-in and must not be shown to other users.
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
            lifetime: RefreshTokenLifetime::default(),
            clock: Clock::SYSTEM,
        }
    }

    /// Starts a sign-in now, regardless of the store's content, and saves the refresh token.
    ///
    /// Dropping the future cancels the sign-in and closes the port.
    ///
    /// # Errors
    ///
    /// If the store cannot be used (checked first), another sign-in of the same application is
    /// in progress, the browser does not return in time or returns only responses to other
    /// sign-ins, the user declines, or the sign-in service fails. The `source()` is a
    /// [`BrowserSignInError`](crate::BrowserSignInError),
    /// [`SignInRejected`](crate::SignInRejected),
    /// [`SignInFailure`](crate::SignInFailure) or
    /// [`RefreshTokenError`](crate::RefreshTokenError).
    pub async fn sign_in(&self, scopes: &[&str]) -> azure_core::Result<StoredRefreshToken> {
        self.interactive.sign_in(scopes).await
    }
}

/// Builder of an [`AuthorizationCodeCredential`].
///
/// ```
/// use std::time::Duration;
///
/// use partner_center_identity::AuthorizationCodeCredential;
///
/// let builder = AuthorizationCodeCredential::builder(
///     "contoso.onmicrosoft.com",
///     "11111111-2222-3333-4444-555555555555",
///     |_page| Ok(()),
/// )
/// // A fixed port, for a firewall; and less time for the user.
/// .port(53_682)
/// .timeout(Duration::from_secs(120));
/// # let _ = builder;
/// ```
#[derive(Clone)]
pub struct AuthorizationCodeCredentialBuilder {
    application: Application,
    open: OpenBrowser,
    port: u16,
    timeout: Duration,
    store: Option<Arc<dyn RefreshTokenStore>>,
    lifetime: RefreshTokenLifetime,
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

    /// Sets the port to listen on. Default: 0, any free port.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the time that the user has to sign in. Default: five minutes.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Builds the credential.
    ///
    /// # Errors
    ///
    /// If the tenant or the client id is invalid, both a secret and a certificate are set, or
    /// the authority is neither `https` nor a loopback address.
    pub fn build(self) -> azure_core::Result<AuthorizationCodeCredential> {
        let endpoint = self.application.endpoint(&self.clock)?;
        let store = self.store.unwrap_or_else(|| Arc::new(MemoryStore::new()));
        let flow = AuthorizationCodeFlow::new(endpoint.clone(), self.open, self.port, self.timeout);
        let refresher = Refresher::new(endpoint, store, None, self.lifetime, self.clock.clone());
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
