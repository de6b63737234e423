//! Wait before a retry that the service requests ([T75](crate::deviations#t75)).

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// Headers with milliseconds, which Azure's gateways send in addition to `Retry-After` or instead
/// of it. They are more exact and therefore take precedence.
const RETRY_AFTER_MS: [&str; 2] = ["x-ms-retry-after-ms", "retry-after-ms"];

/// Returns the wait in the headers, otherwise that in the gateway's message: "Try again in 57
/// seconds." or "Quota will be replenished in 00:50:10.". Negative, empty and malformed values are
/// `None`; a date in the past is zero.
pub(crate) fn from_response(
    headers: &HeaderMap,
    message: Option<&str>,
    now: SystemTime,
) -> Option<Duration> {
    from_headers(headers, now).or_else(|| from_message(message?))
}

/// Returns the wait in the headers: milliseconds, `Retry-After` in seconds (fractions are rounded
/// up), or `Retry-After` as an HTTP date (RFC 9110, 10.2.3).
pub fn from_headers(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| Some(headers.get(name)?.to_str().ok()?.trim());
    let millis = RETRY_AFTER_MS.into_iter().find_map(|name| {
        let (whole, is_more) = decimal(text(name)?)?;
        Some(Duration::from_millis(whole.saturating_add(is_more.into())))
    });
    if millis.is_some() {
        return millis;
    }
    let value = text(RETRY_AFTER.as_str())?;
    if let Some((whole, is_more)) = decimal(value) {
        return Some(Duration::from_secs(whole.saturating_add(is_more.into())));
    }
    let moment = httpdate::parse_http_date(value).ok()?;
    // Relative to the response's `Date`, if it has one: the clock of this machine may be wrong.
    let sent = text(DATE.as_str()).and_then(|date| httpdate::parse_http_date(date).ok());
    Some(
        moment
            .duration_since(sent.unwrap_or(now))
            .unwrap_or_default(),
    )
}

pub(crate) fn from_message(message: &str) -> Option<Duration> {
    let lower = message.to_ascii_lowercase();
    if let Some((_, rest)) = lower.split_once("try again in ") {
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let (digits, unit) = rest.split_at(end);
        unit.trim_start().starts_with("second").then_some(())?;
        let seconds = (!digits.is_empty()).then(|| digits.parse().unwrap_or(u64::MAX));
        return seconds.map(Duration::from_secs);
    }
    let (_, rest) = lower.split_once("replenished in ")?;
    time_span(rest.split_whitespace().next()?.trim_end_matches('.'))
}

/// Returns whether a message says that the call quota of a period is exhausted. The gateway sends
/// it with status 403: "Out of call volume quota. Quota will be replenished in 00:50:10."
pub(crate) fn is_quota(message: &str) -> bool {
    let lower = message.to_ascii_lowercase();
    lower.contains("out of call volume quota")
        || (lower.contains("quota") && lower.contains("replenished in"))
}

/// Parses a decimal number without sign or exponent. Returns the integer part, and whether the
/// fraction is not zero.
fn decimal(text: &str) -> Option<(u64, bool)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (is_digits(whole) && is_digits(fraction)).then_some(())?;
    // More seconds than a number can hold are the longest pause.
    Some((
        whole.parse().unwrap_or(u64::MAX),
        fraction.bytes().any(|b| b != b'0'),
    ))
}

/// Parses `hh:mm:ss` or `d.hh:mm:ss`, with or without a fraction of seconds.
fn time_span(text: &str) -> Option<Duration> {
    let mut parts = text.split(':');
    let (first, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    parts.next().is_none().then_some(())?;
    let (days, hours) = first.split_once('.').unwrap_or(("0", first));
    let number = |text: &str| decimal(text).filter(|(_, is_more)| !is_more);
    let (seconds, is_more) = decimal(seconds)?;
    let [days, hours, minutes] = [number(days)?.0, number(hours)?.0, number(minutes)?.0];
    (hours < 24 && minutes < 60 && seconds < 60).then_some(())?;
    let hours = days.checked_mul(24)?.checked_add(hours)?;
    let total = hours
        .checked_mul(3600)?
        .checked_add(minutes * 60 + seconds)?;
    Some(Duration::from_secs(total.checked_add(is_more.into())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(header: Option<&str>, message: Option<&str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        if let Some(value) = header {
            headers.insert(RETRY_AFTER, value.parse().unwrap());
        }
        // Tue, 14 Mar 2017 17:55:01 GMT
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_489_514_101);
        from_response(&headers, message, now).map(|wait| wait.as_secs())
    }

    fn quota(rest: &str) -> String {
        format!("Out of call volume quota. Quota will be replenished in {rest}")
    }

    #[test]
    fn milliseconds_take_precedence() {
        for (name, value, expected) in [
            ("x-ms-retry-after-ms", "1500", Some(1_500)),
            ("retry-after-ms", "0", Some(0)),
            ("x-ms-retry-after-ms", "12.5", Some(13)),
            ("x-ms-retry-after-ms", "-1", Some(57_000)),
            ("x-ms-retry-after-ms", "", Some(57_000)),
            ("retry-after-ms", "18446744073709551616", Some(u64::MAX)),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, "57".parse().unwrap());
            headers.insert(name, value.parse().unwrap());
            let wait = from_headers(&headers, SystemTime::now());
            assert_eq!(wait, expected.map(Duration::from_millis), "{name}: {value}");
        }
    }

    #[test]
    fn recognises_quota_messages() {
        assert!(is_quota(&quota("00:50:10.")));
        assert!(is_quota("out of call volume quota"));
        assert!(is_quota(
            "Quota is exceeded, it is replenished in 1.00:00:00"
        ));
        for other in [
            "Access denied",
            "the mailbox quota of the user",
            "replenished in 5",
        ] {
            assert!(!is_quota(other), "{other}");
        }
    }

    #[test]
    fn reads_each_format_of_header_and_message() {
        let gateway = "Rate limit is exceeded. Try again in 57 seconds.";
        for (header, message, seconds) in [
            (Some("57"), None, Some(57)),
            (Some(" 0 "), None, Some(0)),
            (Some("Tue, 14 Mar 2017 17:56:01 GMT"), None, Some(60)),
            (Some("Tue, 14 Mar 2017 17:00:00 GMT"), None, Some(0)),
            (Some("3"), Some(gateway), Some(3)),
            (Some("soon"), Some(gateway), Some(57)),
            (None, Some(gateway), Some(57)),
            (None, Some("try again in 1 second"), Some(1)),
            (Some("-1"), None, None),
            (Some(""), None, None),
            (Some("1e3"), None, None),
            (Some("3.2"), None, Some(4)),
            (Some("0.001"), None, Some(1)),
            (Some("7.000"), None, Some(7)),
            (Some("3.2.1"), None, None),
            (Some(".5"), None, None),
            (Some("5."), None, None),
            (Some("NaN"), None, None),
            (Some("-0.5"), None, None),
            (Some("18446744073709551615.5"), None, Some(u64::MAX)),
            (Some("18446744073709551616"), None, Some(u64::MAX)),
            (Some("99999999999999999999.5"), None, Some(u64::MAX)),
            (None, Some("Try again in 57 minutes."), None),
            (None, Some("Try again in seconds."), None),
            (
                None,
                Some("Try again in 99999999999999999999999 seconds."),
                Some(u64::MAX),
            ),
            (None, Some(&quota("00:50:10.")), Some(3_010)),
            (None, Some(&quota("00:00:07")), Some(7)),
            (None, Some(&quota("2.03:00:00.")), Some(183_600)),
            (None, Some(&quota("00:50:10.5")), Some(3_011)),
            (None, Some(&quota("2 days")), None),
            (None, Some(&quota("50:10.")), None),
            (None, Some(&quota("00:61:10.")), None),
            (None, Some(&quota("99999999999999999999.00:00:00.")), None),
            (None, Some(&quota("18446744073709551615.00:00:00.")), None),
            (None, Some(&quota("")), None),
            (None, None, None),
        ] {
            assert_eq!(wait(header, message), seconds, "{header:?} {message:?}");
        }
    }

    /// Both dates are those of the service.
    #[test]
    fn wait_does_not_depend_on_the_local_clock_if_the_response_has_a_date() {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, "Tue, 14 Mar 2017 17:55:01 GMT".parse().unwrap());
        headers.insert(
            RETRY_AFTER,
            "Tue, 14 Mar 2017 17:55:06 GMT".parse().unwrap(),
        );
        for hours in [0, 1, 400_000] {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(hours * 3600);
            let wait = from_response(&headers, None, now);
            assert_eq!(wait, Some(Duration::from_secs(5)));
        }
    }
}
