use std::hash::{BuildHasher, RandomState};

use proptest::prelude::*;
use time::UtcOffset;
use time::format_description::well_known::Rfc3339;

use super::*;

fn read(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn utc(text: &str) -> Option<OffsetDateTime> {
    Some(OffsetDateTime::parse(text, &Rfc3339).unwrap())
}

#[test]
fn is_small() {
    assert_eq!(size_of::<Timestamp>(), 48);
    assert_eq!(size_of::<Option<Timestamp>>(), 48);
}

#[test]
fn documented_spellings_keep_their_text_and_their_instant() {
    for (text, instant) in [
        ("2017-03-10T00:00:00+00:00", "2017-03-10T00:00:00Z"),
        ("2017-03-14T03:25:16.36+00:00", "2017-03-14T03:25:16.36Z"),
        ("2018-10-14T00:00:00", "2018-10-14T00:00:00Z"),
        ("2018-05-27T00:00:00", "2018-05-27T00:00:00Z"),
        ("2016-10-18T19:16:25.107", "2016-10-18T19:16:25.107Z"),
        ("2018-11-07T00:00:00", "2018-11-07T00:00:00Z"),
        ("2016-02-04T19:29:38.037", "2016-02-04T19:29:38.037Z"),
        ("2018-02-10T02:39:57.729", "2018-02-10T02:39:57.729Z"),
        ("2018-05-30", "2018-05-30T00:00:00Z"),
        ("2018-02-07T23:43:19", "2018-02-07T23:43:19Z"),
        ("2018-01-01", "2018-01-01T00:00:00Z"),
        ("2018-05-30T01:02:03Z", "2018-05-30T01:02:03Z"),
        (
            "2018-05-30T01:02:03.1234567Z",
            "2018-05-30T01:02:03.1234567Z",
        ),
        ("2018-05-30T01:02:03.1200000Z", "2018-05-30T01:02:03.12Z"),
        ("2018-05-30T01:02:03.0", "2018-05-30T01:02:03Z"),
        ("2018-05-30T01:02:03-08:30", "2018-05-30T09:32:03Z"),
        ("2018-05-30T01:02:03.5+14:00", "2018-05-29T11:02:03.5Z"),
        ("2018-05-30T01:02:03-00:00", "2018-05-30T01:02:03Z"),
        ("2016-02-29", "2016-02-29T00:00:00Z"),
        (
            "2000-02-29T23:59:59.9999999",
            "2000-02-29T23:59:59.9999999Z",
        ),
        ("0001-01-02", "0001-01-02T00:00:00Z"),
        ("0001-01-02T00:00:00+14:59", "0001-01-01T09:01:00Z"),
        (
            "9999-12-31T23:59:59.9999999Z",
            "9999-12-31T23:59:59.9999999Z",
        ),
    ] {
        let timestamp = read(text);
        assert_eq!(timestamp.to_string(), text);
        assert_eq!(timestamp.to_utc(), utc(instant), "{text}");
        assert!(!timestamp.is_never(), "{text}");
    }
}

#[test]
fn every_kind_of_text_is_converted() {
    let text = "2018-05-30T01:02:03.5+14:00";
    for converted in [
        Timestamp::try_from(text),
        Timestamp::try_from(text.to_owned()),
        Timestamp::try_from(&text.to_owned()),
    ] {
        assert_eq!(converted.unwrap().to_string(), text);
    }
    assert!(Timestamp::try_from("today".to_owned()).is_err());
}

#[test]
fn the_sentinel_is_never() {
    for text in [
        "0001-01-01",
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:59",
        "0001-01-01T23:59:59.9999999-14:59",
    ] {
        let timestamp = read(text);
        assert!(timestamp.is_never(), "{text}");
        assert_eq!(timestamp.to_utc(), None, "{text}");
        assert_eq!(timestamp.to_string(), text);
        assert_eq!(timestamp.date().to_ordinal_date(), (1, 1), "{text}");
        assert!(timestamp < read("0001-01-03"), "{text}");
    }
}

#[test]
fn an_instant_past_the_last_year_has_no_utc_but_an_order() {
    let past = read("9999-12-31T23:59:59.9999999-08:00");
    assert_eq!(past.to_utc(), None);
    assert!(!past.is_never());
    assert!(past > read("9999-12-31T23:59:59.9999999Z"));
    assert_eq!(past.to_string(), "9999-12-31T23:59:59.9999999-08:00");
}

#[test]
fn invalid_text_is_rejected_with_the_invalid_part() {
    for (text, problem) in [
        ("", "it does not begin with a date"),
        (" ", "it does not begin with a date"),
        ("null", "it does not begin with a date"),
        ("2017", "it does not begin with a date"),
        ("2017-03", "it does not begin with a date"),
        ("2017-3-1", "it does not begin with a date"),
        ("17-03-2010", "it does not begin with a date"),
        ("20170310", "it does not begin with a date"),
        ("2017/03/10", "it does not begin with a date"),
        (" 2017-03-10", "it does not begin with a date"),
        ("+2017-03-10", "it does not begin with a date"),
        ("2017-03-1\u{660}", "it does not begin with a date"),
        ("２017-03-10", "it does not begin with a date"),
        ("1546469802", "it does not begin with a date"),
        (
            "Tue, 14 Mar 2017 17:55:01 GMT",
            "it does not begin with a date",
        ),
        (
            "cast('2018-01-01', Edm.DateTimeOffset)",
            "it does not begin with a date",
        ),
        ("0000-01-01", "the year"),
        ("2017-00-10", "the month must"),
        ("2017-13-10", "the month must"),
        ("2017-03-00", "the month has no such day"),
        ("2017-03-32", "the month has no such day"),
        ("2017-04-31", "the month has no such day"),
        ("2017-02-29", "the month has no such day"),
        ("1900-02-29", "the month has no such day"),
        ("2017-03-10 ", "only `T`"),
        ("2017-03-10Z", "only `T`"),
        ("2017-03-10 00:00:00", "only `T`"),
        ("2017-03-10t00:00:00", "only `T`"),
        ("2017-03-10\u{e9}", "only `T`"),
        ("2017-03-10T", "the time after `T`"),
        ("2017-03-10T00", "the time after `T`"),
        ("2017-03-10T00:00", "the time after `T`"),
        ("2017-03-10T00:00Z", "the time after `T`"),
        ("2017-03-10T0:00:00Z", "the time after `T`"),
        ("2017-03-10T00.00.00", "the time after `T`"),
        ("2017-03-10T00:00:0x", "the time after `T`"),
        ("2017-03-10T-1:00:00", "the time after `T`"),
        ("2017-03-10T24:00:00", "the hour"),
        ("2017-03-10T00:60:00", "the minute"),
        ("2017-03-10T23:59:60Z", "the second"),
        ("2017-03-10T00:00:00.", "the fraction"),
        ("2017-03-10T00:00:00.Z", "the fraction"),
        ("2017-03-10T00:00:00.12345678", "the fraction"),
        ("2017-03-10T00:00:00.1.2", "only an offset"),
        ("2017-03-10T00:00:00,5", "only an offset"),
        ("2017-03-10T00:00:00z", "only an offset"),
        ("2017-03-10T00:00:00ZZ", "only an offset"),
        ("2017-03-10T00:00:00 ", "only an offset"),
        ("2017-03-10T00:00:00\0", "only an offset"),
        ("2017-03-10T00:00:00+00", "only an offset"),
        ("2017-03-10T00:00:00+0000", "only an offset"),
        ("2017-03-10T00:00:00+0:00", "only an offset"),
        ("2017-03-10T00:00:00+00:00:00", "only an offset"),
        ("2017-03-10T00:00:00 00:00", "only an offset"),
        ("2017-03-10T00:00:00\u{2212}08:00", "only an offset"),
        ("2017-03-10T00:00:00+15:00", "the offset must"),
        ("2017-03-10T00:00:00-14:60", "the offset must"),
    ] {
        let error = text.parse::<Timestamp>().unwrap_err();
        assert!(error.problem.starts_with(problem), "{text:?}: {error}");
    }
}

#[test]
fn errors_state_the_problem_and_the_expected_format() {
    assert_eq!(
        read_error("2017-02-29"),
        "`2017-02-29` is not a timestamp: the month has no such day; expected `YYYY-MM-DD` or \
         `YYYY-MM-DDTHH:MM:SS`, the latter with an optional `.` and 1 to 7 digits and an \
         optional `Z` or `±HH:MM`"
    );
    let hostile = format!("\u{202e}\n\"{}", "x".repeat(1 << 20));
    let message = read_error(&hostile);
    assert!(message.starts_with(r#"`\u{202e}\n"xxx"#), "{message}");
    assert!(message.len() < 250, "{message}");
}

fn read_error(text: &str) -> String {
    text.parse::<Timestamp>().unwrap_err().to_string()
}

#[test]
fn equal_instants_are_equal_whatever_their_text() {
    let hasher = RandomState::new();
    let day = read("2017-03-10");
    for text in [
        "2017-03-10T00:00:00",
        "2017-03-10T00:00:00Z",
        "2017-03-10T00:00:00.000",
        "2017-03-10T00:00:00+00:00",
        "2017-03-10T00:00:00-00:00",
        "2017-03-10T01:00:00+01:00",
        "2017-03-09T16:00:00-08:00",
    ] {
        let other = read(text);
        assert_eq!(day, other);
        assert_eq!(day.cmp(&other), Ordering::Equal);
        assert_eq!(hasher.hash_one(&day), hasher.hash_one(&other));
        assert_ne!(day.as_str(), other.as_str());
    }
}

#[test]
fn the_date_is_as_written() {
    assert_eq!(
        read("2017-03-10T23:00:00-08:30").date(),
        Date::from_calendar_date(2017, Month::March, 10).unwrap()
    );
}

#[test]
fn moments_and_days_are_written() {
    for (moment, text) in [
        ("2017-03-10T00:00:00Z", "2017-03-10T00:00:00+00:00"),
        ("2017-03-14T03:25:16.360Z", "2017-03-14T03:25:16.36+00:00"),
        (
            "2017-03-14T03:25:16.123456789-08:30",
            "2017-03-14T03:25:16.1234567-08:30",
        ),
        (
            "2017-03-14T03:25:16.000000099+14:59",
            "2017-03-14T03:25:16+14:59",
        ),
        (
            "9999-12-31T23:59:59.9999999-00:01",
            "9999-12-31T23:59:59.9999999-00:01",
        ),
    ] {
        let moment = OffsetDateTime::parse(moment, &Rfc3339).unwrap();
        let timestamp = Timestamp::try_from(moment).unwrap();
        assert_eq!(timestamp.to_string(), text);
    }
    let day = Date::from_calendar_date(2018, Month::May, 30).unwrap();
    assert_eq!(Timestamp::try_from(day).unwrap().as_str(), "2018-05-30");
}

#[test]
fn moments_that_have_no_text_are_refused() {
    let year_zero = Date::from_ordinal_date(0, 1).unwrap();
    assert_eq!(
        Timestamp::try_from(year_zero).unwrap_err().problem,
        "the year must be 0001 to 9999"
    );
    assert_eq!(
        Timestamp::try_from(year_zero.midnight().assume_utc())
            .unwrap_err()
            .to_string(),
        "the moment cannot be written as a timestamp: the year must be 0001 to 9999; expected \
         `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`, the latter with an optional `.` and 1 to 7 \
         digits and an optional `Z` or `±HH:MM`"
    );
    for offset in [(15, 0, 0), (-15, 0, 0), (1, 0, 1), (0, 0, -1)] {
        let offset = UtcOffset::from_hms(offset.0, offset.1, offset.2).unwrap();
        let moment = OffsetDateTime::UNIX_EPOCH.to_offset(offset);
        assert_eq!(
            Timestamp::try_from(moment).unwrap_err().problem,
            OFFSET_RANGE
        );
    }
}

#[test]
fn formats_like_a_string() {
    let day = read("2018-05-30");
    assert_eq!(
        format!("[{day:>12}] [{day:<12}] {day:?}"),
        "[  2018-05-30] [2018-05-30  ] 2018-05-30"
    );
}

#[test]
fn json_is_the_text() {
    let json = r#"["2017-03-10T00:00:00+00:00","2018-05-30",null]"#;
    let read: Vec<Option<Timestamp>> = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), json);
    let escaped: Timestamp = serde_json::from_str(r#""2018\u002d05-30""#).unwrap();
    assert_eq!(escaped.to_string(), "2018-05-30");
    let error = serde_json::from_str::<Timestamp>("1546469802")
        .unwrap_err()
        .to_string();
    assert!(error.contains("expected a timestamp such as"), "{error}");
    let error = serde_json::from_str::<Timestamp>(r#""today""#)
        .unwrap_err()
        .to_string();
    assert!(error.contains("expected a timestamp such as"), "{error}");
}

#[cfg(feature = "schemars")]
#[test]
fn schema_is_a_string_with_its_own_format() {
    let schema = schemars::schema_for!(Timestamp);
    assert_eq!(schema.get("title").unwrap(), "Timestamp");
    assert_eq!(schema.get("type").unwrap(), "string");
    assert_eq!(schema.get("format").unwrap(), "partner-center-timestamp");
    // The schema is inline, so a list of timestamps has no definitions.
    let list = schemars::schema_for!(Vec<Timestamp>);
    assert_eq!(
        list.pointer("/items/format").unwrap(),
        "partner-center-timestamp"
    );
    assert!(list.get("$defs").is_none());
    let id = <Timestamp as schemars::JsonSchema>::schema_id();
    assert_eq!(id, "partner_center_core::Timestamp");
}

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
        // Requests accept documented spellings only.
        assert!(text.parse::<Timestamp>().is_err(), "{text}");
        assert_eq!(timestamp.documented(), same);
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
fn an_ambiguous_text_is_rejected() {
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

prop_compose! {
    fn any_date()(year in 1..=9999_i32, month in 1..=12_u8, day in any::<u8>()) -> String {
        let length = Month::try_from(month).unwrap().length(year);
        format!("{year:04}-{month:02}-{:02}", day % length + 1)
    }
}

prop_compose! {
    fn any_moment(zone: &'static str)(
        date in prop_oneof![8 => any_date(), 1 => Just("0001-01-01".into()), 1 => Just("9999-12-31".into())],
        (hour, minute, second) in (0..24, 0..60, 0..60),
        fraction in r"(\.[0-9]{1,7})?",
        zone in zone,
    ) -> String {
        format!("{date}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}")
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![1 => any_date(), 4 => any_moment("(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?")]
}

proptest! {
    #[test]
    fn text_survives(text in any_text()) {
        let timestamp = read(&text);
        prop_assert_eq!(timestamp.to_string(), text.as_str());
        prop_assert_eq!(String::from(timestamp.clone()), text.as_str());
        let again = read(&timestamp.to_string());
        prop_assert_eq!(&timestamp, &again);
        prop_assert_eq!(timestamp.as_str(), again.as_str());
        prop_assert_eq!(timestamp.date().to_string(), &text[..10]);
        prop_assert_eq!(serde_json::to_value(&timestamp).unwrap(), text);
    }

    #[test]
    fn any_string_is_read_or_rejected(text in any::<String>()) {
        if let Ok(timestamp) = text.parse::<Timestamp>() {
            prop_assert_eq!(timestamp.to_string(), text);
        }
    }

    #[test]
    fn a_near_miss_is_read_or_refused(text in any_text(), at in any::<prop::sample::Index>(), other in any::<char>()) {
        let mut characters: Vec<char> = text.chars().collect();
        let at = at.index(characters.len());
        characters[at] = other;
        let near: String = characters.into_iter().collect();
        if let Ok(timestamp) = near.parse::<Timestamp>() {
            let _ = timestamp.to_utc();
            prop_assert_eq!(timestamp.to_string(), near);
        }
    }

    #[test]
    fn agrees_with_the_rfc_3339_parser(text in any_moment("(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])")) {
        let ours = read(&text);
        if let (Ok(theirs), Some(utc)) = (OffsetDateTime::parse(&text, &Rfc3339), ours.to_utc()) {
            prop_assert_eq!(utc, theirs);
            prop_assert_eq!(Timestamp::try_from(theirs).unwrap(), ours);
        }
    }

    #[test]
    fn refuses_what_the_rfc_3339_parser_refuses(text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-5][0-9]Z") {
        let ours = text.parse::<Timestamp>().is_ok();
        let theirs = OffsetDateTime::parse(&text, &Rfc3339).is_ok() && !text.starts_with("0000");
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn order_agrees_with_utc(left in any_text(), right in any_text()) {
        let (left, right) = (read(&left), read(&right));
        prop_assert_eq!(left == right, left.cmp(&right) == Ordering::Equal);
        if let (Some(left_utc), Some(right_utc)) = (left.to_utc(), right.to_utc()) {
            prop_assert_eq!(left.cmp(&right), left_utc.cmp(&right_utc));
        }
    }

    #[test]
    fn any_text_is_read_or_refused_and_is_kept(text in "[0-9]{4}-[01][0-9]-[0-3][0-9].{0,24}|.{0,40}") {
        if let Some(timestamp) = Timestamp::of_service(&text) {
            prop_assert_eq!(timestamp.to_string(), text);
        }
    }
}
