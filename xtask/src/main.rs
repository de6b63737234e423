//! Maintainers' tasks. `cargo xtask --help` lists them.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::regenerate::{Outcome, RegenerateError, regenerate};
use xtask::spec::Spec;
use xtask::{EXCHANGES_PATH, SPEC_PATH, ci, lint, workspace_root};

/// Maintainers' tasks of this workspace.
///
/// Exit codes: 0 fine, 1 failed, 2 wrong usage, 3 the lint found something,
/// 4 generated files are stale.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Generate client, mocks, operation tables and the README's matrix from the spec.
    Regenerate {
        /// Write nothing; print what differs and exit with 4 if anything does.
        #[arg(long)]
        check: bool,
    },
    /// Check the spec and the exchanges against our rules and the generator's limits.
    Lint,
    /// Run every check that a change must pass.
    Ci,
}

fn main() -> ExitCode {
    let task = Arguments::parse().task;
    let mut out = io::stdout().lock();
    match run(&task, &mut out) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // Nothing is left to do when even the complaint cannot be printed.
            let _unprinted = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task, out: &mut dyn Write) -> Result<u8, RegenerateError> {
    let root = workspace_root();
    match task {
        Task::Regenerate { check } => match regenerate(&root, *check, out)? {
            Outcome::UpToDate => {
                writeln!(out, "every generated file is what {SPEC_PATH} says")?;
                Ok(0)
            }
            Outcome::Written(files) => {
                writeln!(
                    out,
                    "{files} files changed; read the diff, then commit it with the spec"
                )?;
                Ok(0)
            }
            Outcome::Stale(files) => {
                writeln!(
                    out,
                    "{files} files are not what {SPEC_PATH} says; run `cargo xtask regenerate`"
                )?;
                Ok(4)
            }
            Outcome::Refused(findings) => refused(findings, out),
        },
        Task::Lint => {
            let spec = Spec::load(&root.join(SPEC_PATH))?;
            let mut findings = lint::lint(&spec);
            findings.extend(lint::lint_exchanges(&spec, &root.join(EXCHANGES_PATH)));
            if findings.is_empty() {
                writeln!(
                    out,
                    "{SPEC_PATH}: {} operations, nothing to complain about",
                    spec.operations().len()
                )?;
                return Ok(0);
            }
            lint::write_findings(out, SPEC_PATH, &findings)?;
            refused(findings.len(), out)
        }
        Task::Ci => Ok(u8::from(!ci::ci(&root, out)?)),
    }
}

fn refused(findings: usize, out: &mut dyn Write) -> Result<u8, RegenerateError> {
    writeln!(out, "{findings} findings; nothing was generated")?;
    Ok(3)
}
