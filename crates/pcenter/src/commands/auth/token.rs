//! `pcenter auth token`: prints an access token.

use clap::Args;
use partner_center::Cloud;
use partner_center::credential::profiles::{Identity, Overrides, ProfileName};

use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::help::FIRST_COMMAND;
use crate::identity::{login_command, no_credentials, sign_in_failed};
use crate::parse::parse_cloud;

#[derive(Args, Debug)]
pub(crate) struct Token {
    /// Profile whose sign-in to use [default: as for every command, see `pcenter help credentials`]
    #[arg(long, value_name = "NAME")]
    profile: Option<ProfileName>,

    /// Microsoft cloud [default: global]; with a profile, only the cloud of the profile is valid
    #[arg(long, value_name = "CLOUD", value_parser = parse_cloud())]
    cloud: Option<Cloud>,

    /// Request a new access token and do not store it for the next run
    #[arg(long)]
    no_token_cache: bool,
}

pub(super) async fn run(token: &Token, environment: &mut Environment<'_>) -> Result<Exit, Failure> {
    let mut overrides = Overrides::default();
    overrides.profile = token.profile.as_ref();
    overrides.cloud = token.cloud.clone();
    let Some(identity) = Identity::resolve(&overrides, &environment.settings())? else {
        return Err(no_credentials(FIRST_COMMAND, environment));
    };
    identity.endpoints.check()?;
    let credential = match token.no_token_cache {
        true => identity.credential(&environment.settings())?,
        false => identity.cached_credential(&environment.settings())?,
    };
    let login = login_command(&identity).unwrap_or_else(|| "pcenter auth login".to_owned());
    let access = credential
        .get_token(&[identity.endpoints.scope()], None)
        .await
        .map_err(|error| sign_in_failed(&error, &login))?;
    if environment.stdout_is_terminal {
        writeln!(
            environment.stderr,
            "warning: anyone with this token can read the data of the partner until it expires: do not \
             leave it in the history of a terminal; pipe it into the program that needs it"
        )?;
    }
    writeln!(environment.stdout, "{}", access.token.secret())?;
    environment.stdout.flush()?;
    Ok(Exit::Success)
}
