//! The OAuth 2.0 endpoints of the Microsoft identity platform, v2.0.

use std::time::{Duration, SystemTime};

use azure_core::credentials::{AccessToken, Secret};
use azure_core::time::OffsetDateTime;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use oauth2::basic::{BasicErrorResponse, BasicTokenType};
use oauth2::{HttpRequest, HttpResponse, StandardTokenResponse, TokenResponse};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::Url;

use super::client_auth::ClientAuth;
use super::sign_in_error::{SignInFailure, SignInRefused, TokenError};
use crate::decode::strip_byte_order_mark;
use crate::retry_after;
use crate::transport::read_all;

/// Token answers are a few kilobytes; this is what we are willing to hold.
pub(crate) const BODY_LIMIT: usize = 1024 * 1024;

/// Life of a token whose response does not say it.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(3599);

/// Without it no refresh token comes back.
pub(crate) const OFFLINE_ACCESS: &str = "offline_access";

/// What an response has beyond OAuth: the identity of the user.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct IdTokenField {
    id_token: Option<Secret>,
}

impl oauth2::ExtraTokenFields for IdTokenField {}

pub(crate) type OAuthTokenResponse = StandardTokenResponse<IdTokenField, BasicTokenType>;

/// One application at one tenant's endpoints.
#[derive(Clone, Debug)]
pub(crate) struct TokenEndpoint {
    /// Ends with a slash; the endpoints' names come behind it.
    pub(crate) base: Url,
    pub(crate) tenant: String,
    pub(crate) client_id: String,
    pub(crate) client_auth: ClientAuth,
    pub(crate) http: reqwest::Client,
}

/// What the token endpoint gives.
#[derive(Clone, Debug)]
pub(crate) struct TokenSet {
    pub(crate) access_token: Secret,
    pub(crate) expires_in: Duration,
    /// The token to use next time, where one came back (T82).
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) id_token: Option<Secret>,
}

impl TokenSet {
    /// The access token of an response to a request made at `asked`.
    pub(crate) fn access(&self, requested_at: OffsetDateTime) -> AccessToken {
        let hour = azure_core::time::Duration::HOUR;
        let lifetime = azure_core::time::Duration::try_from(self.expires_in).unwrap_or(hour);
        let expires_on = requested_at
            .checked_add(lifetime)
            .unwrap_or(requested_at + hour);
        AccessToken::new(self.access_token.clone(), expires_on)
    }
}

impl From<OAuthTokenResponse> for TokenSet {
    fn from(response: OAuthTokenResponse) -> Self {
        Self {
            access_token: Secret::new(response.access_token().secret().clone()),
            expires_in: response.expires_in().unwrap_or(DEFAULT_LIFETIME),
            // An empty one is none: it must not take the place of one that works.
            refresh_token: response
                .refresh_token()
                .map(|token| Secret::new(token.secret().clone()))
                .filter(|token| !token.secret().trim().is_empty()),
            id_token: response.extra_fields().id_token.clone(),
        }
    }
}

impl TokenEndpoint {
    pub(crate) fn tenant(&self) -> &str {
        &self.tenant
    }

    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// One of the endpoints: `token`, `authorize`, `devicecode`.
    pub(crate) fn url(&self, name: &str) -> Result<Url, TokenError> {
        self.base
            .join(name)
            .map_err(|_| TokenError::other("the login authority cannot be a base URL"))
    }

    /// Exchanges a refresh token for an access token.
    pub(crate) async fn refresh(
        &self,
        refresh_token: &Secret,
        scopes: &[String],
    ) -> Result<TokenSet, TokenError> {
        self.grant(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.secret()),
            ("scope", &scope(scopes, &[OFFLINE_ACCESS])),
        ])
        .await
    }

    /// A token for the application itself.
    pub(crate) async fn client_credentials(
        &self,
        scopes: &[String],
    ) -> Result<TokenSet, TokenError> {
        self.grant(&[
            ("grant_type", "client_credentials"),
            ("scope", &scope(scopes, &[])),
        ])
        .await
    }

    /// TokenSet by any grant. Not through oauth2's requests, which know no proof but a secret.
    pub(crate) async fn grant(&self, fields: &[(&str, &str)]) -> Result<TokenSet, TokenError> {
        let response: OAuthTokenResponse = self.post("token", fields).await?;
        Ok(response.into())
    }

    /// Sends a form, with who is asking, to one of the endpoints.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        name: &str,
        fields: &[(&str, &str)],
    ) -> Result<T, TokenError> {
        let began = tokio::time::Instant::now();
        let form = self.form(name, fields)?;
        // Some services repeat in their refusal what they were sent.
        let secrets = secrets(form.body());
        let result = send(&self.http, form).await;
        let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let response = match result {
            Ok(response) => response,
            Err(failure) => {
                tracing::debug!(endpoint = name, elapsed_ms, "sign-in: {failure}");
                return Err(failure.into());
            }
        };
        let status = response.status().as_u16();
        tracing::debug!(endpoint = name, status, elapsed_ms, "sign-in: answered");
        if response.status().is_success() {
            return parse_response(response.body()).ok_or_else(not_a_token_response);
        }
        let body = strip_byte_order_mark(response.body());
        let error_response: Result<BasicErrorResponse, _> = serde_json::from_slice(body);
        Err(match error_response {
            Ok(oauth_error) => {
                let clean = |text: &str| redact(text, &secrets);
                let description = oauth_error.error_description().map(|text| clean(text));
                SignInRefused::new(&clean(oauth_error.error().as_ref()), description.as_deref())
                    .into()
            }
            Err(_) => not_a_token_response(),
        })
    }

    fn form(&self, name: &str, fields: &[(&str, &str)]) -> Result<HttpRequest, TokenError> {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields)
            .append_pair("client_id", &self.client_id);
        for (name, value) in self
            .client_auth
            .fields(&self.client_id, &self.url("token")?)?
        {
            form.append_pair(name, value.secret());
        }
        let mut request = HttpRequest::new(form.finish().into_bytes());
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = self
            .url(name)?
            .as_str()
            .parse()
            .map_err(|_| TokenError::other("the login authority cannot be a base URL"))?;
        for (name, value) in [
            (ACCEPT, "application/json"),
            (CONTENT_TYPE, "application/x-www-form-urlencoded"),
        ] {
            let value = HeaderValue::from_static(value);
            request.headers_mut().insert(name, value);
        }
        Ok(request)
    }
}

/// Reads an response whose lifetime may be a text, as that of the v1.0 endpoint is (T81).
fn parse_response<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let body = strip_byte_order_mark(body);
    let mut response: serde_json::Value = serde_json::from_slice(body).ok()?;
    if let Some(lifetime) = response.get_mut("expires_in")
        && let Some(text) = lifetime.as_str()
    {
        *lifetime = text.trim().parse::<u64>().ok().into();
    }
    serde_json::from_value(response).ok()
}

/// Fields of a form that anybody may read.
const NON_SECRET_FIELDS: [&str; 8] = [
    "client_assertion_type",
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "grant_type",
    "redirect_uri",
    "response_mode",
    "scope",
];

/// The values of a form that must not be shown, as they are and as they are sent.
fn secrets(form: &[u8]) -> Vec<Secret> {
    let fields = url::form_urlencoded::parse(form);
    let secret = fields.filter(|(name, value)| {
        !NON_SECRET_FIELDS.contains(&name.as_ref()) && !value.trim().is_empty()
    });
    let mut secrets: Vec<_> = secret
        .flat_map(|(_, value)| {
            let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            [encoded, value.into_owned()]
        })
        .collect();
    // One may be the beginning of another.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.into_iter().map(Secret::new).collect()
}

fn redact(text: &str, secrets: &[Secret]) -> String {
    let cut = |text: String, secret: &Secret| text.replace(secret.secret(), "(not shown)");
    secrets.iter().fold(text.to_owned(), cut)
}

/// A list of scopes as a field of a form.
pub(crate) fn scope(scopes: &[String], further: &[&str]) -> String {
    let scopes: Vec<&str> = scopes
        .iter()
        .map(String::as_str)
        .chain(further.iter().copied())
        .collect();
    scopes.join(" ")
}

/// Sends a request, with a size limit for the response.
pub(crate) async fn send(
    http: &reqwest::Client,
    request: HttpRequest,
) -> Result<HttpResponse, SignInFailure> {
    let request = reqwest::Request::try_from(request).map_err(SignInFailure::unreachable)?;
    let mut response = http
        .execute(request)
        .await
        .map_err(SignInFailure::unreachable)?;
    let status = response.status();
    if !status.is_success() && !matches!(status.as_u16(), 400..=403) {
        let retry_after = retry_after::from_headers(response.headers(), SystemTime::now());
        return Err(SignInFailure::Unavailable {
            status,
            retry_after,
        });
    }
    let headers = std::mem::take(response.headers_mut());
    let body = read_all(&mut response, &headers, BODY_LIMIT).await;
    let body = body
        .map_err(SignInFailure::unreachable)?
        .ok_or(SignInFailure::TooLarge)?;
    let mut response = HttpResponse::new(body.into());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

fn not_a_token_response() -> TokenError {
    SignInFailure::NotATokenAnswer.into()
}
