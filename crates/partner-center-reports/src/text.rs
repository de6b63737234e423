//! Numbers in sentences.

/// Returns a number with commas between thousands, such as `1,000,000`.
pub(crate) fn grouped(number: impl Into<i128>) -> String {
    let number: i128 = number.into();
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 2);
    if number < 0 {
        text.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns an amount with commas between thousands, such as `1,000.50`.
pub(crate) fn grouped_amount(amount: &str) -> String {
    let (whole, fraction) = amount.split_at(amount.find('.').unwrap_or(amount.len()));
    match whole.parse::<i128>() {
        Ok(whole) => format!("{}{fraction}", grouped(whole)),
        Err(_) => amount.to_owned(),
    }
}

/// Returns a number with its noun, such as `1 row` and `2,000 rows`.
pub(crate) fn counted(number: impl Into<i128>, one: &str, many: &str) -> String {
    let number = number.into();
    format!("{} {}", grouped(number), plural(number, one, many))
}

/// Returns numbers with their places, separated by commas; those that are zero are left out.
pub(crate) fn placed<N: Copy + Into<i128>>(parts: &[(N, &str)]) -> String {
    let parts = parts
        .iter()
        .map(|(number, place)| ((*number).into(), place));
    let parts: Vec<_> = parts
        .filter(|(number, _)| *number != 0)
        .map(|(number, place)| format!("{} {place}", grouped(number)))
        .collect();
    parts.join(", ")
}

/// Returns the word for this number.
pub(crate) fn plural<'a>(number: impl Into<i128>, one: &'a str, many: &'a str) -> &'a str {
    match number.into() {
        1 => one,
        _ => many,
    }
}

/// Returns the first texts of a list, and how many follow.
pub(crate) fn listed(texts: &[String], most: usize) -> String {
    let mut line = texts
        .iter()
        .take(most)
        .cloned()
        .collect::<Vec<_>>()
        .join("; ");
    if texts.len() > most {
        line.push_str(&format!("; and {} more", texts.len() - most));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas_between_thousands() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (-1_234_567, "-1,234,567"),
            (i64::MIN, "-9,223,372,036,854,775,808"),
        ] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(grouped_amount("1234567.80"), "1,234,567.80");
        assert_eq!(grouped_amount("100"), "100");
        assert_eq!(counted(1_u64, "row", "rows"), "1 row");
        assert_eq!(counted(2_000_i64, "row", "rows"), "2,000 rows");
    }

    #[test]
    fn long_lists_are_shortened() {
        let texts = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(listed(&texts, 3), "a; b; c");
        assert_eq!(listed(&texts, 1), "a; and 2 more");
    }
}
