//! Period of grouped dates.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::QueryError;

/// Period to which all dates in `groupby` are truncated.
///
/// Without a level, the service uses its default, which depends on the operation and is not
/// documented for all operations ([T35](crate::deviations#t35)). The text and JSON formats are
/// `day`, `week` and `month`.
///
/// ```
/// use partner_center_core::query::AggregationLevel;
///
/// let level: AggregationLevel = "Month".parse()?;
/// assert_eq!(level, AggregationLevel::Month);
/// assert_eq!(level.to_string(), "month");
/// # Ok::<(), partner_center_core::query::QueryError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum AggregationLevel {
    /// `day`: a group for every day.
    Day,
    /// `week`: a group for every week; its first day is not documented.
    Week,
    /// `month`: a group for every month.
    Month,
}

impl AggregationLevel {
    /// All levels, from the shortest to the longest.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// Returns the word that is sent.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

impl fmt::Display for AggregationLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for AggregationLevel {
    type Err = QueryError;

    /// Parses `day`, `week` or `month`, case-insensitively.
    ///
    /// # Errors
    ///
    /// [`QueryError`] for any other text.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|level| level.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| QueryError::unknown_level(text))
    }
}

crate::model::conversions::try_from_text! { AggregationLevel, QueryError }

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for AggregationLevel {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AggregationLevel".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "enum": Self::ALL.map(Self::name) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_as_text_and_as_json() {
        for level in AggregationLevel::ALL {
            assert_eq!(level.to_string().to_uppercase().parse(), Ok(level));
            let json = serde_json::to_string(&level).unwrap();
            assert_eq!(json, format!("\"{level}\""));
            assert_eq!(
                serde_json::from_str::<AggregationLevel>(&json).unwrap(),
                level
            );
        }
        // `dateRange` is the default of one operation, but cannot be requested (T35).
        assert_eq!(
            "dateRange"
                .parse::<AggregationLevel>()
                .unwrap_err()
                .to_string(),
            "`dateRange` is not an aggregation level; expected `day`, `week` or `month`"
        );
    }
}
