//! Reports interrupted by a signal or by a closed stdout.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};

use super::{Running, pcenter};

const PAGES: usize = 4;
/// Number of rows of a page; their text is larger than the buffer of a pipe.
const ROWS: usize = 1000;

/// Server of a listing on loopback that holds back the third page until it is released.
pub(super) struct Listing {
    pub(super) url: String,
    /// Receives a message when the third page was requested.
    requested: Receiver<()>,
    release: Sender<()>,
}

impl Listing {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (request, requested) = channel();
        let (release, released) = channel::<()>();
        std::thread::spawn(move || {
            let mut held = true;
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let page = page_of(&stream);
                if page == 3 && held {
                    held = false;
                    // The test may have ended.
                    let _gone = request.send(());
                    let _gone = released.recv();
                }
                send(stream, page);
            }
        });
        Self {
            url,
            requested,
            release,
        }
    }

    fn report(&self, more: &[&str]) -> Command {
        let mut command = pcenter(&["commercial", "deployment", "--base-url", &self.url]);
        command.args(["--no-checks", "--columns", "customerName,licensesSold"]);
        command.args(more).env("PCENTER_ACCESS_TOKEN", "a-token");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Starts a report and sends it a signal after two pages.
    fn ended_by(&self, signal: &str, more: &[&str]) -> (i32, String, String) {
        self.stopped(self.report(more), signal)
    }

    /// Starts a command that reads the listing, and sends it a signal after two pages.
    pub(super) fn stopped(&self, mut command: Command, signal: &str) -> (i32, String, String) {
        let mut running = Running(command.spawn().unwrap());
        let [stdout, stderr] = [
            read(running.0.stdout.take().unwrap()),
            read(running.0.stderr.take().unwrap()),
        ];
        self.requested.recv().unwrap();
        kill(&running.0, signal);
        let code = running.0.wait().unwrap().code();
        self.release.send(()).unwrap();
        let [stdout, stderr] = [stdout, stderr].map(|reader| reader.join().unwrap());
        (code.unwrap(), stdout, stderr)
    }
}

pub(super) fn read(mut pipe: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = String::new();
        pipe.read_to_string(&mut text).unwrap();
        text
    })
}

/// Returns the number of the requested page.
fn page_of(stream: &TcpStream) -> usize {
    let mut head = BufReader::new(stream).lines();
    let first = head.next().unwrap().unwrap();
    for line in head {
        if line.unwrap().is_empty() {
            break;
        }
    }
    let number = first.split("page=").nth(1);
    number.map_or(1, |rest| rest[..1].parse().unwrap())
}

fn send(mut stream: TcpStream, page: usize) {
    let rows = (0..ROWS).map(|row| {
        let number = (page - 1) * ROWS + row;
        let name = "x".repeat(80);
        format!(r#"{{"customerName":"{name}","licensesSold":{number}}}"#)
    });
    let rows: Vec<_> = rows.collect();
    let next = match page {
        PAGES => "null".to_owned(),
        page => format!("\"deployment/license?page={}\"", page + 1),
    };
    let total = PAGES * ROWS;
    let body = format!(
        r#"{{"Value":[{}],"@nextLink":{next},"TotalCount":{total}}}"#,
        rows.join(",")
    );
    // The process may have ended.
    let _gone = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
}

pub(super) fn kill(child: &Child, signal: &str) {
    let killed = Command::new("kill")
        .args([&format!("-{signal}"), &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
}

/// Returns the `licensesSold` of all rows in a document of this format.
fn numbers(format: &str, document: &str) -> Vec<usize> {
    let json = |row: &serde_json::Value| usize::try_from(row["licensesSold"].as_u64().unwrap());
    match format {
        "json" => {
            let rows: Vec<serde_json::Value> = serde_json::from_str(document).unwrap();
            rows.iter().map(|row| json(row).unwrap()).collect()
        }
        "ndjson" => {
            let rows = document.lines().map(serde_json::from_str);
            rows.map(|row| json(&row.unwrap()).unwrap()).collect()
        }
        // The value of the second column, at the end of a line.
        _ => document
            .lines()
            .filter(|line| {
                let line = line.trim_start_matches(['|', ' ', '-']);
                line.contains("licensesSold: ")
                    || !(line.is_empty() || line.starts_with("customerName"))
            })
            .filter(|line| !line.contains("---:"))
            .map(|line| {
                let line = line.trim_end_matches([' ', '|']);
                line.rsplit([',', ' ', '\t'])
                    .next()
                    .unwrap()
                    .parse()
                    .unwrap()
            })
            .collect(),
    }
}

#[test]
fn resumes_a_report_stopped_by_a_signal_without_losing_rows() {
    for (signal, code, format) in [
        ("INT", 130, "csv"),
        ("INT", 130, "table"),
        ("INT", 130, "markdown"),
        ("INT", 130, "tsv"),
        ("TERM", 143, "json"),
        ("TERM", 143, "ndjson"),
        ("TERM", 143, "yaml"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("continuation.json");
        let listing = Listing::start();
        let more = ["-o", format, "--continuation-file", file.to_str().unwrap()];
        let (ended, first, stderr) = listing.ended_by(signal, &more);
        assert_eq!(ended, code, "{format}: {stderr}");
        assert!(
            stderr.starts_with(&format!("error: stopped by SIG{signal}\n")),
            "{stderr}"
        );
        assert!(stderr.contains("the same command resumes from"), "{stderr}");
        assert_eq!(numbers(format, &first), (0..2 * ROWS).collect::<Vec<_>>());

        let ran = listing.report(&more).output().unwrap();
        let [rest, stderr] = [ran.stdout, ran.stderr].map(|text| String::from_utf8(text).unwrap());
        assert_eq!(ran.status.code(), Some(0), "{stderr}");
        assert!(
            stderr.contains("resuming from") && stderr.contains("2000 rows were already written"),
            "{stderr}"
        );
        let rest = numbers(format, &rest);
        assert_eq!(rest, (2 * ROWS..PAGES * ROWS).collect::<Vec<_>>());
        assert!(!file.exists());
    }
}

#[test]
fn suggests_a_continuation_file_after_a_signal() {
    let (code, stdout, stderr) = Listing::start().ended_by("TERM", &["-o", "json"]);
    assert_eq!((code, numbers("json", &stdout).len()), (143, 2 * ROWS));
    assert!(stderr.contains("--continuation-file"), "{stderr}");
}

/// The continuation file is written after every page, so that a killed process can be resumed, too.
#[test]
fn resumes_a_killed_report_after_its_last_page() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (file, rows) = (path("continuation.json"), path("rows.json"));
    fs::write(&rows, "yesterday").unwrap();
    let more = ["-o", "json", "--continuation-file", &file];
    let more = [&more[..], &["--output-file", &rows]].concat();
    let listing = Listing::start();
    let mut running = Running(listing.report(&more).spawn().unwrap());
    listing.requested.recv().unwrap();
    running.0.kill().unwrap();
    running.0.wait().unwrap();
    listing.release.send(()).unwrap();
    assert_eq!(fs::read_to_string(&rows).unwrap(), "yesterday");

    let ran = listing.report(&more).output().unwrap();
    let stderr = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(0), "{stderr}");
    let document = fs::read_to_string(&rows).unwrap();
    let all: Vec<_> = (0..PAGES * ROWS).collect();
    assert_eq!(numbers("json", &document), all);
    assert_eq!(folder.path().read_dir().unwrap().count(), 1);
}

/// The output file has the rows of all runs and one header; it is replaced by the last run.
#[test]
fn replaces_the_output_file_with_the_rows_of_all_runs() {
    for format in ["csv", "json", "markdown", "ndjson", "tsv", "yaml"] {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let (file, rows) = (path("continuation.json"), path("rows"));
        fs::write(&rows, "yesterday").unwrap();
        let more = ["-o", format, "--continuation-file", &file];
        let more = [&more[..], &["--output-file", &rows]].concat();
        let listing = Listing::start();
        let (code, stdout, stderr) = listing.ended_by("INT", &more);
        assert_eq!((code, stdout.as_str()), (130, ""));
        assert!(
            stderr.contains("is unchanged") && stderr.contains("rows.partial"),
            "{stderr}"
        );
        assert_eq!(fs::read_to_string(&rows).unwrap(), "yesterday");
        let partial = fs::read_to_string(Path::new(&rows).with_extension("partial")).unwrap();
        assert_eq!(numbers(format, &partial).len(), 2 * ROWS);

        let ran = listing.report(&more).output().unwrap();
        let stderr = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(0), "{stderr}");
        let document = fs::read_to_string(&rows).unwrap();
        let all: Vec<_> = (0..PAGES * ROWS).collect();
        assert_eq!(numbers(format, &document), all);
        let headers = document.lines().filter(|line| {
            let names: Vec<_> = line.split(|c: char| !c.is_alphanumeric()).collect();
            names.contains(&"customerName") && names.contains(&"licensesSold")
        });
        let headers = headers.count();
        let has_header = ["csv", "markdown", "tsv"].contains(&format);
        match format {
            "json" | "ndjson" => assert_eq!(headers, PAGES * ROWS),
            _ => assert_eq!(headers, usize::from(has_header), "{format}"),
        }
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }
}

/// A workbook of an interrupted listing has the rows so far, and the old one is unchanged.
#[cfg(feature = "xlsx")]
#[test]
fn an_interrupted_workbook_is_a_workbook() {
    use calamine::{DataType, Reader, Xlsx, open_workbook};

    let folder = tempfile::tempdir().unwrap();
    let rows = folder.path().join("rows.xlsx");
    fs::write(&rows, "yesterday").unwrap();
    let more = ["-o", "xlsx", "--output-file", rows.to_str().unwrap()];
    let (code, stdout, stderr) = Listing::start().ended_by("INT", &more);
    assert_eq!((code, stdout.as_str()), (130, ""), "{stderr}");
    assert!(stderr.contains("rows.xlsx.partial"), "{stderr}");
    assert_eq!(fs::read_to_string(&rows).unwrap(), "yesterday");
    let partial = folder.path().join("rows.xlsx.partial");
    let mut workbook: Xlsx<_> = open_workbook(partial).unwrap();
    let sheet = workbook.worksheet_range("rows").unwrap();
    let sold = sheet.rows().skip(1).map(|row| row[1].as_i64().unwrap());
    let all: Vec<_> = (0..2 * ROWS as i64).collect();
    assert_eq!(sold.collect::<Vec<_>>(), all);
}

/// The reader of stdout does not read, so the first signal alone cannot end the report.
#[test]
fn a_second_signal_ends_the_process_at_once() {
    let listing = Listing::start();
    let mut running = Running(listing.report(&["-o", "csv"]).spawn().unwrap());
    let mut stdout = running.0.stdout.take().unwrap();
    stdout.read_exact(&mut [0]).unwrap();
    // Two different signals, because equal pending signals are merged into one.
    kill(&running.0, "INT");
    kill(&running.0, "TERM");
    let code = running.0.wait().unwrap().code();
    assert!([Some(130), Some(143)].contains(&code), "{code:?}");
}

/// The rows exceed the buffer of the pipe, so that the report notices the closed pipe.
#[test]
fn ends_silently_when_the_reader_of_stdout_closes() {
    for format in ["csv", "json", "markdown", "ndjson", "tsv", "yaml"] {
        let listing = Listing::start();
        let mut running = Running(listing.report(&["-o", format]).spawn().unwrap());
        let mut stdout = running.0.stdout.take().unwrap();
        stdout.read_exact(&mut [0]).unwrap();
        drop(stdout);
        let stderr = read(running.0.stderr.take().unwrap());
        let code = running.0.wait().unwrap().code();
        assert_eq!(
            (code, stderr.join().unwrap().as_str()),
            (Some(0), ""),
            "{format}"
        );
    }
}

/// Losing all rows must not look like success.
#[test]
fn refuses_a_closed_stdout_but_not_a_null_device() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.csv");
    let run = |redirection: &str| {
        let command =
            format!("exec \"$0\" licenses deployment --emulator=documented {redirection}");
        let pcenter = env!("CARGO_BIN_EXE_pcenter");
        let ran = Command::new("sh").args(["-c", &command, pcenter]).output();
        let ran = ran.unwrap();
        let stderr = String::from_utf8(ran.stderr).unwrap();
        (ran.status.code().unwrap(), stderr)
    };
    let (code, stderr) = run(">&-");
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.starts_with("error: stdout is closed"), "{stderr}");
    let elsewhere = format!("--output-file {} >&-", file.display());
    for redirection in [">/dev/null", "2>&-", "<&-", &elsewhere] {
        let (code, stderr) = run(redirection);
        assert_eq!((code, stderr.as_str()), (0, ""), "{redirection}");
    }
    assert!(file.exists());
}
