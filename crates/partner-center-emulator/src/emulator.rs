//! Running emulator.

use std::{fmt, sync::Arc};

use url::Url;

use crate::{
    builder::EmulatorBuilder,
    data::FOREIGN_CUSTOMER,
    faults::{fault::Fault, queue::InjectedFault},
    identity::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, TENANT_DOMAIN, TENANT_ID, TokenOptions},
    journal::recorded_request::RecordedRequest,
    net::server::Server,
    service::Service,
};

/// Partner Center on localhost, running until it is dropped or
/// [shut down](Self::shutdown).
///
/// After a drop it stops the next time its runtime polls the server task. Use
/// [`shutdown`](Self::shutdown) if the port has to be free afterwards.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use partner_center_emulator::{Emulator, TokenOptions};
///
/// let emulator = Emulator::builder().start().await?;
///
/// // Any HTTP client can call it.
/// let url = emulator.url().join("v1/analytics/licenses/deployment")?;
/// let token = emulator.mint_token(TokenOptions::new());
/// # let _already_chosen = rustls::crypto::ring::default_provider().install_default();
/// let response = reqwest::Client::new().get(url).bearer_auth(token).send().await?;
/// assert_eq!(response.status(), 200);
///
/// emulator.shutdown().await;
/// # Ok(())
/// # }
/// ```
pub struct Emulator {
    url: Url,
    certificate_pem: Option<String>,
    service: Arc<Service>,
    server: Server,
}

impl Emulator {
    /// Returns a builder with the default settings.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::new()
    }

    pub(crate) fn new(
        url: Url,
        certificate_pem: Option<String>,
        service: Arc<Service>,
        server: Server,
    ) -> Self {
        Self {
            url,
            certificate_pem,
            service,
            server,
        }
    }

    pub(crate) fn service(&self) -> &Service {
        &self.service
    }

    /// Returns the base URL of the API, the counterpart of
    /// `https://api.partnercenter.microsoft.com/`: `http://127.0.0.1:<port>/`, or
    /// `https://127.0.0.1:<port>/` with [`https`](EmulatorBuilder::https).
    #[must_use]
    pub fn url(&self) -> Url {
        self.url.clone()
    }

    /// Returns the certificate authority in PEM that clients have to trust, with
    /// [`https`](EmulatorBuilder::https); `None` otherwise. It is new at each start.
    #[must_use]
    pub fn certificate_pem(&self) -> Option<&str> {
        self.certificate_pem.as_deref()
    }

    /// Returns the base URL of the sign-in, the counterpart of
    /// `https://login.microsoftonline.com/`. Tokens are issued at
    /// `<authority><tenant>/oauth2/v2.0/token`, with the tenant's id or domain.
    #[must_use]
    pub fn authority(&self) -> Url {
        self.url.clone()
    }

    /// Returns the id of the partner's tenant, the same in all emulators.
    #[must_use]
    pub fn tenant_id(&self) -> &str {
        TENANT_ID
    }

    /// Returns the domain of the partner's tenant, the same in all emulators. Every sign-in
    /// URL accepts it instead of the [id](Self::tenant_id).
    #[must_use]
    pub fn tenant_domain(&self) -> &str {
        TENANT_DOMAIN
    }

    /// Returns the id of a customer of another partner, the same in all emulators. With synthetic
    /// data, calls for it get 403 with code 20002, and calls for unknown ids 404 with code 60003.
    #[must_use]
    pub fn foreign_customer_id(&self) -> &str {
        FOREIGN_CUSTOMER
    }

    /// Returns the id of the application that may sign in, the same in all emulators.
    #[must_use]
    pub fn client_id(&self) -> &str {
        CLIENT_ID
    }

    /// Returns the secret of the application. It is public: only emulators accept it.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        CLIENT_SECRET
    }

    /// Returns a refresh token of the partner's user, issued when the emulator started. It
    /// does not expire unless the builder sets a lifetime. It is public: only emulators
    /// accept it.
    #[must_use]
    pub fn refresh_token(&self) -> &str {
        REFRESH_TOKEN
    }

    /// Creates an access token without a sign-in.
    ///
    /// This emulator accepts it unless `options` make it unacceptable; other emulators
    /// reject it.
    #[must_use]
    pub fn mint_token(&self, options: TokenOptions) -> String {
        self.service.authority().mint(&options)
    }

    /// Creates a refresh token as of a sign-in without the application's secret, for programs
    /// that have none. It is used without the secret.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use partner_center::credential::{RefreshTokenCredential, TokenCredential};
    /// use partner_center_emulator::Emulator;
    ///
    /// let emulator = Emulator::builder().start().await?;
    /// let token = emulator.mint_refresh_token();
    /// let credential =
    ///     RefreshTokenCredential::builder(emulator.tenant_id(), emulator.client_id(), token)
    ///         .authority(emulator.authority())
    ///         .build()?;
    /// let scope = "https://api.partnercenter.microsoft.com/.default";
    /// credential.get_token(&[scope], None).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn mint_refresh_token(&self) -> String {
        self.service.authority().mint_refresh_token()
    }

    /// Approves the sign-in of a device, as the user with its code would, and gives
    /// consent. Case, spaces and hyphens in the code are ignored.
    ///
    /// Returns `false` if no sign-in waits for that code: it is unknown, has expired or was
    /// already decided.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::sync::Arc;
    /// use std::time::Duration;
    ///
    /// use partner_center::credential::{DeviceCodeCredential, TokenCredential};
    /// use partner_center_emulator::Emulator;
    ///
    /// let emulator = Emulator::builder().device_code_interval(Duration::from_secs(1));
    /// let emulator = Arc::new(emulator.start().await?);
    /// let user = emulator.clone();
    /// let credential = DeviceCodeCredential::builder(
    ///     emulator.tenant_id(),
    ///     emulator.client_id(),
    ///     move |prompt| assert!(user.approve_device(&prompt.user_code)),
    /// )
    /// .authority(emulator.authority())
    /// .build()?;
    /// let scope = "https://api.partnercenter.microsoft.com/.default";
    /// credential.get_token(&[scope], None).await?;
    /// assert!(emulator.waiting_device_codes().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn approve_device(&self, user_code: &str) -> bool {
        self.service.authority().decide_device(user_code, true)
    }

    /// Declines the sign-in of a device; see [`approve_device`](Self::approve_device).
    pub fn deny_device(&self, user_code: &str) -> bool {
        self.service.authority().decide_device(user_code, false)
    }

    /// Returns the user codes of the devices that wait for a decision, oldest first.
    #[must_use]
    pub fn waiting_device_codes(&self) -> Vec<String> {
        self.service.authority().waiting_user_codes()
    }

    /// Revokes all refresh tokens issued so far, the seeded one included, as a password
    /// change does: they get AADSTS50173 from now on. Later sign-ins are not affected.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use partner_center::credential::{RefreshTokenCredential, TokenCredential};
    /// use partner_center_emulator::Emulator;
    ///
    /// let emulator = Emulator::builder().start().await?;
    /// let token = emulator.refresh_token().to_owned();
    /// let credential =
    ///     RefreshTokenCredential::builder(emulator.tenant_id(), emulator.client_id(), token)
    ///         .client_secret(emulator.client_secret().to_owned())
    ///         .authority(emulator.authority())
    ///         .build()?;
    ///
    /// emulator.revoke_refresh_tokens();
    /// let scope = "https://api.partnercenter.microsoft.com/.default";
    /// let error = credential.get_token(&[scope], None).await.unwrap_err();
    /// assert!(error.to_string().contains("AADSTS50173"), "{error}");
    /// # Ok(())
    /// # }
    /// ```
    pub fn revoke_refresh_tokens(&self) {
        self.service.authority().revoke_refresh_tokens();
    }

    /// Expires the application's secret: it gets AADSTS7000222 from now on.
    pub fn expire_secret(&self) {
        self.service.authority().expire_secret();
    }

    /// Expires the application's certificates: assertions signed with their keys get
    /// AADSTS700027 from now on. The dates in the certificates are not checked.
    pub fn expire_client_certificates(&self) {
        self.service.authority().expire_client_certificates();
    }

    /// Revokes the user's consent: refresh tokens get AADSTS65001 until a user signs in
    /// again, by browser or by device code.
    pub fn revoke_consent(&self) {
        self.service.authority().set_consent(false);
    }

    /// Sets whether the API rejects tokens of a sign-in without a second factor; see
    /// [`EmulatorBuilder::require_mfa`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use partner_center_emulator::{Emulator, TokenOptions};
    ///
    /// let emulator = Emulator::builder().start().await?;
    /// let url = emulator.url().join("v1/customers")?;
    /// let token = emulator.mint_token(TokenOptions::new().without_mfa());
    /// # let _already_chosen = rustls::crypto::ring::default_provider().install_default();
    /// let call = || reqwest::Client::new().get(url.clone()).bearer_auth(&token).send();
    /// assert_eq!(call().await?.status(), 401);
    ///
    /// emulator.set_require_mfa(false);
    /// assert_eq!(call().await?.status(), 200);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_require_mfa(&self, require: bool) {
        self.service.authority().set_require_mfa(require);
    }

    /// Sets whether future sign-ins have a second factor. Tokens of earlier sign-ins do not
    /// change; see [`EmulatorBuilder::require_mfa`](EmulatorBuilder::require_mfa).
    pub fn set_sign_in_with_mfa(&self, mfa: bool) {
        self.service.authority().set_mfa(mfa);
    }

    /// Injects a fault into future calls.
    ///
    /// Faults for the same kind of call are applied in the order of injection: the next
    /// fault begins when the previous one has been applied as many times as requested.
    /// [Unlimited](Fault::unlimited) faults do not delay the faults after them.
    /// Faults are not applied to calls over the [rate limit](EmulatorBuilder::rate_limit).
    pub fn inject(&self, fault: Fault) -> InjectedFault {
        self.service.faults().inject(fault)
    }

    /// Returns the injected faults in the order of injection. Of the faults that have been
    /// applied as many times as requested, the last 100 are kept.
    #[must_use]
    pub fn faults(&self) -> Vec<InjectedFault> {
        self.service.faults().all()
    }

    /// Removes one fault. Returns `false` if there is none with this id.
    pub fn remove_fault(&self, id: u64) -> bool {
        self.service.faults().remove(id)
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.service.faults().clear();
    }

    /// Returns the last requests with their responses in order of arrival, token requests and
    /// rejected requests included: at most 1,000, and at most 16 MiB.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.service.journal().requests()
    }

    /// Stops the emulator and waits until the port is free and all connections are closed.
    ///
    /// Requests that arrived completely get their response first.
    pub async fn shutdown(self) {
        self.server.shutdown().await;
        tracing::debug!(url = %self.url, "emulator stopped");
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Emulator")
            .field("url", &self.url.as_str())
            .finish_non_exhaustive()
    }
}
