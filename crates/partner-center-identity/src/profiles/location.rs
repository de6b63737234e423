use std::path::PathBuf;

use partner_center_core::transport::check_root_url;
use url::Url;

use super::{Environment, SettingsError, variable};

/// Returns the path of the configuration file: `PCENTER_CONFIG`, else `pcenter/config.toml` in the
/// user's configuration directory. The file may not exist.
///
/// # Errors
///
/// For a user without a home directory, if the variable is not set.
pub fn config_path(environment: &Environment<'_>) -> Result<PathBuf, SettingsError> {
    if let Some(path) = environment.get(variable::CONFIG) {
        return absolute(PathBuf::from(path));
    }
    match &environment.config_directory {
        Some(directory) => Ok(directory.join("pcenter").join("config.toml")),
        None => Err(SettingsError::invalid(
            "this user has no home directory for the configuration file",
        )
        .help("set PCENTER_CONFIG to the path of a file")),
    }
}

/// Makes a path absolute, so that it stays valid in other working directories.
///
/// # Errors
///
/// For an empty path, or if the current directory is unknown.
#[doc(hidden)]
pub fn absolute(path: PathBuf) -> Result<PathBuf, SettingsError> {
    std::path::absolute(&path).map_err(|error| {
        SettingsError::invalid(format!("`{}` is not a valid path: {error}", path.display()))
    })
}

/// Checks that a URL can be the root of a service. It is stored and printed, so it must not contain
/// a password or query.
pub(super) fn check_root(url: &Url) -> Result<(), String> {
    check_root_url(url).map_err(|error| error.to_string())
}
