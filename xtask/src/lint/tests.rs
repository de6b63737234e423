use std::path::{Path, PathBuf};

use super::*;

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(name)
}

fn project(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../openapi")
        .join(name)
}

fn rendered(file: &str, findings: &[Finding]) -> String {
    let mut out = Vec::new();
    write_findings(&mut out, file, findings).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_document_has_no_findings() {
    let spec = Spec::load(&project("partner-center.yaml")).unwrap();
    let findings = lint(&spec);
    assert!(
        findings.is_empty(),
        "{}",
        rendered("openapi/partner-center.yaml", &findings)
    );
    let findings = lint_exchanges(&spec, &project("exchanges"));
    assert!(
        findings.is_empty(),
        "{}",
        rendered("openapi/partner-center.yaml", &findings)
    );
}

#[test]
fn a_valid_listing_has_no_findings() {
    let findings = lint(&Spec::load(&testdata("good.yaml")).unwrap());
    assert!(findings.is_empty(), "{}", rendered("good.yaml", &findings));
}

#[test]
fn every_rule_finds_its_violation() {
    let spec = Spec::load(&testdata("bad.yaml")).unwrap();
    let mut findings = lint(&spec);
    let exchanges = Spec::load(&testdata("exchanges.yaml")).unwrap();
    findings.extend(lint_exchanges(&exchanges, &testdata("exchanges")));
    let missing: Vec<_> = RULES
        .iter()
        .filter(|rule| !findings.iter().any(|finding| finding.rule == **rule))
        .collect();
    assert!(
        missing.is_empty(),
        "{missing:?}\n{}",
        rendered("bad.yaml", &findings)
    );
    let unlisted: Vec<_> = findings
        .iter()
        .filter(|finding| !RULES.contains(&finding.rule))
        .collect();
    assert!(unlisted.is_empty(), "{unlisted:?}");
}

#[test]
fn the_comments_of_the_bad_document_match_its_findings() {
    let text = std::fs::read_to_string(testdata("bad.yaml")).unwrap();
    let findings = lint(&Spec::load(&testdata("bad.yaml")).unwrap());
    for (number, line) in (1..).zip(text.lines()) {
        let Some((code, comment)) = line.split_once('#').and_then(|_| line.rsplit_once("# "))
        else {
            continue;
        };
        for rule in comment.split(", ").filter(|rule| RULES.contains(rule)) {
            // A comment before an element applies to the lines after it.
            let near = if code.trim().is_empty() {
                number..number + 6
            } else {
                number..number + 8
            };
            let found = findings
                .iter()
                .any(|f| f.rule == rule && f.line.is_some_and(|line| near.contains(&line)));
            assert!(
                found,
                "line {number}: {rule}\n{}",
                rendered("bad.yaml", &findings)
            );
        }
    }
}

#[test]
fn findings_are_in_document_order_and_complete() {
    let spec = Spec::load(&testdata("bad.yaml")).unwrap();
    let findings = lint(&spec);
    assert!(findings.is_sorted_by_key(|finding| finding.line));
    assert_eq!(findings, lint(&spec));
    for finding in &findings {
        assert!(
            ![&finding.what, &finding.why, &finding.fix]
                .iter()
                .any(|text| text.is_empty())
        );
        assert!(!finding.what.contains('\n'), "{finding:?}");
    }
    for (position, rule) in RULES.iter().enumerate() {
        assert!(!RULES[..position].contains(rule), "{rule} is listed twice");
        assert!(
            rule.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
            "{rule}"
        );
    }
}

#[test]
fn findings_have_place_problem_reason_and_fix() {
    let spec = Spec::load(&testdata("bad.yaml")).unwrap();
    let findings: Vec<_> = lint(&spec)
        .into_iter()
        .filter(|f| f.rule == "operation-id-snake-case")
        .collect();
    assert_eq!(
        rendered("openapi/partner-center.yaml", &findings),
        "openapi/partner-center.yaml:13: /paths/~1v1~1nothing/get/operationId
  operation-id-snake-case: `GetNothing` is not in snake_case
  why: the method gets another name than the id, and the folder of its documented exchange is not found
  fix: write `get_nothing`

"
    );
}

#[test]
fn a_missing_folder_of_exchanges_is_a_finding() {
    let spec = Spec::load(&testdata("exchanges.yaml")).unwrap();
    let findings = lint_exchanges(&spec, &testdata("no-such-folder"));
    assert_eq!(
        findings.iter().map(|f| f.rule).collect::<Vec<_>>(),
        ["exchange-file"]
    );
}

/// Returns a document with this many operations that refer to each other's schemas.
fn large(operations: usize) -> String {
    let mut text = "openapi: 3.0.3\ninfo: { title: t, version: v1 }\npaths:\n".to_owned();
    for number in 0..operations {
        text.push_str(&format!(
            "  /v1/things{number}:\n    get:\n      operationId: things_{number}\n      \
             description: '{}'\n      responses:\n        '200': {{ description: d, content: \
             {{ application/json: {{ schema: {{ $ref: '#/components/schemas/T{number}' }} }} }} }}\n",
            "words ".repeat(250)
        ));
    }
    text.push_str("components:\n  schemas:\n");
    for number in 0..operations {
        let next = (number + 1) % operations;
        text.push_str(&format!(
            "    T{number}: {{ type: object, properties: {{ next: {{ $ref: \
             '#/components/schemas/T{next}' }} }} }}\n"
        ));
    }
    text
}

#[test]
fn every_finding_is_shown_in_the_order_of_the_file() {
    let spec = Spec::parse("t.yaml", large(50)).unwrap();
    let findings = lint_all(&spec, &testdata("no-such-folder"));
    let (errors, warnings) = count(&findings);
    assert!(errors > 400 && warnings == 0, "{errors}, {warnings}");
    let lines: Vec<_> = findings.iter().map_while(|finding| finding.line).collect();
    assert!(lines.is_sorted());
    let shown = rendered("t.yaml", &findings);
    assert_eq!(shown.matches("\n  why: ").count(), findings.len());
}

#[test]
fn a_document_of_two_megabytes_is_read() {
    let text = large(1_200);
    assert!(text.len() > 2 << 20, "{}", text.len());
    let spec = Spec::parse("t.yaml", text).unwrap();
    assert_eq!(spec.operations().len(), 1_200);
    let first = spec.operations()[0].pointer.clone();
    assert!(
        lint(&spec)
            .iter()
            .any(|finding| finding.pointer == first && finding.rule == "operation-summary")
    );
}

#[test]
fn anchors_are_resolved_and_circles_are_errors_with_a_place() {
    let document = |paths: &str, schemas: &str| {
        let text = format!(
            "openapi: 3.0.3\ninfo: {{ title: t, version: v1 }}\npaths: {{{paths}}}\n\
             components:\n  schemas:\n{schemas}"
        );
        Spec::parse("t.yaml", text).map_err(|error| error.to_string())
    };
    let anchors = "    A: &a { type: string, description: d }\n    B: *a\n";
    let spec = document("", anchors).unwrap();
    assert_eq!(spec.value["components"]["schemas"]["B"]["type"], "string");
    let circle = document("", "    A: &a { type: object, properties: { a: *a } }\n").unwrap_err();
    assert!(
        circle.starts_with("t.yaml:6:44: the anchor is used inside"),
        "{circle}"
    );
    let unknown = document("", "    A: *nowhere\n").unwrap_err();
    assert!(unknown.starts_with("t.yaml:6:"), "{unknown}");
    let references =
        "    A: { $ref: '#/components/schemas/B' }\n    B: { $ref: '#/components/schemas/A' }\n";
    let circle = document("", references).unwrap_err();
    assert!(circle.contains("circle"), "{circle}");
    let property =
        "    A: { type: object, properties: { a: { $ref: '#/components/schemas/A' } } }\n";
    let spec = document("", property).unwrap();
    let rules: Vec<_> = lint(&spec).iter().map(|finding| finding.rule).collect();
    assert!(!rules.contains(&"schema-all-of-circle"), "{rules:?}");
}
