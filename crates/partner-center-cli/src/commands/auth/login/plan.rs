//! What a sign-in will do, decided before the person does anything.

use std::path::PathBuf;

use clap::ArgMatches;
use partner_center::credential::{StoreError, StoredRefreshToken};

use super::super::arguments::Login;
use super::interactive::{InteractiveSignIn, SignInMethod, lock_store};
use super::{COMMAND, questions};
use crate::config::{
    self, Config, DEFAULT_NAME, Profile, ProfileName, StoreKind, absolute, check_writable,
    save_profile,
};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::identity::{
    Application, CredentialSource, Endpoints, Identity, TokenLocation, access_token, client_secret,
    named_profile, store_failed,
};
use crate::printable::printable;
use crate::signals::{Signal, Signals};

/// Who signs in where, and where that is kept.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) name: ProfileName,
    pub(super) profile: Profile,
    pub(super) config: PathBuf,
    pub(super) location: TokenLocation,
    /// The profile as it was.
    previous: Option<Profile>,
    /// The default profile, if there is one already.
    default: Option<ProfileName>,
}

impl Plan {
    /// Decides, asks for what is missing, and finds out that the sign-in can be kept.
    pub(super) async fn make(
        login: &Login,
        matches: &ArgMatches,
        environment: &mut Environment<'_>,
    ) -> Result<Self, Failure> {
        let path = config::config_path(environment)?;
        let config = config::read(&path)?;
        let name = name(login, &config, environment)?;
        let previous = config.find(&name).cloned();
        check_case(&name, &config)?;
        check_tenant(login, &name, previous.as_ref())?;
        let (store, store_file) = store(login, previous.as_ref())?;
        let mut profile = Profile {
            tenant: String::new(),
            client_id: String::new(),
            cloud: login.cloud.clone().unwrap_or_default(),
            store,
            store_file,
            authority: login.authority.clone(),
            base_url: login.base_url.clone(),
            scope: login.scope.clone(),
        };
        if let Some(previous) = &previous
            && login.cloud.is_none()
        {
            profile.cloud = previous.cloud.clone();
            profile.authority = profile.authority.or(previous.authority.clone());
            profile.base_url = profile.base_url.or(previous.base_url.clone());
            profile.scope = profile.scope.or(previous.scope.clone());
        }
        let endpoints = Endpoints::of_profile(&profile);
        endpoints.check()?;
        // Nobody should sign in for nothing.
        check_writable(&path)?;
        let location = location(login, &name, &profile, &path, environment).await?;
        let known = |typed: &Option<String>, previous: Option<&String>| {
            typed.clone().or_else(|| previous.cloned())
        };
        let asked = questions::ask(
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
        // The values come from flags and answers, not from the file.
        plan.identity(environment)
            .check()
            .map_err(|failure| Failure::new(Exit::Usage, failure.summary()))?;
        Ok(plan)
    }

    pub(super) fn identity(&self, environment: &Environment<'_>) -> Identity {
        Identity {
            source: CredentialSource::Profile {
                name: self.name.clone(),
                profile: Box::new(self.profile.clone()),
                application: self.application(environment),
                config: self.config.clone(),
            },
            endpoints: Endpoints::of_profile(&self.profile),
        }
    }

    pub(super) fn sign_in(
        &self,
        login: &Login,
        environment: &Environment<'_>,
    ) -> InteractiveSignIn {
        InteractiveSignIn {
            application: self.application(environment),
            endpoints: Endpoints::of_profile(&self.profile),
            method: SignInMethod::choose(login, environment),
            sign_in_command: sign_in_command(login, &self.name),
        }
    }

    /// Whether a command uses this profile without being told to.
    pub(super) fn is_default(&self) -> bool {
        self.default.as_ref().is_none_or(|name| *name == self.name)
    }

    fn application(&self, environment: &Environment<'_>) -> Application {
        Application {
            tenant: self.profile.tenant.clone(),
            client_id: self.profile.client_id.clone(),
            client_secret: client_secret(environment),
        }
    }

    /// Keeps the sign-in: first the token, then the profile that says where it is.
    /// Only the wait for the store can be stopped.
    pub(super) async fn store(
        &self,
        token: &StoredRefreshToken,
        signals: &mut Signals,
        environment: &mut Environment<'_>,
    ) -> Result<(), Failure> {
        let not_stored = |error: &StoreError| {
            let failure = store_failed(error);
            failure.help("the sign-in worked but is not kept: mend the store and sign in again")
        };
        let stopped = |signal: Signal| {
            let message = "stopped; the sign-in worked but is not stored, and nothing was changed";
            Failure::new(signal.exit(), message)
        };
        let lock = signals
            .unless(lock_store(&self.location, environment))
            .await;
        let _lock = lock.map_err(stopped)?.map_err(|error| not_stored(&error))?;
        // It may be of another user.
        let access_token = self.profile.access_token_file(&self.name, &self.config);
        access_token::remove(&access_token).map_err(|error| {
            let file = access_token.display();
            Failure::new(
                Exit::Other,
                format!("the access token in {file} could not be removed: {error}"),
            )
        })?;
        let saved = self.location.store.save(token).await;
        saved.map_err(|error| not_stored(&error))?;
        save_profile(&self.config, &self.name, &self.profile)
    }

    /// Removes the token from where it was before, if that is another place.
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
        if let Err(error) = access_token::remove(&access_token) {
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
                Err(_signal) => Err("stopped while another process works with it".to_owned()),
            },
            Err(error) => Err(error.to_string()),
        };
        if let Err(problem) = cleared {
            writeln!(
                environment.stderr,
                "warning: the old sign-in is still where it was: {}",
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
    if let Some(name) = named_profile(login.profile.as_ref(), environment)? {
        return Ok(name);
    }
    match &config.default_profile {
        Some(name) => Ok(name.clone()),
        None => DEFAULT_NAME
            .parse()
            .map_err(|problem: String| Failure::new(Exit::Other, problem)),
    }
}

/// A new name must not be an old one in another case: some systems would keep both
/// sign-ins in one file.
fn check_case(name: &ProfileName, config: &Config) -> Result<(), Failure> {
    let mut names = config.profiles.iter().map(|(known, _)| known);
    match names.find(|known| known.same_file(name) && *known != name) {
        Some(known) => Err(Failure::new(
            Exit::Usage,
            format!(
                "there is a profile `{known}` already, which differs from `{name}` only in case"
            ),
        )
        .help("write it in the same way, or choose another name")),
        None => Ok(()),
    }
}

/// One profile, one tenant: another one's sign-in must not go by mistake.
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
            "the profile `{name}` is of the tenant {}, not {typed}",
            previous.tenant
        ),
    )
    .help("another tenant needs a profile of its own: `--profile NAME`")
    .help(format!(
        "to use this name anew: `pcenter auth logout --forget --profile {name}`, then sign in"
    )))
}

fn store(
    login: &Login,
    previous: Option<&Profile>,
) -> Result<(StoreKind, Option<PathBuf>), Failure> {
    let store_file = login.store_file.clone().map(absolute).transpose()?;
    if store_file.as_ref().is_some_and(|it| it.to_str().is_none()) {
        return Err(Failure::new(
            Exit::Usage,
            "the path of `--store-file` is no UTF-8, as the file with the profiles has to be",
        ));
    }
    match (login.store, store_file) {
        (Some(StoreKind::Keyring), Some(_)) => Err(Failure::new(
            Exit::Usage,
            "`--store-file` is for `--store file`, not for the keyring",
        )),
        (_, Some(file)) => Ok((StoreKind::File, Some(file))),
        (typed, None) => {
            let kind = typed.or(previous.map(|it| it.store)).unwrap_or_default();
            let file = previous.and_then(|it| it.store_file.clone());
            Ok((kind, file.filter(|_| kind == StoreKind::File)))
        }
    }
}

/// The place for the token, found to be there and to take one.
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
            format!("the sign-in cannot be kept in a keyring here: {error}"),
        )
        .help(format!(
            "to keep it in a file that only this user can read: `{} --store file`",
            command_without_store(login, name)
        )),
        StoreKind::File => Failure::new(
            Exit::Authentication,
            format!("the sign-in cannot be kept: {error}"),
        ),
    })
}

/// The same command once more.
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

/// The same command without the store.
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
        Some(name.to_string()).filter(|it| it != DEFAULT_NAME),
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

/// A word of a command line, in quotation marks where a shell would take it apart.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    match cfg!(windows) {
        // A path has no quotation mark there.
        true => format!("\"{word}\""),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_stay_whole_in_a_shell() {
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
