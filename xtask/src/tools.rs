//! Programs of package registries: npm and Python packages under `target`, pinned by files in the
//! folder of their task.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sha2::{Digest, Sha256};

/// Minimum version of Node.js for all npm packages.
const NODE_MINIMUM: (u32, u32) = (20, 19);

/// Minimum version of Python for all pinned packages.
const PYTHON_MINIMUM: (u32, u32) = (3, 11);

/// Task that needs packages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task {
    /// Name of the folder under `target` for the packages.
    pub(crate) name: &'static str,
    /// Folder of the files that pin the packages, and of the task's scripts, relative to the
    /// workspace root.
    pub(crate) folder: &'static str,
}

/// Installed npm packages.
#[derive(Debug)]
pub(crate) struct NodeTools {
    folder: PathBuf,
}

/// Python packages installed in a virtual environment.
#[derive(Debug)]
pub(crate) struct PythonTools {
    binaries: PathBuf,
    scripts: PathBuf,
}

impl NodeTools {
    /// Installs the packages pinned in the task's `package-lock.json`, unless they are installed.
    ///
    /// # Errors
    ///
    /// Returns a line with the reason why they cannot be installed.
    pub(crate) fn install(
        root: &Path,
        task: Task,
        out: &mut dyn Write,
    ) -> io::Result<Result<Self, String>> {
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        if let Err(reason) = require("node", &["--version"], NODE_MINIMUM) {
            return Ok(Err(reason));
        }
        let name = task.name;
        let folder = root.join("target").join(name).join("node");
        let sources = root.join(task.folder);
        let lock = std::fs::read(sources.join("package-lock.json"))?;
        let stamp = Stamp::new(&folder, &[&lock]);
        if !stamp.is_current() {
            writeln!(out, "installing the npm packages into target/{name}/node")?;
            out.flush()?;
            std::fs::create_dir_all(&folder)?;
            for name in ["package.json", "package-lock.json"] {
                std::fs::copy(sources.join(name), folder.join(name))?;
            }
            let mut install = Command::new(npm);
            // No package needs its install scripts, so none is run.
            install
                .args(["ci", "--ignore-scripts", "--omit=optional", "--no-audit"])
                .args(["--no-fund", "--loglevel=error"])
                .current_dir(&folder);
            if let Err(reason) = succeed(install, "npm ci") {
                return Ok(Err(reason));
            }
            stamp.write()?;
        }
        Ok(Ok(Self { folder }))
    }

    /// Returns the folder that contains `node_modules`.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns a command that runs a JavaScript file of an installed package.
    pub(crate) fn command(&self, script: &str) -> Command {
        let mut command = Command::new("node");
        command
            .arg(self.folder.join("node_modules").join(script))
            .env("REDOCLY_TELEMETRY", "off")
            .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
        command
    }
}

impl PythonTools {
    /// Installs the packages pinned in the task's `requirements.txt`, unless they are installed.
    ///
    /// # Errors
    ///
    /// Returns a line with the reason why they cannot be installed.
    pub(crate) fn install(
        root: &Path,
        task: Task,
        out: &mut dyn Write,
    ) -> io::Result<Result<Self, String>> {
        let program = if cfg!(windows) { "python" } else { "python3" };
        let version = match require(program, &["--version"], PYTHON_MINIMUM) {
            Ok(version) => version,
            Err(reason) => return Ok(Err(reason)),
        };
        let name = task.name;
        let folder = root.join("target").join(name).join("python");
        let scripts = root.join(task.folder);
        let requirements = scripts.join("requirements.txt");
        let tools = Self {
            binaries: folder.join(if cfg!(windows) { "Scripts" } else { "bin" }),
            scripts,
        };
        let stamp = Stamp::new(
            &folder,
            &[&std::fs::read(&requirements)?, version.as_bytes()],
        );
        if !stamp.is_current() {
            writeln!(
                out,
                "installing the Python packages into target/{name}/python"
            )?;
            out.flush()?;
            let mut environment = Command::new(program);
            environment.args(["-m", "venv", "--clear"]).arg(&folder);
            let mut install = Command::new(tools.binaries.join("python"));
            install
                .args(["-m", "pip", "install", "--quiet", "--only-binary", ":all:"])
                .args(["--disable-pip-version-check", "--requirement"])
                .arg(&requirements);
            let installed = succeed(environment, &format!("{program} -m venv"))
                .and_then(|_| succeed(install, "pip install"));
            if let Err(reason) = installed {
                return Ok(Err(reason));
            }
            stamp.write()?;
        }
        Ok(Ok(tools))
    }

    /// Returns a command that runs a script of the task.
    pub(crate) fn script(&self, name: &str) -> Command {
        let mut command = Command::new(self.binaries.join("python"));
        command
            // Without this variable the text of a report depends on the locale.
            .env("PYTHONUTF8", "1")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .arg(self.scripts.join(name));
        command
    }

    /// Returns the path of the interpreter.
    pub(crate) fn interpreter(&self) -> PathBuf {
        self.binaries.join("python")
    }

    /// Returns a command that runs a program of an installed package.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.binaries.join(name));
        command.env("PYTHONUTF8", "1");
        command
    }
}

/// File with the digest of an installation's sources. It is written last, so that an interrupted
/// installation is repeated.
struct Stamp {
    file: PathBuf,
    content: String,
}

impl Stamp {
    fn new(folder: &Path, sources: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        for source in sources {
            digest.update(source);
            digest.update([0]);
        }
        let content = digest
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            file: folder.join("installed-from"),
            content,
        }
    }

    fn is_current(&self) -> bool {
        std::fs::read_to_string(&self.file).is_ok_and(|content| content == self.content)
    }

    fn write(&self) -> io::Result<()> {
        std::fs::write(&self.file, &self.content)
    }
}

/// Returns the version line of a program that is installed and new enough.
fn require(program: &str, arguments: &[&str], minimum: (u32, u32)) -> Result<String, String> {
    let mut command = Command::new(program);
    command.args(arguments);
    let output = succeed(command, program)?;
    let line = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let (major, minor) = minimum;
    match version(&line) {
        Some(found) if found >= minimum => Ok(line),
        _ => Err(format!(
            "{program} is {line}, but {major}.{minor} is required"
        )),
    }
}

/// Parses major and minor version in `v20.19.1` or `Python 3.11.7`.
fn version(line: &str) -> Option<(u32, u32)> {
    let mut numbers = line
        .trim_start_matches(|c: char| !c.is_ascii_digit())
        .split('.')
        .map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Runs a program that must succeed; the error is one line.
pub(crate) fn succeed(mut command: Command, name: &str) -> Result<Output, String> {
    let output = command
        .output()
        .map_err(|error| format!("{name} cannot be started: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    Err(format!("{name} failed: {}", complaint(&output)))
}

/// Returns the first lines of a failed program's output, joined to one line.
pub(crate) fn complaint(output: &Output) -> String {
    let text = match output.stderr.trim_ascii() {
        [] => &output.stdout,
        _ => &output.stderr,
    };
    let text = String::from_utf8_lossy(text);
    let lines: Vec<_> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take(5)
        .collect();
    match lines.is_empty() {
        true => output.status.to_string(),
        false => lines.join("; "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_parsed() {
        assert_eq!(version("v20.19.1"), Some((20, 19)));
        assert_eq!(version("Python 3.11.7"), Some((3, 11)));
        assert_eq!(version("Python 3"), None);
        assert_eq!(version(""), None);
    }

    #[test]
    fn missing_or_old_programs_give_a_one_line_reason() {
        let missing = require("no-such-program-of-this-test", &[], (1, 0)).unwrap_err();
        assert!(missing.contains("cannot be started"), "{missing}");
        let cargo = env!("CARGO");
        assert!(require(cargo, &["--version"], (1, 0)).is_ok());
        let old = require(cargo, &["--version"], (9999, 0)).unwrap_err();
        assert!(old.ends_with("but 9999.0 is required"), "{old}");
    }

    #[test]
    fn changed_pins_cause_a_new_installation() {
        let folder = tempfile::tempdir().unwrap();
        let stamp = Stamp::new(folder.path(), &[b"a", b"b"]);
        assert!(!stamp.is_current());
        stamp.write().unwrap();
        assert!(stamp.is_current());
        assert!(!Stamp::new(folder.path(), &[b"ab", b""]).is_current());
    }
}
