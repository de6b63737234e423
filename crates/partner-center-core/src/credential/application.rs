use azure_core::credentials::Secret;
use azure_core::error::{Error, ErrorKind};
use url::Url;

use super::token_endpoint::TokenEndpoint;
use crate::cloud::Cloud;

/// Who asks for tokens, and where: the settings that all credentials share.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) tenant: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<Secret>,
    pub(crate) authority: Option<Url>,
    pub(crate) cloud: Cloud,
}

impl Application {
    pub(crate) fn new(tenant: String, client_id: String) -> Self {
        Self {
            tenant,
            client_id,
            client_secret: None,
            authority: None,
            cloud: Cloud::Global,
        }
    }

    pub(crate) fn endpoint(self) -> azure_core::Result<TokenEndpoint> {
        let authority = match self.authority {
            Some(authority) => authority,
            None => Url::parse(self.cloud.login_authority())
                .map_err(|source| Error::new(ErrorKind::Credential, source))?,
        };
        TokenEndpoint::new(&authority, self.tenant, self.client_id, self.client_secret)
    }
}
