use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};

use super::credential::AppOnlyCredential;
use crate::application::Application;
use crate::setters::sign_in_setters;
use crate::{ClientCertificate, Clock};

/// An app-only credential that authenticates the application with its certificate.
///
/// Instead of a secret, each token request carries a client assertion that is signed with the
/// private key and valid for ten minutes. Only a few operations accept app-only tokens;
/// analytics needs a signed-in user and rejects them (T79).
#[derive(Debug)]
pub struct ClientCertificateCredential {
    app_only: AppOnlyCredential,
}

impl ClientCertificateCredential {
    /// Returns a builder with the partner's tenant (GUID or domain), the application (client) id
    /// and a certificate that is registered with the application.
    pub fn builder(
        tenant: impl Into<String>,
        client_id: impl Into<String>,
        certificate: ClientCertificate,
    ) -> ClientCertificateCredentialBuilder {
        let mut application = Application::new(tenant.into(), client_id.into());
        application.client_certificate = Some(certificate);
        ClientCertificateCredentialBuilder {
            application,
            clock: Clock::SYSTEM,
        }
    }
}

/// Builder of a [`ClientCertificateCredential`].
#[derive(Clone, Debug)]
pub struct ClientCertificateCredentialBuilder {
    application: Application,
    clock: Clock,
}

impl ClientCertificateCredentialBuilder {
    sign_in_setters!();

    /// Builds the credential.
    ///
    /// # Errors
    ///
    /// If the tenant or the client id is invalid, or the authority is neither `https` nor a
    /// loopback address.
    pub fn build(self) -> azure_core::Result<ClientCertificateCredential> {
        Ok(ClientCertificateCredential {
            app_only: AppOnlyCredential::new(self.application, self.clock)?,
        })
    }
}

#[async_trait::async_trait]
impl TokenCredential for ClientCertificateCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.app_only.get_token(scopes, options).await
    }
}
