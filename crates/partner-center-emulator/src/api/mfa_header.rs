//! Whether a caller is ready for a second factor being required, for those who ask.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::identity::Claims;

/// Header of a call that asks.
const VALIDATE_MFA: HeaderName = HeaderName::from_static("validatemfa");

/// Header of the answer.
const IS_MFA_COMPLIANT: HeaderName = HeaderName::from_static("ismfacompliant");

/// Says in the answer to a call with `ValidateMfa: true` whether the user of its token
/// signed in with a second factor. Of a token without a user there is nothing to say.
pub(crate) fn add(claims: &Claims, asked: &HeaderMap, answered: &mut HeaderMap) {
    let wanted = asked
        .get_all(VALIDATE_MFA)
        .iter()
        .any(|value| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"true"));
    if wanted && claims.is_delegated() {
        let compliant = if claims.has_mfa() { "true" } else { "false" };
        answered.insert(IS_MFA_COMPLIANT, HeaderValue::from_static(compliant));
    }
}
