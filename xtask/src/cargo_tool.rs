//! Programs from crates.io that tasks run, in pinned versions.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Installs a program under `target/tools`, unless this version is installed.
pub(crate) fn install(
    root: &Path,
    name: &str,
    version: &str,
    out: &mut dyn Write,
) -> io::Result<PathBuf> {
    let folder = root.join("target/tools");
    let program = folder
        .join("bin")
        .join(name)
        .with_extension(std::env::consts::EXE_EXTENSION);
    // A subcommand of cargo expects its name first.
    let installed = Command::new(&program)
        .args(name.strip_prefix("cargo-"))
        .arg("--version")
        .output();
    let text = installed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    if text.is_ok_and(|text| text.trim().ends_with(version)) {
        return Ok(program);
    }
    writeln!(out, "installing {name} {version} into target/tools")?;
    out.flush()?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["install", "--locked", "--quiet", name])
        .args(["--version", version, "--root"])
        .arg(&folder)
        .status()?;
    match status.success() {
        true => Ok(program),
        false => Err(io::Error::other(format!("cargo install {name} failed"))),
    }
}
