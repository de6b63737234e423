//! Token files.

use http::HeaderValue;
use partner_center::credential::RefreshTokenLifetime;
use partner_center_identity::fuzzing::access_token_file;
use partner_center_identity::fuzzing::{read_token_file, write_token_file};
use time::OffsetDateTime;

use crate::text::{PLANTED, is_printable};

/// Unix times, in seconds, at which a file is read: the earliest, a usual one, the latest.
const TIMES: [i64; 3] = [-377_705_116_800, 1_800_000_000, 253_402_300_799];

/// Maximum lifetime of an access token, in seconds.
const DAY: i64 = 86_400;

/// Reads a text as the file of a refresh token and as the file of an access token.
///
/// A token is written as it was read, and never shown. An access token that is used can be sent,
/// and its lifetime is at most a day.
pub fn token_files(text: &[u8]) {
    refresh_token(text);
    for now in TIMES {
        access_token(text, now);
    }
}

fn refresh_token(text: &[u8]) {
    let token = match read_token_file(text) {
        Ok(token) => token,
        Err(error) => {
            is_printable(&error.to_string());
            assert!(!format!("{error} {error:?}").contains(PLANTED));
            return;
        }
    };
    let secret = token.refresh_token.secret();
    assert!(!secret.trim().is_empty());
    let is_shown = token.tenant.contains(PLANTED) || token.client_id.contains(PLANTED);
    assert!(is_shown || !format!("{token:?}").contains(PLANTED));
    for now in TIMES {
        let now = OffsetDateTime::from_unix_timestamp(now).expect("a time");
        let status = token.status(now, &RefreshTokenLifetime::default());
        is_printable(&status.to_string());
    }
    let written = write_token_file(&token).expect("it was read");
    assert_eq!(read_token_file(&written).expect("it was written"), token);
}

fn access_token(text: &[u8], now: i64) {
    let Some(file) = access_token_file(text, now) else {
        return;
    };
    let again = access_token_file(&file.text, now).expect("it was written");
    assert_eq!(again.token, file.token);
    assert_eq!(again.text, file.text);
    assert_eq!(again.is_usable, file.is_usable);
    // The owner and the audience may be shown.
    let planted = format!("\"{PLANTED}\"");
    assert!(file.token != PLANTED || !file.debug.contains(&format!("access_token: {planted}")));
    if file.is_usable {
        let (issued, expires) = file.life;
        assert!(expires > now && expires.saturating_sub(issued) <= DAY);
        assert!(!file.token.trim().is_empty(), "an empty token is used");
        let header = HeaderValue::try_from(format!("Bearer {}", file.token));
        assert!(header.is_ok(), "a token that cannot be sent is used");
    }
}
