use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};

use super::credential::AppOnlyCredential;
use crate::Clock;
use crate::application::{Application, setting_error};
use crate::setters::sign_in_setters;

/// An app-only credential that authenticates the application with its client secret.
///
/// Only a few operations accept app-only tokens; analytics needs a signed-in user and rejects
/// them (T79).
#[derive(Debug)]
pub struct ClientSecretCredential {
    app_only: AppOnlyCredential,
}

impl ClientSecretCredential {
    /// Returns a builder with the partner's tenant (GUID or domain), the application (client) id
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

/// Builder of a [`ClientSecretCredential`].
#[derive(Clone, Debug)]
pub struct ClientSecretCredentialBuilder {
    application: Application,
    clock: Clock,
}

impl ClientSecretCredentialBuilder {
    sign_in_setters!();

    /// Builds the credential.
    ///
    /// # Errors
    ///
    /// If the tenant or the client id is invalid, the secret is empty, or the authority is
    /// neither `https` nor a loopback address.
    pub fn build(self) -> azure_core::Result<ClientSecretCredential> {
        let secret = self.application.client_secret.as_ref();
        if secret.is_none_or(|secret| secret.secret().trim().is_empty()) {
            return Err(setting_error("the client secret is empty"));
        }
        Ok(ClientSecretCredential {
            app_only: AppOnlyCredential::new(self.application, self.clock)?,
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
