//! Clients with the credentials that `pcenter auth login` or environment variables hold.

use crate::credential::profiles::{
    Endpoints, Environment, Identity, NoCredentials, Overrides, SettingsError,
};
use crate::{BuildError, Client, ClientBuilder};

impl Client {
    /// Creates a client with the first available credentials: the access token in
    /// `PCENTER_ACCESS_TOKEN`; the profile named by `PCENTER_PROFILE`; the refresh token in
    /// `PCENTER_REFRESH_TOKEN`, with `PCENTER_TENANT_ID` and `PCENTER_CLIENT_ID`; the default
    /// profile. `pcenter` uses the same order, see [`profiles`](crate::credential::profiles).
    ///
    /// A profile is a sign-in that `pcenter auth login` stored, with its cloud and addresses. The
    /// refresh token is renewed in its store, and the access token is kept for later runs.
    ///
    /// Sends no request. Use [`ClientBuilder::from_environment`] to change other settings.
    ///
    /// # Errors
    ///
    /// [`BuildError`] with what is missing or invalid, and how to fix it.
    pub fn from_environment() -> Result<Self, BuildError> {
        ClientBuilder::from_environment()?.build()
    }

    /// Creates a client with the sign-in that `pcenter auth login --profile NAME` stored.
    ///
    /// Only `PCENTER_CONFIG` and `PCENTER_CLIENT_SECRET` are read from the environment. Sends no
    /// request. Use [`ClientBuilder::from_profile`] to change other settings.
    ///
    /// # Errors
    ///
    /// [`BuildError`] with what is missing or invalid, and how to fix it.
    ///
    /// # Examples
    ///
    /// ```
    /// use partner_center::Client;
    ///
    /// # fn example() -> Result<(), partner_center::BuildError> {
    /// let client = Client::from_profile("contoso")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_profile(name: &str) -> Result<Self, BuildError> {
        ClientBuilder::from_profile(name)?.build()
    }
}

impl ClientBuilder {
    /// Creates a builder with the credentials and addresses of [`Client::from_environment`].
    ///
    /// # Errors
    ///
    /// If credentials are missing, or a variable or the file with the profiles is invalid.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use partner_center::ClientBuilder;
    ///
    /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = ClientBuilder::from_environment()?
    ///     .application_name("licence-report")
    ///     .read_timeout(Duration::from_secs(30))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_environment() -> Result<Self, SettingsError> {
        Self::from_overrides(&Overrides::default())
    }

    /// Creates a builder with the sign-in and addresses of [`Client::from_profile`].
    ///
    /// # Errors
    ///
    /// If the profile does not exist, or the file with the profiles is invalid.
    pub fn from_profile(name: &str) -> Result<Self, SettingsError> {
        Self::from_overrides(&Overrides::profile(&name.parse()?))
    }

    /// Sets the cloud, base URL and scope of a profile or of environment variables.
    pub fn endpoints(mut self, endpoints: &Endpoints) -> Self {
        self = self.cloud(endpoints.cloud.clone());
        if let Some(url) = &endpoints.base_url {
            self = self.base_url(url.clone());
        }
        if let Some(scope) = &endpoints.scope {
            self = self.scope(scope.clone());
        }
        self
    }

    fn from_overrides(overrides: &Overrides<'_>) -> Result<Self, SettingsError> {
        let environment = Environment::of_process();
        let identity = Identity::resolve(overrides, &environment)?
            .ok_or_else(|| NoCredentials::describe(&environment))?;
        identity.endpoints.check()?;
        let credential = identity.cached_credential(&environment)?;
        let builder = Client::builder().endpoints(&identity.endpoints);
        Ok(builder.credential(credential))
    }
}

impl From<SettingsError> for BuildError {
    fn from(error: SettingsError) -> Self {
        Self {
            problems: vec![error.to_string()],
        }
    }
}
