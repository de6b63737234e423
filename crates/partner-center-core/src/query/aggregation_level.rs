//! The period to which grouped dates are cut.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::QueryError;

/// The period to which the dates in `groupby` are cut, all of them alike.
///
/// Without one the service's default holds, which is another one for each operation and not
/// documented for all (T35). Written, and in JSON, as `day`, `week` and `month`.
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
    /// Every level, the shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The word that is sent.
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

    /// Reads `day`, `week` or `month`, in any letter case.
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

impl TryFrom<&str> for AggregationLevel {
    type Error = QueryError;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl TryFrom<&String> for AggregationLevel {
    type Error = QueryError;

    fn try_from(text: &String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl TryFrom<String> for AggregationLevel {
    type Error = QueryError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

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
        // The default of one operation, which is not a level to ask for (T35).
        assert_eq!(
            "dateRange"
                .parse::<AggregationLevel>()
                .unwrap_err()
                .to_string(),
            "`dateRange` is not an aggregation level; expected `day`, `week` or `month`"
        );
    }
}
