//! `pcenter profile`: the profiles of the configuration file. Sends no request.

use clap::{Args, Subcommand};
use partner_center::credential::profiles::{
    Config, Endpoints, Profile, ProfileName, StoreKind, check_writable, config_path, named_profile,
    remove_access_token, rename_profile, set_default_profile,
};
use partner_center::credential::{RefreshTokenStore, StoreError};
use serde_json::{Value, json};

use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::identity::{TokenLocation, store_failed};
use crate::output::StatusFormat;
use crate::printable::printable;

/// Subcommands of `pcenter profile`.
#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    /// List the profiles; * marks the default one
    List(List),
    /// Show all settings of a profile
    Show(Show),
    /// Make a profile the default one
    Use(Use),
    /// Rename a profile and move its sign-in
    Rename(Rename),
}

#[derive(Args, Debug)]
pub(crate) struct List {
    /// Output format
    #[arg(short, long, value_enum, default_value_t = StatusFormat::Text)]
    output: StatusFormat,
}

#[derive(Args, Debug)]
pub(crate) struct Show {
    /// Profile to show [default: PCENTER_PROFILE, else the default profile]
    name: Option<ProfileName>,

    /// Output format
    #[arg(short, long, value_enum, default_value_t = StatusFormat::Text)]
    output: StatusFormat,
}

#[derive(Args, Debug)]
pub(crate) struct Use {
    /// Profile that commands use without --profile
    name: ProfileName,
}

#[derive(Args, Debug)]
pub(crate) struct Rename {
    /// Current name
    old: ProfileName,

    /// New name
    new: ProfileName,
}

pub(crate) async fn run(
    command: ProfileCommand,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let path = config_path(&environment.settings())?;
    let config = Config::read(&path)?;
    match command {
        ProfileCommand::List(options) => list(&config, options.output, environment)?,
        ProfileCommand::Show(show) => self::show(&config, &show, environment)?,
        ProfileCommand::Use(Use { name }) => {
            set_default_profile(&path, &name)?;
            writeln!(
                environment.stderr,
                "`{name}` is the default profile: commands use it without --profile."
            )?;
        }
        ProfileCommand::Rename(rename) => self::rename(&config, &rename, environment).await?,
    }
    environment.stdout.flush()?;
    Ok(Exit::Success)
}

fn list(
    config: &Config,
    output: StatusFormat,
    environment: &mut Environment<'_>,
) -> Result<(), Failure> {
    if output == StatusFormat::Json {
        let profiles = config.profiles.iter();
        let profiles = profiles.map(|(name, profile)| document(config, name, profile));
        let profiles = Value::Array(profiles.collect());
        return Ok(writeln!(environment.stdout, "{profiles:#}")?);
    }
    let longest = config.profiles.iter().map(|(name, _)| name.as_str().len());
    let width = longest.max().unwrap_or(0) + 2;
    for (name, profile) in &config.profiles {
        let mark = if is_default(config, name) { '*' } else { ' ' };
        writeln!(
            environment.stdout,
            "{mark} {:width$}{}, {}",
            name.as_str(),
            printable(&profile.tenant),
            profile.cloud
        )?;
    }
    if config.profiles.is_empty() {
        let path = printable(&config.path.display().to_string());
        writeln!(
            environment.stderr,
            "there are no profiles in {path}: `pcenter auth login` creates one"
        )?;
    }
    Ok(())
}

fn show(config: &Config, show: &Show, environment: &mut Environment<'_>) -> Result<(), Failure> {
    let named = named_profile(show.name.as_ref(), &environment.settings())?;
    let Some(name) = named.or_else(|| config.default_profile.clone()) else {
        return Err(Failure::new(
            Exit::Usage,
            format!("there is no default profile in {}", config.path.display()),
        )
        .help("name a profile; `pcenter profile list` lists them"));
    };
    let profile = config.get(&name)?;
    if show.output == StatusFormat::Json {
        let document = document(config, &name, profile);
        return Ok(writeln!(environment.stdout, "{document:#}")?);
    }
    let default = if is_default(config, &name) {
        " (default)"
    } else {
        ""
    };
    writeln!(environment.stdout, "{name}{default}")?;
    for (key, value) in settings(config, &name, profile) {
        if let Some(value) = value {
            let key = format!("{key}:");
            writeln!(environment.stdout, "  {key:<14} {}", printable(&value))?;
        }
    }
    Ok(())
}

fn is_default(config: &Config, name: &ProfileName) -> bool {
    config.default_profile.as_ref() == Some(name)
}

/// Returns the settings of a profile, including defaults, with their names in JSON.
fn settings(
    config: &Config,
    name: &ProfileName,
    profile: &Profile,
) -> Vec<(&'static str, Option<String>)> {
    let file = match profile.store {
        StoreKind::File => Some(profile.token_file(name, &config.path)),
        StoreKind::Keyring => None,
    };
    let endpoints = Endpoints::for_profile(profile);
    vec![
        ("tenant", Some(profile.tenant.clone())),
        ("clientId", Some(profile.client_id.clone())),
        ("cloud", Some(profile.cloud.name().to_owned())),
        ("authority", Some(endpoints.authority().to_owned())),
        ("baseUrl", Some(endpoints.base_url().to_owned())),
        ("scope", Some(endpoints.scope().to_owned())),
        ("output", profile.output.clone()),
        ("store", Some(profile.store.name().to_owned())),
        ("storeFile", file.map(|file| file.display().to_string())),
        ("configFile", Some(config.path.display().to_string())),
    ]
}

fn document(config: &Config, name: &ProfileName, profile: &Profile) -> Value {
    let mut document = json!({
        "profile": name.as_str(),
        "default": is_default(config, name),
    });
    if let Value::Object(entries) = &mut document {
        let settings = settings(config, name, profile).into_iter();
        entries.extend(settings.map(|(key, value)| (key.to_owned(), value.into())));
    }
    document
}

/// Renames a profile. The sign-in is copied to its new place before the file refers to it, and
/// removed from the old place after that, so that an error leaves a usable profile.
async fn rename(
    config: &Config,
    rename: &Rename,
    environment: &mut Environment<'_>,
) -> Result<(), Failure> {
    let Rename { old, new } = rename;
    let profile = config.get(old)?;
    if old == new {
        let message = format!("`{old}` is already the name of the profile");
        return Err(Failure::new(Exit::Usage, message));
    }
    if let Some((known, _)) = config
        .profiles
        .iter()
        .find(|(known, _)| known != old && known.same_file(new))
    {
        let message = format!("there is already a profile `{known}`");
        return Err(Failure::new(Exit::Usage, message).help("choose another name"));
    }
    check_writable(&config.path)?;
    let open = |name: &ProfileName| TokenLocation::open(name, profile, &config.path, environment);
    let (from, to) = (open(old), open(new));
    let is_moved = match profile.store {
        StoreKind::Keyring => true,
        // Names that differ in case only denote one file on some file systems.
        StoreKind::File => profile.store_file.is_none() && !old.same_file(new),
    };
    let mut moved = None;
    if is_moved {
        let (from, to) = match (from, to) {
            (Ok(from), Ok(to)) => (from, to),
            (Err(error), _) | (_, Err(error)) => return Err(store_failed(&error)),
        };
        if copy(&*from.store, &*to.store)
            .await
            .map_err(|error| store_failed(&error))?
        {
            moved = Some(from);
        }
    } else if profile.store == StoreKind::File && profile.store_file.is_none() {
        let files = [old, new].map(|name| profile.token_file(name, &config.path));
        if files[0].exists() {
            std::fs::rename(&files[0], &files[1])?;
        }
    }
    rename_profile(&config.path, old, new)?;
    // A stored access token belongs to the old name; the next command requests a new one.
    let mut problems = Vec::new();
    if let Err(error) = remove_access_token(&profile.access_token_file(old, &config.path)) {
        problems.push(error.to_string());
    }
    if let Some(from) = moved
        && let Err(error) = from.clear().await
    {
        problems.push(error.to_string());
    }
    for problem in problems {
        let problem = printable(&problem);
        writeln!(
            environment.stderr,
            "warning: the sign-in of the old name could not be removed: {problem}"
        )?;
    }
    writeln!(environment.stderr, "The profile `{old}` is now `{new}`.")?;
    Ok(())
}

/// Copies the token of one store to another. Returns whether there was one.
async fn copy(
    from: &dyn RefreshTokenStore,
    to: &dyn RefreshTokenStore,
) -> Result<bool, StoreError> {
    let _from_lock = from.lock().await?;
    let Some(token) = from.load().await? else {
        return Ok(false);
    };
    let _to_lock = to.lock().await?;
    to.save(&token).await?;
    Ok(true)
}
