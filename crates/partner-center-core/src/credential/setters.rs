//! The settings that several credentials have in common, written once. Each macro stands
//! in the `impl` block of a builder; `tests/contract/outline.rs` looks into them.

/// Where to sign in, and through what: of every credential. For a builder with an
/// `application`.
macro_rules! sign_in_setters {
    () => {
        /// The cloud to sign in at. Default: [`Cloud::Global`](crate::Cloud::Global).
        #[must_use]
        pub fn cloud(mut self, cloud: impl Into<crate::Cloud>) -> Self {
            self.application.cloud = cloud.into();
            self
        }

        /// Another sign-in service than the cloud's, for example an emulator's.
        #[must_use]
        pub fn authority(mut self, authority: url::Url) -> Self {
            self.application.authority = Some(authority);
            self
        }

        /// An HTTP client of your own for the sign-in: with its own time-outs, proxies and
        /// trust roots. Default: one made for the sign-in service alone, which gives up after
        /// a minute.
        ///
        /// What that one does for the secrets' sake is then up to you: it should not follow
        /// redirects (`redirect::Policy::none()`), should reach loopback addresses without a
        /// proxy (`no_proxy()`), and needs a time-out.
        #[must_use]
        pub fn http_client(mut self, client: reqwest::Client) -> Self {
            self.application.http = Some(client);
            self
        }

        /// The clock that decides about the life of tokens and certificates, and dates what
        /// is signed or stored. Default: the system's.
        #[must_use]
        pub fn clock(mut self, clock: crate::credential::Clock) -> Self {
            self.clock = clock;
            self
        }
    };
}

/// How a confidential application proves itself: where that is a choice. For a builder with
/// an `application`.
macro_rules! client_auth_setters {
    () => {
        /// The application's secret. Web applications need one; public clients have none.
        #[must_use]
        pub fn client_secret(mut self, secret: impl Into<crate::credential::Secret>) -> Self {
            self.application.client_secret = Some(secret.into());
            self
        }

        /// The application's certificate, in place of a secret.
        #[cfg(feature = "client-certificate")]
        #[must_use]
        pub fn client_certificate(
            mut self,
            certificate: crate::credential::ClientCertificate,
        ) -> Self {
            self.application.client_certificate = Some(certificate);
            self
        }
    };
}

/// Where the refresh token lives, and how long. For a builder with a `store` and a `life`.
macro_rules! store_setters {
    () => {
        /// Where the refresh token lives. Default: in memory, so that a rotated token ends
        /// with the process.
        #[must_use]
        pub fn store(
            mut self,
            store: std::sync::Arc<dyn crate::credential::RefreshTokenStore>,
        ) -> Self {
            self.store = Some(store);
            self
        }

        /// How long refresh tokens live. Default: 90 days, and a warning in the log in the
        /// last 14.
        #[must_use]
        pub fn refresh_token_life(mut self, life: crate::credential::RefreshTokenLife) -> Self {
            self.life = life;
            self
        }
    };
}

pub(crate) use {client_auth_setters, sign_in_setters, store_setters};
