//! The OAuth 2.0 endpoints of the Microsoft identity platform, v2.0.

use std::time::{Duration, SystemTime};

use azure_core::credentials::{AccessToken, Secret};
use azure_core::time::OffsetDateTime;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::client_auth::ClientAuth;
use super::sign_in_error::{SignInFailure, SignInRejected, TokenError};
use partner_center_core::internal::{read_all, retry_after_of_headers, strip_byte_order_mark};

/// Maximum size of a response body in bytes. Token responses have a few kilobytes.
pub(crate) const BODY_LIMIT: usize = 1024 * 1024;

/// Lifetime of a token whose response has no `expires_in`.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(3599);

/// Scope that makes the endpoint return a refresh token.
pub(crate) const OFFLINE_ACCESS: &str = "offline_access";

/// Request to the sign-in service or to a vault.
pub(crate) type HttpRequest = http::Request<Vec<u8>>;

/// Response with its complete body.
pub(crate) type HttpResponse = http::Response<Vec<u8>>;

/// Successful response of the token endpoint (RFC 6749, 5.1), with the identity token of OpenID
/// Connect.
#[derive(Deserialize)]
struct OAuthTokenResponse {
    access_token: Secret,
    /// Required by RFC 6749, so a body without it is not a token response.
    #[serde(rename = "token_type")]
    _token_type: String,
    /// Seconds.
    expires_in: Option<u64>,
    refresh_token: Option<Secret>,
    id_token: Option<Secret>,
}

/// Error response of the sign-in service (RFC 6749, 5.2).
#[derive(Deserialize)]
struct OAuthErrorResponse {
    error: String,
    error_description: Option<String>,
}

/// OAuth endpoints of a tenant, for one application.
#[derive(Clone, Debug)]
pub(crate) struct TokenEndpoint {
    /// Base URL with a trailing slash. Endpoint names are appended to it.
    pub(crate) base: Url,
    pub(crate) tenant: String,
    pub(crate) client_id: String,
    pub(crate) client_auth: ClientAuth,
    pub(crate) http: reqwest::Client,
}

/// Tokens of a successful response.
#[derive(Clone, Debug)]
pub(crate) struct TokenSet {
    pub(crate) access_token: Secret,
    pub(crate) expires_in: Duration,
    /// The rotated refresh token, if the response has one
    /// ([T82](partner_center_core::deviations#t82)).
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) id_token: Option<Secret>,
}

impl TokenSet {
    /// Returns the access token with its expiry, for a request that was sent at `requested_at`.
    ///
    /// The lifetime counts from the request, not the response, so that a slow response cannot
    /// make the token appear valid for longer than it is.
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
            access_token: response.access_token,
            expires_in: response
                .expires_in
                .map_or(DEFAULT_LIFETIME, Duration::from_secs),
            // An empty refresh token counts as missing: it must not replace a valid one.
            refresh_token: response
                .refresh_token
                .filter(|token| !token.secret().trim().is_empty()),
            id_token: response.id_token,
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

    /// Returns the URL of an endpoint: `token`, `authorize` or `devicecode`.
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

    /// Requests tokens with any grant.
    pub(crate) async fn grant(&self, fields: &[(&str, &str)]) -> Result<TokenSet, TokenError> {
        let response: OAuthTokenResponse = self.post("token", fields).await?;
        Ok(response.into())
    }

    /// Sends a form with client id and client authentication to an endpoint.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        name: &str,
        fields: &[(&str, &str)],
    ) -> Result<T, TokenError> {
        let began = tokio::time::Instant::now();
        let form = self.form(name, fields)?;
        // Some services echo parameters of the request in `error_description`.
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
        tracing::debug!(endpoint = name, status, elapsed_ms, "sign-in: response");
        if response.status().is_success() {
            return parse_response(response.body()).ok_or_else(not_a_token_response);
        }
        let body = strip_byte_order_mark(response.body());
        let error_response: Result<OAuthErrorResponse, _> = serde_json::from_slice(body);
        Err(match error_response {
            Ok(oauth_error) => {
                let clean = |text: &str| redact(text, &secrets);
                let description = oauth_error.error_description.as_deref().map(clean);
                SignInRejected::new(&clean(&oauth_error.error), description.as_deref()).into()
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

/// Parses a response body. `expires_in` may be a JSON string, as the v1.0 endpoint sends it
/// ([T81](partner_center_core::deviations#t81)); an unparsable string counts as missing.
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

/// Form fields whose values are not secret. All others are redacted, so that a new field is
/// treated as secret by default.
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

/// Returns the secret values of a form, both plain and form-encoded, longest first.
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
    // Longest first: a secret may be a prefix of another, whose rest would remain.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.into_iter().map(Secret::new).collect()
}

fn redact(text: &str, secrets: &[Secret]) -> String {
    let cut = |text: String, secret: &Secret| text.replace(secret.secret(), "(not shown)");
    secrets.iter().fold(text.to_owned(), cut)
}

/// Joins scopes to the value of the form field `scope`.
pub(crate) fn scope(scopes: &[String], further: &[&str]) -> String {
    let scopes: Vec<&str> = scopes
        .iter()
        .map(String::as_str)
        .chain(further.iter().copied())
        .collect();
    scopes.join(" ")
}

/// Sends a request and reads the response up to [`BODY_LIMIT`].
///
/// Statuses other than 2xx and 400 to 403 are [`SignInFailure::Unavailable`]: their body is not
/// an OAuth error response (RFC 6749, 5.2).
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
        let retry_after = retry_after_of_headers(response.headers(), SystemTime::now());
        return Err(SignInFailure::Unavailable {
            status,
            retry_after,
        });
    }
    let headers = std::mem::take(response.headers_mut());
    let body = read_all(&mut response, &headers, BODY_LIMIT).await;
    let body = body
        .map_err(SignInFailure::Unreachable)?
        .ok_or(SignInFailure::TooLarge)?;
    let mut response = HttpResponse::new(body.into());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

fn not_a_token_response() -> TokenError {
    SignInFailure::NotATokenResponse.into()
}
