//! What a store has for a profile.

use std::path::Path;

use partner_center::credential::{
    RefreshTokenLife, RefreshTokenStanding, StoreError, StoredRefreshToken,
};
use time::OffsetDateTime;

use crate::config::{Profile, ProfileName};
use crate::identity::TokenPlace;
use crate::run::Environment;

/// What was found.
#[derive(Debug)]
pub(super) enum Kept {
    Token {
        obtained_at: OffsetDateTime,
        age_days: i64,
        days_left: i64,
        standing: RefreshTokenStanding,
    },
    /// Nobody has signed in.
    Nothing,
    /// The token of another tenant or application.
    Other { tenant: String, client_id: String },
    /// The store cannot be read.
    Unreadable(StoreError),
}

impl Kept {
    /// Looks, without waiting for who works with the token.
    pub(super) async fn look(place: &TokenPlace, profile: &Profile) -> Self {
        match place.store.load().await {
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
        Self::Token {
            obtained_at: token.obtained_at,
            age_days: token.age(now).whole_days(),
            days_left: token.days_left(now, &life),
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

    /// The command that mends it.
    pub(super) fn fix(name: &ProfileName) -> String {
        format!("sign in: `pcenter auth login --profile {name}`")
    }
}

impl std::fmt::Display for Kept {
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
                    false => write!(f, "ended {} ago", days(days_left.saturating_neg())),
                }
            }
            Self::Nothing => f.write_str("none: nobody has signed in"),
            Self::Other { tenant, client_id } => write!(
                f,
                "not of this profile: it is of the application {client_id} at the tenant {tenant}"
            ),
            Self::Unreadable(error) => write!(f, "cannot be read: {error}"),
        }
    }
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
) -> (String, Kept) {
    match TokenPlace::open(name, profile, config, environment) {
        Ok(place) => {
            let kept = Kept::look(&place, profile).await;
            (place.words, kept)
        }
        Err(error) => ("no place".to_owned(), Kept::Unreadable(error)),
    }
}
