use partner_center_core::Cloud;
use partner_center_core::transport::is_loopback;
use url::Url;

use super::location::check_root;
use super::{Profile, SettingsError};
use crate::{Secret, TokenRequirements};

/// Addresses of the sign-in service and the API.
///
/// ```
/// use partner_center_core::Cloud;
/// use partner_center_identity::profiles::Endpoints;
///
/// let endpoints = Endpoints::for_cloud(Cloud::UsGovernment);
/// assert_eq!(endpoints.authority(), "https://login.microsoftonline.us");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Endpoints {
    /// The cloud that is called.
    pub cloud: Cloud,
    /// Sign-in service, if it is not that of the cloud.
    pub authority: Option<Url>,
    /// Root of the API, if it is not that of the cloud.
    pub base_url: Option<Url>,
    /// Scope of access tokens, if it is not that of the cloud.
    pub scope: Option<String>,
}

impl Endpoints {
    /// Returns the addresses of a cloud.
    pub fn for_cloud(cloud: Cloud) -> Self {
        Self {
            cloud,
            authority: None,
            base_url: None,
            scope: None,
        }
    }

    /// Returns the addresses of a profile.
    pub fn for_profile(profile: &Profile) -> Self {
        Self {
            cloud: profile.cloud.clone(),
            authority: profile.authority.clone(),
            base_url: profile.base_url.clone(),
            scope: profile.scope.clone(),
        }
    }

    /// Returns the scope of access tokens.
    pub fn scope(&self) -> &str {
        self.scope.as_deref().unwrap_or(self.cloud.scope())
    }

    /// Returns the root of the sign-in service, without a trailing slash.
    pub fn authority(&self) -> &str {
        match &self.authority {
            Some(url) => url.as_str().trim_end_matches('/'),
            None => self.cloud.login_authority(),
        }
    }

    /// Returns the root of the API, without a trailing slash.
    pub fn base_url(&self) -> &str {
        match &self.base_url {
            Some(url) => url.as_str().trim_end_matches('/'),
            None => self.cloud.base_url(),
        }
    }

    /// Checks the addresses without a request.
    ///
    /// # Errors
    ///
    /// For an address that cannot be the root of a service.
    pub fn check(&self) -> Result<(), SettingsError> {
        for (what, url) in [
            ("sign-in service", &self.authority),
            ("API", &self.base_url),
        ] {
            if let Some(url) = url {
                check_root(url).map_err(|problem| {
                    SettingsError::invalid(format!("the address of the {what}: {problem}"))
                })?;
            }
        }
        match wrong_base_url(self) {
            Some((found, fix)) => Err(SettingsError::invalid(found).help(fix)),
            None => Ok(()),
        }
    }

    /// Returns the requirements for an access token: audience of this API, signed-in user.
    pub fn requirements(&self) -> TokenRequirements {
        let mut audiences = vec![self.cloud.base_url().to_owned()];
        // An emulator accepts tokens of the cloud. Any other API has its own audience.
        if let Some(url) = self.base_url.as_ref().filter(|url| !is_loopback(url)) {
            audiences.push(url.origin().ascii_serialization());
            let scope = self
                .scope
                .as_deref()
                .and_then(|scope| scope.rsplit_once('/'));
            audiences.extend(scope.map(|(audience, _)| audience.to_owned()));
        }
        TokenRequirements::new(audiences, true)
    }
}

/// Describes a base URL that ends in `/v1` or `/partner`, and its fix: the paths of operations
/// already begin with `/v1` or `/partner/v1`.
fn wrong_base_url(endpoints: &Endpoints) -> Option<(String, String)> {
    let url = endpoints.base_url.as_ref()?;
    let last = url.path().trim_end_matches('/').rsplit('/').next()?;
    if !matches!(last.to_ascii_lowercase().as_str(), "v1" | "partner") {
        return None;
    }
    let mut root = url.clone();
    root.set_path("/");
    Some((
        format!("the base URL {url} ends in /{last}, but every path already begins with it"),
        format!("use the root only: {root}"),
    ))
}

/// The application that signs in, and its tenant.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Application {
    /// The partner's tenant, a GUID or a domain.
    pub tenant: String,
    /// The application (client) id.
    pub client_id: String,
    /// Secret of a confidential application. `None` for a public client.
    pub client_secret: Option<Secret>,
}

impl Application {
    /// Creates an application with its secret, or a public client without one.
    pub fn new(
        tenant: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: Option<Secret>,
    ) -> Self {
        Self {
            tenant: tenant.into(),
            client_id: client_id.into(),
            client_secret,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_audiences_of_the_cloud_and_of_a_custom_api() {
        const GLOBAL: &str = "https://api.partnercenter.microsoft.com";
        const CUSTOM: &str = "https://api.contoso.example";
        for (base_url, scope, expected) in [
            (None, None, &[GLOBAL][..]),
            // A scope alone never makes a token of another service valid for the cloud's API.
            (
                None,
                Some("https://graph.microsoft.com/.default"),
                &[GLOBAL],
            ),
            (
                Some("http://127.0.0.1:1/"),
                Some("api://x/.default"),
                &[GLOBAL],
            ),
            (
                Some("https://api.contoso.example/gateway"),
                None,
                &[GLOBAL, CUSTOM],
            ),
            (
                Some("https://api.contoso.example"),
                Some("api://contoso/.default"),
                &[GLOBAL, CUSTOM, "api://contoso"],
            ),
        ] {
            let mut endpoints = Endpoints::for_cloud(Cloud::Global);
            endpoints.base_url = base_url.map(|url| url.parse().unwrap());
            endpoints.scope = scope.map(str::to_owned);
            assert_eq!(endpoints.requirements().audiences, expected, "{base_url:?}");
        }
    }

    #[test]
    fn refuses_a_base_url_with_the_beginning_of_a_path() {
        for (url, root) in [
            ("https://api.contoso.com", None),
            ("https://api.contoso.com/gateway", None),
            (
                "https://api.contoso.com/v1",
                Some("https://api.contoso.com/"),
            ),
            (
                "https://api.contoso.com/V1/",
                Some("https://api.contoso.com/"),
            ),
            (
                "https://api.contoso.com/partner/v1",
                Some("https://api.contoso.com/"),
            ),
            (
                "https://api.contoso.com/partner",
                Some("https://api.contoso.com/"),
            ),
        ] {
            let mut endpoints = Endpoints::for_cloud(Cloud::Global);
            endpoints.base_url = Some(url.parse().unwrap());
            let fix = wrong_base_url(&endpoints).map(|(_, fix)| fix);
            let expected = root.map(|root| format!("use the root only: {root}"));
            assert_eq!(fix, expected, "{url}");
        }
    }
}
