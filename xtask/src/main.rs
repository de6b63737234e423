//! Maintainers' tasks. `cargo xtask --help` lists them.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::book::book;
use xtask::ci::{CiOptions, ci};
use xtask::dist::{DistOptions, dist};
use xtask::fuzz::{FuzzOptions, fuzz};
use xtask::interop::{InteropOptions, interop};
use xtask::judge::judge;
use xtask::mutants::{MutantOptions, mutants};
use xtask::package::package;
use xtask::regenerate::{Outcome, regenerate};
use xtask::spec::Spec;
use xtask::throughput::{ThroughputOptions, throughput};
use xtask::tidy::tidy;
use xtask::{EXCHANGES_PATH, SPEC_PATH, build_cost, lint, workspace_root};

/// Maintainers' tasks of this workspace.
///
/// Exit codes: 0 success, 1 failure, 2 wrong usage, 3 lint errors in the spec, 4 generated
/// files are stale.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Generate client, mocks, operation tables, contract cases and the README's matrix from the
    /// spec, and the crate that compiles every construct the generator supports.
    Regenerate {
        /// Write nothing; print the differences and exit with 4 if there are any.
        #[arg(long)]
        check: bool,
    },
    /// Check the spec and the documented exchanges against every rule.
    Lint,
    /// Run standard OpenAPI tools over the spec and the documented responses.
    ///
    /// Spectral, Redocly, openapi-spec-validator, pydantic models by datamodel-code-generator, and
    /// TypeScript types by openapi-typescript. They are installed under `target/judge`, which needs
    /// Node.js and npm, Python, and their package registries; a tool that cannot be installed is
    /// skipped with a message. Exits with 1 if a tool reports a finding.
    Judge {
        /// Also run the tools over damaged copies of the spec, and fail if a tool misses a damage.
        #[arg(long)]
        self_test: bool,
        /// Fail if a tool is skipped.
        #[arg(long)]
        no_skip: bool,
    },
    /// Run programs of others against the emulator's binary.
    ///
    /// MSAL and azure-identity sign in over https, Schemathesis and Prism check requests and
    /// responses against the spec, generated clients in TypeScript and Python list pages, and
    /// deltalake, DuckDB, Sail and Spark read the history on a folder, Azurite and moto. The packages
    /// are installed under `target/interop` and `target/interop-lake`, which needs Node.js and npm,
    /// Python, for Spark Java 17, and the package registries; a step whose packages cannot be
    /// installed is skipped with a message. Exits with 1 if a step fails.
    Interop(InteropOptions),
    /// Change the code in small ways, and list the changes that no unit test detects.
    ///
    /// Runs cargo-mutants on a seeded sample of its changes to xtask's lint and post-pass, to core's
    /// code for responses, timestamps, links and retries, and to the emulator's paging. Works on a
    /// copy under `target/mutants`. Exits with 1 if tests detect less than 90 % of the changes that
    /// compile.
    Mutants(MutantOptions),
    /// Feed generated input to the readers of responses, query options and files.
    ///
    /// Runs the fuzz targets of `tests/fuzz` with cargo-fuzz, each for a number of seconds, and
    /// prints the findings. Needs the nightly toolchain and a C++ compiler. Exits with 1 and prints
    /// the input and the command that reproduces it when a property does not hold.
    Fuzz(FuzzOptions),
    /// Check words and file sizes against docs/STYLE.md.
    ///
    /// Reads comments, string literals and documents. Exits with 1 when a rule is violated.
    Tidy,
    /// Build the documents of the repository as a book, `target/book/index.html`.
    ///
    /// Installs mdBook under `target/tools`, which takes 160 s of processor time once. Exits with 1
    /// when a link between two chapters does not resolve.
    Book,
    /// Run every check that a change must pass, or the long checks of the scheduled job.
    Ci(CiOptions),
    /// Package every published crate, and build each from its package.
    ///
    /// Then runs a program outside the workspace that depends on the packages. Works under
    /// `target/package`; nothing is uploaded. Exits with 1 if a package lacks a file, contains test
    /// fixtures or does not compile.
    Package,
    /// Build `pcenter` as users download it, into `target/dist`.
    ///
    /// An archive with the program, completions, manual pages, licences and a bill of materials in the
    /// format CycloneDX, and a file with SHA-256 checksums. The program is built with the profile `dist`,
    /// which takes several minutes, and must run on this computer. Nothing is uploaded.
    Dist(DistOptions),
    /// Compare the time of a clean build of our client with one on progenitor's stock runtime.
    BuildCost,
    /// Compare the time of pcenter and other programs for a listing of 1,000,000 rows.
    ///
    /// The other programs are curl, jq, DuckDB, and Python with requests and csv. All use one
    /// loopback server; their processor time and peak memory are measured, too. Fails if a program
    /// writes other rows than were sent. Needs curl, jq and Python; DuckDB and requests are installed
    /// under `target/throughput`, which also holds the pages and documents (2.5 GB for 1,000,000
    /// rows).
    Throughput(ThroughputOptions),
}

fn main() -> ExitCode {
    let task = Arguments::parse().task;
    let mut out = io::stdout().lock();
    match run(&task, &mut out) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // If stderr cannot be written to, the error cannot be reported anywhere.
            let _unprinted = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task, out: &mut dyn Write) -> Result<u8, Box<dyn Error>> {
    let root = workspace_root();
    match task {
        Task::Regenerate { check } => match regenerate(&root, *check, out)? {
            Outcome::UpToDate => {
                writeln!(out, "every generated file matches {SPEC_PATH}")?;
                Ok(0)
            }
            Outcome::Written(files) => {
                writeln!(
                    out,
                    "{} changed; read the diff, then commit it with the spec",
                    counted(files, "file")
                )?;
                Ok(0)
            }
            Outcome::Stale(files) => {
                writeln!(
                    out,
                    "{} out of date with {SPEC_PATH}; run `cargo xtask regenerate`",
                    counted(files, "file")
                )?;
                Ok(4)
            }
            Outcome::Refused(findings) => {
                writeln!(
                    out,
                    "{}; nothing was generated",
                    counted(findings, "finding")
                )?;
                Ok(3)
            }
        },
        Task::Lint => {
            let spec = Spec::load(&root.join(SPEC_PATH))?;
            let findings = lint::lint_all(&spec, &root.join(EXCHANGES_PATH));
            lint::write_findings(out, SPEC_PATH, &findings)?;
            let (errors, warnings) = lint::count(&findings);
            writeln!(
                out,
                "{SPEC_PATH}: {}, {}, {}",
                counted(spec.operations().len(), "operation"),
                counted(errors, "finding"),
                counted(warnings, "warning")
            )?;
            Ok(if errors == 0 { 0 } else { 3 })
        }
        Task::Judge { self_test, no_skip } => {
            let judged = judge(&root, *self_test, out)?;
            let missed = *no_skip && !judged.skipped.is_empty();
            if missed {
                writeln!(out, "failed: skipped {}", judged.skipped.join("; "))?;
            }
            Ok(u8::from(missed || !judged.clean))
        }
        Task::Interop(options) => Ok(u8::from(!interop(&root, options, out)?.passed)),
        Task::Mutants(options) => Ok(u8::from(!mutants(&root, options, out)?)),
        Task::Fuzz(options) => Ok(u8::from(!fuzz(&root, options, out)?)),
        Task::Tidy => Ok(u8::from(!tidy(&root, out)?)),
        Task::Book => Ok(u8::from(!book(&root, out)?)),
        Task::Ci(options) => Ok(u8::from(!ci(&root, options, out)?)),
        Task::Package => Ok(u8::from(!package(&root, out)?)),
        Task::Dist(options) => {
            dist(&root, options, out)?;
            Ok(0)
        }
        Task::BuildCost => {
            build_cost::build_cost(&root, out)?;
            Ok(0)
        }
        Task::Throughput(options) => {
            throughput(&root, options, out)?;
            Ok(0)
        }
    }
}

/// Returns a number with its noun: `1 file`, `2 files`.
fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
