//! Every program in `examples/` prints the lines that its first comment states.
#![cfg(feature = "client")]
#![allow(
    clippy::unwrap_used,
    reason = "all of this runs in tests, where a panic reports the failure"
)]

use std::path::Path;
use std::process::Command;

/// Programs that are run. A new example is added here; the last test fails until it is.
const EXAMPLES: [&str; 8] = [
    "custom_store",
    "device_code",
    "fan_out",
    "filters",
    "first_call",
    "observer",
    "resume_listing",
    "types_only",
];

#[test]
fn every_example_prints_the_stated_lines() {
    for name in EXAMPLES {
        let source = sources().join(format!("{name}.rs"));
        let program = program(name);
        let built = program.metadata().and_then(|it| it.modified());
        let written = source.metadata().and_then(|it| it.modified()).unwrap();
        assert!(
            built.is_ok_and(|built| built >= written),
            "{} is missing or older than its source; `cargo test` without `--test` builds it",
            program.display()
        );
        let output = Command::new(&program).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {errors}\n{printed}");
        assert_eq!(printed, stated(&source), "{name}");
    }
}

#[test]
fn every_example_is_run() {
    let mut names: Vec<_> = std::fs::read_dir(sources())
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_owned())
        .collect();
    names.sort();
    assert_eq!(names, EXAMPLES);
}

fn sources() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples"))
}

/// Returns the path of an example that cargo has built beside this test.
fn program(name: &str) -> std::path::PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let program = profile.join("examples").join(name);
    program.with_extension(std::env::consts::EXE_EXTENSION)
}

/// Returns the lines of the block `text` in the first comment.
fn stated(source: &Path) -> String {
    let text = std::fs::read_to_string(source).unwrap();
    let (_, block) = text.split_once("//! ```text\n").unwrap();
    let (block, _) = block.split_once("//! ```\n").unwrap();
    let lines = block.lines().map(|line| {
        let line = line.strip_prefix("//!").unwrap();
        format!("{}\n", line.strip_prefix(' ').unwrap_or(line))
    });
    lines.collect()
}
