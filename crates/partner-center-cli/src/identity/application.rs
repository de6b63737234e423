use partner_center::credential::{Secret, TokenExpectation};
use partner_center::{Client, ClientBuilder, Cloud};
use url::{Host, Url};

use crate::config::Profile;

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
            cloud: profile.cloud,
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

    /// A client that calls there, still without a credential.
    pub(crate) fn client(&self) -> ClientBuilder {
        let mut builder = Client::builder().cloud(self.cloud);
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
        // An emulator takes the tokens of the cloud.
        audiences.extend(
            self.base_url
                .iter()
                .filter(|url| !is_loopback(url))
                .map(|url| url.origin().ascii_serialization()),
        );
        TokenExpectation::new(audiences, true)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The application that signs in, and its tenant.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) tenant: String,
    pub(crate) client_id: String,
    /// Of a confidential application.
    pub(crate) client_secret: Option<Secret>,
}
