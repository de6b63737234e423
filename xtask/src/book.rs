//! `cargo xtask book`: the documents of the repository as a book.
//!
//! Chapters are copied below `target/book-source`, at their paths in the repository, so that a link
//! between two documents is written once and works in both places.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use crate::cargo_tool;

/// Pinned version: mdBook's options and its HTML change between releases.
const MDBOOK: &str = "0.5.4";

/// Folder with `SUMMARY.md` and `book.toml`.
const FOLDER: &str = "docs";

/// Builds the book in `target/book`; returns whether all links between its chapters resolve.
///
/// # Errors
///
/// When a document cannot be read or copied, mdBook cannot be installed or fails, or `out` cannot be
/// written to.
pub fn book(root: &Path, out: &mut dyn Write) -> io::Result<bool> {
    let problems = check(root)?;
    for problem in &problems {
        writeln!(out, "{problem}")?;
    }
    if !problems.is_empty() {
        return Ok(false);
    }
    // Without its server, which needs most of its dependencies.
    let options = ["--no-default-features", "--features", "search"];
    let mdbook = cargo_tool::install_with(root, "mdbook", MDBOOK, &options, out)?;
    let target = root.join("target/book-source");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    let source = target.join("source");
    let summary = summary(root)?;
    let chapters = chapters(&summary);
    let mut files: BTreeSet<PathBuf> = chapters.iter().cloned().collect();
    for chapter in &chapters {
        files.extend(links(root, chapter)?.into_iter().map(|link| link.path));
    }
    for file in &files {
        let copy = source.join(file);
        if let Some(folder) = copy.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(root.join(file), copy)?;
    }
    fs::write(source.join("SUMMARY.md"), summary)?;
    fs::copy(
        root.join(FOLDER).join("book.toml"),
        target.join("book.toml"),
    )?;
    let status = Command::new(mdbook).arg("build").arg(&target).status()?;
    if !status.success() {
        return Err(io::Error::other("mdbook build failed"));
    }
    writeln!(out, "{} chapters: target/book/index.html", chapters.len())?;
    Ok(true)
}

/// Returns a line for every link of a chapter that does not resolve in the book.
///
/// # Errors
///
/// When the summary or a chapter cannot be read.
pub fn check(root: &Path) -> io::Result<Vec<String>> {
    let chapters = chapters(&summary(root)?);
    let mut problems = Vec::new();
    for chapter in &chapters {
        for Link { text, path, anchor } in links(root, chapter)? {
            let target = root.join(&path);
            let is_document = path.extension().is_some_and(|extension| extension == "md");
            let problem = if !target.is_file() {
                "is not a file"
            } else if is_document && !chapters.contains(&path) {
                "is not a chapter of docs/SUMMARY.md"
            } else if is_document
                && let Some(anchor) = anchor
                && !anchors(&fs::read_to_string(&target)?).contains(&anchor)
            {
                "has no such heading"
            } else {
                continue;
            };
            problems.push(format!("{}: `{text}` {problem}", chapter.display()));
        }
    }
    Ok(problems)
}

/// Reads the summary, with paths from the root of the repository instead of its folder.
fn summary(root: &Path) -> io::Result<String> {
    let text = fs::read_to_string(root.join(FOLDER).join("SUMMARY.md"))?;
    let mut summary = String::new();
    for line in text.lines() {
        match line
            .split_once("](")
            .and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?)))
        {
            Some((name, link)) => {
                let path = normal(&Path::new(FOLDER).join(link));
                summary.push_str(&format!("{name}]({})\n", slashes(&path)));
            }
            None => summary.push_str(&format!("{line}\n")),
        }
    }
    Ok(summary)
}

/// Returns the chapters of a summary, in order.
fn chapters(summary: &str) -> Vec<PathBuf> {
    let targets = summary.lines().filter_map(|line| {
        let (_, rest) = line.split_once("](")?;
        Some(PathBuf::from(rest.strip_suffix(')')?))
    });
    targets.collect()
}

/// Relative link of a document.
struct Link {
    /// The link as it is written.
    text: String,
    /// Its target, from the root of the repository.
    path: PathBuf,
    /// Heading within the target.
    anchor: Option<String>,
}

/// Returns the links of a chapter to files and headings of the repository, outside of code.
fn links(root: &Path, chapter: &Path) -> io::Result<Vec<Link>> {
    let text = fs::read_to_string(root.join(chapter))
        .map_err(|error| io::Error::other(format!("{}: {error}", chapter.display())))?;
    let mut links = Vec::new();
    for line in prose(&text) {
        for part in line.split("](").skip(1) {
            let Some((link, _)) = part.split_once(')') else {
                continue;
            };
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = match link.split_once('#') {
                Some((path, anchor)) => (path, Some(anchor.to_owned())),
                None => (link, None),
            };
            let path = match path {
                "" => chapter.to_owned(),
                path => normal(&chapter.parent().unwrap_or(Path::new("")).join(path)),
            };
            links.push(Link {
                text: link.to_owned(),
                path,
                anchor,
            });
        }
    }
    Ok(links)
}

/// Returns the lines outside of code blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        !in_code && !is_fence
    })
}

/// Returns the ids that headings and explicit anchors have in HTML: small letters, digits, hyphens.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter_map(|line| {
        let heading = line.trim_start_matches('#');
        (heading.len() < line.len()).then(|| {
            let words = heading.trim().to_lowercase();
            let kept = words.chars().filter_map(|c| match c {
                ' ' => Some('-'),
                c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
                _ => None,
            });
            kept.collect()
        })
    });
    let explicit = prose(text).flat_map(|line| {
        line.split("id=\"")
            .skip(1)
            .filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
    });
    headings.chain(explicit).collect()
}

/// Removes `.` and `..` from a relative path.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    normal
}

/// Returns a path as mdBook expects it on every system.
fn slashes(path: &Path) -> String {
    let parts = path.components().map(|it| it.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_links_of_the_book_resolve() {
        let root = crate::workspace_root();
        assert_eq!(check(&root).unwrap(), Vec::<String>::new());
        assert!(chapters(&summary(&root).unwrap()).len() > 10);
    }

    #[test]
    fn links_that_do_not_resolve_are_reported() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("docs/SUMMARY.md", "- [A](a.md)\n- [B](../b.md)\n");
        write("docs/other.md", "");
        write(
            "docs/a.md",
            "[1](../b.md) [2](../b.md#two-words) [3](https://a.example/x.md)\n```\n[4](no.md)\n```\n\
             [5](no.md) [6](other.md) [7](../b.md#three) [8](#none)\n",
        );
        write("b.md", "# B\n\n## Two words\n");
        assert_eq!(
            check(root.path()).unwrap(),
            [
                "docs/a.md: `no.md` is not a file",
                "docs/a.md: `other.md` is not a chapter of docs/SUMMARY.md",
                "docs/a.md: `../b.md#three` has no such heading",
                "docs/a.md: `#none` has no such heading",
            ]
        );
    }

    #[test]
    fn the_summary_has_paths_from_the_root() {
        let root = crate::workspace_root();
        let summary = summary(&root).unwrap();
        assert!(summary.contains("](README.md)\n"), "{summary}");
        assert!(summary.contains("](docs/sign-in.md)\n"), "{summary}");
        assert!(!summary.contains("../"), "{summary}");
    }
}
