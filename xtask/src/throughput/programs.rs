//! Programs of the comparison, and measurement of their runs.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

use super::check::Format;
use super::rows::{NUMBERS, PAGE, Rows, TEXTS, columns};
use super::server::PATH;
use crate::tools::PythonTools;

/// Program, or chain of programs, that writes the listing as a document.
pub(super) struct Program {
    /// Name in the table.
    pub(super) name: &'static str,
    /// Format of the document; `None` if the pages are only downloaded.
    pub(super) format: Option<Format>,
    steps: Vec<Step>,
    /// Path of the document.
    pub(super) file: PathBuf,
}

enum Step {
    Run(Command),
    /// Pipe from the first command to the second, whose output is the document.
    Pipe(Command, Command),
}

/// Resource use of a run. The kernel counts it for each process.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cost {
    pub(super) wall: Duration,
    /// Processor time of all processes, in user mode and in the kernel.
    pub(super) processor: Duration,
    /// Largest resident size of a single process, in bytes.
    pub(super) peak: u64,
}

/// Addresses and paths that the programs need.
#[derive(Debug)]
pub(super) struct Places<'a> {
    /// Address of the server, without a path.
    pub(super) server: &'a str,
    /// Release build of `pcenter`.
    pub(super) pcenter: &'a Path,
    /// Folder for downloaded pages and documents.
    pub(super) folder: &'a Path,
}

/// Returns the programs that write Parquet files, and curl, in the order of their runs.
pub(super) fn parquet_programs(
    places: &Places<'_>,
    python: &PythonTools,
    rows: Rows,
) -> Vec<Program> {
    let [ours_file, duckdb_file] =
        ["pcenter.parquet", "duckdb.parquet"].map(|name| places.folder.join(name));
    let downloaded = places.folder.join("downloaded");
    let format = Some(Format::Parquet);
    vec![
        Program {
            name: super::CURL,
            format: None,
            steps: vec![Step::Run(curl(places, rows, Some(&downloaded)))],
            file: places.folder.join("none"),
        },
        Program {
            name: "pcenter",
            format,
            steps: vec![ours(places, &ours_file, "parquet")],
            file: ours_file,
        },
        Program {
            name: super::DUCKDB,
            format,
            steps: vec![duckdb(places, python, &duckdb_file, "parquet")],
            file: duckdb_file,
        },
    ]
}

/// Returns the step that writes the downloaded pages with DuckDB.
fn duckdb(places: &Places<'_>, python: &PythonTools, output: &Path, format: &str) -> Step {
    let mut command = python.script("duckdb_copy.py");
    command
        .arg(places.folder.join("downloaded/page-*.json"))
        .arg(output)
        .arg(format)
        .args(TEXTS)
        .arg("--")
        .args(NUMBERS);
    Step::Run(command)
}

/// Returns the step that writes the listing with `pcenter`.
fn ours(places: &Places<'_>, output: &Path, format: &str) -> Step {
    let mut command = Command::new(places.pcenter);
    command
        .args(["commercial", "deployment", "--no-input", "--output", format])
        .args(["--base-url", places.server])
        .arg("--output-file")
        .arg(output)
        // The profiles of the user are not read.
        .env("PCENTER_CONFIG", places.folder.join("no-profiles.toml"))
        .env("PCENTER_ACCESS_TOKEN", "a-token-for-tests");
    Step::Run(command)
}

/// Returns all programs in the order of their runs.
pub(super) fn programs(places: &Places<'_>, python: &PythonTools, rows: Rows) -> Vec<Program> {
    let file = |name: &str| places.folder.join(name);
    let program = |name, format, file: PathBuf, steps| Program {
        name,
        format,
        steps,
        file,
    };
    let downloaded = places.folder.join("downloaded");
    let download = || Step::Run(curl(places, rows, Some(&downloaded)));
    let duckdb = |output: &Path, format: &str| duckdb(places, python, output, format);
    let ours = |output: &Path, format: &str| ours(places, output, format);
    let mut requests = python.script("requests_csv.py");
    let mut jq = Command::new("jq");
    jq.args(["--compact-output", ".Value[]"]);
    requests
        .arg(format!("{}{PATH}", places.server))
        .arg(file("requests.csv"))
        .args(columns());
    let (csv, ndjson) = (Some(Format::Csv), Some(Format::Ndjson));
    let [ours_csv, ours_ndjson] = ["pcenter.csv", "pcenter.ndjson"].map(file);
    let [duckdb_csv, duckdb_ndjson] = ["duckdb.csv", "duckdb.ndjson"].map(file);
    vec![
        program(super::CURL, None, file("none"), vec![download()]),
        program(
            "pcenter",
            ndjson,
            ours_ndjson.clone(),
            vec![ours(&ours_ndjson, "ndjson")],
        ),
        program(
            "pcenter",
            csv,
            ours_csv.clone(),
            vec![ours(&ours_csv, "csv")],
        ),
        program(
            "curl to jq",
            ndjson,
            file("jq.ndjson"),
            vec![Step::Pipe(curl(places, rows, None), jq)],
        ),
        program(
            "curl, then DuckDB",
            ndjson,
            duckdb_ndjson.clone(),
            vec![download(), duckdb(&duckdb_ndjson, "json")],
        ),
        program(
            super::BASE,
            csv,
            duckdb_csv.clone(),
            vec![download(), duckdb(&duckdb_csv, "csv")],
        ),
        program(
            super::DUCKDB,
            csv,
            duckdb_csv.clone(),
            vec![duckdb(&duckdb_csv, "csv")],
        ),
        program(
            "Python, requests and csv",
            csv,
            file("requests.csv"),
            vec![Step::Run(requests)],
        ),
    ]
}

/// Returns a curl command that requests every page over one connection and writes the pages to files
/// or to standard output.
fn curl(places: &Places<'_>, rows: Rows, folder: Option<&Path>) -> Command {
    let last = (rows.pages() - 1) * PAGE;
    let mut command = Command::new("curl");
    command
        .args(["--silent", "--show-error", "--fail", "--disable"])
        .args(["--header", "Authorization: Bearer a-token-for-tests"])
        .arg(format!(
            "{}{PATH}?skip=[000000000-{last:09}:{PAGE}]",
            places.server
        ));
    if let Some(folder) = folder {
        // `#1` is the number of rows before the page, with nine digits, so that the names are sorted.
        command.arg("--output").arg(folder.join("page-#1.json"));
    }
    command
}

impl Program {
    /// Runs the program.
    ///
    /// The peak that the kernel reports for a process includes the memory of its parent process
    /// until the program is loaded. Therefore this process must be smaller than every program: it
    /// holds neither pages nor documents in memory.
    ///
    /// # Errors
    ///
    /// If a process cannot be started, or fails.
    pub(super) fn run(&mut self) -> io::Result<Cost> {
        let began = Instant::now();
        let mut cost = Cost::default();
        for step in &mut self.steps {
            match step {
                Step::Run(command) => {
                    let child = command.spawn()?;
                    cost.add(command, child)?;
                }
                Step::Pipe(first, second) => {
                    let mut source = first.stdout(Stdio::piped()).spawn()?;
                    if let Some(output) = source.stdout.take() {
                        second.stdin(output);
                    }
                    let sink = second.stdout(File::create(&self.file)?).spawn()?;
                    // This process still holds the reading end of the pipe.
                    second.stdin(Stdio::null());
                    cost.add(first, source)?;
                    cost.add(second, sink)?;
                }
            }
        }
        cost.wall = began.elapsed();
        Ok(cost)
    }
}

impl Cost {
    /// Waits for a process and adds its resource use.
    fn add(&mut self, command: &Command, child: Child) -> io::Result<()> {
        let used = child.wait4()?;
        if !used.status.success() {
            let program = command.get_program().display();
            return Err(io::Error::other(format!(
                "{program} failed: {}",
                used.status
            )));
        }
        self.processor += used.rusage.utime + used.rusage.stime;
        self.peak = self.peak.max(used.rusage.maxrss);
        Ok(())
    }
}
