//! Refresh tokens: given out, rotated, expired, revoked.

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

/// Id of the seeded refresh token; no GUID.
const SEEDED: &str = "seeded";

/// What a refresh token stands for.
///
/// It carries its own proof, so that those given out need not be remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RefreshToken {
    id: String,
    issued: u64,
    /// How often all tokens had been revoked before this one was given out.
    generation: u32,
    mfa: bool,
    /// Whether it was asked for without a secret, and is used without one.
    pub(crate) public: bool,
}

impl RefreshToken {
    /// The sign-in it comes from.
    pub(crate) fn sign_in(&self) -> SignIn {
        SignIn { mfa: self.mfa }
    }
}

/// Makes the refresh tokens of one emulator and recognises them again.
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

    /// A new refresh token, for a sign-in with or without the secret.
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

    /// What a text stands for, if it is the seeded token or made by
    /// [`issue`](Self::issue); it may have ended.
    pub(crate) fn recognise(&self, token: &str) -> Option<RefreshToken> {
        let rest = token.strip_prefix(REFRESH_TOKEN)?;
        if rest.is_empty() {
            return Some(self.seeded.clone());
        }
        self.key.decode_jwt(rest.strip_prefix('.')?).ok()
    }

    /// Refuses a token that was revoked, has ended or was used up.
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

    /// A token to take the place of the one just used (T82).
    ///
    /// Where tokens can be used only once, of two requests with the same one the
    /// second is refused, however close they are.
    pub(crate) fn rotate(&self, token: &RefreshToken) -> Result<String, SignInError> {
        if self.single_use && !self.used().insert(token.id.clone()) {
            return Err(SignInError::unknown_refresh_token());
        }
        Ok(self.issue(token.sign_in(), token.public))
    }

    /// Ends all tokens given out so far, the seeded one included.
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
    fn tokens_are_known_to_their_emulator_only() {
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
    fn tokens_end_with_their_lifetime_and_not_before() {
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
    fn revoking_ends_what_was_given_out_before() {
        let clock = MovableClock::at(1_000);
        let tokens = tokens(&clock, SignInSettings::default());
        let seeded = tokens.recognise(REFRESH_TOKEN).unwrap();
        tokens.revoke_all();
        assert_eq!(code(tokens.check(&seeded)), 50173);
        let new = tokens.issue(SignIn { mfa: true }, false);
        assert_eq!(code(tokens.check(&tokens.recognise(&new).unwrap())), 0);
    }

    #[test]
    fn rotated_tokens_are_used_up_where_that_is_asked_for() {
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
