//! Lint of the spec, and comparison of its examples with the documented responses.

use serde_json::Value;
use xtask::spec::Spec;
use xtask::{EXCHANGES_PATH, SPEC_PATH, lint, workspace_root};

use crate::documented::Documented;

fn spec() -> Spec {
    Spec::load(&workspace_root().join(SPEC_PATH)).unwrap()
}

#[test]
fn the_spec_has_no_lint_findings() {
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

/// Snapshot of the findings of a document that violates every rule.
#[test]
fn findings_of_a_bad_spec() {
    let path = "xtask/testdata/bad.yaml";
    let spec = Spec::load(&workspace_root().join(path)).unwrap();
    let mut shown = Vec::new();
    lint::write_findings(&mut shown, path, &lint::lint(&spec)).unwrap();
    insta::assert_snapshot!(String::from_utf8(shown).unwrap());
}

/// The lint validates the examples against their schemas; this test compares them with the
/// documented responses.
#[test]
fn examples_are_the_documented_responses() {
    let spec = spec();
    let operations = spec.operations();
    for (documented, operation) in Documented::all().zip(&operations) {
        let id = documented.operation.id;
        assert_eq!(operation.operation_id, id);
        let body = documented.response.body.trim();
        let status = documented.response.status().unwrap().to_string();
        let media = &operation.value()["responses"][status.as_str()]["content"]["application/json"];
        if body.is_empty() {
            assert!(
                media.is_null(),
                "{id}: an exchange without the body of the spec"
            );
            continue;
        }
        let answer: Value = serde_json::from_str(body).unwrap();
        assert_eq!(
            media["example"], answer,
            "{id}: example and exchange differ"
        );
    }
}
