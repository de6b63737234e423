//! The client assertion (RFC 7523) that authenticates an application by its certificate, in the
//! format of the Microsoft identity platform
//! (<https://learn.microsoft.com/entra/identity-platform/certificate-credentials>).

use azure_core::credentials::Secret;
use azure_core::time::{Duration, OffsetDateTime};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use url::Url;

use crate::ClientCertificate;
use crate::sign_in_error::TokenError;

pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Validity of an assertion: long enough for one request plus clock differences.
const LIFETIME: Duration = Duration::minutes(10);

/// Creates and signs the assertion for one request to this token endpoint.
pub(crate) fn sign(
    certificate: &ClientCertificate,
    client_id: &str,
    endpoint: &Url,
    now: OffsetDateTime,
) -> Result<Secret, TokenError> {
    certificate.check_time(now)?;
    let header = json!({
        "alg": "PS256",
        "typ": "JWT",
        "x5t#S256": URL_SAFE_NO_PAD.encode(certificate.sha256()),
    });
    let claims = json!({
        "aud": endpoint.as_str(),
        "iss": client_id,
        "sub": client_id,
        "jti": uuid::Uuid::new_v4().to_string(),
        "iat": now.unix_timestamp(),
        "nbf": now.unix_timestamp(),
        "exp": (now + LIFETIME).unix_timestamp(),
    });
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let assertion = format!("{}.{}", part(&header), part(&claims));
    let signature = certificate.sign(assertion.as_bytes())?;
    let signature = URL_SAFE_NO_PAD.encode(signature);
    Ok(Secret::new(format!("{assertion}.{signature}")))
}
