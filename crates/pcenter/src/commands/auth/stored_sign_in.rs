//! State of the stored sign-in of a profile.

use std::path::Path;
use std::time::Duration;

use partner_center::credential::profiles::{Profile, ProfileName, StoreKind};
use partner_center::credential::{
    RefreshTokenLifetime, RefreshTokenStatus, StoreError, StoredRefreshToken,
};
use time::OffsetDateTime;

use crate::environment::Environment;
use crate::identity::TokenLocation;

/// Maximum wait for the lock of the store. A process that holds it longer is not an error.
const LOCK_TIMEOUT: Duration = Duration::from_secs(1);

/// State of a stored sign-in.
#[derive(Debug)]
pub(super) enum StoredSignIn {
    Token {
        obtained_at: OffsetDateTime,
        age_days: i64,
        /// Remaining days, rounded up.
        days_left: i64,
        status: RefreshTokenStatus,
    },
    /// The store has no token.
    Nothing,
    /// The token belongs to another tenant or application.
    Other { tenant: String, client_id: String },
    /// The store cannot be used.
    Unreadable(StoreError),
}

impl StoredSignIn {
    /// Reads the store, without its lock.
    pub(super) async fn inspect(location: &TokenLocation, profile: &Profile) -> Self {
        match location.store.load().await {
            Ok(Some(token)) => Self::of(&token, profile, OffsetDateTime::now_utc()),
            Ok(None) => Self::Nothing,
            Err(error) => Self::Unreadable(error),
        }
    }

    fn of(token: &StoredRefreshToken, profile: &Profile, now: OffsetDateTime) -> Self {
        let ours = token.tenant.eq_ignore_ascii_case(&profile.tenant)
            && token.client_id.eq_ignore_ascii_case(&profile.client_id);
        if !ours {
            return Self::Other {
                tenant: token.tenant.clone(),
                client_id: token.client_id.clone(),
            };
        }
        let lifetime = RefreshTokenLifetime::default();
        let age = token.age(now);
        Self::Token {
            obtained_at: token.obtained_at,
            age_days: age.whole_days(),
            days_left: rounded_up(lifetime.total - age),
            status: token.status(now, &lifetime),
        }
    }

    /// Returns whether reports can use it, as far as known without a request.
    pub(super) fn is_good(&self) -> bool {
        match self {
            Self::Token { status, .. } => !matches!(status, RefreshTokenStatus::Expired { .. }),
            _ => false,
        }
    }

    /// Returns whether it expires soon, so that the user should sign in again.
    pub(super) fn ends_soon(&self) -> bool {
        matches!(
            self,
            Self::Token {
                status: RefreshTokenStatus::ExpiresSoon { .. },
                ..
            }
        )
    }

    /// Returns the state as a word for JSON output.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Token { .. } if self.ends_soon() => "expiresSoon",
            Self::Token { .. } if self.is_good() => "good",
            Self::Token { .. } => "expired",
            Self::Nothing => "missing",
            Self::Other { .. } => "otherOwner",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// Returns the fix.
    pub(super) fn fix(&self, name: &ProfileName, kind: StoreKind) -> String {
        match self {
            Self::Unreadable(error) => fix_store(error, name, kind),
            _ => sign_in(name),
        }
    }
}

fn sign_in(name: &ProfileName) -> String {
    format!("sign in: `pcenter auth login --profile {name}`")
}

/// Returns the fix for a store, in addition to what its error says.
fn fix_store(error: &StoreError, name: &ProfileName, kind: StoreKind) -> String {
    match (error, kind) {
        (StoreError::OpenToOthers { .. }, _) => format!(
            "run this `chmod`; if someone may have read the token, revoke it and {}",
            sign_in(name)
        ),
        (StoreError::ReadOnly { .. } | StoreError::Read { .. } | StoreError::Write { .. }, _) => {
            "give this user read and write access to it; the sign-in itself may still be valid"
                .to_owned()
        }
        (StoreError::Locked { .. }, _) => "stop that process, or try again later".to_owned(),
        (StoreError::Truncated { .. } | StoreError::NotATokenStore { .. }, _) => {
            format!("delete it, then {}", sign_in(name))
        }
        (_, StoreKind::Keyring) => format!(
            "start the keyring, or store the sign-in in a file: \
             `pcenter auth login --profile {name} --store file`"
        ),
        (_, StoreKind::File) => format!("fix this error; then, if necessary, {}", sign_in(name)),
    }
}

impl std::fmt::Display for StoredSignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Token {
                age_days,
                days_left,
                ..
            } => {
                write!(f, "{} old, ", days(*age_days))?;
                match self.is_good() {
                    true => write!(f, "{} left", days(*days_left)),
                    false if *days_left == 0 => f.write_str("expired today"),
                    false => write!(f, "expired {} ago", days(days_left.saturating_neg())),
                }
            }
            Self::Nothing => f.write_str("none: not signed in"),
            Self::Other { tenant, client_id } => write!(
                f,
                "not of this profile: it belongs to the application {client_id} in the tenant \
                 {tenant}"
            ),
            Self::Unreadable(error) => write!(f, "cannot be used: {error}"),
        }
    }
}

fn rounded_up(left: time::Duration) -> i64 {
    let days = -(-left.whole_nanoseconds()).div_euclid(time::Duration::DAY.whole_nanoseconds());
    i64::try_from(days).unwrap_or(i64::MAX)
}

fn days(days: i64) -> String {
    match days {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

/// Returns the location of a profile's token and the state of the stored sign-in.
pub(super) async fn inspect(
    name: &ProfileName,
    profile: &Profile,
    config: &Path,
    environment: &Environment<'_>,
) -> (String, StoredSignIn) {
    match TokenLocation::open(name, profile, config, environment) {
        Ok(location) => {
            let mut stored = StoredSignIn::inspect(&location, profile).await;
            // Locking also checks write access: a report must be able to store the renewed token.
            // Not without a token, because locking would create a lock file.
            if matches!(stored, StoredSignIn::Token { .. })
                && let Ok(Err(error)) =
                    tokio::time::timeout(LOCK_TIMEOUT, location.store.lock()).await
            {
                stored = StoredSignIn::Unreadable(error);
            }
            (location.description, stored)
        }
        Err(error) => ("nowhere".to_owned(), StoredSignIn::Unreadable(error)),
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::rounded_up;

    #[test]
    fn rounds_remaining_days_up() {
        for (left, days) in [
            (Duration::days(90), 90),
            (Duration::days(90) - Duration::NANOSECOND, 90),
            (Duration::NANOSECOND, 1),
            (Duration::ZERO, 0),
            (-Duration::NANOSECOND, 0),
            (-Duration::days(1), -1),
            (-Duration::hours(47), -1),
        ] {
            assert_eq!(rounded_up(left), days, "{left}");
        }
    }
}
