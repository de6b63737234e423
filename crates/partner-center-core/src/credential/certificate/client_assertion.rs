//! The signed statement by which an application proves that it has its certificate, as the
//! Microsoft identity platform wants it
//! (<https://learn.microsoft.com/entra/identity-platform/certificate-credentials>).

use azure_core::credentials::Secret;
use azure_core::time::{Duration, OffsetDateTime};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use url::Url;

use crate::credential::ClientCertificate;
use crate::credential::sign_in_error::TokenError;

pub(crate) const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Long enough for one request, and for clocks that differ.
const LIFE: Duration = Duration::minutes(10);

/// A statement for one request to this token endpoint.
pub(crate) fn signed(
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
        "exp": (now + LIFE).unix_timestamp(),
    });
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let statement = format!("{}.{}", part(&header), part(&claims));
    let signature = certificate.sign(statement.as_bytes())?;
    let signature = URL_SAFE_NO_PAD.encode(signature);
    Ok(Secret::new(format!("{statement}.{signature}")))
}
