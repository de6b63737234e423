//! What can be typed.

use std::path::PathBuf;

use clap::{Arg, ArgAction, Args, Command, Subcommand, ValueEnum};
use clap_complete::Shell;
use partner_center::{Cloud, Locale};
use url::Url;
use uuid::Uuid;

use crate::commands::auth::Auth;
use crate::config::ProfileName;
use crate::reports::commands;

const AFTER_HELP: &str = "\
Exit codes:
  0  fine
  1  another failure
  2  wrong usage; nothing was sent
  3  sign-in failed, or the token is not accepted
  4  throttled: too many calls
  5  incomplete: fewer rows than the service states, a listing that was interrupted, also while it
     was resumed, or a column without its values
  6  the service refused or failed, or sent something undocumented
  7  no complete response: network
  130, 143  ended by SIGINT (Ctrl-C) or SIGTERM, as an interrupted listing is: with the rows that
     came, in a valid document; a second signal ends it at once

Variables:
  PCENTER_CONFIG    the file with the profiles, in place of pcenter/config.toml in the user's
                    directory for settings
  PCENTER_PROFILE   the profile to use, unless --profile names one
  PCENTER_NO_INPUT  1 is --no-input
For credentials in variables see the help of any report.

This is unofficial: neither published nor endorsed by Microsoft.";

/// Id of `--no-input`.
pub(crate) const NO_INPUT: &str = "no_input";

/// What can be done beside reports.
#[derive(Debug, Subcommand)]
pub(crate) enum Tool {
    /// Sign in, see how long that is good for, find out what is wrong
    #[command(subcommand, arg_required_else_help = true)]
    Auth(Auth),
    /// The service on this machine, for trying things out and for tests
    #[command(subcommand, arg_required_else_help = true)]
    Emulator(Emulator),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Emulator control.
#[derive(Debug, Subcommand)]
pub(crate) enum Emulator {
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

pub(crate) fn parse_url(text: &str) -> Result<Url, String> {
    Url::parse(text).map_err(|error| {
        format!(
            "{error}; expected a URL such as {}",
            Cloud::Global.base_url()
        )
    })
}

pub(crate) fn parse_guid(text: &str) -> Result<Uuid, String> {
    Uuid::parse_str(text)
        .map_err(|_| "expected a GUID such as 6492b9d6-5629-429b-934c-040b1946e760".to_owned())
}

/// The id of an application, as it was written.
pub(crate) fn parse_client_id(text: &str) -> Result<String, String> {
    parse_guid(text.trim()).map(|_| text.trim().to_owned())
}

pub(crate) fn parse_cloud() -> impl clap::builder::TypedValueParser<Value = Cloud> {
    use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

    // Hidden, and refused by the next step, which says what became of it.
    let closed = PossibleValue::new("germany").hide(true);
    let clouds = Cloud::ALL.map(|cloud| PossibleValue::new(cloud.name()));
    PossibleValuesParser::new(clouds.into_iter().chain([closed]))
        .try_map(|name| name.parse::<Cloud>())
}

/// Form of the rows on stdout.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// Columns for a person
    Table,
    /// One JSON array
    Json,
    /// One JSON object a line
    Ndjson,
    /// Comma-separated values with a header line
    Csv,
}

/// The command line as clap sees it, for its documentation.
pub fn command() -> Command {
    let verbose = Arg::new("verbose")
        .short('v')
        .long("verbose")
        .global(true)
        .display_order(900)
        .action(ArgAction::Count)
        .help(
            "Say on stderr what is going on, a line an attempt; twice, with the headers. With a \
             failure, also the text of the answer, which can hold names of customers",
        );
    let no_input = Arg::new(NO_INPUT)
        .long("no-input")
        .global(true)
        .display_order(901)
        .action(ArgAction::SetTrue)
        .help("Never ask anything, for jobs; so does PCENTER_NO_INPUT=1");
    let command = Command::new("pcenter")
        .version(env!("CARGO_PKG_VERSION"))
        .after_help(AFTER_HELP)
        .disable_help_subcommand(true)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(verbose)
        .arg(no_input)
        .subcommands(commands());
    // After the tools, which would put their own description in its place.
    Tool::augment_subcommands(command)
        .about("Licences sold, deployed and used, from Microsoft's Partner Center.")
}
