//! `cargo xtask dist`: the archive of `pcenter` that users download, with checksums and a bill of
//! materials.

mod archive;
mod elf;
mod sbom;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use sha2::{Digest, Sha256};

use self::archive::{Entry, write_archive};
use crate::cargo_tool;
use crate::package::publishable;

/// Program of the archive, and the package that it comes from.
const PROGRAM: &str = "pcenter";

/// Target whose programs need no library of the system.
const STATIC_TARGET_END: &str = "-musl";

/// Completion scripts: name of the shell for `pcenter completions`, and of the file.
const COMPLETIONS: [(&str, &str); 4] = [
    ("bash", "pcenter.bash"),
    ("zsh", "_pcenter"),
    ("fish", "pcenter.fish"),
    ("powershell", "_pcenter.ps1"),
];

/// Documents of the archive, relative to the workspace root.
const DOCUMENTS: [&str; 4] = [
    "crates/pcenter/README.md",
    "CHANGELOG.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
];

/// Options of `cargo xtask dist`.
#[derive(Clone, Debug, Default, clap::Args)]
#[non_exhaustive]
pub struct DistOptions {
    /// Target to build for [default: that of this computer]. Programs for
    /// x86_64-unknown-linux-musl are static and run on every Linux distribution.
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
    /// Leave out the bill of materials, for which cargo-cyclonedx is installed under target/tools.
    #[arg(long)]
    no_sbom: bool,
}

/// Builds the program and writes archive, checksums and bill of materials to `target/dist`.
///
/// # Errors
///
/// If a tool is missing, the program cannot be built or does not run on this computer, or a file
/// cannot be written.
pub fn dist(root: &Path, options: &DistOptions, out: &mut dyn Write) -> io::Result<()> {
    let target = match &options.target {
        Some(target) => target.clone(),
        None => host()?,
    };
    let packages = publishable(root)?;
    let package = packages.iter().find(|package| package.name == PROGRAM);
    let version = package
        .map(|package| package.version.clone())
        .ok_or_else(|| io::Error::other(format!("no package {PROGRAM}")))?;
    let name = format!("{PROGRAM}-{version}-{target}");
    let folder = root.join("target/dist");
    std::fs::create_dir_all(&folder)?;

    writeln!(out, "[1/3] {PROGRAM} {version} for {target}")?;
    out.flush()?;
    let began = Instant::now();
    let program = build(root, &target)?;
    let bytes = std::fs::read(&program)?;
    writeln!(
        out,
        "built in {} s, {} KiB",
        began.elapsed().as_secs(),
        bytes.len().div_ceil(1024)
    )?;
    check(&program, &version)?;
    if target.ends_with(STATIC_TARGET_END) && elf::interpreter(&bytes) != Some(false) {
        return Err(io::Error::other("the program is not static"));
    }

    writeln!(out, "[2/3] bill of materials")?;
    let mut files = Vec::new();
    if !options.no_sbom {
        let path = folder.join(format!("{name}.cdx.json"));
        let components = sbom::write(root, &target, &path, out)?;
        writeln!(out, "{components} components")?;
        files.push(path);
    }

    writeln!(out, "[3/3] archive")?;
    let mut entries = vec![Entry::program(file_name(&program)?, bytes)];
    entries.extend(texts(&program)?);
    for document in DOCUMENTS {
        let path = root.join(document);
        entries.push(Entry::file(file_name(&path)?, std::fs::read(&path)?));
    }
    for sbom in &files {
        entries.push(Entry::file(
            format!("{PROGRAM}.cdx.json"),
            std::fs::read(sbom)?,
        ));
    }
    let archive = folder.join(format!("{name}.tar.gz"));
    write_archive(&archive, &name, entries, modified(root))?;
    files.insert(0, archive);
    let mut sums = String::new();
    for file in &files {
        let content = std::fs::read(file)?;
        let name = file_name(file)?;
        let digest: String = Sha256::digest(&content)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        sums.push_str(&format!("{digest}  {name}\n"));
        writeln!(
            out,
            "{} KiB  {}",
            content.len().div_ceil(1024),
            file.display()
        )?;
    }
    std::fs::write(folder.join(format!("{name}.sha256")), sums)
}

/// Builds the program with the profile `dist` and all features, and returns its path.
fn build(root: &Path, target: &str) -> io::Result<PathBuf> {
    require(target)?;
    let folder = root.join("target");
    let status = cargo_tool::cargo()
        .args([
            "build",
            "--locked",
            "--profile",
            "dist",
            "--features",
            "full",
        ])
        .args([
            "--package",
            PROGRAM,
            "--bin",
            PROGRAM,
            "--target",
            target,
            "--target-dir",
        ])
        .arg(&folder)
        .current_dir(root)
        .status()?;
    if !status.success() {
        return Err(io::Error::other("cargo build failed"));
    }
    let program = folder.join(target).join("dist").join(PROGRAM);
    Ok(match target.contains("-windows-") {
        true => program.with_extension("exe"),
        false => program,
    })
}

/// Checks that the target is installed, and for a static program the C compiler of the TLS library.
fn require(target: &str) -> io::Result<()> {
    let installed = Command::new("rustup")
        .args(["target", "list", "--installed"])
        .output();
    // Without rustup, cargo reports a missing target.
    if let Ok(installed) = installed {
        let text = String::from_utf8_lossy(&installed.stdout);
        if installed.status.success() && !text.lines().any(|line| line.trim() == target) {
            return Err(io::Error::other(format!(
                "the target {target} is not installed; run `rustup target add {target}`"
            )));
        }
    }
    if target.ends_with(STATIC_TARGET_END)
        && Command::new("musl-gcc").arg("--version").output().is_err()
    {
        return Err(io::Error::other(
            "ring needs the C compiler musl-gcc, which is missing; install musl-tools (Debian, \
             Ubuntu) or musl-gcc (Fedora)",
        ));
    }
    Ok(())
}

/// Checks that the program runs here and has the version of the package.
fn check(program: &Path, version: &str) -> io::Result<()> {
    let text = run(program, &["--version"])?;
    match String::from_utf8_lossy(&text).trim() == format!("{PROGRAM} {version}") {
        true => Ok(()),
        false => Err(io::Error::other(format!(
            "the program does not print version {version}: {}",
            String::from_utf8_lossy(&text)
        ))),
    }
}

/// Returns the completion scripts and the manual pages, which the program itself prints.
fn texts(program: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for (shell, file) in COMPLETIONS {
        let script = run(program, &["completions", shell])?;
        entries.push(Entry::file(format!("completions/{file}"), script));
    }
    let folder = tempfile::tempdir()?;
    let path = folder.path().to_string_lossy().into_owned();
    run(program, &["man", "--dir", &path])?;
    for page in std::fs::read_dir(folder.path())? {
        let page = page?.path();
        let name = format!("man/man1/{}", file_name(&page)?);
        entries.push(Entry::file(name, std::fs::read(&page)?));
    }
    Ok(entries)
}

fn run(program: &Path, arguments: &[&str]) -> io::Result<Vec<u8>> {
    let called = || format!("{} {}", program.display(), arguments.join(" "));
    let output = Command::new(program)
        .args(arguments)
        .output()
        .map_err(|error| {
            io::Error::other(format!(
                "{} does not run on this computer: {error}; build on the platform of the target",
                called()
            ))
        })?;
    match output.status.success() && !(output.stdout.is_empty() && output.stderr.is_empty()) {
        true => Ok(output.stdout),
        false => Err(io::Error::other(format!(
            "{} failed: {}",
            called(),
            String::from_utf8_lossy(&output.stderr)
        ))),
    }
}

/// Returns the target of this computer.
fn host() -> io::Result<String> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| io::Error::other("rustc -vV has no host"))
}

/// Returns the time of the last commit, so that equal commits give equal archives; 0 without git.
fn modified(root: &Path) -> u64 {
    let output = Command::new("git")
        .args(["log", "-1", "--format=%ct"])
        .current_dir(root)
        .output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    text.ok()
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(0)
}

fn file_name(path: &Path) -> io::Result<String> {
    let name = path.file_name().and_then(|name| name.to_str());
    name.map(str::to_owned)
        .ok_or_else(|| io::Error::other(format!("{} has no name", path.display())))
}
