//! Options of minted tokens.

use crate::identity::grants::scope::PARTNER_CENTER_AUDIENCE;

/// Options of [`Emulator::mint_token`](crate::Emulator::mint_token).
///
/// The default is a token that every operation accepts: delegated, for
/// `https://api.partnercenter.microsoft.com`, valid from now on for the emulator's access
/// token lifetime.
///
/// ```
/// use partner_center_emulator::TokenOptions;
///
/// let other_service = TokenOptions::new().audience("https://graph.microsoft.com");
/// let expired = TokenOptions::new().expired();
/// let app_only = TokenOptions::new().app_only();
/// # let _ = (other_service, expired, app_only);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenOptions {
    pub(crate) audience: String,
    pub(crate) expired: bool,
    pub(crate) app_only: bool,
    pub(crate) mfa: bool,
}

impl TokenOptions {
    /// Returns the options of a token that every operation accepts.
    #[must_use]
    pub fn new() -> Self {
        Self {
            audience: PARTNER_CENTER_AUDIENCE.to_owned(),
            expired: false,
            app_only: false,
            mfa: true,
        }
    }

    /// Sets the audience: the `aud` claim, a URL.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = audience.into();
        self
    }

    /// Makes the token expired since one minute.
    #[must_use]
    pub fn expired(mut self) -> Self {
        self.expired = true;
        self
    }

    /// Makes the token app-only, without a user and without `scp`.
    #[must_use]
    pub fn app_only(mut self) -> Self {
        self.app_only = true;
        self
    }

    /// Makes the token that of a sign-in without a second factor, without `mfa` in `amr`.
    #[must_use]
    pub fn without_mfa(mut self) -> Self {
        self.mfa = false;
        self
    }
}

impl Default for TokenOptions {
    fn default() -> Self {
        Self::new()
    }
}
