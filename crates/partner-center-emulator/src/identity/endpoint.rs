//! Paths of the identity platform.

/// Path of the page on which users enter a device code.
pub(super) const DEVICE_LOGIN_PATH: &str = "devicelogin";

/// Endpoint of the sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint<'a> {
    Token { tenant: &'a str },
    DeviceCode { tenant: &'a str },
    Authorize { tenant: &'a str },
    Configuration { tenant: &'a str },
    Keys { tenant: &'a str },
    DeviceLogin,
}

impl<'a> Endpoint<'a> {
    /// Returns the endpoint of a path, if any. Paths are case-insensitive.
    pub(crate) fn of(path: &'a str) -> Option<Self> {
        let path = path.strip_prefix('/')?;
        if path.eq_ignore_ascii_case(DEVICE_LOGIN_PATH) {
            return Some(Self::DeviceLogin);
        }
        let (tenant, rest) = path.split_once('/')?;
        Some(match rest.to_ascii_lowercase().as_str() {
            "oauth2/v2.0/token" => Self::Token { tenant },
            "oauth2/v2.0/devicecode" => Self::DeviceCode { tenant },
            "oauth2/v2.0/authorize" => Self::Authorize { tenant },
            "v2.0/.well-known/openid-configuration" => Self::Configuration { tenant },
            "discovery/v2.0/keys" => Self::Keys { tenant },
            _ => return None,
        })
    }

    /// Returns whether this is the token endpoint.
    pub(crate) fn is_token(self) -> bool {
        matches!(self, Self::Token { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_mapped_to_endpoints() {
        let tenant = "contoso";
        for (path, expected) in [
            ("/contoso/oauth2/v2.0/token", Endpoint::Token { tenant }),
            ("/contoso/OAuth2/v2.0/Token", Endpoint::Token { tenant }),
            (
                "/contoso/oauth2/v2.0/authorize",
                Endpoint::Authorize { tenant },
            ),
            (
                "/contoso/oauth2/v2.0/devicecode",
                Endpoint::DeviceCode { tenant },
            ),
            (
                "/contoso/v2.0/.well-known/openid-configuration",
                Endpoint::Configuration { tenant },
            ),
            ("/contoso/discovery/v2.0/keys", Endpoint::Keys { tenant }),
            ("/devicelogin", Endpoint::DeviceLogin),
        ] {
            assert_eq!(Endpoint::of(path), Some(expected), "{path}");
        }
        for path in [
            "",
            "/",
            "/oauth2/v2.0/token",
            "/contoso/oauth2/token",
            "/contoso/oauth2/v2.0/token/",
            "contoso/oauth2/v2.0/token",
            "/a/b/oauth2/v2.0/token",
            "/devicelogin/",
        ] {
            assert_eq!(Endpoint::of(path), None, "{path}");
        }
    }
}
