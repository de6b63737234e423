//! `cargo xtask mutants`: finds small changes of the code that no test detects.
//!
//! cargo-mutants makes the changes in a copy of the source tree under `target/mutants`, and runs
//! the unit tests of the changed crate for each of them.

mod outcomes;
mod sample;
mod tree;

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use self::outcomes::Outcomes;
use self::sample::{Mutant, Shard};
pub(crate) use self::tree::synchronise;

use crate::cargo_tool;

/// Pinned version of cargo-mutants.
const CARGO_MUTANTS: &str = "27.1.0";

/// Code of a package, with the options of its tests.
struct Area {
    package: &'static str,
    features: &'static str,
    files: &'static [&'static str],
    /// Suffixes of the names of mutants that do not change behaviour.
    equivalent: &'static [&'static str],
}

/// Code whose tests are measured: the basis of the contract and of reading responses.
const AREAS: &[Area] = &[
    Area {
        package: "partner-center-core",
        features: "client,schemars",
        files: &[
            "crates/partner-center-core/src/model/collection.rs",
            "crates/partner-center-core/src/model/links.rs",
            "crates/partner-center-core/src/model/locale.rs",
            "crates/partner-center-core/src/model/page.rs",
            "crates/partner-center-core/src/paging/link.rs",
            "crates/partner-center-core/src/pipeline/retry.rs",
            "crates/partner-center-core/src/http/retry_after.rs",
            "crates/partner-center-core/src/model/timestamp.rs",
            "crates/partner-center-core/src/model/scalar.rs",
        ],
        equivalent: &[],
    },
    Area {
        package: "partner-center-emulator",
        features: "",
        files: &["crates/partner-center-emulator/src/api/paging.rs"],
        equivalent: &[],
    },
    Area {
        package: "xtask",
        features: "",
        files: &["xtask/src/lint/**", "xtask/src/postpass/**"],
        equivalent: &[],
    },
];

/// Options of `cargo xtask mutants`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  cargo xtask mutants                          the sample of 240 mutants
  cargo xtask mutants --shard 0/2              every second mutant; 1/2 has the others
  cargo xtask mutants --seed 7 --sample 500    another, larger sample
  cargo xtask mutants --package xtask --list   names of the sampled mutants of one package
  cargo xtask mutants --sample 10000 --file timestamp
                                               every mutant of the files with `timestamp` in their path")]
#[non_exhaustive]
pub struct MutantOptions {
    /// Number of mutants in the sample.
    #[arg(long, default_value_t = 240)]
    sample: usize,
    /// Seed of the sample; the same seed chooses the same mutants.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Part of the sample to run, as K/N: part K, from 0, of N.
    #[arg(long, value_name = "K/N", value_parser = Shard::parse)]
    shard: Option<Shard>,
    /// Only mutants of this package: partner-center-core, partner-center-emulator or xtask.
    #[arg(long)]
    package: Option<String>,
    /// Only mutants of files with this text in their path.
    #[arg(long, value_name = "TEXT")]
    file: Option<String>,
    /// Minimum percentage of viable mutants that tests must detect.
    #[arg(long, value_name = "PERCENT", default_value_t = 90.0)]
    minimum: f64,
    /// Print the names of the chosen mutants without running them.
    #[arg(long)]
    list: bool,
}

/// Runs the tests on the chosen mutants. Returns whether enough of them were detected.
///
/// # Errors
///
/// Returns an error if cargo-mutants cannot be installed or run, or the tests fail without a
/// mutant.
pub fn mutants(root: &Path, options: &MutantOptions, out: &mut dyn Write) -> io::Result<bool> {
    let program = cargo_tool::install(root, "cargo-mutants", CARGO_MUTANTS, out)?;
    let copy = root.join("target/mutants/tree");
    std::fs::create_dir_all(&copy)?;
    // A concurrent second run would restore the files that the first has changed.
    let lock = File::create(root.join("target/mutants/lock"))?;
    lock.try_lock()
        .map_err(|error| io::Error::other(format!("target/mutants is in use: {error}")))?;
    synchronise(root, &copy)?;
    let mut all = Vec::new();
    for area in AREAS {
        all.extend(list(&program, &copy, area)?);
    }
    let number = all.len();
    // The filters apply before the choice, so that a filtered run has a full sample.
    all.retain(|mutant| {
        let package = options.package.as_ref();
        let file = options.file.as_ref();
        package.is_none_or(|package| mutant.package == *package)
            && file.is_none_or(|file| mutant.path().contains(file))
    });
    let chosen = sample::sample(all, options.seed, options.sample, options.shard);
    if chosen.is_empty() {
        return Err(io::Error::other(
            "no mutant is left; check --package, --file and --sample",
        ));
    }
    writeln!(
        out,
        "{} of {number} mutants, seed {}",
        chosen.len(),
        options.seed
    )?;
    if options.list {
        for mutant in &chosen {
            writeln!(out, "{}", mutant.name)?;
        }
        return Ok(true);
    }
    let mut outcomes = Outcomes::default();
    for area in AREAS {
        let of_area: Vec<Mutant> = chosen
            .iter()
            .filter(|mutant| mutant.package == area.package)
            .cloned()
            .collect();
        if of_area.is_empty() {
            continue;
        }
        writeln!(out, "{}: {} mutants", area.package, of_area.len())?;
        out.flush()?;
        let report = run(root, &program, &copy, area, &of_area)?;
        let names = of_area.iter().map(|mutant| &*mutant.name).collect();
        outcomes.add(&report, &names).map_err(io::Error::other)?;
    }
    for survivor in &outcomes.survivors {
        writeln!(out, "survived: {survivor}")?;
    }
    writeln!(
        out,
        "{} caught, {} timeouts, {} survived, {} unviable: {:.1} % of {} viable mutants detected, \
         needed {} %",
        outcomes.caught,
        outcomes.timeouts,
        outcomes.survivors.len(),
        outcomes.unviable,
        outcomes.percent_caught(),
        outcomes.viable(),
        options.minimum
    )?;
    Ok(outcomes.percent_caught() >= options.minimum)
}

fn list(program: &Path, copy: &Path, area: &Area) -> io::Result<Vec<Mutant>> {
    let mut command = Command::new(program);
    command
        .args(["mutants", "--list", "--json", "--no-config"])
        .args(["--package", area.package, "--dir"])
        .arg(copy);
    for file in area.files {
        command.args(["--file", file]);
    }
    let output = command.stderr(Stdio::inherit()).output()?;
    let mut mutants: Vec<Mutant> = serde_json::from_slice(&output.stdout)?;
    mutants.retain(|mutant| {
        let equivalent = |end: &&str| mutant.name.ends_with(end);
        !area.equivalent.iter().any(equivalent)
    });
    match mutants.is_empty() {
        false => Ok(mutants),
        true => Err(io::Error::other(format!(
            "no mutants in {}; correct the files in {}",
            area.package,
            file!()
        ))),
    }
}

/// Runs cargo-mutants, which prints its progress, and returns its report.
fn run(
    root: &Path,
    program: &Path,
    copy: &Path,
    area: &Area,
    mutants: &[Mutant],
) -> io::Result<String> {
    let output = root.join("target/mutants").join(area.package);
    std::fs::create_dir_all(&output)?;
    let configuration = output.join("sample.toml");
    std::fs::write(&configuration, sample::configuration(mutants))?;
    let report = output.join("mutants.out/outcomes.json");
    // Removes the report of an earlier run, so that it is not mistaken for this one's.
    match std::fs::remove_file(&report) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut command = Command::new(program);
    command
        .args(["mutants", "--in-place", "--colors", "never"])
        // Unit tests only, because each documentation test needs a build.
        .args(["--cargo-arg", "--lib", "--package", area.package])
        // Minimum timeout of a hanging test; otherwise five times the duration of all tests.
        .args(["--minimum-test-timeout", "30", "--config"])
        .arg(&configuration)
        .arg("--output")
        .arg(&output)
        .arg("--dir")
        .arg(copy)
        .env("CARGO_TARGET_DIR", root.join("target/mutants/target"))
        // Builds without debug information are a third faster.
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    for file in area.files {
        command.args(["--file", file]);
    }
    if !area.features.is_empty() {
        command.args(["--features", area.features]);
    }
    // The exit code only shows whether all mutants were caught, so the report is read.
    command.status()?;
    std::fs::read_to_string(&report).map_err(|error| {
        io::Error::new(
            error.kind(),
            format!(
                "{}: cargo-mutants left no report: {error}",
                report.display()
            ),
        )
    })
}
