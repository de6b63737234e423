use std::path::PathBuf;

use url::Url;

use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::reference;

/// Returns the path of the configuration file: `PCENTER_CONFIG`, else `pcenter/config.toml` in the
/// user's configuration directory. The file may not exist.
pub(crate) fn config_path(environment: &Environment<'_>) -> Result<PathBuf, Failure> {
    if let Some(path) = environment.set(reference::CONFIG) {
        return absolute(PathBuf::from(path));
    }
    match &environment.config_directory {
        Some(directory) => Ok(directory.join("pcenter").join("config.toml")),
        None => Err(Failure::new(
            Exit::Usage,
            "this user has no home directory for the configuration file",
        )
        .help("set PCENTER_CONFIG to the path of a file")),
    }
}

/// Makes a path absolute, so that it stays valid in other working directories.
pub(crate) fn absolute(path: PathBuf) -> Result<PathBuf, Failure> {
    std::path::absolute(&path).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("`{}` is not a valid path: {error}", path.display()),
        )
    })
}

/// Checks that a URL can be the root of a service. It is stored and printed, so it must not contain
/// a password or query.
pub(crate) fn check_root(url: &Url) -> Result<(), String> {
    partner_center::check_root_url(url).map_err(|error| error.to_string())
}
