//! What a store has for a profile.

use std::path::Path;
use std::time::Duration;

use partner_center::credential::{
    RefreshTokenLife, RefreshTokenStanding, StoreError, StoredRefreshToken,
};
use time::OffsetDateTime;

use crate::config::{Profile, ProfileName, StoreKind};
use crate::environment::Environment;
use crate::identity::TokenLocation;

/// Who only looks does not wait for who works with the token.
const LOCK_TIMEOUT: Duration = Duration::from_secs(1);

/// What was found.
#[derive(Debug)]
pub(super) enum StoredSignIn {
    Token {
        obtained_at: OffsetDateTime,
        age_days: i64,
        /// Days, the last one counted as a whole.
        days_left: i64,
        standing: RefreshTokenStanding,
    },
    /// Nobody has signed in.
    Nothing,
    /// The token of another tenant or application.
    Other { tenant: String, client_id: String },
    /// The store cannot be used.
    Unreadable(StoreError),
}

impl StoredSignIn {
    /// Looks, without waiting for who works with the token.
    pub(super) async fn look(location: &TokenLocation, profile: &Profile) -> Self {
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
        let life = RefreshTokenLife::default();
        let age = token.age(now);
        Self::Token {
            obtained_at: token.obtained_at,
            age_days: age.whole_days(),
            days_left: rounded_up(life.life - age),
            standing: token.standing(now, &life),
        }
    }

    /// Whether a report can be made with it, as far as can be told from here.
    pub(super) fn is_good(&self) -> bool {
        match self {
            Self::Token { standing, .. } => {
                !matches!(standing, RefreshTokenStanding::Expired { .. })
            }
            _ => false,
        }
    }

    /// Whether it is time to sign in again.
    pub(super) fn ends_soon(&self) -> bool {
        matches!(
            self,
            Self::Token {
                standing: RefreshTokenStanding::ExpiresSoon { .. },
                ..
            }
        )
    }

    /// The state in one word, for programs.
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

    /// What mends it.
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

/// What mends a store, whose error says most of it already.
fn fix_store(error: &StoreError, name: &ProfileName, kind: StoreKind) -> String {
    match (error, kind) {
        (StoreError::OpenToOthers { .. }, _) => format!(
            "run the `chmod` that is named; if someone may have read the token, revoke it and {}",
            sign_in(name)
        ),
        (StoreError::ReadOnly { .. } | StoreError::Read { .. } | StoreError::Write { .. }, _) => {
            "give this user the right to read and write there; the sign-in itself may be good"
                .to_owned()
        }
        (StoreError::Locked { .. }, _) => "end that process, or try again".to_owned(),
        (StoreError::Truncated { .. } | StoreError::Foreign { .. }, _) => {
            format!("delete what is there, then {}", sign_in(name))
        }
        (_, StoreKind::Keyring) => format!(
            "start the keyring, or keep the sign-in in a file: \
             `pcenter auth login --profile {name} --store file`"
        ),
        (_, StoreKind::File) => format!("as it says; then, if need be, {}", sign_in(name)),
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
                    false if *days_left == 0 => f.write_str("ended today"),
                    false => write!(f, "ended {} ago", days(days_left.saturating_neg())),
                }
            }
            Self::Nothing => f.write_str("none: nobody has signed in"),
            Self::Other { tenant, client_id } => write!(
                f,
                "not of this profile: it is of the application {client_id} at the tenant {tenant}"
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

/// The place of a profile's token, and what is there.
pub(super) async fn look(
    name: &ProfileName,
    profile: &Profile,
    config: &Path,
    environment: &Environment<'_>,
) -> (String, StoredSignIn) {
    match TokenLocation::open(name, profile, config, environment) {
        Ok(location) => {
            let mut stored = StoredSignIn::look(&location, profile).await;
            // A token that can be read is of no use to a report where the next one cannot be
            // written. Without one, nothing should come to be in there.
            if matches!(stored, StoredSignIn::Token { .. })
                && let Ok(Err(error)) =
                    tokio::time::timeout(LOCK_TIMEOUT, location.store.lock()).await
            {
                stored = StoredSignIn::Unreadable(error);
            }
            (location.description, stored)
        }
        Err(error) => ("no place".to_owned(), StoredSignIn::Unreadable(error)),
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::rounded_up;

    #[test]
    fn a_day_that_has_begun_counts() {
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
