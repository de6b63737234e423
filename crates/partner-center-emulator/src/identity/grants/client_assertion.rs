//! Client assertions signed with the key of a certificate (RFC 7523, and "certificate
//! credentials" of Microsoft's identity platform).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use url::{Host, Url};

use crate::identity::{
    authority::Authority,
    endpoint::Endpoint,
    errors::SignInError,
    grants::client_certificate::{Algorithm, ClientCertificate},
    seed::CLIENT_ID,
    tenant::Tenant,
    tokens::signing::{JwtFault, decode_part},
};

/// Only supported type of assertion.
pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Accepted clock skew, in seconds.
const TOLERANCE: u64 = 300;

#[derive(Deserialize)]
struct Header {
    alg: String,
    x5t: Option<String>,
    #[serde(rename = "x5t#S256")]
    x5t_s256: Option<String>,
}

/// Claims of an assertion. The audience is a text, not a list, because Microsoft accepts
/// only a text.
#[derive(Deserialize)]
struct AssertionClaims {
    aud: String,
    iss: String,
    sub: String,
    exp: u64,
    #[serde(default)]
    nbf: u64,
    jti: String,
}

/// Checks that an assertion was signed for this emulator with the key of one of the
/// application's certificates.
///
/// An assertion may be used again until it expires; `jti` is required but not compared.
pub(crate) fn check(authority: &Authority, assertion: &str) -> Result<(), SignInError> {
    let malformed = |_: JwtFault| SignInError::malformed_assertion();
    let (signed, signature) = assertion
        .rsplit_once('.')
        .ok_or_else(SignInError::malformed_assertion)?;
    let (header, payload) = signed
        .split_once('.')
        .ok_or_else(SignInError::malformed_assertion)?;
    let signature = URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|_| SignInError::malformed_assertion())?;
    let header: Header = decode_part(header).map_err(malformed)?;
    let claims: AssertionClaims = decode_part(payload).map_err(malformed)?;

    let algorithm = match header.alg.as_str() {
        "PS256" => Algorithm::Ps256,
        "RS256" => Algorithm::Rs256,
        _ => return Err(SignInError::assertion_algorithm()),
    };
    let certificate = find_certificate(authority, &header)?;
    if authority.client_certificates_have_expired() {
        return Err(SignInError::expired_certificate());
    }
    if !certificate.verifies(algorithm, signed.as_bytes(), &signature) {
        return Err(SignInError::assertion_signature());
    }
    claims.check(authority)
}

fn find_certificate<'a>(
    authority: &'a Authority,
    header: &Header,
) -> Result<&'a ClientCertificate, SignInError> {
    let (sha1, sha256) = (header.x5t.as_deref(), header.x5t_s256.as_deref());
    if sha1.is_none() && sha256.is_none() {
        return Err(SignInError::assertion_without_thumbprint());
    }
    authority
        .settings()
        .client_certificates
        .iter()
        .find(|certificate| certificate.is_named(sha1, sha256))
        .ok_or_else(SignInError::unknown_certificate)
}

impl AssertionClaims {
    fn check(&self, authority: &Authority) -> Result<(), SignInError> {
        if self.jti.is_empty() {
            return Err(SignInError::malformed_assertion());
        }
        let names_client = |text: &str| text.eq_ignore_ascii_case(CLIENT_ID);
        if !names_client(&self.iss) || !names_client(&self.sub) {
            return Err(SignInError::assertion_of_another());
        }
        if !is_token_endpoint(authority.base(), &self.aud) {
            return Err(SignInError::assertion_audience());
        }
        let now = authority.clock().unix_seconds();
        let ended = now >= self.exp.saturating_add(TOLERANCE);
        if ended || now.saturating_add(TOLERANCE) < self.nbf {
            return Err(SignInError::assertion_time(now, self.nbf, self.exp));
        }
        Ok(())
    }
}

/// Returns whether a text is the URL of the token endpoint below `base` for a known
/// tenant. The host may also be `localhost`.
fn is_token_endpoint(base: &Url, text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let here = url.host() == base.host() || url.host() == Some(Host::Domain("localhost"));
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    let tenant = match Endpoint::of(url.path()) {
        Some(Endpoint::Token { tenant, .. }) => Tenant::of(tenant).is_ok(),
        _ => false,
    };
    let same_server = url.scheme() == base.scheme()
        && url.port_or_known_default() == base.port_or_known_default();
    here && plain && tenant && same_server
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        identity::{SignInSettings, TENANT_DOMAIN, TENANT_ID},
        testing::MovableClock,
    };

    const NOW: u64 = 1_489_514_101;

    fn claims() -> AssertionClaims {
        AssertionClaims {
            aud: format!("http://127.0.0.1:1/{TENANT_ID}/oauth2/v2.0/token"),
            iss: CLIENT_ID.to_owned(),
            sub: CLIENT_ID.to_owned(),
            exp: NOW + 600,
            nbf: NOW,
            jti: "1".to_owned(),
        }
    }

    /// Returns the AADSTS code for claims, 0 if they are accepted.
    fn outcome(change: impl FnOnce(&mut AssertionClaims)) -> u32 {
        let clock = MovableClock::at(NOW).clock();
        let authority = Authority::at(&clock, SignInSettings::default());
        let mut claims = claims();
        change(&mut claims);
        claims
            .check(&authority)
            .map_or_else(|error| error.code, |()| 0)
    }

    #[test]
    fn issuer_and_subject_are_the_application() {
        assert_eq!(outcome(|_| {}), 0);
        assert_eq!(outcome(|claims| claims.iss = CLIENT_ID.to_uppercase()), 0);
        assert_eq!(outcome(|claims| claims.iss = "other".to_owned()), 700_021);
        assert_eq!(outcome(|claims| claims.sub = String::new()), 700_021);
        assert_eq!(outcome(|claims| claims.jti = String::new()), 50027);
    }

    #[test]
    fn times_may_be_off_by_five_minutes() {
        for (nbf, exp, expected) in [
            (NOW + 300, NOW + 600, 0),
            (NOW + 301, NOW + 600, 700_024),
            (0, NOW - 299, 0),
            (0, NOW - 300, 700_024),
            (0, 0, 700_024),
            (0, u64::MAX, 0),
            (u64::MAX, u64::MAX, 700_024),
        ] {
            let outcome = outcome(|claims| (claims.nbf, claims.exp) = (nbf, exp));
            assert_eq!(outcome, expected, "{nbf} {exp}");
        }
    }

    #[test]
    fn the_audience_is_the_token_endpoint() {
        let base = Url::parse("https://127.0.0.1:8443/").unwrap();
        for tenant in [
            TENANT_ID,
            TENANT_DOMAIN,
            "common",
            "organizations",
            "COMMON",
        ] {
            for host in ["127.0.0.1", "localhost"] {
                let text = format!("https://{host}:8443/{tenant}/oauth2/v2.0/token");
                assert!(is_token_endpoint(&base, &text), "{text}");
            }
        }
        let version_1 = "https://127.0.0.1:8443/common/oauth2/token";
        assert!(is_token_endpoint(&base, version_1));
        for text in [
            "",
            "https://127.0.0.1:8443/",
            "https://127.0.0.1:8443/common",
            "https://127.0.0.1:8443/common/v2.0",
            "https://127.0.0.1:8443/common/oauth2/v2.0/token/",
            "https://127.0.0.1:8443/common/oauth2/v2.0/token?a=b",
            "https://127.0.0.1:8443/common/oauth2/v2.0/token#a",
            "https://user@127.0.0.1:8443/common/oauth2/v2.0/token",
            "https://127.0.0.1:8443/contoso/oauth2/v2.0/token",
            "https://127.0.0.1:8444/common/oauth2/v2.0/token",
            "http://127.0.0.1:8443/common/oauth2/v2.0/token",
            "https://login.microsoftonline.com/common/oauth2/v2.0/token",
            "https://localhost.example.com:8443/common/oauth2/v2.0/token",
        ] {
            assert!(!is_token_endpoint(&base, text), "{text}");
        }
    }
}
