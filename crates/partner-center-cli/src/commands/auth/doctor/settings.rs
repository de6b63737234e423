//! Which credentials count, and what is written about them.

use std::path::Path;

use super::super::arguments::Doctor;
use super::check::{Check, Report};
use crate::failure::{Exit, Failure};
use crate::identity::{Endpoints, Identity, Source, Typed, choose, nobody};
use crate::run::Environment;

const NAME: &str = "settings";

/// What a report would use; nothing where that cannot work.
pub(super) fn check(
    doctor: &Doctor,
    report: &mut Report,
    environment: &mut Environment<'_>,
) -> Result<Option<Identity>, Failure> {
    let typed = Typed {
        profile: doctor.profile.as_ref(),
        cloud: doctor.cloud.clone(),
        base_url: doctor.base_url.as_ref(),
    };
    let chosen = choose(&typed, environment).and_then(|identity| {
        let Some(identity) = identity else {
            return Err(nobody("pcenter licenses deployment", environment));
        };
        // A store that cannot be opened is not the settings' fault: it has its own check.
        identity.check()?;
        Ok(identity)
    });
    let identity = match chosen {
        Ok(identity) => identity,
        Err(failure) => {
            report.add(Check::failed(NAME, &failure), environment)?;
            return Ok(None);
        }
    };
    if let Some((found, fix)) = wrong_base_url(&identity.endpoints) {
        report.add(Check::fail(NAME, Exit::Usage, found, fix), environment)?;
        return Ok(None);
    }
    let found = words(&identity);
    let check = match (&identity.source, &doctor.profile) {
        (Source::AccessToken(_), Some(name)) => Check::warn(
            NAME,
            found,
            format!("PCENTER_ACCESS_TOKEN goes before --profile {name}: unset it"),
        ),
        (Source::Profile { config, .. }, _) if is_open_to_writers(config) => Check::warn(
            NAME,
            format!("{found}; others can write to that file, and send a sign-in elsewhere"),
            format!("chmod 600 {}", config.display()),
        ),
        _ => Check::ok(NAME, found),
    };
    report.add(check, environment)?;
    Ok(Some(identity))
}

fn words(identity: &Identity) -> String {
    let who = match &identity.source {
        Source::AccessToken(_) => "PCENTER_ACCESS_TOKEN".to_owned(),
        Source::RefreshToken { application, .. } => format!(
            "environment variables: tenant {}, application {}",
            application.tenant, application.client_id
        ),
        Source::Profile {
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
    format!("{who}, cloud {}", identity.endpoints.cloud)
}

/// Paths begin with `/v1` or `/partner/v1`, so the root must not end with them.
fn wrong_base_url(endpoints: &Endpoints) -> Option<(String, String)> {
    let url = endpoints.base_url.as_ref()?;
    let last = url.path().trim_end_matches('/').rsplit('/').next()?;
    if !matches!(last.to_ascii_lowercase().as_str(), "v1" | "partner") {
        return None;
    }
    let mut root = url.clone();
    root.set_path("/");
    Some((
        format!("the base URL {url} ends in /{last}, which every path begins with already"),
        format!("give the root alone: {root}"),
    ))
}

#[cfg(unix)]
fn is_open_to_writers(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o022 != 0)
}

#[cfg(not(unix))]
fn is_open_to_writers(_path: &Path) -> bool {
    // The user's profile directory is private by its access list.
    false
}

#[cfg(test)]
mod tests {
    use partner_center::Cloud;

    use super::*;

    #[test]
    fn a_base_url_is_a_root() {
        for (url, root) in [
            ("https://api.contoso.com", None),
            ("https://api.contoso.com/gateway", None),
            (
                "https://api.contoso.com/v1",
                Some("https://api.contoso.com/"),
            ),
            (
                "https://api.contoso.com/V1/",
                Some("https://api.contoso.com/"),
            ),
            (
                "https://api.contoso.com/partner/v1",
                Some("https://api.contoso.com/"),
            ),
            (
                "https://api.contoso.com/partner",
                Some("https://api.contoso.com/"),
            ),
        ] {
            let mut endpoints = Endpoints::of_cloud(Cloud::Global);
            endpoints.base_url = Some(url.parse().unwrap());
            let fix = wrong_base_url(&endpoints).map(|(_, fix)| fix);
            let expected = root.map(|root| format!("give the root alone: {root}"));
            assert_eq!(fix, expected, "{url}");
        }
    }
}
