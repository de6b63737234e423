//! Bill of materials in the format CycloneDX, by cargo-cyclonedx.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::PROGRAM;
use crate::cargo_tool::{cargo, install_with};

/// Version of cargo-cyclonedx.
const VERSION: &str = "0.5.9";

/// Name of the files that it writes, without extension. It writes one beside the manifest of every
/// member of the workspace, and all are removed again.
const STEM: &str = "dist-sbom";

/// Writes the bill of materials of the program, and returns the number of its components.
pub(super) fn write(
    root: &Path,
    target: &str,
    path: &Path,
    out: &mut dyn Write,
) -> io::Result<usize> {
    // Without optimisation, the tool is built in a third of the time and needs one second to run.
    let tool = install_with(root, "cargo-cyclonedx", VERSION, &["--debug", "--config", "profile.dev.debug=0"], out)?;
    let manifest = root.join("crates").join(PROGRAM).join("Cargo.toml");
    let status = Command::new(tool)
        .args([
            "cyclonedx",
            "--quiet",
            "--format",
            "json",
            "--spec-version",
            "1.5",
        ])
        .args(["--features", "full", "--target", target, "--no-build-deps"])
        .args(["--override-filename", STEM, "--manifest-path"])
        .arg(&manifest)
        .current_dir(root)
        .status()?;
    let written = manifest.with_file_name(format!("{STEM}.json"));
    let text = std::fs::read(&written);
    for folder in members(root)? {
        match std::fs::remove_file(folder.join(format!("{STEM}.json"))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    if !status.success() {
        return Err(io::Error::other("cargo-cyclonedx failed"));
    }
    let text = text?;
    let components = check(&text)?;
    std::fs::write(path, text)?;
    Ok(components)
}

/// Checks the parts that readers of the file rely on, and returns the number of components.
fn check(text: &[u8]) -> io::Result<usize> {
    let document: Value = serde_json::from_slice(text)?;
    let described = &document["metadata"]["component"]["name"];
    let components = document["components"].as_array().map_or(0, Vec::len);
    match document["bomFormat"] == "CycloneDX" && described == PROGRAM && components > 0 {
        true => Ok(components),
        false => Err(io::Error::other(
            "the bill of materials does not describe the program",
        )),
    }
}

/// Returns the folders of all members of the workspace.
fn members(root: &Path) -> io::Result<Vec<PathBuf>> {
    let output = cargo()
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(root)
        .output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let folders = packages.filter_map(|package| {
        let manifest = Path::new(package["manifest_path"].as_str()?);
        manifest.parent().map(Path::to_owned)
    });
    Ok(folders.collect())
}
