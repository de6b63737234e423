//! What only a real computer has: a browser, a directory for settings, a keyring.

use std::path::PathBuf;
use std::sync::Arc;

use etcetera::BaseStrategy;
use partner_center::credential::{RefreshTokenStore, StoreError};
use url::Url;

use crate::environment::OpenBrowser;

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

/// Whether stdout was closed by the caller, as with `>&-`.
///
/// The standard library opens `/dev/null` in its place before `main`, for reading and
/// writing, and every row would be written there as a success. A shell opens a `/dev/null`
/// that the caller has chosen for writing alone. Some other callers open it for both, and
/// cannot be told apart.
#[cfg(unix)]
pub fn stdout_is_lost() -> bool {
    use rustix::fs::{OFlags, fcntl_getfl, fstat, stat};

    let stdout = rustix::stdio::stdout();
    let (Ok(flags), Ok(found), Ok(null)) = (fcntl_getfl(stdout), fstat(stdout), stat("/dev/null"))
    else {
        return false;
    };
    let is_null = (found.st_dev, found.st_ino) == (null.st_dev, null.st_ino);
    is_null && flags & OFlags::ACCMODE == OFlags::RDWR
}

/// Whether stdout was closed by the caller, which is not known here.
#[cfg(not(unix))]
pub fn stdout_is_lost() -> bool {
    false
}
