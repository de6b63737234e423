//! Claims of access and id tokens.

use serde::{Deserialize, Serialize};

/// Claims of an access token that Partner Center checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// Service that the token is for.
    pub(crate) aud: String,
    pub(crate) iss: String,
    pub(crate) iat: u64,
    pub(crate) nbf: u64,
    pub(crate) exp: u64,
    /// Id of the application.
    pub(crate) appid: String,
    /// Object id of the user or, in an app-only token, of the application.
    pub(crate) oid: String,
    /// Id of the tenant.
    pub(crate) tid: String,
    pub(crate) ver: String,
    /// Delegated permissions; delegated tokens only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scp: Option<String>,
    /// User principal name; delegated tokens only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) upn: Option<String>,
    /// Application permissions; app-only tokens only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) roles: Option<Vec<String>>,
    /// Authentication methods of the user; delegated tokens only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) amr: Option<Vec<String>>,
}

/// Claims of an id token.
#[derive(Debug, Serialize)]
pub(crate) struct IdClaims {
    pub(crate) aud: String,
    pub(crate) iss: String,
    pub(crate) iat: u64,
    pub(crate) nbf: u64,
    pub(crate) exp: u64,
    /// Hash of the authorization code beside the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) c_hash: Option<String>,
    pub(crate) name: String,
    /// `nonce` of the authorization request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
    pub(crate) oid: String,
    /// Name of the user in version 2.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) preferred_username: Option<&'static str>,
    pub(crate) sub: String,
    pub(crate) tid: String,
    /// Names of the user in version 1.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unique_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upn: Option<&'static str>,
    pub(crate) ver: &'static str,
}

impl Claims {
    /// Returns whether the token acts for a signed-in user (App+User).
    pub(crate) fn is_delegated(&self) -> bool {
        self.scp.as_deref().is_some_and(|scopes| !scopes.is_empty())
    }

    /// Returns whether the user gave a second factor.
    pub(crate) fn has_mfa(&self) -> bool {
        self.amr
            .as_deref()
            .is_some_and(|methods| methods.iter().any(|method| method == "mfa"))
    }
}
