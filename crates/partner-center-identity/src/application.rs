use azure_core::credentials::Secret;
use azure_core::error::{Error, ErrorKind};
use url::Url;

#[cfg(feature = "client-certificate")]
use super::ClientCertificate;
use super::Clock;
use super::client_auth::ClientAuth;
use super::token_endpoint::TokenEndpoint;
use partner_center_core::Cloud;
use partner_center_core::transport::{Timeouts, check_root_url, http_client};

/// Settings that all credentials share: the application, its tenant and the sign-in service.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) tenant: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<Secret>,
    #[cfg(feature = "client-certificate")]
    pub(crate) client_certificate: Option<ClientCertificate>,
    pub(crate) authority: Option<Url>,
    pub(crate) cloud: Cloud,
    /// Custom HTTP client of the caller. Default: [`http_client`].
    pub(crate) http: Option<reqwest::Client>,
}

impl Application {
    pub(crate) fn new(tenant: String, client_id: String) -> Self {
        Self {
            tenant,
            client_id,
            client_secret: None,
            #[cfg(feature = "client-certificate")]
            client_certificate: None,
            authority: None,
            cloud: Cloud::Global,
            http: None,
        }
    }

    /// Validates the settings and returns the endpoints.
    pub(crate) fn endpoint(self, clock: &Clock) -> azure_core::Result<TokenEndpoint> {
        let client_auth = self.client_auth(clock)?;
        let authority = match self.authority {
            Some(authority) => authority,
            None => Url::parse(self.cloud.login_authority())
                .map_err(|source| Error::new(ErrorKind::Credential, source))?,
        };
        check_root_url(&authority).map_err(|error| {
            let message = format!("the login authority: {error}");
            Error::with_error(ErrorKind::Credential, error, message)
        })?;
        if self.tenant.is_empty()
            || !self
                .tenant
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
        {
            return Err(setting_error(
                "the tenant is not valid: expected a GUID or a domain such as contoso.onmicrosoft.com",
            ));
        }
        if self.client_id.trim().is_empty() {
            return Err(setting_error("the client id (application id) is empty"));
        }
        let mut base = authority;
        base.path_segments_mut()
            .map_err(|()| setting_error("the login authority cannot be a base URL"))?
            .pop_if_empty()
            .extend([self.tenant.as_str(), "oauth2", "v2.0", ""]);
        let http = match self.http {
            Some(http) => http,
            None => http_client(&base, Timeouts::SHORT)
                .map_err(|error| Error::new(ErrorKind::Credential, error))?,
        };
        Ok(TokenEndpoint {
            base,
            tenant: self.tenant,
            client_id: self.client_id,
            client_auth,
            http,
        })
    }

    #[cfg(feature = "client-certificate")]
    fn client_auth(&self, clock: &Clock) -> azure_core::Result<ClientAuth> {
        match (self.client_secret.clone(), self.client_certificate.clone()) {
            (Some(_), Some(_)) => Err(setting_error(
                "both a client secret and a client certificate are given: choose one",
            )),
            (secret, None) => Ok(ClientAuth::from_secret(secret)),
            (None, Some(certificate)) => Ok(ClientAuth::Certificate(certificate, clock.clone())),
        }
    }

    #[cfg(not(feature = "client-certificate"))]
    fn client_auth(&self, _clock: &Clock) -> azure_core::Result<ClientAuth> {
        Ok(ClientAuth::from_secret(self.client_secret.clone()))
    }
}

pub(crate) fn setting_error(message: &'static str) -> Error {
    Error::with_message(ErrorKind::Credential, message)
}
