//! Consistency of `openapi/deviations.md`: one entry per deviation, with existing tests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;
use xtask::spec::Spec;
use xtask::{SPEC_PATH, workspace_root};

/// Number of the last deviation.
const LAST: u32 = 89;

fn ids(text: &str) -> BTreeSet<String> {
    let id = regex::Regex::new(r"\bT[1-9][0-9]?\b").unwrap();
    id.find_iter(text)
        .map(|found| found.as_str().to_owned())
        .collect()
}

/// Returns id and text of every entry, in the order of the file.
fn entries() -> Vec<(String, String)> {
    let path = workspace_root().join("openapi/deviations.md");
    let text = std::fs::read_to_string(path).unwrap();
    let entries = text.split("\n## ").skip(1);
    entries
        .map(|entry| {
            let (id, _) = entry.split_once(" \u{2014} ").unwrap();
            (id.to_owned(), entry.to_owned())
        })
        .collect()
}

#[test]
fn every_deviation_has_one_entry_in_order() {
    let found: Vec<_> = entries().into_iter().map(|(id, _)| id).collect();
    let expected: Vec<_> = (1..=LAST).map(|number| format!("T{number}")).collect();
    assert_eq!(found, expected);
}

#[test]
fn every_id_of_the_spec_and_the_sources_has_an_entry() {
    let root = workspace_root();
    let mut used = ids(&std::fs::read_to_string(root.join(SPEC_PATH)).unwrap());
    for file in rust_files(&root) {
        used.extend(ids(&std::fs::read_to_string(file).unwrap()));
    }
    let entries: BTreeSet<_> = entries().into_iter().map(|(id, _)| id).collect();
    let missing: Vec<_> = used.difference(&entries).cloned().collect();
    assert!(
        missing.is_empty(),
        "no entry in openapi/deviations.md: {missing:?}"
    );
}

/// Ids in the text of the spec are links to their entries.
#[test]
fn ids_in_the_text_of_the_spec_are_links() {
    let spec = Spec::load(&workspace_root().join(SPEC_PATH)).unwrap();
    let link = regex::Regex::new(r"\[(T[0-9]+)\]\(deviations\.md#(t[0-9]+)\)").unwrap();
    let mut descriptions = Vec::new();
    collect_descriptions(&spec.value, &mut descriptions);
    let mut links = 0;
    for description in descriptions {
        for found in link.captures_iter(description) {
            assert_eq!(found[1].to_ascii_lowercase(), found[2], "{description}");
            links += 1;
        }
        let others = link.replace_all(description, "");
        assert!(
            ids(&others).is_empty(),
            "an id that is not a link: {description}"
        );
    }
    assert!(links > 100, "{links}");
    let text = std::fs::read_to_string(workspace_root().join("openapi/deviations.md")).unwrap();
    for (id, _) in entries() {
        let anchor = format!("<a id=\"{}\"></a>\n\n## {id} ", id.to_ascii_lowercase());
        assert_eq!(text.matches(&anchor).count(), 1, "{anchor}");
    }
}

fn collect_descriptions<'v>(value: &'v Value, into: &mut Vec<&'v str>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match (key.as_str(), value) {
                    // Error bodies have a property named `description`.
                    ("example" | "examples", _) => {}
                    ("description", Value::String(text)) => into.push(text),
                    _ => collect_descriptions(value, into),
                }
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect_descriptions(item, into)),
        _ => {}
    }
}

/// Test names in entries must be unique, so that each name identifies one test.
#[test]
fn every_entry_names_tests_that_exist_exactly_once() {
    let places = tests_of_the_workspace();
    let named = regex::Regex::new("`([a-z0-9_]+)`").unwrap();
    for (id, entry) in entries() {
        for part in ["\n**Sources** ", "\n**Our reading** "] {
            assert_eq!(entry.matches(part).count(), 1, "{id}: one line `{part}..`");
        }
        let pinned = entry
            .lines()
            .find_map(|line| line.strip_prefix("**Pinned by** "))
            .unwrap_or_else(|| panic!("{id}: no line `**Pinned by** ..`"));
        let names: Vec<_> = named
            .captures_iter(pinned)
            .map(|found| found[1].to_owned())
            .collect();
        assert!(!names.is_empty(), "{id}: names no test");
        for name in names {
            let places = places.get(&name).map(Vec::as_slice).unwrap_or_default();
            assert!(
                places.len() == 1,
                "{id}: `{name}` is the name of {places:?}"
            );
        }
    }
}

/// Returns the files of all tests by test name.
fn tests_of_the_workspace() -> BTreeMap<String, Vec<PathBuf>> {
    let test = regex::Regex::new(
        r"#\[(?:tokio::)?test(?:\([^)]*\))?\]\s*(?:#\[[^\]]*\]\s*)*(?:async )?fn (\w+)",
    )
    .unwrap();
    let mut places: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for file in rust_files(&workspace_root()) {
        let text = std::fs::read_to_string(&file).unwrap();
        for found in test.captures_iter(&text) {
            let name = found[1].to_owned();
            places.entry(name).or_default().push(file.clone());
        }
    }
    places
}

/// Returns every hand-written Rust file of the workspace.
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
