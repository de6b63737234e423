//! Signatures of access and refresh tokens.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac, digest::Key};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::Sha256;
use uuid::Uuid;

const ALGORITHM: &str = "HS256";

/// Random signing key of one emulator, so that no emulator accepts the tokens of another.
pub(crate) struct SigningKey([u8; 64]);

/// Header of a JSON web token.
#[derive(Serialize, Deserialize)]
struct Header {
    typ: String,
    alg: String,
}

/// Reason why a text is not a token of this emulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JwtFault {
    /// The text is not three base64url parts that contain JSON.
    NotJwt,
    /// The token is signed with another key, or not signed.
    Signature,
}

impl SigningKey {
    pub(crate) fn random() -> Self {
        let mut key = [0; 64];
        for part in key.chunks_mut(16) {
            part.copy_from_slice(Uuid::new_v4().as_bytes());
        }
        Self(key)
    }

    /// Returns the signature of a text, base64url without padding.
    pub(crate) fn sign(&self, text: &str) -> String {
        let signature = self.mac(text).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode(signature)
    }

    /// Returns whether `signature` was made by [`sign`](Self::sign) for the same text.
    pub(crate) fn verify(&self, text: &str, signature: &str) -> bool {
        URL_SAFE_NO_PAD
            .decode(signature)
            .is_ok_and(|signature| self.mac(text).verify_slice(&signature).is_ok())
    }

    /// Returns a JSON web token with these claims.
    pub(crate) fn encode_jwt(&self, claims: &impl Serialize) -> String {
        let header = Header {
            typ: "JWT".to_owned(),
            alg: ALGORITHM.to_owned(),
        };
        let signed = format!("{}.{}", encode_part(&header), encode_part(claims));
        let signature = self.sign(&signed);
        format!("{signed}.{signature}")
    }

    /// Returns the claims of a JSON web token signed with this key.
    pub(crate) fn decode_jwt<C: DeserializeOwned>(&self, token: &str) -> Result<C, JwtFault> {
        let (signed, signature) = token.rsplit_once('.').ok_or(JwtFault::NotJwt)?;
        let (header, payload) = signed.split_once('.').ok_or(JwtFault::NotJwt)?;
        let header: Header = decode_part(header)?;
        decode_part::<serde::de::IgnoredAny>(payload)?;
        if header.alg != ALGORITHM || !self.verify(signed, signature) {
            return Err(JwtFault::Signature);
        }
        decode_part(payload)
    }

    fn mac(&self, text: &str) -> Hmac<Sha256> {
        Hmac::<Sha256>::new(&Key::<Hmac<Sha256>>::from(self.0)).chain_update(text)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SigningKey(<redacted>)")
    }
}

/// Encodes one part of a JSON web token.
pub(super) fn encode_part(part: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).unwrap_or_default())
}

/// Decodes one part of a JSON web token.
pub(crate) fn decode_part<P: DeserializeOwned>(part: &str) -> Result<P, JwtFault> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| JwtFault::NotJwt)?;
    serde_json::from_slice(&json).map_err(|_| JwtFault::NotJwt)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn claims_round_trip() {
        let key = SigningKey::random();
        let token = key.encode_jwt(&json!({"aud": "x"}));
        assert_eq!(key.decode_jwt(&token), Ok(json!({"aud": "x"})));
    }

    #[test]
    fn another_key_or_algorithm_is_rejected() {
        let (key, other) = (SigningKey::random(), SigningKey::random());
        let token = key.encode_jwt(&json!({}));
        assert_eq!(other.decode_jwt::<Value>(&token), Err(JwtFault::Signature));

        let none = encode_part(&json!({"typ": "JWT", "alg": "none"}));
        let payload = encode_part(&json!({}));
        for signature in [String::new(), key.sign(&format!("{none}.{payload}"))] {
            assert_eq!(
                key.decode_jwt::<Value>(&format!("{none}.{payload}.{signature}")),
                Err(JwtFault::Signature)
            );
        }
    }

    #[test]
    fn malformed_tokens_are_rejected() {
        let key = SigningKey::random();
        for text in ["", ".", "..", "...", "a.b.c", "e30.e30.", "é.é.é", "abc"] {
            assert_eq!(
                key.decode_jwt::<Value>(text),
                Err(JwtFault::NotJwt),
                "{text}"
            );
        }
    }

    #[test]
    fn the_key_is_not_shown() {
        assert_eq!(
            format!("{:?}", SigningKey::random()),
            "SigningKey(<redacted>)"
        );
    }
}
