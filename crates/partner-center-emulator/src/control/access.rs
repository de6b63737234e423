//! Checks of who may use the control endpoint.
//!
//! The emulator listens on the loopback interface only, but a page of any site in a browser on
//! the same machine can send requests there. A rebound DNS name shows in `Host`, a request of
//! another site in `Origin`.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, Uri, header};
use sha2::{Digest, Sha256};

use crate::control::error::ControlError;

pub(super) const SECRET_HEADER: HeaderName = HeaderName::from_static("x-emulator-secret");

/// Checks `Host`, `Origin` and the secret, in this order.
pub(super) fn check(
    scheme: &str,
    uri: &Uri,
    headers: &HeaderMap,
    secret: Option<&str>,
) -> Result<(), ControlError> {
    let host = host(uri, headers).ok_or_else(|| {
        ControlError::forbidden(
            "foreignHost",
            "the header Host is not a name or address of this machine: use localhost or 127.0.0.1",
        )
    })?;
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let own = format!("{scheme}://{host}");
    if !origins.all(|origin| origin.as_bytes().eq_ignore_ascii_case(own.as_bytes())) {
        return Err(ControlError::forbidden(
            "foreignOrigin",
            "the request comes from a page of another origin: use the page of the emulator, or a \
             client that is not a browser",
        ));
    }
    let Some(secret) = secret else {
        return Ok(());
    };
    let mut given = headers.get_all(SECRET_HEADER).iter();
    match (given.next(), given.next()) {
        (Some(value), None) if is_same(value.as_bytes(), secret.as_bytes()) => Ok(()),
        _ => Err(ControlError::new(
            http::StatusCode::UNAUTHORIZED,
            "secretRequired",
            "the control endpoint has a secret: send it in the header X-Emulator-Secret",
        )),
    }
}

/// Compares digests, whose common beginning says nothing about the secret.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    Sha256::digest(one) == Sha256::digest(other)
}

/// Returns host and port of the request if the host is this machine.
fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (host, None) = (hosts.next()?.to_str().ok()?, hosts.next()) else {
        return None;
    };
    // A request with a complete URL names the host twice.
    let named = [
        Some(host),
        uri.authority().map(|authority| authority.as_str()),
    ];
    named.into_iter().flatten().all(is_loopback).then_some(host)
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, port)) if is_port(port) => address,
            _ => return false,
        },
        None => match host.split_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            Some(_) => return false,
            None => host,
        },
    };
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn is_port(text: &str) -> bool {
    let digits = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    text.is_empty() || text.strip_prefix(':').is_some_and(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(headers: &[(&'static str, &'static str)], secret: Option<&str>) -> Option<u16> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let uri = Uri::from_static("/_emulator/status");
        let result = check("http", &uri, &map, secret);
        result
            .err()
            .map(|error| error.into_response().status().as_u16())
    }

    #[test]
    fn only_hosts_of_this_machine_are_accepted() {
        for host in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:1",
            "127.9.9.9",
            "[::1]",
            "[::1]:80",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "localhost.fabrikam.example",
            "fabrikam.example:80",
            "127.0.0.1.fabrikam.example",
            "192.168.0.1",
            "0.0.0.0",
            "[::1]x",
            "[::1",
            "[::2]",
            "localhost:80:80",
            "localhost:x",
            "user@localhost",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
        assert_eq!(outcome(&[], None), Some(403));
        assert_eq!(
            outcome(&[("host", "localhost"), ("host", "localhost")], None),
            Some(403)
        );
        let uri = Uri::from_static("http://fabrikam.example/_emulator/status");
        let mut headers = HeaderMap::new();
        headers.insert("host", "localhost".parse().unwrap());
        assert!(check("http", &uri, &headers, None).is_err());
    }

    #[test]
    fn only_the_own_origin_is_accepted() {
        let host = ("host", "localhost:8080");
        for (origin, expected) in [
            ("http://localhost:8080", None),
            ("HTTP://LocalHost:8080", None),
            ("http://localhost:3000", Some(403)),
            ("https://localhost:8080", Some(403)),
            ("http://127.0.0.1:8080", Some(403)),
            ("null", Some(403)),
            ("", Some(403)),
        ] {
            assert_eq!(
                outcome(&[host, ("origin", origin)], None),
                expected,
                "{origin}"
            );
        }
    }

    #[test]
    fn the_secret_is_required_after_the_other_checks() {
        let host = ("host", "localhost");
        let name = "x-emulator-secret";
        for (headers, expected) in [
            (vec![host, (name, "hunter2")], None),
            (vec![host], Some(401)),
            (vec![host, (name, "hunter")], Some(401)),
            (vec![host, (name, "")], Some(401)),
            (vec![host, (name, "hunter2"), (name, "hunter2")], Some(401)),
            (vec![("host", "a"), (name, "hunter2")], Some(403)),
        ] {
            assert_eq!(outcome(&headers, Some("hunter2")), expected, "{headers:?}");
        }
    }
}
