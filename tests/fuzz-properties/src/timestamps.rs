//! Text of timestamps.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use partner_center::Timestamp;
use partner_center::query::Literal;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::text::is_printable;

/// Parses the lines of a text as timestamps of a caller and of the service.
///
/// A timestamp is written as it was read, and denotes the time that the crate `time` parses.
/// Timestamps are ordered by their time.
pub fn timestamps(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    let mut read: Vec<Timestamp> = Vec::new();
    for line in text.split('\n').take(4) {
        of_caller(line);
        read.extend(of_service(line));
    }
    for left in &read {
        for right in &read {
            is_ordered(left, right);
        }
    }
}

fn of_caller(text: &str) {
    match text.parse::<Timestamp>() {
        Ok(timestamp) => {
            assert!(text.len() <= "YYYY-MM-DDTHH:MM:SS.fffffff+HH:MM".len());
            assert_eq!(timestamp.to_string(), text);
            let again: Timestamp =
                serde_json::from_value(text.into()).expect("the service may send it, too");
            assert_eq!(timestamp.as_str(), again.as_str());
            // A filter keeps the spelling of a timestamp.
            let literal = Literal::from(timestamp).to_string();
            assert_eq!(literal, format!("cast('{text}',Edm.DateTimeOffset)"));
        }
        Err(error) => is_printable(&error.to_string()),
    }
}

fn of_service(text: &str) -> Option<Timestamp> {
    let json = serde_json::to_string(text).expect("text is JSON");
    let read = serde_json::from_str::<Timestamp>(&json);
    let moment = moment(text);
    let Ok(timestamp) = read else {
        assert!(
            moment.is_none(),
            "a timestamp of RFC 3339 is rejected: {text}"
        );
        return None;
    };
    assert_eq!(timestamp.to_string(), text);
    assert_eq!(
        serde_json::to_string(&timestamp).expect("it was read"),
        json
    );
    let utc = timestamp.to_utc();
    assert!(!(timestamp.is_never() && utc.is_some()));
    if let (Some(moment), Some(utc)) = (moment, utc) {
        assert_eq!(moment, utc);
    }
    if let Some(utc) = utc {
        let written = Timestamp::try_from(utc).expect("its year is 1 to 9999");
        assert_eq!(written, timestamp);
        // The first day means "never" once it is written.
        assert!(written.is_never() || written.to_utc() == Some(utc));
    }
    let date = timestamp.date().to_string();
    assert!(text.contains(&date), "{date} is not the date of {text}");
    Some(timestamp)
}

/// Returns the time of a text in the subset of RFC 3339 that the service uses.
fn moment(text: &str) -> Option<OffsetDateTime> {
    let is_leap_second = text.get(17..19) == Some("60");
    let is_fraction_long = text.get(19..)?.bytes().filter(u8::is_ascii_digit).count() > 7 + 4;
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    let (hours, _, _) = moment.offset().as_hms();
    let is_shared = text.get(10..11) == Some("T")
        && !is_leap_second
        && !is_fraction_long
        && hours.unsigned_abs() <= 14
        && (1..=9999).contains(&moment.year())
        // Only the first seven digits of a fraction are used.
        && moment.nanosecond() % 100 == 0;
    is_shared.then_some(moment)
}

fn is_ordered(left: &Timestamp, right: &Timestamp) {
    let order = left.cmp(right);
    assert_eq!(order.reverse(), right.cmp(left));
    assert_eq!(order.is_eq(), left == right);
    if let (Some(left), Some(right)) = (left.to_utc(), right.to_utc()) {
        assert_eq!(order, left.cmp(&right));
    }
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    assert!(order.is_ne() || hasher.hash_one(left) == hasher.hash_one(right));
    assert!(order.is_eq() || left.as_str() != right.as_str());
}
