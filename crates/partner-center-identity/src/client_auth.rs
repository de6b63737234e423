use azure_core::credentials::Secret;
use url::Url;

#[cfg(feature = "client-certificate")]
use super::Clock;
#[cfg(feature = "client-certificate")]
use super::certificate::{ClientCertificate, client_assertion};
use super::sign_in_error::TokenError;

/// Client authentication method of an application (RFC 6749, 2.3).
#[derive(Clone, Debug)]
pub(crate) enum ClientAuth {
    /// No authentication: a public client.
    None,
    Secret(Secret),
    #[cfg(feature = "client-certificate")]
    Certificate(ClientCertificate, Clock),
}

impl ClientAuth {
    pub(crate) fn from_secret(secret: Option<Secret>) -> Self {
        secret.map_or(Self::None, Self::Secret)
    }

    /// Returns the form fields that authenticate the client. `endpoint` is the token endpoint,
    /// which is the audience of a client assertion.
    #[cfg_attr(
        not(feature = "client-certificate"),
        expect(unused_variables, reason = "used by client assertions only")
    )]
    pub(crate) fn fields(
        &self,
        client_id: &str,
        endpoint: &Url,
    ) -> Result<Vec<(&'static str, Secret)>, TokenError> {
        Ok(match self {
            Self::None => Vec::new(),
            Self::Secret(secret) => vec![("client_secret", secret.clone())],
            #[cfg(feature = "client-certificate")]
            Self::Certificate(certificate, clock) => vec![
                (
                    "client_assertion_type",
                    client_assertion::ASSERTION_TYPE.into(),
                ),
                (
                    "client_assertion",
                    client_assertion::sign(certificate, client_id, endpoint, clock.now())?,
                ),
            ],
        })
    }
}
