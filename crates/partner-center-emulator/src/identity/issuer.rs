//! Making and checking tokens.

use std::time::Duration;

use uuid::Uuid;

use super::{
    claims::Claims,
    seed::{
        APPLICATION_OBJECT_ID, CLIENT_ID, REFRESH_TOKEN, TENANT_ID, USER_OBJECT_ID,
        USER_PRINCIPAL_NAME,
    },
    signing::{JwtFault, SigningKey},
    token_options::TokenOptions,
};
use crate::clock::Clock;

/// Tokens begin this many seconds before they are made, for clocks that differ (T81).
const BACKDATED: u64 = 300;

/// How many seconds ago an expired token ended.
const EXPIRED_SINCE: u64 = 60;

/// Makes the tokens of one emulator and recognises them again.
#[derive(Debug)]
pub(crate) struct Issuer {
    key: SigningKey,
    clock: Clock,
    access_token_lifetime: Duration,
}

/// Why an access token is not accepted, whatever it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenFault {
    NotJwt,
    Signature,
    NotYetValid,
    Expired,
}

impl Issuer {
    pub(crate) fn new(clock: Clock, access_token_lifetime: Duration) -> Self {
        Self {
            key: SigningKey::random(),
            clock,
            access_token_lifetime,
        }
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Lifetime of new access tokens in whole seconds.
    pub(crate) fn lifetime_seconds(&self) -> u64 {
        self.access_token_lifetime.as_secs()
    }

    /// A new access token.
    pub(crate) fn mint(&self, options: &TokenOptions) -> String {
        let now = self.clock.unix_seconds();
        let lifetime = self.lifetime_seconds();
        let (issued, expires) = if options.expired {
            let expires = now.saturating_sub(EXPIRED_SINCE);
            (expires.saturating_sub(lifetime), expires)
        } else {
            (now, now.saturating_add(lifetime))
        };
        let delegated = !options.app_only;
        let subject = if delegated {
            USER_OBJECT_ID
        } else {
            APPLICATION_OBJECT_ID
        };
        self.key.encode_jwt(&Claims {
            aud: options.audience.clone(),
            iss: format!("https://sts.windows.net/{TENANT_ID}/"),
            iat: issued,
            nbf: issued.saturating_sub(BACKDATED),
            exp: expires,
            appid: CLIENT_ID.to_owned(),
            oid: subject.to_owned(),
            tid: TENANT_ID.to_owned(),
            ver: "1.0".to_owned(),
            scp: delegated.then(|| "user_impersonation".to_owned()),
            upn: delegated.then(|| USER_PRINCIPAL_NAME.to_owned()),
            roles: options.app_only.then(Vec::new),
        })
    }

    /// Claims of an access token that is genuine and valid now.
    pub(crate) fn verify(&self, token: &str) -> Result<Claims, TokenFault> {
        let claims: Claims = self.key.decode_jwt(token).map_err(|fault| match fault {
            JwtFault::NotJwt => TokenFault::NotJwt,
            JwtFault::Signature => TokenFault::Signature,
        })?;
        let now = self.clock.unix_seconds();
        if now >= claims.exp {
            Err(TokenFault::Expired)
        } else if now < claims.nbf {
            Err(TokenFault::NotYetValid)
        } else {
            Ok(claims)
        }
    }

    /// A refresh token to take the place of the one just used (T82).
    ///
    /// It carries its own proof, so that nothing has to be remembered and the
    /// earlier ones stay valid.
    pub(crate) fn rotate_refresh_token(&self) -> String {
        let id = Uuid::new_v4();
        let proof = self.key.sign(&refresh_token_text(&id.to_string()));
        format!("{REFRESH_TOKEN}.{id}.{proof}")
    }

    /// Whether a refresh token is the seeded one or made by this emulator.
    pub(crate) fn knows_refresh_token(&self, token: &str) -> bool {
        let Some(rest) = token.strip_prefix(REFRESH_TOKEN) else {
            return false;
        };
        rest.is_empty()
            || rest
                .strip_prefix('.')
                .and_then(|rest| rest.split_once('.'))
                .is_some_and(|(id, proof)| self.key.verify(&refresh_token_text(id), proof))
    }
}

/// What is signed for a refresh token; never the beginning of a JSON web token.
fn refresh_token_text(id: &str) -> String {
    format!("refresh token {id}")
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicU64, Ordering},
        },
        time::UNIX_EPOCH,
    };

    use super::*;

    fn issuer_at(start: u64) -> (Issuer, Arc<AtomicU64>) {
        let now = Arc::new(AtomicU64::new(start));
        let read = Arc::clone(&now);
        let clock =
            Clock::new(move || UNIX_EPOCH + Duration::from_secs(read.load(Ordering::Relaxed)));
        (Issuer::new(clock, Duration::from_secs(3600)), now)
    }

    #[test]
    fn tokens_are_valid_for_their_lifetime() {
        let (issuer, now) = issuer_at(1_000_000);
        let token = issuer.mint(&TokenOptions::new());
        for (at, expected) in [
            (999_699, Err(TokenFault::NotYetValid)),
            (999_700, Ok(())),
            (1_003_599, Ok(())),
            (1_003_600, Err(TokenFault::Expired)),
        ] {
            now.store(at, Ordering::Relaxed);
            assert_eq!(issuer.verify(&token).map(drop), expected, "{at}");
        }
    }

    #[test]
    fn expired_tokens_are_genuine_otherwise() {
        let (issuer, now) = issuer_at(1_000_000);
        let token = issuer.mint(&TokenOptions::new().expired());
        assert_eq!(issuer.verify(&token), Err(TokenFault::Expired));
        now.store(999_000, Ordering::Relaxed);
        assert!(issuer.verify(&token).is_ok());
    }

    #[test]
    fn extreme_lifetimes_and_clocks_do_no_harm() {
        let (issuer, _) = issuer_at(0);
        assert_eq!(
            issuer.verify(&issuer.mint(&TokenOptions::new().expired())),
            Err(TokenFault::Expired)
        );
        let endless = Issuer::new(Clock::default(), Duration::MAX);
        assert!(endless.verify(&endless.mint(&TokenOptions::new())).is_ok());
        let none = Issuer::new(Clock::default(), Duration::ZERO);
        assert_eq!(
            none.verify(&none.mint(&TokenOptions::new())),
            Err(TokenFault::Expired)
        );
    }

    #[test]
    fn rotated_refresh_tokens_are_known_to_their_emulator_only() {
        let (issuer, _) = issuer_at(0);
        let (other, _) = issuer_at(0);
        let rotated = issuer.rotate_refresh_token();
        assert_ne!(rotated, issuer.rotate_refresh_token());
        assert!(issuer.knows_refresh_token(&rotated));
        assert!(issuer.knows_refresh_token(REFRESH_TOKEN));
        assert!(!other.knows_refresh_token(&rotated));
        for text in ["", ".", "x", &format!("{REFRESH_TOKEN}."), &rotated[..90]] {
            assert!(!issuer.knows_refresh_token(text), "{text}");
        }
    }
}
