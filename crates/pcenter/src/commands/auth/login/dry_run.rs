//! `pcenter auth login --emulator`: the steps of a sign-in, with an emulator.

use std::sync::Arc;
use std::time::Duration;

use partner_center::credential::profiles::Application;
use partner_center::credential::{MemoryStore, RefreshTokenCredential, RefreshTokenStore};
use partner_center_emulator::Emulator;

use super::super::arguments::Login;
use super::COMMAND;
use super::interactive::{self, InteractiveSignIn, SignInMethod};
use super::prompts::Prompts;
use super::verify::verify_sign_in;
use crate::connection::{emulator_identity, start_emulator};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::identity::{sign_in_failed, store_failed};
use crate::signals::Signal;

/// Polling interval of the emulator, shorter than that of the real service.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

pub(super) async fn run(
    login: &Login,
    mut prompts: Prompts,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let emulator = start_emulator(Emulator::builder().device_code_interval(POLL_INTERVAL)).await?;
    let endpoints = emulator_identity(&emulator).endpoints;
    let application = Application::new(emulator.tenant_id(), emulator.client_id(), None);
    let sign_in_command = format!("{COMMAND} --emulator");
    prompts.begin_dry_run(environment)?;
    let sign_in = InteractiveSignIn {
        application,
        endpoints,
        method: SignInMethod::choose(login, environment),
        sign_in_command,
    };
    let mut signals = (environment.signals)();
    let token = interactive::sign_in(&sign_in, &mut signals, &mut prompts, environment).await?;
    let store = Arc::new(MemoryStore::new());
    store
        .save(&token)
        .await
        .map_err(|error| store_failed(&error))?;
    let InteractiveSignIn {
        application,
        endpoints,
        sign_in_command,
        ..
    } = sign_in;
    let builder =
        RefreshTokenCredential::from_store(&application.tenant, &application.client_id, store);
    let credential = builder
        .settings(&application, &endpoints)
        .build()
        .map_err(|error| sign_in_failed(&error, &sign_in_command))?;
    let stopped = |signal: Signal| {
        let message = "stopped; this was a dry run, and nothing is stored";
        Failure::new(signal.exit(), message)
    };
    let verification = verify_sign_in(&credential, &endpoints, &sign_in_command);
    let signed_in = signals.unless(verification).await.map_err(stopped)??;
    prompts.dry_run_finished(&signed_in, &application.tenant, environment)?;
    Ok(Exit::Success)
}
