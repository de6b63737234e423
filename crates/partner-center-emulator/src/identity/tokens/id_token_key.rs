//! Key pair that signs id tokens, so that applications can verify them.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    error::Unspecified,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::signing::encode_part;

/// ECDSA P-256 key pair of one emulator. The identity platform signs with RSA; the key is an
/// elliptic one because an RSA key takes seconds to create.
pub(crate) struct IdTokenKey {
    pair: EcdsaKeyPair,
    random: SystemRandom,
    id: String,
}

/// Header of an id token.
#[derive(Serialize)]
struct Header<'a> {
    typ: &'static str,
    alg: &'static str,
    kid: &'a str,
}

impl IdTokenKey {
    pub(crate) const ALGORITHM: &str = "ES256";

    /// Generates a key pair.
    ///
    /// # Errors
    ///
    /// Returns an error if the operating system has no random numbers.
    pub(crate) fn generate() -> Result<Self, Unspecified> {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random)?;
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random)
            .map_err(|_| Unspecified)?;
        let id = URL_SAFE_NO_PAD.encode(Sha256::digest(pair.public_key()));
        Ok(Self { pair, random, id })
    }

    /// Returns a JSON web token with these claims. Its signature is empty if the operating
    /// system has no random numbers.
    pub(crate) fn encode_jwt(&self, claims: &impl Serialize) -> String {
        let header = Header {
            typ: "JWT",
            alg: Self::ALGORITHM,
            kid: &self.id,
        };
        let signed = format!("{}.{}", encode_part(&header), encode_part(claims));
        let signature = self.pair.sign(&self.random, signed.as_bytes());
        let signature = signature.map(|signature| URL_SAFE_NO_PAD.encode(signature.as_ref()));
        format!("{signed}.{}", signature.unwrap_or_default())
    }

    /// Returns the public key as a JSON web key (RFC 7518, 6.2).
    pub(crate) fn public_jwk(&self) -> Value {
        // The encoding is one byte for the format, then both coordinates (SEC 1, 2.3.3).
        let coordinates = self.pair.public_key().as_ref().get(1..).unwrap_or_default();
        let (x, y) = coordinates.split_at(coordinates.len() / 2);
        json!({
            "kty": "EC",
            "use": "sig",
            "kid": self.id,
            "alg": Self::ALGORITHM,
            "crv": "P-256",
            "x": URL_SAFE_NO_PAD.encode(x),
            "y": URL_SAFE_NO_PAD.encode(y),
        })
    }
}

/// Returns the hash of an authorization code that binds it to the id token beside it (OpenID
/// Connect Core, 3.3.2.11).
pub(crate) fn code_hash(code: &str) -> String {
    let digest = Sha256::digest(code);
    let (left, _) = digest.split_at(digest.len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

impl fmt::Debug for IdTokenKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdTokenKey(<redacted>)")
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    #[test]
    fn the_published_key_verifies_signatures() {
        let key = IdTokenKey::generate().unwrap();
        let token = key.encode_jwt(&json!({"sub": "x"}));
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();

        let jwk = key.public_jwk();
        let coordinate = |name| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
        let public = [vec![4], coordinate("x"), coordinate("y")].concat();
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public);
        assert!(public.verify(signed.as_bytes(), &signature).is_ok());
        assert!(public.verify(b"other", &signature).is_err());
    }

    /// The hash of the example in OpenID Connect Core, A.4.
    #[test]
    fn codes_are_hashed_as_in_the_standard() {
        assert_eq!(
            code_hash("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"),
            "LDktKdoQak3Pk0cnXxCltA"
        );
    }
}
