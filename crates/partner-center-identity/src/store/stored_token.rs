use azure_core::credentials::Secret;
use azure_core::time::{Duration, OffsetDateTime};

/// A refresh token with the data that is needed to use it again.
///
/// `Debug` does not print the token.
///
/// ```
/// use azure_core::time::{Duration, OffsetDateTime};
/// use partner_center_identity::{RefreshTokenLifetime, StoredRefreshToken};
///
/// let token = StoredRefreshToken {
///     refresh_token: "a-token".into(),
///     obtained_at: OffsetDateTime::now_utc() - Duration::days(80),
///     tenant: "contoso.onmicrosoft.com".to_owned(),
///     client_id: "11111111-2222-3333-4444-555555555555".to_owned(),
/// };
/// let left = token.days_left(OffsetDateTime::now_utc(), &RefreshTokenLifetime::default());
/// assert_eq!(left, 9, "nine full days");
/// assert!(!format!("{token:?}").contains("a-token"));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoredRefreshToken {
    /// The token.
    pub refresh_token: Secret,
    /// Time at which the sign-in service issued the token. For a token from the settings, the
    /// time of its first use.
    pub obtained_at: OffsetDateTime,
    /// The partner's tenant (GUID or domain) that the token was requested from.
    pub tenant: String,
    /// The application (client) id that the token was issued to. Other applications cannot use
    /// the token.
    pub client_id: String,
}

impl StoredRefreshToken {
    /// Returns the time since the token was obtained; zero if that time is in the future.
    pub fn age(&self, now: OffsetDateTime) -> Duration {
        (now - self.obtained_at).max(Duration::ZERO)
    }

    /// Returns the number of full days until the token expires, negative after that.
    pub fn days_left(&self, now: OffsetDateTime, lifetime: &RefreshTokenLifetime) -> i64 {
        let left = (lifetime.total - self.age(now)).whole_seconds();
        left.div_euclid(Duration::DAY.whole_seconds())
    }

    /// Returns whether the token is valid, expires soon, or has expired.
    pub fn status(
        &self,
        now: OffsetDateTime,
        lifetime: &RefreshTokenLifetime,
    ) -> RefreshTokenStatus {
        let days_left = self.days_left(now, lifetime);
        let left = lifetime.total - self.age(now);
        if left <= Duration::ZERO {
            RefreshTokenStatus::Expired { days_left }
        } else if left <= lifetime.warn_before_expiry {
            RefreshTokenStatus::ExpiresSoon { days_left }
        } else {
            RefreshTokenStatus::Valid { days_left }
        }
    }
}

/// Assumed lifetime of a refresh token: 90 days by default, with a warning in the last 14 days.
///
/// The service does not send a lifetime, so it is counted from the time at which the token was
/// obtained ([T83](partner_center_core::deviations#t83)).
///
/// ```
/// use azure_core::time::Duration;
/// use partner_center_identity::RefreshTokenLifetime;
///
/// assert_eq!(RefreshTokenLifetime::default().total, Duration::days(90));
/// // A tenant whose policy ends sign-ins after 30 days.
/// let of_the_policy = RefreshTokenLifetime::new(Duration::days(30), Duration::days(7));
/// # let _ = of_the_policy;
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RefreshTokenLifetime {
    /// Total lifetime.
    pub total: Duration,
    /// Time before the end of the lifetime from which to warn.
    pub warn_before_expiry: Duration,
}

impl RefreshTokenLifetime {
    /// Creates a lifetime, and the time before its end from which to warn.
    pub const fn new(total: Duration, warn_before_expiry: Duration) -> Self {
        Self {
            total,
            warn_before_expiry,
        }
    }
}

impl Default for RefreshTokenLifetime {
    fn default() -> Self {
        Self::new(Duration::days(90), Duration::days(14))
    }
}

/// Status of a refresh token by its assumed lifetime.
///
/// ```
/// use azure_core::time::{Duration, OffsetDateTime};
/// use partner_center_identity::{RefreshTokenLifetime, RefreshTokenStatus, StoredRefreshToken};
///
/// let token = StoredRefreshToken {
///     refresh_token: "a-token".into(),
///     obtained_at: OffsetDateTime::now_utc() - Duration::days(80),
///     tenant: "contoso.onmicrosoft.com".to_owned(),
///     client_id: "11111111-2222-3333-4444-555555555555".to_owned(),
/// };
/// let status = token.status(OffsetDateTime::now_utc(), &RefreshTokenLifetime::default());
/// assert!(matches!(status, RefreshTokenStatus::ExpiresSoon { .. }));
/// println!("{status}");
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RefreshTokenStatus {
    /// The token is valid.
    #[non_exhaustive]
    Valid {
        /// Full days until the token expires.
        days_left: i64,
    },
    /// The token expires soon: a new sign-in is due.
    #[non_exhaustive]
    ExpiresSoon {
        /// Full days until the token expires.
        days_left: i64,
    },
    /// The assumed lifetime has passed. The service may still accept the token.
    #[non_exhaustive]
    Expired {
        /// Full days since the token expired, as a negative number.
        days_left: i64,
    },
}

impl std::fmt::Display for RefreshTokenStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Valid { days_left } => write!(f, "{days_left} days left"),
            Self::ExpiresSoon { days_left } => write!(
                f,
                "{days_left} days left: sign in again before the refresh token expires"
            ),
            Self::Expired { days_left } => write!(
                f,
                "expired {} days ago: sign in again",
                days_left.unsigned_abs()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_warns_before_the_end_of_the_lifetime() {
        let start = OffsetDateTime::UNIX_EPOCH;
        let token = StoredRefreshToken {
            refresh_token: "planted".into(),
            obtained_at: start,
            tenant: "contoso".to_owned(),
            client_id: "client".to_owned(),
        };
        let lifetime = RefreshTokenLifetime::default();
        let after = |days| token.status(start + Duration::days(days), &lifetime);
        assert_eq!(after(-1), RefreshTokenStatus::Valid { days_left: 90 });
        assert_eq!(after(75), RefreshTokenStatus::Valid { days_left: 15 });
        assert_eq!(after(76), RefreshTokenStatus::ExpiresSoon { days_left: 14 });
        assert_eq!(after(89), RefreshTokenStatus::ExpiresSoon { days_left: 1 });
        assert_eq!(after(90), RefreshTokenStatus::Expired { days_left: 0 });
        assert_eq!(after(91), RefreshTokenStatus::Expired { days_left: -1 });
        assert_eq!(after(91).to_string(), "expired 1 days ago: sign in again");
        assert_eq!(token.age(start - Duration::DAY), Duration::ZERO);
        assert!(!format!("{token:?}").contains("planted"));
    }
}
