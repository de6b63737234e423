//! Check of every seed of the fuzz targets, with any toolchain.

#![allow(
    clippy::unwrap_used,
    reason = "all code here runs in tests, which report a failure by a panic"
)]

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use fuzz_properties::TARGETS;

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut files: Vec<_> = entries
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Runs the inputs, and returns the names of those for which the property does not hold.
fn broken(target: &str, property: fn(&[u8]), inputs: &[(String, Vec<u8>)]) -> Vec<String> {
    let fails = |input: &[u8]| catch_unwind(|| property(input)).is_err();
    let broken = inputs.iter().filter(|(_, input)| fails(input));
    broken.map(|(name, _)| format!("{target}/{name}")).collect()
}

#[test]
fn properties_hold_for_every_seed() {
    let mut all = Vec::new();
    for (target, property) in TARGETS {
        let seeds = files(&project().join("seeds").join(target));
        assert!(seeds.len() >= 5, "{target} has {} seeds", seeds.len());
        all.extend(broken(target, property, &seeds));
    }
    assert!(all.is_empty(), "{all:#?}");
}

#[test]
fn properties_hold_for_every_documented_response() {
    let bodies = xtask::fuzz::documented_bodies(&xtask::workspace_root()).unwrap();
    let all = TARGETS.map(|(target, property)| broken(target, property, &bodies));
    assert!(all.concat().is_empty(), "{all:#?}");
}

#[test]
fn every_property_is_a_fuzz_target() {
    let mut names = Vec::new();
    for (file, content) in files(&project().join("fuzz_targets")) {
        let target = file.strip_suffix(".rs").unwrap().to_owned();
        let call = format!("fuzz_target!(|data: &[u8]| fuzz_properties::{target}(data));");
        let content = String::from_utf8(content).unwrap();
        assert!(content.contains(&call), "{file}");
        names.push(target);
    }
    assert_eq!(names, TARGETS.map(|(name, _)| name));
    let manifest = fs::read_to_string(project().join("Cargo.toml")).unwrap();
    assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
}
