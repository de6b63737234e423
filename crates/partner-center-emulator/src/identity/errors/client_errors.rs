//! Errors of client authentication, with their AADSTS codes.

use http::StatusCode;

use crate::{
    clock::Clock,
    identity::{
        errors::SignInError,
        grants::client_assertion::ASSERTION_TYPE,
        seed::{CLIENT_ID, TENANT_ID},
    },
};

impl SignInError {
    /// Returns the error of failed client authentication.
    fn unauthorized(code: u32, description: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            code,
            description,
        )
    }

    pub(crate) fn unknown_client() -> Self {
        Self::bad_request(
            "unauthorized_client",
            700_016,
            format!("The application was not found in the tenant '{TENANT_ID}'."),
        )
    }

    pub(crate) fn missing_secret() -> Self {
        Self::unauthorized(
            7_000_218,
            "The request body must contain the following parameter: \
             'client_assertion' or 'client_secret'.",
        )
    }

    pub(crate) fn wrong_secret() -> Self {
        Self::unauthorized(7_000_215, "Invalid client secret provided.")
    }

    pub(crate) fn expired_secret() -> Self {
        Self::unauthorized(
            7_000_222,
            format!("The provided client secret keys for app '{CLIENT_ID}' are expired."),
        )
    }

    pub(crate) fn public_client() -> Self {
        Self::unauthorized(
            700_025,
            "Client is public so neither 'client_assertion' nor 'client_secret' should be \
             presented.",
        )
    }

    pub(crate) fn two_credentials() -> Self {
        Self::bad_request(
            "invalid_request",
            90023,
            "The request must not contain both 'client_secret' and 'client_assertion'.",
        )
    }

    pub(crate) fn assertion_type() -> Self {
        Self::bad_request(
            "invalid_request",
            90023,
            format!(
                "The provided value for the input parameter 'client_assertion_type' is not \
                 supported: it has to be {ASSERTION_TYPE}."
            ),
        )
    }

    pub(crate) fn malformed_assertion() -> Self {
        Self::bad_request(
            "invalid_request",
            50027,
            "JWT token is invalid or malformed: a client assertion has the claims aud, iss, sub, \
             jti and exp.",
        )
    }

    pub(crate) fn assertion_algorithm() -> Self {
        Self::bad_request(
            "invalid_request",
            50027,
            "Invalid JWT token. The algorithm of a client assertion has to be PS256 or RS256.",
        )
    }

    pub(crate) fn assertion_without_thumbprint() -> Self {
        Self::bad_request(
            "invalid_request",
            50027,
            "Invalid JWT token. No certificate thumbprint specified in token header: x5t#S256 or \
             x5t.",
        )
    }

    pub(crate) fn unknown_certificate() -> Self {
        Self::unauthorized(
            700_027,
            format!(
                "The certificate with identifier used to sign the client assertion is not \
                 registered on application. [Reason - The key was not found., application \
                 '{CLIENT_ID}']"
            ),
        )
    }

    pub(crate) fn expired_certificate() -> Self {
        Self::unauthorized(
            700_027,
            "Client assertion failed signature validation. [Reason - The key used is expired.]",
        )
    }

    pub(crate) fn assertion_signature() -> Self {
        Self::unauthorized(
            700_027,
            "Client assertion failed signature validation. [Reason - The provided signature value \
             did not match the expected signature value.]",
        )
    }

    pub(crate) fn assertion_of_another() -> Self {
        Self::unauthorized(
            700_021,
            "Client assertion application identifier doesn't match 'client_id' parameter.",
        )
    }

    pub(crate) fn assertion_audience() -> Self {
        Self::unauthorized(
            700_023,
            "Client assertion audience claim does not match Realm issuer: it has to be the \
             address of the token endpoint.",
        )
    }

    pub(crate) fn assertion_time(now: u64, from: u64, expiry: u64) -> Self {
        let [now, from, expiry] = [now, from, expiry].map(Clock::sign_in_time);
        Self::unauthorized(
            700_024,
            format!(
                "Client assertion is not within its valid time range. Current time: {now}, \
                 assertion valid from {from}, expiry time of assertion {expiry}."
            ),
        )
    }
}
