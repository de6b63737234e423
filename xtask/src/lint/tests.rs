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
fn the_document_keeps_every_rule() {
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
fn a_sound_listing_is_left_alone() {
    let findings = lint(&Spec::load(&testdata("good.yaml")).unwrap());
    assert!(findings.is_empty(), "{}", rendered("good.yaml", &findings));
}

#[test]
fn every_rule_finds_its_breach() {
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
fn the_comments_of_the_bad_document_are_true() {
    let text = std::fs::read_to_string(testdata("bad.yaml")).unwrap();
    let findings = lint(&Spec::load(&testdata("bad.yaml")).unwrap());
    for (number, line) in (1..).zip(text.lines()) {
        let Some((code, comment)) = line.split_once('#').and_then(|_| line.rsplit_once("# "))
        else {
            continue;
        };
        for rule in comment.split(", ").filter(|rule| RULES.contains(rule)) {
            // A comment before an element speaks of the lines after it.
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
fn a_finding_reads_well() {
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
