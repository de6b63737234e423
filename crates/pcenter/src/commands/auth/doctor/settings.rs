//! Check of the selected credentials and their settings.

use std::path::Path;

use partner_center::credential::profiles::{CredentialSource, Identity, Overrides};

use super::super::arguments::Doctor;
use super::checklist::{Check, Checklist};
use crate::environment::Environment;
use crate::failure::Failure;
use crate::identity::{check_identity, no_credentials};

const NAME: &str = "settings";

/// Returns the identity that a report would use. `None` if the check fails.
pub(super) fn check(
    doctor: &Doctor,
    checklist: &mut Checklist,
    environment: &mut Environment<'_>,
) -> Result<Option<Identity>, Failure> {
    let mut overrides = Overrides::default();
    overrides.profile = doctor.profile.as_ref();
    overrides.cloud = doctor.cloud.clone();
    overrides.base_url = doctor.base_url.as_ref();
    let resolved = Identity::resolve(&overrides, &environment.settings());
    let chosen = resolved.map_err(Failure::from).and_then(|identity| {
        let Some(identity) = identity else {
            return Err(no_credentials("pcenter licenses deployment", environment));
        };
        // The store has its own check.
        check_identity(&identity)?;
        Ok(identity)
    });
    let identity = match chosen {
        Ok(identity) => identity,
        Err(failure) => {
            checklist.add(Check::failed(NAME, &failure), environment)?;
            return Ok(None);
        }
    };
    let found = description(&identity);
    let check = match &identity.source {
        CredentialSource::Profile { config, .. } if is_open_to_writers(config) => Check::warn(
            NAME,
            format!("{found}; other users can write to that file and redirect the sign-in"),
            format!("chmod 600 {}", config.display()),
        ),
        _ => Check::ok(NAME, found),
    };
    checklist.add(check, environment)?;
    Ok(Some(identity))
}

fn description(identity: &Identity) -> String {
    let source = match &identity.source {
        CredentialSource::AccessToken(_) => "PCENTER_ACCESS_TOKEN".to_owned(),
        CredentialSource::RefreshToken { application, .. } => format!(
            "environment variables: tenant {}, application {}",
            application.tenant, application.client_id
        ),
        CredentialSource::Profile {
            name,
            application,
            config,
            ..
        } => format!(
            "the profile `{name}` in {}: tenant {}, application {}",
            config.display(),
            application.tenant,
            application.client_id
        ),
    };
    format!("{source}, cloud {}", identity.endpoints.cloud)
}

#[cfg(unix)]
fn is_open_to_writers(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o022 != 0)
}

#[cfg(not(unix))]
fn is_open_to_writers(_path: &Path) -> bool {
    // On Windows the access list of the user's profile directory excludes other users.
    false
}
