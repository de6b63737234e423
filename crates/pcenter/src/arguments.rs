//! Options that commands share: output and connection.

use std::sync::Arc;

use clap::Args;
use partner_center::credential::profiles::ProfileName;
use partner_center::{Cloud, Locale};
use partner_center_emulator::DataSet;
use url::Url;
use uuid::Uuid;

use crate::environment::Environment;
use crate::listing::{Progress, ProgressMode, Waits};
pub(crate) use crate::output::OutputOptions;
use crate::parse::{parse_cloud, parse_guid, parse_url};

/// Rows of an emulator.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum EmulatorData {
    /// A made-up partner with 50 customers
    Synthetic,
    /// The responses of Microsoft's documentation
    Documented,
}

impl EmulatorData {
    pub(crate) fn data_set(self) -> DataSet {
        match self {
            Self::Synthetic => DataSet::default(),
            Self::Documented => DataSet::documented(),
        }
    }
}

/// Options of the commands of operations.
#[derive(Args, Debug)]
pub(crate) struct ListingOptions {
    #[command(flatten)]
    pub(crate) output: OutputOptions,

    #[command(flatten)]
    pub(crate) progress: ProgressOptions,

    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// Option for the progress of long work.
#[derive(Args, Debug)]
pub(crate) struct ProgressOptions {
    /// Progress on stderr: rows, pages or customers, rate, waits and time left
    ///
    /// `json` is for programs: an object with `event` (started, page, waiting or finished) per line.
    /// Example: --progress json
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    progress: ProgressMode,
}

impl ProgressOptions {
    /// Starts the progress of work that begins now. `name` is that of the operation or of the report;
    /// a line is shown only if `may_show_line`, and on a terminal.
    pub(crate) fn start(
        &self,
        name: &str,
        limit: Option<u64>,
        waits: &Arc<Waits>,
        may_show_line: bool,
        environment: &Environment<'_>,
    ) -> Progress {
        let hidden = Progress::new(limit, waits.clone());
        match self.progress {
            ProgressMode::Auto if may_show_line && environment.can_overwrite_stderr() => {
                hidden.with_line(environment.stderr_width)
            }
            ProgressMode::Json => hidden.with_events(name),
            ProgressMode::Auto | ProgressMode::None => hidden,
        }
    }
}

/// Options for the service, the credentials and the HTTP client.
#[derive(Args, Debug)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// Call an emulator started for this command; needs no credentials
    ///
    /// Its rows are those of a made-up partner, or with --emulator=documented the responses of
    /// Microsoft's documentation.
    #[arg(
        long,
        value_enum,
        value_name = "DATA",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "synthetic",
        conflicts_with_all = ["base_url", "cloud", "emulator_url", "profile"],
    )]
    pub(crate) emulator: Option<EmulatorData>,

    /// Call a running emulator at this address; needs no credentials
    ///
    /// Replaces the URLs of API and sign-in, the tenant, the application with its secret and the
    /// refresh token. Example: --emulator-url http://127.0.0.1:8080/
    #[arg(
        long,
        value_name = "URL",
        value_parser = parse_url,
        conflicts_with_all = ["base_url", "cloud", "profile"],
    )]
    pub(crate) emulator_url: Option<Url>,

    /// Profile whose stored sign-in to use; see `pcenter auth login`
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<ProfileName>,

    /// Root URL of the API: https, or http on loopback [default: that of the profile or the cloud]
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    pub(crate) base_url: Option<Url>,

    /// Microsoft cloud [default: global]; with a profile, only the cloud of the profile is valid
    #[arg(long, value_name = "CLOUD", value_parser = parse_cloud())]
    pub(crate) cloud: Option<Cloud>,

    /// Language of text in responses, for example en-US or sr-Latn-RS
    #[arg(long, value_name = "LOCALE", default_value = "en-US")]
    pub(crate) locale: Locale,

    /// Maximum number of attempts per call, including the first one
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_attempts: u32,

    /// Timeout of one request and its response, in seconds [default: 100 without any data
    /// received, 3600 in total]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: Option<u64>,

    /// Maximum size of a response body, in bytes after decompression [default: 67108864, 64 MiB]
    #[arg(long, value_name = "BYTES")]
    pub(crate) body_limit: Option<usize>,

    /// Send calls that the service is known to refuse, for example with an app-only token
    #[arg(long)]
    pub(crate) no_checks: bool,

    /// Request a new access token and do not store it for the next run
    ///
    /// By default the access token of a profile is stored next to its sign-in, in a file that only
    /// this user can read, and later runs use it until five minutes before it expires. A loop over
    /// many customers then requests only one token.
    #[arg(long)]
    pub(crate) no_token_cache: bool,

    /// Correlation id (MS-CorrelationId) sent with all requests [default: a random GUID]
    #[arg(long, value_name = "GUID", value_parser = parse_guid)]
    pub(crate) correlation_id: Option<Uuid>,
}
