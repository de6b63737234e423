//! Values of rows as people read them, with the value that a program sorts by.

use std::io;

use partner_center::{FieldKind, FieldValue, Row, Timestamp};
use time::{Date, Month, OffsetDateTime, Time};

use super::text::grouped;

/// Value of a cell.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Value {
    /// Text for people.
    pub(super) text: String,
    /// Value to sort by, where the text is not.
    pub(super) key: Option<String>,
}

impl Value {
    fn new(text: String, key: String) -> Self {
        let key = (text != key).then_some(key);
        Self { text, key }
    }
}

/// Returns the field of a row; [`FieldValue::Null`] for a name without a field.
pub(super) fn field<'row>(row: &'row dyn Row, name: &str) -> FieldValue<'row> {
    let position = row.names().iter().position(|known| *known == name);
    position.map_or(FieldValue::Null, |position| row.value(position))
}

/// Returns a value as people read it.
pub(super) fn value(value: FieldValue<'_>) -> io::Result<Value> {
    Ok(match value {
        FieldValue::Null => Value::default(),
        FieldValue::Integer(number) => {
            let key = number.to_string();
            Value::new(grouped(&key), key)
        }
        FieldValue::Number(number) => Value::new(grouped(number.as_str()), number.to_string()),
        FieldValue::Boolean(is_true) => {
            let text = if is_true { "Yes" } else { "No" };
            Value::new(text.to_owned(), is_true.to_string())
        }
        FieldValue::Timestamp(moment) => timestamp(moment),
        value => Value {
            text: value.text(&mut Vec::new())?.to_owned(),
            key: None,
        },
    })
}

/// Returns a value as a length; `None` if it is no number.
pub(super) fn length(value: FieldValue<'_>) -> Option<f64> {
    let length = match value {
        FieldValue::Integer(number) => number as f64,
        FieldValue::Number(number) => number.as_f64(),
        _ => return None,
    };
    length.is_finite().then_some(length)
}

/// Returns whether the values of a kind are numbers, which are aligned to the right.
pub(super) fn is_numeric(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::Count | FieldKind::Number)
}

fn timestamp(moment: &Timestamp) -> Value {
    match moment.to_utc() {
        Some(utc) if utc.time() == Time::MIDNIGHT => {
            Value::new(day(utc.date()), utc.date().to_string())
        }
        Some(utc) => Value::new(
            format!("{}, {} UTC", day(utc.date()), minutes(utc)),
            moment_key(utc),
        ),
        None if moment.is_never() => Value::new("Never".to_owned(), String::new()),
        None => Value::new(moment.to_string(), moment.to_string()),
    }
}

fn minutes(utc: OffsetDateTime) -> String {
    format!("{:02}:{:02}", utc.hour(), utc.minute())
}

/// Returns a moment in a spelling whose order is that of time, also beside days.
fn moment_key(utc: OffsetDateTime) -> String {
    format!("{}T{}:{:02}Z", utc.date(), minutes(utc), utc.second())
}

/// Returns a date such as `25 Nov 2026`.
fn day(date: Date) -> String {
    let month = date.month().to_string();
    let short = month.get(..3).unwrap_or(&month);
    format!("{} {short} {}", date.day(), date.year())
}

/// Returns a day such as `25 November 2026` for `2026-11-25`; other text stays as it is.
pub(super) fn long_day(text: &str) -> String {
    let read = || {
        let mut parts = text.split('-');
        let year = parts.next()?.parse().ok()?;
        let month = Month::try_from(parts.next()?.parse::<u8>().ok()?).ok()?;
        let day = parts.next()?.parse().ok()?;
        let date = Date::from_calendar_date(year, month, day).ok()?;
        parts.next().is_none().then_some(date)
    };
    match read() {
        Some(date) => format!("{} {} {}", date.day(), date.month(), date.year()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_timestamp(text: &str) -> (String, Option<String>) {
        let moment: Timestamp = text.parse().unwrap();
        let Value { text, key } = value(FieldValue::Timestamp(&moment)).unwrap();
        (text, key)
    }

    #[test]
    fn days_and_moments_have_an_iso_key() {
        for (text, shown, key) in [
            ("2026-11-05T00:00:00Z", "5 Nov 2026", "2026-11-05"),
            ("2026-11-05", "5 Nov 2026", "2026-11-05"),
            (
                "2017-03-14T03:25:16.36-08:00",
                "14 Mar 2017, 11:25 UTC",
                "2017-03-14T11:25:16Z",
            ),
            ("0001-01-01T00:00:00", "Never", ""),
        ] {
            assert_eq!(of_timestamp(text), (shown.to_owned(), Some(key.to_owned())));
        }
    }

    #[test]
    fn numbers_and_booleans_have_a_key_where_the_text_differs() {
        let pair = |found| {
            let Value { text, key } = value(found).unwrap();
            (text, key)
        };
        let number = "1234.50".parse().unwrap();
        assert_eq!(pair(FieldValue::Integer(12)), ("12".into(), None));
        assert_eq!(
            pair(FieldValue::Integer(-1200)),
            ("\u{2212}1,200".into(), Some("-1200".into()))
        );
        assert_eq!(
            pair(FieldValue::Number(&number)),
            ("1,234.50".into(), Some("1234.50".into()))
        );
        assert_eq!(
            pair(FieldValue::Boolean(true)),
            ("Yes".into(), Some("true".into()))
        );
        assert_eq!(value(FieldValue::Null).unwrap(), Value::default());
    }

    #[test]
    fn a_day_is_written_in_full_and_other_text_is_kept() {
        assert_eq!(long_day("2026-11-05"), "5 November 2026");
        for text in ["2026-02-30", "2026-11", "2026-11-05-1", "today", ""] {
            assert_eq!(long_day(text), text);
        }
    }
}
