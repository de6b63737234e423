//! `pcenter emulator`

use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;
use partner_center_emulator::Emulator;
use serde_json::json;

use crate::connection::start_emulator;
use crate::environment::Environment;
use crate::failure::{Exit, Failure};

/// Emulator control.
#[derive(Debug, Subcommand)]
pub(crate) enum EmulatorCommand {
    /// Run it until Ctrl-C; prints one JSON line with its address and credentials
    Start {
        /// The port on 127.0.0.1; 0 takes a free one
        #[arg(long, default_value_t = 0)]
        port: u16,

        /// Serve https; FILE gets the certificate to trust, for example by SSL_CERT_FILE
        #[arg(long, value_name = "FILE")]
        https: Option<PathBuf>,

        /// In a sign-in by device code, the seconds between two questions whether it is done
        #[arg(
            long,
            value_name = "SECONDS",
            default_value_t = 5,
            value_parser = clap::value_parser!(u64).range(1..=60),
        )]
        device_code_interval: u64,
    },
}

pub(crate) async fn run(
    command: EmulatorCommand,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let EmulatorCommand::Start {
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
