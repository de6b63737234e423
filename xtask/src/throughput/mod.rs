//! `cargo xtask throughput`: comparison of `pcenter` with alternative programs that write a long
//! listing of one server as CSV and NDJSON.

mod check;
mod programs;
mod rows;
mod server;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use self::check::{Format, check};
use self::programs::{Cost, Places, Program, programs};
use self::rows::Rows;
use crate::tools::{PythonTools, Task, succeed};

/// Packages of the alternative programs.
const TASK: Task = Task {
    name: "throughput",
    folder: "xtask/throughput",
};

/// Program whose time for CSV is the unit of the comparison.
const BASE: &str = "curl, then DuckDB";

/// Options of `cargo xtask throughput`.
#[derive(Clone, Debug, clap::Args)]
#[non_exhaustive]
pub struct ThroughputOptions {
    /// Number of rows.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..100_000_000))]
    rows: u64,
    /// Number of runs of each program. The table shows the medians.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..100))]
    turns: u64,
    /// Seed of the content of the rows.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Measure the emulator instead, beside nginx and DuckDB.
    #[arg(long, conflicts_with = "report")]
    emulator: bool,
    /// Measure `pcenter report unused` instead, beside curl and pandas.
    #[arg(long, conflicts_with = "history")]
    report: bool,
    /// Measure snapshots and scans of a year of history instead, beside deltalake and DuckDB.
    #[arg(long, conflicts_with = "emulator")]
    history: bool,
}

/// Runs every program, checks the documents, and prints a table.
///
/// # Errors
///
/// If a program cannot be installed, built or run, or wrote other rows than were sent.
pub fn throughput(root: &Path, options: &ThroughputOptions, out: &mut dyn Write) -> io::Result<()> {
    if options.emulator || options.report {
        version("curl")?;
        let script = match options.emulator {
            true => "emulator_load.py",
            false => "report_load.py",
        };
        return script_of_emulator(root, script, &[], out);
    }
    if options.history {
        return script_of_emulator(root, "history_load.py", &["--features", "lake"], out);
    }
    let versions = [version("curl")?, version("jq")?];
    let python = PythonTools::install(root, TASK, out)?.map_err(io::Error::other)?;
    let pcenter = build(root, &[], out)?;
    let rows = Rows {
        seed: options.seed,
        count: options.rows,
    };
    let folder = root.join("target/throughput/work");
    // Pages and documents of an earlier run with more rows would also be read.
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let pages = folder.join("pages");
    std::fs::create_dir_all(&pages)?;
    std::fs::create_dir_all(folder.join("downloaded"))?;
    writeln!(out, "writing {} pages", rows.pages())?;
    out.flush()?;
    rows.write_pages(&pages)?;
    let places = Places {
        server: &server::serve(&pages)?,
        pcenter: &pcenter,
        folder: &folder,
    };
    let mut programs = programs(&places, &python, rows);
    let mut costs = vec![Vec::new(); programs.len()];
    for turn in 1..=options.turns {
        writeln!(out, "turn {turn} of {}", options.turns)?;
        out.flush()?;
        for (program, costs) in programs.iter_mut().zip(&mut costs) {
            let run = program.run();
            costs.push(run.map_err(|error| failed(program, &error))?);
        }
    }
    // Checked after the last run, because of the peak memory; see `Program::run`.
    for program in &programs {
        if let Some(format) = program.format {
            check(&program.file, format, rows).map_err(|error| failed(program, &error))?;
        }
    }
    writeln!(out, "every document contains the rows that were sent\n")?;
    let medians: Vec<Cost> = costs.iter_mut().map(|costs| median(costs)).collect();
    table(&programs, &medians, rows, out)?;
    writeln!(out, "\n{}", versions.join("; "))
}

/// Runs a script that starts the emulator, measures and prints a table.
fn script_of_emulator(
    root: &Path,
    script: &str,
    features: &[&str],
    out: &mut dyn Write,
) -> io::Result<()> {
    let python = PythonTools::install(root, TASK, out)?.map_err(io::Error::other)?;
    let pcenter = build(root, features, out)?;
    out.flush()?;
    let folder = root
        .join("target/throughput")
        .join(script.trim_end_matches(".py"));
    let status = python
        .script(script)
        .arg(&folder)
        .env("PCENTER", pcenter)
        .status()?;
    match status.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!(
            "the measurements of {script} failed"
        ))),
    }
}

/// Builds `pcenter` in release mode and returns its path. `features`: further arguments of cargo.
fn build(root: &Path, features: &[&str], out: &mut dyn Write) -> io::Result<PathBuf> {
    writeln!(out, "building pcenter")?;
    out.flush()?;
    let target = root.join("target");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "--release", "--locked", "--bin", "pcenter"])
        .args(["--package", "pcenter"])
        .args(features)
        .arg("--target-dir")
        .arg(&target)
        .current_dir(root);
    // A change of these variables rebuilds ring and all crates that use TLS.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    succeed(cargo, "cargo build").map_err(io::Error::other)?;
    let name = format!("pcenter{}", std::env::consts::EXE_SUFFIX);
    Ok(target.join("release").join(name))
}

/// Returns name and version of an installed program, from its `--version`.
fn version(program: &str) -> io::Result<String> {
    let mut command = Command::new(program);
    command.arg("--version");
    let output = succeed(command, program).map_err(|problem| {
        io::Error::other(format!(
            "{problem}; install {program} with the system's package manager"
        ))
    })?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text
        .split_whitespace()
        .take(2)
        .collect::<Vec<_>>()
        .join(" "))
}

fn failed(program: &Program, error: &io::Error) -> io::Error {
    let format = program.format;
    io::Error::other(format!("{} ({}): {error}", program.name, name(format)))
}

fn name(format: Option<Format>) -> &'static str {
    match format {
        Some(Format::Csv) => "CSV",
        Some(Format::Ndjson) => "NDJSON",
        None => "no document",
    }
}

/// Returns the median times and the largest peak.
fn median(costs: &mut [Cost]) -> Cost {
    let peak = costs.iter().map(|cost| cost.peak).max();
    let mut middle = |time: fn(&Cost) -> std::time::Duration| {
        costs.sort_by_key(time);
        costs.get(costs.len() / 2).map(time).unwrap_or_default()
    };
    Cost {
        wall: middle(|cost| cost.wall),
        processor: middle(|cost| cost.processor),
        peak: peak.unwrap_or(0),
    }
}

fn table(programs: &[Program], costs: &[Cost], rows: Rows, out: &mut dyn Write) -> io::Result<()> {
    let base = programs
        .iter()
        .zip(costs)
        .find(|(program, _)| program.name == BASE && program.format == Some(Format::Csv));
    let base = base.map_or(f64::NAN, |(_, cost)| cost.wall.as_secs_f64());
    writeln!(
        out,
        "| program | format | time | processor time | peak memory | rows per second | time relative to {BASE} to CSV |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|")?;
    for (program, cost) in programs.iter().zip(costs) {
        let wall = cost.wall.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "three digits are printed")]
        let (peak, rate) = (cost.peak as f64, rows.count as f64 / wall);
        writeln!(
            out,
            "| {} | {} | {wall:.2} s | {:.2} s | {:.1} MiB | {:.0} thousand | {:.2} |",
            program.name,
            name(program.format),
            cost.processor.as_secs_f64(),
            peak / f64::from(1 << 20),
            rate / 1e3,
            wall / base
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_medians_and_the_peak_is_the_largest() {
        let mut costs = [(9, 1, 5), (1, 2, 7), (2, 3, 6)].map(|(wall, processor, peak)| Cost {
            wall: Duration::from_secs(wall),
            processor: Duration::from_secs(processor),
            peak,
        });
        let cost = median(&mut costs);
        assert_eq!(cost.wall, Duration::from_secs(2));
        assert_eq!(cost.processor, Duration::from_secs(2));
        assert_eq!(cost.peak, 7);
    }

    #[test]
    fn the_error_of_a_missing_program_tells_how_to_install_it() {
        let problem = version("no-such-program-of-this-test")
            .unwrap_err()
            .to_string();
        assert!(
            problem.contains("install no-such-program-of-this-test"),
            "{problem}"
        );
    }
}
