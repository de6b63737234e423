//! `cargo xtask fuzz`: generated input for the code that reads untrusted text.
//!
//! The targets are in `tests/fuzz`, a separate workspace, because they need a nightly toolchain. The
//! properties are in `tests/fuzz-properties`, whose tests run every seed with the stable toolchain.

mod report;

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError, mpsc};

use self::report::Report;
use crate::exchange::{Exchange, ExchangeFolder};
use crate::{EXCHANGES_PATH, cargo_tool};

/// Version of cargo-fuzz that is installed.
const CARGO_FUZZ: &str = "0.13.2";

/// Path of the package with the fuzz targets, relative to the workspace root.
const PROJECT: &str = "tests/fuzz";

/// Maximum size of an input, in bytes. Longer inputs are slower and reach no other code.
const MAX_BYTES: u32 = 4096;

/// Time after which an input is a finding, in seconds.
const TIMEOUT: u32 = 10;

/// Memory limit of a target, in MB.
const MEMORY: u32 = 2048;

/// Limit of one allocation, in MB.
const ALLOCATION: u32 = 256;

/// Options of `cargo xtask fuzz`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  cargo xtask fuzz                            every target for a minute
  cargo xtask fuzz --seconds 600 --jobs 2     every target for ten minutes, two at a time
  cargo xtask fuzz --target links --target pages
                                              two targets")]
#[non_exhaustive]
pub struct FuzzOptions {
    /// Target to run; can be repeated. Default: all targets.
    #[arg(long, value_name = "NAME")]
    target: Vec<String>,
    /// Run time of each target, in seconds.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// Number of targets that run at the same time.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
    jobs: u8,
}

/// Runs the targets. Returns `true` if there are no findings.
///
/// # Errors
///
/// If there is no nightly toolchain, cargo-fuzz cannot be installed, or a target cannot be
/// built or run.
pub fn fuzz(root: &Path, options: &FuzzOptions, out: &mut dyn Write) -> io::Result<bool> {
    let chosen = choose(targets(root)?, &options.target)?;
    cargo_tool::require_nightly().map_err(io::Error::other)?;
    let program = cargo_tool::install(root, "cargo-fuzz", CARGO_FUZZ, out)?;
    writeln!(out, "building {}", chosen.join(", "))?;
    out.flush()?;
    let binaries = build(root, &program, &chosen)?;
    documented_seeds(root, &root.join("target/fuzz/documented/pages"))?;

    writeln!(
        out,
        "{:<14}{:>12}{:>9}{:>10}{:>8}{:>8}  findings",
        "target", "runs", "seconds", "coverage", "new", "MB"
    )?;
    out.flush()?;
    let mut found = Vec::new();
    let queue = Mutex::new(VecDeque::from(chosen));
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..options.jobs {
            let (sender, queue, binaries) = (sender.clone(), &queue, &binaries);
            scope.spawn(move || {
                let next = || {
                    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
                    queue.pop_front()
                };
                while let Some(target) = next() {
                    let report = run(root, binaries, &target, options.seconds);
                    // Without a receiver, the task has already failed.
                    let _gone = sender.send((target, report));
                }
            });
        }
        drop(sender);
        for (target, report) in receiver {
            let report = report?;
            let findings = u8::from(report.finding.is_some());
            let Report {
                runs,
                seconds,
                coverage,
                new_coverage,
                memory,
                ..
            } = report;
            writeln!(
                out,
                "{target:<14}{runs:>12}{seconds:>9}{coverage:>10}{new_coverage:>8}{memory:>8}  {findings}"
            )?;
            out.flush()?;
            if report.finding.is_some() {
                found.push((target, report));
            }
        }
        Ok::<_, io::Error>(())
    })?;
    for (target, report) in &found {
        write_finding(out, root, target, report)?;
    }
    Ok(found.is_empty())
}

/// Returns the sorted names of the fuzz targets.
fn targets(root: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root.join(PROJECT).join("fuzz_targets"))? {
        if let Some(name) = entry?.path().file_stem() {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Returns the targets with these names; all targets if no name is given.
fn choose(all: Vec<String>, named: &[String]) -> io::Result<Vec<String>> {
    if let Some(unknown) = named.iter().find(|name| !all.contains(name)) {
        return Err(io::Error::other(format!(
            "unknown fuzz target `{unknown}`; the targets are {}",
            all.join(", ")
        )));
    }
    let is_chosen = |name: &String| named.is_empty() || named.contains(name);
    Ok(all.into_iter().filter(is_chosen).collect())
}

/// Builds the targets, and returns the folder of their binaries.
fn build(root: &Path, program: &Path, targets: &[String]) -> io::Result<PathBuf> {
    let folder = root.join("target/fuzz/build");
    // cargo-fuzz builds one target or all targets.
    let only = targets.first().filter(|_| targets.len() == 1);
    let triple = host()?;
    let status = Command::new("rustup")
        .args(["run", "nightly"])
        .arg(program)
        .args(["fuzz", "build", "--target", &triple, "--fuzz-dir"])
        .arg(root.join(PROJECT))
        .arg("--target-dir")
        .arg(&folder)
        .args(only)
        .current_dir(root)
        // These variables select the toolchain that this task was built with.
        .env_remove("CARGO")
        .env_remove("RUSTUP_TOOLCHAIN")
        .status()?;
    match status.success() {
        true => Ok(folder.join(triple).join("release")),
        false => Err(io::Error::other("cargo fuzz build failed")),
    }
}

/// Returns the platform that the nightly toolchain builds for.
fn host() -> io::Result<String> {
    let output = Command::new("rustup")
        .args(["run", "nightly", "rustc", "--version", "--verbose"])
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| {
            io::Error::other("the output of `rustc --version --verbose` has no host platform")
        })
}

/// Writes the documented responses as seeds for the target `pages`.
fn documented_seeds(root: &Path, folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, body) in documented_bodies(root)? {
        std::fs::write(folder.join(name.replace('/', "-")), body)?;
    }
    Ok(())
}

/// Returns the bodies of the documented responses, each with the name of its exchange.
///
/// # Errors
///
/// If an exchange cannot be read.
pub fn documented_bodies(root: &Path) -> io::Result<Vec<(String, Vec<u8>)>> {
    let folders = ExchangeFolder::all(&root.join(EXCHANGES_PATH))?;
    let bodies = folders.into_iter().map(|folder| {
        let exchange = Exchange::load(&folder.path).map_err(io::Error::other)?;
        Ok((folder.name, exchange.response.body.into()))
    });
    bodies.collect()
}

/// Runs a target for the given time, or until there is a finding.
fn run(root: &Path, binaries: &Path, target: &str, seconds: u32) -> io::Result<Report> {
    let project = root.join(PROJECT);
    let folder = |name: &str| root.join("target/fuzz").join(name).join(target);
    let (corpus, found) = (folder("corpus"), folder("found"));
    std::fs::create_dir_all(&corpus)?;
    std::fs::create_dir_all(&found)?;
    let log = root.join("target/fuzz").join(format!("{target}.log"));
    let mut command = Command::new(binaries.join(target));
    command
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={MAX_BYTES}"))
        .arg(format!("-timeout={TIMEOUT}"))
        .arg(format!("-rss_limit_mb={MEMORY}"))
        .arg(format!("-malloc_limit_mb={ALLOCATION}"))
        .arg(format!("-artifact_prefix={}/", found.display()))
        .arg("-print_final_stats=1");
    let dictionary = project.join("dictionaries").join(format!("{target}.dict"));
    if dictionary.is_file() {
        command.arg(format!("-dict={}", dictionary.display()));
    }
    // libFuzzer writes new inputs into the first folder.
    command.arg(&corpus).arg(project.join("seeds").join(target));
    let documented = folder("documented");
    if documented.is_dir() {
        command.arg(documented);
    }
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(&log)?)
        .status()?;
    let output = std::fs::read(&log)?;
    let mut report = Report::read(&String::from_utf8_lossy(&output));
    if !status.success() && report.finding.is_none() {
        report.finding = Some(format!("the target ended with {status}"));
    }
    Ok(report)
}

fn write_finding(
    out: &mut dyn Write,
    root: &Path,
    target: &str,
    report: &Report,
) -> io::Result<()> {
    let finding = report.finding.as_deref().unwrap_or_default();
    let shown = |path: &Path| {
        path.strip_prefix(root)
            .unwrap_or(path)
            .display()
            .to_string()
    };
    writeln!(out, "\n{target}: {finding}")?;
    writeln!(out, "  log:       target/fuzz/{target}.log")?;
    if let Some(input) = &report.input {
        writeln!(out, "  input:     {}", shown(Path::new(input)))?;
        writeln!(
            out,
            "  reproduce: copy it to {PROJECT}/seeds/{target}/, then `cargo test -p fuzz-properties`"
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    #[test]
    fn targets_are_those_of_the_project() {
        let all = targets(&workspace_root()).unwrap();
        assert!(all.contains(&"links".to_owned()), "{all:?}");
        assert_eq!(choose(all.clone(), &[]).unwrap(), all);
        let chosen = choose(all.clone(), &["pages".to_owned()]).unwrap();
        assert_eq!(chosen, ["pages"]);
        let error = choose(all, &["page".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("unknown fuzz target `page`"), "{error}");
    }

    #[test]
    fn a_finding_names_its_input_and_how_to_reproduce_it() {
        let report = Report {
            finding: Some("rows are lost".to_owned()),
            input: Some("/w/target/fuzz/found/pages/crash-1".to_owned()),
            ..Report::default()
        };
        let mut out = Vec::new();
        write_finding(&mut out, Path::new("/w"), "pages", &report).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("pages: rows are lost"), "{text}");
        assert!(
            text.contains("input:     target/fuzz/found/pages/crash-1\n"),
            "{text}"
        );
        assert!(
            text.contains("copy it to tests/fuzz/seeds/pages/"),
            "{text}"
        );
    }

    #[test]
    fn documented_responses_are_seeds() {
        let bodies = documented_bodies(&workspace_root()).unwrap();
        assert!(bodies.len() > 10);
        assert!(
            bodies
                .iter()
                .all(|(name, body)| !name.is_empty() && !body.is_empty())
        );
    }
}
