//! Checks of the token store of a profile and of the refresh token in it.

use std::time::Duration;

use partner_center::credential::StoreError;
use partner_center::credential::profiles::{CredentialSource, Identity, ProfileName, StoreKind};

use super::super::stored_sign_in::StoredSignIn;
use super::checklist::Check;
use crate::environment::Environment;
use crate::failure::{Exit, messages};
use crate::identity::TokenLocation;

const STORE: &str = "token store";
const TOKEN: &str = "refresh token";

/// Maximum wait for the lock of the store; a token request takes less.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) async fn check(identity: &Identity, environment: &Environment<'_>) -> Vec<Check> {
    let (name, profile, config) = match &identity.source {
        CredentialSource::AccessToken(_) => {
            return vec![Check::ok(STORE, "not needed: the access token is given")];
        }
        CredentialSource::RefreshToken { .. } => {
            return vec![
                Check::ok(STORE, "none: the refresh token is given"),
                Check::ok(TOKEN, "given; its age is unknown"),
            ];
        }
        CredentialSource::Profile {
            name,
            profile,
            config,
            ..
        } => (name, profile, config),
    };
    let location = match TokenLocation::open(name, profile, config, environment) {
        Ok(location) => location,
        Err(error) => {
            return vec![unusable(
                "the keyring of this computer",
                error,
                name,
                profile.store,
            )];
        }
    };
    // Locking also checks that the store can be written.
    let checked = tokio::time::timeout(LOCK_TIMEOUT, location.store.lock()).await;
    let stored = StoredSignIn::inspect(&location, profile).await;
    let store = match (&checked, &stored) {
        (_, StoredSignIn::Unreadable(error)) | (Ok(Err(error)), _) => {
            let error = error.clone();
            return vec![unusable(&location.description, error, name, profile.store)];
        }
        (Err(_busy), _) => Check::warn(
            STORE,
            format!(
                "{}: another process has been using it for more than 10 seconds",
                location.description
            ),
            "wait for that process to end; reports wait for it, too",
        ),
        (Ok(Ok(_lock)), _) => Check::ok(
            STORE,
            format!("{}: can be read and written", location.description),
        ),
    };
    let fix = stored.fix(name, profile.store);
    let token = match &stored {
        StoredSignIn::Token { .. } if stored.ends_soon() => {
            Check::warn(TOKEN, stored.to_string(), fix)
        }
        _ if stored.is_good() => Check::ok(TOKEN, stored.to_string()),
        _ => Check::fail(TOKEN, Exit::Authentication, stored.to_string(), fix),
    };
    vec![store, token]
}

fn unusable(description: &str, error: StoreError, name: &ProfileName, kind: StoreKind) -> Check {
    let found = format!("{description}: {}", messages(&error).join(": "));
    let fix = StoredSignIn::Unreadable(error).fix(name, kind);
    Check::fail(STORE, Exit::Authentication, found, fix)
}
