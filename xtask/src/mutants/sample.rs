//! Reproducible sample of the mutants that cargo-mutants can make.

use std::collections::HashMap;

use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Mutant as printed by `cargo mutants --list --json`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub(super) struct Mutant {
    /// Place and change; filters match this name.
    pub(super) name: String,
    /// Package of the changed file.
    pub(super) package: String,
    file: String,
    genre: String,
    replacement: String,
    function: Option<Function>,
}

#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
struct Function {
    function_name: String,
}

impl Mutant {
    /// Returns the path of the changed file.
    pub(super) fn path(&self) -> &str {
        &self.file
    }
}

/// Part of a sample: part `index`, from 0, of `count`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Shard {
    pub(super) index: usize,
    pub(super) count: usize,
}

impl Shard {
    /// Parses `0/4` to `3/4`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let shard = text.split_once('/').and_then(|(index, count)| {
            Some(Self {
                index: index.parse().ok()?,
                count: count.parse().ok()?,
            })
        });
        shard
            .filter(|shard| shard.index < shard.count)
            .ok_or_else(|| format!("`{text}` is not a shard; write 0/4 to 3/4 for quarters"))
    }
}

/// Chooses `size` mutants, or all if there are fewer, and returns the shard's part of them.
///
/// The choice depends on the seed and on the change, not on its line, so that edits elsewhere in a
/// file do not change the sample.
pub(super) fn sample(
    mutants: Vec<Mutant>,
    seed: u64,
    size: usize,
    shard: Option<Shard>,
) -> Vec<Mutant> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut ranked: Vec<_> = mutants
        .into_iter()
        .map(|mutant| {
            let function = mutant.function.as_ref();
            let change = format!(
                "{}\n{}\n{}\n{}",
                mutant.file,
                function.map_or("", |function| &function.function_name),
                mutant.genre,
                mutant.replacement
            );
            let repeated = seen.entry(change.clone()).or_default();
            *repeated += 1;
            let rank = Sha256::digest(format!("{seed}\n{change}\n{repeated}"));
            (rank, mutant)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.truncate(size);
    let shard = shard.unwrap_or(Shard { index: 0, count: 1 });
    ranked
        .into_iter()
        .skip(shard.index)
        .step_by(shard.count)
        .map(|(_, mutant)| mutant)
        .collect()
}

/// Returns the configuration with which cargo-mutants makes only these mutants.
pub(super) fn configuration(mutants: &[Mutant]) -> String {
    let names: Vec<_> = mutants
        .iter()
        // A JSON string is a TOML string too.
        .map(|mutant| serde_json::Value::from(format!("^{}$", escaped(&mutant.name))).to_string())
        .collect();
    format!("examine_re = [\n{}\n]\n", names.join(",\n"))
}

/// Escapes a text for a regular expression. `<` and `>` are not escaped, because `\<` and `\>` are
/// word boundaries.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn mutants(lines: std::ops::Range<usize>) -> Vec<Mutant> {
        let functions = ["a", "b", "c", "d", "e", "f"];
        lines
            .zip(functions.iter().cycle())
            .map(|(line, function)| Mutant {
                name: format!("src/x.rs:{line}:1: replace {function} with ()"),
                package: "x".to_owned(),
                file: "src/x.rs".to_owned(),
                genre: "FnValue".to_owned(),
                replacement: "()".to_owned(),
                function: Some(Function {
                    function_name: (*function).to_owned(),
                }),
            })
            .collect()
    }

    #[test]
    fn the_same_seed_chooses_the_same_mutants() {
        let all = mutants(0..100);
        let chosen = sample(all.clone(), 1, 20, None);
        assert_eq!(chosen.len(), 20);
        assert_eq!(chosen, sample(all.clone(), 1, 20, None));
        assert_ne!(chosen, sample(all.clone(), 2, 20, None));
        assert_eq!(sample(all, 1, 1000, None).len(), 100);
    }

    #[test]
    fn moved_code_stays_in_the_sample() {
        let lines = |mutants: Vec<Mutant>, from: usize| -> BTreeSet<usize> {
            let line = |mutant: &Mutant| mutant.name.split(':').nth(1).unwrap().parse::<usize>();
            mutants
                .iter()
                .map(|mutant| line(mutant).unwrap() - from)
                .collect()
        };
        assert_eq!(
            lines(sample(mutants(0..60), 1, 10, None), 0),
            lines(sample(mutants(500..560), 1, 10, None), 500)
        );
    }

    #[test]
    fn shards_partition_a_sample() {
        let whole = sample(mutants(0..100), 1, 50, None);
        let mut parts: Vec<_> = (0..4)
            .flat_map(|index| {
                let shard = Shard { index, count: 4 };
                sample(mutants(0..100), 1, 50, Some(shard))
            })
            .collect();
        parts.sort_by(|a, b| a.name.cmp(&b.name));
        let mut sorted = whole;
        sorted.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!(parts, sorted);
        assert_eq!(Shard::parse("3/4"), Ok(Shard { index: 3, count: 4 }));
        for wrong in ["4/4", "0/0", "1", "a/b", "-1/4", ""] {
            assert!(Shard::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_become_exact_patterns() {
        let mut mutant = mutants(0..1).remove(0);
        mutant.name = r#"a.rs:1:2: replace <impl X<'de>>::f -> &str with "x""#.to_owned();
        assert_eq!(
            configuration(&[mutant]),
            "examine_re = [\n\"^a\\\\.rs:1:2: replace <impl X<'de>>::f \\\\-> \\\\&str with \\\"x\\\"$\"\n]\n"
        );
    }
}
