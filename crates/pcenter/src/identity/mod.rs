//! Credentials of a command: commands that fix them, the location of their token, and their errors.

mod sign_in_failure;
mod token_location;

use std::sync::Arc;

use partner_center::Client;
use partner_center::credential::MemoryStore;
use partner_center::credential::profiles::{Identity, NoCredentials};

use crate::environment::Environment;
use crate::failure::{Exit, Failure};

pub(crate) use sign_in_failure::{sign_in_failed, store_failed};
pub(crate) use token_location::TokenLocation;

/// Returns the command that signs in again. `None` without a profile.
pub(crate) fn login_command(identity: &Identity) -> Option<String> {
    let name = identity.profile_name()?;
    Some(format!("pcenter auth login --profile {name}"))
}

/// Returns the command that diagnoses these credentials.
pub(crate) fn doctor_command(identity: &Identity) -> String {
    match identity.profile_name() {
        Some(name) => format!("pcenter auth doctor --profile {name}"),
        None => "pcenter auth doctor".to_owned(),
    }
}

/// Checks addresses, tenant and client id, without the stored token.
pub(crate) fn check_identity(identity: &Identity) -> Result<(), Failure> {
    identity.endpoints.check()?;
    let credential = identity.credential_with_store(Arc::new(MemoryStore::new()));
    let credential = credential.map_err(|error| {
        let mut failure = Failure::from(error);
        failure.exit = Exit::Usage;
        failure
    })?;
    let builder = Client::builder().endpoints(&identity.endpoints);
    builder.credential(credential).build()?;
    Ok(())
}

/// Returns the failure for missing credentials. `command` is the command line of the report.
pub(crate) fn no_credentials(command: &str, environment: &Environment<'_>) -> Failure {
    let missing = NoCredentials::describe(&environment.settings());
    let failure = Failure::new(Exit::Authentication, missing.message);
    let failure = match missing.config {
        Some(config) => {
            let names = config.profiles.iter().map(|(name, _)| name.as_str());
            let names: Vec<_> = names.collect();
            failure
                .help(format!(
                    "name a profile with `--profile NAME`; profiles: {}",
                    names.join(", ")
                ))
                .help("or make one the default: `pcenter profile use NAME`")
        }
        None => failure
            .help(format!(
                "to try it without an account: `{command} --emulator`"
            ))
            .help("to sign in once: `pcenter auth login`"),
    };
    failure.help("for credentials in environment variables: `pcenter help credentials`")
}
