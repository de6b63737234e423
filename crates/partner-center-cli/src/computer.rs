//! What only a real computer has: a browser, a directory for settings, a keyring.

use std::path::PathBuf;
use std::sync::Arc;

use etcetera::BaseStrategy;
use partner_center::credential::{RefreshTokenStore, StoreError};
use url::Url;

use crate::run::OpenBrowser;

/// The directory for settings of this user's programs; nothing for a user without a home.
pub fn config_directory() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.config_dir())
}

/// The browser of this computer. Nothing where none is found, or where the person sits at
/// another computer: a sign-in comes back to this one.
pub fn browser() -> Option<OpenBrowser> {
    let remote = ["SSH_CONNECTION", "SSH_TTY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    if remote || !has_screen() || !webbrowser::Browser::is_available() {
        return None;
    }
    Some(Arc::new(|url: &Url| webbrowser::open(url.as_str())))
}

/// Without a screen, all that could be found is a browser for the terminal, which this
/// program needs itself.
fn has_screen() -> bool {
    let unix = cfg!(all(unix, not(target_os = "macos")));
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !unix || set("DISPLAY") || set("WAYLAND_DISPLAY") || set("WSL_DISTRO_NAME")
}

/// The keyring's place for the refresh token of this profile. Nothing is read yet.
///
/// # Errors
///
/// Where this `pcenter` was built without the feature `keyring`.
#[cfg(feature = "keyring")]
pub fn keyring(profile: &str) -> Result<Arc<dyn RefreshTokenStore>, StoreError> {
    use partner_center::credential::KeyringStore;

    Ok(Arc::new(KeyringStore::new("pcenter", profile)))
}

/// No place: this `pcenter` was built without the feature `keyring`.
///
/// # Errors
///
/// Always.
#[cfg(not(feature = "keyring"))]
pub fn keyring(_profile: &str) -> Result<Arc<dyn RefreshTokenStore>, StoreError> {
    Err(StoreError::other(
        "this `pcenter` was built without the feature `keyring`",
    ))
}
