use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use url::Url;

use super::application_token::AppOnly;
use crate::cloud::Cloud;
use crate::credential::Clock;
use crate::credential::application::{Application, setting_error};

/// An application in its own name (app-only), by its client secret.
///
/// Good for the few operations that allow it; analytics needs a signed-in user and
/// refuses app-only tokens (T79).
#[derive(Debug)]
pub struct ClientSecretCredential {
    app_only: AppOnly,
}

impl ClientSecretCredential {
    /// Starts with the partner's tenant (GUID or domain), the application (client) id
    /// and its secret.
    pub fn builder(
        tenant: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
    ) -> ClientSecretCredentialBuilder {
        let mut application = Application::new(tenant.into(), client_id.into());
        application.client_secret = Some(client_secret.into());
        ClientSecretCredentialBuilder {
            application,
            clock: Clock::SYSTEM,
        }
    }
}

/// Settings of a [`ClientSecretCredential`].
#[derive(Clone, Debug)]
pub struct ClientSecretCredentialBuilder {
    application: Application,
    clock: Clock,
}

impl ClientSecretCredentialBuilder {
    /// The cloud to sign in at. Default: [`Cloud::Global`].
    #[must_use]
    pub fn cloud(mut self, cloud: impl Into<Cloud>) -> Self {
        self.application.cloud = cloud.into();
        self
    }

    /// Another sign-in service than the cloud's, for example an emulator's.
    #[must_use]
    pub fn authority(mut self, authority: Url) -> Self {
        self.application.authority = Some(authority);
        self
    }

    /// An HTTP client of your own for the sign-in: with its own time-outs, proxies and
    /// trust roots. Default: one made for the sign-in service alone, which gives up after a
    /// minute.
    ///
    /// What that one does for the secrets' sake is then up to you: it should not follow
    /// redirects (`redirect::Policy::none()`), should reach loopback addresses without a
    /// proxy (`no_proxy()`), and needs a time-out.
    #[must_use]
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.application.http = Some(client);
        self
    }

    /// The clock that decides about the life of tokens. Default: the system's.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The credential.
    ///
    /// # Errors
    ///
    /// When the tenant or the client id cannot be one, the secret is empty, or the
    /// authority is neither `https` nor on loopback.
    pub fn build(self) -> azure_core::Result<ClientSecretCredential> {
        let secret = self.application.client_secret.as_ref();
        if secret.is_none_or(|secret| secret.secret().trim().is_empty()) {
            return Err(setting_error("the client secret is empty"));
        }
        Ok(ClientSecretCredential {
            app_only: AppOnly::new(self.application, self.clock)?,
        })
    }
}

#[async_trait::async_trait]
impl TokenCredential for ClientSecretCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.app_only.get_token(scopes, options).await
    }
}
