//! The same steps with a service on this machine.

use std::sync::Arc;
use std::time::Duration;

use partner_center::credential::{MemoryStore, RefreshTokenCredential, RefreshTokenStore};
use partner_center_emulator::Emulator;

use super::super::arguments::Login;
use super::interactive::{self, SignIn, Way};
use super::prompts::Screen;
use super::{COMMAND, verify};
use crate::connection::{practice, start_emulator};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::identity::{Application, sign_in_failed, signing_in, store_failed};
use crate::signals::Signal;

/// Who practises need not wait long after the last click.
const POLL: Duration = Duration::from_secs(1);

pub(super) async fn run(
    login: &Login,
    mut screen: Screen,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let emulator = start_emulator(Emulator::builder().device_code_interval(POLL)).await?;
    let endpoints = practice(&emulator).endpoints;
    let application = Application {
        tenant: emulator.tenant_id().to_owned(),
        client_id: emulator.client_id().to_owned(),
        client_secret: None,
    };
    let again = format!("{COMMAND} --emulator");
    screen.begin_practice(environment)?;
    let sign_in = SignIn {
        application,
        endpoints,
        way: Way::choose(login, environment),
        again,
    };
    let mut signals = (environment.signals)();
    let token = interactive::sign_in(&sign_in, &mut signals, &mut screen, environment).await?;
    let store = Arc::new(MemoryStore::new());
    store
        .save(&token)
        .await
        .map_err(|error| store_failed(&error))?;
    let SignIn {
        application,
        endpoints,
        again,
        ..
    } = sign_in;
    let builder =
        RefreshTokenCredential::from_store(&application.tenant, &application.client_id, store);
    let credential = signing_in!(builder, application, endpoints)
        .build()
        .map_err(|error| sign_in_failed(&error, &again))?;
    let stopped = |signal: Signal| {
        let message = "stopped; this was practice, and nothing is stored";
        Failure::new(signal.exit(), message)
    };
    let proof = verify::prove(&credential, &endpoints, &again);
    let signed_in = signals.unless(proof).await.map_err(stopped)??;
    screen.practised(&signed_in, &application.tenant, environment)?;
    Ok(Exit::Fine)
}
