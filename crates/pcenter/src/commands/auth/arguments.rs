use std::path::PathBuf;

use clap::{Args, Subcommand};
use partner_center::Cloud;
use partner_center::credential::profiles::{ProfileName, StoreKind, parse_client_id};
use url::Url;

use super::token::Token;
use crate::output::StatusFormat;
use crate::parse::{parse_cloud, parse_store, parse_url};

const LOGIN_HELP: &str = "\
Default method: the browser if this computer can open one, else a device code. The browser has to
run on this computer; the code can be entered on any device.

Profile: --profile, else PCENTER_PROFILE, else the default profile, else `default`. Options that
the profile already has can be omitted. The first profile becomes the default profile.

For an application with a secret, set PCENTER_CLIENT_SECRET.

docs/sign-in.md shows how to register an application.";

/// Subcommands of `pcenter auth`.
#[derive(Debug, Subcommand)]
pub(crate) enum Auth {
    /// Sign in once, with a second factor; reports and jobs then renew the sign-in
    /// automatically
    Login(Box<Login>),
    /// Show where sign-ins are stored and when they expire; sends no request
    Status(Status),
    /// Remove the sign-in of a profile from this computer
    Logout(Logout),
    /// Check everything that a report needs and print how to fix problems
    Doctor(Doctor),
    /// Print an access token to stdout, for other programs
    ///
    /// The token gives access to the data of the partner until it expires, after about an hour. It
    /// is printed to stdout only and is in no log.
    Token(Token),
}

#[derive(Args, Debug)]
#[command(after_help = LOGIN_HELP)]
pub(crate) struct Login {
    /// Dry run: the same steps with an emulator on this computer; stores nothing
    #[arg(long, conflicts_with_all = [
        "profile", "tenant", "client_id", "cloud", "authority", "base_url", "scope", "store",
        "store_file",
    ])]
    pub(super) emulator: bool,

    /// Name of the profile to create or to sign in to again
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<ProfileName>,

    /// Tenant of the partner: its id, or a domain such as contoso.onmicrosoft.com
    #[arg(long, value_name = "TENANT")]
    pub(super) tenant: Option<String>,

    /// Application (client) id of the registered application
    #[arg(long, value_name = "GUID", value_parser = parse_client_id)]
    pub(super) client_id: Option<String>,

    /// Sign in with a code on any device
    #[arg(long, conflicts_with = "browser")]
    pub(super) device_code: bool,

    /// Sign in with the browser on this computer
    #[arg(long)]
    pub(super) browser: bool,

    /// Port of the redirect from the browser; 0 selects a free port
    #[arg(long, default_value_t = 0, conflicts_with = "device_code")]
    pub(super) port: u16,

    #[cfg_attr(feature = "keyring", doc = "Store of the sign-in [default: keyring]")]
    #[cfg_attr(
        not(feature = "keyring"),
        doc = "Store of the sign-in [default: file]; this build has no keyring"
    )]
    #[arg(long, value_name = "STORE", value_parser = parse_store())]
    pub(super) store: Option<StoreKind>,

    /// File of `--store file` [default: tokens/NAME.json next to the configuration file]
    #[arg(long, value_name = "FILE")]
    pub(super) store_file: Option<PathBuf>,

    /// Microsoft cloud [default: global]
    #[arg(long, value_name = "CLOUD", value_parser = parse_cloud())]
    pub(super) cloud: Option<Cloud>,

    /// Root URL of the sign-in service [default: that of the cloud]
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    pub(super) authority: Option<Url>,

    /// Root URL of the API [default: that of the cloud]
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    pub(super) base_url: Option<Url>,

    /// Scope of access tokens [default: that of the cloud]
    #[arg(long, value_name = "SCOPE")]
    pub(super) scope: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Status {
    /// Profile to show [default: all profiles]
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<ProfileName>,

    /// Output format
    #[arg(short, long, value_enum, default_value_t = StatusFormat::Text)]
    pub(super) output: StatusFormat,
}

#[derive(Args, Debug)]
pub(crate) struct Logout {
    /// Profile to sign out of [default: PCENTER_PROFILE, else the default profile]
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<ProfileName>,

    /// Also remove the profile from the configuration file
    #[arg(long)]
    pub(super) forget: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Doctor {
    /// Check an emulator started for this command
    #[arg(long, conflicts_with_all = ["profile", "cloud", "base_url"])]
    pub(super) emulator: bool,

    /// Profile to check [default: the credentials that a report would use]
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<ProfileName>,

    /// Root URL of the API [default: that of the profile or the cloud]
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    pub(super) base_url: Option<Url>,

    /// Microsoft cloud [default: global]; with a profile, only the cloud of the profile is valid
    #[arg(long, value_name = "CLOUD", value_parser = parse_cloud())]
    pub(super) cloud: Option<Cloud>,

    /// Output format
    #[arg(short, long, value_enum, default_value_t = StatusFormat::Text)]
    pub(super) output: StatusFormat,
}
