//! Status and headers of a response, for `--include`.

use std::io::{self, Write};

use partner_center::Response;

use crate::printable::printable;

/// Headers whose values can be secrets, or parts of one.
const HIDDEN: [&str; 8] = [
    "authentication-info",
    "authorization",
    "cookie",
    "proxy-authentication-info",
    "proxy-authorization",
    "set-cookie",
    "set-cookie2",
    "x-ms-token",
];

/// Writes the status, the headers and an empty line.
pub(super) fn write(response: &Response, out: &mut dyn Write) -> io::Result<()> {
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or_default();
    writeln!(
        out,
        "{}",
        format!("HTTP {} {reason}", status.as_u16()).trim_end()
    )?;
    for (name, value) in response.headers() {
        let value = match HIDDEN.contains(&name.as_str()) {
            true => "(hidden)".into(),
            false => printable(&String::from_utf8_lossy(value.as_bytes())),
        };
        writeln!(out, "{name}: {value}")?;
    }
    writeln!(out)
}
