//! `cargo xtask tidy`: language and layout rules that a program can check.
//!
//! The words come from the glossary of `docs/STYLE.md`, which is where a rule is added.

mod examples;
mod text;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use examples::Examples;
use text::{Kind, Piece, pieces};

/// Document with the rules and the glossary, relative to the workspace root.
const STYLE_PATH: &str = "docs/STYLE.md";

/// Largest share of documentation summaries of a crate that may begin with a vague word.
///
/// Not zero, since "It" or "One" can be the first word of a good sentence.
const VAGUE_SHARE: f64 = 0.03;

/// Beginnings that name nothing: a reader learns the subject later in the sentence or not at all.
const VAGUE_BEGINNINGS: [&str; 16] = [
    "What ",
    "How ",
    "Where ",
    "Why ",
    "Which ",
    "Who ",
    "Whose ",
    "The same",
    "One ",
    "Nothing",
    "Something",
    "It ",
    "They ",
    "So many",
    "Another",
    "Not at all",
];

/// Longest hand-written source file, in lines. A longer one has more than one subject.
const LONGEST_FILE: usize = 600;

/// Rule that a place violates.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Finding {
    path: String,
    line: usize,
    problem: String,
}

/// Term of the glossary that is not to be used, and its replacement.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Term {
    words: Vec<String>,
    replacement: String,
}

/// Prints every violation below `root`; returns whether there is none.
///
/// # Errors
///
/// When a file cannot be read, the style guide has no glossary, or `out` cannot be written to.
pub fn tidy(root: &Path, out: &mut dyn Write) -> io::Result<bool> {
    let terms = glossary(&fs::read_to_string(root.join(STYLE_PATH))?);
    if terms.is_empty() {
        return Err(io::Error::other(format!("{STYLE_PATH} has no glossary")));
    }
    let mut findings = Vec::new();
    let mut summaries: BTreeMap<String, (usize, Vec<Finding>)> = BTreeMap::new();
    let mut examples = Examples::default();
    for path in source_files(root)? {
        let text = fs::read_to_string(root.join(&path))?;
        let name = path.display().to_string();
        let lines = text.lines().count();
        if name.ends_with(".rs") && lines > LONGEST_FILE {
            findings.push(Finding {
                path: name.clone(),
                line: 1,
                problem: format!("{lines} lines, at most {LONGEST_FILE} allowed: split the file"),
            });
        }
        if is_public_source(&name) {
            examples.add(&crate_of(&name), &text);
        }
        for piece in pieces(&name, &text) {
            findings.extend(wrong_words(&name, &piece, &terms));
            if piece.kind == Kind::Summary {
                let (all, vague) = summaries.entry(crate_of(&name)).or_default();
                *all += 1;
                vague.extend(vague_summary(&name, &piece));
            }
        }
    }
    for (name, (all, vague)) in summaries {
        #[expect(clippy::cast_precision_loss, reason = "a count of lines is small")]
        let share = vague.len() as f64 / all as f64;
        if share > VAGUE_SHARE {
            findings.push(Finding {
                path: name,
                line: 0,
                problem: format!(
                    "{} of {all} documentation summaries begin with a vague word, at most {} % \
                     allowed; they follow",
                    vague.len(),
                    100.0 * VAGUE_SHARE
                ),
            });
            findings.extend(vague);
        }
    }
    findings.extend(examples.problems().map(|(name, problem)| Finding {
        path: format!("crates/{name}"),
        line: 0,
        problem,
    }));
    for Finding {
        path,
        line,
        problem,
    } in &findings
    {
        writeln!(out, "{path}:{line}: {problem}")?;
    }
    writeln!(out, "examples/public items: {}", examples.summary())?;
    match findings.len() {
        0 => writeln!(out, "language and layout follow {STYLE_PATH}")?,
        count => writeln!(out, "{count} places to fix; {STYLE_PATH} has the rules")?,
    }
    Ok(findings.is_empty())
}

/// Reads the rows of the table below the heading `Glossary`.
fn glossary(style: &str) -> Vec<Term> {
    let (_, table) = style.split_once("\n## Glossary\n").unwrap_or_default();
    table
        .lines()
        .filter_map(|line| {
            line.strip_prefix("| ")?
                .strip_suffix(" |")?
                .split_once(" | ")
        })
        .filter(|(not, _)| *not != "not")
        .map(|(not, replacement)| Term {
            words: not.split(", ").map(str::to_owned).collect(),
            replacement: replacement.to_owned(),
        })
        .collect()
}

fn wrong_words(path: &str, piece: &Piece<'_>, terms: &[Term]) -> Vec<Finding> {
    let lower = piece.text.to_lowercase();
    let found = terms.iter().filter_map(|term| {
        let word = term.words.iter().find(|word| has_word(&lower, word))?;
        Some(Finding {
            path: path.to_owned(),
            line: piece.line,
            problem: format!("`{word}`: write \"{}\"", term.replacement),
        })
    });
    found.collect()
}

/// Returns whether `text` has `word` between characters that are not letters.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(start, found)| {
        let before = text[..start].chars().next_back();
        let after = text[start + found.len()..].chars().next();
        let joins = |c: char| c.is_alphanumeric() || c == '_';
        !before.is_some_and(joins) && !after.is_some_and(joins)
    })
}

fn vague_summary(path: &str, piece: &Piece<'_>) -> Option<Finding> {
    let text = piece.text;
    VAGUE_BEGINNINGS
        .iter()
        .any(|beginning| text.starts_with(beginning))
        .then(|| Finding {
            path: path.to_owned(),
            line: piece.line,
            problem: format!("vague summary: {text}"),
        })
}

/// The crate of a path, for the share of its summaries.
fn crate_of(path: &str) -> String {
    let mut parts = path.split('/');
    match (parts.next(), parts.next()) {
        (Some("crates"), Some(name)) => name.to_owned(),
        (Some(top), _) => top.to_owned(),
        (None, _) => String::new(),
    }
}

/// Returns whether a file is part of the documentation of a crate.
fn is_public_source(path: &str) -> bool {
    path.starts_with("crates/")
        && path.contains("/src/")
        && path.ends_with(".rs")
        && !path.contains("/tests/")
        && !path.ends_with("/tests.rs")
}

/// Hand-written sources and documents, relative to the root, in order.
fn source_files(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in ["crates", "xtask", "tests", "docs", "openapi"] {
        collect(root, Path::new(folder), &mut files)?;
    }
    for document in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        files.push(PathBuf::from(document));
    }
    files.retain(|path| path != Path::new(STYLE_PATH));
    files.sort();
    Ok(files)
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            let skipped = [
                "generated",
                "target",
                "node_modules",
                "snapshots",
                "exchanges",
            ];
            if !skipped.iter().any(|skip| name == *skip) {
                collect(root, &path, files)?;
            }
        } else if path.extension().is_some_and(|it| it == "rs" || it == "md") {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glossary_is_read_from_the_style_guide() {
        let style = fs::read_to_string(crate::workspace_root().join(STYLE_PATH)).unwrap();
        let terms = glossary(&style);
        assert!(terms.len() > 10, "{terms:?}");
        assert!(terms.iter().all(|term| !term.replacement.is_empty()));
    }

    #[test]
    fn words_count_as_a_whole_and_in_any_case() {
        let terms =
            glossary("\n## Glossary\n\n| not | but |\n|---|---|\n| foo-bar, baz-qux | foobar |\n");
        let findings = |text: &str| {
            let piece = Piece {
                kind: Kind::Comment,
                line: 7,
                text,
            };
            wrong_words("a.rs", &piece, &terms).len()
        };
        assert_eq!(findings("A Foo-bar."), 1);
        assert_eq!(findings("baz-quxes and foobars"), 0);
    }

    #[test]
    fn a_summary_names_its_subject() {
        let summary = |text| {
            let piece = Piece {
                kind: Kind::Summary,
                line: 1,
                text,
            };
            vague_summary("a.rs", &piece).is_some()
        };
        assert!(summary("What a page holds."));
        assert!(summary("It is read once."));
        assert!(!summary("Content of a page."));
        assert!(!summary("Itemised costs."));
    }
}
