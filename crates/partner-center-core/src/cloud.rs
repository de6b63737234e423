use std::str::FromStr;
use std::sync::Arc;

/// A Microsoft cloud: where the API is and where tokens come from. Cheap to clone.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Cloud {
    /// The worldwide service.
    #[default]
    Global,
    /// The Chinese service, operated by 21Vianet.
    China21Vianet,
    /// US Government: its own sign-in, the worldwide API.
    UsGovernment,
    /// Any other: addresses of one's own.
    Custom(CustomCloud),
}

/// A cloud that is none of Microsoft's public ones, or one whose addresses have changed
/// since: see [`Cloud::custom`].
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct CustomCloud {
    base_url: Arc<str>,
    login_authority: Arc<str>,
    scope: Arc<str>,
}

impl CustomCloud {
    /// The same with another scope than `<root of the API>/.default`.
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
    /// Every cloud that has a name.
    pub const ALL: [Self; 3] = [Self::Global, Self::China21Vianet, Self::UsGovernment];

    /// A cloud of one's own: the root of its API, and the root of its sign-in service.
    ///
    /// Both are checked where a client or a credential is built: they have to be URLs,
    /// `https` or `http` on loopback. The scope is `<root of the API>/.default`, unless
    /// [changed](CustomCloud::with_scope).
    pub fn custom(base_url: impl Into<String>, login_authority: impl Into<String>) -> CustomCloud {
        let root = |url: String| url.trim_end_matches('/').to_owned();
        let base_url = root(base_url.into());
        CustomCloud {
            scope: format!("{base_url}/.default").into(),
            base_url: base_url.into(),
            login_authority: root(login_authority.into()).into(),
        }
    }

    /// The name used in the spec's `x-clouds` and on the command line; `custom` for any
    /// other.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::China21Vianet => "china-21vianet",
            Self::UsGovernment => "us-government",
            Self::Custom(_) => "custom",
        }
    }

    /// Root of the API, without a slash at the end.
    pub fn base_url(&self) -> &str {
        match self {
            Self::China21Vianet => "https://partner.partnercenterapi.microsoftonline.cn",
            Self::Global | Self::UsGovernment => "https://api.partnercenter.microsoft.com",
            Self::Custom(cloud) => &cloud.base_url,
        }
    }

    /// Root of the sign-in service, without a slash at the end (T86).
    pub fn login_authority(&self) -> &str {
        match self {
            Self::Global => "https://login.microsoftonline.com",
            Self::China21Vianet => "https://login.chinacloudapi.cn",
            Self::UsGovernment => "https://login.microsoftonline.us",
            Self::Custom(cloud) => &cloud.login_authority,
        }
    }

    /// The scope to request a token with: all permissions consented to on the API. The
    /// audience of such a token is the scope without `/.default`.
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
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum UnknownCloud {
    /// No cloud has this name.
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
    fn names_read_back() {
        for cloud in Cloud::ALL {
            assert_eq!(cloud.to_string().to_uppercase().parse(), Ok(cloud));
        }
        assert_eq!(
            "mars".parse::<Cloud>().unwrap_err().to_string(),
            "not a cloud: expected `global`, `china-21vianet` or `us-government`"
        );
    }

    #[test]
    fn the_cloud_that_closed_is_named_with_what_to_use() {
        for name in ["germany", "Germany"] {
            assert_eq!(
                name.parse::<Cloud>().unwrap_err().to_string(),
                "not a cloud any more: Microsoft Cloud Deutschland closed on 29 October 2021; use \
                 `global`, and sign in again"
            );
        }
    }

    /// Every address literally: a refresh token must never go to another cloud's authority.
    #[test]
    fn clouds_have_their_own_addresses() {
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
    fn a_cloud_of_ones_own() {
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
        // Without addresses the name alone is no cloud.
        assert_eq!("custom".parse::<Cloud>(), Err(UnknownCloud::Unknown));
    }
}
