//! Paths of the identity platform.

/// Path of the page on which users enter a device code.
pub(super) const DEVICE_LOGIN_PATH: &str = "devicelogin";

/// Version of the sign-in protocol: version 1.0 names a `resource`, version 2.0 a `scope`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    V1,
    V2,
}

/// Endpoint of the sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint<'a> {
    Token { tenant: &'a str, version: Version },
    DeviceCode { tenant: &'a str, version: Version },
    Authorize { tenant: &'a str, version: Version },
    Configuration { tenant: &'a str, version: Version },
    Keys { tenant: &'a str },
    Logout { tenant: &'a str },
    InstanceDiscovery,
    DeviceLogin,
}

impl<'a> Endpoint<'a> {
    /// Returns the endpoint of a path, if any. Paths are case-insensitive.
    pub(crate) fn of(path: &'a str) -> Option<Self> {
        use Version::{V1, V2};

        let path = path.strip_prefix('/')?;
        if path.eq_ignore_ascii_case(DEVICE_LOGIN_PATH) {
            return Some(Self::DeviceLogin);
        }
        let (tenant, rest) = path.split_once('/')?;
        let endpoint = match rest.to_ascii_lowercase().as_str() {
            "oauth2/token" => Self::Token {
                tenant,
                version: V1,
            },
            "oauth2/v2.0/token" => Self::Token {
                tenant,
                version: V2,
            },
            "oauth2/devicecode" => Self::DeviceCode {
                tenant,
                version: V1,
            },
            "oauth2/v2.0/devicecode" => Self::DeviceCode {
                tenant,
                version: V2,
            },
            "oauth2/authorize" => Self::Authorize {
                tenant,
                version: V1,
            },
            "oauth2/v2.0/authorize" => Self::Authorize {
                tenant,
                version: V2,
            },
            "oauth2/logout" | "oauth2/v2.0/logout" => Self::Logout { tenant },
            ".well-known/openid-configuration" => Self::Configuration {
                tenant,
                version: V1,
            },
            "v2.0/.well-known/openid-configuration" => Self::Configuration {
                tenant,
                version: V2,
            },
            "discovery/keys" | "discovery/v2.0/keys" => Self::Keys { tenant },
            "discovery/instance" if tenant.eq_ignore_ascii_case("common") => {
                Self::InstanceDiscovery
            }
            _ => return None,
        };
        Some(endpoint)
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
        use Version::{V1, V2};

        let tenant = "contoso";
        for (path, expected) in [
            (
                "oauth2/v2.0/token",
                Endpoint::Token {
                    tenant,
                    version: V2,
                },
            ),
            (
                "OAuth2/v2.0/Token",
                Endpoint::Token {
                    tenant,
                    version: V2,
                },
            ),
            (
                "oauth2/token",
                Endpoint::Token {
                    tenant,
                    version: V1,
                },
            ),
            (
                "oauth2/v2.0/authorize",
                Endpoint::Authorize {
                    tenant,
                    version: V2,
                },
            ),
            (
                "oauth2/authorize",
                Endpoint::Authorize {
                    tenant,
                    version: V1,
                },
            ),
            (
                "oauth2/v2.0/devicecode",
                Endpoint::DeviceCode {
                    tenant,
                    version: V2,
                },
            ),
            (
                "oauth2/devicecode",
                Endpoint::DeviceCode {
                    tenant,
                    version: V1,
                },
            ),
            (
                "v2.0/.well-known/openid-configuration",
                Endpoint::Configuration {
                    tenant,
                    version: V2,
                },
            ),
            (
                ".well-known/openid-configuration",
                Endpoint::Configuration {
                    tenant,
                    version: V1,
                },
            ),
            ("discovery/v2.0/keys", Endpoint::Keys { tenant }),
            ("discovery/keys", Endpoint::Keys { tenant }),
            ("oauth2/logout", Endpoint::Logout { tenant }),
        ] {
            let path = format!("/{tenant}/{path}");
            assert_eq!(Endpoint::of(&path), Some(expected), "{path}");
        }
        assert_eq!(Endpoint::of("/devicelogin"), Some(Endpoint::DeviceLogin));
        assert_eq!(
            Endpoint::of("/Common/discovery/instance"),
            Some(Endpoint::InstanceDiscovery)
        );
        for path in [
            "",
            "/",
            "/oauth2/v2.0/token",
            "/contoso/oauth2/v1.0/token",
            "/contoso/oauth2/v2.0/token/",
            "contoso/oauth2/v2.0/token",
            "/a/b/oauth2/v2.0/token",
            "/contoso/discovery/instance",
            "/devicelogin/",
        ] {
            assert_eq!(Endpoint::of(path), None, "{path}");
        }
    }
}
