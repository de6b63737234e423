//! The sign-in itself: shows the person what to do and waits until it is done.

use std::pin::pin;
use std::time::Duration;

use partner_center::credential::{
    AuthorizationCodeCredential, DeviceCodeCredential, DeviceCodePrompt, StoreError, StoreGuard,
    StoredRefreshToken,
};
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::time::Instant;
use url::Url;

use super::super::arguments::Login;
use super::prompts::Screen;
use crate::environment::{Environment, OpenBrowser};
use crate::failure::Failure;
use crate::identity::{Application, Endpoints, TokenPlace, sign_in_failed, signing_in};
use crate::signals::Signals;

/// How long the browser may take: as long as a code for a device.
pub(super) const BROWSER_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// How often the person sees that time goes by.
const TICK: Duration = Duration::from_secs(1);

/// Shorter waits are not worth a word.
const MOMENT: Duration = Duration::from_millis(500);

/// Who signs in, and how.
#[derive(Debug)]
pub(super) struct SignIn {
    pub(super) application: Application,
    pub(super) endpoints: Endpoints,
    pub(super) way: Way,
    /// The command to start anew with.
    pub(super) again: String,
}

/// How the person gets to the page of the sign-in service.
#[derive(Clone)]
pub(super) enum Way {
    /// By a code, on any device.
    DeviceCode,
    /// By the browser of this computer. Without one to open, the person opens the page.
    Browser {
        port: u16,
        open: Option<OpenBrowser>,
    },
}

impl std::fmt::Debug for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::DeviceCode => "DeviceCode",
            Self::Browser { .. } => "Browser",
        })
    }
}

impl Way {
    /// The browser to open.
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

/// What has happened that the person has to know.
enum Step {
    Code(DeviceCodePrompt),
    Page(Url),
    NotOpened,
}

/// Has the person sign in. Nothing is kept yet, so that nothing has changed after an
/// error or Ctrl-C.
pub(super) async fn sign_in(
    sign_in: &SignIn,
    signals: &mut Signals,
    screen: &mut Screen,
    environment: &mut Environment<'_>,
) -> Result<StoredRefreshToken, Failure> {
    let (tell, mut steps) = mpsc::unbounded_channel();
    let mut signing_in = pin!(begin(sign_in, tell.clone()));
    let mut ticks = tokio::time::interval(TICK);
    let mut deadline = None;
    let result = loop {
        tokio::select! {
            biased;
            Some(step) = steps.recv() => match step {
                Step::Code(prompt) => {
                    deadline = Instant::now().checked_add(prompt.expires_in);
                    screen.code(&prompt, &sign_in.application.tenant, environment)?;
                }
                Step::Page(url) => {
                    deadline = Instant::now().checked_add(BROWSER_TIMEOUT);
                    let browser = sign_in.way.browser();
                    let tenant = &sign_in.application.tenant;
                    screen.page(&url, browser.is_some(), tenant, environment)?;
                    if let Some(browser) = browser {
                        open(browser.clone(), url, tell.clone());
                    }
                }
                Step::NotOpened => screen.not_opened(environment)?,
            },
            result = &mut signing_in => break result,
            _ = ticks.tick(), if deadline.is_some() => {
                let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
                screen.waiting(left.unwrap_or_default(), environment);
            }
            signal = signals.first() => {
                screen.clear(environment);
                return Err(Failure::new(signal.exit(), "stopped; nothing was changed"));
            }
        }
    };
    screen.clear(environment);
    result.map_err(|error| sign_in_failed(&*error, &sign_in.again))
}

/// Waits until nobody else works with the store, and says so if it takes a while.
pub(super) async fn turn(
    place: &TokenPlace,
    environment: &mut Environment<'_>,
) -> Result<StoreGuard, StoreError> {
    let mut turn = pin!(place.store.lock());
    if let Ok(turn) = tokio::time::timeout(MOMENT, &mut turn).await {
        return turn;
    }
    // Nobody is left to see it when this fails.
    let _gone = writeln!(
        environment.stderr,
        "waiting for another process that works with the sign-in in {}; Ctrl-C stops",
        place.words
    );
    turn.await
}

/// What the credentials fail with; the crate of its type is not named here.
type SignInError = Box<dyn std::error::Error + Send + Sync>;

async fn begin(
    sign_in: &SignIn,
    tell: UnboundedSender<Step>,
) -> Result<StoredRefreshToken, SignInError> {
    let SignIn {
        application,
        endpoints,
        ..
    } = sign_in;
    let (tenant, client_id) = (&application.tenant, &application.client_id);
    let scopes = [endpoints.scope()];
    // What the person should see is lost only when nobody waits any more.
    match sign_in.way {
        Way::DeviceCode => {
            let builder = DeviceCodeCredential::builder(tenant, client_id, move |prompt| {
                let _nobody_waits = tell.send(Step::Code(prompt.clone()));
            });
            let builder = signing_in!(builder, application, endpoints);
            Ok(builder.build()?.sign_in(&scopes).await?)
        }
        Way::Browser { port, .. } => {
            let show = move |url: &Url| {
                let _nobody_waits = tell.send(Step::Page(url.clone()));
                Ok(())
            };
            let builder = AuthorizationCodeCredential::builder(tenant, client_id, show)
                .port(port)
                .timeout(BROWSER_TIMEOUT);
            let builder = signing_in!(builder, application, endpoints);
            Ok(builder.build()?.sign_in(&scopes).await?)
        }
    }
}

/// Opens the page, on a thread of its own: some systems wait until the browser is closed.
fn open(browser: OpenBrowser, url: Url, tell: UnboundedSender<Step>) {
    std::thread::spawn(move || {
        if browser(&url).is_err() {
            let _nobody_waits = tell.send(Step::NotOpened);
        }
    });
}
