use std::path::{Path, PathBuf};

use partner_center::Cloud;
use url::Url;

use super::{ProfileName, nearest};
use crate::failure::{Exit, Failure};

/// What the file says.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) path: PathBuf,
    pub(crate) default_profile: Option<ProfileName>,
    /// In the order of the file.
    pub(crate) profiles: Vec<(ProfileName, Profile)>,
}

impl Config {
    pub(crate) fn find(&self, name: &ProfileName) -> Option<&Profile> {
        let mut profiles = self.profiles.iter();
        profiles.find(|(known, _)| known == name).map(|(_, it)| it)
    }

    /// The profile of this name, or what names there are.
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
                "there is none at all: `pcenter auth login --profile {name}` makes it"
            )),
            None => failure.help(format!(
                "there are: {}; `pcenter auth login --profile {name}` makes a new one",
                names.join(", ")
            )),
        })
    }
}

/// Who signs in where, and where the refresh token is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Profile {
    /// The partner's tenant, a GUID or a domain.
    pub(crate) tenant: String,
    /// The application (client) id.
    pub(crate) client_id: String,
    pub(crate) cloud: Cloud,
    pub(crate) store: StoreKind,
    /// The file of [`StoreKind::File`]; beside the profiles unless given.
    pub(crate) store_file: Option<PathBuf>,
    /// Another sign-in service than the cloud's.
    pub(crate) authority: Option<Url>,
    /// Another root of the API than the cloud's.
    pub(crate) base_url: Option<Url>,
    /// Another scope than the cloud's.
    pub(crate) scope: Option<String>,
}

impl Profile {
    /// The file for the refresh token of this profile.
    pub(crate) fn token_file(&self, name: &ProfileName, config: &Path) -> PathBuf {
        let beside = config.parent().unwrap_or_else(|| Path::new(""));
        match &self.store_file {
            // An absolute path stays as it is.
            Some(file) => beside.join(file),
            None => beside.join("tokens").join(format!("{name}.json")),
        }
    }

    /// The file for the access token of this profile: beside the refresh token, or where
    /// that would be if it were not in the keyring.
    pub(crate) fn access_token_file(&self, name: &ProfileName, config: &Path) -> PathBuf {
        let mut file = self.token_file(name, config).into_os_string();
        file.push(".access");
        file.into()
    }
}

/// Where a refresh token is kept.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum StoreKind {
    /// The keyring of this computer
    #[default]
    Keyring,
    /// A file that only this user can read
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
