//! `pcenter emulator`

use std::time::Duration;

use partner_center_emulator::Emulator;
use serde_json::json;

use crate::arguments;
use crate::connection::start_emulator;
use crate::failure::{Exit, Failure};
use crate::run::Environment;

pub(crate) async fn run(
    command: arguments::Emulator,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let arguments::Emulator::Start {
        port,
        https,
        device_code_interval,
    } = command;
    let builder = Emulator::builder()
        .port(port)
        .https(https.is_some())
        .device_code_interval(Duration::from_secs(device_code_interval));
    let emulator = start_emulator(builder).await?;
    if let (Some(file), Some(pem)) = (&https, emulator.certificate_pem()) {
        std::fs::write(file, pem).map_err(|error| {
            let file = file.display();
            Failure::new(
                Exit::Usage,
                format!("the certificate could not be written to {file}: {error}"),
            )
            .help("give `--https` a file in a directory that you may write to")
        })?;
    }
    let ready = json!({
        "ready": true,
        "url": emulator.url(),
        "authority": emulator.authority(),
        "tenantId": emulator.tenant_id(),
        "tenantDomain": emulator.tenant_domain(),
        "clientId": emulator.client_id(),
        "clientSecret": emulator.client_secret(),
        "refreshToken": emulator.refresh_token(),
        "certificateFile": https,
    });
    // Before the line that says it is ready: who reads that may stop it.
    let mut signals = (environment.signals)();
    writeln!(environment.stdout, "{ready}")?;
    environment.stdout.flush()?;
    writeln!(
        environment.stderr,
        "listening on {}; Ctrl-C stops it",
        emulator.url()
    )?;
    signals.first().await;
    emulator.shutdown().await;
    Ok(Exit::Fine)
}
