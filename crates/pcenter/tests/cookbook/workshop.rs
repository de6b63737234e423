//! Folder, programs and emulator of a page.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use regex::Regex;
use tempfile::TempDir;

use crate::page::Block;

/// Takes its input and does nothing.
const STAND_IN: &str = "[ -t 0 ] || cat >/dev/null";

/// Programs that would change the computer, and what runs instead.
const REPLACED: [(&str, &str); 4] = [
    ("systemctl", STAND_IN),
    ("logger", STAND_IN),
    (
        "crontab",
        "case \"$1\" in -l) ;; *) cat >> \"$HOME/crontab\" ;; esac",
    ),
    // The command in the container, whose image is called `pcenter-job`.
    (
        "docker",
        "[ \"$1\" = run ] || exec cat >/dev/null
         while [ \"$1\" != pcenter-job ]; do shift || exit 2; done
         shift
         exec pcenter \"$@\"",
    ),
];

/// Folder of a page, with an emulator.
pub(crate) struct Workshop {
    folder: TempDir,
    _emulator: Emulator,
    variables: Vec<(String, String)>,
    /// Output of the last block.
    printed: String,
}

/// Process that is killed when dropped.
struct Emulator(Child);

impl Drop for Emulator {
    fn drop(&mut self) {
        // The process may already have exited.
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

impl Workshop {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join(".cargo/bin");
        fs::create_dir_all(&bin).unwrap();
        symlink(env!("CARGO_BIN_EXE_pcenter"), bin.join("pcenter")).unwrap();
        for (program, script) in REPLACED {
            write_program(&bin.join(program), script);
        }
        let mut workshop = Self {
            folder,
            _emulator: Emulator(start()),
            variables: Vec::new(),
            printed: String::new(),
        };
        let url = ready_url(&mut workshop._emulator.0);
        let env = workshop
            .command("pcenter")
            .args(["emulator", "env", "--shell", "bash", "--url", &url])
            .output()
            .unwrap();
        let lines = String::from_utf8(env.stdout).unwrap();
        let line = Regex::new("(?m)^export ([A-Z_]+)='(.*)'$").unwrap();
        workshop.variables = line
            .captures_iter(&lines)
            .map(|found| (found[1].to_owned(), found[2].to_owned()))
            .collect();
        assert!(workshop.variables.len() > 4, "{lines}");
        workshop
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn bin(&self) -> PathBuf {
        self.folder().join(".cargo/bin")
    }

    /// Returns a command in the folder, with only the variables that it needs.
    pub(crate) fn command(&self, program: &str) -> Command {
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{path}", self.bin().display());
        let mut command = Command::new(program);
        // The search for the program itself uses the variable of this process.
        if program == "pcenter" {
            command = Command::new(env!("CARGO_BIN_EXE_pcenter"));
        }
        command
            .current_dir(self.folder())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.folder())
            .env("LANG", "C.UTF-8")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    /// Runs a shell script that stops at the first error.
    pub(crate) fn bash(&self, script: &str) -> Output {
        let script = format!("set -euo pipefail\n{script}");
        self.command("bash").args(["-c", &script]).output().unwrap()
    }

    /// Runs or checks a block.
    pub(crate) fn run(&mut self, block: &Block, page: &str) {
        let place = format!("docs/cookbook/{page}:{}", block.line);
        let output = match block.language.as_str() {
            "sh" => {
                self.provide(&block.needs, &place);
                self.bash(&block.code)
            }
            "python" => match self.missing_for_python(&block.needs) {
                None => {
                    // A file, as users have: the client of Spark behaves differently with `-c`.
                    let script = self.bin().join("block.py");
                    fs::write(&script, &block.code).unwrap();
                    self.command("python3").arg(script).output().unwrap()
                }
                Some(missing) => return println!("skipped: {place}: {missing} is missing"),
            },
            "powershell" => self.powershell(&block.code, &place),
            "text" => {
                let first = block.code.lines().next().unwrap_or_default().trim_end();
                let mut printed = self.printed.lines();
                assert!(
                    printed.any(|line| line.trim_end() == first),
                    "{place} is not in:\n{}",
                    self.printed
                );
                return;
            }
            "sql" | "powerquery" => return self.check_names(&block.code, &place),
            _ => return,
        };
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let problems = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{place}: {}\n{printed}\n{problems}",
            output.status
        );
        self.printed = printed;
    }

    /// Puts stand-ins for missing programs into the folder of programs.
    fn provide(&self, programs: &[String], place: &str) {
        for program in programs {
            if self.bash(&format!("command -v {program}")).status.success() {
                continue;
            }
            println!("skipped: {place}: {program} is missing; only pcenter runs");
            write_program(&self.bin().join(program), STAND_IN);
        }
    }

    /// Returns what is missing to run Python with these modules.
    fn missing_for_python(&self, modules: &[String]) -> Option<String> {
        let imports = |module: &str| {
            let code = format!("import {module}");
            let output = self.command("python3").args(["-c", &code]).output();
            output.is_ok_and(|output| output.status.success())
        };
        if !imports("sys") {
            return Some("python3".to_owned());
        }
        let missing = modules.iter().find(|module| !imports(module));
        missing.map(|module| format!("the Python module {module}"))
    }

    fn powershell(&self, code: &str, place: &str) -> Output {
        if self.bash("command -v pwsh").status.success() {
            let stops = "$ErrorActionPreference = 'Stop'\n$PSNativeCommandUseErrorActionPreference = $true\n";
            let script = format!("{stops}{code}");
            return self
                .command("pwsh")
                .args(["-NoProfile", "-Command", &script])
                .output()
                .unwrap();
        }
        println!("skipped: {place}: pwsh is missing; only pcenter runs");
        let call = Regex::new(r"(?m)(?:^|= )(pcenter [^|)\n]+)").unwrap();
        let calls: Vec<_> = call
            .captures_iter(code)
            .map(|found| found[1].to_owned())
            .collect();
        self.bash(&calls.join("\n"))
    }

    /// Returns the columns of the CSV files in the folder, and of the tables in its subfolders.
    fn columns(&self) -> BTreeSet<String> {
        let mut known = BTreeSet::new();
        for entry in fs::read_dir(self.folder()).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "csv") {
                let text = fs::read_to_string(path).unwrap();
                let header = text.lines().next().unwrap_or_default();
                let header = header.trim_start_matches('\u{feff}');
                known.extend(header.split(',').map(str::to_owned));
            } else if path.is_dir() {
                for table in fs::read_dir(path).unwrap() {
                    add_columns_of_table(&table.unwrap().path(), &mut known);
                }
            }
        }
        known
    }

    /// Checks names of columns in double quotes against the files and tables in the folder.
    fn check_names(&self, code: &str, place: &str) {
        let known = self.columns();
        let name = Regex::new("\"([a-z]+[A-Z][A-Za-z]*)\"").unwrap();
        let names: Vec<_> = name
            .captures_iter(code)
            .map(|found| found[1].to_owned())
            .collect();
        assert!(!names.is_empty(), "{place} names no columns");
        for name in names {
            assert!(
                known.contains(&name),
                "{place}: no file has the column {name}"
            );
        }
    }
}

/// Adds the columns of a table, from the schema in its first version.
fn add_columns_of_table(folder: &Path, known: &mut BTreeSet<String>) {
    let Ok(log) = fs::read_to_string(folder.join("_delta_log/00000000000000000000.json")) else {
        return;
    };
    let action = log
        .lines()
        .find(|line| line.contains("\"metaData\""))
        .unwrap();
    let action: serde_json::Value = serde_json::from_str(action).unwrap();
    let schema = action["metaData"]["schemaString"].as_str().unwrap();
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let fields = schema["fields"].as_array().unwrap();
    known.extend(
        fields
            .iter()
            .map(|it| it["name"].as_str().unwrap().to_owned()),
    );
}

/// Starts an emulator, whose rows end on the day of the clock, as the pages compute days from it.
fn start() -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pcenter"));
    command
        .args(["emulator", "start"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Reads the address of an emulator.
fn ready_url(emulator: &mut Child) -> String {
    let mut line = String::new();
    let stdout = emulator.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
    ready["url"].as_str().unwrap().to_owned()
}

fn write_program(path: &Path, script: &str) {
    fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
