//! `cargo xtask interop`: third-party programs against the emulator's binary.
//!
//! Each step is a script in `tests/interop` that gets a running emulator and prints a line for
//! each of its checks. The packages of the scripts are pinned there and installed under
//! `target/interop`; a step whose packages cannot be installed is skipped with a message.

mod emulator;
mod lake;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use clap::ValueEnum;

use self::emulator::{RunningEmulator, build, built};
use self::lake::LakeTools;
use crate::tools::{NodeTools, PythonTools, Task, complaint};

/// Packages of most scripts.
const TASK: Task = Task {
    name: "interop",
    folder: "tests/interop",
};

/// Options of `cargo xtask interop`.
#[derive(Clone, Debug, Default, clap::Args)]
#[non_exhaustive]
pub struct InteropOptions {
    /// Run only these steps.
    #[arg(value_enum, value_name = "NAME")]
    steps: Vec<Step>,
    /// Run only this step; may be repeated.
    #[arg(long, value_enum, value_name = "NAME")]
    step: Vec<Step>,
    /// Fail if a step is skipped.
    #[arg(long)]
    no_skip: bool,
    /// Use the program that `cargo test --workspace` has built.
    #[arg(long)]
    built: bool,
}

/// Step of `cargo xtask interop`, in the order in which they run.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Step {
    /// Sign-in by MSAL for Python, over https.
    Msal,
    /// Sign-in by azure-identity for Python, over https.
    AzureIdentity,
    /// Sign-in by MSAL for Node.js, over https.
    MsalNode,
    /// Generated requests by Schemathesis, and its checks of the responses.
    Schemathesis,
    /// Prism as a proxy that validates requests and responses.
    Prism,
    /// Client in TypeScript, with types by openapi-typescript.
    Typescript,
    /// Client in Python by openapi-python-client.
    Python,
    /// Filters, groups and orders, compared with DuckDB over the exported rows.
    Filters,
    /// Tools of `pcenter mcp`, by the official client of the protocol.
    Mcp,
    /// History on a folder, Azurite and moto, read by deltalake, DuckDB, Sail and Spark.
    Lake,
    /// The part of `lake` that needs the fewest packages: a folder, deltalake and DuckDB.
    LakeLocal,
}

/// Language of a step's script.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Language {
    Node,
    Python,
}

/// Result of a step.
#[derive(Debug, Eq, PartialEq)]
enum Verdict {
    /// Number of checks, all passed.
    Passed(usize),
    /// Lines about what failed.
    Failed(Vec<String>),
    /// Reason why the step's packages are missing.
    Skipped(String),
}

/// Packages, or the reason why they are missing.
struct Tools {
    node: Result<NodeTools, String>,
    python: Result<PythonTools, String>,
    lake: Result<LakeTools, String>,
}

impl Tools {
    /// Installs the packages that the steps need.
    fn install(root: &Path, steps: &[Step], out: &mut dyn Write) -> io::Result<Self> {
        let unused = "no step needs it";
        let needs = |language| {
            let mut others = steps.iter().filter(|step| !step.is_lake());
            others.any(|step| step.script().0 == language)
        };
        Ok(Self {
            node: match needs(Language::Node) {
                true => NodeTools::install(root, TASK, out)?,
                false => Err(unused.to_owned()),
            },
            python: match needs(Language::Python) {
                true => PythonTools::install(root, TASK, out)?,
                false => Err(unused.to_owned()),
            },
            lake: match steps.iter().any(|step| step.is_lake()) {
                true => LakeTools::install(root, steps.contains(&Step::Lake), out)?,
                false => Err(unused.to_owned()),
            },
        })
    }
}

impl Step {
    fn script(self) -> (Language, &'static str) {
        match self {
            Self::Msal => (Language::Python, "msal_sign_in.py"),
            Self::AzureIdentity => (Language::Python, "azure_identity_sign_in.py"),
            Self::MsalNode => (Language::Node, "msal_node.mjs"),
            Self::Schemathesis => (Language::Python, "schemathesis_run.py"),
            Self::Prism => (Language::Node, "prism.mjs"),
            Self::Typescript => (Language::Node, "typescript.mjs"),
            Self::Python => (Language::Python, "python_client.py"),
            Self::Filters => (Language::Python, "filters.py"),
            Self::Mcp => (Language::Python, "mcp_client.py"),
            Self::Lake | Self::LakeLocal => (Language::Python, "lake.py"),
        }
    }

    /// Returns whether the step needs the packages of the steps about history.
    fn is_lake(self) -> bool {
        matches!(self, Self::Lake | Self::LakeLocal)
    }

    /// Returns whether the emulator serves https, which these libraries require.
    fn needs_https(self) -> bool {
        matches!(self, Self::Msal | Self::AzureIdentity | Self::MsalNode)
    }

    /// Returns further options of `pcenter emulator start`.
    fn options(self) -> &'static [&'static str] {
        match self {
            // Their JSON parsers reject the mark. Schemathesis reads thousands of responses, so they
            // are short, and the same every day.
            Self::Schemathesis => &[
                "--no-byte-order-mark",
                "--customers=5",
                "--days=10",
                "--today=2026-11-01",
            ],
            Self::Prism => &["--no-byte-order-mark"],
            // Those for which `filters.csv` states the rows. The days of `lake.py` are among these, too.
            Self::Filters | Self::Lake | Self::LakeLocal => &[
                "--customers=40",
                "--days=30",
                "--seed=1",
                "--today=2026-11-25",
            ],
            _ => &[],
        }
    }

    fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// Result of all steps.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Interop {
    /// Whether no step failed, and with `no_skip` none was skipped.
    pub passed: bool,
    /// Names of the steps that were skipped.
    pub skipped: Vec<String>,
}

/// Runs the steps.
///
/// # Errors
///
/// If `pcenter` cannot be built or started, or a file cannot be written.
pub fn interop(root: &Path, options: &InteropOptions, out: &mut dyn Write) -> io::Result<Interop> {
    let chosen = [options.steps.as_slice(), options.step.as_slice()].concat();
    let steps = match chosen.as_slice() {
        // The last one is a part of another.
        [] => Step::value_variants()
            .iter()
            .copied()
            .filter(|step| *step != Step::LakeLocal)
            .collect(),
        _ => chosen,
    };
    let tools = Tools::install(root, &steps, out)?;
    let pcenter = match options.built {
        true => built(root)?,
        false => build(root, steps.iter().any(|step| step.is_lake()), out)?,
    };
    let (mut failed, mut skipped) = (0, Vec::new());
    for step in &steps {
        write!(out, "{}: ", step.name())?;
        out.flush()?;
        let began = Instant::now();
        let verdict = run(*step, root, &tools, &pcenter)?;
        let seconds = began.elapsed().as_secs_f64();
        match verdict {
            Verdict::Passed(checks) => writeln!(out, "{checks} checks passed in {seconds:.1} s")?,
            Verdict::Failed(lines) => {
                writeln!(out, "FAILED in {seconds:.1} s")?;
                for line in lines {
                    writeln!(out, "  {line}")?;
                }
                failed += 1;
            }
            Verdict::Skipped(reason) => {
                writeln!(out, "skipped: {reason}")?;
                skipped.push(step.name());
            }
        }
    }
    writeln!(
        out,
        "{} steps: {failed} failed, {} skipped",
        steps.len(),
        skipped.len()
    )?;
    Ok(Interop {
        passed: failed == 0 && (skipped.is_empty() || !options.no_skip),
        skipped,
    })
}

fn run(step: Step, root: &Path, tools: &Tools, pcenter: &Path) -> io::Result<Verdict> {
    let (language, script) = step.script();
    let work = root.join("target/interop/work").join(step.name());
    // Files of an earlier run would also be read.
    match std::fs::remove_dir_all(&work) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => std::fs::create_dir_all(&work)?,
    }
    let mut command = match (language, &tools.node, &tools.python) {
        _ if step.is_lake() => {
            let tools = tools.lake.as_ref().map_err(Clone::clone);
            match tools.and_then(|lake| lake.command(root, script, step == Step::Lake)) {
                Ok(command) => command,
                Err(reason) => return Ok(Verdict::Skipped(reason)),
            }
        }
        (Language::Python, _, Ok(python)) => {
            let mut command = python.script(script);
            command.env("INTEROP_PYTHON", python.interpreter());
            command
        }
        (Language::Node, Ok(node), _) => node_script(node, &root.join(TASK.folder).join(script))?,
        (Language::Node, Err(reason), _) | (Language::Python, _, Err(reason)) => {
            return Ok(Verdict::Skipped(reason.clone()));
        }
    };
    let certificate = step
        .needs_https()
        .then(|| work.join("certificate.pem"))
        .inspect(|file| {
            command.env("REQUESTS_CA_BUNDLE", file);
            command.env("SSL_CERT_FILE", file);
            command.env("NODE_EXTRA_CA_CERTS", file);
        });
    let emulator = RunningEmulator::start(pcenter, step.options(), certificate.as_deref())?;
    command
        .env("INTEROP_EMULATOR", emulator.ready_line())
        .env("INTEROP_PCENTER", pcenter)
        .env("INTEROP_ROOT", root)
        .current_dir(&work);
    let output = command.output()?;
    emulator.stop()?;
    Ok(verdict(&output))
}

/// Returns a command that runs a script with the installed packages: Node.js finds packages only
/// in folders above the script, so the script is copied beside them.
fn node_script(node: &NodeTools, script: &Path) -> io::Result<Command> {
    let copy: PathBuf = script
        .file_name()
        .map(|name| node.folder().join(name))
        .ok_or_else(|| io::Error::other("the script has no name"))?;
    std::fs::copy(script, &copy)?;
    let mut command = Command::new("node");
    command.arg(copy).env("INTEROP_NODE", node.folder());
    Ok(command)
}

/// Reads the lines of a script: `ok ..` for a check that passed, `failed ..` for others.
fn verdict(output: &Output) -> Verdict {
    let text = String::from_utf8_lossy(&output.stdout);
    let passed = text.lines().filter(|line| line.starts_with("ok ")).count();
    let mut failed: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("failed "))
        .map(str::to_owned)
        .collect();
    if failed.is_empty() && (!output.status.success() || passed == 0) {
        failed.push(complaint(output));
    }
    match failed.is_empty() {
        true => Verdict::Passed(passed),
        false => Verdict::Failed(failed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(argument: &str, stdout: &str) -> Output {
        let command = Command::new(env!("CARGO")).arg(argument).output().unwrap();
        Output {
            status: command.status,
            stdout: stdout.as_bytes().to_vec(),
            stderr: Vec::new(),
        }
    }

    #[test]
    fn a_step_passes_if_every_check_does() {
        let passed = output("--version", "ok a\nnoise\nok b\n");
        assert_eq!(verdict(&passed), Verdict::Passed(2));
        let failed = output("--version", "ok a\nfailed b: c\n");
        assert_eq!(
            verdict(&failed),
            Verdict::Failed(vec!["failed b: c".into()])
        );
    }

    #[test]
    fn a_step_without_checks_or_with_an_error_fails() {
        for output in [
            output("--version", ""),
            output("--version", "okay"),
            output("--no-such-option", "ok a\n"),
        ] {
            assert!(matches!(verdict(&output), Verdict::Failed(_)), "{output:?}");
        }
    }

    #[test]
    fn every_step_has_its_script() {
        let root = crate::workspace_root();
        for step in Step::value_variants() {
            let (_, script) = step.script();
            let task = if step.is_lake() { lake::LAKE } else { TASK };
            let file = root.join(task.folder).join(script);
            assert!(file.is_file(), "{step:?}: {script}");
        }
    }
}
