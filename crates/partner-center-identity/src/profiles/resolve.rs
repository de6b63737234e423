//! Selection of credentials, in the order of the documentation of the module.

use std::path::PathBuf;
use std::sync::Arc;

use partner_center_core::Cloud;
use url::Url;

use super::access_token_file::{FileCachedCredential, Purpose};
use super::error::with_causes;
use super::variables::{authority, base_url, client_secret, credential_variables, missing};
use super::{
    Application, Config, Endpoints, Environment, Profile, ProfileName, SettingsError,
    SettingsErrorKind, config_path, variable,
};
use crate::{
    MemoryStore, RefreshTokenCredential, RefreshTokenStore, Secret, StaticTokenCredential,
    TokenCredential, token_claims,
};

/// Credentials and addresses that were chosen.
///
/// ```
/// use std::ffi::OsString;
///
/// use partner_center_identity::profiles::{
///     CredentialSource, Environment, Identity, Overrides, keyring,
/// };
///
/// let variable = |name: &str| {
///     (name == "PCENTER_ACCESS_TOKEN").then(|| OsString::from("a-token"))
/// };
/// let environment = Environment { variable: &variable, config_directory: None, keyring: &keyring };
///
/// let identity = Identity::resolve(&Overrides::default(), &environment)?.unwrap();
/// assert!(matches!(identity.source, CredentialSource::AccessToken(_)));
/// assert_eq!(identity.endpoints.base_url(), "https://api.partnercenter.microsoft.com");
/// # Ok::<(), partner_center_identity::profiles::SettingsError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Identity {
    /// Source of the credentials.
    pub source: CredentialSource,
    /// Addresses of the sign-in service and the API.
    pub endpoints: Endpoints,
}

/// Source of credentials.
#[derive(Clone, Debug)]
pub enum CredentialSource {
    /// An access token, as in `PCENTER_ACCESS_TOKEN`.
    AccessToken(Secret),
    /// A refresh token that is not stored, as in `PCENTER_REFRESH_TOKEN`.
    RefreshToken {
        /// Application that the token was issued to.
        application: Application,
        /// The refresh token.
        refresh_token: Secret,
    },
    /// A profile.
    Profile {
        /// Name of the profile.
        name: ProfileName,
        /// The profile.
        profile: Box<Profile>,
        /// Application of the profile, with its secret.
        application: Application,
        /// Path of the file with the profiles.
        config: PathBuf,
    },
}

/// Choices that take precedence over environment variables and profiles.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Overrides<'a> {
    /// Profile to use.
    pub profile: Option<&'a ProfileName>,
    /// Cloud to call; with a profile, only its cloud is valid.
    pub cloud: Option<Cloud>,
    /// Root of the API.
    pub base_url: Option<&'a Url>,
}

impl<'a> Overrides<'a> {
    /// Returns overrides that choose a profile.
    pub fn profile(name: &'a ProfileName) -> Self {
        Self {
            profile: Some(name),
            ..Self::default()
        }
    }
}

impl Identity {
    /// Creates an identity.
    pub fn new(source: CredentialSource, endpoints: Endpoints) -> Self {
        Self { source, endpoints }
    }

    /// Creates the identity of a profile. `config` is the path of the file with the profiles.
    pub fn of_profile(
        name: &ProfileName,
        profile: &Profile,
        config: PathBuf,
        environment: &Environment<'_>,
    ) -> Self {
        let secret = client_secret(environment);
        let application = Application::new(&profile.tenant, &profile.client_id, secret);
        Self {
            source: CredentialSource::Profile {
                name: name.clone(),
                profile: Box::new(profile.clone()),
                application,
                config,
            },
            endpoints: Endpoints::for_profile(profile),
        }
    }

    /// Returns the first available credentials, in the order of the
    /// [module](crate::profiles). `None` without credentials; see [`NoCredentials`].
    ///
    /// # Errors
    ///
    /// If a variable or the file with the profiles is invalid, or the profile does not exist.
    pub fn resolve(
        overrides: &Overrides<'_>,
        environment: &Environment<'_>,
    ) -> Result<Option<Self>, SettingsError> {
        let mut endpoints = Endpoints::for_cloud(overrides.cloud.clone().unwrap_or_default());
        let set_endpoints = |endpoints: &mut Endpoints| {
            endpoints.authority = authority(environment)?;
            endpoints.base_url = match overrides.base_url {
                Some(url) => Some(url.clone()),
                None => base_url(environment)?,
            };
            Ok::<_, SettingsError>(())
        };
        if overrides.profile.is_none()
            && let Some(token) = environment.get(variable::ACCESS_TOKEN)
        {
            set_endpoints(&mut endpoints)?;
            let token = access_token(&token)?;
            let source = CredentialSource::AccessToken(token.into());
            return Ok(Some(Self { source, endpoints }));
        }
        if let Some(name) = named_profile(overrides.profile, environment)? {
            let config = Config::read(&config_path(environment)?)?;
            return of_profile(&config, &name, overrides, environment).map(Some);
        }
        if let Some(source) = credential_variables(environment)? {
            set_endpoints(&mut endpoints)?;
            return Ok(Some(Self { source, endpoints }));
        }
        // A user without a home directory has no default profile, which is not an error.
        let Ok(path) = config_path(environment) else {
            return Ok(None);
        };
        let config = Config::read(&path)?;
        match &config.default_profile {
            Some(name) => of_profile(&config, name, overrides, environment).map(Some),
            None => Ok(None),
        }
    }

    /// Creates the credential. Sends no request.
    ///
    /// # Errors
    ///
    /// Without a usable keyring, or if tenant, client id or an address is invalid.
    pub fn credential(
        &self,
        environment: &Environment<'_>,
    ) -> Result<Arc<dyn TokenCredential>, SettingsError> {
        let store = match &self.source {
            CredentialSource::Profile {
                name,
                profile,
                config,
                ..
            } => profile
                .open_store(name, config, environment)
                .map_err(|error| {
                    SettingsError::new(SettingsErrorKind::Credentials, with_causes(&error))
                })?,
            CredentialSource::AccessToken(_) | CredentialSource::RefreshToken { .. } => {
                Arc::new(MemoryStore::new())
            }
        };
        self.credential_with_store(store)
    }

    /// Creates the credential. Access tokens of a profile are stored for later runs, in a file that
    /// only this user can read, so that a loop of short programs requests only one token.
    ///
    /// # Errors
    ///
    /// As [`credential`](Self::credential).
    pub fn cached_credential(
        &self,
        environment: &Environment<'_>,
    ) -> Result<Arc<dyn TokenCredential>, SettingsError> {
        let credential = self.credential(environment)?;
        let CredentialSource::Profile {
            name,
            profile,
            application,
            config,
        } = &self.source
        else {
            return Ok(credential);
        };
        let purpose = Purpose {
            profile: name.as_str().to_owned(),
            tenant: application.tenant.clone(),
            client_id: application.client_id.clone(),
            authority: self.endpoints.authority().to_owned(),
            scope: self.endpoints.scope().to_owned(),
        };
        let file = profile.access_token_file(name, config);
        Ok(Arc::new(FileCachedCredential::new(
            credential, file, purpose,
        )))
    }

    /// Creates the credential with another store of the refresh token than that of the profile.
    ///
    /// # Errors
    ///
    /// If tenant, client id or an address is invalid.
    pub fn credential_with_store(
        &self,
        store: Arc<dyn RefreshTokenStore>,
    ) -> Result<Arc<dyn TokenCredential>, SettingsError> {
        let (builder, application, help) = match &self.source {
            CredentialSource::AccessToken(token) => {
                return Ok(Arc::new(StaticTokenCredential::new(token.clone())));
            }
            CredentialSource::RefreshToken {
                application,
                refresh_token,
            } => (
                RefreshTokenCredential::builder(
                    &application.tenant,
                    &application.client_id,
                    refresh_token.clone(),
                ),
                application,
                "the values come from the PCENTER_.. environment variables".to_owned(),
            ),
            CredentialSource::Profile {
                application,
                config,
                ..
            } => (
                RefreshTokenCredential::from_store(
                    &application.tenant,
                    &application.client_id,
                    store,
                ),
                application,
                format!("the values come from {}", config.display()),
            ),
        };
        let builder = builder.settings(application, &self.endpoints);
        let credential = builder.build().map_err(|error| {
            SettingsError::new(SettingsErrorKind::Credentials, with_causes(&error)).help(help)
        })?;
        Ok(Arc::new(credential))
    }

    /// Returns the name of the profile, if the credentials come from one.
    pub fn profile_name(&self) -> Option<&ProfileName> {
        match &self.source {
            CredentialSource::Profile { name, .. } => Some(name),
            CredentialSource::AccessToken(_) | CredentialSource::RefreshToken { .. } => None,
        }
    }

    /// Returns the profile, if the credentials come from one.
    pub fn profile(&self) -> Option<&Profile> {
        match &self.source {
            CredentialSource::Profile { profile, .. } => Some(profile),
            CredentialSource::AccessToken(_) | CredentialSource::RefreshToken { .. } => None,
        }
    }

    /// Returns the tenant, if known.
    pub fn tenant(&self) -> Option<String> {
        match &self.source {
            CredentialSource::AccessToken(token) => token_claims(token)?.tenant_id,
            CredentialSource::RefreshToken { application, .. }
            | CredentialSource::Profile { application, .. } => Some(application.tenant.clone()),
        }
    }
}

/// Returns the token in `PCENTER_ACCESS_TOKEN` without surrounding white space: files and commands
/// end with a line end.
fn access_token(variable: &str) -> Result<String, SettingsError> {
    let token = variable.trim();
    // RFC 6750, section 2.1: the characters of a bearer token.
    let is_token = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    match token.chars().all(is_token) {
        true => Ok(token.to_owned()),
        false => Err(SettingsError::invalid(
            "PCENTER_ACCESS_TOKEN has characters that no access token has",
        )
        .help("set it to the token alone, without `Bearer`, quotes or spaces")),
    }
}

/// Returns `chosen`, else the profile named by `PCENTER_PROFILE`.
///
/// # Errors
///
/// If the variable is not a valid name.
pub fn named_profile(
    chosen: Option<&ProfileName>,
    environment: &Environment<'_>,
) -> Result<Option<ProfileName>, SettingsError> {
    if let Some(name) = chosen {
        return Ok(Some(name.clone()));
    }
    let Some(name) = environment.get(variable::PROFILE) else {
        return Ok(None);
    };
    match name.parse() {
        Ok(name) => Ok(Some(name)),
        Err(error) => Err(SettingsError::invalid(format!("PCENTER_PROFILE: {error}"))),
    }
}

fn of_profile(
    config: &Config,
    name: &ProfileName,
    overrides: &Overrides<'_>,
    environment: &Environment<'_>,
) -> Result<Identity, SettingsError> {
    let profile = config.get(name)?;
    if let Some(cloud) = &overrides.cloud
        && *cloud != profile.cloud
    {
        return Err(SettingsError::invalid(format!(
            "the profile `{name}` signs in to the cloud `{}`, and its token is valid only there: \
             `--cloud {cloud}` cannot be used",
            profile.cloud
        ))
        .help(format!(
            "`pcenter auth login --profile NAME --cloud {cloud}` creates a profile for it"
        )));
    }
    let mut identity = Identity::of_profile(name, profile, config.path.clone(), environment);
    if let Some(url) = overrides.base_url {
        identity.endpoints.base_url = Some(url.clone());
    }
    Ok(identity)
}

/// Description of missing credentials.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NoCredentials {
    /// What is missing.
    pub message: String,
    /// The profiles, if there are any that could be named.
    pub config: Option<Config>,
}

impl NoCredentials {
    /// Describes which credentials this environment lacks.
    pub fn describe(environment: &Environment<'_>) -> Self {
        let missing = missing(environment);
        let config = config_path(environment).and_then(|path| Config::read(&path));
        let config = config.ok().filter(|config| !config.profiles.is_empty());
        let message = match &config {
            Some(_) => format!(
                "no credentials: no profile is named, there is no default profile, and {missing} \
                 not set"
            ),
            None => format!("no credentials: there is no profile, and {missing} not set"),
        };
        Self { message, config }
    }
}

impl From<NoCredentials> for SettingsError {
    fn from(missing: NoCredentials) -> Self {
        let error = Self::new(SettingsErrorKind::Credentials, missing.message);
        match missing.config {
            Some(config) => {
                let names = config.profiles.iter().map(|(name, _)| name.as_str());
                let names: Vec<_> = names.collect();
                error.help(format!(
                    "set PCENTER_PROFILE to the name of a profile; profiles: {}",
                    names.join(", ")
                ))
            }
            None => error.help("sign in once with `pcenter auth login`, or set these variables"),
        }
    }
}
