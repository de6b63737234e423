//! Plan of a sign-in, checked before the user has to do anything.

use std::path::PathBuf;

use clap::ArgMatches;
use partner_center::credential::profiles::{
    Application, Config, Endpoints, Identity, Profile, ProfileName, StoreKind, absolute,
    check_writable, client_secret, config_path, named_profile, remove_access_token, save_profile,
};
use partner_center::credential::{StoreError, StoredRefreshToken};

use super::super::arguments::Login;
use super::interactive::{InteractiveSignIn, SignInMethod, lock_store};
use super::{COMMAND, questions};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::identity::{TokenLocation, check_identity, store_failed};
use crate::printable::printable;
use crate::signals::{Signal, Signals};

/// Profile, configuration file and token location of a sign-in.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) name: ProfileName,
    pub(super) profile: Profile,
    pub(super) config: PathBuf,
    pub(super) location: TokenLocation,
    /// The profile before this sign-in, if it exists.
    previous: Option<Profile>,
    /// The current default profile.
    default: Option<ProfileName>,
}

impl Plan {
    /// Merges flags and profile, prompts for missing values and checks that the sign-in can be
    /// stored.
    pub(super) async fn make(
        login: &Login,
        matches: &ArgMatches,
        environment: &mut Environment<'_>,
    ) -> Result<Self, Failure> {
        let path = config_path(&environment.settings())?;
        let config = Config::read(&path)?;
        let name = name(login, &config, environment)?;
        let previous = config.find(&name).cloned();
        check_case(&name, &config)?;
        check_tenant(login, &name, previous.as_ref())?;
        let (store, store_file) = store(login, previous.as_ref())?;
        // Tenant and client id follow below.
        let mut profile = Profile::new("", "");
        profile.cloud = login.cloud.clone().unwrap_or_default();
        profile.store = store;
        profile.store_file = store_file;
        profile.authority = login.authority.clone();
        profile.base_url = login.base_url.clone();
        profile.scope = login.scope.clone();
        profile.output = previous.as_ref().and_then(|it| it.output.clone());
        if let Some(previous) = &previous
            && login.cloud.is_none()
        {
            profile.cloud = previous.cloud.clone();
            profile.authority = profile.authority.or(previous.authority.clone());
            profile.base_url = profile.base_url.or(previous.base_url.clone());
            profile.scope = profile.scope.or(previous.scope.clone());
        }
        let endpoints = Endpoints::for_profile(&profile);
        endpoints.check()?;
        // Checked now, because a sign-in that cannot be stored is wasted effort.
        check_writable(&path)?;
        let location = location(login, &name, &profile, &path, environment).await?;
        let known = |typed: &Option<String>, previous: Option<&String>| {
            typed.clone().or_else(|| previous.cloned())
        };
        let asked = questions::prompt(
            known(&login.tenant, previous.as_ref().map(|it| &it.tenant)),
            known(&login.client_id, previous.as_ref().map(|it| &it.client_id)),
            environment.can_prompt(matches),
            environment,
        )?;
        (profile.tenant, profile.client_id) = asked;
        let plan = Self {
            name,
            profile,
            config: path,
            location,
            previous,
            default: config.default_profile,
        };
        // Without the help of `check`, which refers to the configuration file: these values come
        // from flags and prompts.
        check_identity(&plan.identity(environment))
            .map_err(|failure| Failure::new(Exit::Usage, failure.summary()))?;
        Ok(plan)
    }

    pub(super) fn identity(&self, environment: &Environment<'_>) -> Identity {
        let settings = environment.settings();
        Identity::of_profile(&self.name, &self.profile, self.config.clone(), &settings)
    }

    pub(super) fn sign_in(
        &self,
        login: &Login,
        environment: &Environment<'_>,
    ) -> InteractiveSignIn {
        InteractiveSignIn {
            application: self.application(environment),
            endpoints: Endpoints::for_profile(&self.profile),
            method: SignInMethod::choose(login, environment),
            sign_in_command: sign_in_command(login, &self.name),
        }
    }

    /// Returns whether commands use this profile by default.
    pub(super) fn is_default(&self) -> bool {
        self.default.as_ref().is_none_or(|name| *name == self.name)
    }

    fn application(&self, environment: &Environment<'_>) -> Application {
        let secret = client_secret(&environment.settings());
        Application::new(&self.profile.tenant, &self.profile.client_id, secret)
    }

    /// Stores the sign-in: first the token, then the profile that refers to it. A signal stops only
    /// the wait for the lock of the store.
    pub(super) async fn store(
        &self,
        token: &StoredRefreshToken,
        signals: &mut Signals,
        environment: &mut Environment<'_>,
    ) -> Result<(), Failure> {
        let not_stored = |error: &StoreError| {
            let failure = store_failed(error);
            failure.help("the sign-in worked but is not stored: fix the store and sign in again")
        };
        let stopped = |signal: Signal| {
            let message = "stopped; the sign-in worked but is not stored, and nothing was changed";
            Failure::new(signal.exit(), message)
        };
        let lock = signals
            .unless(lock_store(&self.location, environment))
            .await;
        let _lock = lock.map_err(stopped)?.map_err(|error| not_stored(&error))?;
        // The stored access token may belong to another user.
        let access_token = self.profile.access_token_file(&self.name, &self.config);
        remove_access_token(&access_token).map_err(|error| {
            let file = access_token.display();
            Failure::new(
                Exit::Other,
                format!("the access token in {file} could not be removed: {error}"),
            )
        })?;
        let saved = self.location.store.save(token).await;
        saved.map_err(|error| not_stored(&error))?;
        Ok(save_profile(&self.config, &self.name, &self.profile)?)
    }

    /// Removes the token from its previous location, if the location changed.
    pub(super) async fn clear_previous_location(
        &self,
        signals: &mut Signals,
        environment: &mut Environment<'_>,
    ) -> Result<(), Failure> {
        let Some(previous) = &self.previous else {
            return Ok(());
        };
        let file = |profile: &Profile| profile.token_file(&self.name, &self.config);
        let same = match (previous.store, self.profile.store) {
            (StoreKind::Keyring, StoreKind::Keyring) => true,
            (StoreKind::File, StoreKind::File) => file(previous) == file(&self.profile),
            _ => false,
        };
        if same {
            return Ok(());
        }
        let access_token = previous.access_token_file(&self.name, &self.config);
        if let Err(error) = remove_access_token(&access_token) {
            writeln!(
                environment.stderr,
                "warning: the old access token could not be removed: {error}"
            )?;
        }
        let old = TokenLocation::open(&self.name, previous, &self.config, environment);
        let cleared = match &old {
            Ok(location) => match signals.unless(lock_store(location, environment)).await {
                Ok(Ok(_lock)) => location.store.clear().await.map_err(|it| it.to_string()),
                Ok(Err(error)) => Err(error.to_string()),
                Err(_signal) => Err("stopped while another process uses it".to_owned()),
            },
            Err(error) => Err(error.to_string()),
        };
        if let Err(problem) = cleared {
            writeln!(
                environment.stderr,
                "warning: the old sign-in could not be removed: {}",
                printable(&problem)
            )?;
        }
        Ok(())
    }
}

fn name(
    login: &Login,
    config: &Config,
    environment: &Environment<'_>,
) -> Result<ProfileName, Failure> {
    if let Some(name) = named_profile(login.profile.as_ref(), &environment.settings())? {
        return Ok(name);
    }
    Ok(config.default_profile.clone().unwrap_or_default())
}

/// Refuses a name that differs from an existing one only in case: on a case-insensitive file system
/// both sign-ins would share a file.
fn check_case(name: &ProfileName, config: &Config) -> Result<(), Failure> {
    let mut names = config.profiles.iter().map(|(known, _)| known);
    match names.find(|known| known.same_file(name) && *known != name) {
        Some(known) => Err(Failure::new(
            Exit::Usage,
            format!(
                "the name of the existing profile `{known}` differs from `{name}` only in case"
            ),
        )
        .help("use the same spelling, or choose another name")),
        None => Ok(()),
    }
}

/// Refuses another tenant for an existing profile, which would replace its sign-in by mistake.
fn check_tenant(
    login: &Login,
    name: &ProfileName,
    previous: Option<&Profile>,
) -> Result<(), Failure> {
    let (Some(typed), Some(previous)) = (&login.tenant, previous) else {
        return Ok(());
    };
    if typed.eq_ignore_ascii_case(&previous.tenant) {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Usage,
        format!(
            "the profile `{name}` belongs to the tenant {}, not to {typed}",
            previous.tenant
        ),
    )
    .help("use another profile for another tenant: `--profile NAME`")
    .help(format!(
        "to reuse this name, run `pcenter auth logout --forget --profile {name}`, then sign in"
    )))
}

/// Store of a sign-in without `--store`.
const DEFAULT_STORE: StoreKind = match cfg!(feature = "keyring") {
    true => StoreKind::Keyring,
    false => StoreKind::File,
};

fn store(
    login: &Login,
    previous: Option<&Profile>,
) -> Result<(StoreKind, Option<PathBuf>), Failure> {
    let store_file = login.store_file.clone().map(absolute).transpose()?;
    if store_file.as_ref().is_some_and(|it| it.to_str().is_none()) {
        return Err(Failure::new(
            Exit::Usage,
            "the path of `--store-file` is not UTF-8, which the configuration file requires",
        ));
    }
    match (login.store, store_file) {
        (Some(StoreKind::Keyring), Some(_)) => Err(Failure::new(
            Exit::Usage,
            "`--store-file` needs `--store file`, not the keyring",
        )),
        (_, Some(file)) => Ok((StoreKind::File, Some(file))),
        (typed, None) => {
            let kind = typed
                .or(previous.map(|it| it.store))
                .unwrap_or(DEFAULT_STORE);
            let file = previous.and_then(|it| it.store_file.clone());
            Ok((kind, file.filter(|_| kind == StoreKind::File)))
        }
    }
}

/// Opens the location of the token and checks that it can be written.
async fn location(
    login: &Login,
    name: &ProfileName,
    profile: &Profile,
    config: &std::path::Path,
    environment: &mut Environment<'_>,
) -> Result<TokenLocation, Failure> {
    let location = match TokenLocation::open(name, profile, config, environment) {
        Ok(location) => match lock_store(&location, environment).await {
            Ok(_lock) => Ok(location),
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    location.map_err(|error| match profile.store {
        StoreKind::Keyring => Failure::new(
            Exit::Authentication,
            format!("the sign-in cannot be stored in a keyring here: {error}"),
        )
        .help(format!(
            "to store it in a file that only this user can read: `{} --store file`",
            command_without_store(login, name)
        )),
        StoreKind::File => Failure::new(
            Exit::Authentication,
            format!("the sign-in cannot be stored: {error}"),
        ),
    })
}

/// Returns the command line of this sign-in, for help messages.
fn sign_in_command(login: &Login, name: &ProfileName) -> String {
    let mut command = command_without_store(login, name);
    if let Some(store) = login.store {
        command.push_str(&format!(" --store {}", store.name()));
    }
    if let Some(file) = &login.store_file {
        command.push_str(&format!(
            " --store-file {}",
            quoted(&file.display().to_string())
        ));
    }
    command
}

/// Returns the command line of this sign-in without the flags of the store.
fn command_without_store(login: &Login, name: &ProfileName) -> String {
    let mut command = COMMAND.to_owned();
    let mut add = |flag: &str, value: Option<String>| {
        if let Some(value) = value {
            command.push_str(&format!(" {flag} {}", quoted(&value)));
        }
    };
    let text = |url: &Option<url::Url>| url.as_ref().map(ToString::to_string);
    add(
        "--profile",
        Some(name.to_string()).filter(|it| it != ProfileName::DEFAULT),
    );
    add("--tenant", login.tenant.clone());
    add("--client-id", login.client_id.clone());
    add("--cloud", login.cloud.as_ref().map(ToString::to_string));
    add("--authority", text(&login.authority));
    add("--base-url", text(&login.base_url));
    add("--scope", login.scope.clone());
    add(
        "--port",
        Some(login.port)
            .filter(|it| *it != 0)
            .map(|it| it.to_string()),
    );
    for (given, flag) in [
        (login.device_code, " --device-code"),
        (login.browser, " --browser"),
    ] {
        if given {
            command.push_str(flag);
        }
    }
    command
}

/// Quotes a word of a command line if a shell would interpret it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    match cfg!(windows) {
        // Paths on Windows cannot contain a quotation mark.
        true => format!("\"{word}\""),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn quotes_words_with_special_characters() {
        let url = "https://login.contoso.com:8080/sign-in";
        assert_eq!(quoted(url), url);
        if cfg!(windows) {
            assert_eq!(quoted("C:\\a b"), "\"C:\\a b\"");
        } else {
            for (word, expected) in [
                ("a b", "'a b'"),
                ("it's", "'it'\\''s'"),
                ("$HOME", "'$HOME'"),
                ("", "''"),
            ] {
                assert_eq!(quoted(word), expected);
            }
        }
    }
}
