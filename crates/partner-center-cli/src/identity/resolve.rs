//! Selection of credentials, in the order of [`crate::reference`].

use std::path::PathBuf;
use std::sync::Arc;

use partner_center::Cloud;
use partner_center::credential::{
    MemoryStore, RefreshTokenCredential, RefreshTokenStore, Secret, StaticTokenCredential,
    TokenCredential, token_claims,
};
use url::Url;

use super::access_token::{FileCachedCredential, Purpose};
use super::credential_variables::{self as variables, client_secret};
use super::sign_in_failure::store_failed;
use super::{Application, Endpoints, TokenLocation, configure_sign_in};
use crate::config::{self, Config, Profile, ProfileName};
use crate::environment::Environment;
use crate::failure::{Exit, Failure, messages};
use crate::reference;

/// Credentials and addresses of a command.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) source: CredentialSource,
    pub(crate) endpoints: Endpoints,
}

/// Source of the credentials.
#[derive(Debug)]
pub(crate) enum CredentialSource {
    /// `PCENTER_ACCESS_TOKEN`.
    AccessToken(Secret),
    /// Environment variables, or an emulator.
    RefreshToken {
        application: Application,
        refresh_token: Secret,
    },
    /// A profile, with its entry in the configuration file.
    Profile {
        name: ProfileName,
        profile: Box<Profile>,
        application: Application,
        config: PathBuf,
    },
}

impl Identity {
    /// Creates the credential. Sends no request.
    pub(crate) fn credential(
        &self,
        environment: &Environment<'_>,
    ) -> Result<Arc<dyn TokenCredential>, Failure> {
        let store = match &self.source {
            CredentialSource::Profile {
                name,
                profile,
                config,
                ..
            } => {
                TokenLocation::open(name, profile, config, environment)
                    .map_err(|error| store_failed(&error))?
                    .store
            }
            CredentialSource::AccessToken(_) | CredentialSource::RefreshToken { .. } => {
                Arc::new(MemoryStore::new())
            }
        };
        self.with_store(store)
    }

    /// Creates the credential. Access tokens of a profile are stored for later runs.
    pub(crate) fn cached_credential(
        &self,
        environment: &Environment<'_>,
    ) -> Result<Arc<dyn TokenCredential>, Failure> {
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

    /// Checks addresses, tenant and client id, without the stored token.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        self.endpoints.check()?;
        let credential = self
            .with_store(Arc::new(MemoryStore::new()))
            .map_err(|mut failure| {
                failure.exit = Exit::Usage;
                failure
            })?;
        self.endpoints.client().credential(credential).build()?;
        Ok(())
    }

    /// Returns the tenant, if known.
    pub(crate) fn tenant(&self) -> Option<String> {
        match &self.source {
            CredentialSource::AccessToken(token) => token_claims(token)?.tenant_id,
            CredentialSource::RefreshToken { application, .. }
            | CredentialSource::Profile { application, .. } => Some(application.tenant.clone()),
        }
    }

    /// Returns the command that signs in again. `None` without a profile.
    pub(crate) fn login(&self) -> Option<String> {
        match &self.source {
            CredentialSource::Profile { name, .. } => {
                Some(format!("pcenter auth login --profile {name}"))
            }
            CredentialSource::AccessToken(_) | CredentialSource::RefreshToken { .. } => None,
        }
    }

    /// Returns the command that diagnoses these credentials.
    pub(crate) fn doctor(&self) -> String {
        match &self.source {
            CredentialSource::Profile { name, .. } => {
                format!("pcenter auth doctor --profile {name}")
            }
            CredentialSource::AccessToken(_) | CredentialSource::RefreshToken { .. } => {
                "pcenter auth doctor".to_owned()
            }
        }
    }

    fn with_store(
        &self,
        store: Arc<dyn RefreshTokenStore>,
    ) -> Result<Arc<dyn TokenCredential>, Failure> {
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
        let builder = configure_sign_in!(builder, application, self.endpoints);
        let credential = builder.build().map_err(|error| {
            Failure::new(Exit::Authentication, messages(&error).join(": ")).help(help)
        })?;
        Ok(Arc::new(credential))
    }
}

/// Flags that select credentials and addresses.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConnectionFlags<'a> {
    pub(crate) profile: Option<&'a ProfileName>,
    pub(crate) cloud: Option<Cloud>,
    pub(crate) base_url: Option<&'a Url>,
}

/// Returns the token in `PCENTER_ACCESS_TOKEN` without surrounding white space: files and commands
/// end with a line end.
fn access_token(variable: &str) -> Result<String, Failure> {
    let token = variable.trim();
    // RFC 6750, section 2.1: the characters of a bearer token.
    let is_token = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    match token.chars().all(is_token) {
        true => Ok(token.to_owned()),
        false => Err(Failure::new(
            Exit::Usage,
            "PCENTER_ACCESS_TOKEN has characters that no access token has",
        )
        .help("set it to the token alone, without `Bearer`, quotes or spaces")),
    }
}

/// Returns the first available credentials: the profile of `--profile`; `PCENTER_ACCESS_TOKEN`;
/// the profile of `PCENTER_PROFILE`; `PCENTER_REFRESH_TOKEN` with tenant and client id; the default
/// profile. `None` if there are no credentials.
pub(crate) fn resolve_identity(
    typed: &ConnectionFlags<'_>,
    environment: &Environment<'_>,
) -> Result<Option<Identity>, Failure> {
    let mut endpoints = Endpoints::of_cloud(typed.cloud.clone().unwrap_or_default());
    endpoints.base_url = typed.base_url.cloned();
    if typed.profile.is_none()
        && let Some(token) = environment.set(reference::ACCESS_TOKEN)
    {
        endpoints.authority = variables::authority(environment)?;
        let token = access_token(&token)?;
        return Ok(Some(Identity {
            source: CredentialSource::AccessToken(token.into()),
            endpoints,
        }));
    }
    if let Some(name) = named_profile(typed.profile, environment)? {
        let config = config::read(&config::config_path(environment)?)?;
        return of_profile(&config, &name, typed, environment).map(Some);
    }
    if let Some(variables) = variables::read(environment)? {
        endpoints.authority = variables::authority(environment)?;
        return Ok(Some(Identity {
            source: CredentialSource::RefreshToken {
                application: variables.application,
                refresh_token: variables.refresh_token,
            },
            endpoints,
        }));
    }
    // A user without a home directory has no default profile, which is not an error.
    let Ok(path) = config::config_path(environment) else {
        return Ok(None);
    };
    let config = config::read(&path)?;
    match &config.default_profile {
        Some(name) => of_profile(&config, name, typed, environment).map(Some),
        None => Ok(None),
    }
}

/// Returns the profile named by `--profile` or `PCENTER_PROFILE`.
pub(crate) fn named_profile(
    typed: Option<&ProfileName>,
    environment: &Environment<'_>,
) -> Result<Option<ProfileName>, Failure> {
    if let Some(name) = typed {
        return Ok(Some(name.clone()));
    }
    let Some(name) = environment.set(reference::PROFILE) else {
        return Ok(None);
    };
    match name.parse() {
        Ok(name) => Ok(Some(name)),
        Err(problem) => Err(Failure::new(
            Exit::Usage,
            format!("PCENTER_PROFILE: {problem}"),
        )),
    }
}

fn of_profile(
    config: &Config,
    name: &ProfileName,
    typed: &ConnectionFlags<'_>,
    environment: &Environment<'_>,
) -> Result<Identity, Failure> {
    let profile = config.get(name)?;
    if let Some(cloud) = &typed.cloud
        && *cloud != profile.cloud
    {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "the profile `{name}` signs in to the cloud `{}`, and its token is valid only \
                 there: `--cloud {cloud}` cannot be used",
                profile.cloud
            ),
        )
        .help(format!(
            "`pcenter auth login --profile NAME --cloud {cloud}` creates a profile for it"
        )));
    }
    let mut endpoints = Endpoints::of_profile(profile);
    if let Some(url) = typed.base_url {
        endpoints.base_url = Some(url.clone());
    }
    Ok(Identity {
        source: CredentialSource::Profile {
            name: name.clone(),
            application: Application {
                tenant: profile.tenant.clone(),
                client_id: profile.client_id.clone(),
                client_secret: client_secret(environment),
            },
            profile: Box::new(profile.clone()),
            config: config.path.clone(),
        },
        endpoints,
    })
}

/// Returns the failure for missing credentials. `command` is the command line of the report.
pub(crate) fn no_credentials(command: &str, environment: &Environment<'_>) -> Failure {
    let missing = variables::missing(environment);
    let config = config::config_path(environment).and_then(|path| config::read(&path));
    let config = config.ok().filter(|config| !config.profiles.is_empty());
    let failure = match config {
        Some(config) => {
            let names: Vec<_> = config
                .profiles
                .iter()
                .map(|(name, _)| name.as_str())
                .collect();
            Failure::new(
                Exit::Authentication,
                format!(
                    "no credentials: no profile is named, there is no default profile, and \
                     {missing} not set"
                ),
            )
            .help(format!(
                "name a profile with `--profile NAME`; profiles: {}",
                names.join(", ")
            ))
            .help(format!(
                "or add `default_profile = \"NAME\"` at the top of {}",
                config.path.display()
            ))
        }
        None => Failure::new(
            Exit::Authentication,
            format!("no credentials: there is no profile, and {missing} not set"),
        )
        .help(
            "sign in once with `pcenter auth login`, or try `--emulator`, which needs no \
             credentials",
        ),
    };
    failure.help(format!(
        "for credentials in environment variables, see `{command} --help`"
    ))
}
