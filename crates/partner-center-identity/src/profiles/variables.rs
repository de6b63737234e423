//! Credentials from environment variables.

use url::Url;

use super::location::check_root;
use super::variable::{AUTHORITY, BASE_URL, CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, TENANT_ID};
use super::{
    Application, CredentialSource, Environment, SettingsError, SettingsErrorKind, parse_client_id,
};
use crate::Secret;

/// Variables that are set together.
const NAMES: [&str; 3] = [TENANT_ID, CLIENT_ID, REFRESH_TOKEN];

/// Reads the variables with tenant, client id and refresh token. `None` if none of them is set.
///
/// # Errors
///
/// If only some of them are set, or the client id is invalid.
pub fn credential_variables(
    environment: &Environment<'_>,
) -> Result<Option<CredentialSource>, SettingsError> {
    match NAMES.map(|name| environment.get(name)) {
        [None, None, None] => Ok(None),
        [Some(tenant), Some(client_id), Some(refresh_token)] => {
            let client_id = parse_client_id(&client_id).map_err(|problem| {
                SettingsError::invalid(format!("PCENTER_CLIENT_ID: {problem}")).help(
                    "use the application (client) id of the registration, neither its secret nor \
                     its object id",
                )
            })?;
            Ok(Some(CredentialSource::RefreshToken {
                application: Application::new(tenant, client_id, client_secret(environment)),
                refresh_token: refresh_token.into(),
            }))
        }
        _ => Err(SettingsError::new(
            SettingsErrorKind::Credentials,
            format!("no credentials: {} not set", missing(environment)),
        )
        .help("set all three, or none of them to use the default profile")),
    }
}

/// Returns the names of unset variables with their verb, such as `A and B are`.
pub(super) fn missing(environment: &Environment<'_>) -> String {
    let missing: Vec<_> = NAMES
        .into_iter()
        .filter(|name| environment.get(name).is_none())
        .collect();
    match missing.as_slice() {
        [] => String::new(),
        [name] => format!("{name} is"),
        [names @ .., last] => format!("{} and {last} are", names.join(", ")),
    }
}

/// Returns the secret of a confidential application. It is never stored in a file.
pub fn client_secret(environment: &Environment<'_>) -> Option<Secret> {
    environment.get(CLIENT_SECRET).map(Secret::from)
}

/// Returns the sign-in service that replaces the cloud's, for tests.
pub(super) fn authority(environment: &Environment<'_>) -> Result<Option<Url>, SettingsError> {
    root(AUTHORITY, environment)
}

/// Returns the root of the API that replaces the cloud's, for an emulator.
pub(super) fn base_url(environment: &Environment<'_>) -> Result<Option<Url>, SettingsError> {
    root(BASE_URL, environment)
}

fn root(name: &str, environment: &Environment<'_>) -> Result<Option<Url>, SettingsError> {
    let Some(value) = environment.get(name) else {
        return Ok(None);
    };
    let url = Url::parse(&value)
        .map_err(|error| SettingsError::invalid(format!("{name} is not a URL: {error}")))?;
    check_root(&url).map_err(|problem| SettingsError::invalid(format!("{name}: {problem}")))?;
    Ok(Some(url))
}
