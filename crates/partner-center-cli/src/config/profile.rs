use std::path::{Path, PathBuf};

use partner_center::Cloud;
use url::Url;

use super::{ProfileName, nearest};
use crate::failure::{Exit, Failure};

/// Content of the configuration file.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) path: PathBuf,
    pub(crate) default_profile: Option<ProfileName>,
    /// Profiles, in the order of the file.
    pub(crate) profiles: Vec<(ProfileName, Profile)>,
}

impl Config {
    pub(crate) fn find(&self, name: &ProfileName) -> Option<&Profile> {
        let mut profiles = self.profiles.iter();
        profiles.find(|(known, _)| known == name).map(|(_, it)| it)
    }

    /// Returns the profile of this name. The error suggests or lists existing names.
    pub(crate) fn get(&self, name: &ProfileName) -> Result<&Profile, Failure> {
        if let Some(profile) = self.find(name) {
            return Ok(profile);
        }
        let names: Vec<_> = self
            .profiles
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        let failure = Failure::new(
            Exit::Usage,
            format!("there is no profile `{name}` in {}", self.path.display()),
        );
        Err(match nearest(name.as_str(), names.iter().copied()) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None if names.is_empty() => failure.help(format!(
                "there are no profiles yet: `pcenter auth login --profile {name}` creates it"
            )),
            None => failure.help(format!(
                "profiles: {}; `pcenter auth login --profile {name}` creates a new one",
                names.join(", ")
            )),
        })
    }
}

/// Profile: application, addresses and token store of one sign-in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Profile {
    /// The partner's tenant, a GUID or a domain.
    pub(crate) tenant: String,
    /// The application (client) id.
    pub(crate) client_id: String,
    pub(crate) cloud: Cloud,
    pub(crate) store: StoreKind,
    /// File of [`StoreKind::File`]. Default: `tokens/NAME.json` next to the configuration file.
    pub(crate) store_file: Option<PathBuf>,
    /// Sign-in service, if it is not that of the cloud.
    pub(crate) authority: Option<Url>,
    /// Root of the API, if it is not that of the cloud.
    pub(crate) base_url: Option<Url>,
    /// Scope of access tokens, if it is not that of the cloud.
    pub(crate) scope: Option<String>,
}

impl Profile {
    /// Returns the file for the refresh token of this profile.
    pub(crate) fn token_file(&self, name: &ProfileName, config: &Path) -> PathBuf {
        let beside = config.parent().unwrap_or_else(|| Path::new(""));
        match &self.store_file {
            // `join` keeps an absolute path.
            Some(file) => beside.join(file),
            None => beside.join("tokens").join(format!("{name}.json")),
        }
    }

    /// Returns the file for the access token of this profile: next to the file of the refresh
    /// token, also if that token is in the keyring.
    pub(crate) fn access_token_file(&self, name: &ProfileName, config: &Path) -> PathBuf {
        let mut file = self.token_file(name, config).into_os_string();
        file.push(".access");
        file.into()
    }
}

/// Store of a refresh token.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum StoreKind {
    /// Keyring of the operating system
    #[default]
    Keyring,
    /// File that only this user can read
    File,
}

impl StoreKind {
    pub(crate) const NAMES: [&'static str; 2] = ["keyring", "file"];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::File => "file",
        }
    }
}
