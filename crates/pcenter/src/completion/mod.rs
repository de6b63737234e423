//! Completion of command lines: values of options that depend on catalog, profiles and customers.
//!
//! A shell runs `pcenter` with `PCENTER_COMPLETE` and the words typed so far. No request is sent,
//! nothing is prompted, and errors are not printed.

pub(crate) mod customer_names;
mod filter;
mod lists;

use std::ffi::{OsStr, OsString};

use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::Shells;
use partner_center::credential::profiles::{Config, config_path};
use partner_center::{Field, OPERATIONS};
use partner_center_reports::{AdoptionRow, RenewalRow, UnusedRow};

use crate::environment::Environment;
use crate::failure::Exit;
use crate::help::TOPICS;
use crate::operations::OPERATION_COMMANDS;
use crate::placement::options_after_command;
use crate::reference::COMPLETE;
use customer_names::CustomerName;

/// Completes the words of a command line for the shell that runs this program.
pub(crate) fn run(
    root: Command,
    arguments: Vec<OsString>,
    environment: &mut Environment<'_>,
) -> Exit {
    match write(root, arguments, environment) {
        Some(()) => Exit::Success,
        // The shell then offers nothing.
        None => Exit::Other,
    }
}

fn write(root: Command, arguments: Vec<OsString>, environment: &mut Environment<'_>) -> Option<()> {
    let shell = environment.set(COMPLETE)?;
    let shells = Shells::builtins();
    let shell = shells.completer(&shell)?;
    let start = arguments.iter().position(|word| word == "--")?;
    let words: Vec<_> = arguments.into_iter().skip(start + 1).collect();
    // `write_complete` of fish panics without words.
    words.first()?;
    let mut command = completing(root, &words, environment);
    let words = options_after_command(&command, words.clone()).unwrap_or(words);
    let directory = std::env::current_dir().ok();
    let mut text = Vec::new();
    let written = shell.write_complete(&mut command, words, directory.as_deref(), &mut text);
    written.ok()?;
    environment.stdout.write_all(&text).ok()?;
    environment.stdout.flush().ok()
}

/// Names for completion that are not those of the catalog.
struct Known {
    commands: Vec<String>,
    profiles: Vec<String>,
    customers: Vec<CustomerName>,
}

/// Returns the command line with completers. `words` are those of the line to complete.
fn completing(root: Command, words: &[OsString], environment: &Environment<'_>) -> Command {
    let config = config_path(&environment.settings()).and_then(|path| Config::read(&path));
    let profiles = config.iter().flat_map(|config| &config.profiles);
    let known = Known {
        commands: root
            .get_subcommands()
            .map(|it| it.get_name().to_owned())
            .collect(),
        profiles: profiles.map(|(name, _)| name.to_string()).collect(),
        customers: customer_names::of_line(words, config.as_ref().ok(), environment),
    };
    complete(root, &mut Vec::new(), &known)
}

fn complete(command: Command, path: &mut Vec<String>, known: &Known) -> Command {
    let names: Vec<_> = command
        .get_subcommands()
        .map(|inner| inner.get_name().to_owned())
        .collect();
    let command = names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name.clone(), |inner| {
            path.push(name);
            let inner = complete(inner, path, known);
            path.pop();
            inner
        })
    });
    let fields = fields(path);
    let words: Vec<&str> = path.iter().map(String::as_str).collect();
    command.mut_args(|option| match completer(&option, &words, &fields, known) {
        Some(completer) => option.add(completer),
        None => option,
    })
}

/// Returns the fields of the rows of a command, each name once.
fn fields(path: &[String]) -> Vec<&'static Field> {
    let words: Vec<_> = path.iter().map(String::as_str).collect();
    let of_report: &[Field] = match words.as_slice() {
        ["report", "unused" | "customer"] => UnusedRow::FIELDS,
        ["report", "renewals"] => RenewalRow::FIELDS,
        ["report", "adoption"] => AdoptionRow::FIELDS,
        _ => &[],
    };
    let mut commands = OPERATION_COMMANDS.iter();
    let command = commands.find(|command| command.commands == words);
    let endpoints = command.iter().flat_map(|command| &command.endpoints);
    let of_operations = endpoints.flat_map(|endpoint| endpoint.operation().fields);
    let mut fields: Vec<&Field> = Vec::new();
    for field in of_report.iter().chain(of_operations) {
        if !fields.iter().any(|known| known.name == field.name) {
            fields.push(field);
        }
    }
    fields
}

/// Returns the completer of an option, by the id of the option.
fn completer(
    option: &Arg,
    path: &[&str],
    fields: &[&'static Field],
    known: &Known,
) -> Option<ArgValueCompleter> {
    let that = |wanted: fn(&Field) -> bool| -> Vec<&'static Field> {
        fields.iter().copied().filter(|it| wanted(it)).collect()
    };
    match (option.get_id().as_str(), path) {
        ("columns" | "sort", _) => Some(lists::columns(fields.to_vec())),
        ("group-by", _) => Some(lists::names(that(|field| field.is_groupable))),
        ("order-by", _) => Some(lists::names(that(|field| field.is_orderable))),
        ("filter", _) => {
            let fields = that(|field| !field.operators.is_empty());
            (!fields.is_empty()).then(|| filter::completer(fields, false))
        }
        ("where", _) => Some(filter::completer(fields.to_vec(), true)),
        ("customer", _) => Some(customer_names::completer(option, known.customers.clone())),
        ("profile", _) | ("name" | "old", ["profile", ..]) => {
            Some(words(known.profiles.iter().map(|name| (name.clone(), ""))))
        }
        ("report" | "reports", ["snapshot", ..]) => Some(words(
            OPERATIONS.iter().map(|it| (it.id.to_owned(), it.summary)),
        )),
        ("operation", ["docs"]) => Some(words(
            OPERATIONS.iter().map(|it| (it.id.to_owned(), it.summary)),
        )),
        ("words", ["help"]) => {
            let commands = known.commands.iter().cloned();
            let topics = TOPICS
                .iter()
                .map(|topic| (topic.name.to_owned(), topic.about));
            Some(words(commands.map(|name| (name, "")).chain(topics)))
        }
        _ => None,
    }
}

/// Returns a completer for words, each with its meaning.
fn words(words: impl Iterator<Item = (String, &'static str)>) -> ArgValueCompleter {
    let words: Vec<_> = words.collect();
    ArgValueCompleter::new(move |typed: &OsStr| {
        let typed = typed.to_string_lossy();
        let words = words.iter().filter(|(word, _)| word.starts_with(&*typed));
        words.map(|(word, help)| candidate(word, help)).collect()
    })
}

/// Returns a candidate with its meaning, which some shells show.
fn candidate(value: &str, help: &str) -> CompletionCandidate {
    let help = (!help.is_empty()).then(|| help.to_owned().into());
    CompletionCandidate::new(value).help(help)
}

/// Returns whether a word begins with what was typed; case-insensitive, as fields are.
fn begins(word: &str, typed: &str) -> bool {
    let start = word.get(..typed.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(typed))
}
