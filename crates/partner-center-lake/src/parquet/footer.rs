use std::collections::BTreeMap;

use parquet::file::metadata::KeyValue;
use partner_center_core::Timestamp;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Sums;
use crate::{LakeError, Origin};

const PREFIX: &str = "partnerCenter.";
const OPERATION: &str = "operation";
const ROWS: &str = "rows";
const STATED_TOTAL: &str = "statedTotal";
const SUMS: &str = "sums";
const DIGEST: &str = "digest";
const DIGEST_BYTES: &str = "digestBytes";
const CORRELATION_ID: &str = "correlationId";
const FETCHED_AT: &str = "fetchedAt";
const SPEC_VERSION: &str = "specVersion";
const COMPLETE: &str = "complete";

/// Facts about the listing whose rows a file has.
///
/// ```
/// use partner_center_lake::{Facts, Origin};
/// use time::macros::datetime;
/// use uuid::Uuid;
///
/// let origin = Origin::new(datetime!(2026-01-31 04:00 UTC), Uuid::nil());
/// let mut facts = Facts::new("azure_usage", origin);
/// facts.stated_total = Some(1_000);
/// assert!(facts.is_complete);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Facts {
    /// The `operationId`.
    pub operation: String,
    /// Origin of the rows.
    pub origin: Origin,
    /// Number of rows that the service states, if it does.
    pub stated_total: Option<u64>,
    /// Whether the file has all rows of the listing.
    pub is_complete: bool,
}

impl Facts {
    /// Creates the facts of a complete listing.
    #[must_use]
    pub fn new(operation: &str, origin: Origin) -> Self {
        Self {
            operation: operation.to_owned(),
            origin,
            stated_total: None,
            is_complete: true,
        }
    }
}

/// Facts in the footer of a Parquet file, with which its content can be checked.
///
/// The keys of the footer are `partnerCenter.operation`, `rows`, `statedTotal`, `sums` (JSON),
/// `digest`, `digestBytes`, `correlationId`, `fetchedAt`, `specVersion` and `complete`.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Footer {
    /// Facts about the listing.
    pub facts: Facts,
    /// Number of rows of the file.
    pub rows: u64,
    /// Sums of the columns of numbers; see [`Sums::texts`].
    pub sums: BTreeMap<String, String>,
    /// SHA-256 of the first [`digest_bytes`](Self::digest_bytes) bytes of the file, in hexadecimal.
    pub digest: String,
    /// Number of bytes of the file up to its indexes and its footer.
    pub digest_bytes: u64,
}

impl Footer {
    /// Returns the facts among the key-value pairs of a footer; `None` if the file was not written
    /// by this program.
    ///
    /// # Errors
    ///
    /// [`LakeError::Footer`] if a value is missing or cannot be read.
    pub fn of(pairs: &[KeyValue]) -> Result<Option<Self>, LakeError> {
        let find = |key: &str| {
            let mut pairs = pairs.iter();
            let pair = pairs.find(|pair| pair.key.strip_prefix(PREFIX) == Some(key));
            pair.and_then(|pair| pair.value.as_deref())
        };
        let Some(operation) = find(OPERATION) else {
            return Ok(None);
        };
        let invalid = |key: &str| LakeError::Footer {
            key: format!("{PREFIX}{key}"),
        };
        let text = |key| find(key).ok_or_else(|| invalid(key));
        let number = |key| text(key)?.parse().map_err(|_| invalid(key));
        let correlation_id = text(CORRELATION_ID)?;
        let fetched_at: Option<Timestamp> = text(FETCHED_AT)?.parse().ok();
        let origin = Origin {
            fetched_at: fetched_at
                .and_then(|moment| moment.to_utc())
                .ok_or_else(|| invalid(FETCHED_AT))?,
            correlation_id: correlation_id
                .parse()
                .map_err(|_| invalid(CORRELATION_ID))?,
            spec_version: text(SPEC_VERSION)?.to_owned(),
        };
        Ok(Some(Self {
            facts: Facts {
                operation: operation.to_owned(),
                origin,
                stated_total: find(STATED_TOTAL)
                    .map(|_| number(STATED_TOTAL))
                    .transpose()?,
                is_complete: match text(COMPLETE)? {
                    "true" => true,
                    "false" => false,
                    _ => return Err(invalid(COMPLETE)),
                },
            },
            rows: number(ROWS)?,
            sums: serde_json::from_str(text(SUMS)?).map_err(|_| invalid(SUMS))?,
            digest: text(DIGEST)?.to_owned(),
            digest_bytes: number(DIGEST_BYTES)?,
        }))
    }

    pub(super) fn new(facts: &Facts, sums: &Sums, digest: String, digest_bytes: u64) -> Self {
        Self {
            facts: facts.clone(),
            rows: sums.rows(),
            sums: sums.texts(),
            digest,
            digest_bytes,
        }
    }

    /// Returns the key-value pairs of the footer.
    pub(super) fn pairs(&self) -> Result<Vec<KeyValue>, LakeError> {
        let Facts {
            operation,
            origin,
            stated_total,
            is_complete,
        } = &self.facts;
        let pairs = [
            (OPERATION, Some(operation.clone())),
            (ROWS, Some(self.rows.to_string())),
            (STATED_TOTAL, stated_total.map(|total| total.to_string())),
            (
                SUMS,
                Some(serde_json::to_string(&self.sums).map_err(LakeError::writing)?),
            ),
            (DIGEST, Some(self.digest.clone())),
            (DIGEST_BYTES, Some(self.digest_bytes.to_string())),
            (CORRELATION_ID, Some(text_of(origin.correlation_id))),
            (FETCHED_AT, Some(moment(origin.fetched_at)?)),
            (SPEC_VERSION, Some(origin.spec_version.clone())),
            (COMPLETE, Some(is_complete.to_string())),
        ];
        let stated = pairs
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)));
        Ok(stated
            .map(|(key, value)| KeyValue::new(format!("{PREFIX}{key}"), value))
            .collect())
    }
}

fn text_of(id: Uuid) -> String {
    id.hyphenated().to_string()
}

fn moment(moment: OffsetDateTime) -> Result<String, LakeError> {
    let moment = Timestamp::try_from(moment.to_offset(time::UtcOffset::UTC));
    Ok(moment.map_err(LakeError::writing)?.to_string())
}
