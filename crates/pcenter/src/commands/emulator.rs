//! `pcenter emulator`

use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;
use partner_center_emulator::Emulator;
use serde_json::json;

use crate::connection::start_emulator;
use crate::environment::Environment;
use crate::failure::{Exit, Failure};

/// Subcommands of `pcenter emulator`.
#[derive(Debug, Subcommand)]
pub(crate) enum EmulatorCommand {
    /// Run the emulator until Ctrl-C; prints one JSON line with its address and credentials
    Start {
        /// Port on 127.0.0.1; 0 selects a free port
        #[arg(long, default_value_t = 0)]
        port: u16,

        /// Serve https and write the certificate to trust to FILE, for example for SSL_CERT_FILE
        #[arg(long, value_name = "FILE")]
        https: Option<PathBuf>,

        /// Polling interval of a sign-in by device code, in seconds
        #[arg(
            long,
            value_name = "SECONDS",
            default_value_t = 5,
            value_parser = clap::value_parser!(u64).range(1..=60),
        )]
        device_code_interval: u64,

        /// Accept calls that the documentation does not allow, such as a slash at the end of a path
        #[arg(long)]
        lax: bool,

        /// Send no byte-order mark before responses, for programs that cannot read it
        #[arg(long)]
        no_byte_order_mark: bool,
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
        lax,
        no_byte_order_mark,
    } = command;
    let builder = Emulator::builder()
        .port(port)
        .https(https.is_some())
        .strict(!lax)
        .byte_order_mark(!no_byte_order_mark)
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
        "url": emulator.url().as_str(),
        "authority": emulator.authority().as_str(),
        "tenantId": emulator.tenant_id(),
        "tenantDomain": emulator.tenant_domain(),
        "clientId": emulator.client_id(),
        "clientSecret": emulator.client_secret(),
        "refreshToken": emulator.refresh_token(),
        "certificateFile": https,
    });
    // Installed before the ready line, because its reader may send a signal at once.
    let mut signals = (environment.signals)();
    writeln!(environment.stdout, "{ready}")?;
    environment.stdout.flush()?;
    writeln!(
        environment.stderr,
        "listening on {}; press Ctrl-C to stop",
        emulator.url()
    )?;
    signals.first().await;
    emulator.shutdown().await;
    Ok(Exit::Success)
}
