//! Suggestions for mistyped names.

/// Maximum length of a word; longer words get no suggestion.
const LONGEST: usize = 64;

/// Returns the name with the smallest edit distance to `word`, case-insensitively.
///
/// Distances of more than a third of the word are rejected. A name that is a prefix of the word, or
/// of which the word is a prefix, is always accepted.
pub(super) fn nearest<'name>(word: &str, names: &[&'name str]) -> Option<&'name str> {
    let word = word.to_ascii_lowercase();
    if word.len() > LONGEST || word.len() < 2 {
        return None;
    }
    names
        .iter()
        .map(|name| (distance(&word, &name.to_ascii_lowercase()), *name))
        .filter(|(distance, _)| *distance <= 1.max(word.len() / 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
        .or_else(|| {
            let begins = |name: &&&str| {
                let name = name.to_ascii_lowercase();
                name.starts_with(&word) || word.starts_with(&name)
            };
            names.iter().find(begins).copied()
        })
}

/// Returns the edit distance of two words: the number of inserted, removed or replaced characters.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, character) in from.chars().enumerate() {
        let mut corner = index;
        let mut left = index + 1;
        for (above, target) in row.iter_mut().skip(1).zip(&to) {
            let replaced = corner + usize::from(character != *target);
            corner = *above;
            left = replaced.min(corner + 1).min(left + 1);
            *above = left;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        for (from, to, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("flaw", "lawn", 2),
            ("é", "e", 1),
        ] {
            assert_eq!(distance(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn suggests_what_is_near() {
        let names = ["customerTenantId", "customerName", "meterCategory", "id"];
        for (word, expected) in [
            ("custmerName", Some("customerName")),
            ("CUSTOMERNAMES", Some("customerName")),
            ("meter", Some("meterCategory")),
            ("Ids", Some("id")),
            ("ageGroup", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, &names), expected, "{word}");
        }
        assert_eq!(nearest(&"customerName".repeat(9), &names), None);
    }
}
