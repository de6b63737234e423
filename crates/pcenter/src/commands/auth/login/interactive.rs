//! Interactive sign-in: shows the instructions and waits for the user.

use std::pin::pin;
use std::time::Duration;

use partner_center::credential::profiles::{Application, Endpoints};
use partner_center::credential::{
    AuthorizationCodeCredential, DeviceCodeCredential, DeviceCodePrompt, StoreError, StoreGuard,
    StoredRefreshToken,
};
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::time::Instant;
use url::Url;

use super::super::arguments::Login;
use super::prompts::Prompts;
use crate::environment::{Environment, OpenBrowser};
use crate::failure::Failure;
use crate::identity::{TokenLocation, sign_in_failed};
use crate::signals::Signals;

/// Timeout of a sign-in by browser, equal to the lifetime of a device code.
pub(super) const BROWSER_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// Update interval of the countdown line.
const COUNTDOWN_INTERVAL: Duration = Duration::from_secs(1);

/// Wait for the lock of the store before a message is shown.
const QUIET_WAIT: Duration = Duration::from_millis(500);

/// Application, addresses and method of a sign-in.
#[derive(Debug)]
pub(super) struct InteractiveSignIn {
    pub(super) application: Application,
    pub(super) endpoints: Endpoints,
    pub(super) method: SignInMethod,
    /// Command that starts the sign-in again.
    pub(super) sign_in_command: String,
}

/// Method of a sign-in.
#[derive(Clone)]
pub(super) enum SignInMethod {
    /// Device code, entered on any device.
    DeviceCode,
    /// Browser on this computer. Without `open`, the user opens the page.
    Browser {
        port: u16,
        open: Option<OpenBrowser>,
    },
}

impl std::fmt::Debug for SignInMethod {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::DeviceCode => "DeviceCode",
            Self::Browser { .. } => "Browser",
        })
    }
}

impl SignInMethod {
    /// Returns the function that opens the browser.
    fn browser(&self) -> Option<&OpenBrowser> {
        match self {
            Self::Browser { open, .. } => open.as_ref(),
            Self::DeviceCode => None,
        }
    }

    pub(super) fn choose(login: &Login, environment: &Environment<'_>) -> Self {
        if login.device_code {
            return Self::DeviceCode;
        }
        match (environment.browser)() {
            None if !login.browser => Self::DeviceCode,
            open => Self::Browser {
                port: login.port,
                open,
            },
        }
    }
}

/// Event of a sign-in that the user needs to see.
enum SignInEvent {
    Code(DeviceCodePrompt),
    Page(Url),
    NotOpened,
}

/// Signs the user in. Stores nothing, so an error or Ctrl-C changes nothing.
pub(super) async fn sign_in(
    sign_in: &InteractiveSignIn,
    signals: &mut Signals,
    prompts: &mut Prompts,
    environment: &mut Environment<'_>,
) -> Result<StoredRefreshToken, Failure> {
    let (sender, mut events) = mpsc::unbounded_channel();
    let mut signing_in = pin!(begin(sign_in, sender.clone()));
    let mut ticks = tokio::time::interval(COUNTDOWN_INTERVAL);
    let mut deadline = None;
    let result = loop {
        tokio::select! {
            biased;
            Some(event) = events.recv() => match event {
                SignInEvent::Code(prompt) => {
                    deadline = Instant::now().checked_add(prompt.expires_in);
                    prompts.code(&prompt, &sign_in.application.tenant, environment)?;
                }
                SignInEvent::Page(url) => {
                    deadline = Instant::now().checked_add(BROWSER_TIMEOUT);
                    let browser = sign_in.method.browser();
                    let tenant = &sign_in.application.tenant;
                    prompts.page(&url, browser.is_some(), tenant, environment)?;
                    if let Some(browser) = browser {
                        open(browser.clone(), url, sender.clone());
                    }
                }
                SignInEvent::NotOpened => prompts.not_opened(environment)?,
            },
            result = &mut signing_in => break result,
            _ = ticks.tick(), if deadline.is_some() => {
                let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
                prompts.waiting(left.unwrap_or_default(), environment);
            }
            signal = signals.first() => {
                prompts.clear(environment);
                return Err(Failure::new(signal.exit(), "stopped; nothing was changed"));
            }
        }
    };
    prompts.clear(environment);
    result.map_err(|error| sign_in_failed(&*error, &sign_in.sign_in_command))
}

/// Waits for the lock of the store, with a message if another process holds it.
pub(super) async fn lock_store(
    location: &TokenLocation,
    environment: &mut Environment<'_>,
) -> Result<StoreGuard, StoreError> {
    let mut lock = pin!(location.store.lock());
    if let Ok(lock) = tokio::time::timeout(QUIET_WAIT, &mut lock).await {
        return lock;
    }
    // Only progress: a failed write must not end the sign-in.
    let _gone = writeln!(
        environment.stderr,
        "waiting for another process that uses the sign-in in {}; press Ctrl-C to stop",
        location.description
    );
    lock.await
}

/// Error of the credentials. Boxed, because this crate does not depend on the crate of its type.
type SignInError = Box<dyn std::error::Error + Send + Sync>;

async fn begin(
    sign_in: &InteractiveSignIn,
    sender: UnboundedSender<SignInEvent>,
) -> Result<StoredRefreshToken, SignInError> {
    let InteractiveSignIn {
        application,
        endpoints,
        ..
    } = sign_in;
    let (tenant, client_id) = (&application.tenant, &application.client_id);
    let scopes = [endpoints.scope()];
    // Sending fails only after the receiver, and with it the sign-in, was dropped.
    match sign_in.method {
        SignInMethod::DeviceCode => {
            let builder = DeviceCodeCredential::builder(tenant, client_id, move |prompt| {
                let _receiver_gone = sender.send(SignInEvent::Code(prompt.clone()));
            });
            let builder = builder.settings(application, endpoints);
            Ok(builder.build()?.sign_in(&scopes).await?)
        }
        SignInMethod::Browser { port, .. } => {
            let show = move |url: &Url| {
                let _receiver_gone = sender.send(SignInEvent::Page(url.clone()));
                Ok(())
            };
            let builder = AuthorizationCodeCredential::builder(tenant, client_id, show)
                .port(port)
                .timeout(BROWSER_TIMEOUT);
            let builder = builder.settings(application, endpoints);
            Ok(builder.build()?.sign_in(&scopes).await?)
        }
    }
}

/// Opens the page on a separate thread, because some systems block until the browser is closed.
fn open(browser: OpenBrowser, url: Url, sender: UnboundedSender<SignInEvent>) {
    std::thread::spawn(move || {
        if browser(&url).is_err() {
            let _receiver_gone = sender.send(SignInEvent::NotOpened);
        }
    });
}
