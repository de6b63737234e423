//! Issuing and verification of access and id tokens.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use url::Url;

use crate::{
    clock::Clock,
    identity::{
        endpoint::Version,
        seed::{
            APPLICATION_OBJECT_ID, CLIENT_ID, TENANT_ID, USER_NAME, USER_OBJECT_ID,
            USER_PRINCIPAL_NAME,
        },
        tokens::{
            claims::{Claims, IdClaims},
            id_token_key::{IdTokenKey, code_hash},
            signing::{JwtFault, SigningKey},
            token_options::TokenOptions,
        },
    },
};

/// Seconds between `nbf` and the time of issue, for clock skew
/// ([T81](partner_center_catalog::deviations#t81)).
const BACKDATED: u64 = 300;

/// Seconds since the expiry of a token minted as expired.
const EXPIRED_SINCE: u64 = 60;

/// Issuer and verifier of the access tokens of one emulator.
#[derive(Debug)]
pub(crate) struct Issuer {
    key: SigningKey,
    id_token_key: IdTokenKey,
    clock: Clock,
    access_token_lifetime: Duration,
}

/// Reason for rejecting an access token, independent of its audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenFault {
    NotJwt,
    Signature,
    NotYetValid,
    Expired,
}

impl Issuer {
    pub(crate) fn new(
        clock: Clock,
        access_token_lifetime: Duration,
        id_token_key: IdTokenKey,
    ) -> Self {
        Self {
            key: SigningKey::random(),
            id_token_key,
            clock,
            access_token_lifetime,
        }
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Returns the lifetime of new access tokens in whole seconds.
    pub(crate) fn lifetime_seconds(&self) -> u64 {
        self.access_token_lifetime.as_secs()
    }

    pub(crate) fn id_token_key(&self) -> &IdTokenKey {
        &self.id_token_key
    }

    /// Issues an access token.
    pub(crate) fn mint(&self, options: &TokenOptions) -> String {
        self.issue(options).0
    }

    /// Issues an access token and returns it with its claims.
    pub(crate) fn issue(&self, options: &TokenOptions) -> (String, Claims) {
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
        let claims = Claims {
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
            amr: delegated.then(|| {
                let methods: &[&str] = if options.mfa {
                    &["pwd", "mfa"]
                } else {
                    &["pwd"]
                };
                methods.iter().map(|&method| method.to_owned()).collect()
            }),
        };
        (self.key.encode_jwt(&claims), claims)
    }

    /// Verifies signature and validity of an access token and returns its claims.
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

    /// Issues an id token; `base` is the emulator's URL. `code` is the authorization code that
    /// the same response contains.
    pub(crate) fn id_token(
        &self,
        base: &Url,
        version: Version,
        nonce: Option<String>,
        code: Option<&str>,
    ) -> String {
        let now = self.clock.unix_seconds();
        let name_in = |wanted| (version == wanted).then_some(USER_PRINCIPAL_NAME);
        self.id_token_key.encode_jwt(&IdClaims {
            aud: CLIENT_ID.to_owned(),
            iss: issuer_of(base, version),
            iat: now,
            nbf: now.saturating_sub(BACKDATED),
            exp: now.saturating_add(self.lifetime_seconds()),
            c_hash: code.map(code_hash),
            name: USER_NAME.to_owned(),
            nonce,
            oid: USER_OBJECT_ID.to_owned(),
            preferred_username: name_in(Version::V2),
            sub: USER_OBJECT_ID.to_owned(),
            tid: TENANT_ID.to_owned(),
            unique_name: name_in(Version::V1),
            upn: name_in(Version::V1),
            ver: match version {
                Version::V1 => "1.0",
                Version::V2 => "2.0",
            },
        })
    }
}

/// Returns the ids of user and tenant, encoded as the `client_info` by which Microsoft's
/// libraries name an account.
pub(crate) fn client_info() -> String {
    let ids = serde_json::json!({"uid": USER_OBJECT_ID, "utid": TENANT_ID});
    URL_SAFE_NO_PAD.encode(ids.to_string())
}

/// Returns the issuer of id tokens, as in the configuration document.
pub(crate) fn issuer_of(base: &Url, version: Version) -> String {
    match version {
        Version::V1 => format!("https://sts.windows.net/{TENANT_ID}/"),
        Version::V2 => format!("{base}{TENANT_ID}/v2.0"),
    }
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

    fn issuer_with(clock: Clock, lifetime: Duration) -> Issuer {
        Issuer::new(clock, lifetime, IdTokenKey::generate().unwrap())
    }

    fn issuer_at(start: u64) -> (Issuer, Arc<AtomicU64>) {
        let now = Arc::new(AtomicU64::new(start));
        let read = Arc::clone(&now);
        let clock =
            Clock::new(move || UNIX_EPOCH + Duration::from_secs(read.load(Ordering::Relaxed)));
        (issuer_with(clock, Duration::from_secs(3600)), now)
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
    fn expired_tokens_have_a_valid_signature() {
        let (issuer, now) = issuer_at(1_000_000);
        let token = issuer.mint(&TokenOptions::new().expired());
        assert_eq!(issuer.verify(&token), Err(TokenFault::Expired));
        now.store(999_000, Ordering::Relaxed);
        assert!(issuer.verify(&token).is_ok());
    }

    #[test]
    fn extreme_lifetimes_and_clocks_do_not_panic() {
        let (issuer, _) = issuer_at(0);
        assert_eq!(
            issuer.verify(&issuer.mint(&TokenOptions::new().expired())),
            Err(TokenFault::Expired)
        );
        let endless = issuer_with(Clock::default(), Duration::MAX);
        assert!(endless.verify(&endless.mint(&TokenOptions::new())).is_ok());
        let none = issuer_with(Clock::default(), Duration::ZERO);
        assert_eq!(
            none.verify(&none.mint(&TokenOptions::new())),
            Err(TokenFault::Expired)
        );
    }
}
