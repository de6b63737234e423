//! Checks the documentation of variables, exit codes and credentials against their tables.

#![allow(
    clippy::unwrap_used,
    reason = "all of this runs in tests, where a panic is how a failure is reported"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pcenter::reference;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Names that begin with `PCENTER_`, which is the prefix of all variables.
fn variables(text: &str) -> BTreeSet<&str> {
    let names = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    names
        .filter(|name| name.len() > "PCENTER_".len() && name.starts_with("PCENTER_"))
        .collect()
}

/// `UPDATE_REFERENCE=1` writes the page.
#[test]
fn the_reference_page_is_up_to_date() {
    let page = root().join("docs/reference.md");
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        fs::write(&page, reference()).unwrap();
    }
    assert_eq!(fs::read_to_string(&page).unwrap(), reference());
}

#[test]
fn documents_name_only_variables_of_the_reference() {
    let reference = reference();
    let mut known = variables(&reference);
    // Chooses a live tenant for the behaviour suite; `pcenter` does not read it.
    known.insert("PCENTER_LIVE");
    // Saves pictures in the tests in a browser.
    known.insert("PCENTER_SCREENSHOTS");
    for document in [
        "README.md",
        "CONTRIBUTING.md",
        "docs/command-line.md",
        "docs/sign-in.md",
    ] {
        let text = fs::read_to_string(root().join(document)).unwrap();
        let unknown: Vec<_> = variables(&text).difference(&known).copied().collect();
        assert!(unknown.is_empty(), "{document}: {unknown:?}");
    }
}

/// The sign-in guide lists the credentials in the order of the reference.
#[test]
fn the_sign_in_guide_has_the_order_of_the_reference() {
    let reference = reference();
    let credentials = reference.split("## Credentials").nth(1).unwrap();
    let mut names = credentials.lines().filter_map(|line| {
        let (position, rest) = line.split_once(". `")?;
        position.parse::<u8>().ok()?;
        rest.split('`').next()
    });
    let guide = fs::read_to_string(root().join("docs/sign-in.md")).unwrap();
    let mut listed = guide
        .lines()
        .skip_while(|line| !line.starts_with("1. `--emulator`"));
    let mut count = 0;
    for name in names.by_ref() {
        let line = listed.next().unwrap();
        assert!(line.contains(&format!("`{name}`")), "{name}: {line}");
        count += 1;
    }
    assert_eq!(count, 7);
}

/// The sources spell names of variables in messages, which the tables cannot provide.
#[test]
fn sources_name_only_variables_of_the_reference() {
    fn check(folder: &Path, known: &BTreeSet<&str>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                check(&path, known);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let unknown: Vec<_> = variables(&text).difference(known).copied().collect();
            assert!(unknown.is_empty(), "{}: {unknown:?}", path.display());
        }
    }
    let reference = reference();
    let mut known = variables(&reference);
    // Read by the compiler, not by the program.
    known.insert("PCENTER_COMMIT");
    check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &known);
}
