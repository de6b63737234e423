//! How long the service asks to wait (T75).

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// Reads `Retry-After` as seconds or as an HTTP date, else the gateway's message
/// ("Try again in 57 seconds."). Negative, empty and unreadable values are none;
/// a date that has passed is zero.
pub(crate) fn from_response(
    headers: &HeaderMap,
    message: Option<&str>,
    now: SystemTime,
) -> Option<Duration> {
    from_headers(headers, now).or_else(|| from_message(message?))
}

/// The same of the headers alone. A date is compared with the answer's own `Date` where it
/// has one: this machine's clock, `now`, may be off.
pub(crate) fn from_headers(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = httpdate::parse_http_date(value).ok()?;
    let sent = headers.get(DATE).and_then(|date| date.to_str().ok());
    let now = sent
        .and_then(|date| httpdate::parse_http_date(date.trim()).ok())
        .unwrap_or(now);
    Some(moment.duration_since(now).unwrap_or_default())
}

pub(crate) fn from_message(message: &str) -> Option<Duration> {
    let lower = message.to_ascii_lowercase();
    let (_, rest) = lower.split_once("try again in ")?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (digits, unit) = rest.split_at(end);
    unit.trim_start().starts_with("second").then_some(())?;
    digits.parse().ok().map(Duration::from_secs)
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

    #[test]
    fn both_forms_of_the_header_and_the_message() {
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
            (None, Some("Try again in 57 minutes."), None),
            (None, Some("Try again in seconds."), None),
            (
                None,
                Some("Try again in 99999999999999999999999 seconds."),
                None,
            ),
            (None, None, None),
        ] {
            assert_eq!(wait(header, message), seconds, "{header:?} {message:?}");
        }
    }

    /// Both dates are the service's.
    #[test]
    fn a_clock_that_is_off_does_not_lengthen_the_wait() {
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
