//! Builder methods that several credentials share. Each macro expands inside the `impl` block of
//! a builder; `tests/contract/outline.rs` expands them for the list of public items.

/// Setters for the sign-in service, HTTP client and clock, which every credential has. The
/// builder needs the fields `application` and `clock`.
macro_rules! sign_in_setters {
    () => {
        /// Sets the cloud to sign in to. Default: [`Cloud::Global`](partner_center_core::Cloud::Global).
        #[must_use]
        pub fn cloud(mut self, cloud: impl Into<partner_center_core::Cloud>) -> Self {
            self.application.cloud = cloud.into();
            self
        }

        /// Sets the root URL of the sign-in service, for example of an emulator. Default: the
        /// sign-in service of the cloud.
        #[must_use]
        pub fn authority(mut self, authority: url::Url) -> Self {
            self.application.authority = Some(authority);
            self
        }

        /// Sets a custom HTTP client for the sign-in, with its own timeouts, proxies and trust
        /// roots. Default: a client for the sign-in service only, with a total timeout of one
        /// minute.
        ///
        /// To protect secrets, a custom client should not follow redirects
        /// (`redirect::Policy::none()`) and should connect to loopback addresses without a proxy
        /// (`no_proxy()`). It needs a timeout.
        #[must_use]
        pub fn http_client(mut self, client: reqwest::Client) -> Self {
            self.application.http = Some(client);
            self
        }

        /// Sets the clock for the lifetimes of tokens and certificates, and for the timestamps in
        /// client assertions and stored tokens. Default: the system clock.
        #[must_use]
        pub fn clock(mut self, clock: crate::Clock) -> Self {
            self.clock = clock;
            self
        }
    };
}

/// Setters for the client authentication of a confidential application, for credentials that
/// accept a secret or a certificate. The builder needs the field `application`.
macro_rules! client_auth_setters {
    () => {
        /// Sets the application's secret. Confidential applications, such as web applications,
        /// need a secret or a certificate; public clients have neither.
        #[must_use]
        pub fn client_secret(mut self, secret: impl Into<crate::Secret>) -> Self {
            self.application.client_secret = Some(secret.into());
            self
        }

        /// Sets the application's certificate, which is used instead of a secret.
        #[cfg(feature = "client-certificate")]
        #[must_use]
        pub fn client_certificate(mut self, certificate: crate::ClientCertificate) -> Self {
            self.application.client_certificate = Some(certificate);
            self
        }

        /// Sets the secret, the cloud and the sign-in service of a profile's application.
        #[cfg(feature = "profiles")]
        #[must_use]
        pub fn settings(
            mut self,
            application: &crate::profiles::Application,
            endpoints: &crate::profiles::Endpoints,
        ) -> Self {
            self.application.cloud = endpoints.cloud.clone();
            if let Some(secret) = &application.client_secret {
                self.application.client_secret = Some(secret.clone());
            }
            if let Some(authority) = &endpoints.authority {
                self.application.authority = Some(authority.clone());
            }
            self
        }
    };
}

/// Setters for the store and the lifetime of the refresh token. The builder needs the fields
/// `store` and `lifetime`.
macro_rules! store_setters {
    () => {
        /// Sets the store of the refresh token. Default: a [`MemoryStore`], which loses rotated
        /// tokens when the process ends.
        ///
        /// [`MemoryStore`]: crate::MemoryStore
        #[must_use]
        pub fn store(mut self, store: std::sync::Arc<dyn crate::RefreshTokenStore>) -> Self {
            self.store = Some(store);
            self
        }

        /// Sets the lifetime of refresh tokens. Default: 90 days, with a logged warning in the
        /// last 14 days.
        #[must_use]
        pub fn refresh_token_lifetime(mut self, lifetime: crate::RefreshTokenLifetime) -> Self {
            self.lifetime = lifetime;
            self
        }
    };
}

pub(crate) use {client_auth_setters, sign_in_setters, store_setters};
