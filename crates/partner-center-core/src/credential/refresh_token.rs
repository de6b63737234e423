use std::time::Instant;

use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::error::{Error, ErrorKind};
use azure_core::time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;
use url::Url;

use super::NewToken;
use super::token_endpoint::{SignInFailure, TokenEndpoint};
use crate::cloud::Cloud;

/// A token is renewed this long before it expires (T84).
const SKEW: Duration = Duration::seconds(120);

/// A refresh token turned into access tokens: Microsoft's secure application model.
///
/// Calls for a signed-in user (App+User), as analytics demands. The refresh token
/// comes from one interactive sign-in with multi-factor authentication. When the
/// service hands out a new refresh token, it replaces the old one in memory (T82).
///
/// Tokens are kept until two minutes before they expire; callers that ask at the
/// same time share one request.
#[derive(Debug)]
pub struct RefreshTokenCredential {
    endpoint: TokenEndpoint,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    refresh_token: Secret,
    access: Option<(Vec<String>, AccessToken)>,
    /// The last failure: when, its message, and what it was if not a refusal.
    failure: Option<(Instant, String, Option<SignInFailure>)>,
}

impl RefreshTokenCredential {
    /// Starts with what is always needed: the partner's tenant (GUID or domain), the
    /// application (client) id, and the refresh token.
    pub fn builder(
        tenant: impl Into<String>,
        client_id: impl Into<String>,
        refresh_token: impl Into<Secret>,
    ) -> RefreshTokenCredentialBuilder {
        RefreshTokenCredentialBuilder {
            tenant: tenant.into(),
            client_id: client_id.into(),
            refresh_token: refresh_token.into(),
            client_secret: None,
            authority: None,
            cloud: Cloud::Global,
        }
    }
}

/// Settings of a [`RefreshTokenCredential`].
#[derive(Clone, Debug)]
pub struct RefreshTokenCredentialBuilder {
    tenant: String,
    client_id: String,
    refresh_token: Secret,
    client_secret: Option<Secret>,
    authority: Option<Url>,
    cloud: Cloud,
}

impl RefreshTokenCredentialBuilder {
    /// The application's secret. Web applications need one; public clients have none.
    #[must_use]
    pub fn client_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.client_secret = Some(secret.into());
        self
    }

    /// The cloud to sign in at. Default: [`Cloud::Global`].
    #[must_use]
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// Another sign-in service than the cloud's, for example an emulator's.
    #[must_use]
    pub fn authority(mut self, authority: Url) -> Self {
        self.authority = Some(authority);
        self
    }

    /// The credential.
    ///
    /// # Errors
    ///
    /// When the tenant or the client id cannot be one, the refresh token is empty,
    /// or the authority is neither `https` nor on loopback.
    pub fn build(self) -> azure_core::Result<RefreshTokenCredential> {
        let error = |message: &'static str| Error::with_message(ErrorKind::Credential, message);
        if self.refresh_token.secret().trim().is_empty() {
            return Err(error("the refresh token is empty"));
        }
        let authority = match self.authority {
            Some(authority) => authority,
            None => Url::parse(self.cloud.login_authority())
                .map_err(|source| Error::new(ErrorKind::Credential, source))?,
        };
        let endpoint =
            TokenEndpoint::new(&authority, &self.tenant, self.client_id, self.client_secret)?;
        Ok(RefreshTokenCredential {
            endpoint,
            state: Mutex::new(State {
                refresh_token: self.refresh_token,
                access: None,
                failure: None,
            }),
        })
    }
}

#[async_trait::async_trait]
impl TokenCredential for RefreshTokenCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let asked = Instant::now();
        // Held across the request, so that whoever comes meanwhile waits for its result.
        let mut state = self.state.lock().await;
        if let Some((failed, message, failure)) = &state.failure
            && *failed > asked
        {
            // What was waited for has failed; a queue must not fail one by one.
            return Err(match failure {
                Some(failure) => {
                    Error::with_error(ErrorKind::Credential, failure.clone(), message.clone())
                }
                None => Error::with_message(ErrorKind::Credential, message.clone()),
            });
        }
        let now = OffsetDateTime::now_utc();
        let refused = options
            .is_some_and(|options| options.method_options.context.value::<NewToken>().is_some());
        if let Some((for_scopes, token)) = &state.access
            && for_scopes
                .iter()
                .map(String::as_str)
                .eq(scopes.iter().copied())
            && token.expires_on - SKEW > now
            && !refused
        {
            return Ok(token.clone());
        }
        let tokens = match self.endpoint.refresh(&state.refresh_token, scopes).await {
            Ok(tokens) => tokens,
            Err(error) => {
                let failure =
                    std::error::Error::source(&error).and_then(|source| source.downcast_ref());
                state.failure = Some((Instant::now(), error.to_string(), failure.cloned()));
                return Err(error);
            }
        };
        state.failure = None;
        if let Some(rotated) = tokens.refresh_token {
            state.refresh_token = rotated;
        }
        let lifetime = Duration::try_from(tokens.expires_in).unwrap_or(Duration::HOUR);
        let expires_on = now.checked_add(lifetime).unwrap_or(now + Duration::HOUR);
        let token = AccessToken::new(tokens.access_token, expires_on);
        state.access = Some((
            scopes.iter().map(|&scope| scope.to_owned()).collect(),
            token.clone(),
        ));
        Ok(token)
    }
}
