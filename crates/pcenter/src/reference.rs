//! Environment variables, exit codes and the precedence of credentials, one table each. Topics of
//! `pcenter help` print these tables; `docs/reference.md` holds the output of [`reference`].

use std::fmt::Write;

use crate::failure::Exit;

pub(crate) use partner_center::credential::profiles::variable::ACCESS_TOKEN;
use partner_center::credential::profiles::variable::{
    AUTHORITY, BASE_URL, CLIENT_ID, CLIENT_SECRET, CONFIG, PROFILE, REFRESH_TOKEN, TENANT_ID,
};

pub(crate) const NO_INPUT: &str = "PCENTER_NO_INPUT";

/// Default of `--output`.
pub(crate) const OUTPUT: &str = "PCENTER_OUTPUT";

/// Default of `--to` and `--from` of snapshots.
pub(crate) const HISTORY: &str = "PCENTER_HISTORY";

/// Pager of this program.
pub(crate) const PAGER: &str = "PCENTER_PAGER";

/// Pager of all programs.
pub(crate) const GENERAL_PAGER: &str = "PAGER";

/// Secret of the control endpoint of `pcenter emulator start`.
pub(crate) const EMULATOR_SECRET: &str = "PCENTER_EMULATOR_SECRET";

/// Shell that requests completions; set by the script of `pcenter completions`.
pub(crate) const COMPLETE: &str = "PCENTER_COMPLETE";

/// Environment variables that every command reads, with their descriptions.
const GENERAL_VARIABLES: [(&str, &str); 9] = [
    (
        CONFIG,
        "file with the profiles; default: pcenter/config.toml in the user's configuration \
         directory",
    ),
    (PROFILE, "profile to use; overridden by --profile"),
    (
        NO_INPUT,
        "set to 1 to disable prompts, same as --no-input; 0, false and no count as unset",
    ),
    (OUTPUT, "format of rows and reports; overridden by --output"),
    (
        HISTORY,
        "folder or URL of the history of `pcenter snapshot`; overridden by --to and --from; default: \
         pcenter/history in the user's data directory",
    ),
    (
        PAGER,
        "pager of rows and reports on a terminal; empty or cat for none; default: PAGER, or less",
    ),
    (
        GENERAL_PAGER,
        "pager of all programs; overridden by PCENTER_PAGER",
    ),
    (
        EMULATOR_SECRET,
        "secret of the control endpoint, same as `pcenter emulator start --control-secret`",
    ),
    (
        COMPLETE,
        "set by the script of `pcenter completions`: the shell that requests completions",
    ),
];

/// Environment variables with credentials, with their descriptions.
const CREDENTIAL_VARIABLES: [(&str, &str); 7] = [
    (
        ACCESS_TOKEN,
        "access token for the API, used until it expires",
    ),
    (
        TENANT_ID,
        "partner's tenant: a GUID or a domain such as contoso.onmicrosoft.com",
    ),
    (CLIENT_ID, "application (client) id, a GUID"),
    (
        REFRESH_TOKEN,
        "refresh token from an interactive sign-in with multi-factor authentication",
    ),
    (
        CLIENT_SECRET,
        "secret of a confidential application, also used with profiles; unset for public clients",
    ),
    (
        AUTHORITY,
        "for tests: URL of a sign-in service to use with the other variables, not with a profile",
    ),
    (
        BASE_URL,
        "for tests: root URL of the API to use with the other variables, not with a profile; \
         `pcenter emulator env` prints all of them",
    ),
];

/// Credentials in order of precedence, with their descriptions.
const CREDENTIAL_ORDER: [(&str, &str); 7] = [
    ("--emulator", "none needed, the emulator issues its own"),
    (
        "--emulator-url URL",
        "those of every emulator, which are public",
    ),
    (
        "--profile NAME",
        "stored sign-in of this profile, see `pcenter auth login`",
    ),
    (ACCESS_TOKEN, "this access token"),
    (PROFILE, "stored sign-in of this profile"),
    (
        REFRESH_TOKEN,
        "this refresh token; PCENTER_TENANT_ID and PCENTER_CLIENT_ID are required with it",
    ),
    (
        "default_profile",
        "stored sign-in of the default profile in the configuration file",
    ),
];

/// Key of the configuration file for the default profile, with its description.
pub(crate) const DEFAULT_PROFILE: (&str, &str) = (
    "default_profile",
    "profile that commands use without --profile and PCENTER_PROFILE",
);

/// Key of the configuration file for all profiles, with its description.
pub(crate) const PROFILES: (&str, &str) = ("profiles", "profiles by name");

/// Keys of a profile with their descriptions, in the order of the parser.
pub(crate) const PROFILE_KEYS: [(&str, &str); 9] = [
    (
        "tenant",
        "tenant of the partner: a GUID or a domain; required",
    ),
    ("client_id", "application (client) id, a GUID; required"),
    ("cloud", "Microsoft cloud; default: global"),
    ("store", "store of the sign-in; default: keyring"),
    (
        "store_file",
        "file of the sign-in with store = \"file\", relative to the configuration file; default: \
         tokens/NAME.json",
    ),
    (
        "authority",
        "root URL of the sign-in service; default: that of the cloud",
    ),
    (
        "base_url",
        "root URL of the API; default: that of the cloud",
    ),
    (
        "scope",
        "scope of access tokens; default: that of the cloud",
    ),
    ("output", "default of --output"),
];

/// Exit codes with their descriptions.
const EXIT_CODES: [(Exit, &str); 10] = [
    (Exit::Success, "success"),
    (Exit::Other, "other error"),
    (
        Exit::Usage,
        "wrong usage, or an unknown customer; no rows were requested",
    ),
    (
        Exit::Authentication,
        "sign-in failed, or the API does not accept the token",
    ),
    (Exit::Throttled, "throttled: too many requests"),
    (
        Exit::Incomplete,
        "incomplete: the listing was interrupted, rows are missing or cannot be read, or a column \
         has no values",
    ),
    (
        Exit::Service,
        "the service refused the request, failed, or sent an undocumented response",
    ),
    (Exit::Network, "network error: no complete response"),
    (Exit::Interrupted, "stopped by SIGINT (Ctrl-C)"),
    (Exit::Terminated, "stopped by SIGTERM"),
];

const SIGNALS: &str = "\
A listing stopped by a signal writes the rows received so far, in a valid document. `pcenter report`
writes nothing then, since its sums would be those of a part of the rows, and `pcenter snapshot take` stores nothing of the
report that it was reading. A second signal ends the process at once.";

/// Width of a help text; clap wraps lines, but does not indent the continuation.
const WIDTH: usize = 98;

/// Names of all environment variables of this program.
pub(crate) fn variable_names() -> impl Iterator<Item = &'static str> {
    let variables = GENERAL_VARIABLES.iter().chain(&CREDENTIAL_VARIABLES);
    variables.map(|(name, _)| *name)
}

/// Returns the page of `pcenter help exit-codes`.
pub(crate) fn exit_codes_help() -> String {
    let codes = EXIT_CODES.map(|(exit, description)| ((exit as u8).to_string(), description));
    format!("Exit codes:\n{}\n{SIGNALS}\n", rows(&codes))
}

/// Returns the page of `pcenter help environment`.
pub(crate) fn environment_help() -> String {
    format!(
        "Environment variables:\n{}\nVariables with credentials: `pcenter help credentials`\n",
        rows(&GENERAL_VARIABLES),
    )
}

/// Returns the page of `pcenter help credentials`.
pub(crate) fn credentials_help() -> String {
    let order = (1..).zip(CREDENTIAL_ORDER);
    let order: Vec<_> = order
        .map(|(position, (name, description))| (format!("{position}. {name}"), description))
        .collect();
    format!(
        "Credentials; the first available one is used:\n{}\n\
         Environment variables:\n{}",
        rows(&order),
        rows(&CREDENTIAL_VARIABLES)
    )
}

/// Returns the page of `pcenter help configuration`.
pub(crate) fn configuration_help() -> String {
    format!(
        "Keys of the configuration file, whose path `pcenter config path` prints:\n{}\n\
         Keys of a profile, below [profiles.NAME]:\n{}\n\
         The file has no secrets: `pcenter auth login` stores the refresh token separately, and\n\
         PCENTER_CLIENT_SECRET is the secret of an application. JSON Schema: `pcenter config \
         schema`\n",
        rows(&[DEFAULT_PROFILE, PROFILES]),
        rows(&PROFILE_KEYS),
    )
}

/// Formats names and descriptions in two columns.
pub(crate) fn rows<N: AsRef<str>>(table: &[(N, &str)]) -> String {
    let names = table.iter().map(|(name, _)| name.as_ref().len());
    let indent = 4 + names.max().unwrap_or(0);
    let mut text = String::new();
    for (name, description) in table {
        let mut line = format!("  {:<width$}", name.as_ref(), width = indent - 2);
        for word in description.split(' ') {
            if line.len() > indent && line.len() + word.len() >= WIDTH {
                text.push_str(line.trim_end());
                text.push('\n');
                line = " ".repeat(indent);
            }
            line.push_str(word);
            line.push(' ');
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Returns the content of `docs/reference.md`.
///
/// ```
/// let page = pcenter::reference();
/// assert!(page.contains("`PCENTER_PROFILE`"));
/// ```
pub fn reference() -> String {
    let mut text = String::from(
        "# Reference of pcenter\n\n\
         Environment variables, exit codes and the precedence of credentials, as `pcenter help \
         environment`,\n`exit-codes` and `credentials` print them. This page is printed from the \
         tables in\n`crates/pcenter/src/reference.rs`; a test compares the two.\n\n\
         ## Exit codes\n\n| code | meaning |\n|---|---|\n",
    );
    for (exit, description) in EXIT_CODES {
        // Writing to a `String` cannot fail.
        let _infallible = writeln!(text, "| {} | {description} |", exit as u8);
    }
    let _infallible = write!(
        text,
        "\n{SIGNALS}\n\n## Environment variables\n\n| variable | meaning |\n|---|---|\n"
    );
    for (name, description) in GENERAL_VARIABLES.iter().chain(&CREDENTIAL_VARIABLES) {
        let _infallible = writeln!(text, "| `{name}` | {description} |");
    }
    text.push_str("\n## Credentials\n\nThe first available one is used:\n\n");
    for (position, (name, description)) in (1..).zip(CREDENTIAL_ORDER) {
        let _infallible = writeln!(text, "{position}. `{name}`: {description}");
    }
    text
}
