//! Consistency of the spec's descriptions, which standard tools show, with its extensions, and of
//! its patterns with the values that the client accepts.

use std::collections::BTreeMap;

use partner_center::Timestamp;
use proptest::prelude::*;
use proptest::string::string_regex;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use xtask::spec::Spec;
use xtask::{SPEC_PATH, workspace_root};

use crate::documented::Documented;

fn spec() -> Spec {
    Spec::load(&workspace_root().join(SPEC_PATH)).unwrap()
}

/// Viewers show descriptions but not extensions, so the fields of a query are in both.
#[test]
fn descriptions_list_the_fields_of_queries() {
    let mut checked = 0;
    for operation in spec().operations() {
        let description = operation
            .operation
            .description
            .as_deref()
            .unwrap_or_default();
        let extension = |name: &str| operation.operation.extensions.get(name);
        let filter = extension("x-filter-fields").and_then(Value::as_object);
        let filter: Vec<&str> = filter
            .into_iter()
            .flat_map(|fields| fields.keys().map(String::as_str))
            .collect();
        let id = operation.operation_id;
        let stated = operators(&sentence(description, "Filter fields: "));
        let fields = extension("x-filter-fields").and_then(Value::as_object);
        let expected: BTreeMap<String, Vec<String>> = fields
            .into_iter()
            .flatten()
            .map(|(name, field)| {
                let operators = field.as_array().unwrap().iter();
                let operators = operators.map(|operator| operator.as_str().unwrap().to_owned());
                (name.clone(), operators.collect())
            })
            .collect();
        assert_eq!(stated, expected, "{id}");
        for (extension_name, heading) in [
            ("x-group-fields", "Group fields: "),
            ("x-order-fields", "Order fields: "),
            ("x-group-measures", "Measures: "),
        ] {
            let Some(fields) = extension(extension_name).and_then(Value::as_array) else {
                continue;
            };
            let fields: Vec<&str> = fields.iter().filter_map(Value::as_str).collect();
            let text = sentence(description, heading);
            let stated = match text.as_str() {
                "the filter fields." => sorted(&filter),
                _ => listed(description, heading),
            };
            assert_eq!(stated, sorted(&fields), "{id}: {heading}");
            checked += 1;
        }
    }
    assert!(checked >= 15, "{checked}");
}

/// Returns the text from a heading to the end of its sentence or paragraph.
fn sentence(description: &str, heading: &str) -> String {
    let rest = description.split_once(heading).map_or("", |(_, rest)| rest);
    let paragraph = rest
        .split("\n\n")
        .next()
        .unwrap_or_default()
        .replace('\n', " ");
    match paragraph.split_once(". ") {
        Some((sentence, _)) => format!("{sentence}."),
        None => paragraph,
    }
}

/// Returns the names in backticks of a sentence.
fn listed(description: &str, heading: &str) -> Vec<String> {
    sorted(&in_backticks(&sentence(description, heading)))
}

fn in_backticks(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Returns the operators of each field in a sentence like "`a`, `b` with `eq`; `c` with `ne`.".
fn operators(sentence: &str) -> BTreeMap<String, Vec<String>> {
    let mut operators = BTreeMap::new();
    for group in sentence.split("; ").filter(|group| !group.is_empty()) {
        let (fields, taken) = group.split_once(" with ").unwrap();
        let taken: Vec<String> = in_backticks(taken).into_iter().map(str::to_owned).collect();
        for field in in_backticks(fields) {
            operators.insert(field.to_owned(), taken.clone());
        }
    }
    operators
}

fn sorted(names: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    names.sort();
    names
}

/// Tools that generate values from the schema generate only accepted values (T50).
#[test]
fn every_value_of_the_timestamp_pattern_is_accepted() {
    let spec = spec();
    let pattern = timestamp_pattern(&spec);
    let values = string_regex(pattern.trim_matches(['^', '$'])).unwrap();
    TestRunner::deterministic()
        .run(&values, |text| {
            prop_assert!(text.parse::<Timestamp>().is_ok(), "{text}");
            Ok(())
        })
        .unwrap();
    let pattern = regex::Regex::new(pattern).unwrap();
    for (text, is_date) in [
        ("2020-02-29", true),
        ("2000-02-29T00:00:00", true),
        ("2019-02-29", false),
        ("1900-02-29", false),
        ("2018-04-31", false),
        ("0001-01-01T00:00:00", true),
        ("2018-10-14T24:00:00", false),
        ("2018-10-14T23:59:59.1234567+14:00", true),
        ("2018-10-14T23:59:59.12345678Z", false),
        ("14.10.2018", false),
        ("", false),
    ] {
        assert_eq!(pattern.is_match(text), is_date, "{text}");
    }
}

fn timestamp_pattern(spec: &Spec) -> &str {
    spec.value
        .pointer("/components/parameters/ProcessedDateTime/schema/pattern")
        .and_then(Value::as_str)
        .unwrap()
}

/// Every date property has the same pattern, and every documented date matches it.
#[test]
fn every_documented_date_matches_the_pattern() {
    let spec = spec();
    let pattern = timestamp_pattern(&spec);
    let mut dates = 0;
    for (name, schema) in spec.value["components"]["schemas"].as_object().unwrap() {
        for (property, schema) in schema["properties"].as_object().into_iter().flatten() {
            if schema["format"] == "partner-center-timestamp" {
                assert_eq!(schema["pattern"], pattern, "{name}.{property}");
                dates += 1;
            }
        }
    }
    assert!(dates >= 30, "{dates}");
    let pattern = regex::Regex::new(pattern).unwrap();
    let date = regex::Regex::new(r#""\w*Date(?:Time)?": "([^"]*)""#).unwrap();
    for documented in Documented::all_with_variants() {
        for found in date.captures_iter(&documented.response.body) {
            assert!(
                pattern.is_match(&found[1]),
                "{}: {}",
                documented.name,
                &found[1]
            );
        }
    }
}
