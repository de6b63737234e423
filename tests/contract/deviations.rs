//! Every deviation the spec speaks of has an entry, and every entry names tests that
//! exist.

use std::collections::BTreeSet;
use std::path::Path;

use xtask::{SPEC_PATH, workspace_root};

fn ids(text: &str) -> BTreeSet<String> {
    let id = regex::Regex::new(r"\bT[1-9][0-9]?\b").unwrap();
    id.find_iter(text)
        .map(|found| found.as_str().to_owned())
        .collect()
}

fn deviations() -> String {
    std::fs::read_to_string(workspace_root().join("openapi/deviations.md")).unwrap()
}

#[test]
fn every_id_of_the_spec_and_the_sources_has_an_entry() {
    let root = workspace_root();
    let mut used = ids(&std::fs::read_to_string(root.join(SPEC_PATH)).unwrap());
    for file in rust_files(&root) {
        used.extend(ids(&std::fs::read_to_string(file).unwrap()));
    }
    let headings: String = deviations()
        .lines()
        .filter(|line| line.starts_with("## "))
        .collect();
    let missing: Vec<_> = used.difference(&ids(&headings)).cloned().collect();
    assert!(
        missing.is_empty(),
        "no entry in openapi/deviations.md: {missing:?}"
    );
}

#[test]
fn every_entry_names_a_test_that_exists() {
    let test = regex::Regex::new(
        r"#\[(?:tokio::)?test(?:\([^)]*\))?\]\s*(?:#\[[^\]]*\]\s*)*(?:async )?fn (\w+)",
    )
    .unwrap();
    let mut known = BTreeSet::new();
    for file in rust_files(&workspace_root()) {
        let text = std::fs::read_to_string(file).unwrap();
        known.extend(test.captures_iter(&text).map(|found| found[1].to_owned()));
    }
    let named = regex::Regex::new("`([a-z0-9_]+)`").unwrap();
    let text = deviations();
    let mut entries = 0;
    for entry in text.split("\n## ").skip(1) {
        entries += 1;
        let title = entry.lines().next().unwrap();
        let pinned = entry
            .lines()
            .find_map(|line| line.strip_prefix("**Pinned by** "));
        let pinned = pinned.unwrap_or_else(|| panic!("{title}: no line `**Pinned by** ..`"));
        let tests: Vec<_> = named
            .captures_iter(pinned)
            .map(|found| found[1].to_owned())
            .collect();
        assert!(!tests.is_empty(), "{title}: names no test");
        for name in tests {
            assert!(known.contains(&name), "{title}: there is no test `{name}`");
        }
    }
    assert!(entries >= 64);
}

/// Every hand-written Rust file of the workspace.
pub(crate) fn rust_files(root: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    let mut folders: Vec<_> = ["crates", "tests", "xtask"]
        .map(|name| root.join(name))
        .into();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && name != "generated" {
                folders.push(path);
            } else if name.ends_with(".rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}
