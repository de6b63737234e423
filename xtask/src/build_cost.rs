//! `cargo xtask build-cost`: compares the clean build of a crate that depends on our client with
//! that of a crate that depends on progenitor's unedited client of the same spec and its stock
//! runtime.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle, TagStyle};

use crate::SPEC_PATH;
use crate::generate::GenerateError;
use crate::regenerate::RegenerateError;
use crate::spec::Spec;

/// Number of clean builds of each crate; the builds alternate.
const TURNS: usize = 3;

/// Measures the builds in a temporary folder and prints the result.
///
/// # Errors
///
/// Returns an error if the code cannot be generated, a folder cannot be written, or a build fails.
pub fn build_cost(root: &Path, out: &mut dyn Write) -> Result<(), RegenerateError> {
    let folder = tempfile::tempdir()?;
    let client = root.join("crates/partner-center");
    let [ours, stock, same_tls] =
        ["ours", "stock", "same-tls"].map(|name| folder.path().join(name));
    package(
        &ours,
        &format!(
            "partner-center = {{ path = {:?} }}",
            client.display().to_string()
        ),
        "pub use partner_center::Client;\n",
    )?;
    let code = stock_client(root)?;
    let dependencies = |reqwest: &str| {
        format!(
            "progenitor-client = \"=0.15.1\"\n{reqwest}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
             serde_json = \"1\"\nuuid = {{ version = \"1\", features = [\"serde\", \"v4\"] }}\n"
        )
    };
    package(
        &stock,
        &dependencies(
            "reqwest = { version = \"0.13\", features = [\"json\", \"query\", \"stream\"] }",
        ),
        &code,
    )?;
    package(
        &same_tls,
        &dependencies(
            "reqwest = { version = \"0.13\", default-features = false, features = [\"json\", \"query\", \"stream\", \
             \"system-proxy\", \"rustls-no-provider\"] }\n\
             rustls = { version = \"0.23\", default-features = false, features = [\"ring\", \"std\", \"tls12\"] }",
        ),
        &code,
    )?;
    for package in [&ours, &stock, &same_tls] {
        std::fs::copy(root.join("Cargo.lock"), package.join("Cargo.lock"))?;
        // Downloads the sources, and builds once to warm the disk cache.
        build(package)?;
    }
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..TURNS {
        for (package, times) in [&ours, &stock, &same_tls].into_iter().zip(&mut times) {
            times.push(build(package)?);
        }
    }
    let [ours_time, stock_time, same_tls_time] = times.map(|mut times| {
        times.sort();
        times[TURNS / 2]
    });
    writeln!(out, "clean build, median of {TURNS}: ours {ours_time:.1?}")?;
    for (name, time) in [("stock", stock_time), ("stock with our TLS", same_tls_time)] {
        let ratio = ours_time.as_secs_f64() / time.as_secs_f64();
        writeln!(out, "ratio to {name} ({time:.1?}): {ratio:.2}")?;
    }
    let (ours, stock) = (crates(&ours)?, crates(&same_tls)?);
    let added: Vec<&str> = ours.difference(&stock).map(String::as_str).collect();
    writeln!(
        out,
        "crates in addition to stock with our TLS: {}",
        added.join(", ")
    )?;
    Ok(())
}

fn package(folder: &Path, dependencies: &str, code: &str) -> io::Result<()> {
    std::fs::create_dir_all(folder.join("src"))?;
    std::fs::write(
        folder.join("Cargo.toml"),
        format!(
            "[package]\nname = \"build-cost\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\n{dependencies}\n\n[profile.dev]\ndebug = \"line-tables-only\"\n\n\
             [profile.dev.package.\"*\"]\ndebug = false\n"
        ),
    )?;
    std::fs::write(folder.join("src/lib.rs"), code)
}

/// Generates progenitor's unedited client of the same spec.
fn stock_client(root: &Path) -> Result<String, RegenerateError> {
    let spec = Spec::load(&root.join(SPEC_PATH))?;
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged);
    let tokens = Generator::new(&settings)
        .generate_tokens(&spec.document)
        .map_err(GenerateError::from)?;
    let file = syn::parse2(tokens).map_err(GenerateError::from)?;
    // Warnings of unedited generated code are not relevant here.
    Ok(format!(
        "#![allow(warnings)]\n{}",
        prettyplease::unparse(&file)
    ))
}

/// Builds from the downloaded sources without any build cache.
fn build(package: &Path) -> io::Result<Duration> {
    let target = package.join("target");
    if target.exists() {
        std::fs::remove_dir_all(&target)?;
    }
    let started = Instant::now();
    let status = cargo(package)
        .args(["build", "--quiet", "--target-dir"])
        .arg(&target)
        .status()?;
    let time = started.elapsed();
    match status.success() {
        true => Ok(time),
        false => Err(io::Error::other(format!(
            "the build in {} failed",
            package.display()
        ))),
    }
}

/// Returns the names of the crates in a package's build.
fn crates(package: &Path) -> io::Result<BTreeSet<String>> {
    let tree = cargo(package)
        .args([
            "tree",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .stdout(Stdio::piped())
        .output()?;
    let text = String::from_utf8_lossy(&tree.stdout).into_owned();
    Ok(text
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect())
}

fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder);
    command
}
