//! The spec follows the rules of its lint, and its examples are the documented ones.

use serde_json::Value;
use xtask::spec::Spec;
use xtask::{EXCHANGES_PATH, SPEC_PATH, lint, workspace_root};

use crate::documented::Documented;

fn spec() -> Spec {
    Spec::load(&workspace_root().join(SPEC_PATH)).unwrap()
}

#[test]
fn the_lint_has_nothing_to_say() {
    let spec = spec();
    let mut findings = lint::lint(&spec);
    findings.extend(lint::lint_exchanges(
        &spec,
        &workspace_root().join(EXCHANGES_PATH),
    ));
    let mut shown = Vec::new();
    lint::write_findings(&mut shown, SPEC_PATH, &findings).unwrap();
    assert!(findings.is_empty(), "{}", String::from_utf8_lossy(&shown));
}

/// What a maintainer reads after breaking every rule at once.
#[test]
fn findings_of_a_bad_spec() {
    let path = "xtask/testdata/bad.yaml";
    let spec = Spec::load(&workspace_root().join(path)).unwrap();
    let mut shown = Vec::new();
    lint::write_findings(&mut shown, path, &lint::lint(&spec)).unwrap();
    insta::assert_snapshot!(String::from_utf8(shown).unwrap());
}

/// Checked with a JSON Schema validator, the documented bytes against the schema.
#[test]
fn documented_answers_validate_against_their_schemas() {
    let spec = spec();
    for documented in Documented::all() {
        let operation = documented.operation;
        let media = spec
            .operations()
            .into_iter()
            .find(|candidate| candidate.operation_id == operation.id)
            .unwrap()
            .value()["responses"]["200"]["content"]["application/json"]
            .clone();
        let mut schema = media["schema"].clone();
        schema["components"] = openapi_to_json_schema(&spec.value["components"]);
        let validator = jsonschema::draft4::new(&schema).unwrap();
        let answer: Value = serde_json::from_str(&documented.response.body).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&answer)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", operation.id);
        assert_eq!(
            media["example"], answer,
            "{}: example and exchange differ",
            operation.id
        );
        // And the validator does look: without a required property it complains.
        assert!(
            !validator.is_valid(&Value::Array(Vec::new())),
            "{}",
            operation.id
        );
    }
}

/// `nullable` is OpenAPI's own; JSON Schema says it with a list of types.
fn openapi_to_json_schema(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut copy: serde_json::Map<String, Value> = object
                .iter()
                .map(|(key, value)| (key.clone(), openapi_to_json_schema(value)))
                .collect();
            if copy.remove("nullable") == Some(Value::Bool(true))
                && let Some(kind) = copy.get("type").cloned()
            {
                copy.insert("type".to_owned(), serde_json::json!([kind, "null"]));
            }
            Value::Object(copy)
        }
        Value::Array(items) => items.iter().map(openapi_to_json_schema).collect(),
        other => other.clone(),
    }
}
