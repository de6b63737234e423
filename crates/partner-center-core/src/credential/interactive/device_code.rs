use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};

use super::credential::InteractiveCredential;
use super::device_code_flow::DeviceCodeFlow;
use crate::credential::application::Application;
use crate::credential::refresher::Refresher;
use crate::credential::setters::{client_auth_setters, sign_in_setters, store_setters};
use crate::credential::{
    Clock, MemoryStore, RefreshTokenLife, RefreshTokenStore, StoredRefreshToken,
};

/// A sign-in on another device: the user enters a short code on a web page.
///
/// Uses the refresh token in the store as long as it works. When there is none, or it is
/// refused, the prompt gets a message to show, and the credential waits until the user
/// has signed in.
#[derive(Debug)]
pub struct DeviceCodeCredential {
    interactive: InteractiveCredential,
}

/// What to tell the user.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct DeviceCodePrompt {
    /// The whole instruction, in the sign-in service's words where it has any.
    pub message: String,
    /// The code to enter.
    pub user_code: String,
    /// The page to enter it on.
    pub verification_uri: String,
    /// How long the code can be used.
    pub expires_in: Duration,
}

impl DeviceCodeCredential {
    /// Starts with the partner's tenant (GUID or domain), the application (client) id,
    /// and what shows the message to the user.
    pub fn builder(
        tenant: impl Into<String>,
        client_id: impl Into<String>,
        prompt: impl Fn(&DeviceCodePrompt) + Send + Sync + 'static,
    ) -> DeviceCodeCredentialBuilder {
        DeviceCodeCredentialBuilder {
            application: Application::new(tenant.into(), client_id.into()),
            prompt: Arc::new(prompt),
            store: None,
            life: RefreshTokenLife::default(),
            clock: Clock::SYSTEM,
        }
    }

    /// Has the user sign in now, whatever the store has, and stores the refresh token.
    /// Ends with the future: a dropped one stops asking.
    ///
    /// # Errors
    ///
    /// When the store cannot be used (found out first), the user declines or is too late,
    /// or the sign-in service fails. The source is a [`SignInRefused`](crate::credential::SignInRefused),
    /// [`SignInFailure`](crate::credential::SignInFailure) or
    /// [`RefreshTokenError`](crate::credential::RefreshTokenError).
    pub async fn sign_in(&self, scopes: &[&str]) -> azure_core::Result<StoredRefreshToken> {
        self.interactive.sign_in(scopes).await
    }
}

/// Settings of a [`DeviceCodeCredential`].
#[derive(Clone)]
pub struct DeviceCodeCredentialBuilder {
    application: Application,
    prompt: Arc<dyn Fn(&DeviceCodePrompt) + Send + Sync>,
    store: Option<Arc<dyn RefreshTokenStore>>,
    life: RefreshTokenLife,
    clock: Clock,
}

impl std::fmt::Debug for DeviceCodeCredentialBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceCodeCredentialBuilder")
            .field("application", &self.application)
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

impl DeviceCodeCredentialBuilder {
    sign_in_setters!();
    client_auth_setters!();
    store_setters!();

    /// The credential.
    ///
    /// # Errors
    ///
    /// When the tenant or the client id cannot be one, both a secret and a certificate are
    /// given, or the authority is neither `https` nor on loopback.
    pub fn build(self) -> azure_core::Result<DeviceCodeCredential> {
        let endpoint = self.application.endpoint(&self.clock)?;
        let store = self.store.unwrap_or_else(|| Arc::new(MemoryStore::new()));
        let flow = Arc::new(DeviceCodeFlow::new(endpoint.clone(), self.prompt));
        let refresher = Refresher::new(endpoint, store, None, self.life, self.clock.clone());
        Ok(DeviceCodeCredential {
            interactive: InteractiveCredential::new(refresher, flow, self.clock),
        })
    }
}

#[async_trait::async_trait]
impl TokenCredential for DeviceCodeCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.interactive.get_token(scopes, options).await
    }
}
