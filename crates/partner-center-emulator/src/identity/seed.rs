//! Seeded tenant, application and user.
//!
//! The values are fixed and public on purpose: only emulators accept them.

/// Tenant of the partner.
pub const TENANT_ID: &str = "6f1d5e0a-0000-4000-8000-c0a70c0a7050";

/// Domain of the partner's tenant; URLs accept it instead of the id.
pub const TENANT_DOMAIN: &str = "contoso.onmicrosoft.com";

/// Id of the application.
pub const CLIENT_ID: &str = "a9911ca7-0000-4000-8000-c0a70c0a7050";

/// Secret of the application.
pub const CLIENT_SECRET: &str = "contoso-client-secret-of-the-emulator";

/// Redirect URI registered for the application, used if a version 1.0 request has none; the
/// one of the documentation's consent sample.
pub(crate) const REDIRECT_URI: &str = "https://localhost:44395/";

/// Refresh token of the user.
pub const REFRESH_TOKEN: &str = "contoso-refresh-token-of-the-emulator";

/// User principal name of the user of delegated tokens.
pub(crate) const USER_PRINCIPAL_NAME: &str = "admin-agent@contoso.onmicrosoft.com";

/// Name of the user.
pub(crate) const USER_NAME: &str = "Contoso Admin Agent";

/// Object id of the user.
pub(crate) const USER_OBJECT_ID: &str = "05e70b1d-0000-4000-8000-c0a70c0a7050";

/// Object id of the application, the subject of app-only tokens.
pub(crate) const APPLICATION_OBJECT_ID: &str = "a9911ca7-0000-4000-8000-0b1ec70b1ec7";
