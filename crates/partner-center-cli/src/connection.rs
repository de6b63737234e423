//! From options and environment to a client.

use std::sync::Arc;

use partner_center::check_url;
use partner_center::credential::{RefreshTokenCredential, StaticTokenCredential, TokenCredential};
use partner_center::{Client, Operation, RetryOptions};
use partner_center_emulator::Emulator;
use url::Url;

use crate::arguments::Connection;
use crate::failure::{Exit, Failure, messages};
use crate::run::Environment;

/// A client, and the emulator it talks to if there is one.
pub(crate) struct Connected {
    pub(crate) client: Client,
    /// Stops when dropped.
    _emulator: Option<Emulator>,
}

impl Connection {
    /// Sets up the client these options ask for. Starts the emulator if asked to.
    /// `command` is what was typed.
    pub(crate) async fn connect(
        &self,
        operation: &Operation,
        command: &str,
        environment: &Environment<'_>,
    ) -> Result<Connected, Failure> {
        if !operation.clouds.contains(&self.cloud.name()) {
            return Err(Failure::new(
                Exit::Usage,
                format!(
                    "`{}` is not offered by the cloud `{}`",
                    operation.id, self.cloud
                ),
            )
            .help(format!("it is offered by: {}", operation.clouds.join(", "))));
        }
        let mut retry = RetryOptions::new();
        retry.max_attempts = self.max_attempts;
        let mut builder = Client::builder()
            .cloud(self.cloud.clone())
            .locale(self.locale)
            .retry(retry);
        if let Some(limit) = self.body_limit {
            builder = builder.body_limit(limit);
        }
        if self.emulator {
            let emulator = Emulator::builder().start().await.map_err(|error| {
                let why = messages(&error).join(": ");
                Failure::new(Exit::Other, format!("the emulator did not start: {why}"))
            })?;
            let credential = RefreshTokenCredential::builder(
                emulator.tenant_id(),
                emulator.client_id(),
                emulator.refresh_token().to_owned(),
            )
            .client_secret(emulator.client_secret().to_owned())
            .authority(emulator.authority())
            .build()
            .map_err(credential_failure)?;
            let client = builder
                .base_url(emulator.url())
                .credential(Arc::new(credential))
                .build()?;
            return Ok(Connected {
                client,
                _emulator: Some(emulator),
            });
        }
        let builder = match &self.base_url {
            Some(url) => builder.base_url(url.clone()),
            None => builder,
        };
        // Settings that need no credential are checked first: what is wrong with a
        // command should not depend on who runs it.
        let check = StaticTokenCredential::new(String::new());
        builder.clone().credential(Arc::new(check)).build()?;
        let client = builder
            .credential(self.credential(command, environment)?)
            .build()?;
        Ok(Connected {
            client,
            _emulator: None,
        })
    }

    fn credential(
        &self,
        command: &str,
        environment: &Environment<'_>,
    ) -> Result<Arc<dyn TokenCredential>, Failure> {
        let variable = |name| (environment.variable)(name).filter(|value| !value.trim().is_empty());
        if let Some(token) = variable("PCENTER_ACCESS_TOKEN") {
            return Ok(Arc::new(StaticTokenCredential::new(token)));
        }
        let names = [
            "PCENTER_TENANT_ID",
            "PCENTER_CLIENT_ID",
            "PCENTER_REFRESH_TOKEN",
        ];
        let [Some(tenant), Some(client_id), Some(refresh_token)] = names.map(variable) else {
            let missing: Vec<_> = names
                .into_iter()
                .filter(|name| variable(name).is_none())
                .collect();
            return Err(Failure::new(
                Exit::Authentication,
                format!("no credentials: {} not set", and(&missing)),
            )
            .help(format!(
                "set them (`{command} --help` says what they hold), or try `--emulator`, which \
                 needs none"
            )));
        };
        let mut builder = RefreshTokenCredential::builder(tenant, client_id, refresh_token)
            .cloud(self.cloud.clone());
        if let Some(secret) = variable("PCENTER_CLIENT_SECRET") {
            builder = builder.client_secret(secret);
        }
        if let Some(authority) = variable("PCENTER_AUTHORITY") {
            let authority = Url::parse(&authority).map_err(|error| {
                Failure::new(Exit::Usage, format!("PCENTER_AUTHORITY is no URL: {error}"))
            })?;
            if let Err(error) = check_url(&authority) {
                return Err(Failure::new(
                    Exit::Usage,
                    format!("PCENTER_AUTHORITY: {error}"),
                ));
            }
            builder = builder.authority(authority);
        }
        Ok(Arc::new(builder.build().map_err(|error| {
            credential_failure(error)
                .help("the values come from the PCENTER_.. environment variables")
        })?))
    }
}

fn credential_failure(error: impl std::error::Error) -> Failure {
    Failure::new(Exit::Authentication, messages(&error).join(": "))
}

fn and(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => format!("{name} is"),
        [names @ .., last] => format!("{} and {last} are", names.join(", ")),
    }
}
