//! Suggestions for mistyped names.

use strsim::damerau_levenshtein;

/// Maximum length of a word; longer words get no suggestion.
const LONGEST: usize = 64;

/// Returns the maximum edit distance at which [`nearest`] accepts a name: a third of the word, and at
/// least 1.
pub fn max_distance(word: &str) -> usize {
    1.max(word.len() / 3)
}

/// Returns the name with the smallest edit distance to `word`, case-insensitively.
///
/// Distances above [`max_distance`] are rejected. A name that is a prefix of the word, or
/// of which the word is a prefix, is always accepted.
pub fn nearest<'name>(
    word: &str,
    names: impl IntoIterator<Item = &'name str> + Clone,
) -> Option<&'name str> {
    if word.len() < 2 {
        return None;
    }
    nearest_within(max_distance(word), word, names.clone()).or_else(|| {
        let begins = |long: &str, short: &str| {
            long.get(..short.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(short))
        };
        let is_prefix = |name: &&str| begins(name, word) || begins(word, name);
        let is_short = word.len() <= LONGEST;
        names.into_iter().find(|name| is_short && is_prefix(name))
    })
}

/// Returns the name with the smallest edit distance to `word`, case-insensitively, if the distance
/// is at most `limit`.
pub fn nearest_within<'name>(
    limit: usize,
    word: &str,
    names: impl IntoIterator<Item = &'name str>,
) -> Option<&'name str> {
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_ascii_lowercase();
    names
        .into_iter()
        .map(|name| (damerau_levenshtein(&word, &name.to_ascii_lowercase()), name))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_names_are_suggested() {
        let names = ["customerTenantId", "customerName", "meterCategory", "id"];
        for (word, expected) in [
            ("custmerName", Some("customerName")),
            ("CUSTOMERNAMES", Some("customerName")),
            ("cutsomerName", Some("customerName")),
            ("meter", Some("meterCategory")),
            ("Ids", Some("id")),
            ("ageGroup", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, names), expected, "{word}");
        }
        assert_eq!(nearest(&"customerName".repeat(9), names), None);
        assert_eq!(nearest_within(1, "meter", names), None);
    }
}
