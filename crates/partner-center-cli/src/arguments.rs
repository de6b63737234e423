//! What can be typed.

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use partner_center::{Cloud, Locale};
use url::Url;
use uuid::Uuid;

const AFTER_HELP: &str = "\
Exit codes:
  0  fine
  1  another failure
  2  wrong usage; nothing was sent
  3  sign-in failed, or the token is not accepted
  4  throttled: too many calls
  5  incomplete: fewer rows than the service states
  6  the service refused or failed, or answered something undocumented
  7  no complete answer: network

This is unofficial: neither published nor endorsed by Microsoft.";

const CREDENTIALS_HELP: &str = "\
Credentials for the real service (environment variables):
  PCENTER_TENANT_ID      the partner's tenant, a GUID or a domain
  PCENTER_CLIENT_ID      the application (client) id
  PCENTER_CLIENT_SECRET  the application's secret; not for public clients
  PCENTER_REFRESH_TOKEN  from one interactive sign-in with multi-factor authentication
or, for a quick try:
  PCENTER_ACCESS_TOKEN   an access token for the API, used until it expires
For tests:
  PCENTER_AUTHORITY      another sign-in service, for example an emulator's";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "pcenter",
    version,
    about = "Licences sold, deployed and used, from Microsoft's Partner Center.",
    after_help = AFTER_HELP,
    disable_help_subcommand = true
)]
pub(crate) struct Arguments {
    /// Say on stderr what is going on; with a failure, also the text of the answer,
    /// which can hold names of customers
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Licences: what was sold and what is deployed
    #[command(subcommand, arg_required_else_help = true)]
    Licenses(Licenses),
    /// The service on this machine, for trying things out and for tests
    #[command(subcommand, arg_required_else_help = true)]
    Emulator(Emulator),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Licence reports.
#[derive(Debug, Subcommand)]
pub(crate) enum Licenses {
    /// Licences sold and deployed by service, all customers together
    #[command(after_help = CREDENTIALS_HELP)]
    Deployment(Report),
}

/// Emulator control.
#[derive(Debug, Subcommand)]
pub(crate) enum Emulator {
    /// Run it until Ctrl-C; prints one JSON line with its address and credentials
    Start {
        /// The port on 127.0.0.1; 0 takes a free one
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
}

/// What every report takes.
#[derive(Args, Debug)]
pub(crate) struct Report {
    /// Form of the rows
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    pub(crate) output: Format,

    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// Where to call and as whom.
#[derive(Args, Debug)]
pub(crate) struct Connection {
    /// Start the service on this machine, sign in there and call it
    #[arg(long, conflicts_with_all = ["base_url", "cloud"])]
    pub(crate) emulator: bool,

    /// Root of the API, in place of the cloud's; https, or http on loopback
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    pub(crate) base_url: Option<Url>,

    /// The Microsoft cloud
    #[arg(long, value_name = "CLOUD", default_value = "global", value_parser = parse_cloud(), hide_default_value = false)]
    pub(crate) cloud: Cloud,

    /// Language of texts in the answer, for example en-US or sr-Latn-RS
    #[arg(long, value_name = "LOCALE", default_value = "en-US")]
    pub(crate) locale: Locale,

    /// Id to find this work by in the service's logs; a new one unless given
    #[arg(long, value_name = "GUID", value_parser = parse_guid)]
    pub(crate) correlation_id: Option<Uuid>,
}

fn parse_url(text: &str) -> Result<Url, String> {
    Url::parse(text).map_err(|error| {
        format!(
            "{error}; expected a URL such as {}",
            Cloud::Global.base_url()
        )
    })
}

fn parse_guid(text: &str) -> Result<Uuid, String> {
    Uuid::parse_str(text)
        .map_err(|_| "expected a GUID such as 6492b9d6-5629-429b-934c-040b1946e760".to_owned())
}

fn parse_cloud() -> impl clap::builder::TypedValueParser<Value = Cloud> {
    use clap::builder::{PossibleValuesParser, TypedValueParser};

    PossibleValuesParser::new(Cloud::ALL.map(Cloud::name)).try_map(|name| name.parse::<Cloud>())
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
pub fn command() -> clap::Command {
    Arguments::command()
}
