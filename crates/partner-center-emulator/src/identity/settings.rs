//! What can be set about the sign-in before an emulator starts.

use std::time::Duration;

use crate::identity::grants::client_certificate::ClientCertificate;

/// Options of the sign-in; the builder sets them.
#[derive(Debug, Clone)]
pub(crate) struct SignInSettings {
    pub(crate) access_token_lifetime: Duration,
    /// How long a refresh token is good for after it was given out; `None`: for ever.
    pub(crate) refresh_token_lifetime: Option<Duration>,
    /// Whether a refresh token can be used only once.
    pub(crate) invalidate_rotated_refresh_tokens: bool,
    /// Whether the API wants tokens of a sign-in with a second factor.
    pub(crate) require_mfa: bool,
    /// Whether people sign in with a second factor, at the start.
    pub(crate) sign_in_with_mfa: bool,
    /// Whether the authorization endpoint asks nobody.
    pub(crate) automatic_consent: bool,
    /// Whether the application has no secret.
    pub(crate) public_client: bool,
    /// Whose keys sign assertions of the application.
    pub(crate) client_certificates: Vec<ClientCertificate>,
    /// Time between two polls for a device code.
    pub(crate) device_code_interval: Duration,
    pub(crate) device_code_lifetime: Duration,
}

impl Default for SignInSettings {
    fn default() -> Self {
        Self {
            access_token_lifetime: Duration::from_secs(3600),
            refresh_token_lifetime: None,
            invalidate_rotated_refresh_tokens: false,
            require_mfa: false,
            sign_in_with_mfa: true,
            automatic_consent: false,
            public_client: false,
            client_certificates: Vec::new(),
            device_code_interval: Duration::from_secs(5),
            device_code_lifetime: Duration::from_secs(900),
        }
    }
}
