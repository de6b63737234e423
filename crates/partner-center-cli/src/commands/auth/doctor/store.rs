//! The store of a profile, and the refresh token in it.

use std::time::Duration;

use partner_center::credential::StoreError;

use super::super::stored_sign_in::Kept;
use super::checklist::Check;
use crate::config::{ProfileName, StoreKind};
use crate::environment::Environment;
use crate::failure::{Exit, messages};
use crate::identity::{Identity, Source, TokenPlace};

const STORE: &str = "token store";
const TOKEN: &str = "refresh token";

/// An exchange of tokens takes less.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn check(identity: &Identity, environment: &Environment<'_>) -> Vec<Check> {
    let (name, profile, config) = match &identity.source {
        Source::AccessToken(_) => {
            return vec![Check::ok(STORE, "not needed: the access token is given")];
        }
        Source::RefreshToken { .. } => {
            return vec![
                Check::ok(STORE, "none: the refresh token is given"),
                Check::ok(TOKEN, "given; nothing says how old it is"),
            ];
        }
        Source::Profile {
            name,
            profile,
            config,
            ..
        } => (name, profile, config),
    };
    let place = match TokenPlace::open(name, profile, config, environment) {
        Ok(place) => place,
        Err(error) => {
            return vec![unusable(
                "the keyring of this computer",
                error,
                name,
                profile.store,
            )];
        }
    };
    // Also the place where a store says that it cannot be written.
    let checked = tokio::time::timeout(PATIENCE, place.store.lock()).await;
    let kept = Kept::look(&place, profile).await;
    let store = match (&checked, &kept) {
        (_, Kept::Unreadable(error)) | (Ok(Err(error)), _) => {
            let error = error.clone();
            return vec![unusable(&place.words, error, name, profile.store)];
        }
        (Err(_busy), _) => Check::warn(
            STORE,
            format!(
                "{}: another process has been at work with it for a while",
                place.words
            ),
            "let that process end; reports wait for it",
        ),
        (Ok(Ok(_turn)), _) => Check::ok(STORE, format!("{}: can be read and written", place.words)),
    };
    let fix = kept.fix(name, profile.store);
    let token = match &kept {
        Kept::Token { .. } if kept.ends_soon() => Check::warn(TOKEN, kept.to_string(), fix),
        _ if kept.is_good() => Check::ok(TOKEN, kept.to_string()),
        _ => Check::fail(TOKEN, Exit::Authentication, kept.to_string(), fix),
    };
    vec![store, token]
}

fn unusable(words: &str, error: StoreError, name: &ProfileName, kind: StoreKind) -> Check {
    let found = format!("{words}: {}", messages(&error).join(": "));
    let fix = Kept::Unreadable(error).fix(name, kind);
    Check::fail(STORE, Exit::Authentication, found, fix)
}
