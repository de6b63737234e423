//! Authorization code grant with PKCE (RFC 7636) and a loopback redirect (RFC 8252).

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use azure_core::credentials::Secret;
use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, RedirectUrl, Scope};
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
        let redirect = RedirectUrl::new(redirect_uri.clone())
            .map_err(|_| TokenError::other("the redirect address is not a URL"))?;
        let client = BasicClient::new(ClientId::new(self.endpoint.client_id().to_owned()))
            .set_auth_uri(AuthUrl::from_url(self.endpoint.url("authorize")?))
            .set_redirect_uri(redirect);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let nonce = CsrfToken::new_random().into_secret();
        let (url, state) = client
            .authorize_url(CsrfToken::new_random)
            .add_scope(Scope::new(scope(scopes, &[OFFLINE_ACCESS, OPENID])))
            .set_pkce_challenge(challenge)
            .add_extra_param("response_mode", "query")
            // Otherwise the browser may use an account of another tenant without asking.
            .add_extra_param("prompt", "select_account")
            .add_extra_param("nonce", nonce.as_str())
            .url();
        (self.open)(&url).map_err(|source| BrowserSignInError::Open {
            source: Arc::new(source),
        })?;
        let state = Secret::new(state.into_secret());
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
        check_nonce(&tokens, &Secret::new(nonce))?;
        Ok(tokens)
    }
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
