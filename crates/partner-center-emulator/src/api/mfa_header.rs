//! The `isMfaCompliant` response header.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::identity::Claims;

/// Request header that requests the MFA status of the token.
const VALIDATE_MFA: HeaderName = HeaderName::from_static("validatemfa");

/// Response header with the MFA status of the token.
const IS_MFA_COMPLIANT: HeaderName = HeaderName::from_static("ismfacompliant");

/// Adds to the response of a call with `ValidateMfa: true` whether the user of its token
/// signed in with a second factor. App-only tokens get no header.
pub(crate) fn add(claims: &Claims, request: &HeaderMap, response: &mut HeaderMap) {
    let requested = request
        .get_all(VALIDATE_MFA)
        .iter()
        .any(|value| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"true"));
    if requested && claims.is_delegated() {
        let compliant = if claims.has_mfa() { "true" } else { "false" };
        response.insert(IS_MFA_COMPLIANT, HeaderValue::from_static(compliant));
    }
}
