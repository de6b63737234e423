//! `pcenter emulator start`

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use clap::Args;
use partner_center::Timestamp;
use partner_center::credential::profiles::ProfileName;
use partner_center_emulator::{Emulator, EmulatorBuilder, Fault, RateLimit, Scenario};
use serde_json::json;

use super::data::Data;
use super::profile::EmulatorProfile;
use super::request_log::RequestLog;
use crate::connection::start_emulator;
use crate::environment::Environment;
use crate::failure::{Exit, Failure, messages};
use crate::reference;

pub(super) const EXAMPLES: &str = "\
Examples:
  pcenter emulator start --port 8080
  pcenter emulator start --port 8080 --customers 5000 --days 365 --seed 7
  pcenter emulator start --port 8080 --data rows/        rows/azure_usage.csv, ..
  pcenter emulator start --port 8080 --fault throttle,retryAfterSeconds=30,times=3
  pcenter emulator start --port 8080 --scenario bad-night.toml --rate-limit 10/60
  pcenter emulator start --profile dev        then: pcenter customers list --profile dev

Programs in other languages need the values of the JSON line, or those that
`pcenter emulator env` prints.";

/// Options of `pcenter emulator start`.
#[derive(Args, Debug)]
pub(crate) struct Start {
    /// Port on 127.0.0.1; 0 selects a free port
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// Listen on all network interfaces, for a container whose port is published on 127.0.0.1
    ///
    /// The published port has to be the same as --port, because responses contain it. Example:
    /// -p 127.0.0.1:8080:8080
    #[arg(long)]
    all_interfaces: bool,

    /// Serve https and write the certificate to trust to FILE, for example for SSL_CERT_FILE
    #[arg(long, value_name = "FILE")]
    https: Option<PathBuf>,

    /// Write a profile for other commands, `pcenter customers list --profile NAME`; removed at the end
    #[arg(long, value_name = "NAME")]
    profile: Option<ProfileName>,

    /// Polling interval of a sign-in by device code, in seconds
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 5,
        value_parser = clap::value_parser!(u64).range(1..=60),
    )]
    device_code_interval: u64,

    #[command(flatten)]
    data: Data,

    #[command(flatten)]
    behaviour: Behaviour,

    #[command(flatten)]
    control: Control,
}

/// Differences from the normal behaviour of the service.
#[derive(Args, Debug)]
#[command(next_help_heading = "Behaviour")]
struct Behaviour {
    /// Accept requests that the service refuses: unknown or repeated parameters, wrong headers other
    /// than the token, a body, a slash at the end of the path, two slashes, `/v1/analytics/commercial`
    #[arg(long)]
    lax: bool,

    /// Send no response with a byte-order mark
    #[arg(long)]
    no_byte_order_mark: bool,

    /// Accept tokens of a sign-in without a second factor
    #[arg(long)]
    no_mfa: bool,

    /// Maximum number of calls in a number of seconds, for example 10/60 [default: none]
    #[arg(long, value_name = "CALLS/SECONDS", value_parser = parse_rate_limit)]
    rate_limit: Option<RateLimit>,

    /// Fault from the start, for example kind=throttle,times=3; may be repeated
    ///
    /// The kinds with their fields are on the page of the emulator and at
    /// /_emulator/fault-kinds.
    #[arg(long, value_name = "FAULT")]
    fault: Vec<Fault>,

    /// Scenario from the start, a TOML file: which fault begins at which minute
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,

    /// Time at which the emulator's clock starts, for example 2026-11-25T08:00:00Z [default: now]
    ///
    /// Tokens expire by this clock. Clients that compare it with their own, as pcenter does, refuse
    /// tokens of another day.
    #[arg(long, value_name = "TIME")]
    now: Option<Timestamp>,

    /// Stop the emulator's clock at the start; the control endpoint moves it
    #[arg(long)]
    freeze_clock: bool,
}

/// Options of the control endpoint.
#[derive(Args, Debug)]
#[command(next_help_heading = "Control endpoint")]
struct Control {
    /// Secret for /_emulator and the page; PCENTER_EMULATOR_SECRET keeps it out of process lists
    #[arg(long, value_name = "TEXT")]
    control_secret: Option<String>,

    /// Start without page and control endpoint
    #[arg(long, conflicts_with = "control_secret")]
    no_control: bool,
}

fn parse_rate_limit(text: &str) -> Result<RateLimit, String> {
    let wrong = || "expected calls and seconds, such as 10/60".to_owned();
    let (calls, seconds) = text.split_once('/').ok_or_else(wrong)?;
    let calls: u32 = calls.trim().parse().map_err(|_| wrong())?;
    let seconds: u64 = seconds.trim().parse().map_err(|_| wrong())?;
    match (calls, seconds) {
        (0, _) | (_, 0) | (_, 86_401..) => Err("expected at least 1/1, at most 86400 s".to_owned()),
        _ => Ok(RateLimit {
            requests: calls,
            per: Duration::from_secs(seconds),
        }),
    }
}

impl Start {
    fn builder(&self, environment: &Environment<'_>) -> Result<EmulatorBuilder, Failure> {
        let behaviour = &self.behaviour;
        let mut builder = Emulator::builder()
            .port(self.port)
            .all_interfaces(self.all_interfaces)
            .data(self.data.data_set()?)
            .https(self.https.is_some())
            .device_code_interval(Duration::from_secs(self.device_code_interval))
            .strict(!behaviour.lax)
            .byte_order_mark(!behaviour.no_byte_order_mark)
            .require_mfa(!behaviour.no_mfa)
            .control(!self.control.no_control);
        if let Some(limit) = behaviour.rate_limit {
            builder = builder.rate_limit(limit);
        }
        for fault in &behaviour.fault {
            builder = builder.fault(fault.clone());
        }
        if let Some(file) = &behaviour.scenario {
            builder = builder.scenario(Scenario::from_path(file).map_err(|error| {
                Failure::new(
                    Exit::Usage,
                    format!("--scenario: {}", messages(&error).join(": ")),
                )
            })?);
        }
        if let Some(now) = &behaviour.now {
            builder = builder.clock(clock_from(now)?);
        }
        let secret = self.control.control_secret.clone();
        let secret = secret.or_else(|| environment.set(reference::EMULATOR_SECRET));
        if let Some(secret) = secret.filter(|_| !self.control.no_control) {
            builder = builder.control_secret(secret);
        }
        Ok(builder)
    }
}

/// Returns a clock that shows this time now.
fn clock_from(now: &Timestamp) -> Result<impl Fn() -> SystemTime + Send + Sync + use<>, Failure> {
    let start = now
        .to_utc()
        .ok_or_else(|| Failure::new(Exit::Usage, "--now: the time is not in the calendar"))?;
    let start = SystemTime::from(start);
    let began = Instant::now();
    Ok(move || start + began.elapsed())
}

pub(super) async fn run(start: Start, environment: &mut Environment<'_>) -> Result<Exit, Failure> {
    let profile = match &start.profile {
        Some(name) => Some(EmulatorProfile::check(name, environment)?),
        None => None,
    };
    let (builder, mut log) = RequestLog::of(start.builder(environment)?);
    let emulator = start_emulator(builder).await?;
    if start.behaviour.freeze_clock {
        emulator.freeze();
    }
    if let (Some(file), Some(pem)) = (&start.https, emulator.certificate_pem()) {
        std::fs::write(file, pem).map_err(|error| {
            let file = file.display();
            Failure::new(
                Exit::Usage,
                format!("the certificate could not be written to {file}: {error}"),
            )
            .help("give `--https` a file in a directory that you may write to")
        })?;
    }
    if let Some(profile) = &profile {
        profile.write(&emulator, environment).await?;
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
        "certificateFile": start.https,
    });
    // Installed before the ready line, because its reader may send a signal at once.
    let mut signals = (environment.signals)();
    writeln!(environment.stdout, "{ready}")?;
    environment.stdout.flush()?;
    let page = match start.control.no_control {
        true => "",
        false => "; open it in a browser to see requests and to switch faults",
    };
    writeln!(
        environment.stderr,
        "listening on {}{page}; press Ctrl-C to stop",
        emulator.url()
    )?;
    let began = Instant::now();
    let signal = loop {
        tokio::select! {
            biased;
            signal = signals.first() => break signal,
            line = log.next() => {
                if let Some(line) = line {
                    writeln!(environment.stderr, "{line}")?;
                }
            }
        }
    };
    let removed = match &profile {
        Some(profile) => profile.remove(&emulator, environment).await,
        None => Ok(()),
    };
    emulator.shutdown().await;
    for line in log.rest() {
        writeln!(environment.stderr, "{line}")?;
    }
    writeln!(
        environment.stderr,
        "stopped by {} after {} s: {}",
        signal.name(),
        began.elapsed().as_secs(),
        log.summary()
    )?;
    removed.map(|()| Exit::Success)
}
