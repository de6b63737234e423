//! A running emulator.

use std::{fmt, sync::Arc};

use url::Url;

use crate::{
    builder::EmulatorBuilder,
    faults::{fault::Fault, queue::InjectedFault},
    identity::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, TENANT_DOMAIN, TENANT_ID, TokenOptions},
    net::server::Server,
    request_log::RecordedRequest,
    service::Service,
};

/// Partner Center on localhost, until it is dropped or [shut down](Self::shutdown).
///
/// Dropping it makes it stop at the next opportunity of its runtime; use
/// [`shutdown`](Self::shutdown) where the port has to be free afterwards.
pub struct Emulator {
    url: Url,
    certificate_pem: Option<String>,
    service: Arc<Service>,
    server: Server,
}

impl Emulator {
    /// Begins to set up an emulator.
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

    /// Base of the API, in place of `https://api.partnercenter.microsoft.com/`:
    /// `http://127.0.0.1:<port>/`, or `https://127.0.0.1:<port>/` with
    /// [`https`](EmulatorBuilder::https).
    #[must_use]
    pub fn url(&self) -> Url {
        self.url.clone()
    }

    /// Certificate in PEM of the authority that a client has to trust, with
    /// [`https`](EmulatorBuilder::https); `None` otherwise. Another one at each start.
    #[must_use]
    pub fn certificate_pem(&self) -> Option<&str> {
        self.certificate_pem.as_deref()
    }

    /// Base of the sign-in, in place of `https://login.microsoftonline.com/`.
    /// Tokens are issued at `<authority><tenant>/oauth2/v2.0/token`, with the tenant's id or
    /// domain.
    #[must_use]
    pub fn authority(&self) -> Url {
        self.url.clone()
    }

    /// Id of the partner's tenant, the same in all emulators.
    #[must_use]
    pub fn tenant_id(&self) -> &str {
        TENANT_ID
    }

    /// Domain of the partner's tenant, the same in all emulators. Every address of the sign-in
    /// takes it in place of the [id](Self::tenant_id).
    #[must_use]
    pub fn tenant_domain(&self) -> &str {
        TENANT_DOMAIN
    }

    /// Id of the application that may sign in, the same in all emulators.
    #[must_use]
    pub fn client_id(&self) -> &str {
        CLIENT_ID
    }

    /// Secret of the application. Public: it opens nothing but an emulator.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        CLIENT_SECRET
    }

    /// A refresh token of the partner's user, given out when the emulator started.
    /// It does not end unless the builder says so. Public: it opens nothing but an
    /// emulator.
    #[must_use]
    pub fn refresh_token(&self) -> &str {
        REFRESH_TOKEN
    }

    /// Makes an access token without a sign-in.
    ///
    /// This emulator accepts it unless `options` ask for a fault; others never do.
    #[must_use]
    pub fn mint_token(&self, options: TokenOptions) -> String {
        self.service.authority().mint(&options)
    }

    /// Approves the sign-in of a device, as the person with its code would; consent
    /// comes with it. Letter case, blanks and hyphens do not matter.
    ///
    /// `false` when no sign-in waits under that code: unknown, expired or answered.
    pub fn approve_device(&self, user_code: &str) -> bool {
        self.service.authority().decide_device(user_code, true)
    }

    /// Declines the sign-in of a device; see [`approve_device`](Self::approve_device).
    pub fn deny_device(&self, user_code: &str) -> bool {
        self.service.authority().decide_device(user_code, false)
    }

    /// User codes of the devices that wait for a person, the oldest first.
    #[must_use]
    pub fn waiting_device_codes(&self) -> Vec<String> {
        self.service.authority().waiting_user_codes()
    }

    /// Ends all refresh tokens given out so far, the seeded one included, as a new
    /// password does: AADSTS50173 from now on. Later sign-ins are not affected.
    pub fn revoke_refresh_tokens(&self) {
        self.service.authority().revoke_refresh_tokens();
    }

    /// Lets the application's secret expire: AADSTS7000222 from now on.
    pub fn expire_secret(&self) {
        self.service.authority().expire_secret();
    }

    /// Lets the application's certificates expire: AADSTS700027 from now on for what
    /// was signed with their keys. The dates in them are not looked at.
    pub fn expire_client_certificates(&self) {
        self.service.authority().expire_client_certificates();
    }

    /// Takes back the user's consent: refresh tokens get AADSTS65001, until somebody
    /// signs in again, by a page or a device.
    pub fn revoke_consent(&self) {
        self.service.authority().set_consent(false);
    }

    /// Whether sign-ins from now on have a second factor. Tokens of earlier sign-ins
    /// stay as they are; see
    /// [`EmulatorBuilder::require_mfa`](EmulatorBuilder::require_mfa).
    pub fn set_sign_in_with_mfa(&self, mfa: bool) {
        self.service.authority().set_mfa(mfa);
    }

    /// Makes something go wrong with calls to come.
    ///
    /// Faults for the same kind of calls take turns in the order they were injected:
    /// the next one begins when the one before has hit as often as it was to. Calls
    /// over the [rate limit](EmulatorBuilder::rate_limit) meet no fault.
    pub fn inject(&self, fault: Fault) -> InjectedFault {
        self.service.faults().inject(fault)
    }

    /// Forgets all faults that have not happened yet.
    pub fn clear_faults(&self) {
        self.service.faults().clear();
    }

    /// The requests received so far, token requests and refused ones included, in
    /// order of arrival; the last 1,000.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.service.request_log().requests()
    }

    /// Stops, and waits until the port is free and all connections are closed.
    ///
    /// Requests that arrived completely are answered first.
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
