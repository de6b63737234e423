//! The emulator of `pcenter` as a process.

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::cargo_tool::cargo;

/// Builds `pcenter`, with the feature `lake` only if a step needs it, and returns its path.
pub(super) fn build(root: &Path, lake: bool, out: &mut dyn Write) -> io::Result<PathBuf> {
    writeln!(out, "building pcenter")?;
    out.flush()?;
    let target = root.join("target");
    let status = cargo()
        .args(["build", "--locked", "--quiet", "--bin", "pcenter"])
        .args(["--package", "pcenter", "--features"])
        .arg(if lake { "lake,mcp" } else { "mcp" })
        .arg("--target-dir")
        .arg(&target)
        .current_dir(root)
        .status()?;
    match status.success() {
        true => Ok(target
            .join("debug/pcenter")
            .with_extension(std::env::consts::EXE_EXTENSION)),
        false => Err(io::Error::other("cargo build failed")),
    }
}

/// Returns the path of the program that `cargo test --workspace` builds, with all features.
///
/// # Errors
///
/// If the program is missing.
pub(super) fn built(root: &Path) -> io::Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let program = root
        .join(target)
        .join("debug/pcenter")
        .with_extension(std::env::consts::EXE_EXTENSION);
    match program.is_file() {
        true => Ok(program),
        false => Err(io::Error::other(format!(
            "{} is missing; run cargo test --workspace first",
            program.display()
        ))),
    }
}

/// Running emulator; it ends when the value is dropped.
#[derive(Debug)]
pub(super) struct RunningEmulator {
    process: Child,
    ready_line: String,
}

impl RunningEmulator {
    /// Starts the emulator on a free port, and waits until it accepts connections. With
    /// `certificate` it serves https and writes the certificate to trust there.
    pub(super) fn start(
        pcenter: &Path,
        options: &[&str],
        certificate: Option<&Path>,
    ) -> io::Result<Self> {
        let mut command = Command::new(pcenter);
        command
            .args(["emulator", "start", "--device-code-interval", "1"])
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        if let Some(file) = certificate {
            command.arg("--https").arg(file);
        }
        let mut emulator = Self {
            process: command.spawn()?,
            ready_line: String::new(),
        };
        let output = emulator.process.stdout.take();
        let output = output.ok_or_else(|| io::Error::other("the emulator has no output"))?;
        BufReader::new(output).read_line(&mut emulator.ready_line)?;
        match emulator.ready_line.starts_with('{') {
            true => Ok(emulator),
            false => Err(io::Error::other("the emulator did not start")),
        }
    }

    /// Returns the JSON line with the emulator's address and credentials.
    pub(super) fn ready_line(&self) -> &str {
        self.ready_line.trim()
    }

    /// Stops the emulator.
    ///
    /// # Errors
    ///
    /// If it has ended by itself, which it never should.
    pub(super) fn stop(mut self) -> io::Result<()> {
        match self.process.try_wait()? {
            None => Ok(()),
            Some(status) => Err(io::Error::other(format!(
                "the emulator ended by itself: {status}"
            ))),
        }
    }
}

impl Drop for RunningEmulator {
    fn drop(&mut self) {
        // It has no state to save. An error means that it has ended already.
        let _ended = self.process.kill();
        let _ended = self.process.wait();
    }
}
