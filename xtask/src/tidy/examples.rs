//! Share of examples among the public items of a crate.

use std::collections::BTreeMap;

/// Smallest number of examples for 100 public items of a crate.
///
/// Well-documented crates of the field have 15 to 40. Examples in included documents, such as the
/// README, are not counted, nor are generated files.
const MINIMUM: usize = 15;

/// Kinds of items that a reader looks up.
const ITEMS: [&str; 9] = [
    "fn ", "struct ", "enum ", "trait ", "type ", "const ", "static ", "mod ", "union ",
];

/// Numbers of one crate.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Count {
    items: usize,
    examples: usize,
}

/// Counts of all crates, by name.
#[derive(Debug, Default)]
pub(super) struct Examples(BTreeMap<String, Count>);

impl Examples {
    /// Adds a source file of a crate.
    pub(super) fn add(&mut self, name: &str, text: &str) {
        let count = self.0.entry(name.to_owned()).or_default();
        let mut is_open = false;
        for line in text.lines().map(str::trim) {
            let doc = line
                .strip_prefix("///")
                .or_else(|| line.strip_prefix("//!"));
            if let Some(kind) = doc.and_then(|doc| doc.trim().strip_prefix("```")) {
                is_open = !is_open;
                count.examples += usize::from(is_open && is_rust(kind));
            } else if doc.is_none() {
                is_open = false;
                count.items += usize::from(is_item(line));
            }
        }
    }

    /// Returns a line for every crate with too few examples.
    pub(super) fn problems(&self) -> impl Iterator<Item = (&str, String)> {
        self.0.iter().filter_map(|(name, count)| {
            let Count { items, examples } = count;
            (examples * 100 < MINIMUM * items).then(|| {
                let problem = format!(
                    "{examples} examples for {items} public items, at least {MINIMUM} for 100 \
                     needed: add examples to builders and to types that a program uses first"
                );
                (name.as_str(), problem)
            })
        })
    }

    /// Returns the counts as text, such as `partner-center 11/29`.
    pub(super) fn summary(&self) -> String {
        let counts = self.0.iter().filter(|(_, count)| count.items > 0);
        let counts =
            counts.map(|(name, Count { items, examples })| format!("{name} {examples}/{items}"));
        counts.collect::<Vec<_>>().join(", ")
    }
}

/// Returns whether rustdoc compiles a code block with these words after its fence.
fn is_rust(words: &str) -> bool {
    let first = words.split(',').next().unwrap_or_default();
    matches!(
        first.trim(),
        "" | "rust" | "no_run" | "compile_fail" | "should_panic"
    )
}

fn is_item(line: &str) -> bool {
    let Some(mut rest) = line.strip_prefix("pub ") else {
        return false;
    };
    for word in ["const fn ", "async fn "] {
        if rest.starts_with(word) {
            rest = "fn ";
        }
    }
    ITEMS.iter().any(|item| rest.starts_with(item))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "\
        //! ```text\n//! not Rust\n//! ```\n\
        /// One.\n///\n/// ```\n/// one();\n/// ```\npub fn one() {}\n\
        /// ```no_run\n/// two();\n/// ```\npub async fn two() {}\n\
        pub(crate) fn three() {}\nfn four() {}\npub const FIVE: u8 = 5;\npub name: String,\n";

    #[test]
    fn items_and_examples_are_counted() {
        let mut examples = Examples::default();
        examples.add("a", SOURCE);
        let expected = Count {
            items: 3,
            examples: 2,
        };
        assert_eq!(examples.0["a"], expected);
        assert_eq!(examples.summary(), "a 2/3");
        assert_eq!(examples.problems().count(), 0);
    }

    #[test]
    fn too_few_examples_are_reported() {
        let mut examples = Examples::default();
        examples.add("a", SOURCE);
        for _ in 0..20 {
            examples.add("a", "pub fn another() {}\n");
        }
        let problems: Vec<_> = examples.problems().collect();
        assert_eq!(problems.len(), 1);
        assert!(
            problems[0].1.starts_with("2 examples for 23"),
            "{problems:?}"
        );
    }
}
