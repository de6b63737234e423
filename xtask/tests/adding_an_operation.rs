//! The section "Adding an operation" of CONTRIBUTING.md, played on a copy of the workspace.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use xtask::generate::generate;
use xtask::lint::{lint, lint_exchanges};
use xtask::spec::Spec;
use xtask::{EXCHANGES_PATH, KITCHEN_SINK_PATH, SPEC_PATH, workspace_root};

/// The blocks of code in the section, in their order.
fn blocks() -> Vec<String> {
    let text = std::fs::read_to_string(workspace_root().join("CONTRIBUTING.md")).unwrap();
    let (_, section) = text.split_once("\n## Adding an operation\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let fences = section.split("```").skip(1).step_by(2);
    let code = fences.map(|block| block.split_once('\n').unwrap().1.to_owned());
    code.collect()
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(from, to).unwrap();
    }
}

fn generated(root: &Path) -> BTreeMap<PathBuf, String> {
    let spec = Spec::load(&root.join(SPEC_PATH)).unwrap();
    let files = generate(&spec, root).unwrap().into_iter();
    files.map(|file| (file.path, file.content)).collect()
}

#[test]
fn a_new_operation_takes_four_edits() {
    let blocks = blocks();
    let [
        operation,
        schemas,
        request,
        response,
        source,
        words,
        changelog,
    ] = blocks.as_slice()
    else {
        panic!("{} blocks", blocks.len());
    };
    let copied = tempfile::tempdir().unwrap();
    let root = copied.path();
    for path in ["openapi", "README.md", KITCHEN_SINK_PATH] {
        copy(&workspace_root().join(path), &root.join(path));
    }
    let before = generated(root);

    // The spec.
    let path = root.join(SPEC_PATH);
    let spec = std::fs::read_to_string(&path).unwrap();
    let spec = spec.replacen(
        "\ncomponents:\n",
        &format!("\n{operation}\ncomponents:\n"),
        1,
    );
    let spec = spec.replacen("\n  schemas:\n", &format!("\n  schemas:\n{schemas}\n"), 1);
    std::fs::write(&path, spec).unwrap();
    // The exchange.
    let folder = root.join(EXCHANGES_PATH).join("renewals");
    std::fs::create_dir(&folder).unwrap();
    for (file, text) in [
        ("request.http", request),
        ("response.http", response),
        ("source.txt", source),
    ] {
        std::fs::write(folder.join(file), text.trim_end()).unwrap();
    }
    // The words: one line of the table, which has this form.
    let table = "crates/pcenter/src/reports/table.rs";
    let table = std::fs::read_to_string(workspace_root().join(table)).unwrap();
    assert_eq!(words.lines().count(), 1);
    let form = |line: &str| line.starts_with("    words(\"") && line.ends_with("),");
    assert!(form(words.trim_end()) && table.lines().any(form));
    assert!(changelog.starts_with("- "));

    let spec = Spec::load(&path).unwrap();
    let mut findings = lint(&spec);
    findings.extend(lint_exchanges(&spec, &root.join(EXCHANGES_PATH)));
    assert!(findings.is_empty(), "{findings:?}");

    let after = generated(root);
    for (file, expected) in [
        (
            "crates/partner-center-catalog/src/generated/operations.rs",
            &[
                "&RENEWALS,",
                "pub static RENEWALS: Operation = Operation::new(",
                ".with_pages(Some(5000))",
                ".with_measures(&[\"licenseCount\"])",
                "\"Licences that renew, a count\"",
            ][..],
        ),
        (
            "crates/partner-center/src/generated/builder.rs",
            &["pub struct Renewals<'a>", "Filter<super::fields::Renewals>"],
        ),
        (
            "crates/partner-center/src/generated/client.rs",
            &["pub fn renewals(&self)"],
        ),
        (
            "crates/partner-center/src/generated/fields.rs",
            &[
                "const OPERATION: &'static Operation = &operations::RENEWALS;",
                "pub const RENEWAL_DATE: Field<",
            ],
        ),
        (
            "crates/partner-center/src/generated/types.rs",
            &["pub struct Renewal {", "pub unit_price:"],
        ),
        (
            "crates/pcenter/src/generated/commands.rs",
            &[
                "operation: &operations::RENEWALS,",
                "prepare: renewals,",
                "flags: of_query::<fields::Renewals>,",
                "let mut request = client.renewals();",
            ],
        ),
        (
            "crates/partner-center-emulator/src/generated/responses.rs",
            &["operation: &operations::RENEWALS,", "\"termMonths\\\":12"],
        ),
        (
            "crates/partner-center-httpmock/src/generated/mocks.rs",
            &["fn renewals<F>("],
        ),
        ("tests/src/generated/cases.rs", &["async fn renewals("]),
        (
            "README.md",
            &["| `renewals` | `GET /partner/v1/analytics/renewals` |"],
        ),
    ] {
        let path = Path::new(file);
        for text in expected {
            assert!(!before[path].contains(text), "{file} had {text}");
            assert!(after[path].contains(text), "{file} has no {text}");
        }
    }
    let columns = after[Path::new("crates/partner-center-catalog/src/generated/operations.rs")]
        .split_once("pub static RENEWALS")
        .unwrap()
        .1
        .split("pub static ")
        .next()
        .unwrap()
        .matches("Field::new(")
        .count();
    assert_eq!(columns, 12);
}
