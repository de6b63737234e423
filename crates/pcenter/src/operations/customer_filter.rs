//! Filter of the customer list: a JSON object, unlike all other filters
//! ([T58](partner_center::catalog::deviations#t58)).

use clap::{Arg, ArgMatches};
use serde::{Deserialize, Serialize};

use super::call::value;

/// The flag of the parameter `filter`.
const FILTER: &str = "filter";
const NAME: &str = "name-starts-with";
const DOMAIN: &str = "domain-starts-with";

const FIELDS: [&str; 4] = [
    "CompanyName",
    "Domain",
    "IndirectReseller",
    "IndirectCloudSolutionProvider",
];

/// Filter object, with its keys in the documented order.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CustomerFilter {
    field: String,
    value: String,
    operator: String,
}

impl CustomerFilter {
    fn starts_with(field: &str, value: String) -> Self {
        Self {
            field: field.to_owned(),
            value,
            operator: "starts_with".to_owned(),
        }
    }

    fn read(text: &str) -> Result<Self, String> {
        let example = r#"{"Field":"CompanyName","Value":"Cont","Operator":"starts_with"}"#;
        let filter: Self = serde_json::from_str(text)
            .map_err(|error| format!("{error}; expected a JSON object such as {example}"))?;
        if !FIELDS.contains(&filter.field.as_str()) {
            return Err(format!(
                "unknown `Field`; allowed: {}",
                FIELDS.map(|name| format!("`{name}`")).join(", ")
            ));
        }
        if filter.operator != "starts_with" {
            return Err("the only `Operator` is `starts_with`".to_owned());
        }
        Ok(filter)
    }

    fn text(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }
}

/// Returns the filter for customers whose `field` starts with a text, before percent-encoding.
pub(crate) fn customers_that_start_with(field: &str, text: &str) -> Option<String> {
    CustomerFilter::starts_with(field, text.to_owned()).text()
}

/// Creates the three mutually exclusive flags for the filter.
pub(super) fn flags() -> Vec<Arg> {
    let flag = |name, value| Arg::new(name).long(name).value_name(value);
    vec![
        flag(NAME, "TEXT")
            .help("Only customers whose company name starts with TEXT, case-insensitive"),
        flag(DOMAIN, "TEXT")
            .conflicts_with(NAME)
            .help("Only customers whose domain starts with TEXT, case-insensitive"),
        flag(FILTER, "JSON")
            .conflicts_with_all([NAME, DOMAIN])
            .value_parser(CustomerFilter::read)
            .help(
                "Filter in the JSON format of the service, also for other fields: \
                 {\"Field\":\"IndirectReseller\",\"Value\":\"GUID\",\"Operator\":\"starts_with\"}",
            ),
    ]
}

/// Returns the filter as sent, before percent-encoding.
pub(super) fn read(matches: &ArgMatches) -> Option<String> {
    let by = |flag, field| {
        value::<String>(matches, flag).map(|text| CustomerFilter::starts_with(field, text))
    };
    by(NAME, "CompanyName")
        .or_else(|| by(DOMAIN, "Domain"))
        .or_else(|| value(matches, FILTER))?
        .text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_text_in_the_json_object() {
        let sent = |text: &str| CustomerFilter::starts_with("CompanyName", text.to_owned()).text();
        assert_eq!(
            sent(r#"O'Brien & "Söhne\"#).as_deref(),
            Some(
                r#"{"Field":"CompanyName","Value":"O'Brien & \"Söhne\\","Operator":"starts_with"}"#
            )
        );
    }

    #[test]
    fn refuses_other_objects() {
        for (text, expected) in [
            ("Cont", "expected a JSON object such as"),
            (
                r#"{"Field":"Domain","Value":"a"}"#,
                "missing field `Operator`",
            ),
            (
                r#"{"Field":"Domain","Value":"a","Operator":"starts_with","x":1}"#,
                "unknown field `x`",
            ),
            (
                r#"{"Field":"Name","Value":"a","Operator":"starts_with"}"#,
                "allowed: `CompanyName`",
            ),
            (
                r#"{"Field":"Domain","Value":"a","Operator":"eq"}"#,
                "`starts_with`",
            ),
        ] {
            let error = CustomerFilter::read(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
        // Keys are sent in the documented order.
        let typed = r#" {"Operator":"starts_with", "Value":"a", "Field":"Domain"} "#;
        assert_eq!(
            CustomerFilter::read(typed).unwrap().text().as_deref(),
            Some(r#"{"Field":"Domain","Value":"a","Operator":"starts_with"}"#)
        );
    }
}
