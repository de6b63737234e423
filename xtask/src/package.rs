//! `cargo xtask package`: the crates as their users get them.
//!
//! Cargo packages the crates and builds each from its package, with a registry of the packages that
//! it depends on. A program outside the workspace then depends on the packages.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::Value;

use crate::cargo_tool;

/// Program outside the workspace, relative to the workspace root.
const DOWNSTREAM_PATH: &str = "xtask/testdata/downstream";

/// Files that every package contains.
const REQUIRED: [&str; 4] = ["Cargo.toml", "README.md", "LICENSE-APACHE", "LICENSE-MIT"];

/// Largest file of a package, in bytes. Generated types are the largest; a snapshot or a list of
/// seeds would be larger.
const LARGEST_FILE: u64 = 400_000;

/// Crate of the workspace that is published.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Publishable {
    /// Name of the crate.
    pub name: String,
    /// Version of the crate.
    pub version: String,
    /// Folder of the crate.
    pub folder: PathBuf,
    /// Members of the workspace that must be published before this crate.
    pub dependencies: Vec<String>,
    /// Whether users install the crate instead of depending on it.
    pub is_program: bool,
    /// Features that docs.rs documents.
    pub documented_features: Vec<String>,
}

/// Removes what cargo keeps of the packages of an earlier run: it takes a package of the same name and
/// version for the same package, in its folder of unpacked sources and among what it compiled.
fn forget_earlier(crates: &[Publishable], target: &Path) -> io::Result<()> {
    let remove = |folder: &Path| match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    remove(target)?;
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let Some(sources) = home
        .map(|home| home.join("registry/src"))
        .filter(|it| it.is_dir())
    else {
        return Ok(());
    };
    for registry in std::fs::read_dir(sources)? {
        let registry = registry?.path();
        for it in crates {
            remove(&registry.join(format!("{}-{}", it.name, it.version)))?;
        }
    }
    Ok(())
}

/// Packages the crates, builds the packages and runs the program. Returns whether all steps succeed.
///
/// # Errors
///
/// If cargo cannot be started, or files cannot be read or written.
pub fn package(root: &Path, out: &mut dyn Write) -> io::Result<bool> {
    let started = Instant::now();
    let crates = publishable(root)?;
    let target = root.join("target/packages");
    forget_earlier(&crates, &target)?;
    let names: Vec<_> = crates.iter().map(|it| it.name.as_str()).collect();
    writeln!(
        out,
        "[1/3] packages, each built from its package: {}",
        names.join(", ")
    )?;
    out.flush()?;
    // Uncommitted changes are checked too; `cargo publish` refuses them.
    let mut command = cargo(root, &target);
    command.args(["package", "--locked", "--allow-dirty"]);
    for name in names {
        command.args(["--package", name]);
    }
    if !command.status()?.success() {
        writeln!(
            out,
            "failed: a crate cannot be packaged, or does not compile from its package"
        )?;
        return Ok(false);
    }

    writeln!(out, "[2/3] contents of the packages")?;
    let mut problems = Vec::new();
    for it in &crates {
        let stem = format!("{}-{}", it.name, it.version);
        let folder = target.join("package").join(&stem);
        let files = files(&folder)?;
        let archive = target.join("package").join(format!("{stem}.crate"));
        writeln!(
            out,
            "{:<26}{:>4} files {:>6} KiB, {:>4} KiB compressed",
            it.name,
            files.len(),
            files
                .iter()
                .map(|(_, size)| size)
                .sum::<u64>()
                .div_ceil(1024),
            std::fs::metadata(archive)?.len().div_ceil(1024),
        )?;
        problems.extend(content_problems(&it.name, &files));
    }
    for problem in &problems {
        writeln!(out, "failed: {problem}")?;
    }
    if !problems.is_empty() {
        return Ok(false);
    }

    writeln!(
        out,
        "[3/3] a program outside the workspace that depends on the packages"
    )?;
    out.flush()?;
    let folder = tempfile::tempdir()?;
    copy(&root.join(DOWNSTREAM_PATH), folder.path())?;
    // The versions that the workspace was tested with.
    std::fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock"))?;
    let mut command = cargo(folder.path(), &target);
    command.arg("test");
    for Publishable { name, version, .. } in crates.iter().filter(|it| !it.is_program) {
        let package = target.join("package").join(format!("{name}-{version}"));
        // A TOML string in single quotes has no escapes: paths of Windows stay as they are.
        let patch = format!("patch.crates-io.{name}.path='{}'", package.display());
        command.args(["--config", &patch]);
    }
    if !command.status()?.success() {
        writeln!(
            out,
            "failed: {DOWNSTREAM_PATH}, with the packages as dependencies"
        )?;
        return Ok(false);
    }
    writeln!(
        out,
        "all {} packages can be published; {} s",
        crates.len(),
        started.elapsed().as_secs()
    )?;
    Ok(true)
}

/// Returns the crates that are published, each after the crates that it depends on.
///
/// # Errors
///
/// If `cargo metadata` fails, or the crates depend on each other in a circle.
pub fn publishable(root: &Path) -> io::Result<Vec<Publishable>> {
    let output = cargo_tool::cargo()
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(root)
        .output()?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        return Err(io::Error::other(format!("cargo metadata failed: {error}")));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let all = packages
        // An empty list of registries is `publish = false`.
        .filter(|package| package["publish"].is_null())
        .map(read)
        .collect();
    in_order(all)
}

/// Reads a package of `cargo metadata`.
fn read(package: &Value) -> Publishable {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let dependencies = package["dependencies"].as_array().into_iter().flatten();
    let mut targets = package["targets"].as_array().into_iter().flatten();
    let features = package["metadata"]["docs"]["rs"]["features"].as_array();
    let manifest = PathBuf::from(text(&package["manifest_path"]));
    Publishable {
        name: text(&package["name"]),
        version: text(&package["version"]),
        folder: manifest.parent().map(Path::to_owned).unwrap_or_default(),
        dependencies: dependencies
            // Without a version, a development dependency is not in the published manifest.
            .filter(|it| it["path"].is_string() && !(it["kind"] == "dev" && it["req"] == "*"))
            .map(|it| text(&it["name"]))
            .collect(),
        is_program: targets.any(|it| it["kind"][0] == "bin"),
        documented_features: features.into_iter().flatten().map(text).collect(),
    }
}

/// Sorts crates so that each follows its dependencies; crates without an order stay in that of names.
fn in_order(crates: Vec<Publishable>) -> io::Result<Vec<Publishable>> {
    let mut waiting: BTreeMap<_, _> = crates.into_iter().map(|it| (it.name.clone(), it)).collect();
    let mut sorted = Vec::new();
    while !waiting.is_empty() {
        let ready = waiting
            .values()
            .find(|it| {
                it.dependencies
                    .iter()
                    .all(|name| !waiting.contains_key(name))
            })
            .map(|it| it.name.clone());
        match ready.and_then(|name| waiting.remove(&name)) {
            Some(next) => sorted.push(next),
            None => {
                let names: Vec<_> = waiting.into_keys().collect();
                return Err(io::Error::other(format!(
                    "no order to publish {}: they depend on each other; a development dependency \
                     inside the workspace must have a path and no version",
                    names.join(", ")
                )));
            }
        }
    }
    Ok(sorted)
}

/// Returns what a package lacks and what it must not contain.
fn content_problems(name: &str, files: &[(String, u64)]) -> Vec<String> {
    let mut problems = Vec::new();
    for required in REQUIRED {
        if !files.iter().any(|(file, _)| file == required) {
            problems.push(format!("{name}: the package has no {required}"));
        }
    }
    for (file, size) in files {
        let mut parts = file.split('/');
        if file.ends_with(".pem") || file.ends_with(".snap") || parts.any(|part| part == "tests") {
            problems.push(format!(
                "{name}: {file} is for tests and must not be packaged"
            ));
        }
        if *size > LARGEST_FILE {
            problems.push(format!(
                "{name}: {file} has {size} bytes, at most {LARGEST_FILE} allowed"
            ));
        }
    }
    problems
}

/// Returns a cargo command with the profile of the workspace, which is not part of a package. The
/// dependencies that are built already are thus used again.
fn cargo(folder: &Path, target: &Path) -> Command {
    let mut command = cargo_tool::cargo();
    command.current_dir(folder).env("CARGO_TARGET_DIR", target);
    for setting in [
        "profile.dev.debug=\"line-tables-only\"",
        "profile.dev.package.\"*\".debug=false",
    ] {
        command.args(["--config", setting]);
    }
    command
}

/// Returns the files below a folder with their sizes, sorted, except those of its builds.
fn files(folder: &Path) -> io::Result<Vec<(String, u64)>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(relative) = folders.pop() {
        for entry in std::fs::read_dir(folder.join(&relative))? {
            let entry = entry?;
            let path = relative.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                let name = path.to_string_lossy().replace('\\', "/");
                found.push((name, entry.metadata()?.len()));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Copies the files of a folder into another one.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for (file, _) in files(from)? {
        let target = to.join(&file);
        std::fs::create_dir_all(target.parent().unwrap_or(to))?;
        std::fs::copy(from.join(&file), target)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publishable(name: &str, dependencies: &[&str]) -> Publishable {
        Publishable {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            folder: PathBuf::new(),
            dependencies: dependencies.iter().map(|&it| it.to_owned()).collect(),
            is_program: false,
            documented_features: Vec::new(),
        }
    }

    #[test]
    fn a_crate_follows_its_dependencies() {
        let sorted = in_order(vec![
            publishable("a", &["c", "serde"]),
            publishable("b", &["a"]),
            publishable("c", &[]),
        ]);
        let names: Vec<_> = sorted.unwrap().into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["c", "a", "b"]);
    }

    #[test]
    fn crates_that_depend_on_each_other_are_refused_by_name() {
        let crates = vec![
            publishable("a", &["b"]),
            publishable("b", &["a"]),
            publishable("c", &[]),
        ];
        let error = in_order(crates).unwrap_err().to_string();
        assert!(error.starts_with("no order to publish a, b: "), "{error}");
    }

    #[test]
    fn files_for_tests_and_large_files_are_refused() {
        let complete = REQUIRED.map(|name| (name.to_owned(), 100));
        assert!(content_problems("a", &complete).is_empty());
        assert_eq!(content_problems("a", &complete[1..]).len(), 1);
        for (file, size, problems) in [
            ("src/attests.rs", 100, 0),
            ("src/lib.rs", LARGEST_FILE + 1, 1),
            ("src/key.pem", 100, 1),
            ("src/tests/mod.rs", 100, 1),
            ("snapshots/a.snap", 100, 1),
        ] {
            let files = [&complete[..], &[(file.to_owned(), size)]].concat();
            assert_eq!(content_problems("a", &files).len(), problems, "{file}");
        }
    }
}
