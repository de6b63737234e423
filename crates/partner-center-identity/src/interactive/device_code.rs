use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};

use super::credential::InteractiveCredential;
use super::device_code_flow::DeviceCodeFlow;
use crate::application::Application;
use crate::refresher::Refresher;
use crate::setters::{client_auth_setters, sign_in_setters, store_setters};
use crate::{Clock, MemoryStore, RefreshTokenLifetime, RefreshTokenStore, StoredRefreshToken};

/// A credential that signs a user in on another device, where the user enters a short code on a
/// web page (device authorization grant).
///
/// Uses the refresh token in the store as long as it is valid. If the store is empty or its
/// token is rejected, the credential passes a message to the prompt function and waits until the
/// user has signed in.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use std::sync::Arc;
/// # let emulator = partner_center_emulator::Emulator::builder().device_code_interval(std::time::Duration::from_secs(1));
/// # let emulator = Arc::new(emulator.start().await?);
/// # let (tenant, client_id, user) = (emulator.tenant_id(), emulator.client_id(), emulator.clone());
/// use partner_center_identity::{DeviceCodeCredential, TokenCredential};
///
/// let credential = DeviceCodeCredential::builder(tenant, client_id, move |prompt| {
///     // "To sign in, open .. and enter the code .."
///     println!("{}", prompt.message);
/// #   user.approve_device(&prompt.user_code);
/// })
/// #   .authority(emulator.authority())
///     .build()?;
///
/// // Waits for the user, because the store is empty.
/// let scope = "https://api.partnercenter.microsoft.com/.default";
/// let token = credential.get_token(&[scope], None).await?;
/// # assert!(!token.token.secret().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct DeviceCodeCredential {
    interactive: InteractiveCredential,
}

/// Sign-in instruction for the user.
///
/// ```
/// use partner_center_identity::DeviceCodePrompt;
///
/// /// Writes a prompt in the words of the program.
/// fn show(prompt: &DeviceCodePrompt) -> String {
///     let minutes = prompt.expires_in.as_secs() / 60;
///     format!(
///         "Open {} and enter {} within {minutes} minutes.",
///         prompt.verification_uri, prompt.user_code
///     )
/// }
/// # let _ = show;
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct DeviceCodePrompt {
    /// Complete instruction, as worded by the sign-in service if it sends one.
    pub message: String,
    /// Code to enter.
    pub user_code: String,
    /// Web page to enter the code on.
    pub verification_uri: String,
    /// Validity of the code.
    pub expires_in: Duration,
}

impl DeviceCodeCredential {
    /// Returns a builder with the partner's tenant (GUID or domain), the application (client)
    /// id, and a function that shows the instruction to the user.
    pub fn builder(
        tenant: impl Into<String>,
        client_id: impl Into<String>,
        prompt: impl Fn(&DeviceCodePrompt) + Send + Sync + 'static,
    ) -> DeviceCodeCredentialBuilder {
        DeviceCodeCredentialBuilder {
            application: Application::new(tenant.into(), client_id.into()),
            prompt: Arc::new(prompt),
            store: None,
            lifetime: RefreshTokenLifetime::default(),
            clock: Clock::SYSTEM,
        }
    }

    /// Starts a sign-in now, regardless of the store's content, and saves the refresh token.
    ///
    /// Dropping the future cancels the sign-in and stops polling.
    ///
    /// # Errors
    ///
    /// If the store cannot be used (checked first), the user declines or is too late, or the
    /// sign-in service fails. The `source()` is a
    /// [`SignInRejected`](crate::SignInRejected),
    /// [`SignInFailure`](crate::SignInFailure) or
    /// [`RefreshTokenError`](crate::RefreshTokenError).
    pub async fn sign_in(&self, scopes: &[&str]) -> azure_core::Result<StoredRefreshToken> {
        self.interactive.sign_in(scopes).await
    }
}

/// Builder of a [`DeviceCodeCredential`].
#[derive(Clone)]
pub struct DeviceCodeCredentialBuilder {
    application: Application,
    prompt: Arc<dyn Fn(&DeviceCodePrompt) + Send + Sync>,
    store: Option<Arc<dyn RefreshTokenStore>>,
    lifetime: RefreshTokenLifetime,
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

    /// Builds the credential.
    ///
    /// # Errors
    ///
    /// If the tenant or the client id is invalid, both a secret and a certificate are set, or
    /// the authority is neither `https` nor a loopback address.
    pub fn build(self) -> azure_core::Result<DeviceCodeCredential> {
        let endpoint = self.application.endpoint(&self.clock)?;
        let store = self.store.unwrap_or_else(|| Arc::new(MemoryStore::new()));
        let flow = Arc::new(DeviceCodeFlow::new(endpoint.clone(), self.prompt));
        let refresher = Refresher::new(endpoint, store, None, self.lifetime, self.clock.clone());
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
