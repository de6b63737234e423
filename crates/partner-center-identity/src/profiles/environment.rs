use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use etcetera::BaseStrategy;

use crate::{RefreshTokenStore, StoreError};

/// Names of the environment variables.
pub mod variable {
    /// Access token for the API, used until it expires.
    pub const ACCESS_TOKEN: &str = "PCENTER_ACCESS_TOKEN";
    /// Root URL of another sign-in service than that of the cloud, for tests.
    pub const AUTHORITY: &str = "PCENTER_AUTHORITY";
    /// Root URL of the API, for an emulator.
    pub const BASE_URL: &str = "PCENTER_BASE_URL";
    /// Application (client) id.
    pub const CLIENT_ID: &str = "PCENTER_CLIENT_ID";
    /// Secret of a confidential application, also used with profiles.
    pub const CLIENT_SECRET: &str = "PCENTER_CLIENT_SECRET";
    /// Path of the file with the profiles.
    pub const CONFIG: &str = "PCENTER_CONFIG";
    /// Name of the profile to use.
    pub const PROFILE: &str = "PCENTER_PROFILE";
    /// Refresh token of an interactive sign-in.
    pub const REFRESH_TOKEN: &str = "PCENTER_REFRESH_TOKEN";
    /// The partner's tenant: a GUID or a domain.
    pub const TENANT_ID: &str = "PCENTER_TENANT_ID";
}

/// Sources of the settings: environment variables, the configuration directory and the keyring.
/// Tests replace them by closures.
///
/// ```
/// use std::ffi::OsString;
///
/// use partner_center_identity::profiles::{Environment, keyring, variable};
///
/// // A test passes variables without changing those of the process.
/// let variable = |name: &str| match name {
///     variable::PROFILE => Some(OsString::from("contoso")),
///     _ => None,
/// };
/// let environment = Environment { variable: &variable, config_directory: None, keyring: &keyring };
/// assert_eq!(environment.get(variable::PROFILE).as_deref(), Some("contoso"));
/// ```
#[expect(missing_debug_implementations, reason = "made of trait objects")]
pub struct Environment<'a> {
    /// Reads an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// The user's configuration directory. `None` without a home directory.
    pub config_directory: Option<PathBuf>,
    /// Opens an entry of the operating system's keyring.
    pub keyring: &'a OpenKeyring,
}

/// Opens the keyring entry for the refresh token of the profile with this name.
pub type OpenKeyring = dyn Fn(&str) -> Result<Arc<dyn RefreshTokenStore>, StoreError>;

impl Environment<'static> {
    /// Returns the environment of this process.
    pub fn of_process() -> Self {
        fn variable(name: &str) -> Option<OsString> {
            std::env::var_os(name)
        }
        Self {
            variable: &variable,
            config_directory: config_directory(),
            keyring: &keyring,
        }
    }
}

impl Environment<'_> {
    /// Returns the value of an environment variable. `None` if it is not set, contains white space
    /// only, or is not UTF-8.
    pub fn get(&self, name: &str) -> Option<String> {
        let value = (self.variable)(name)?.into_string().ok()?;
        (!value.trim().is_empty()).then_some(value)
    }
}

/// Returns the user's configuration directory. `None` for a user without a home directory.
pub fn config_directory() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.config_dir())
}

/// Opens the keyring entry for the refresh token of this profile, without reading it.
///
/// # Errors
///
/// None with the feature `keyring`; without it, every call fails.
#[cfg(feature = "keyring")]
pub fn keyring(profile: &str) -> Result<Arc<dyn RefreshTokenStore>, StoreError> {
    Ok(Arc::new(crate::KeyringStore::new("pcenter", profile)))
}

/// Fails, because this program was built without the feature `keyring`.
///
/// # Errors
///
/// Always.
#[cfg(not(feature = "keyring"))]
pub fn keyring(_profile: &str) -> Result<Arc<dyn RefreshTokenStore>, StoreError> {
    Err(StoreError::other(
        "this program was built without the feature `keyring`: enable it, or sign in with \
         `pcenter auth login --store file`",
    ))
}
