//! Days of a history: how a command line names them, and which are missing.
#![cfg_attr(
    not(any(feature = "lake", test)),
    expect(dead_code, reason = "only a build with the feature reads days")
)]

use std::fmt;
use std::str::FromStr;

use partner_center::Timestamp;
use time::{Date, Duration};

/// Day of a table, as a command line names it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum DayRef {
    Date(Date),
    /// The latest snapshot.
    Latest,
    /// The snapshot before the latest one.
    Previous,
    /// So many days before the latest snapshot.
    Before(u16),
}

impl FromStr for DayRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "latest" => return Ok(Self::Latest),
            "previous" => return Ok(Self::Previous),
            _ => {}
        }
        let relative = text
            .strip_prefix('-')
            .and_then(|text| text.strip_suffix('d'));
        if let Some(days) = relative.and_then(|days| days.parse().ok()) {
            return Ok(Self::Before(days));
        }
        parse_day(text).map(Self::Date).map_err(|_| {
            "expected a day such as 2026-11-25, latest, previous, or -7d for 7 days before the \
             latest one"
                .to_owned()
        })
    }
}

impl fmt::Display for DayRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => date.fmt(f),
            Self::Latest => f.write_str("latest"),
            Self::Previous => f.write_str("previous"),
            Self::Before(days) => write!(f, "-{days}d"),
        }
    }
}

/// Reads a day without a time.
pub(crate) fn parse_day(text: &str) -> Result<Date, String> {
    let day: Timestamp = text.parse().map_err(|error| format!("{error}"))?;
    match text.len() {
        10 => Ok(day.date()),
        _ => Err("expected a day such as 2026-11-25".to_owned()),
    }
}

/// Day that a table does not have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct MissingDay {
    /// The day, if the table has enough days to tell which one was meant.
    pub(crate) wanted: Option<Date>,
    /// The nearest day that the table has.
    pub(crate) nearest: Option<Date>,
}

impl DayRef {
    /// Returns the day among the days of a table, which are in order.
    pub(crate) fn among(self, days: &[Date]) -> Result<Date, MissingDay> {
        let latest = days.last().copied();
        let wanted = match self {
            Self::Date(date) => Some(date),
            Self::Latest => latest,
            Self::Previous => days.iter().rev().nth(1).copied(),
            Self::Before(before) => {
                latest.and_then(|day| day.checked_sub(Duration::days(before.into())))
            }
        };
        let found = wanted.filter(|day| days.contains(day));
        found.ok_or_else(|| MissingDay {
            wanted,
            nearest: nearest(days, wanted),
        })
    }
}

/// Returns the day that is nearest to another one; of two, the earlier one.
pub(crate) fn nearest(days: &[Date], wanted: Option<Date>) -> Option<Date> {
    match wanted {
        Some(wanted) => {
            let mut days = days.to_vec();
            days.sort_unstable();
            days.into_iter().min_by_key(|day| (*day - wanted).abs())
        }
        None => days.last().copied(),
    }
}

/// Period without snapshots.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Gap {
    pub(crate) first: Date,
    pub(crate) last: Date,
}

impl Gap {
    pub(crate) fn days(self) -> u64 {
        u64::try_from((self.last - self.first).whole_days() + 1).unwrap_or(0)
    }

    /// Returns the days of the period, in order.
    pub(crate) fn each(self) -> impl DoubleEndedIterator<Item = Date> {
        (self.first.to_julian_day()..=self.last.to_julian_day())
            .filter_map(|day| Date::from_julian_day(day).ok())
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.first == self.last {
            true => self.first.fmt(f),
            false => write!(f, "{} to {}", self.first, self.last),
        }
    }
}

/// Returns the periods between the first and the last of these days, which are in order, that have no
/// snapshot.
pub(crate) fn gaps(days: &[Date]) -> Vec<Gap> {
    let pairs = days.iter().zip(days.iter().skip(1));
    let gaps = pairs.filter_map(|(day, next)| {
        let gap = Gap {
            first: day.next_day()?,
            last: next.previous_day()?,
        };
        (gap.first <= gap.last).then_some(gap)
    });
    gaps.collect()
}

/// Returns the periods without a snapshot from the first of these days, which are in order, to `end`.
pub(crate) fn gaps_until(days: &[Date], end: Date) -> Vec<Gap> {
    let next = days.last().and_then(|day| day.next_day());
    let rest = next.filter(|next| *next <= end);
    let rest = rest.map(|first| Gap { first, last: end });
    gaps(days).into_iter().chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(texts: &[&str]) -> Vec<Date> {
        texts.iter().map(|text| parse_day(text).unwrap()).collect()
    }

    #[test]
    fn days_are_dates_or_relative_to_the_latest_one() {
        let all = days(&["2026-11-18", "2026-11-24", "2026-11-25"]);
        for (text, day) in [
            ("latest", "2026-11-25"),
            ("previous", "2026-11-24"),
            ("-7d", "2026-11-18"),
            ("-0d", "2026-11-25"),
            ("2026-11-24", "2026-11-24"),
        ] {
            let parsed: DayRef = text.parse().unwrap();
            assert_eq!(parsed.to_string(), text);
            assert_eq!(parsed.among(&all).unwrap().to_string(), day, "{text}");
        }
        for text in [
            "",
            "yesterday",
            "7d",
            "-d",
            "2026-13-01",
            "2026-11-25T00:00:00",
        ] {
            assert!(
                text.parse::<DayRef>().unwrap_err().contains("such as"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_missing_day_has_the_nearest_one() {
        let all = days(&["2026-11-18", "2026-11-24"]);
        for (text, wanted, nearest) in [
            ("2026-11-20", Some("2026-11-20"), "2026-11-18"),
            ("2026-11-21", Some("2026-11-21"), "2026-11-18"),
            ("2027-01-01", Some("2027-01-01"), "2026-11-24"),
            ("-1d", Some("2026-11-23"), "2026-11-24"),
        ] {
            let missing = text.parse::<DayRef>().unwrap().among(&all).unwrap_err();
            let shown = |day: Option<Date>| day.map(|day| day.to_string());
            assert_eq!(shown(missing.wanted).as_deref(), wanted, "{text}");
            assert_eq!(shown(missing.nearest).as_deref(), Some(nearest));
        }
        let one = DayRef::Previous.among(&all[..1]).unwrap_err();
        assert_eq!((one.wanted, one.nearest), (None, Some(all[0])));
        let none = DayRef::Latest.among(&[]).unwrap_err();
        assert_eq!((none.wanted, none.nearest), (None, None));
    }

    #[test]
    fn gaps_are_between_the_first_and_the_last_day() {
        let all = days(&["2026-02-26", "2026-02-27", "2026-03-01", "2026-03-05"]);
        let found = gaps(&all);
        let texts: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["2026-02-28", "2026-03-02 to 2026-03-04"]);
        assert_eq!(found.iter().map(|gap| gap.days()).sum::<u64>(), 4);
        assert_eq!(found[1].each().count(), 3);
        assert!(gaps(&all[..2]).is_empty() && gaps(&[]).is_empty());
        let end = days(&["2026-03-07"])[0];
        let texts: Vec<_> = gaps_until(&all[2..], end)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            texts,
            ["2026-03-02 to 2026-03-04", "2026-03-06 to 2026-03-07"]
        );
        assert!(gaps_until(&all[..2], all[1]).is_empty() && gaps_until(&[], end).is_empty());
    }
}
