//! `pcenter emulator env`

use clap::{Args, ValueEnum};
use partner_center::credential::profiles::variable;
use partner_center_emulator::seeded;
use url::Url;

use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::parse::parse_url;

pub(super) const EXAMPLES: &str = "\
Examples:
  eval \"$(pcenter emulator env)\"                             bash, zsh
  pcenter emulator env --shell powershell | Out-String | Invoke-Expression
  for /f \"delims=\" %v in ('pcenter emulator env --shell cmd') do @%v
  pcenter emulator env --shell fish | source";

/// URL of `pcenter emulator start --port 8080`.
const DEFAULT_URL: &str = "http://127.0.0.1:8080/";

/// Variables that take precedence over the printed ones.
const STRONGER: [&str; 2] = [variable::ACCESS_TOKEN, variable::PROFILE];

/// Options of `pcenter emulator env`.
#[derive(Args, Debug)]
pub(crate) struct Env {
    /// Shell whose syntax to print [default: powershell on Windows, that of SHELL elsewhere]
    #[arg(long, value_enum)]
    shell: Option<Shell>,

    /// Address of the emulator
    #[arg(long, value_name = "URL", value_parser = parse_url, default_value = DEFAULT_URL)]
    url: Url,
}

/// Shell whose syntax is printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Shell {
    /// POSIX shells: bash, zsh, dash
    Bash,
    /// PowerShell
    Powershell,
    /// Windows command prompt
    Cmd,
    /// fish
    Fish,
}

impl Shell {
    fn of(environment: &Environment<'_>) -> Self {
        let is_fish = environment
            .set("SHELL")
            .is_some_and(|shell| shell.ends_with("fish"));
        match (is_fish, cfg!(windows)) {
            (true, _) => Self::Fish,
            (false, true) => Self::Powershell,
            (false, false) => Self::Bash,
        }
    }

    /// Returns the line that sets a variable. The values have no line breaks.
    fn set(self, name: &str, value: &str) -> String {
        match self {
            Self::Bash => format!("export {name}='{}'", value.replace('\'', r"'\''")),
            Self::Powershell => format!("$env:{name} = '{}'", value.replace('\'', "''")),
            // Quotes around the whole protect `&`; a percent sign has no escape at the prompt.
            Self::Cmd => format!("set \"{name}={value}\""),
            Self::Fish => {
                let value = value.replace('\\', r"\\").replace('\'', r"\'");
                format!("set -gx {name} '{value}'")
            }
        }
    }

    /// Returns the line that removes a variable.
    fn unset(self, name: &str) -> String {
        match self {
            Self::Bash => format!("unset {name}"),
            Self::Powershell => {
                format!("Remove-Item Env:{name} -ErrorAction SilentlyContinue")
            }
            Self::Cmd => format!("set \"{name}=\""),
            Self::Fish => format!("set -e {name}"),
        }
    }
}

pub(super) fn run(options: &Env, environment: &mut Environment<'_>) -> Result<Exit, Failure> {
    let shell = options.shell.unwrap_or_else(|| Shell::of(environment));
    let url = options.url.as_str();
    for name in STRONGER {
        writeln!(environment.stdout, "{}", shell.unset(name))?;
    }
    for (name, value) in [
        (variable::TENANT_ID, seeded::TENANT_ID),
        (variable::CLIENT_ID, seeded::CLIENT_ID),
        (variable::CLIENT_SECRET, seeded::CLIENT_SECRET),
        (variable::REFRESH_TOKEN, seeded::REFRESH_TOKEN),
        (variable::AUTHORITY, url),
        (variable::BASE_URL, url),
    ] {
        writeln!(environment.stdout, "{}", shell.set(name, value))?;
    }
    Ok(Exit::Success)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_in_values_are_escaped() {
        let value = r"it's a \ $HOME";
        let set = |shell: Shell| shell.set("NAME", value);
        assert_eq!(set(Shell::Bash), r"export NAME='it'\''s a \ $HOME'");
        assert_eq!(set(Shell::Powershell), r"$env:NAME = 'it''s a \ $HOME'");
        assert_eq!(set(Shell::Cmd), r#"set "NAME=it's a \ $HOME""#);
        assert_eq!(set(Shell::Fish), r"set -gx NAME 'it\'s a \\ $HOME'");
    }
}
