//! Undocumented spellings of a moment.

use super::Timestamp;

/// Original text of a moment with an undocumented spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spelling {
    pub(super) text: Box<str>,
}

impl Timestamp {
    /// Reads text of the service: a documented spelling, or another one that is unambiguous.
    pub(crate) fn of_service(text: &str) -> Option<Self> {
        if let Ok(timestamp) = Self::read(text.as_bytes()) {
            return Some(timestamp);
        }
        let timestamp = Self::read(plain(text)?.as_bytes()).ok()?;
        Some(Self {
            spelling: Some(Box::new(Spelling { text: text.into() })),
            ..timestamp
        })
    }
}

/// Converts the text to a documented spelling; `None` if its format is unknown. The day and the
/// time are not checked.
fn plain(text: &str) -> Option<String> {
    let (date, rest) = text.trim().split_at_checked(10)?;
    if rest.is_empty() {
        return Some(date.to_owned());
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (minutes, rest) = rest.split_at_checked(5)?;
    let (seconds, rest) = match rest.strip_prefix(':') {
        Some(rest) => rest.split_at_checked(2)?,
        None => ("00", rest),
    };
    let mut plain = format!("{date}T{minutes}:{seconds}");
    let mut zone = rest;
    if let Some(fraction) = rest.strip_prefix('.') {
        let end = fraction.find(|c: char| !c.is_ascii_digit());
        let (digits, rest) = fraction.split_at(end.unwrap_or(fraction.len()));
        plain.push('.');
        plain.push_str(&digits[..digits.len().min(7)]);
        zone = rest;
    }
    let zone = zone.strip_prefix(' ').unwrap_or(zone);
    match (zone.len(), zone.contains(':')) {
        (0, _) | (6, true) => plain.push_str(zone),
        (1, _) => plain.push_str(&zone.to_ascii_uppercase()),
        (3, false) => plain.push_str(&format!("{zone}:00")),
        (5, false) => {
            let (hours, minutes) = zone.split_at_checked(3)?;
            plain.push_str(&format!("{hours}:{minutes}"));
        }
        _ => return None,
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_spelling_of_a_moment_is_read_and_kept() {
        for (text, same) in [
            ("2018-10-14 00:00:00", "2018-10-14T00:00:00"),
            ("2018-10-14t01:02:03z", "2018-10-14T01:02:03Z"),
            ("2018-10-14T01:02Z", "2018-10-14T01:02:00Z"),
            ("2018-10-14 01:02", "2018-10-14T01:02:00"),
            ("2018-10-14T01:02+02:00", "2018-10-14T01:02:00+02:00"),
            (
                "2018-10-14T01:02:03.12345678Z",
                "2018-10-14T01:02:03.1234567Z",
            ),
            (
                "2018-10-14T01:02:03.123456789012",
                "2018-10-14T01:02:03.1234567",
            ),
            (
                "2018-10-14 01:02:03.5 +02:00",
                "2018-10-14T01:02:03.5+02:00",
            ),
            ("2018-10-14T01:02:03+0200", "2018-10-14T01:02:03+02:00"),
            ("2018-10-14T01:02:03-08", "2018-10-14T01:02:03-08:00"),
            (" 2018-10-14 ", "2018-10-14"),
        ] {
            let timestamp = Timestamp::of_service(text).unwrap();
            assert_eq!(timestamp.to_string(), text);
            let plain: Timestamp = same.parse().unwrap();
            assert_eq!(timestamp, plain, "{text}");
            assert_eq!(timestamp.to_utc(), plain.to_utc(), "{text}");
            assert!(!timestamp.same_text(&plain), "{text}");
            // Requests accept documented spellings only.
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
            assert_eq!(timestamp.plain(&mut [0; Timestamp::MAX_TEXT]), same);
            let json = serde_json::to_string(text).unwrap();
            let read: Timestamp = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
        }
        assert!(
            Timestamp::of_service("0001-01-01 00:00:00")
                .unwrap()
                .is_never()
        );
    }

    #[test]
    fn what_leaves_a_doubt_is_refused() {
        for text in [
            "",
            "10/14/2018 12:00:00 AM",
            "14.10.2018",
            "2018-10-14T",
            "2018-10-14T24:00",
            "2018-10-14T01",
            "2018-10-14  01:02:03",
            "2018-02-30 00:00:00",
            "2018-10-14 01:02:60",
            "2018-10-14T01:02:03.Z",
            "2018-10-14T01:02:03 PM",
            "2018-10-14T01:02:03+15",
            "2018-10-14T01:02:03x",
            "2018-10-14T01:02:03,5",
            "２018-10-14 01:02:03",
            "1539475200",
        ] {
            assert!(Timestamp::of_service(text).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_is_kept(text in "[0-9]{4}-[01][0-9]-[0-3][0-9].{0,24}|.{0,40}") {
            if let Some(timestamp) = Timestamp::of_service(&text) {
                prop_assert_eq!(timestamp.to_string(), text);
            }
        }
    }
}
