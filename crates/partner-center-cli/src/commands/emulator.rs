//! `pcenter emulator`

use std::io;

use partner_center_emulator::Emulator;
use serde_json::json;

use crate::arguments;
use crate::failure::{Exit, Failure};
use crate::run::Environment;

pub(crate) async fn run(
    command: arguments::Emulator,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let arguments::Emulator::Start { port } = command;
    let emulator = Emulator::builder()
        .port(port)
        .start()
        .await
        .map_err(|error| Failure::new(Exit::Other, crate::failure::messages(&error).join(": ")))?;
    let ready = json!({
        "ready": true,
        "url": emulator.url(),
        "authority": emulator.authority(),
        "tenantId": emulator.tenant_id(),
        "clientId": emulator.client_id(),
        "clientSecret": emulator.client_secret(),
        "refreshToken": emulator.refresh_token(),
    });
    writeln!(environment.stdout, "{ready}")?;
    environment.stdout.flush()?;
    writeln!(
        environment.stderr,
        "listening on {}; Ctrl-C stops it",
        emulator.url()
    )?;
    tokio::signal::ctrl_c().await.map_err(|error: io::Error| {
        Failure::new(Exit::Other, format!("waiting for Ctrl-C failed: {error}"))
    })?;
    emulator.shutdown().await;
    Ok(Exit::Fine)
}
