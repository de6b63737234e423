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
    modified: u64,
    path: &Path,
    out: &mut dyn Write,
) -> io::Result<usize> {
    // Without optimisation, the tool is built in a third of the time and needs one second to run.
    let tool = install_with(
        root,
        "cargo-cyclonedx",
        VERSION,
        &["--debug", "--config", "profile.dev.debug=0"],
        out,
    )?;
    let manifest = root.join("crates").join(PROGRAM).join("Cargo.toml");
    let status = Command::new(tool)
        .args([
            "cyclonedx",
            "-qq",
            "--format",
            "json",
            "--spec-version",
            "1.5",
        ])
        .args(["--features", "full", "--target", target, "--no-build-deps"])
        .args(["--override-filename", STEM, "--manifest-path"])
        .arg(&manifest)
        // Its time of creation; without this, also a random number.
        .env("SOURCE_DATE_EPOCH", modified.to_string())
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
    let text = without_folder(&String::from_utf8_lossy(&text?), root);
    let components = check(text.as_bytes())?;
    std::fs::write(path, text)?;
    Ok(components)
}

/// Returns the document without the folder of the workspace, which is part of the ids of its members.
fn without_folder(text: &str, root: &Path) -> String {
    let root = root.to_string_lossy().replace('\\', "/");
    let root = root.trim_start_matches('/');
    text.replace(&format!("file:///{root}/"), "file:///")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_do_not_name_the_folder_of_the_workspace() {
        let text = r#"{"bom-ref":"path+file:///home/me/src/crates/pcenter#0.1.0"}"#;
        assert_eq!(
            without_folder(text, Path::new("/home/me/src")),
            r#"{"bom-ref":"path+file:///crates/pcenter#0.1.0"}"#
        );
    }

    #[test]
    fn a_document_of_another_program_is_refused() {
        let document = |name: &str, components: &str| {
            format!(
                r#"{{"bomFormat":"CycloneDX","metadata":{{"component":{{"name":"{name}"}}}},"components":[{components}]}}"#
            )
        };
        assert_eq!(check(document("pcenter", "{}").as_bytes()).unwrap(), 1);
        for wrong in [
            document("xtask", "{}"),
            document("pcenter", ""),
            "{}".to_owned(),
        ] {
            assert!(check(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
