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
}

impl Claims {
    /// Whether the token acts for a signed-in user (App+User).
    pub(crate) fn is_delegated(&self) -> bool {
        self.scp.as_deref().is_some_and(|scopes| !scopes.is_empty())
    }
}
