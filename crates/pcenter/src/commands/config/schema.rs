//! JSON Schema of the configuration file. A test compares its keys with those of the parser.

use clap::ValueEnum;
use partner_center::Cloud;
use partner_center::credential::profiles::{Profile, StoreKind};
use serde_json::{Map, Value, json};

use crate::output::Format;
use crate::reference::{DEFAULT_PROFILE, PROFILE_KEYS, PROFILES};

/// Returns the JSON Schema of the file.
pub(super) fn schema() -> Value {
    let name = "^[A-Za-z0-9._-]{1,64}$";
    let keys: Map<String, Value> = PROFILE_KEYS
        .iter()
        .map(|(key, description)| {
            let mut schema = json!({
                "type": "string",
                "description": description,
                "minLength": 1,
            });
            if let Some(words) = words(key) {
                schema["enum"] = json!(words);
            }
            if ["authority", "base_url"].contains(key) {
                schema["format"] = json!("uri");
            }
            if *key == "client_id" {
                schema["format"] = json!("uuid");
            }
            ((*key).to_owned(), schema)
        })
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of pcenter",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            DEFAULT_PROFILE.0: {
                "type": "string",
                "description": DEFAULT_PROFILE.1,
                "pattern": name,
            },
            PROFILES.0: {
                "type": "object",
                "description": PROFILES.1,
                "propertyNames": { "pattern": name },
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["tenant", "client_id"],
                    "properties": keys,
                },
            },
        },
    })
}

/// Returns the words that a key accepts, if they are limited.
fn words(key: &str) -> Option<Vec<String>> {
    match key {
        "cloud" => Some(Cloud::ALL.iter().map(|it| it.name().to_owned()).collect()),
        "store" => Some(StoreKind::NAMES.map(str::to_owned).to_vec()),
        "output" => {
            let formats = Format::value_variants().iter();
            let formats = formats.filter_map(ValueEnum::to_possible_value);
            Some(formats.map(|it| it.get_name().to_owned()).collect())
        }
        _ => None,
    }
}

/// Returns a profile with the keys of the file.
pub(super) fn document(profile: &Profile) -> Value {
    let url = |url: &Option<url::Url>| url.as_ref().map(url::Url::to_string);
    let file = profile.store_file.as_ref();
    let values = [
        Some(profile.tenant.clone()),
        Some(profile.client_id.clone()),
        Some(profile.cloud.name().to_owned()),
        Some(profile.store.name().to_owned()),
        file.map(|file| file.display().to_string()),
        url(&profile.authority),
        url(&profile.base_url),
        profile.scope.clone(),
        profile.output.clone(),
    ];
    let pairs = PROFILE_KEYS.iter().zip(values);
    pairs
        .filter_map(|((key, _), value)| Some(((*key).to_owned(), Value::String(value?))))
        .collect::<Map<_, _>>()
        .into()
}

#[cfg(test)]
mod tests {
    use partner_center::credential::profiles::Config;

    use super::*;

    #[test]
    fn has_the_keys_of_the_parser() {
        let (top, keys) = Config::KEYS;
        assert_eq!([DEFAULT_PROFILE.0, PROFILES.0], top);
        assert_eq!(PROFILE_KEYS.map(|(key, _)| key), keys);
    }
}
