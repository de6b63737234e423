//! What an access token says.

use serde::{Deserialize, Serialize};

/// Claims of an access token, as far as Partner Center looks at them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// For which service the token is.
    pub(crate) aud: String,
    pub(crate) iss: String,
    pub(crate) iat: u64,
    pub(crate) nbf: u64,
    pub(crate) exp: u64,
    /// The application.
    pub(crate) appid: String,
    /// The user or, in an app-only token, the application itself.
    pub(crate) oid: String,
    /// The tenant.
    pub(crate) tid: String,
    pub(crate) ver: String,
    /// What the user lets the application do; delegated tokens only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scp: Option<String>,
    /// The user's name; delegated tokens only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) upn: Option<String>,
    /// What the application may do by itself; app-only tokens only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) roles: Option<Vec<String>>,
    /// How the user signed in; delegated tokens only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) amr: Option<Vec<String>>,
}

/// Claims of an id token: who signed in, for the application itself.
#[derive(Debug, Serialize)]
pub(crate) struct IdClaims {
    pub(crate) aud: String,
    pub(crate) iss: String,
    pub(crate) iat: u64,
    pub(crate) nbf: u64,
    pub(crate) exp: u64,
    pub(crate) name: String,
    /// What the authorization request asked to be repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
    pub(crate) oid: String,
    pub(crate) preferred_username: String,
    pub(crate) sub: String,
    pub(crate) tid: String,
    pub(crate) ver: String,
}

impl Claims {
    /// Whether the token acts for a signed-in user (App+User).
    pub(crate) fn is_delegated(&self) -> bool {
        self.scp.as_deref().is_some_and(|scopes| !scopes.is_empty())
    }

    /// Whether the user gave a second factor.
    pub(crate) fn has_mfa(&self) -> bool {
        self.amr
            .as_deref()
            .is_some_and(|methods| methods.iter().any(|method| method == "mfa"))
    }
}
