//! The one partner tenant, application and user the emulator knows.
//!
//! Fixed and public on purpose: they open nothing but an emulator.

/// Tenant of the partner.
pub(crate) const TENANT_ID: &str = "6f1d5e0a-0000-4000-8000-c0a70c0a7050";

/// Domain of the partner's tenant, which names it in addresses as the id does.
pub(crate) const TENANT_DOMAIN: &str = "contoso.onmicrosoft.com";

/// Application that signs in.
pub(crate) const CLIENT_ID: &str = "a9911ca7-0000-4000-8000-c0a70c0a7050";

/// Secret of the application.
pub(crate) const CLIENT_SECRET: &str = "contoso-client-secret-of-the-emulator";

/// Refresh token of the user.
pub(crate) const REFRESH_TOKEN: &str = "contoso-refresh-token-of-the-emulator";

/// The user delegated tokens act for.
pub(crate) const USER_PRINCIPAL_NAME: &str = "admin-agent@contoso.onmicrosoft.com";

/// Name of the user.
pub(crate) const USER_NAME: &str = "Contoso Admin Agent";

/// Object id of the user.
pub(crate) const USER_OBJECT_ID: &str = "05e70b1d-0000-4000-8000-c0a70c0a7050";

/// Object id of the application, the subject of app-only tokens.
pub(crate) const APPLICATION_OBJECT_ID: &str = "a9911ca7-0000-4000-8000-0b1ec70b1ec7";
