//! Validity period of an X.509 certificate (RFC 5280, 4.1), the only field that is parsed.

use azure_core::time::OffsetDateTime;
use time::{Date, Month};

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// Returns begin and end of a certificate in DER, or `None` if it is malformed.
pub(crate) fn validity(certificate: &[u8]) -> Option<(OffsetDateTime, OffsetDateTime)> {
    let mut certificate = certificate;
    let mut certificate = content(&mut certificate, SEQUENCE)?;
    let mut fields = content(&mut certificate, SEQUENCE)?;
    if fields.first() == Some(&VERSION) {
        element(&mut fields)?;
    }
    let _serial_number = content(&mut fields, INTEGER)?;
    let _algorithm = content(&mut fields, SEQUENCE)?;
    let _issuer = content(&mut fields, SEQUENCE)?;
    let mut validity = content(&mut fields, SEQUENCE)?;
    Some((read_time(&mut validity)?, read_time(&mut validity)?))
}

fn content<'a>(input: &mut &'a [u8], expected: u8) -> Option<&'a [u8]> {
    let (tag, content) = element(input)?;
    (tag == expected).then_some(content)
}

/// Removes the next element from `input` and returns its tag and content.
fn element<'a>(input: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (tag, rest) = input.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        // Long form: the lower seven bits count the bytes of the length (X.690, 8.1.3.5).
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = digits.iter().try_fold(0_usize, |length, digit| {
                length.checked_mul(256)?.checked_add(usize::from(*digit))
            })?;
            (length, rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    *input = rest;
    Some((*tag, content))
}

fn read_time(input: &mut &[u8]) -> Option<OffsetDateTime> {
    let (tag, text) = element(input)?;
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = match tag {
        UTC_TIME => {
            let (year, rest) = text.split_at_checked(2)?;
            let year: i32 = year.parse().ok()?;
            // Two-digit years from 50 on are of the last century (RFC 5280, 4.1.2.5.1).
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = text.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    if rest.len() != 10 {
        return None;
    }
    let two = |from: usize| rest.get(from..from + 2)?.parse::<u8>().ok();
    Date::from_calendar_date(year, Month::try_from(two(0)?).ok()?, two(2)?)
        .ok()?
        .with_hms(two(4)?, two(6)?, two(8)?)
        .ok()
        .map(|time| time.assume_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds a certificate whose only meaningful field is the validity period.
    fn certificate(begin: (u8, &str), end: (u8, &str)) -> Vec<u8> {
        let wrap = |tag: u8, content: &[u8]| {
            let mut bytes = vec![tag, 0x82];
            bytes.extend(u16::try_from(content.len()).unwrap().to_be_bytes());
            bytes.extend(content);
            bytes
        };
        let times = [
            wrap(begin.0, begin.1.as_bytes()),
            wrap(end.0, end.1.as_bytes()),
        ];
        let fields = [
            vec![VERSION, 3, INTEGER, 1, 2],
            vec![INTEGER, 1, 7],
            vec![SEQUENCE, 0],
            vec![SEQUENCE, 0],
            wrap(SEQUENCE, &times.concat()),
        ];
        wrap(SEQUENCE, &wrap(SEQUENCE, &fields.concat()))
    }

    fn unix(begin: (u8, &str), end: (u8, &str)) -> Option<(i64, i64)> {
        validity(&certificate(begin, end))
            .map(|(begin, end)| (begin.unix_timestamp(), end.unix_timestamp()))
    }

    #[test]
    fn reads_utc_time_and_generalized_time() {
        assert_eq!(
            unix((UTC_TIME, "700101000000Z"), (UTC_TIME, "491231235959Z")),
            Some((0, 2_524_607_999))
        );
        assert_eq!(
            unix(
                (GENERALIZED_TIME, "20500101000000Z"),
                (GENERALIZED_TIME, "99991231235959Z")
            ),
            Some((2_524_608_000, 253_402_300_799))
        );
    }

    #[test]
    fn malformed_certificates_have_no_validity() {
        let valid = (UTC_TIME, "700101000000Z");
        for bad in [
            (UTC_TIME, "700101000000"),
            (UTC_TIME, "7001010000Z"),
            (UTC_TIME, "701301000000Z"),
            (UTC_TIME, "700101250000Z"),
            (UTC_TIME, "7001010000+1Z"),
            (UTC_TIME, "\u{e9}00101000000Z"),
            (GENERALIZED_TIME, "700101000000Z"),
            (INTEGER, "700101000000Z"),
        ] {
            assert_eq!(unix(valid, bad), None, "{bad:?}");
        }
        let whole = certificate(valid, valid);
        assert!(validity(&whole).is_some());
        for length in 0..whole.len() {
            assert_eq!(validity(&whole[..length]), None, "{length}");
        }
        for odd in [
            [SEQUENCE, 0x80, 0, 0, 0, 0].as_slice(),
            &[SEQUENCE, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[
                SEQUENCE, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
            ],
        ] {
            assert_eq!(validity(odd), None, "{odd:?}");
        }
    }
}
