//! Access and id tokens: claims, issuing and signatures.

pub(crate) mod claims;
pub(crate) mod id_token_key;
pub(crate) mod issuer;
pub(crate) mod signing;
pub(crate) mod token_options;
