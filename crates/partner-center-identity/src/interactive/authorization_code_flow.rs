//! Authorization code grant with PKCE (RFC 7636) and a loopback redirect (RFC 8252).

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use azure_core::credentials::Secret;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use url::Url;

use super::authorization_code::OpenBrowser;
use super::credential::SignInFlow;
use super::loopback::Loopback;
use crate::sign_in_error::{BrowserSignInError, TokenError};
use crate::token_endpoint::{OFFLINE_ACCESS, TokenEndpoint, TokenSet, scope};
use partner_center_core::internal::token_payload;

/// Scope that makes the service return an identity token, which contains the nonce.
const OPENID: &str = "openid";

/// Applications with a sign-in in progress in this process.
static PENDING: Mutex<Option<HashSet<String>>> = Mutex::new(None);

pub(crate) struct AuthorizationCodeFlow {
    endpoint: TokenEndpoint,
    open: OpenBrowser,
    port: u16,
    timeout: Duration,
}

impl AuthorizationCodeFlow {
    pub(crate) fn new(
        endpoint: TokenEndpoint,
        open: OpenBrowser,
        port: u16,
        timeout: Duration,
    ) -> Self {
        Self {
            endpoint,
            open,
            port,
            timeout,
        }
    }
}

#[async_trait::async_trait]
impl SignInFlow for AuthorizationCodeFlow {
    async fn sign_in(&self, scopes: &[String]) -> Result<TokenSet, TokenError> {
        let _pending =
            PendingSignIn::register(self.endpoint.url("authorize")?, self.endpoint.client_id())?;
        let loopback = Loopback::bind(self.port).await?;
        let redirect_uri = loopback.redirect_uri();
        let (state, nonce, verifier) = (random()?, random()?, random()?);
        let mut url = self.endpoint.url("authorize")?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", self.endpoint.client_id())
            .append_pair("state", state.secret())
            .append_pair("code_challenge", &challenge(&verifier))
            .append_pair("code_challenge_method", "S256")
            .append_pair("redirect_uri", &redirect_uri)
            .append_pair("scope", &scope(scopes, &[OFFLINE_ACCESS, OPENID]))
            .append_pair("response_mode", "query")
            // Otherwise the browser may use an account of another tenant without asking.
            .append_pair("prompt", "select_account")
            .append_pair("nonce", nonce.secret());
        (self.open)(&url).map_err(|source| BrowserSignInError::Open {
            source: Arc::new(source),
        })?;
        let wrong_state_seen = loopback.wrong_state_seen();
        let code = tokio::time::timeout(self.timeout, loopback.code(&state))
            .await
            .map_err(|_| match wrong_state_seen.load(Ordering::Relaxed) {
                true => BrowserSignInError::WrongState,
                false => BrowserSignInError::TimedOut {
                    after: self.timeout,
                },
            })??;
        let tokens = self
            .endpoint
            .grant(&[
                ("grant_type", "authorization_code"),
                ("code", code.secret()),
                ("redirect_uri", &redirect_uri),
                ("code_verifier", verifier.secret()),
            ])
            .await?;
        check_nonce(&tokens, &nonce)?;
        Ok(tokens)
    }
}

/// Returns a new secret of 256 random bits, as 43 characters: the length that RFC 7636, 4.1
/// recommends for a code verifier.
fn random() -> Result<Secret, TokenError> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| TokenError::other("the operating system returned no random numbers"))?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
}

/// Returns the code challenge of a verifier, by the method S256 (RFC 7636, 4.2).
fn challenge(verifier: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.secret().as_bytes()))
}

/// Checks that the identity token belongs to this sign-in. It comes directly from the token
/// endpoint, so its signature need not be checked (OpenID Connect Core, 3.1.3.7).
fn check_nonce(tokens: &TokenSet, nonce: &Secret) -> Result<(), TokenError> {
    let found = tokens
        .id_token
        .as_ref()
        .and_then(token_payload)
        .and_then(|payload| Some(Secret::new(payload.get("nonce")?.as_str()?.to_owned())));
    if found.as_ref() == Some(nonce) {
        Ok(())
    } else {
        Err(BrowserSignInError::WrongNonce.into())
    }
}

/// Registration of a sign-in in progress, removed on drop. An application can have one at a time,
/// because two sign-in pages would confuse the user.
struct PendingSignIn(String);

impl PendingSignIn {
    fn register(authorize: Url, client_id: &str) -> Result<Self, TokenError> {
        let key = format!("{client_id} {authorize}");
        let mut pending = PENDING.lock().unwrap_or_else(PoisonError::into_inner);
        if pending.get_or_insert_default().insert(key.clone()) {
            Ok(Self(key))
        } else {
            Err(BrowserSignInError::AlreadyInProgress.into())
        }
    }
}

impl Drop for PendingSignIn {
    fn drop(&mut self) {
        let mut pending = PENDING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pending) = &mut *pending {
            pending.remove(&self.0);
        }
    }
}

impl std::fmt::Debug for AuthorizationCodeFlow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthorizationCodeFlow")
            .field("endpoint", &self.endpoint)
            .field("port", &self.port)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_of_rfc_7636_is_computed() {
        let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        let expected = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert_eq!(challenge(&verifier), expected);
    }

    #[test]
    fn secrets_are_new_and_have_43_characters() {
        let (one, other) = (random().unwrap(), random().unwrap());
        assert_eq!(one.secret().len(), 43);
        assert_ne!(one.secret(), other.secret());
    }
}
