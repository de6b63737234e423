//! `pcenter config`: the configuration file.

mod schema;

use std::io::Write as _;
use std::path::Path;

use clap::{Args, Subcommand};
use partner_center::credential::profiles::{Config, config_path};
use serde_json::{Value, json};

use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::output::StatusFormat;
use crate::printable::printable;

/// Subcommands of `pcenter config`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Create the file with a commented example, and the JSON Schema next to it
    Init,
    /// Check and print the file
    Show(Show),
    /// Print the path of the file
    Path,
    /// Print the JSON Schema of the file, for editors
    Schema,
}

#[derive(Args, Debug)]
pub(crate) struct Show {
    /// Output format
    #[arg(short, long, value_enum, default_value_t = StatusFormat::Text)]
    output: StatusFormat,
}

/// Name of the schema next to the configuration file.
const SCHEMA_FILE: &str = "config.schema.json";

const TEMPLATE: &str = "\
#:schema ./config.schema.json
# Profiles of pcenter; `pcenter auth login` writes them, and they can be edited.
# Do not put secrets into this file. Keys: `pcenter help configuration`

# Profile that commands use without --profile:
# default_profile = \"contoso\"

# [profiles.contoso]
# tenant = \"contoso.onmicrosoft.com\"
# client_id = \"11111111-2222-3333-4444-555555555555\"
# store = \"file\"
# output = \"table\"
";

pub(crate) fn run(
    command: ConfigCommand,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let path = config_path(&environment.settings());
    match command {
        ConfigCommand::Init => init(&path?, environment)?,
        ConfigCommand::Show(show) => self::show(&path?, show.output, environment)?,
        ConfigCommand::Path => {
            writeln!(
                environment.stdout,
                "{}",
                printable(&path?.display().to_string())
            )?;
        }
        ConfigCommand::Schema => writeln!(environment.stdout, "{:#}", schema::schema())?,
    }
    environment.stdout.flush()?;
    Ok(Exit::Success)
}

fn init(path: &Path, environment: &mut Environment<'_>) -> Result<(), Failure> {
    let shown = printable(&path.display().to_string());
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Failure::new(Exit::Usage, format!("{shown} exists and is unchanged"))
                .help("edit it, or remove it first; `pcenter config show` prints it")
        }
        _ => Failure::new(Exit::Other, format!("{shown} cannot be created: {error}")),
    };
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory).map_err(failed)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(TEMPLATE.as_bytes()).map_err(failed)?;
    let schema = path.with_file_name(SCHEMA_FILE);
    std::fs::write(&schema, format!("{:#}\n", schema::schema())).map_err(failed)?;
    writeln!(
        environment.stderr,
        "{shown} is created. `pcenter auth login` adds a profile, or edit the file."
    )?;
    Ok(())
}

/// Prints the file after a check: an invalid file is an error with its line.
fn show(
    path: &Path,
    output: StatusFormat,
    environment: &mut Environment<'_>,
) -> Result<(), Failure> {
    let config = Config::read(path)?;
    let exists = path.exists();
    if output == StatusFormat::Json {
        let profiles: serde_json::Map<String, Value> = config
            .profiles
            .iter()
            .map(|(name, profile)| (name.to_string(), schema::document(profile)))
            .collect();
        let document = json!({
            "path": path.display().to_string(),
            "exists": exists,
            "default_profile": config.default_profile.as_ref().map(ToString::to_string),
            "profiles": profiles,
        });
        return Ok(writeln!(environment.stdout, "{document:#}")?);
    }
    let shown = printable(&path.display().to_string());
    if !exists {
        writeln!(
            environment.stderr,
            "{shown} does not exist: `pcenter auth login` or `pcenter config init` creates it"
        )?;
        return Ok(());
    }
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(Exit::Other, format!("{shown} cannot be read: {error}")))?;
    writeln!(environment.stderr, "{shown}:")?;
    for line in text.lines() {
        writeln!(environment.stdout, "{}", printable(line))?;
    }
    Ok(())
}
