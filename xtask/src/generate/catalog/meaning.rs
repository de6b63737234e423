//! Meaning of a field or parameter: the first sentence of its description.

/// Returns the first sentence of a description in one line, without its full stop and without
/// the deviations in parentheses, which are for maintainers.
pub(super) fn meaning(description: Option<&str>) -> String {
    sentence(&line(description.unwrap_or_default()))
}

/// Returns the default of a parameter: the sentence "Default: ..".
pub(super) fn default(description: &str) -> Option<String> {
    let line = line(description);
    let (_, default) = line.split_once("Default: ")?;
    Some(sentence(default))
}

fn line(description: &str) -> String {
    let text = without_deviations(description);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

fn sentence(text: &str) -> String {
    let sentence = match text.split_once(". ") {
        Some((sentence, _)) => sentence,
        None => text.strip_suffix('.').unwrap_or(text),
    };
    sentence.to_owned()
}

/// Returns the text without `([T8](deviations.md#t8), ..)`.
fn without_deviations(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("([T") {
        let Some((_, behind)) = after.split_once("))") else {
            break;
        };
        plain.push_str(before.trim_end());
        rest = behind;
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::{default, meaning};

    #[test]
    fn the_first_sentence_is_one_line_without_deviations() {
        for (description, expected) in [
            (None, ""),
            (Some("Licences sold, a count."), "Licences sold, a count"),
            (
                Some("Most rows in one page, 1 to\n10000. Default: 10000."),
                "Most rows in one page, 1 to 10000",
            ),
            (
                Some("Name ([T7](deviations.md#t7), [T8](deviations.md#t8)); kept. More."),
                "Name; kept",
            ),
            (Some("As `a.b` ([T1](x"), "As `a.b` ([T1](x"),
        ] {
            assert_eq!(meaning(description), expected);
        }
    }

    #[test]
    fn the_default_is_a_sentence_of_the_description() {
        let text = "Day wanted. Default: the latest\nday ([T8](deviations.md#t8)). More.";
        assert_eq!(default(text).as_deref(), Some("the latest day"));
        assert_eq!(default("Rows. Default: 10000."), Some("10000".to_owned()));
        assert_eq!(default("Rows."), None);
    }
}
