//! Settings of the sign-in.

use std::time::Duration;

use crate::identity::grants::client_certificate::ClientCertificate;

/// Settings of the sign-in, set by the builder.
#[derive(Debug, Clone)]
pub(crate) struct SignInSettings {
    pub(crate) access_token_lifetime: Duration,
    /// Lifetime of a refresh token; `None` for unlimited.
    pub(crate) refresh_token_lifetime: Option<Duration>,
    /// `true` if a refresh token can be used only once.
    pub(crate) invalidate_rotated_refresh_tokens: bool,
    /// `true` if the API initially requires tokens of a sign-in with a second factor.
    pub(crate) require_mfa: bool,
    /// `true` if users initially sign in with a second factor.
    pub(crate) sign_in_with_mfa: bool,
    /// `true` if the authorization endpoint redirects without showing a page.
    pub(crate) automatic_consent: bool,
    /// `true` if the application is a public client.
    pub(crate) public_client: bool,
    /// Certificates whose keys may sign assertions of the application.
    pub(crate) client_certificates: Vec<ClientCertificate>,
    /// Minimum interval between two polls for a device code.
    pub(crate) device_code_interval: Duration,
    pub(crate) device_code_lifetime: Duration,
}

impl Default for SignInSettings {
    fn default() -> Self {
        Self {
            access_token_lifetime: Duration::from_secs(3600),
            refresh_token_lifetime: None,
            invalidate_rotated_refresh_tokens: false,
            require_mfa: true,
            sign_in_with_mfa: true,
            automatic_consent: false,
            public_client: false,
            client_certificates: Vec::new(),
            device_code_interval: Duration::from_secs(5),
            device_code_lifetime: Duration::from_secs(900),
        }
    }
}
