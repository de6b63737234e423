//! `pcenter completions`

use std::path::Path;

use clap::{Args, ValueEnum};
use clap_complete::Shell;
use clap_complete::env::Shells;
use partner_center::Operation;
use partner_center::credential::profiles::{Config, config_path, named_profile};
use uuid::Uuid;

use crate::arguments::Connection;
use crate::completion::customer_names::{self, CustomerName};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::printable::printable;
use crate::reference::COMPLETE;

const INSTALL: &str = "\
Installation, one line in the file of the shell that runs at its start:
  bash        ~/.bashrc                     source <(pcenter completions bash)
  zsh         ~/.zshrc, after compinit      source <(pcenter completions zsh)
  fish        ~/.config/fish/config.fish    pcenter completions fish | source
  PowerShell  $PROFILE                      pcenter completions powershell | Out-String | iex
  elvish      ~/.config/elvish/rc.elv       eval (pcenter completions elvish | slurp)

Completion knows the columns and fields of each command and the profiles. It sends no request. It
knows customers after `pcenter completions --store-customers` has stored their ids, names and domains in
the user's cache directory, in a file that only this user can read. `--forget-customers` removes
the files of all profiles.";

#[derive(Args, Debug)]
#[command(after_help = INSTALL)]
pub(crate) struct Completions {
    /// Shell to print the script for [default: that of SHELL]
    shell: Option<Shell>,

    /// Store ids, names and domains of the customers, for the completion of --customer
    #[arg(long, conflicts_with_all = ["shell", "forget_customers"])]
    store_customers: bool,

    /// Remove the stored customers
    #[arg(long, conflicts_with = "shell")]
    forget_customers: bool,

    #[command(flatten)]
    connection: Connection,
}

pub(crate) async fn run(
    completions: &Completions,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    if completions.forget_customers {
        return forget(environment);
    }
    if completions.store_customers {
        return store(&completions.connection, environment).await;
    }
    let shell = match completions.shell {
        Some(shell) => shell,
        None => of_variable(environment)?,
    };
    let mut script = Vec::new();
    if let Some(completer) = Shells::builtins().completer(&shell.to_string()) {
        completer.write_registration(COMPLETE, "pcenter", "pcenter", "pcenter", &mut script)?;
    }
    environment.stdout.write_all(&script)?;
    environment.stdout.flush()?;
    Ok(Exit::Success)
}

/// Returns the shell of `SHELL`.
fn of_variable(environment: &Environment<'_>) -> Result<Shell, Failure> {
    let path = environment.set("SHELL").unwrap_or_default();
    Shell::from_shell_path(Path::new(&path)).ok_or_else(|| {
        let names = Shell::value_variants().iter().map(ToString::to_string);
        let names = names.collect::<Vec<_>>().join(", ");
        let message = match path.is_empty() {
            true => "the shell is unknown, because SHELL is not set".to_owned(),
            false => format!("`{}` of SHELL is not a known shell", printable(&path)),
        };
        Failure::new(Exit::Usage, message).help(format!("name the shell: {names}"))
    })
}

/// Stores the customers of the profile, or of the emulator.
async fn store(
    connection: &Connection,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let is_emulator = connection.emulator.is_some() || connection.emulator_url.is_some();
    let profile = match is_emulator {
        true => None,
        false => Some(profile(connection, environment)?),
    };
    let file = customer_names::file(profile.as_deref(), environment)
        .ok_or_else(|| Failure::new(Exit::Other, "this user has no cache directory"))?;
    let operation = Operation::find("customers")
        .ok_or_else(|| Failure::new(Exit::Other, "the operation `customers` is missing"))?;
    let connected = connection
        .connect(
            operation,
            "pcenter completions --store-customers",
            environment,
        )
        .await?;
    let mut rows = connected.client.customers().items();
    let mut customers = Vec::new();
    while let Some(customer) = rows.next().await {
        let customer = customer.map_err(|error| connected.explained(error.into()))?;
        customers.extend(name(customer));
    }
    let shown = printable(&file.display().to_string());
    customer_names::store(&file, &customers).map_err(|error| {
        Failure::new(Exit::Other, format!("{shown} cannot be written: {error}"))
    })?;
    let count = customers.len();
    writeln!(
        environment.stderr,
        "{count} customers are stored in {shown}, which only this user can read; run this command \
         again to update it, or `pcenter completions --forget-customers` to remove it"
    )?;
    Ok(Exit::Success)
}

/// Returns the name of the profile whose customers are stored.
fn profile(connection: &Connection, environment: &Environment<'_>) -> Result<String, Failure> {
    let settings = environment.settings();
    let named = named_profile(connection.profile.as_ref(), &settings)?;
    let name = match named {
        Some(name) => Some(name),
        None => Config::read(&config_path(&settings)?)?.default_profile,
    };
    name.map(|name| name.to_string()).ok_or_else(|| {
        let message = "customers are stored for a profile, and there is no default profile";
        Failure::new(Exit::Usage, message)
            .help("name one with --profile; `pcenter profile list` lists them")
    })
}

/// Returns the names of a customer, if a shell can show them.
fn name(customer: partner_center::types::Customer) -> Option<CustomerName> {
    let id = Uuid::parse_str(&customer.id?).ok()?;
    let company = customer.company_profile;
    let (name, domain) = company.map_or((None, None), |it| (it.company_name, it.domain));
    let is_domain = |text: &String| {
        text.contains('.')
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
    };
    Some(CustomerName {
        id: id.to_string(),
        name: printable(&name.unwrap_or_default()),
        domain: domain.filter(is_domain).map(|it| it.to_ascii_lowercase()),
    })
}

fn forget(environment: &mut Environment<'_>) -> Result<Exit, Failure> {
    let Some(directory) = customer_names::directory(environment) else {
        return Ok(Exit::Success);
    };
    let shown = printable(&directory.display().to_string());
    match std::fs::remove_dir_all(&directory) {
        Ok(()) => writeln!(environment.stderr, "{shown} is removed")?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            writeln!(
                environment.stderr,
                "there are no stored customers in {shown}"
            )?;
        }
        Err(error) => {
            let message = format!("{shown} cannot be removed: {error}");
            return Err(Failure::new(Exit::Other, message));
        }
    }
    Ok(Exit::Success)
}
