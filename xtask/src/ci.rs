//! `cargo xtask ci`: every check that a change must pass.

mod extended;

use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::cargo_tool::cargo;

/// Options of `cargo xtask ci`.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_help = "Examples:
  cargo xtask ci                                what a change must pass
  cargo xtask ci --extended                     the long checks, all of them
  cargo xtask ci --extended --step docs --step wasm
                                                two of the long checks")]
#[non_exhaustive]
pub struct CiOptions {
    /// Run the long checks instead: dependencies, features, documentation, packages.
    ///
    /// They need more tools, which are installed under `target/tools`, and other toolchains. All are
    /// run, also after a failure; the time of each is printed at the end.
    #[arg(long)]
    extended: bool,
    /// Long check to run; can be repeated. Default: all.
    #[arg(long, value_name = "NAME", requires = "extended", value_parser =
        clap::builder::PossibleValuesParser::new(extended::names()))]
    step: Vec<String>,
    /// Fail if a check is skipped because a program, a toolchain or a download is missing.
    #[arg(long)]
    no_skip: bool,
}

/// Check: its name, cargo arguments and additional environment variables.
struct Step {
    name: &'static str,
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

/// Arguments of the checks that skip a part of themselves, and thus have `--no-skip`.
const JUDGE: &[&str] = &["xtask", "judge", "--self-test"];
const ENGINES: &[&str] = &["xtask", "interop", "--built", "lake-local"];

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
    // Without `--no-skip`, skips the tools whose Node.js or Python is missing.
    Step {
        name: "standard OpenAPI tools",
        arguments: JUDGE,
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
            "--lib",
            "--example",
            "types_only",
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
    // After the tests, which build the program. Without `--no-skip`, skipped if the packages are missing.
    Step {
        name: "history, read by deltalake and DuckDB",
        arguments: ENGINES,
        environment: &[],
    },
];

/// Tests of the emulator's pages and of reports in HTML, in a workspace of their own.
const BROWSER: &[&str] = &[
    "test",
    "--manifest-path=tests/browser/Cargo.toml",
    "--target-dir=target/browser",
    "--locked",
];

/// Runs the checks in order, and stops at the first failure; or runs the long checks, all of them.
///
/// # Errors
///
/// Returns an error if a program cannot be started or installed, or files cannot be read or written.
pub fn ci(root: &Path, options: &CiOptions, out: &mut dyn Write) -> io::Result<bool> {
    if options.extended {
        return extended::extended(root, &options.step, options.no_skip, out);
    }
    let started = Instant::now();
    for (index, step) in STEPS.iter().enumerate() {
        let mut arguments = step.arguments.to_vec();
        if options.no_skip && [JUDGE, ENGINES].contains(&step.arguments) {
            arguments.push("--no-skip");
        }
        let command_line = arguments.join(" ");
        writeln!(
            out,
            "[{}/{}] {}: cargo {command_line}",
            index + 1,
            STEPS.len(),
            step.name
        )?;
        out.flush()?;
        let status = cargo()
            .args(&arguments)
            .envs(step.environment.iter().copied())
            .current_dir(root)
            .status()?;
        if !status.success() {
            writeln!(out, "failed: {} (cargo {command_line})", step.name)?;
            return Ok(false);
        }
    }
    writeln!(out, "pages in a browser: cargo {}", BROWSER.join(" "))?;
    match Command::new("chromedriver").arg("--version").output() {
        Ok(_) => {
            out.flush()?;
            if !cargo().args(BROWSER).current_dir(root).status()?.success() {
                writeln!(out, "failed: pages in a browser")?;
                return Ok(false);
            }
        }
        Err(_) => {
            writeln!(
                out,
                "skipped: chromedriver is missing; .ci/install-browser installs it"
            )?;
            if options.no_skip {
                return Ok(false);
            }
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
