//! Copy of the source tree that cargo-mutants changes.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Updates `copy` from the files of `root` that git tracks or does not ignore.
///
/// Files with the same content are not rewritten, because a new modification time would make cargo
/// rebuild.
pub(crate) fn synchronise(root: &Path, copy: &Path) -> io::Result<()> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others"])
        .arg("--exclude-standard")
        .current_dir(root)
        .output()?;
    if !listed.status.success() {
        let reason = String::from_utf8_lossy(&listed.stderr).trim().to_owned();
        return Err(io::Error::other(format!("git ls-files failed: {reason}")));
    }
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    // A deleted file may still be in git's index.
    let files: BTreeSet<PathBuf> = listed
        .split_terminator('\0')
        .map(PathBuf::from)
        .filter(|file| root.join(file).is_file())
        .collect();
    std::fs::create_dir_all(copy)?;
    remove_others(copy, Path::new(""), &files)?;
    for file in &files {
        let (from, to) = (root.join(file), copy.join(file));
        let content = std::fs::read(&from)?;
        if std::fs::read(&to).is_ok_and(|old| old == content) {
            continue;
        }
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&to, content)?;
    }
    Ok(())
}

fn remove_others(copy: &Path, folder: &Path, files: &BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(copy.join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            remove_others(copy, &path, files)?;
        } else if !files.contains(&path) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_copied_and_unchanged_files_keep_their_time() {
        let folder = tempfile::tempdir().unwrap();
        let (root, copy) = (folder.path().join("root"), folder.path().join("copy"));
        std::fs::create_dir_all(root.join("src")).unwrap();
        let status = Command::new("git")
            .args(["init", "--quiet"])
            .current_dir(&root)
            .status()
            .unwrap();
        assert!(status.success());
        for (file, content) in [
            (".gitignore", "target"),
            ("src/a.rs", "a"),
            ("src/b.rs", "b"),
            ("target", "built"),
        ] {
            std::fs::write(root.join(file), content).unwrap();
        }
        synchronise(&root, &copy).unwrap();
        assert!(!copy.join("target").exists());
        let time = |file: &str| copy.join(file).metadata().unwrap().modified().unwrap();
        let before = time("src/a.rs");

        std::fs::remove_file(root.join("src/b.rs")).unwrap();
        std::fs::write(root.join("src/c.rs"), "c").unwrap();
        // Leftovers of an interrupted run.
        std::fs::write(copy.join(".gitignore"), "changed").unwrap();
        synchronise(&root, &copy).unwrap();
        assert_eq!(time("src/a.rs"), before);
        assert!(!copy.join("src/b.rs").exists());
        assert!(copy.join("src/c.rs").exists());
        assert_eq!(
            std::fs::read_to_string(copy.join(".gitignore")).unwrap(),
            "target"
        );
    }
}
