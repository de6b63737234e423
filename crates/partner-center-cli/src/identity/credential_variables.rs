//! Credentials from environment variables.

use partner_center::credential::Secret;
use url::Url;

use super::Application;
use crate::config::check_root;
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::parse::parse_client_id;
use crate::reference::{AUTHORITY, CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, TENANT_ID};

/// Variables that are set together.
const NAMES: [&str; 3] = [TENANT_ID, CLIENT_ID, REFRESH_TOKEN];

/// Credentials in the environment variables.
pub(crate) struct Variables {
    pub(super) application: Application,
    pub(super) refresh_token: Secret,
}

/// Reads the variables. `None` if none of them is set; an error if only some are.
pub(crate) fn read(environment: &Environment<'_>) -> Result<Option<Variables>, Failure> {
    match NAMES.map(|name| environment.set(name)) {
        [None, None, None] => Ok(None),
        [Some(tenant), Some(client_id), Some(refresh_token)] => {
            let client_id = parse_client_id(&client_id).map_err(|problem| {
                Failure::new(Exit::Usage, format!("PCENTER_CLIENT_ID: {problem}")).help(
                    "use the application (client) id of the registration, neither its secret nor \
                     its object id",
                )
            })?;
            Ok(Some(Variables {
                application: Application {
                    tenant,
                    client_id,
                    client_secret: client_secret(environment),
                },
                refresh_token: refresh_token.into(),
            }))
        }
        _ => Err(Failure::new(
            Exit::Authentication,
            format!("no credentials: {} not set", missing(environment)),
        )
        .help("set all three, or none of them to use the default profile")),
    }
}

/// Returns the names of unset variables with their verb, such as `A and B are`.
pub(super) fn missing(environment: &Environment<'_>) -> String {
    let missing: Vec<_> = NAMES
        .into_iter()
        .filter(|name| environment.set(name).is_none())
        .collect();
    match missing.as_slice() {
        [] => String::new(),
        [name] => format!("{name} is"),
        [names @ .., last] => format!("{} and {last} are", names.join(", ")),
    }
}

/// Returns the secret of a confidential application. It is never stored in a file.
pub(crate) fn client_secret(environment: &Environment<'_>) -> Option<Secret> {
    environment.set(CLIENT_SECRET).map(Secret::from)
}

/// Returns the sign-in service that replaces the cloud's, for tests.
pub(super) fn authority(environment: &Environment<'_>) -> Result<Option<Url>, Failure> {
    let Some(authority) = environment.set(AUTHORITY) else {
        return Ok(None);
    };
    let authority = Url::parse(&authority).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("PCENTER_AUTHORITY is not a URL: {error}"),
        )
    })?;
    check_root(&authority)
        .map_err(|problem| Failure::new(Exit::Usage, format!("PCENTER_AUTHORITY: {problem}")))?;
    Ok(Some(authority))
}
