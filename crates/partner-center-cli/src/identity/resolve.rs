//! Which credentials count. The order is in the help of every report.

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
use super::{Application, Endpoints, TokenLocation, signing_in};
use crate::config::{self, Config, Profile, ProfileName};
use crate::environment::Environment;
use crate::failure::{Exit, Failure, messages};
use crate::reference;

/// Who calls, and where.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) source: CredentialSource,
    pub(crate) endpoints: Endpoints,
}

/// Where the credentials come from.
#[derive(Debug)]
pub(crate) enum CredentialSource {
    /// `PCENTER_ACCESS_TOKEN`.
    AccessToken(Secret),
    /// Variables, or an emulator.
    RefreshToken {
        application: Application,
        refresh_token: Secret,
    },
    /// A profile, and what the file says of it.
    Profile {
        name: ProfileName,
        profile: Box<Profile>,
        application: Application,
        config: PathBuf,
    },
}

impl Identity {
    /// The credential. Nothing is sent yet.
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

    /// The credential, whose access tokens outlive the process where they are a profile's.
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

    /// Finds out what cannot be right, whatever the store has.
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

    /// The tenant that is called for, where it is known.
    pub(crate) fn tenant(&self) -> Option<String> {
        match &self.source {
            CredentialSource::AccessToken(token) => token_claims(token)?.tenant_id,
            CredentialSource::RefreshToken { application, .. }
            | CredentialSource::Profile { application, .. } => Some(application.tenant.clone()),
        }
    }

    /// The command that signs in anew; none without a profile.
    pub(crate) fn login(&self) -> Option<String> {
        match &self.source {
            CredentialSource::Profile { name, .. } => {
                Some(format!("pcenter auth login --profile {name}"))
            }
            CredentialSource::AccessToken(_) | CredentialSource::RefreshToken { .. } => None,
        }
    }

    /// The command that says what is wrong with it.
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
        let builder = signing_in!(builder, application, self.endpoints);
        let credential = builder.build().map_err(|error| {
            Failure::new(Exit::Authentication, messages(&error).join(": ")).help(help)
        })?;
        Ok(Arc::new(credential))
    }
}

/// What was typed about where to call and as whom.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConnectionFlags<'a> {
    pub(crate) profile: Option<&'a ProfileName>,
    pub(crate) cloud: Option<Cloud>,
    pub(crate) base_url: Option<&'a Url>,
}

/// The first that there is of: the profile of `--profile`; `PCENTER_ACCESS_TOKEN`; the
/// profile of `PCENTER_PROFILE`; `PCENTER_TENANT_ID` and what goes with it; the default profile.
/// Nothing where there is none.
pub(crate) fn choose(
    typed: &ConnectionFlags<'_>,
    environment: &Environment<'_>,
) -> Result<Option<Identity>, Failure> {
    let mut endpoints = Endpoints::of_cloud(typed.cloud.clone().unwrap_or_default());
    endpoints.base_url = typed.base_url.cloned();
    if typed.profile.is_none()
        && let Some(token) = environment.set(reference::ACCESS_TOKEN)
    {
        endpoints.authority = variables::authority(environment)?;
        return Ok(Some(Identity {
            source: CredentialSource::AccessToken(token.into()),
            endpoints,
        }));
    }
    if let Some(name) = named(typed.profile, environment)? {
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
    // Without a home directory there is no default profile, and that is all.
    let Ok(path) = config::config_path(environment) else {
        return Ok(None);
    };
    let config = config::read(&path)?;
    match &config.default_profile {
        Some(name) => of_profile(&config, name, typed, environment).map(Some),
        None => Ok(None),
    }
}

/// The profile that somebody has named: by flag, or by `PCENTER_PROFILE`.
pub(crate) fn named(
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
                "the profile `{name}` signs in at the cloud `{}`, and its token is good for no \
                 other: `--cloud {cloud}` cannot be",
                profile.cloud
            ),
        )
        .help(format!(
            "`pcenter auth login --profile NAME --cloud {cloud}` makes a profile for it"
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

/// Nobody is meant. `command` is what was typed.
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
                    "no credentials: no profile is named and none is the default one, and \
                     {missing} not set"
                ),
            )
            .help(format!(
                "name one with `--profile NAME`; there are: {}",
                names.join(", ")
            ))
            .help(format!(
                "or write `default_profile = \"NAME\"` at the top of {}",
                config.path.display()
            ))
        }
        None => Failure::new(
            Exit::Authentication,
            format!("no credentials: there is no profile, and {missing} not set"),
        )
        .help("sign in with `pcenter auth login`, once; or try `--emulator`, which needs none"),
    };
    failure.help(format!(
        "for credentials in environment variables see `{command} --help`"
    ))
}
