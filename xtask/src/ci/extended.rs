//! `cargo xtask ci --extended`: checks that take long or need other toolchains and tools.

use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::book::book;
use crate::cargo_tool::{self, cargo, nightly_cargo};
use crate::interop::{InteropOptions, interop};
use crate::judge::judge;
use crate::mutants::synchronise;
use crate::package::{Publishable, package, publishable};

/// Versions of the cargo subcommands that are installed.
const CARGO_DENY: &str = "0.20.2";
const CARGO_HACK: &str = "0.6.46";
const CARGO_INSTA: &str = "1.49.0";
const CARGO_SEMVER_CHECKS: &str = "0.51.0";

/// Target for which the types are checked.
const WASM: &str = "wasm32-unknown-unknown";

/// Sets of features whose documentation users build: nothing, the client without TLS, the defaults,
/// the types with their schemas. docs.rs has further ones, see `package.metadata.docs.rs`.
const DOCUMENTED: [(&str, &str); 8] = [
    ("partner-center-core", ""),
    ("partner-center-core", "client"),
    ("partner-center-identity", ""),
    ("partner-center", ""),
    ("partner-center", "client"),
    ("partner-center", "default"),
    ("partner-center", "schemars"),
    ("partner-center", "type-builders"),
];

/// Sets of features, as arguments of cargo-hack. Pairs only: the number of all sets doubles with every
/// feature. `fuzzing` is not for users.
const FEATURE_SETS: [&str; 5] = [
    "--package partner-center-core --feature-powerset --depth 2 --exclude-features fuzzing \
     --all-targets",
    "--package partner-center-identity --feature-powerset --depth 2 --exclude-features fuzzing",
    "--package partner-center-identity --each-feature --exclude-features fuzzing --all-targets",
    // The grouped features are passed on to the crates above.
    "--package partner-center --feature-powerset --depth 2 --exclude-features default \
     --group-features client-certificate,gzip,key-vault,keyring,native-tls,rustls",
    "--package partner-center-catalog --package partner-center-emulator \
     --package partner-center-httpmock --package pcenter --feature-powerset",
];

/// Result of a check.
enum Outcome {
    Passed,
    /// Nothing to check yet, with the reason. Unlike a skipped check, it is never a failure.
    NothingToCheck(&'static str),
    /// Not run, with the reason and what to do about it.
    Skipped(String),
    Failed,
}

impl From<bool> for Outcome {
    fn from(passed: bool) -> Self {
        if passed { Self::Passed } else { Self::Failed }
    }
}

/// Check: the name for `--step`, a description and the function that runs it.
struct Step {
    name: &'static str,
    description: &'static str,
    run: fn(&Path, &mut dyn Write) -> io::Result<Outcome>,
}

/// Checks, the fastest first.
const STEPS: [Step; 12] = [
    Step {
        name: "dependencies",
        description: "licences, bans and sources of all dependencies",
        run: dependencies,
    },
    Step {
        name: "advisories",
        description: "security advisories for the dependencies",
        run: advisories,
    },
    Step {
        name: "judge",
        description: "standard OpenAPI tools over the spec and damaged copies",
        run: standard_tools,
    },
    Step {
        name: "interop",
        description: "programs of others against the emulator",
        run: programs_of_others,
    },
    Step {
        name: "semver",
        description: "public API compared with the last tag",
        run: semver,
    },
    Step {
        name: "wasm",
        description: "the types for WebAssembly",
        run: wasm,
    },
    Step {
        name: "docs",
        description: "documentation of every set of features that ships, warnings denied",
        run: docs,
    },
    Step {
        name: "book",
        description: "the documents as a book, with mdBook",
        run: |root, out| Ok(book(root, out)?.into()),
    },
    Step {
        name: "minimal-versions",
        description: "all features of the crates, with the oldest versions of their dependencies",
        run: minimal_versions,
    },
    Step {
        name: "package",
        description: "every crate from its package, and a program that depends on the packages",
        run: |root, out| Ok(package(root, out)?.into()),
    },
    Step {
        name: "snapshots",
        description: "snapshots that no test refers to",
        run: snapshots,
    },
    Step {
        name: "features",
        description: "combinations of features, warnings denied",
        run: features,
    },
];

/// Returns the names of the checks, in order.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    STEPS.iter().map(|step| step.name)
}

/// Runs the checks with these names, all without a name, also after a failure. Prints the time of
/// each. Returns whether none has failed, and none was skipped if `no_skip` is set.
///
/// # Errors
///
/// If a program cannot be started or installed, or files cannot be read or written.
pub(super) fn extended(
    root: &Path,
    only: &[String],
    no_skip: bool,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let chosen: Vec<_> = STEPS
        .iter()
        .filter(|step| only.is_empty() || only.iter().any(|name| name == step.name))
        .collect();
    let mut summary = Vec::new();
    let mut passed = true;
    for (index, step) in chosen.iter().enumerate() {
        let Step {
            name,
            description,
            run,
        } = step;
        writeln!(
            out,
            "[{}/{}] {name}: {description}",
            index + 1,
            chosen.len()
        )?;
        out.flush()?;
        let started = Instant::now();
        let outcome = run(root, out)?;
        let result = match outcome {
            Outcome::Passed => "passed".to_owned(),
            Outcome::NothingToCheck(reason) => format!("nothing to check: {reason}"),
            Outcome::Failed => {
                passed = false;
                "FAILED".to_owned()
            }
            Outcome::Skipped(reason) => {
                passed &= !no_skip;
                format!("SKIPPED: {reason}")
            }
        };
        summary.push(format!(
            "{name:<18}{:>6} s  {result}",
            started.elapsed().as_secs()
        ));
    }
    writeln!(out)?;
    for line in summary {
        writeln!(out, "{line}")?;
    }
    Ok(passed)
}

fn dependencies(root: &Path, out: &mut dyn Write) -> io::Result<Outcome> {
    let program = cargo_tool::install(root, "cargo-deny", CARGO_DENY, out)?;
    let mut deny = Command::new(program);
    deny.args(["deny", "check", "licenses", "bans", "sources"])
        .args(["--hide-inclusion-graph", "--allow", "duplicate"]);
    succeeds(deny.current_dir(root))
}

/// The database of advisories is a git repository, which may be out of reach.
fn advisories(root: &Path, out: &mut dyn Write) -> io::Result<Outcome> {
    let program = cargo_tool::install(root, "cargo-deny", CARGO_DENY, out)?;
    let mut fetch = Command::new(&program);
    fetch.args(["deny", "fetch", "db"]);
    if !fetch.current_dir(root).status()?.success() {
        return Ok(Outcome::Skipped(
            "the database of advisories cannot be fetched; run it with access to its git host"
                .to_owned(),
        ));
    }
    let mut deny = Command::new(program);
    deny.args(["deny", "check", "--disable-fetch", "advisories"]);
    succeeds(deny.current_dir(root))
}

/// As in `cargo xtask ci`, but a tool without Node.js or Python counts as a skipped check.
fn standard_tools(root: &Path, out: &mut dyn Write) -> io::Result<Outcome> {
    let judged = judge(root, true, out).map_err(io::Error::other)?;
    Ok(match judged.skipped.as_slice() {
        _ if !judged.clean => Outcome::Failed,
        [] => Outcome::Passed,
        skipped => Outcome::Skipped(format!(
            "{}; install Node.js with npm, and Python",
            skipped.join("; ")
        )),
    })
}

/// A step whose package is missing counts as a skipped check.
fn programs_of_others(root: &Path, out: &mut dyn Write) -> io::Result<Outcome> {
    let interop = interop(root, &InteropOptions::default(), out)?;
    Ok(match interop.skipped.as_slice() {
        _ if !interop.passed => Outcome::Failed,
        [] => Outcome::Passed,
        skipped => Outcome::Skipped(format!(
            "{}; `cargo xtask interop` states the reasons",
            skipped.join("; ")
        )),
    })
}

/// Before the first release there is no tag, and RELEASING.md requires this command to pass then.
fn semver(root: &Path, out: &mut dyn Write) -> io::Result<Outcome> {
    let tags = Command::new("git")
        .args(["describe", "--tags", "--abbrev=0", "--match", "v*"])
        .current_dir(root)
        .output()?;
    if !tags.status.success() {
        return Ok(Outcome::NothingToCheck(
            "no tag yet, so there is no release to compare with",
        ));
    }
    let tag = String::from_utf8_lossy(&tags.stdout).trim().to_owned();
    let program = cargo_tool::install(root, "cargo-semver-checks", CARGO_SEMVER_CHECKS, out)?;
    let mut check = Command::new(program);
    check.args(["semver-checks", "--baseline-rev", &tag]);
    for it in libraries(root)? {
        check.args(["--package", &it.name]);
    }
    succeeds(check.current_dir(root))
}

fn wasm(root: &Path, _out: &mut dyn Write) -> io::Result<Outcome> {
    let targets = Command::new("rustup")
        .args(["target", "list", "--installed"])
        .current_dir(root)
        .output();
    let installed = targets.is_ok_and(|it| String::from_utf8_lossy(&it.stdout).contains(WASM));
    if !installed {
        return Ok(Outcome::Skipped(format!(
            "the target is missing; run `rustup target add {WASM}`"
        )));
    }
    let mut check = cargo();
    check.args(["check", "--quiet", "--locked", "--target", WASM]);
    check.args(["--package", "partner-center", "--no-default-features"]);
    succeeds(check.current_dir(root))
}

/// Documents the libraries as docs.rs does, and with the sets of features that users choose.
fn docs(root: &Path, out: &mut dyn Write) -> io::Result<Outcome> {
    let mut passed = true;
    for (package, features) in DOCUMENTED {
        writeln!(out, "{package}, features: {features:?}")?;
        out.flush()?;
        let mut doc = cargo();
        doc.args([
            "doc",
            "--quiet",
            "--locked",
            "--no-deps",
            "--package",
            package,
        ]);
        doc.args(["--no-default-features", "--features", features]);
        doc.env("RUSTDOCFLAGS", "-D warnings").current_dir(root);
        passed &= doc.status()?.success();
    }
    if let Err(reason) = cargo_tool::require_nightly() {
        return Ok(match passed {
            true => Outcome::Skipped(reason),
            false => Outcome::Failed,
        });
    }
    for it in libraries(root)? {
        writeln!(out, "as docs.rs documents it: {}", it.name)?;
        out.flush()?;
        let mut doc = nightly_cargo();
        doc.args([
            "doc",
            "--quiet",
            "--locked",
            "--no-deps",
            "--package",
            &it.name,
        ]);
        doc.args(["--features", &it.documented_features.join(",")]);
        // Another folder, so that the toolchains do not replace each other's results.
        doc.env("RUSTDOCFLAGS", "-D warnings --cfg docsrs")
            .env("CARGO_TARGET_DIR", root.join("target/nightly"))
            .current_dir(root);
        passed &= doc.status()?.success();
    }
    Ok(passed.into())
}

/// Checks a copy, since the choice of versions is written to Cargo.lock. With all features, since
/// most of the dependencies belong to one.
fn minimal_versions(root: &Path, _out: &mut dyn Write) -> io::Result<Outcome> {
    if let Err(reason) = cargo_tool::require_nightly() {
        return Ok(Outcome::Skipped(reason));
    }
    let copy = root.join("target/minimal-versions");
    synchronise(root, &copy)?;
    // Only the published crates: users do not build xtask and the tests.
    let manifest = copy.join("Cargo.toml");
    let text = std::fs::read_to_string(&manifest)?;
    let members = text
        .lines()
        .find(|line| line.starts_with("members = "))
        .ok_or_else(|| io::Error::other("Cargo.toml does not list its members on one line"))?;
    std::fs::write(
        &manifest,
        text.replacen(members, "members = [\"crates/*\"]", 1),
    )?;
    let mut resolve = nightly_cargo();
    resolve.args([
        "generate-lockfile",
        "--quiet",
        "-Z",
        "direct-minimal-versions",
    ]);
    if !resolve.current_dir(&copy).status()?.success() {
        return Ok(Outcome::Failed);
    }
    let mut check = cargo();
    check.args([
        "check",
        "--quiet",
        "--locked",
        "--workspace",
        "--all-features",
    ]);
    check.env("CARGO_TARGET_DIR", root.join("target"));
    succeeds(check.current_dir(&copy))
}

fn snapshots(root: &Path, out: &mut dyn Write) -> io::Result<Outcome> {
    let program = cargo_tool::install(root, "cargo-insta", CARGO_INSTA, out)?;
    let mut insta = Command::new(program);
    insta.args(["insta", "test", "--check", "--unreferenced=reject"]);
    insta.args(["--package", "contract-tests", "--test", "contract"]);
    // `--quiet` of the test runner: one character for each test.
    succeeds(insta.args(["--", "--quiet"]).current_dir(root))
}

/// Clippy instead of `cargo check`: it denies warnings without another build of the dependencies.
///
/// Development dependencies are not part of these builds, so the manifests stay as they are
/// (`--no-dev-deps` would edit them).
fn features(root: &Path, out: &mut dyn Write) -> io::Result<Outcome> {
    let program = cargo_tool::install(root, "cargo-hack", CARGO_HACK, out)?;
    let mut passed = true;
    for arguments in FEATURE_SETS {
        let mut hack = Command::new(&program);
        hack.args(["hack", "clippy", "--quiet", "--locked"]);
        hack.args(arguments.split(' '))
            .args(["--", "-D", "warnings"]);
        let status = hack
            .env("CARGO_INCREMENTAL", "0")
            .current_dir(root)
            .status()?;
        passed &= status.success();
    }
    Ok(passed.into())
}

/// Returns the published crates that users depend on.
fn libraries(root: &Path) -> io::Result<Vec<Publishable>> {
    let mut crates = publishable(root)?;
    crates.retain(|it| !it.is_program);
    Ok(crates)
}

fn succeeds(command: &mut Command) -> io::Result<Outcome> {
    Ok(command.status()?.success().into())
}
