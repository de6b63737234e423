//! Timestamps.

use std::hint::black_box;

use partner_center::Timestamp;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::harness::row;

/// Reading and writing timestamps against the `time` crate's RFC 3339.
pub(crate) fn timestamps() {
    const COUNT: u32 = 4096;
    let texts: Vec<String> = (0..COUNT)
        .map(|n| match n % 3 {
            0 => format!("2017-03-{:02}T{:02}:25:16+00:00", 1 + n % 28, n % 24),
            1 => format!("2017-{:02}-14T03:{:02}:16.36+00:00", 1 + n % 12, n % 60),
            _ => format!("20{:02}-03-14T03:25:{:02}.1234567+00:00", n % 100, n % 60),
        })
        .collect();
    row(
        "timestamp: read, against `time` RFC 3339",
        "at most 1.00",
        COUNT,
        201,
        || {
            texts.iter().for_each(|text| {
                black_box(text.parse::<Timestamp>().unwrap());
            })
        },
        || {
            texts.iter().for_each(|text| {
                black_box(OffsetDateTime::parse(text, &Rfc3339).unwrap());
            })
        },
    );
    let ours: Vec<Timestamp> = texts.iter().map(|text| text.parse().unwrap()).collect();
    let theirs: Vec<OffsetDateTime> = texts
        .iter()
        .map(|text| OffsetDateTime::parse(text, &Rfc3339).unwrap())
        .collect();
    let (mut buffer, mut bytes) = (Vec::new(), Vec::new());
    row(
        "timestamp: write into a buffer",
        "at most 1.00",
        COUNT,
        201,
        || {
            ours.iter().for_each(|moment| {
                bytes.clear();
                bytes.extend_from_slice(moment.as_str().as_bytes());
                black_box(bytes.len());
            });
        },
        || {
            theirs.iter().for_each(|moment| {
                buffer.clear();
                black_box(moment.format_into(&mut buffer, &Rfc3339).unwrap());
            });
        },
    );
    row(
        "timestamp: write as a new `String`",
        "at most 1.00",
        COUNT,
        201,
        || {
            ours.iter().for_each(|moment| {
                black_box(moment.as_str().to_owned());
            })
        },
        || {
            theirs.iter().for_each(|moment| {
                black_box(moment.format(&Rfc3339).unwrap());
            })
        },
    );
}
