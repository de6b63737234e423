use azure_core::credentials::Secret;
use azure_core::time::{Duration, OffsetDateTime};

/// A refresh token and what has to be known to use it again.
///
/// `Debug` does not print the token.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoredRefreshToken {
    /// The token.
    pub refresh_token: Secret,
    /// When the sign-in service handed it out, as far as is known.
    pub obtained_at: OffsetDateTime,
    /// The partner's tenant (GUID or domain) it was asked for.
    pub tenant: String,
    /// The application (client) id it was issued to. No other can use it.
    pub client_id: String,
}

impl StoredRefreshToken {
    /// How long ago it was obtained; zero for a time in the future.
    pub fn age(&self, now: OffsetDateTime) -> Duration {
        (now - self.obtained_at).max(Duration::ZERO)
    }

    /// Full days until it ends, negative after that.
    pub fn days_left(&self, now: OffsetDateTime, life: &RefreshTokenLife) -> i64 {
        let left = (life.life - self.age(now)).whole_seconds();
        left.div_euclid(Duration::DAY.whole_seconds())
    }

    /// Whether a new sign-in is near or due.
    pub fn standing(&self, now: OffsetDateTime, life: &RefreshTokenLife) -> RefreshTokenStanding {
        let days_left = self.days_left(now, life);
        let left = life.life - self.age(now);
        if left <= Duration::ZERO {
            RefreshTokenStanding::Expired { days_left }
        } else if left <= life.warn_from {
            RefreshTokenStanding::ExpiresSoon { days_left }
        } else {
            RefreshTokenStanding::Good { days_left }
        }
    }
}

/// How long a refresh token lives: 90 days by default, with a warning in the last 14.
///
/// The service does not tell; the life is counted from when a token was obtained (T83).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RefreshTokenLife {
    /// The whole life.
    pub life: Duration,
    /// The part of it, at its end, in which to warn.
    pub warn_from: Duration,
}

impl RefreshTokenLife {
    /// Another life, and how long before its end to warn.
    pub const fn new(life: Duration, warn_from: Duration) -> Self {
        Self { life, warn_from }
    }
}

impl Default for RefreshTokenLife {
    fn default() -> Self {
        Self::new(Duration::days(90), Duration::days(14))
    }
}

/// Where in its life a refresh token is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RefreshTokenStanding {
    /// Nothing to do.
    #[non_exhaustive]
    Good {
        /// Full days until its end.
        days_left: i64,
    },
    /// Time for a new sign-in.
    #[non_exhaustive]
    ExpiresSoon {
        /// Full days until its end.
        days_left: i64,
    },
    /// Past its end by our count; the service has the last word.
    #[non_exhaustive]
    Expired {
        /// Full days since its end, as a negative number.
        days_left: i64,
    },
}

impl std::fmt::Display for RefreshTokenStanding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Good { days_left } => write!(f, "{days_left} days left"),
            Self::ExpiresSoon { days_left } => write!(
                f,
                "{days_left} days left: sign in again before the refresh token ends"
            ),
            Self::Expired { days_left } => write!(
                f,
                "ended {} days ago: sign in again",
                days_left.unsigned_abs()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_life_announces_itself() {
        let start = OffsetDateTime::UNIX_EPOCH;
        let token = StoredRefreshToken {
            refresh_token: "planted".into(),
            obtained_at: start,
            tenant: "contoso".to_owned(),
            client_id: "client".to_owned(),
        };
        let life = RefreshTokenLife::default();
        let after = |days| token.standing(start + Duration::days(days), &life);
        assert_eq!(after(-1), RefreshTokenStanding::Good { days_left: 90 });
        assert_eq!(after(75), RefreshTokenStanding::Good { days_left: 15 });
        assert_eq!(
            after(76),
            RefreshTokenStanding::ExpiresSoon { days_left: 14 }
        );
        assert_eq!(
            after(89),
            RefreshTokenStanding::ExpiresSoon { days_left: 1 }
        );
        assert_eq!(after(90), RefreshTokenStanding::Expired { days_left: 0 });
        assert_eq!(after(91), RefreshTokenStanding::Expired { days_left: -1 });
        assert_eq!(after(91).to_string(), "ended 1 days ago: sign in again");
        assert_eq!(token.age(start - Duration::DAY), Duration::ZERO);
        assert!(!format!("{token:?}").contains("planted"));
    }
}
