//! Help pages: examples of every command, short and long pages, and topics.

mod examples;
mod topics;

use clap::{Arg, Command};

pub(crate) use examples::block;
pub(crate) use topics::TOPICS;

/// Command that messages suggest to new users.
pub(crate) const FIRST_COMMAND: &str = "pcenter report unused";

/// Ids of options that only `--help` shows, so that `-h` fits on a screen.
static RARE: &[&str] = &[
    "all",
    "authority",
    "base_url",
    "body_limit",
    "cloud",
    "control_secret",
    "correlation_id",
    "device_code_interval",
    "emulator_url",
    "excel",
    "freeze_clock",
    "include_free",
    "lax",
    "locale",
    "max_attempts",
    "no_byte_order_mark",
    "no_checks",
    "no_control",
    "no_header",
    "no_input",
    "no_mfa",
    "no_token_cache",
    "now",
    "progress",
    "scope",
    "seed",
    "size",
    "skip",
    "storage_credential",
    "timeout",
    "today",
    "top",
    "verbose",
    "wide",
];

/// Adds examples to the help of every command that has none, and hides rare options from `-h`.
pub(crate) fn finished(command: Command) -> Command {
    finish(command, "")
}

fn finish(command: Command, path: &str) -> Command {
    let names: Vec<_> = command
        .get_subcommands()
        .map(|inner| inner.get_name().to_owned())
        .collect();
    let command = names.iter().fold(command, |command, name| {
        let path = format!("{path} {name}");
        command.mut_subcommand(name, |inner| finish(inner, path.trim_start()))
    });
    let command = command.mut_args(|option| match is_rare(&option) {
        true => option.hide_short_help(true),
        false => shortened(option),
    });
    with_examples(command, path)
}

/// Limits the text of an option in `-h` to what precedes its first semicolon.
fn shortened(option: Arg) -> Arg {
    let help = option.get_help().map(ToString::to_string);
    let Some(help) = help else {
        return option;
    };
    let Some((start, _)) = help.split_once("; ") else {
        return option;
    };
    let start = start.to_owned();
    let option = match option.get_long_help() {
        Some(_) => option,
        None => option.long_help(help),
    };
    option.help(start)
}

fn is_rare(option: &Arg) -> bool {
    RARE.contains(&option.get_id().as_str())
}

/// Adds the examples of the table, or for a group those of its commands, above the text after the
/// options.
fn with_examples(command: Command, path: &str) -> Command {
    if !examples::of_help(&command).is_empty() {
        return command;
    }
    let lines = match examples::of_path(path) {
        Some(lines) => lines.iter().map(|line| (*line).to_owned()).collect(),
        None => examples::of_group(&command),
    };
    if lines.is_empty() {
        return command;
    }
    let above = |text: Option<String>| {
        let text = text.map_or_else(String::new, |text| format!("\n{text}"));
        format!("{}{text}", block(&lines))
    };
    let short = command.get_after_help().map(ToString::to_string);
    let long = command.get_after_long_help().map(ToString::to_string);
    let command = match long {
        Some(long) => command.after_long_help(above(Some(long))),
        None => command,
    };
    command.after_help(above(short))
}
