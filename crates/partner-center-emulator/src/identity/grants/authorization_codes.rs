//! Authorization codes (RFC 6749, 7636).

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    clock::Clock,
    identity::{
        authority::SignIn,
        errors::SignInError,
        grants::{client::Client, scope::RequestedTokens},
    },
};

/// Maximum number of kept codes; older ones are dropped.
const CAPACITY: usize = 1_000;

/// Lifetime of a code.
const LIFETIME: Duration = Duration::from_secs(600);

/// Authorization granted by a code.
#[derive(Clone)]
pub(crate) struct Authorization {
    pub(crate) sign_in: SignIn,
    pub(crate) requested: RequestedTokens,
    pub(crate) nonce: Option<String>,
    pub(crate) redirect_uri: String,
    /// SHA-256 of the verifier, base64url without padding. Without it, only a client with a
    /// credential can redeem the code.
    pub(crate) challenge: Option<String>,
}

/// Authorization codes of one emulator.
#[derive(Debug)]
pub(crate) struct AuthorizationCodes {
    clock: Clock,
    issued: Mutex<VecDeque<Issued>>,
}

struct Issued {
    code: String,
    expires: Duration,
    redeemed: bool,
    authorization: Authorization,
}

impl fmt::Debug for Issued {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Issued").finish_non_exhaustive()
    }
}

impl AuthorizationCodes {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            issued: Mutex::default(),
        }
    }

    /// Forgets all codes.
    pub(crate) fn clear(&self) {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.clear();
    }

    /// Issues a new code.
    pub(crate) fn issue(&self, authorization: Authorization) -> String {
        let code = format!("1.{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        if issued.len() == CAPACITY {
            issued.pop_front();
        }
        issued.push_back(Issued {
            code: code.clone(),
            expires: self.clock.since_epoch().saturating_add(LIFETIME),
            redeemed: false,
            authorization,
        });
        code
    }

    /// Redeems a code and returns its authorization; the code cannot be used again. The redirect
    /// URI may be omitted ([T85](partner_center_catalog::deviations#t85)), but must not differ.
    pub(crate) fn redeem(
        &self,
        code: &str,
        redirect_uri: Option<&str>,
        verifier: Option<&str>,
        client: Client,
    ) -> Result<Authorization, SignInError> {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let found = issued
            .iter_mut()
            .find(|issued| issued.code == code)
            .ok_or_else(SignInError::unknown_code)?;
        if found.redeemed {
            return Err(SignInError::redeemed_code());
        }
        if self.clock.since_epoch() >= found.expires {
            return Err(SignInError::expired_code());
        }
        let authorization = &found.authorization;
        if redirect_uri.is_some_and(|given| given != authorization.redirect_uri) {
            return Err(SignInError::other_redirect_uri());
        }
        match (&authorization.challenge, verifier) {
            (Some(_), None) => return Err(SignInError::missing_parameter("code_verifier")),
            (None, None) if client == Client::Public => return Err(SignInError::missing_secret()),
            (None, None) => {}
            // A verifier without a challenge is refused: the challenge may have been removed
            // by an attacker (RFC 9700, 4.8.2).
            (challenge, Some(verifier)) => {
                let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
                if challenge.as_ref() != Some(&digest) {
                    return Err(SignInError::wrong_verifier());
                }
            }
        }
        found.redeemed = true;
        Ok(authorization.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{identity::endpoint::Version, testing::MovableClock};

    /// Example of RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    const REDIRECT: &str = "http://localhost:8400/";

    fn code(codes: &AuthorizationCodes) -> String {
        codes.issue(Authorization {
            sign_in: SignIn { mfa: true },
            requested: RequestedTokens::of_consent(Version::V2),
            nonce: None,
            redirect_uri: REDIRECT.to_owned(),
            challenge: Some(CHALLENGE.to_owned()),
        })
    }

    fn outcome(codes: &AuthorizationCodes, code: &str, uri: Option<&str>, verifier: &str) -> u32 {
        codes
            .redeem(code, uri, Some(verifier), Client::Public)
            .map_or_else(|error| error.code, |_| 0)
    }

    #[test]
    fn a_code_is_redeemed_once_with_its_verifier() {
        let codes = AuthorizationCodes::new(MovableClock::at(0).clock());
        let code = code(&codes);
        let other = Some("http://localhost:8400");
        assert_eq!(outcome(&codes, "other", None, VERIFIER), 70000);
        assert_eq!(outcome(&codes, &code, other, VERIFIER), 500_112);
        assert_eq!(outcome(&codes, &code, None, "other"), 501_481);
        assert_eq!(outcome(&codes, &code, Some(REDIRECT), VERIFIER), 0);
        assert_eq!(outcome(&codes, &code, Some(REDIRECT), VERIFIER), 54005);
    }

    #[test]
    fn a_code_without_challenge_needs_a_credential() {
        let codes = AuthorizationCodes::new(MovableClock::at(0).clock());
        let code = codes.issue(Authorization {
            sign_in: SignIn { mfa: true },
            requested: RequestedTokens::of_consent(Version::V1),
            nonce: None,
            redirect_uri: REDIRECT.to_owned(),
            challenge: None,
        });
        let outcome = |verifier, client| {
            codes
                .redeem(&code, None, verifier, client)
                .map_or_else(|error| error.code, |_| 0)
        };
        assert_eq!(outcome(None, Client::Public), 7_000_218);
        assert_eq!(outcome(Some(VERIFIER), Client::Confidential), 501_481);
        assert_eq!(outcome(None, Client::Confidential), 0);
    }

    #[test]
    fn a_code_expires() {
        let clock = MovableClock::at(0);
        let codes = AuthorizationCodes::new(clock.clock());
        let (early, late) = (code(&codes), code(&codes));
        clock.set(599);
        assert_eq!(outcome(&codes, &early, None, VERIFIER), 0);
        clock.set(600);
        assert_eq!(outcome(&codes, &late, None, VERIFIER), 70008);
    }
}
