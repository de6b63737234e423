use azure_core::credentials::Secret;
use url::Url;

#[cfg(feature = "client-certificate")]
use super::Clock;
#[cfg(feature = "client-certificate")]
use super::certificate::{ClientCertificate, client_assertion};
use super::sign_in_error::TokenError;

/// How an application proves that it is the one.
#[derive(Clone, Debug)]
pub(crate) enum ClientAuth {
    /// Not at all: a public client.
    None,
    Secret(Secret),
    #[cfg(feature = "client-certificate")]
    Certificate(ClientCertificate, Clock),
}

impl ClientAuth {
    pub(crate) fn from_secret(secret: Option<Secret>) -> Self {
        secret.map_or(Self::None, Self::Secret)
    }

    /// The fields of a form for the endpoint that takes tokens.
    #[cfg_attr(
        not(feature = "client-certificate"),
        expect(unused_variables, reason = "only a certificate's statement names them")
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
                ("client_assertion_type", client_assertion::TYPE.into()),
                (
                    "client_assertion",
                    client_assertion::signed(certificate, client_id, endpoint, clock.now())?,
                ),
            ],
        })
    }
}
