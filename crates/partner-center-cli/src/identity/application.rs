use partner_center::credential::{Secret, TokenExpectation};
use partner_center::{Client, ClientBuilder, Cloud};
use partner_center_core::transport::is_loopback;
use url::Url;

use crate::config::{Profile, check_root};
use crate::failure::{Exit, Failure};

/// Where to sign in and where to call.
#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    pub(crate) cloud: Cloud,
    /// Another sign-in service than the cloud's.
    pub(crate) authority: Option<Url>,
    /// Another root of the API than the cloud's.
    pub(crate) base_url: Option<Url>,
    /// Another scope than the cloud's.
    pub(crate) scope: Option<String>,
}

impl Endpoints {
    pub(crate) fn of_cloud(cloud: Cloud) -> Self {
        Self {
            cloud,
            authority: None,
            base_url: None,
            scope: None,
        }
    }

    pub(crate) fn of_profile(profile: &Profile) -> Self {
        Self {
            cloud: profile.cloud.clone(),
            authority: profile.authority.clone(),
            base_url: profile.base_url.clone(),
            scope: profile.scope.clone(),
        }
    }

    pub(crate) fn scope(&self) -> &str {
        self.scope.as_deref().unwrap_or(self.cloud.scope())
    }

    /// Root of the sign-in service, without a slash at the end.
    pub(crate) fn authority(&self) -> &str {
        match &self.authority {
            Some(url) => url.as_str().trim_end_matches('/'),
            None => self.cloud.login_authority(),
        }
    }

    /// Root of the API, without a slash at the end.
    pub(crate) fn base_url(&self) -> &str {
        match &self.base_url {
            Some(url) => url.as_str().trim_end_matches('/'),
            None => self.cloud.base_url(),
        }
    }

    /// Finds out what cannot be right about the addresses.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        for (what, url) in [
            ("sign-in service", &self.authority),
            ("API", &self.base_url),
        ] {
            if let Some(url) = url {
                check_root(url).map_err(|problem| {
                    Failure::new(Exit::Usage, format!("the address of the {what}: {problem}"))
                })?;
            }
        }
        match wrong_base_url(self) {
            Some((found, fix)) => Err(Failure::new(Exit::Usage, found).help(fix)),
            None => Ok(()),
        }
    }

    /// A client that calls there, still without a credential.
    pub(crate) fn client(&self) -> ClientBuilder {
        let mut builder = Client::builder().cloud(self.cloud.clone());
        if let Some(url) = &self.base_url {
            builder = builder.base_url(url.clone());
        }
        if let Some(scope) = &self.scope {
            builder = builder.scope(scope.clone());
        }
        builder
    }

    /// What a token has to be: for this API, of a user.
    pub(crate) fn expectation(&self) -> TokenExpectation {
        let mut audiences = vec![self.cloud.base_url().to_owned()];
        // An emulator takes the tokens of the cloud; another cloud has its own.
        if let Some(url) = self.base_url.as_ref().filter(|url| !is_loopback(url)) {
            audiences.push(url.origin().ascii_serialization());
            let scope = self
                .scope
                .as_deref()
                .and_then(|scope| scope.rsplit_once('/'));
            audiences.extend(scope.map(|(audience, _)| audience.to_owned()));
        }
        TokenExpectation::new(audiences, true)
    }
}

/// Paths begin with `/v1` or `/partner/v1`, so the root must not end with them.
fn wrong_base_url(endpoints: &Endpoints) -> Option<(String, String)> {
    let url = endpoints.base_url.as_ref()?;
    let last = url.path().trim_end_matches('/').rsplit('/').next()?;
    if !matches!(last.to_ascii_lowercase().as_str(), "v1" | "partner") {
        return None;
    }
    let mut root = url.clone();
    root.set_path("/");
    Some((
        format!("the base URL {url} ends in /{last}, which every path begins with already"),
        format!("give the root alone: {root}"),
    ))
}

/// Puts cloud, secret and sign-in service onto the builder of any credential; the builders
/// have no trait in common.
macro_rules! signing_in {
    ($builder:expr, $application:expr, $endpoints:expr) => {{
        let mut builder = $builder.cloud($endpoints.cloud.clone());
        if let Some(secret) = &$application.client_secret {
            builder = builder.client_secret(secret.clone());
        }
        if let Some(authority) = &$endpoints.authority {
            builder = builder.authority(authority.clone());
        }
        builder
    }};
}
pub(crate) use signing_in;

/// The application that signs in, and its tenant.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) tenant: String,
    pub(crate) client_id: String,
    /// Of a confidential application.
    pub(crate) client_secret: Option<Secret>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_for_the_cloud_or_for_the_api_of_ones_own() {
        const GLOBAL: &str = "https://api.partnercenter.microsoft.com";
        const OWN: &str = "https://api.contoso.example";
        for (base_url, scope, expected) in [
            (None, None, &[GLOBAL][..]),
            // Nothing makes another service's token good for the cloud's API.
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
                &[GLOBAL, OWN],
            ),
            (
                Some("https://api.contoso.example"),
                Some("api://contoso/.default"),
                &[GLOBAL, OWN, "api://contoso"],
            ),
        ] {
            let mut endpoints = Endpoints::of_cloud(Cloud::Global);
            endpoints.base_url = base_url.map(|url| url.parse().unwrap());
            endpoints.scope = scope.map(str::to_owned);
            assert_eq!(endpoints.expectation().audiences, expected, "{base_url:?}");
        }
    }

    #[test]
    fn a_base_url_is_a_root() {
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
            let mut endpoints = Endpoints::of_cloud(Cloud::Global);
            endpoints.base_url = Some(url.parse().unwrap());
            let fix = wrong_base_url(&endpoints).map(|(_, fix)| fix);
            let expected = root.map(|root| format!("give the root alone: {root}"));
            assert_eq!(fix, expected, "{url}");
        }
    }
}
