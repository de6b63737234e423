//! Errors of requests and grants, with their AADSTS codes.

use std::time::Duration;

use http::StatusCode;

use super::SignInError;
use crate::identity::seed::CLIENT_ID;

impl SignInError {
    /// Returns an error for an injected fault.
    pub(crate) fn injected(
        status: StatusCode,
        error: &'static str,
        code: u32,
        description: String,
    ) -> Self {
        Self::new(status, error, code, description)
    }

    pub(crate) fn unknown_tenant() -> Self {
        Self::bad_request(
            "invalid_request",
            90002,
            "The tenant in the URL was not found. Check its id or domain.",
        )
    }

    pub(crate) fn method_not_allowed(methods: &'static str) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "invalid_request",
            900_561,
            format!("The endpoint only accepts {methods} requests."),
        )
        .allow(methods)
    }

    pub(crate) fn body_too_large(limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "invalid_request",
            90013,
            format!("The request body could not be read or is longer than {limit} bytes."),
        )
    }

    pub(crate) fn missing_parameter(name: &'static str) -> Self {
        Self::bad_request(
            "invalid_request",
            900_144,
            format!("The request body must contain the following parameter: '{name}'."),
        )
    }

    pub(crate) fn repeated_parameter() -> Self {
        Self::bad_request(
            "invalid_request",
            9_000_411,
            "The request is not properly formatted. A parameter is duplicated.",
        )
    }

    pub(crate) fn unsupported_grant() -> Self {
        Self::bad_request(
            "unsupported_grant_type",
            70003,
            "The grant type is not supported. Supported are authorization_code, \
             refresh_token, client_credentials and device codes.",
        )
    }

    pub(crate) fn unknown_refresh_token() -> Self {
        Self::bad_request(
            "invalid_grant",
            70000,
            "The provided value for the input parameter 'refresh_token' is not valid.",
        )
    }

    pub(crate) fn invalid_scope() -> Self {
        Self::bad_request(
            "invalid_scope",
            70011,
            "The provided value for the input parameter 'scope' is not valid.",
        )
    }

    pub(crate) fn unknown_resource() -> Self {
        Self::bad_request(
            "invalid_resource",
            500_011,
            "The resource principal named in 'resource' was not found in the tenant. Partner \
             Center is https://api.partnercenter.microsoft.com.",
        )
    }

    pub(crate) fn shared_tenant() -> Self {
        Self::bad_request(
            "invalid_request",
            50059,
            "No tenant-identifying information found in either the request or implied by any \
             provided credentials.",
        )
    }

    pub(crate) fn expired_refresh_token(issued: &str, lifetime: Duration) -> Self {
        Self::bad_request(
            "invalid_grant",
            700_082,
            format!(
                "The refresh token has expired due to inactivity. The token was issued on \
                 {issued} and was inactive for {}.",
                days(lifetime)
            ),
        )
    }

    pub(crate) fn revoked_refresh_token(issued: &str, valid_from: &str) -> Self {
        Self::bad_request(
            "invalid_grant",
            50173,
            format!(
                "The provided grant has expired due to it being revoked, a fresh auth token is \
                 needed. The user might have changed or reset their password. The grant was \
                 issued on '{issued}' and the TokensValidFrom date (before which tokens are not \
                 valid) for this user is '{valid_from}'."
            ),
        )
        .suberror("bad_token")
    }

    pub(crate) fn consent_missing() -> Self {
        Self::bad_request(
            "invalid_grant",
            65001,
            format!(
                "The user or administrator has not consented to use the application with ID \
                 '{CLIENT_ID}'. Send an interactive authorization request for this user and \
                 resource."
            ),
        )
        .suberror("consent_required")
    }

    pub(crate) fn declined() -> Self {
        Self::bad_request(
            "access_denied",
            65004,
            "User declined to consent to access the app.",
        )
    }

    pub(crate) fn authorization_pending() -> Self {
        Self::bad_request(
            "authorization_pending",
            70016,
            "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
        )
    }

    pub(crate) fn slow_down() -> Self {
        Self::bad_request(
            "slow_down",
            70016,
            "OAuth 2.0 device flow error. Authorization is pending. Poll less often: wait five \
             seconds longer.",
        )
    }

    pub(crate) fn expired_device_code() -> Self {
        Self::bad_request(
            "expired_token",
            70020,
            "The provided value for the input parameter 'device_code' is not valid. This device \
             code has expired.",
        )
    }

    pub(crate) fn unknown_device_code() -> Self {
        Self::bad_request(
            "bad_verification_code",
            70000,
            "The provided value for the input parameter 'device_code' is not valid.",
        )
    }

    pub(crate) fn unknown_code() -> Self {
        Self::bad_request(
            "invalid_grant",
            70000,
            "The provided value for the input parameter 'code' is not valid.",
        )
    }

    pub(crate) fn redeemed_code() -> Self {
        Self::bad_request(
            "invalid_grant",
            54005,
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code \
             or use an existing refresh token.",
        )
    }

    pub(crate) fn expired_code() -> Self {
        Self::bad_request(
            "invalid_grant",
            70008,
            "The provided authorization code or refresh token has expired due to inactivity. \
             Send a new interactive authorization request for this user and resource.",
        )
    }

    pub(crate) fn wrong_verifier() -> Self {
        Self::bad_request(
            "invalid_grant",
            501_481,
            "The Code_Verifier does not match the code_challenge supplied in the authorization \
             request.",
        )
    }

    pub(crate) fn other_redirect_uri() -> Self {
        Self::bad_request(
            "invalid_client",
            500_112,
            "The reply address does not match the reply address provided when requesting \
             Authorization code.",
        )
    }

    pub(crate) fn redirect_uri() -> Self {
        Self::bad_request(
            "invalid_request",
            50011,
            format!(
                "The redirect URI specified in the request does not match the redirect URIs \
                 configured for the application '{CLIENT_ID}': it has to be on the loopback \
                 interface, such as http://localhost:8400/."
            ),
        )
    }

    pub(crate) fn response_type() -> Self {
        Self::bad_request(
            "unsupported_response_type",
            70005,
            "The provided value for the input parameter 'response_type' is not supported: it \
             has to be 'code' or 'code id_token'.",
        )
    }

    pub(crate) fn response_mode() -> Self {
        Self::bad_request(
            "invalid_request",
            90023,
            "The provided value for the input parameter 'response_mode' is not supported: it \
             has to be query, fragment or form_post, and not query for an id token.",
        )
    }

    pub(crate) fn prompt() -> Self {
        Self::bad_request(
            "invalid_request",
            90023,
            "The provided value for the input parameter 'prompt' is not supported: it has to be \
             login, none, consent, select_account, admin_consent or create.",
        )
    }

    pub(crate) fn sign_in_required() -> Self {
        Self::bad_request(
            "login_required",
            50058,
            "A silent sign-in request was sent but no user is signed in. Send the request without \
             prompt=none.",
        )
    }

    pub(crate) fn discovery_parameter(name: &str) -> Self {
        Self::bad_request(
            "invalid_request",
            900_144,
            format!("The request must contain the following parameter: '{name}'."),
        )
    }

    pub(crate) fn unknown_instance() -> Self {
        Self::bad_request(
            "invalid_instance",
            50049,
            "Unknown or invalid instance: the authorization endpoint is not that of this emulator.",
        )
    }

    pub(crate) fn challenge_missing() -> Self {
        Self::bad_request(
            "invalid_request",
            9_002_325,
            "Proof Key for Code Exchange is required: send code_challenge and \
             code_challenge_method=S256.",
        )
    }

    pub(crate) fn challenge_malformed() -> Self {
        Self::bad_request(
            "invalid_request",
            501_491,
            "The code_challenge has to be the SHA-256 of the code_verifier in base64url, 43 \
             characters.",
        )
    }
}

/// Formats a duration as the service does: `90.00:00:00`.
fn days(duration: Duration) -> String {
    let seconds = duration.as_secs();
    format!(
        "{}.{:02}:{:02}:{:02}",
        seconds / 86_400,
        seconds / 3_600 % 24,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_the_format_of_the_service() {
        assert_eq!(days(Duration::from_secs(90 * 86_400)), "90.00:00:00");
        assert_eq!(days(Duration::from_secs(93_784)), "1.02:03:04");
    }
}
