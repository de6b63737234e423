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
use self::programs::{Cost, Places, Program, parquet_programs, programs};
use self::rows::{Rows, columns};
use crate::tools::{PythonTools, Task, succeed};

/// Packages of the alternative programs.
const TASK: Task = Task {
    name: "throughput",
    folder: "xtask/throughput",
};

/// Program whose time for CSV is the unit of the comparison.
const BASE: &str = "curl, then DuckDB";

const CURL: &str = "curl, pages to files";
const DUCKDB: &str = "DuckDB, pages already in files";

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
    #[arg(long)]
    report: bool,
    /// Measure snapshots and scans of a year of history instead, beside deltalake and DuckDB.
    #[arg(long, conflicts_with_all = ["emulator", "report"])]
    history: bool,
    /// Measure Parquet files instead, beside curl and DuckDB.
    #[arg(long, conflicts_with_all = ["emulator", "history", "report"])]
    parquet: bool,
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
        return script_of_emulator(root, "history_load.py", &["lake"], out);
    }
    let mut versions = vec![version("curl")?];
    if !options.parquet {
        versions.push(version("jq")?);
    }
    let python = PythonTools::install(root, TASK, out)?.map_err(io::Error::other)?;
    let features: &[&str] = if options.parquet { &["lake"] } else { &[] };
    let pcenter = build(root, features, out)?;
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
    let mut programs = match options.parquet {
        true => parquet_programs(&places, &python, rows),
        false => programs(&places, &python, rows),
    };
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
            let mut file = program.file.clone();
            if format == Format::Parquet {
                file.set_extension("csv");
                let mut script = python.script("parquet_csv.py");
                script.arg(&program.file).arg(&file).args(columns());
                succeed(script, "parquet_csv.py").map_err(io::Error::other)?;
            }
            check(&file, format, rows).map_err(|error| failed(program, &error))?;
        }
    }
    writeln!(out, "every document contains the rows that were sent\n")?;
    let medians: Vec<Cost> = costs.iter_mut().map(|costs| median(costs)).collect();
    match options.parquet {
        true => parquet_table(&programs, &medians, rows, out)?,
        false => table(&programs, &medians, rows, out)?,
    }
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

/// Builds `pcenter` in release mode with these features and returns its path.
fn build(root: &Path, features: &[&str], out: &mut dyn Write) -> io::Result<PathBuf> {
    writeln!(out, "building pcenter")?;
    out.flush()?;
    let target = root.join("target");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "--release", "--locked", "--bin", "pcenter"])
        .args(["--package", "pcenter"])
        .arg(format!("--features={}", features.join(",")))
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
        Some(Format::Parquet) => "Parquet",
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

/// Prints times relative to DuckDB and to curl, and the sizes of the files.
fn parquet_table(
    programs: &[Program],
    costs: &[Cost],
    rows: Rows,
    out: &mut dyn Write,
) -> io::Result<()> {
    let seconds = |name: &str| {
        let mut all = programs.iter().zip(costs);
        let found = all.find(|(program, _)| program.name == name);
        found.map_or(f64::NAN, |(_, cost)| cost.wall.as_secs_f64())
    };
    let (duckdb, curl) = (seconds(DUCKDB), seconds(CURL));
    writeln!(
        out,
        "| program | time | processor time | peak memory | rows per second | file | time relative to DuckDB | to curl |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|")?;
    for (program, cost) in programs.iter().zip(costs) {
        let wall = cost.wall.as_secs_f64();
        let bytes = std::fs::metadata(&program.file).map_or(0, |file| file.len());
        #[expect(clippy::cast_precision_loss, reason = "three digits are printed")]
        let (peak, rate, megabytes) = (
            cost.peak as f64,
            rows.count as f64 / wall,
            bytes as f64 / 1e6,
        );
        let file = match bytes {
            0 => "none".to_owned(),
            _ => format!("{megabytes:.2} MB"),
        };
        writeln!(
            out,
            "| {} | {wall:.2} s | {:.2} s | {:.1} MiB | {:.0} thousand | {file} | {:.2} | {:.2} |",
            program.name,
            cost.processor.as_secs_f64(),
            peak / f64::from(1 << 20),
            rate / 1e3,
            wall / duckdb,
            wall / curl,
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
