//! Check of the proxy variables, which redirect requests.

use url::Url;

use super::checklist::Check;
use crate::environment::Environment;

const NAMES: [&str; 4] = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"];

pub(super) fn check(environment: &Environment<'_>) -> Check {
    let mut found = Vec::new();
    for name in NAMES {
        for name in [name.to_owned(), name.to_ascii_lowercase()] {
            if let Some(value) = environment.set(&name) {
                found.push(match name.eq_ignore_ascii_case("NO_PROXY") {
                    true => name,
                    false => format!("{name} ({})", address(&value)),
                });
            }
        }
    }
    match found.is_empty() {
        true => Check::ok("proxy", "none is set"),
        false => Check::ok("proxy", found.join(", ")),
    }
}

/// Returns host and port of a proxy, without user name and password.
fn address(value: &str) -> String {
    // A proxy may be given without a scheme.
    let url = match value.contains("://") {
        true => Url::parse(value),
        false => Url::parse(&format!("http://{value}")),
    };
    let Ok(url) = url else {
        return "not an address".to_owned();
    };
    match (url.host_str(), url.port_or_known_default()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => "not an address".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_user_name_and_password() {
        for (value, expected) in [
            ("http://proxy.contoso.com:8080", "proxy.contoso.com:8080"),
            ("proxy.contoso.com:8080", "proxy.contoso.com:8080"),
            (
                "http://user:hunter2@proxy.contoso.com",
                "proxy.contoso.com:80",
            ),
            (
                "user:hunter2@proxy.contoso.com:3128",
                "proxy.contoso.com:3128",
            ),
            ("socks5://user:hunter2@10.0.0.1:1080", "10.0.0.1:1080"),
            ("http://user:hunter2@", "not an address"),
        ] {
            assert_eq!(address(value), expected, "{value}");
        }
    }
}
