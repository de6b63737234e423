use std::str::FromStr;
use std::sync::Arc;

/// A Microsoft cloud, with the addresses of its API and its sign-in service. Cheap to clone.
///
/// ```
/// use partner_center_core::Cloud;
///
/// let cloud: Cloud = "us-government".parse()?;
/// assert_eq!(cloud.login_authority(), "https://login.microsoftonline.us");
/// assert_eq!(cloud.scope(), "https://api.partnercenter.microsoft.com/.default");
/// # Ok::<(), partner_center_core::UnknownCloud>(())
/// ```
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Cloud {
    /// The worldwide service.
    #[default]
    Global,
    /// The Chinese service, operated by 21Vianet.
    China21Vianet,
    /// US Government: a separate sign-in service and the worldwide API.
    UsGovernment,
    /// A cloud with custom addresses.
    Custom(CustomCloud),
}

/// Addresses of a cloud that this crate does not know, or whose addresses have changed. Created
/// with [`Cloud::custom`].
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct CustomCloud {
    base_url: Arc<str>,
    login_authority: Arc<str>,
    scope: Arc<str>,
}

impl CustomCloud {
    /// Replaces the scope. Default: `<root of the API>/.default`.
    #[must_use]
    pub fn with_scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into().into();
        self
    }
}

impl From<CustomCloud> for Cloud {
    fn from(cloud: CustomCloud) -> Self {
        Self::Custom(cloud)
    }
}

impl Cloud {
    /// All named clouds.
    pub const ALL: [Self; 3] = [Self::Global, Self::China21Vianet, Self::UsGovernment];

    /// Creates a custom cloud from the root URL of its API and that of its sign-in service.
    ///
    /// Both are checked when a client or a credential is built: they must be `https` URLs, or
    /// `http` URLs with a loopback address. The scope is `<root of the API>/.default`, unless
    /// [changed](CustomCloud::with_scope).
    ///
    /// ```
    /// use partner_center_core::Cloud;
    ///
    /// let cloud = Cloud::custom("https://api.contoso.example/", "https://login.contoso.example");
    /// assert_eq!(Cloud::from(cloud.clone()).scope(), "https://api.contoso.example/.default");
    ///
    /// let cloud = cloud.with_scope("api://contoso/.default");
    /// assert_eq!(Cloud::from(cloud).scope(), "api://contoso/.default");
    /// ```
    pub fn custom(base_url: impl Into<String>, login_authority: impl Into<String>) -> CustomCloud {
        let root = |url: String| url.trim_end_matches('/').to_owned();
        let base_url = root(base_url.into());
        CustomCloud {
            scope: format!("{base_url}/.default").into(),
            base_url: base_url.into(),
            login_authority: root(login_authority.into()).into(),
        }
    }

    /// Returns the name in the spec's `x-clouds` and on the command line; `custom` for a custom
    /// cloud.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::China21Vianet => "china-21vianet",
            Self::UsGovernment => "us-government",
            Self::Custom(_) => "custom",
        }
    }

    /// Returns the root URL of the API, without a trailing slash.
    pub fn base_url(&self) -> &str {
        match self {
            Self::China21Vianet => "https://partner.partnercenterapi.microsoftonline.cn",
            Self::Global | Self::UsGovernment => "https://api.partnercenter.microsoft.com",
            Self::Custom(cloud) => &cloud.base_url,
        }
    }

    /// Returns the root URL of the sign-in service, without a trailing slash
    /// ([T86](crate::deviations#t86)).
    pub fn login_authority(&self) -> &str {
        match self {
            Self::Global => "https://login.microsoftonline.com",
            Self::China21Vianet => "https://login.chinacloudapi.cn",
            Self::UsGovernment => "https://login.microsoftonline.us",
            Self::Custom(cloud) => &cloud.login_authority,
        }
    }

    /// Returns the scope to request a token with: all permissions on the API that have consent.
    /// The audience of such a token is the scope without `/.default`.
    pub fn scope(&self) -> &str {
        match self {
            Self::China21Vianet => "https://partner.partnercenterapi.microsoftonline.cn/.default",
            Self::Global | Self::UsGovernment => "https://api.partnercenter.microsoft.com/.default",
            Self::Custom(cloud) => &cloud.scope,
        }
    }
}

impl std::fmt::Display for Cloud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// Error for a text that is not the name of a cloud.
///
/// ```
/// use partner_center_core::{Cloud, UnknownCloud};
///
/// assert_eq!("moon".parse::<Cloud>(), Err(UnknownCloud::Unknown));
/// assert_eq!("germany".parse::<Cloud>(), Err(UnknownCloud::GermanyClosed));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum UnknownCloud {
    /// Not the name of a cloud.
    Unknown,
    /// `germany`: Microsoft Cloud Deutschland, which closed on 29 October 2021.
    GermanyClosed,
}

impl std::fmt::Display for UnknownCloud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if *self == Self::GermanyClosed {
            return f.write_str(
                "not a cloud any more: Microsoft Cloud Deutschland closed on 29 October 2021; use \
                 `global`, and sign in again",
            );
        }
        f.write_str("not a cloud: expected ")?;
        for (index, cloud) in Cloud::ALL.iter().enumerate() {
            let separator = match index {
                0 => "",
                index if index + 1 == Cloud::ALL.len() => " or ",
                _ => ", ",
            };
            write!(f, "{separator}`{cloud}`")?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownCloud {}

impl FromStr for Cloud {
    type Err = UnknownCloud;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|cloud| cloud.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| match name.eq_ignore_ascii_case("germany") {
                true => UnknownCloud::GermanyClosed,
                false => UnknownCloud::Unknown,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_the_names_that_it_writes() {
        for cloud in Cloud::ALL {
            assert_eq!(cloud.to_string().to_uppercase().parse(), Ok(cloud));
        }
        assert_eq!(
            "mars".parse::<Cloud>().unwrap_err().to_string(),
            "not a cloud: expected `global`, `china-21vianet` or `us-government`"
        );
    }

    #[test]
    fn rejects_the_closed_cloud_with_a_replacement() {
        for name in ["germany", "Germany"] {
            assert_eq!(
                name.parse::<Cloud>().unwrap_err().to_string(),
                "not a cloud any more: Microsoft Cloud Deutschland closed on 29 October 2021; use \
                 `global`, and sign in again"
            );
        }
    }

    /// Compares every address literally: a refresh token must never be sent to the sign-in service
    /// of another cloud.
    #[test]
    fn each_cloud_has_its_addresses() {
        let table = Cloud::ALL.map(|cloud| {
            [
                cloud.name().to_owned(),
                cloud.base_url().to_owned(),
                cloud.login_authority().to_owned(),
                cloud.scope().to_owned(),
            ]
        });
        assert_eq!(
            table,
            [
                [
                    "global",
                    "https://api.partnercenter.microsoft.com",
                    "https://login.microsoftonline.com",
                    "https://api.partnercenter.microsoft.com/.default",
                ],
                [
                    "china-21vianet",
                    "https://partner.partnercenterapi.microsoftonline.cn",
                    "https://login.chinacloudapi.cn",
                    "https://partner.partnercenterapi.microsoftonline.cn/.default",
                ],
                [
                    "us-government",
                    "https://api.partnercenter.microsoft.com",
                    "https://login.microsoftonline.us",
                    "https://api.partnercenter.microsoft.com/.default",
                ],
            ]
        );
        let variants = [Cloud::Global, Cloud::China21Vianet, Cloud::UsGovernment];
        assert_eq!(Cloud::ALL, variants);
    }

    #[test]
    fn custom_cloud_has_the_given_addresses_and_scope() {
        let cloud = Cloud::custom(
            "https://api.contoso.example/",
            "https://login.contoso.example",
        );
        assert_eq!(
            Cloud::from(cloud.clone()).base_url(),
            "https://api.contoso.example"
        );
        assert_eq!(
            Cloud::from(cloud.clone()).scope(),
            "https://api.contoso.example/.default"
        );
        let other = Cloud::from(cloud.with_scope("api://contoso/.default"));
        assert_eq!(other.scope(), "api://contoso/.default");
        assert_eq!(other.to_string(), "custom");
        // The name `custom` without addresses is not a cloud.
        assert_eq!("custom".parse::<Cloud>(), Err(UnknownCloud::Unknown));
    }
}
