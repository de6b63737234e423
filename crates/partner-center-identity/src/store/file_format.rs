//! JSON format of the token in a file, a keyring entry or a vault.

use azure_core::credentials::Secret;
use azure_core::time::{parse_rfc3339, to_rfc3339};
use serde::{Deserialize, Serialize};

use crate::{StoreError, StoredRefreshToken};

const FORMAT: &str = "partner-center-refresh-token";
const VERSION: u32 = 1;

#[derive(Deserialize, Serialize)]
struct File {
    format: String,
    version: u32,
    tenant: String,
    client_id: String,
    obtained_at: String,
    refresh_token: Secret,
}

impl File {
    fn of(token: &StoredRefreshToken) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            tenant: token.tenant.clone(),
            client_id: token.client_id.clone(),
            obtained_at: to_rfc3339(&token.obtained_at),
            refresh_token: token.refresh_token.clone(),
        }
    }
}

/// Encodes a token for a file, with line breaks for readers.
pub(crate) fn encode(token: &StoredRefreshToken) -> Result<Vec<u8>, StoreError> {
    let mut bytes = serde_json::to_vec_pretty(&File::of(token)).map_err(not_json)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Encodes a token for a store with a small size limit.
#[cfg(any(feature = "keyring", feature = "key-vault"))]
pub(crate) fn encode_short(token: &StoredRefreshToken) -> Result<Secret, StoreError> {
    let text = serde_json::to_string(&File::of(token)).map_err(not_json)?;
    Ok(Secret::new(text))
}

fn not_json(_: serde_json::Error) -> StoreError {
    StoreError::other("the token cannot be written as JSON")
}

/// Decodes a token. Errors do not include the messages of serde, which can contain values.
pub(crate) fn decode(place: &str, bytes: &[u8]) -> Result<StoredRefreshToken, StoreError> {
    let foreign = |problem| StoreError::NotATokenStore {
        place: place.to_owned(),
        problem,
    };
    // Some editors save a byte order mark.
    let bytes = partner_center_core::internal::strip_byte_order_mark(bytes);
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| {
        if error.is_eof() {
            StoreError::Truncated {
                place: place.to_owned(),
            }
        } else {
            foreign("it is not JSON")
        }
    })?;
    if value.get("format").and_then(|format| format.as_str()) != Some(FORMAT) {
        return Err(foreign("its `format` is not known"));
    }
    if value.get("version").and_then(serde_json::Value::as_u64) != Some(VERSION.into()) {
        return Err(foreign("its `version` is not supported"));
    }
    let file: File =
        serde_json::from_value(value).map_err(|_| foreign("a field is missing or wrong"))?;
    if file.refresh_token.secret().trim().is_empty() {
        return Err(foreign("its `refresh_token` is empty"));
    }
    Ok(StoredRefreshToken {
        obtained_at: parse_rfc3339(&file.obtained_at)
            .map_err(|_| foreign("its `obtained_at` is not a date and time"))?,
        refresh_token: file.refresh_token,
        tenant: file.tenant,
        client_id: file.client_id,
    })
}
