//! `pcenter version`

use clap::{ArgMatches, Args};
use serde_json::json;

use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::output::StatusFormat;

/// Version of this program.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Commit that released programs are built from; the build sets the variable.
const COMMIT: Option<&str> = option_env!("PCENTER_COMMIT");

/// Optional features of this build.
const FEATURES: [(&str, bool); 5] = [
    ("jq", cfg!(feature = "jq")),
    ("keyring", cfg!(feature = "keyring")),
    ("lake", cfg!(feature = "lake")),
    ("mcp", cfg!(feature = "mcp")),
    ("xlsx", cfg!(feature = "xlsx")),
];

/// Environment that the program is built for.
const ABI: &str = if cfg!(target_env = "gnu") {
    "-gnu"
} else if cfg!(target_env = "musl") {
    "-musl"
} else if cfg!(target_env = "msvc") {
    "-msvc"
} else {
    ""
};

#[derive(Args, Debug)]
pub(crate) struct Version {
    /// Output format
    #[arg(short, long, value_enum, default_value_t = StatusFormat::Text)]
    output: StatusFormat,
}

pub(crate) fn run(
    version: &Version,
    matches: &ArgMatches,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let with = |enabled: bool| {
        let features = FEATURES.iter().filter(move |(_, is)| *is == enabled);
        features.map(|(name, _)| *name).collect::<Vec<_>>()
    };
    let target = format!("{}-{}{ABI}", std::env::consts::ARCH, std::env::consts::OS);
    let operations = partner_center::OPERATIONS.len();
    let digest = partner_center::catalog::SPEC_SHA256;
    if version.output == StatusFormat::Json {
        let document = json!({
            "version": VERSION,
            "commit": COMMIT,
            "spec": { "sha256": digest, "operations": operations },
            "features": with(true),
            "target": target,
        });
        writeln!(environment.stdout, "{document:#}")?;
    } else {
        writeln!(environment.stdout, "pcenter {VERSION}")?;
        if matches.get_count("verbose") > 0 {
            let list = |names: Vec<&str>| match names.is_empty() {
                true => "none".to_owned(),
                false => names.join(", "),
            };
            writeln!(
                environment.stdout,
                "commit:    {}\n\
                 spec:      {operations} operations, SHA-256 {digest}\n\
                 features:  {}\n\
                 without:   {}\n\
                 target:    {target}",
                COMMIT.unwrap_or("unknown: not a released program"),
                list(with(true)),
                list(with(false)),
            )?;
        }
    }
    environment.stdout.flush()?;
    Ok(Exit::Success)
}
