//! `cargo xtask ci`: every check that a change must pass.

use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Check: its name, cargo arguments and additional environment variables.
struct Step {
    name: &'static str,
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

/// Checks, the fastest first.
const STEPS: &[Step] = &[
    Step {
        name: "formatting",
        arguments: &["fmt", "--all", "--check"],
        environment: &[],
    },
    Step {
        name: "generated files match the spec",
        arguments: &["xtask", "regenerate", "--check"],
        environment: &[],
    },
    Step {
        name: "words and file sizes",
        arguments: &["xtask", "tidy"],
        environment: &[],
    },
    // Skips the tools whose Node.js or Python is missing.
    Step {
        name: "standard OpenAPI tools",
        arguments: &["xtask", "judge", "--self-test"],
        environment: &[],
    },
    Step {
        name: "clippy, warnings denied",
        arguments: &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ],
        environment: &[],
    },
    Step {
        name: "the types only, without features",
        arguments: &[
            "clippy",
            "-p",
            "partner-center",
            "-p",
            "partner-center-core",
            "--no-default-features",
            "--locked",
            "--",
            "-D",
            "warnings",
        ],
        environment: &[],
    },
    Step {
        name: "the types with their schemas",
        arguments: &[
            "clippy",
            "-p",
            "partner-center",
            "-p",
            "partner-center-core",
            "--no-default-features",
            "--features",
            "partner-center/schemars",
            "--locked",
            "--",
            "-D",
            "warnings",
        ],
        environment: &[],
    },
    Step {
        name: "the client without TLS",
        arguments: &[
            "clippy",
            "-p",
            "partner-center",
            "-p",
            "partner-center-core",
            "-p",
            "partner-center-identity",
            "--no-default-features",
            "--features",
            "partner-center/client",
            "--locked",
            "--",
            "-D",
            "warnings",
        ],
        environment: &[],
    },
    Step {
        name: "documentation, warnings denied",
        arguments: &["doc", "--workspace", "--no-deps", "--locked"],
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
    },
    // The command of README.md.
    Step {
        name: "tests",
        arguments: &["test", "--workspace", "--locked"],
        environment: &[],
    },
];

/// Runs the checks in order, and stops at the first failure.
///
/// # Errors
///
/// Returns an error if cargo cannot be started or `out` cannot be written to.
pub fn ci(root: &Path, out: &mut dyn Write) -> io::Result<bool> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let started = Instant::now();
    for (index, step) in STEPS.iter().enumerate() {
        let command_line = step.arguments.join(" ");
        writeln!(
            out,
            "[{}/{}] {}: cargo {command_line}",
            index + 1,
            STEPS.len(),
            step.name
        )?;
        out.flush()?;
        let status = Command::new(&cargo)
            .args(step.arguments)
            .envs(step.environment.iter().copied())
            .current_dir(root)
            .status()?;
        if !status.success() {
            writeln!(out, "failed: {} (cargo {command_line})", step.name)?;
            return Ok(false);
        }
    }
    writeln!(
        out,
        "all {} checks passed in {} s",
        STEPS.len(),
        started.elapsed().as_secs()
    )?;
    Ok(true)
}
