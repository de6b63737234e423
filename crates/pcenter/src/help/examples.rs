//! Examples of commands that are not generated from the catalog. Every line is parsed by a test.

use clap::Command;

/// First line of the examples in a help text.
const HEADING: &str = "Examples:";

/// Number of examples in the help of a group.
const OF_A_GROUP: usize = 3;

/// Examples by the words of their command. A comment follows after at least three spaces.
#[rustfmt::skip]
static EXAMPLES: &[(&str, &[&str])] = &[
    ("", &[
        "pcenter report unused --emulator              a made-up partner, no account needed",
        "pcenter auth login                            sign in once",
        "pcenter help commercial deployment            the same as --help",
    ]),
    ("auth doctor", &[
        "pcenter auth doctor",
        "pcenter auth doctor --profile contoso -o json",
        "pcenter auth doctor --emulator",
    ]),
    ("auth login", &[
        "pcenter auth login --emulator                 dry run without an account",
        "pcenter auth login --tenant contoso.onmicrosoft.com --client-id 11111111-2222-3333-4444-555555555555",
        "pcenter auth login --profile contoso --device-code",
    ]),
    ("auth logout", &[
        "pcenter auth logout",
        "pcenter auth logout --profile contoso --forget",
    ]),
    ("auth status", &[
        "pcenter auth status",
        "pcenter auth status --profile contoso -o json",
    ]),
    ("auth token", &[
        "pcenter auth token --profile contoso | clip   not on the terminal",
        "curl -H \"Authorization: Bearer $(pcenter auth token)\" https://api.partnercenter.microsoft.com/v1/customers",
    ]),
    ("completions", &[
        "source <(pcenter completions bash)            now, and in ~/.bashrc for every shell",
        "pcenter completions --store-customers               store names of customers for completion",
    ]),
    ("config init", &[
        "pcenter config init",
    ]),
    ("config path", &[
        "pcenter config path",
    ]),
    ("config schema", &[
        "pcenter config schema > config.schema.json",
    ]),
    ("config show", &[
        "pcenter config show",
        "pcenter config show -o json",
    ]),
    ("docs", &[
        "pcenter docs                                  all operations",
        "pcenter docs commercial deployment            parameters and fields of one",
        "pcenter docs azure_usage -o json",
    ]),
    ("help", &[
        "pcenter help subscriptions",
        "pcenter help credentials",
    ]),
    ("man", &[
        "pcenter man commercial deployment | man -l -",
        "pcenter man --dir ~/.local/share/man/man1",
    ]),
    ("profile list", &[
        "pcenter profile list",
        "pcenter profile list -o json",
    ]),
    ("profile rename", &[
        "pcenter profile rename default contoso",
    ]),
    ("profile show", &[
        "pcenter profile show",
        "pcenter profile show contoso -o json",
    ]),
    ("profile use", &[
        "pcenter profile use contoso",
    ]),
    ("version", &[
        "pcenter version --verbose",
        "pcenter version -o json",
    ]),
];

/// Returns the examples of the table for the words of a command.
pub(super) fn of_path(path: &str) -> Option<&'static [&'static str]> {
    let mut lines = EXAMPLES.iter();
    lines
        .find(|(words, _)| *words == path)
        .map(|(_, lines)| *lines)
}

/// Returns the examples of a group: the first one of each of its commands.
pub(super) fn of_group(command: &Command) -> Vec<String> {
    let first = command
        .get_subcommands()
        .filter_map(|inner| of_help(inner).into_iter().next());
    first.take(OF_A_GROUP).collect()
}

/// Returns the examples in the help of a command.
pub(super) fn of_help(command: &Command) -> Vec<String> {
    let long = command.get_after_long_help();
    let text = long.or(command.get_after_help()).map(ToString::to_string);
    let text = text.unwrap_or_default();
    let lines = text.lines().skip_while(|line| *line != HEADING).skip(1);
    lines
        .take_while(|line| !line.is_empty())
        .map(|line| line.trim().to_owned())
        .collect()
}

/// Formats examples for a help text.
pub(crate) fn block(lines: &[String]) -> String {
    let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    format!("{HEADING}\n{lines}")
}
