//! Dependencies between the crates of the workspace, as `docs/architecture.md` lists them.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;
use xtask::workspace_root;

/// Crates of the workspace with the members that each depends on, in normal and build dependencies.
const ALLOWED: [(&str, &[&str]); 10] = [
    ("partner-center-catalog", &[]),
    ("partner-center-core", &["partner-center-catalog"]),
    ("partner-center-identity", &["partner-center-core"]),
    (
        "partner-center",
        &[
            "partner-center-catalog",
            "partner-center-core",
            "partner-center-identity",
        ],
    ),
    (
        "partner-center-httpmock",
        &["partner-center", "partner-center-core"],
    ),
    // Never the client: each finds faults of the other.
    (
        "partner-center-emulator",
        &["partner-center-catalog", "partner-center-core"],
    ),
    (
        "partner-center-reports",
        &[
            "partner-center",
            "partner-center-catalog",
            "partner-center-core",
        ],
    ),
    (
        "partner-center-lake",
        &["partner-center-catalog", "partner-center-core"],
    ),
    (
        "pcenter",
        &[
            "partner-center",
            "partner-center-core",
            "partner-center-emulator",
            "partner-center-lake",
            "partner-center-reports",
        ],
    ),
    ("xtask", &[]),
];

/// Crates whose development dependencies follow the same rule. A cycle of them would compile two
/// copies of a crate for its own tests, whose types differ.
const ALSO_IN_TESTS: [&str; 3] = ["partner-center-catalog", "partner-center-core", "xtask"];

#[test]
fn crates_depend_only_on_the_crates_below_them() {
    let packages = packages();
    let mut forbidden = Vec::new();
    let mut missing = Vec::new();
    for (name, dependencies) in &packages {
        if matches!(
            name.as_str(),
            "contract-tests" | "fuzz-properties" | "kitchen-sink"
        ) {
            continue;
        }
        let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| known == name) else {
            panic!("`{name}` is new: add it to the table of this test and to docs/architecture.md");
        };
        for dependency in *allowed {
            if !dependencies
                .iter()
                .any(|(it, kind)| it == dependency && kind != "dev")
            {
                missing.push(format!("{name} -> {dependency}"));
            }
        }
        for (dependency, kind) in dependencies {
            let counts = kind != "dev" || ALSO_IN_TESTS.contains(&name.as_str());
            if counts
                && packages.contains_key(dependency)
                && !allowed.contains(&dependency.as_str())
            {
                forbidden.push(format!("{name} -> {dependency} ({kind})"));
            }
        }
    }
    assert!(forbidden.is_empty(), "{forbidden:#?}");
    // The check sees dependencies at all, and the table allows none that a manifest does not have.
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn the_document_lists_the_same_dependencies() {
    let path = workspace_root().join("docs/architecture.md");
    let text = std::fs::read_to_string(path).unwrap();
    for (name, allowed) in ALLOWED {
        let row = text
            .lines()
            .find(|line| line.starts_with(&format!("| `{name}` |")))
            .unwrap_or_else(|| panic!("the table of crates has no row for `{name}`"));
        let dependencies = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        // Without the remark in parentheses.
        let dependencies = dependencies.split(" (").next().unwrap();
        let mut listed: Vec<_> = dependencies
            .split(", ")
            .filter(|it| *it != "nothing")
            .collect();
        let mut expected: Vec<_> = allowed
            .iter()
            .map(|it| match *it {
                "partner-center" => "client",
                other => other.trim_start_matches("partner-center-"),
            })
            .collect();
        listed.sort_unstable();
        expected.sort_unstable();
        assert_eq!(listed, expected, "{name}");
    }
}

/// Returns the members of the workspace with the names and kinds of their dependencies.
fn packages() -> BTreeMap<String, Vec<(String, String)>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(workspace_root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            let dependencies = dependencies.map(|it| {
                let kind = text(&it["kind"]).unwrap_or_else(|| "normal".to_owned());
                (text(&it["name"]).unwrap(), kind)
            });
            (text(&package["name"]).unwrap(), dependencies.collect())
        })
        .collect()
}
