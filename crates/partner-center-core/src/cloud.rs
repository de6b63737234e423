use std::str::FromStr;

/// A Microsoft cloud: where the API is and where tokens come from.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Cloud {
    /// The worldwide service.
    #[default]
    Global,
    /// The Chinese service, operated by 21Vianet.
    China21Vianet,
    /// Germany: its own sign-in, the worldwide API. Closed to new customers.
    Germany,
    /// US Government: its own sign-in, the worldwide API.
    UsGovernment,
}

impl Cloud {
    /// Every cloud.
    pub const ALL: [Self; 4] = [
        Self::Global,
        Self::China21Vianet,
        Self::Germany,
        Self::UsGovernment,
    ];

    /// The name used in the spec's `x-clouds` and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::China21Vianet => "china-21vianet",
            Self::Germany => "germany",
            Self::UsGovernment => "us-government",
        }
    }

    /// Root of the API, without a slash at the end.
    pub const fn base_url(self) -> &'static str {
        match self {
            Self::China21Vianet => "https://partner.partnercenterapi.microsoftonline.cn",
            Self::Global | Self::Germany | Self::UsGovernment => {
                "https://api.partnercenter.microsoft.com"
            }
        }
    }

    /// Root of the sign-in service, without a slash at the end (T86).
    pub const fn login_authority(self) -> &'static str {
        match self {
            Self::Global => "https://login.microsoftonline.com",
            Self::China21Vianet => "https://login.chinacloudapi.cn",
            Self::Germany => "https://login.microsoftonline.de",
            Self::UsGovernment => "https://login.microsoftonline.us",
        }
    }

    /// The scope to ask a token for: everything consented to on the API.
    pub const fn scope(self) -> &'static str {
        match self {
            Self::China21Vianet => "https://partner.partnercenterapi.microsoftonline.cn/.default",
            Self::Global | Self::Germany | Self::UsGovernment => {
                "https://api.partnercenter.microsoft.com/.default"
            }
        }
    }
}

impl std::fmt::Display for Cloud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// Not the name of a cloud.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct UnknownCloud;

impl std::fmt::Display for UnknownCloud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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
            .ok_or(UnknownCloud)
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
            "not a cloud: expected `global`, `china-21vianet`, `germany` or `us-government`"
        );
    }

    #[test]
    fn every_address_is_https_without_a_slash_at_the_end() {
        for cloud in Cloud::ALL {
            for address in [cloud.base_url(), cloud.login_authority()] {
                assert!(
                    address.starts_with("https://") && !address.ends_with('/'),
                    "{address}"
                );
            }
            assert!(cloud.scope().starts_with(cloud.base_url()));
        }
    }
}
