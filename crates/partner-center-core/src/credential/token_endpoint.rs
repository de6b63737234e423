//! The OAuth 2.0 token endpoint of the Microsoft identity platform, v2.0.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use azure_core::credentials::Secret;
use azure_core::error::{Error, ErrorKind as CoreErrorKind};
use http::StatusCode;
use oauth2::basic::{BasicClient, BasicRequestTokenError};
use oauth2::{
    AuthType, ClientId, ClientSecret, HttpRequest, HttpResponse, RefreshToken, Scope,
    TokenResponse, TokenUrl,
};
use url::Url;

use crate::error::ErrorKind;
use crate::excerpt::one_line;
use crate::retry_after;
use crate::transport::{check_url, http_client};

/// Token answers are a few kilobytes; this is what we are willing to hold.
const BODY_LIMIT: usize = 1024 * 1024;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(60);

/// Life of a token whose answer does not say it.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(3599);

/// One application at one tenant's token endpoint.
#[derive(Clone, Debug)]
pub(crate) struct TokenEndpoint {
    url: Url,
    client_id: String,
    client_secret: Option<Secret>,
    http: reqwest::Client,
}

/// What the token endpoint gives.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) access_token: Secret,
    pub(crate) expires_in: Duration,
    /// The token to use next time, where one came back (T82).
    pub(crate) refresh_token: Option<Secret>,
}

impl TokenEndpoint {
    pub(crate) fn new(
        authority: &Url,
        tenant: &str,
        client_id: String,
        client_secret: Option<Secret>,
    ) -> azure_core::Result<Self> {
        check_url(authority).map_err(|error| Error::new(CoreErrorKind::Credential, error))?;
        if tenant.is_empty()
            || !tenant
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
        {
            return Err(credential_error(
                "the tenant is not valid: expected a GUID or a domain such as contoso.onmicrosoft.com",
            ));
        }
        if client_id.trim().is_empty() {
            return Err(credential_error("the client id (application id) is empty"));
        }
        let mut url = authority.clone();
        url.path_segments_mut()
            .map_err(|()| credential_error("the login authority cannot be a base URL"))?
            .pop_if_empty()
            .extend([tenant, "oauth2", "v2.0", "token"]);
        let http = http_client(&url, CONNECT_TIMEOUT, TOTAL_TIMEOUT)
            .map_err(|error| Error::new(CoreErrorKind::Credential, error))?;
        Ok(Self {
            url,
            client_id,
            client_secret,
            http,
        })
    }

    /// Exchanges a refresh token for an access token.
    pub(crate) async fn refresh(
        &self,
        refresh_token: &Secret,
        scopes: &[&str],
    ) -> azure_core::Result<Tokens> {
        let token_url = TokenUrl::new(self.url.to_string())
            .map_err(|error| Error::new(CoreErrorKind::Credential, error))?;
        let mut client = BasicClient::new(ClientId::new(self.client_id.clone()))
            .set_token_uri(token_url)
            .set_auth_type(AuthType::RequestBody);
        if let Some(secret) = &self.client_secret {
            client = client.set_client_secret(ClientSecret::new(secret.secret().to_owned()));
        }
        // Without `offline_access` no refresh token comes back.
        let scopes: Vec<Scope> = scopes
            .iter()
            .copied()
            .chain(["offline_access"])
            .map(|scope| Scope::new(scope.to_owned()))
            .collect();
        let http = self.http.clone();
        let answer = client
            .exchange_refresh_token(&RefreshToken::new(refresh_token.secret().to_owned()))
            .add_scopes(scopes)
            .request_async(&move |request| send(http.clone(), request))
            .await
            .map_err(readable)?;
        Ok(Tokens {
            access_token: Secret::new(answer.access_token().secret().clone()),
            expires_in: answer.expires_in().unwrap_or(DEFAULT_LIFETIME),
            refresh_token: answer
                .refresh_token()
                .map(|token| Secret::new(token.secret().clone())),
        })
    }
}

async fn send(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, SignInFailure> {
    let request = reqwest::Request::try_from(request).map_err(SignInFailure::unreachable)?;
    let mut answer = http
        .execute(request)
        .await
        .map_err(SignInFailure::unreachable)?;
    let status = answer.status();
    if !status.is_success() && !matches!(status.as_u16(), 400..=403) {
        let retry_after = retry_after::from_response(answer.headers(), None, SystemTime::now());
        return Err(SignInFailure::Unavailable {
            status,
            retry_after,
        });
    }
    let mut response = HttpResponse::new(Vec::new());
    *response.status_mut() = status;
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    while let Some(piece) = answer.chunk().await.map_err(SignInFailure::unreachable)? {
        if response.body().len() + piece.len() > BODY_LIMIT {
            return Err(SignInFailure::TooLarge);
        }
        response.body_mut().extend_from_slice(&piece);
    }
    Ok(response)
}

/// Why there is no answer from the sign-in service, where that is not the credential's
/// fault. Found among the sources of an error of a credential of this crate.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignInFailure {
    /// No complete answer arrived.
    #[error("the token endpoint could not be reached")]
    Unreachable(#[source] Arc<reqwest::Error>),
    /// It answers, but does not do its work.
    #[error("the token endpoint answered {status}")]
    #[non_exhaustive]
    Unavailable {
        /// Its answer.
        status: StatusCode,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// Its answer is longer than any answer with tokens.
    #[error("the token endpoint's answer is larger than {BODY_LIMIT} bytes")]
    TooLarge,
}

impl SignInFailure {
    fn unreachable(error: reqwest::Error) -> Self {
        Self::Unreachable(Arc::new(error.without_url()))
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Unreachable(_) => ErrorKind::Network,
            Self::Unavailable { status, .. } if *status == StatusCode::TOO_MANY_REQUESTS => {
                ErrorKind::Throttled
            }
            Self::Unavailable { .. } => ErrorKind::Service,
            Self::TooLarge => ErrorKind::UnexpectedAnswer,
        }
    }

    pub(crate) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Unavailable { status, .. } => Some(*status),
            Self::Unreachable(_) | Self::TooLarge => None,
        }
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            Self::Unreachable(_) | Self::TooLarge => None,
        }
    }
}

/// An error that says what happened and never holds a token: oauth2's own would
/// carry the answer's bytes.
fn readable(error: BasicRequestTokenError<SignInFailure>) -> Error {
    match error {
        BasicRequestTokenError::ServerResponse(answer) => {
            let code = one_line(answer.error().as_ref(), 60);
            let mut message = format!("the token endpoint refused: {code}");
            if let Some(description) = answer.error_description() {
                // Microsoft puts trace ids behind the sentence or on further lines.
                let sentence = description.split("Trace ID:").next().unwrap_or_default();
                let sentence = sentence.lines().next().unwrap_or_default();
                message = format!("{message}: {}", one_line(sentence.trim(), 300));
            }
            credential_error(message)
        }
        BasicRequestTokenError::Request(failure) => {
            let message = failure.to_string();
            Error::with_error(CoreErrorKind::Credential, failure, message)
        }
        BasicRequestTokenError::Parse(..) => {
            credential_error("the token endpoint's answer is not a token answer")
        }
        BasicRequestTokenError::Other(_) => {
            credential_error("the token endpoint's answer is empty or of an unknown kind")
        }
    }
}

fn credential_error(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::with_message(CoreErrorKind::Credential, message)
}
