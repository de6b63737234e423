//! Dependencies between the crates of the workspace, as `docs/architecture.md` describes them.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;
use xtask::workspace_root;

/// Crates of the workspace with the members that each may depend on, in normal and build
/// dependencies.
const ALLOWED: [(&str, &[&str]); 8] = [
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
        &[
            "partner-center",
            "partner-center-catalog",
            "partner-center-core",
        ],
    ),
    // Never the client: each finds faults of the other.
    (
        "partner-center-emulator",
        &["partner-center-catalog", "partner-center-core"],
    ),
    (
        "pcenter",
        &[
            "partner-center",
            "partner-center-catalog",
            "partner-center-core",
            "partner-center-emulator",
            "partner-center-identity",
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
    // The check sees dependencies at all.
    let client = &packages["partner-center"];
    assert!(client.contains(&("partner-center-identity".to_owned(), "normal".to_owned())));
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
