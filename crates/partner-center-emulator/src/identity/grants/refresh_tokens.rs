//! Refresh tokens: issuing, rotation, expiry and revocation.

use std::{
    collections::HashSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    clock::Clock,
    identity::{
        authority::SignIn, errors::SignInError, seed::REFRESH_TOKEN, settings::SignInSettings,
        tokens::signing::SigningKey,
    },
};

/// Id of the seeded refresh token, which is not a GUID.
const SEEDED: &str = "seeded";

/// Contents of a refresh token.
///
/// It is signed, so issued tokens need not be stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RefreshToken {
    id: String,
    issued: u64,
    /// Number of revocations before this token was issued.
    generation: u32,
    mfa: bool,
    /// `true` if it was requested without a secret and is used without one.
    pub(crate) public: bool,
}

impl RefreshToken {
    /// Returns the sign-in for which it was issued.
    pub(crate) fn sign_in(&self) -> SignIn {
        SignIn { mfa: self.mfa }
    }
}

/// Issuer and verifier of the refresh tokens of one emulator.
#[derive(Debug)]
pub(crate) struct RefreshTokens {
    key: SigningKey,
    clock: Clock,
    lifetime: Option<Duration>,
    single_use: bool,
    seeded: RefreshToken,
    generation: AtomicU32,
    revoked_at: AtomicU64,
    used: Mutex<HashSet<String>>,
}

impl RefreshTokens {
    pub(crate) fn new(clock: Clock, settings: &SignInSettings) -> Self {
        Self {
            key: SigningKey::random(),
            lifetime: settings.refresh_token_lifetime,
            single_use: settings.invalidate_rotated_refresh_tokens,
            seeded: RefreshToken {
                id: SEEDED.to_owned(),
                issued: clock.unix_seconds(),
                generation: 0,
                mfa: settings.sign_in_with_mfa,
                public: settings.public_client,
            },
            generation: AtomicU32::new(0),
            revoked_at: AtomicU64::new(0),
            used: Mutex::default(),
            clock,
        }
    }

    /// Makes the seeded token valid again, and unused.
    pub(crate) fn reset(&self) {
        self.generation.store(0, Ordering::Relaxed);
        self.used().clear();
    }

    /// Issues a refresh token, for a sign-in with or without the secret.
    pub(crate) fn issue(&self, sign_in: SignIn, public: bool) -> String {
        let token = self.key.encode_jwt(&RefreshToken {
            id: Uuid::new_v4().to_string(),
            issued: self.clock.unix_seconds(),
            generation: self.generation.load(Ordering::Relaxed),
            mfa: sign_in.mfa,
            public,
        });
        format!("{REFRESH_TOKEN}.{token}")
    }

    /// Returns the contents of the seeded token or of a token made by
    /// [`issue`](Self::issue), expired or not.
    pub(crate) fn recognise(&self, token: &str) -> Option<RefreshToken> {
        let rest = token.strip_prefix(REFRESH_TOKEN)?;
        if rest.is_empty() {
            return Some(self.seeded.clone());
        }
        self.key.decode_jwt(rest.strip_prefix('.')?).ok()
    }

    /// Checks that a token was not revoked, has not expired and was not used up.
    pub(crate) fn check(&self, token: &RefreshToken) -> Result<(), SignInError> {
        if token.generation != self.generation.load(Ordering::Relaxed) {
            return Err(SignInError::revoked_refresh_token(
                &Clock::sign_in_time(token.issued),
                &Clock::sign_in_time(self.revoked_at.load(Ordering::Relaxed)),
            ));
        }
        let age = Duration::from_secs(self.clock.unix_seconds().saturating_sub(token.issued));
        if let Some(lifetime) = self.lifetime.filter(|lifetime| age >= *lifetime) {
            return Err(SignInError::expired_refresh_token(
                &Clock::sign_in_time(token.issued),
                lifetime,
            ));
        }
        if self.single_use && self.used().contains(&token.id) {
            return Err(SignInError::unknown_refresh_token());
        }
        Ok(())
    }

    /// Issues a token that replaces the one just used
    /// ([T82](partner_center_catalog::deviations#t82)).
    ///
    /// If tokens can be used only once, the second of two concurrent requests with the same
    /// token is rejected.
    pub(crate) fn rotate(&self, token: &RefreshToken) -> Result<String, SignInError> {
        if self.single_use && !self.used().insert(token.id.clone()) {
            return Err(SignInError::unknown_refresh_token());
        }
        Ok(self.issue(token.sign_in(), token.public))
    }

    /// Revokes all tokens issued so far, the seeded one included.
    pub(crate) fn revoke_all(&self) {
        self.revoked_at
            .store(self.clock.unix_seconds(), Ordering::Relaxed);
        self.generation.fetch_add(1, Ordering::Relaxed);
    }

    fn used(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::MovableClock;

    fn tokens(clock: &MovableClock, settings: SignInSettings) -> RefreshTokens {
        RefreshTokens::new(clock.clock(), &settings)
    }

    fn code(outcome: Result<(), SignInError>) -> u32 {
        outcome.map_or_else(|error| error.code, |()| 0)
    }

    #[test]
    fn tokens_are_accepted_by_their_emulator_only() {
        let clock = MovableClock::at(0);
        let (one, other) = (
            tokens(&clock, SignInSettings::default()),
            tokens(&clock, SignInSettings::default()),
        );
        let issued = one.issue(SignIn { mfa: false }, true);
        assert_ne!(issued, one.issue(SignIn { mfa: false }, true));
        let known = one.recognise(&issued).unwrap();
        assert!(known.public && !known.sign_in().mfa);
        assert!(one.recognise(REFRESH_TOKEN).is_some());
        assert_eq!(other.recognise(&issued), None);
        for text in ["", ".", "x", &format!("{REFRESH_TOKEN}."), &issued[..90]] {
            assert_eq!(one.recognise(text), None, "{text}");
        }
    }

    #[test]
    fn tokens_expire_after_their_lifetime() {
        let clock = MovableClock::at(1_000);
        let tokens = tokens(
            &clock,
            SignInSettings {
                refresh_token_lifetime: Some(Duration::from_secs(100)),
                ..SignInSettings::default()
            },
        );
        let seeded = tokens.recognise(REFRESH_TOKEN).unwrap();
        clock.set(1_099);
        assert_eq!(code(tokens.check(&seeded)), 0);
        let next = tokens.rotate(&seeded).ok().unwrap();
        let next = tokens.recognise(&next).unwrap();
        clock.set(1_100);
        assert_eq!(code(tokens.check(&seeded)), 700_082);
        assert_eq!(code(tokens.check(&next)), 0);
    }

    #[test]
    fn revoking_applies_to_tokens_issued_before() {
        let clock = MovableClock::at(1_000);
        let tokens = tokens(&clock, SignInSettings::default());
        let seeded = tokens.recognise(REFRESH_TOKEN).unwrap();
        tokens.revoke_all();
        assert_eq!(code(tokens.check(&seeded)), 50173);
        let new = tokens.issue(SignIn { mfa: true }, false);
        assert_eq!(code(tokens.check(&tokens.recognise(&new).unwrap())), 0);
    }

    #[test]
    fn rotated_tokens_are_rejected_if_tokens_are_single_use() {
        let clock = MovableClock::at(1_000);
        for (single_use, expected) in [(true, 70000), (false, 0)] {
            let tokens = tokens(
                &clock,
                SignInSettings {
                    invalidate_rotated_refresh_tokens: single_use,
                    ..SignInSettings::default()
                },
            );
            let seeded = tokens.recognise(REFRESH_TOKEN).unwrap();
            assert!(tokens.rotate(&seeded).is_ok());
            assert_eq!(code(tokens.check(&seeded)), expected);
            assert_eq!(code(tokens.rotate(&seeded).map(drop)), expected);
        }
    }
}
