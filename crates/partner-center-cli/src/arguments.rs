//! Options that several commands share.

use std::path::PathBuf;

use clap::Args;
use partner_center::{Cloud, Locale};
use url::Url;
use uuid::Uuid;

use crate::config::ProfileName;
use crate::output::Format;
use crate::parse::{parse_cloud, parse_guid, parse_url};

/// What every report takes.
#[derive(Args, Debug)]
pub(crate) struct ReportOptions {
    /// Form of the rows
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    pub(crate) output: Format,

    /// Columns to show, in this order, with commas between; listed below
    ///
    /// Without it, CSV and JSON have every property, those that only the service knows included;
    /// CSV has those of the first page. A name that is not listed is looked for in the rows.
    /// Example: --columns customerName,licensesSold
    #[arg(long, value_name = "NAMES")]
    pub(crate) columns: Option<String>,

    /// File for the rows, in place of stdout; replaced once all rows are there
    ///
    /// Until then the rows are in PATH.partial, and a run that fails or is interrupted leaves the
    /// file as it was. With --continuation-file the rows of all runs come together in PATH.partial
    /// until the listing has ended. Example: --output-file deployment.csv
    #[arg(long, value_name = "PATH")]
    pub(crate) output_file: Option<PathBuf>,

    /// Leave out the header line of CSV, for example to append to a file
    #[arg(long)]
    pub(crate) no_header: bool,

    /// Write CSV that Excel opens right by a double click
    ///
    /// With a byte-order mark, so that umlauts stay, and with an apostrophe in front of texts that
    /// begin with = + - @ or a tab, which would run as formulas; numbers stay as they are. Without
    /// it CSV is exact: each value as the service sends it, quoted as in RFC 4180, lines ending in
    /// a line feed. Example: -o csv --excel --output-file deployment.csv
    #[arg(long)]
    pub(crate) excel: bool,

    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// Where to call and as whom.
#[derive(Args, Debug)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// Start the service on this machine, sign in there and call it
    #[arg(long, conflicts_with_all = ["base_url", "cloud", "profile"])]
    pub(crate) emulator: bool,

    /// Whose sign-in to use; see `pcenter auth login`
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<ProfileName>,

    /// Root of the API, in place of the cloud's or the profile's; https, or http on loopback
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    pub(crate) base_url: Option<Url>,

    /// The Microsoft cloud: global unless given; with a profile, the profile's and no other
    #[arg(long, value_name = "CLOUD", value_parser = parse_cloud())]
    pub(crate) cloud: Option<Cloud>,

    /// Language of texts in the answer, for example en-US or sr-Latn-RS
    #[arg(long, value_name = "LOCALE", default_value = "en-US")]
    pub(crate) locale: Locale,

    /// How often a call is tried, the first time included
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_attempts: u32,

    /// Longest time of one request, its response included, in seconds. Unless given: 100
    /// without a single byte, and an hour as long as data flows
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: Option<u64>,

    /// Largest answer to accept, in bytes after decompression; 64 MiB unless given
    #[arg(long, value_name = "BYTES")]
    pub(crate) body_limit: Option<usize>,

    /// Send calls even where the service is known to refuse them, as with an app-only token
    #[arg(long)]
    pub(crate) no_checks: bool,

    /// Request a new access token, and store none for the next run
    ///
    /// By default the access token of a profile is stored beside its sign-in, in a file that only
    /// this user can read, and used by other runs until five minutes before it expires: a loop over
    /// many customers makes one request for a token.
    #[arg(long)]
    pub(crate) no_token_cache: bool,

    /// Id to find this work by in the service's logs; a new one unless given
    #[arg(long, value_name = "GUID", value_parser = parse_guid)]
    pub(crate) correlation_id: Option<Uuid>,
}
