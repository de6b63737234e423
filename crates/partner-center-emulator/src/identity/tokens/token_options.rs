//! Tokens made to order.

use crate::identity::grants::scope::PARTNER_CENTER_AUDIENCE;

/// What [`Emulator::mint_token`](crate::Emulator::mint_token) makes.
///
/// By default a token that every operation accepts: delegated, for
/// `https://api.partnercenter.microsoft.com`, valid from now on for the access
/// token lifetime of the emulator.
///
/// ```
/// use partner_center_emulator::TokenOptions;
///
/// let for_another_service = TokenOptions::new().audience("https://graph.microsoft.com");
/// let of_yesterday = TokenOptions::new().expired();
/// let without_a_user = TokenOptions::new().app_only();
/// # let _ = (for_another_service, of_yesterday, without_a_user);
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
    /// A token that every operation accepts.
    #[must_use]
    pub fn new() -> Self {
        Self {
            audience: PARTNER_CENTER_AUDIENCE.to_owned(),
            expired: false,
            app_only: false,
            mfa: true,
        }
    }

    /// Makes the token for another service: the `aud` claim, a URL.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = audience.into();
        self
    }

    /// Makes the token end one minute before now.
    #[must_use]
    pub fn expired(mut self) -> Self {
        self.expired = true;
        self
    }

    /// Makes the token act for the application alone, without a user: no `scp`.
    #[must_use]
    pub fn app_only(mut self) -> Self {
        self.app_only = true;
        self
    }

    /// Makes the token one of a sign-in without a second factor: no `mfa` in `amr`.
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
