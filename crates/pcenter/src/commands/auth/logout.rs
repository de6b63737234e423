//! `pcenter auth logout`

use partner_center::credential::profiles::{
    Config, check_writable, config_path, forget_profile, named_profile, remove_access_token,
};

use super::arguments::Logout;
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::identity::{TokenLocation, store_failed};
use crate::printable::printable;

const STILL_VALID: &str = "\
It is removed from this computer only. Microsoft accepts it until it expires, 90 days after its
last use, or until it is revoked. If someone else may have read it, revoke it:
  your own:     https://mysignins.microsoft.com, Sign out everywhere
  of any user:  https://entra.microsoft.com, Users, the user, Revoke sessions";

pub(crate) async fn run(
    logout: &Logout,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let config = Config::read(&config_path(&environment.settings())?)?;
    let named = named_profile(logout.profile.as_ref(), &environment.settings())?;
    let Some(name) = named.or_else(|| config.default_profile.clone()) else {
        return Err(Failure::new(
            Exit::Usage,
            format!("there is no default profile in {}", config.path.display()),
        )
        .help("name a profile with --profile; `pcenter auth status` lists them"));
    };
    let profile = config.get(&name)?;
    if logout.forget {
        // Checked first: the sign-in must not be removed if the profile cannot be.
        check_writable(&config.path)?;
    }
    let access_token = profile.access_token_file(&name, &config.path);
    if let Err(error) = remove_access_token(&access_token) {
        writeln!(
            environment.stderr,
            "warning: the access token in {} could not be removed and stays valid until it \
             expires: {error}",
            printable(&access_token.display().to_string())
        )?;
    }
    let cleared = match TokenLocation::open(&name, profile, &config.path, environment) {
        Ok(location) => location
            .clear()
            .await
            .map(|found| (found, location.description)),
        Err(error) => Err(error),
    };
    match cleared {
        Ok((false, description)) => writeln!(
            environment.stderr,
            "There was no sign-in of `{name}` in {description}."
        )?,
        Ok((true, description)) => writeln!(
            environment.stderr,
            "Signed out: the sign-in of `{name}` is removed from {description}.\n{STILL_VALID}"
        )?,
        // An unusable store must not prevent the removal of its profile.
        Err(error) if logout.forget => writeln!(
            environment.stderr,
            "warning: the sign-in could not be removed from the store: {}",
            printable(&error.to_string())
        )?,
        Err(error) => {
            return Err(store_failed(&error).help(format!(
                "`pcenter auth logout --forget --profile {name}` removes only the profile"
            )));
        }
    }
    if logout.forget {
        forget_profile(&config.path, &name)?;
        writeln!(environment.stderr, "The profile `{name}` is removed.")?;
        if config.default_profile.as_ref() == Some(&name) && config.profiles.len() > 1 {
            writeln!(
                environment.stderr,
                "It was the default profile: `pcenter profile use NAME` chooses another one."
            )?;
        }
    } else {
        writeln!(
            environment.stderr,
            "The profile `{name}` is kept: `pcenter auth login --profile {name}` signs in again."
        )?;
    }
    Ok(Exit::Success)
}
