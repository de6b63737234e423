//! Creation of a client from options and environment.

use std::sync::Arc;
use std::time::Duration;

use partner_center::credential::profiles::{
    Application, CredentialSource, Endpoints, Identity, Overrides, ProfileName,
};
use partner_center::{Client, ClientBuilder, Cloud, Operation, RetryOptions};
use partner_center_emulator::{Emulator, seeded};
use url::{Host, Url};

use crate::arguments::Connection;
use crate::environment::Environment;
use crate::failure::{Exit, Failure, messages};
use crate::identity::{doctor_command, login_command, no_credentials};
use crate::listing::Waits;

/// Client of a command, with the emulator it calls, if any.
pub(crate) struct Connected {
    pub(crate) client: Client,
    /// Tenant of the partner, if known.
    pub(crate) tenant: Option<String>,
    /// Cloud of the service.
    #[cfg_attr(
        not(feature = "lake"),
        expect(dead_code, reason = "only snapshots call several operations")
    )]
    pub(crate) cloud: Cloud,
    /// Waits of the calls of the client.
    pub(crate) waits: Arc<Waits>,
    /// Command that signs in again. `None` without a profile.
    login: Option<String>,
    /// Command that diagnoses a refused call. `None` with an emulator.
    doctor: Option<String>,
    /// Command that starts the emulator of another process. `None` with a service.
    start_emulator: Option<String>,
    /// The emulator stops when dropped.
    _emulator: Option<Emulator>,
}

impl Connected {
    /// Adds the commands that fix or diagnose a failed call.
    pub(crate) fn explained(&self, failure: Failure) -> Failure {
        let failure = match (failure.refresh_token_issue, &self.login) {
            (Some(issue), Some(login)) => failure.help(issue.help(login)),
            _ => failure,
        };
        if let Some(start) = &self.start_emulator
            && failure.exit == Exit::Network
        {
            return failure.help(format!("start the emulator in another terminal: `{start}`"));
        }
        match &self.doctor {
            Some(doctor) if failure.exit == Exit::Authentication => {
                failure.help(format!("to diagnose the problem: `{doctor}`"))
            }
            _ => failure,
        }
    }
}

impl Connection {
    /// Creates the client for these options and starts the emulator if requested. `command` is
    /// the command line of the report, for messages.
    pub(crate) async fn connect(
        &self,
        operation: &Operation,
        command: &str,
        environment: &mut Environment<'_>,
    ) -> Result<Connected, Failure> {
        let waits = Arc::default();
        if let Some(data) = self.emulator {
            let builder = Emulator::builder().data(data.data_set());
            let emulator = start_emulator(builder).await?;
            let identity = emulator_identity(&emulator);
            return Ok(Connected {
                client: self.client(&identity, &waits, environment)?,
                waits,
                cloud: Cloud::Global,
                tenant: identity.tenant(),
                login: None,
                doctor: None,
                start_emulator: None,
                _emulator: Some(emulator),
            });
        }
        if let Some(url) = &self.emulator_url {
            if !is_loopback(url) {
                return Err(Failure::new(
                    Exit::Usage,
                    format!("`--emulator-url` is the URL of an emulator, not {url}"),
                )
                .help(
                    "give the URL that `pcenter emulator start` prints, http://127.0.0.1:<port>/",
                ));
            }
            let identity = seeded_identity(url);
            identity.endpoints.check()?;
            return Ok(Connected {
                client: self.client(&identity, &waits, environment)?,
                waits,
                cloud: Cloud::Global,
                tenant: identity.tenant(),
                login: None,
                doctor: None,
                start_emulator: Some(start_command(url, None)),
                _emulator: None,
            });
        }
        // Checked before the credentials, so that a wrong flag gives the same message to every
        // user.
        if let Some(cloud) = &self.cloud {
            check_offered(operation, cloud)?;
        }
        if let Some(url) = &self.base_url {
            let mut typed = Endpoints::for_cloud(Cloud::Global);
            typed.base_url = Some(url.clone());
            typed.check()?;
        }
        let settings = environment.settings();
        let Some(identity) = Identity::resolve(&self.overrides(), &settings)? else {
            return Err(no_credentials(command, environment));
        };
        check_offered(operation, &identity.endpoints.cloud)?;
        identity.endpoints.check()?;
        Ok(Connected {
            client: self.client(&identity, &waits, environment)?,
            waits,
            cloud: identity.endpoints.cloud.clone(),
            tenant: identity.tenant(),
            login: login_command(&identity),
            doctor: Some(doctor_command(&identity)),
            start_emulator: start_of(&identity),
            _emulator: None,
        })
    }

    fn overrides(&self) -> Overrides<'_> {
        let mut overrides = Overrides::default();
        overrides.profile = self.profile.as_ref();
        overrides.cloud = self.cloud.clone();
        overrides.base_url = self.base_url.as_ref();
        overrides
    }

    /// Returns the output format of the profile of these options, if it has one. Errors of the
    /// profile are left to [`connect`](Self::connect).
    pub(crate) fn profile_output(&self, environment: &Environment<'_>) -> Option<String> {
        if self.emulator.is_some() || self.emulator_url.is_some() {
            return None;
        }
        let identity = Identity::resolve(&self.overrides(), &environment.settings());
        identity.ok()??.profile()?.output.clone()
    }

    fn client(
        &self,
        identity: &Identity,
        waits: &Arc<Waits>,
        environment: &Environment<'_>,
    ) -> Result<Client, Failure> {
        let credential = match self.no_token_cache {
            true => identity.credential(&environment.settings())?,
            false => identity.cached_credential(&environment.settings())?,
        };
        let builder = self.builder(&identity.endpoints);
        let builder = builder.credential(credential).observer(waits.clone());
        Ok(builder.build()?)
    }

    fn builder(&self, endpoints: &Endpoints) -> ClientBuilder {
        let mut retry = RetryOptions::new();
        retry.max_attempts = self.max_attempts;
        let mut builder = Client::builder()
            .endpoints(endpoints)
            .locale(self.locale)
            .retry(retry)
            .preflight_checks(!self.no_checks);
        if let Some(seconds) = self.timeout {
            let timeout = Duration::from_secs(seconds);
            builder = builder.timeout(timeout).read_timeout(timeout);
        }
        if let Some(limit) = self.body_limit {
            builder = builder.body_limit(limit);
        }
        builder
    }
}

/// Returns the command that starts the emulator of a profile, if it is one of an emulator.
fn start_of(identity: &Identity) -> Option<String> {
    let url = identity.endpoints.base_url.as_ref();
    let url = url.filter(|url| is_loopback(url))?;
    Some(start_command(url, Some(identity.profile_name()?)))
}

fn start_command(url: &Url, profile: Option<&ProfileName>) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    let profile = profile.map(|name| format!(" --profile {name}"));
    format!(
        "pcenter emulator start --port {port}{}",
        profile.unwrap_or_default()
    )
}

/// Returns whether a URL belongs to this computer.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Checks that the cloud offers the operation.
pub(crate) fn check_offered(operation: &Operation, cloud: &Cloud) -> Result<(), Failure> {
    if operation.clouds.contains(&cloud.name()) {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Usage,
        format!("`{}` is not offered by the cloud `{cloud}`", operation.id),
    )
    .help(format!("it is offered by: {}", operation.clouds.join(", "))))
}

/// Starts an emulator in this process.
pub(crate) async fn start_emulator(
    builder: partner_center_emulator::EmulatorBuilder,
) -> Result<Emulator, Failure> {
    builder.start().await.map_err(|error| {
        let why = messages(&error).join(": ");
        Failure::new(Exit::Other, format!("the emulator did not start: {why}"))
    })
}

/// Returns an identity that the emulator accepts.
pub(crate) fn emulator_identity(emulator: &Emulator) -> Identity {
    seeded_identity(&emulator.url())
}

/// Returns the identity that every emulator accepts, for the emulator at this URL.
fn seeded_identity(url: &Url) -> Identity {
    let mut endpoints = Endpoints::for_cloud(Cloud::Global);
    endpoints.authority = Some(url.clone());
    endpoints.base_url = Some(url.clone());
    let source = CredentialSource::RefreshToken {
        application: Application::new(
            seeded::TENANT_ID,
            seeded::CLIENT_ID,
            Some(seeded::CLIENT_SECRET.to_owned().into()),
        ),
        refresh_token: seeded::REFRESH_TOKEN.to_owned().into(),
    };
    Identity::new(source, endpoints)
}
