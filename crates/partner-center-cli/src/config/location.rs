use std::path::PathBuf;

use url::Url;

use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::reference;

/// The file with the profiles: `PCENTER_CONFIG`, else `pcenter/config.toml` in this
/// user's directory for settings. It need not be there.
pub(crate) fn config_path(environment: &Environment<'_>) -> Result<PathBuf, Failure> {
    if let Some(path) = environment.set(reference::CONFIG) {
        return absolute(PathBuf::from(path));
    }
    match &environment.config_directory {
        Some(directory) => Ok(directory.join("pcenter").join("config.toml")),
        None => Err(Failure::new(
            Exit::Usage,
            "this user has no home directory, so there is no place for the profiles",
        )
        .help("set PCENTER_CONFIG to the path of a file")),
    }
}

/// The same path, whatever directory a later command runs in.
pub(crate) fn absolute(path: PathBuf) -> Result<PathBuf, Failure> {
    std::path::absolute(&path).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("`{}` is no path: {error}", path.display()),
        )
    })
}

/// Whether an address can be the root of a service. It is written down and shown, so
/// that nothing secret may be in it.
pub(crate) fn check_root(url: &Url) -> Result<(), String> {
    partner_center::check_root_url(url).map_err(|error| error.to_string())
}
