//! Comparison of names that people write.

/// Returns a name without case, hyphens and underscores, so that `retryAfter`, `retry_after` and
/// `retry-after` are the same.
pub(crate) fn normalised(name: &str) -> String {
    name.chars()
        .filter(|character| !matches!(character, '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Returns `; did you mean ..?` for the known name that is most like the given one; empty if
/// none is.
pub(crate) fn closest(given: &str, known: impl Iterator<Item = &'static str>) -> String {
    /// Longer texts are not misspelt names, and comparing them takes long.
    const LONGEST: usize = 64;
    if given.len() > LONGEST {
        return String::new();
    }
    let wanted = normalised(given);
    known
        .map(|name| (strsim::jaro_winkler(&wanted, &normalised(name)), name))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}

/// Returns the beginning of a text for a message, without control characters.
pub(crate) fn shortened(text: &str) -> String {
    const LENGTH: usize = 64;
    let mut short: String = text
        .chars()
        .take(LENGTH)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(LENGTH).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_are_recognised() {
        let known = || ["throttle", "truncatedJson", "status"].into_iter();
        for (given, expected) in [
            ("throtle", "; did you mean `throttle`?"),
            ("Truncated-Json", "; did you mean `truncatedJson`?"),
            ("xyz", ""),
            ("", ""),
            (&"throttle".repeat(10_000), ""),
        ] {
            assert_eq!(closest(given, known()), expected);
        }
    }
}
