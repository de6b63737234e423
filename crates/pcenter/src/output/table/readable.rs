//! Numbers and dates as people read them.

use std::borrow::Cow;

use partner_center::{FieldKind, Timestamp};

/// Returns the text of a value of this kind: digits in groups of three, dates without a time at
/// midnight, other times to the minute. Other text is unchanged.
pub(super) fn text(kind: FieldKind, text: &str) -> Cow<'_, str> {
    match kind {
        FieldKind::Count | FieldKind::Number => grouped(text),
        FieldKind::Timestamp => moment(text),
        _ => Cow::Borrowed(text),
    }
}

/// Returns a number with the digits before the decimal point in groups of three.
pub(crate) fn grouped(text: &str) -> Cow<'_, str> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (whole, fraction) = rest.split_at(rest.find('.').unwrap_or(rest.len()));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() < 4 || !is_digits(whole) || !is_digits(fraction.trim_start_matches('.')) {
        return Cow::Borrowed(text);
    }
    let mut grouped = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped.push_str(fraction);
    Cow::Owned(grouped)
}

/// Shortens a moment to its day, or to the minute with its offset from UTC, unless that is zero.
fn moment(text: &str) -> Cow<'_, str> {
    match text.parse::<Timestamp>() {
        Ok(moment) if moment.is_never() => return Cow::Borrowed("never"),
        Ok(_) => {}
        Err(_) => return Cow::Borrowed(text),
    }
    let Some((day, time)) = text.split_once('T') else {
        return Cow::Borrowed(text);
    };
    let (clock, offset) = time.split_at(time.find(['Z', '+', '-']).unwrap_or(time.len()));
    let offset = match offset.trim_start_matches(['+', '-']) {
        "" | "Z" | "00:00" => "",
        _ => offset,
    };
    let is_midnight = clock.chars().all(|c| matches!(c, '0' | ':' | '.'));
    match (is_midnight, clock.get(..5)) {
        (true, _) => Cow::Borrowed(day),
        (false, Some(minute)) => Cow::Owned(format!("{day} {minute}{offset}")),
        (false, None) => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_dates_are_short() {
        for (kind, value, expected) in [
            (FieldKind::Count, "999", "999"),
            (FieldKind::Count, "18518505", "18,518,505"),
            (FieldKind::Count, "-1234", "-1,234"),
            (FieldKind::Number, "1234567.50001", "1,234,567.50001"),
            (FieldKind::Number, "1234e400", "1234e400"),
            (FieldKind::Number, "", ""),
            (FieldKind::Text, "18518505", "18518505"),
            (FieldKind::Timestamp, "2018-10-14T00:00:00", "2018-10-14"),
            (
                FieldKind::Timestamp,
                "2018-10-14T00:00:00.000Z",
                "2018-10-14",
            ),
            (
                FieldKind::Timestamp,
                "2018-10-14T09:05:59.1+00:00",
                "2018-10-14 09:05",
            ),
            (
                FieldKind::Timestamp,
                "2018-10-14T09:05:59-08:00",
                "2018-10-14 09:05-08:00",
            ),
            (FieldKind::Timestamp, "2018-10-14", "2018-10-14"),
            (FieldKind::Timestamp, "0001-01-01T00:00:00Z", "never"),
            (FieldKind::Timestamp, "soonT", "soonT"),
        ] {
            assert_eq!(text(kind, value), expected);
        }
    }
}
