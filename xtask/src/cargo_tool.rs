//! Cargo, its nightly toolchain, and programs from crates.io in pinned versions.

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
    install_with(root, name, version, &[], out)
}

/// Installs a program with these options of `cargo install`, such as its features.
pub(crate) fn install_with(
    root: &Path,
    name: &str,
    version: &str,
    options: &[&str],
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
    let status = cargo()
        .args(["install", "--locked", "--quiet", name])
        .args(options)
        .args(["--version", version, "--root"])
        .arg(&folder)
        .status()?;
    match status.success() {
        true => Ok(program),
        false => Err(io::Error::other(format!("cargo install {name} failed"))),
    }
}

/// Returns a command that runs the cargo that runs this task.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Returns a command that runs the cargo of the nightly toolchain.
pub(crate) fn nightly_cargo() -> Command {
    let mut command = Command::new("rustup");
    command
        .args(["run", "nightly", "cargo"])
        // These variables select the toolchain that this task was built with.
        .env_remove("CARGO")
        .env_remove("RUSTUP_TOOLCHAIN");
    command
}

/// Checks that there is a nightly toolchain.
///
/// # Errors
///
/// Returns a line with the reason and what to do.
pub(crate) fn require_nightly() -> Result<(), String> {
    let version = Command::new("rustup")
        .args(["run", "nightly", "rustc", "--version"])
        .output();
    match version {
        Ok(output) if output.status.success() => Ok(()),
        Ok(_) => Err(
            "the nightly toolchain is missing; run `rustup toolchain install nightly --profile \
             minimal`"
                .to_owned(),
        ),
        Err(error) => Err(format!(
            "the nightly toolchain of rustup is needed, but rustup cannot be started: {error}"
        )),
    }
}
