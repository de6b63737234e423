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

/// Call in a line of the table of commands, such as `words("..", "..")` or `.columns("..")`.
#[derive(Debug)]
struct Call {
    name: String,
    arguments: Vec<String>,
}

impl Call {
    fn texts(&self) -> usize {
        self.arguments.len()
    }
}

/// Returns the calls of each line of the table of commands, with `line` added at its end.
fn command_lines(line: &str) -> Vec<Vec<Call>> {
    let table = workspace_root().join("crates/pcenter/src/operations/table.rs");
    let table = std::fs::read_to_string(table).unwrap();
    let table = table.trim_end().strip_suffix("];").unwrap();
    let table = syn::parse_file(&format!("{table}{line}];")).unwrap();
    let Some(syn::Item::Static(words)) = table.items.last() else {
        panic!("the table is the last item");
    };
    assert_eq!(words.ident, "WORDS");
    let syn::Expr::Reference(lines) = &*words.expr else {
        panic!("the table is a slice");
    };
    let syn::Expr::Array(lines) = &*lines.expr else {
        panic!("the table is a slice");
    };
    lines.elems.iter().map(calls).collect()
}

fn calls(line: &syn::Expr) -> Vec<Call> {
    let (mut calls, name, arguments) = match line {
        syn::Expr::MethodCall(call) => (calls(&call.receiver), call.method.clone(), &call.args),
        syn::Expr::Call(call) => match &*call.func {
            syn::Expr::Path(path) => (
                vec![],
                path.path.require_ident().unwrap().clone(),
                &call.args,
            ),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    let text = |argument: &syn::Expr| match argument {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) => text.value(),
        other => panic!("{other:?}"),
    };
    calls.push(Call {
        name: name.to_string(),
        arguments: arguments.iter().map(text).collect(),
    });
    calls
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
    // The words: one line of the table, with calls that the other lines have too.
    assert_eq!(words.lines().count(), 1);
    let mut lines = command_lines(words);
    let added = lines.pop().unwrap();
    for call in &added {
        let is_same = |other: &Call| other.name == call.name && other.texts() == call.texts();
        assert!(lines.iter().flatten().any(is_same), "{call:?}");
    }
    assert_eq!(added[0].arguments, ["renewals", "renewals"]);
    assert_eq!(added[1].name, "columns");
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
    let operation = after[Path::new("crates/partner-center-catalog/src/generated/operations.rs")]
        .split_once("pub static RENEWALS")
        .unwrap()
        .1
        .split("pub static ")
        .next()
        .unwrap();
    let fields: Vec<_> = operation
        .split("Field::new(")
        .skip(1)
        .map(|field| field.split('"').nth(1).unwrap())
        .collect();
    assert_eq!(fields.len(), 12);
    for column in added[1].arguments[0].split(',') {
        assert!(fields.contains(&column), "`{column}` is not a field");
    }
}
