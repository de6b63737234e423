use std::path::PathBuf;

use clap::{Args, Subcommand};
use partner_center::Cloud;
use url::Url;

use crate::config::{ProfileName, StoreKind};
use crate::output::StatusFormat;
use crate::parse::{parse_client_id, parse_cloud, parse_url};

const LOGIN_HELP: &str = "\
Without --browser or --device-code: by browser where this computer can open one, else by
device code. A browser comes back to this computer; the code can be entered on any.

The profile is --profile, else PCENTER_PROFILE, else the default profile, else `default`. What
it says already need not be typed again. The first profile becomes the default one.

For an application that has a secret: PCENTER_CLIENT_SECRET.

docs/sign-in.md shows how to register an application.";

/// Sign-ins and their state.
#[derive(Debug, Subcommand)]
pub(crate) enum Auth {
    /// Sign in once, with a second factor; reports and jobs then renew the sign-in by
    /// themselves
    Login(Box<Login>),
    /// Where the sign-ins are kept and how long they are good for; sends nothing
    Status(Status),
    /// Remove the sign-in of a profile from this computer
    Logout(Logout),
    /// Check everything a report needs, one after the other, and say what to do
    Doctor(Doctor),
}

#[derive(Args, Debug)]
#[command(after_help = LOGIN_HELP)]
pub(crate) struct Login {
    /// Practise: the same steps with a service on this machine; nothing is kept
    #[arg(long, conflicts_with_all = [
        "profile", "tenant", "client_id", "cloud", "authority", "base_url", "scope", "store",
        "store_file",
    ])]
    pub(super) emulator: bool,

    /// Name of the profile to sign in
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<ProfileName>,

    /// The partner's tenant: its id, or a domain such as contoso.onmicrosoft.com
    #[arg(long, value_name = "TENANT")]
    pub(super) tenant: Option<String>,

    /// The application (client) id of the registered application, a GUID
    #[arg(long, value_name = "GUID", value_parser = parse_client_id)]
    pub(super) client_id: Option<String>,

    /// Sign in with a code on any device
    #[arg(long, conflicts_with = "browser")]
    pub(super) device_code: bool,

    /// Sign in with the browser of this computer
    #[arg(long)]
    pub(super) browser: bool,

    /// With a browser: the port it comes back to; 0 takes a free one
    #[arg(long, default_value_t = 0, conflicts_with = "device_code")]
    pub(super) port: u16,

    /// Where to keep the sign-in; the keyring unless given
    #[arg(long, value_enum, value_name = "STORE")]
    pub(super) store: Option<StoreKind>,

    /// The file for `--store file`; beside the profiles unless given
    #[arg(long, value_name = "FILE")]
    pub(super) store_file: Option<PathBuf>,

    /// The Microsoft cloud; global unless given
    #[arg(long, value_name = "CLOUD", value_parser = parse_cloud())]
    pub(super) cloud: Option<Cloud>,

    /// Another sign-in service than the cloud's
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    pub(super) authority: Option<Url>,

    /// Another root of the API than the cloud's
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    pub(super) base_url: Option<Url>,

    /// Another scope than the cloud's
    #[arg(long, value_name = "SCOPE")]
    pub(super) scope: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Status {
    /// This profile only; all of them unless given
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<ProfileName>,

    /// Form of the answer
    #[arg(short, long, value_enum, default_value_t = StatusFormat::Text)]
    pub(super) output: StatusFormat,
}

#[derive(Args, Debug)]
pub(crate) struct Logout {
    /// The profile; PCENTER_PROFILE, else the default one unless given
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<ProfileName>,

    /// Remove the profile, too
    #[arg(long)]
    pub(super) forget: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Doctor {
    /// Check the service on this machine
    #[arg(long, conflicts_with_all = ["profile", "cloud", "base_url"])]
    pub(super) emulator: bool,

    /// The profile to check; what a report would use unless given
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<ProfileName>,

    /// Root of the API, in place of the cloud's or the profile's
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    pub(super) base_url: Option<Url>,

    /// The Microsoft cloud: global unless given; with a profile, the profile's and no other
    #[arg(long, value_name = "CLOUD", value_parser = parse_cloud())]
    pub(super) cloud: Option<Cloud>,

    /// Form of the answer
    #[arg(short, long, value_enum, default_value_t = StatusFormat::Text)]
    pub(super) output: StatusFormat,
}
