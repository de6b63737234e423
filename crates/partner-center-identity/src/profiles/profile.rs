use std::path::{Path, PathBuf};
use std::sync::Arc;

use partner_center_core::Cloud;
use partner_center_core::nearest::nearest;
use url::Url;

use super::{Environment, ProfileName, SettingsError};
use crate::{FileStore, RefreshTokenStore, StoreError};

/// Content of the configuration file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Path of the file.
    pub path: PathBuf,
    /// Profile that is used unless another one is named.
    pub default_profile: Option<ProfileName>,
    /// Profiles, in the order of the file.
    pub profiles: Vec<(ProfileName, Profile)>,
}

impl Config {
    /// Returns the profile of this name, if there is one.
    pub fn find(&self, name: &ProfileName) -> Option<&Profile> {
        let mut profiles = self.profiles.iter();
        profiles.find(|(known, _)| known == name).map(|(_, it)| it)
    }

    /// Returns the profile of this name.
    ///
    /// # Errors
    ///
    /// Without such a profile; the error suggests or lists existing names.
    pub fn get(&self, name: &ProfileName) -> Result<&Profile, SettingsError> {
        if let Some(profile) = self.find(name) {
            return Ok(profile);
        }
        let names: Vec<_> = self
            .profiles
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        let error = SettingsError::invalid(format!(
            "there is no profile `{name}` in {}",
            self.path.display()
        ));
        Err(match nearest(name.as_str(), names.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None if names.is_empty() => error.help(format!(
                "there are no profiles yet: `pcenter auth login --profile {name}` creates it"
            )),
            None => error.help(format!(
                "profiles: {}; `pcenter auth login --profile {name}` creates a new one",
                names.join(", ")
            )),
        })
    }
}

/// Profile: application, addresses and token store of one sign-in.
///
/// ```
/// use std::path::Path;
///
/// use partner_center_identity::profiles::{Profile, ProfileName, StoreKind};
///
/// let mut profile = Profile::new("contoso.example", "11111111-2222-3333-4444-555555555555");
/// profile.store = StoreKind::File;
///
/// let file = profile.token_file(&ProfileName::default(), Path::new("/etc/pcenter/config.toml"));
/// assert_eq!(file, Path::new("/etc/pcenter/tokens/default.json"));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Profile {
    /// The partner's tenant, a GUID or a domain.
    pub tenant: String,
    /// The application (client) id.
    pub client_id: String,
    /// The cloud that the user signs in to.
    pub cloud: Cloud,
    /// Store of the refresh token.
    pub store: StoreKind,
    /// File of [`StoreKind::File`]. Default: `tokens/NAME.json` next to the configuration file.
    pub store_file: Option<PathBuf>,
    /// Sign-in service, if it is not that of the cloud.
    pub authority: Option<Url>,
    /// Root of the API, if it is not that of the cloud.
    pub base_url: Option<Url>,
    /// Scope of access tokens, if it is not that of the cloud.
    pub scope: Option<String>,
    /// Output format of `pcenter` without `--output`, as in that option. Other programs ignore it.
    pub output: Option<String>,
}

impl Profile {
    /// Creates a profile of the global cloud, with the token in the keyring.
    pub fn new(tenant: impl Into<String>, client_id: impl Into<String>) -> Self {
        Self {
            tenant: tenant.into(),
            client_id: client_id.into(),
            cloud: Cloud::Global,
            store: StoreKind::default(),
            store_file: None,
            authority: None,
            base_url: None,
            scope: None,
            output: None,
        }
    }

    /// Returns the file for the refresh token of this profile.
    pub fn token_file(&self, name: &ProfileName, config: &Path) -> PathBuf {
        let beside = config.parent().unwrap_or_else(|| Path::new(""));
        match &self.store_file {
            // `join` keeps an absolute path.
            Some(file) => beside.join(file),
            None => beside.join("tokens").join(format!("{name}.json")),
        }
    }

    /// Returns the file for the access token of this profile: next to the file of the refresh
    /// token, also if that token is in the keyring.
    pub fn access_token_file(&self, name: &ProfileName, config: &Path) -> PathBuf {
        let mut file = self.token_file(name, config).into_os_string();
        file.push(".access");
        file.into()
    }

    /// Opens the store of the refresh token, without reading the token.
    ///
    /// # Errors
    ///
    /// Without a usable keyring.
    pub fn open_store(
        &self,
        name: &ProfileName,
        config: &Path,
        environment: &Environment<'_>,
    ) -> Result<Arc<dyn RefreshTokenStore>, StoreError> {
        match self.store {
            StoreKind::Keyring => (environment.keyring)(name.as_str()),
            StoreKind::File => Ok(Arc::new(FileStore::new(self.token_file(name, config)))),
        }
    }
}

/// Store of a refresh token.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum StoreKind {
    /// Keyring of the operating system.
    #[default]
    Keyring,
    /// File that only this user can read.
    File,
}

impl StoreKind {
    /// Names in the configuration file.
    pub const NAMES: [&'static str; 2] = ["keyring", "file"];

    /// Returns the name in the configuration file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::File => "file",
        }
    }
}
