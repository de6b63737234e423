//! Options before the command: `pcenter -o json subscriptions` means `pcenter subscriptions -o json`.

use std::ffi::{OsStr, OsString};

use clap::{Arg, Command};

use crate::failure::{Exit, Failure};
use crate::printable::printable;

/// Option before the command: the words of the command line that belong to it.
struct Early {
    /// Name as given, such as `--output`.
    name: String,
    words: Vec<OsString>,
}

/// Moves options that precede the command, or a part of its name, behind the name, where the parser
/// reads them. An option that the command does not have is an error that names both.
///
/// Arguments are unchanged if they have no command, so that the parser reports the problem.
pub(crate) fn options_after_command(
    root: &Command,
    arguments: Vec<OsString>,
) -> Result<Vec<OsString>, Failure> {
    let mut words = arguments.iter().peekable();
    let mut moved: Vec<OsString> = words.next().into_iter().cloned().collect();
    let mut path = vec![root];
    let mut early: Vec<Early> = Vec::new();
    while let Some(command) = path.last().filter(|command| command.has_subcommands()) {
        let Some(word) = words.next() else {
            return match (early.first(), path.len()) {
                // Without this, the parser would call a valid option unexpected.
                (Some(option), 1) => Err(Failure::new(
                    Exit::Usage,
                    format!(
                        "`{}` is an option of a command, and there is none",
                        option.name
                    ),
                )
                .help("add a command; `pcenter --help` lists them")),
                _ => Ok(arguments),
            };
        };
        if let Some(inner) = command.find_subcommand(word) {
            path.push(inner);
            moved.push(word.clone());
            continue;
        }
        let Some(name) = name_of(word) else {
            return Ok(arguments);
        };
        if path.iter().any(|command| has(command, &name)) || is_built_in(&name) {
            moved.push(word.clone());
            continue;
        }
        let Some(option) = find(root, &name) else {
            return Ok(arguments);
        };
        let mut taken = vec![word.clone()];
        if takes_next_word(option, word, &name)
            && let Some(value) = words.next()
        {
            taken.push(value.clone());
        }
        early.push(Early { name, words: taken });
    }
    if early.is_empty() {
        return Ok(arguments);
    }
    let names: Vec<_> = path.iter().map(|command| command.get_name()).collect();
    let names = names.join(" ");
    for option in &early {
        if !path.iter().any(|command| has(command, &option.name)) {
            return Err(Failure::new(
                Exit::Usage,
                format!("`{names}` has no option `{}`", printable(&option.name)),
            )
            .help(format!("`{names} --help` lists its options")));
        }
    }
    moved.extend(early.into_iter().flat_map(|option| option.words));
    moved.extend(words.cloned());
    Ok(moved)
}

/// Returns the name of an option, `--name` or `-n`, without an attached value.
fn name_of(word: &OsStr) -> Option<String> {
    let word = word.to_string_lossy();
    if let Some(long) = word.strip_prefix("--") {
        let name = long.split('=').next().filter(|name| !name.is_empty())?;
        return Some(format!("--{name}"));
    }
    let letter = word.strip_prefix('-')?.chars().next()?;
    Some(format!("-{letter}"))
}

/// Returns whether clap adds this option to every command.
fn is_built_in(name: &str) -> bool {
    ["--help", "-h", "--version", "-V"].contains(&name)
}

fn is(option: &Arg, name: &str) -> bool {
    match name.strip_prefix("--") {
        Some(long) => option.get_long() == Some(long),
        None => option
            .get_short()
            .is_some_and(|short| name.ends_with(short)),
    }
}

fn has(command: &Command, name: &str) -> bool {
    command.get_arguments().any(|option| is(option, name))
}

/// Returns an option of this name of any command. A test checks that options of one name agree on
/// whether they take a value.
fn find<'c>(command: &'c Command, name: &str) -> Option<&'c Arg> {
    let mut own = command.get_arguments();
    own.find(|option| is(option, name))
        .or_else(|| command.get_subcommands().find_map(|it| find(it, name)))
}

/// Returns whether the value of an option is the next word.
fn takes_next_word(option: &Arg, word: &OsStr, name: &str) -> bool {
    let is_attached = word.len() > name.len();
    option.get_action().takes_values() && !option.is_require_equals_set() && !is_attached
}

#[cfg(test)]
mod tests {
    use clap::ArgAction;

    use super::*;

    fn root() -> Command {
        let option = |name: &'static str| Arg::new(name).long(name);
        let rows = |name: &'static str| {
            let emulator = option("emulator").num_args(0..=1).require_equals(true);
            Command::new(name).args([
                option("output").short('o'),
                emulator,
                option("columns"),
                option("profile"),
            ])
        };
        let verbose = option("verbose").short('v').action(ArgAction::Count);
        Command::new("pcenter")
            .arg(verbose.global(true))
            .subcommand(Command::new("commercial").subcommand(rows("deployment")))
            .subcommand(rows("subscriptions").arg(option("group-by")))
            .subcommand(Command::new("auth").subcommand(Command::new("status")))
    }

    fn moved(text: &str) -> Result<String, Failure> {
        let words = text.split(' ').map(OsString::from).collect();
        let moved = options_after_command(&root(), words)?;
        Ok(moved.join(" ".as_ref()).into_string().unwrap())
    }

    #[test]
    fn moves_options_behind_the_name_of_the_command() {
        for (typed, read) in [
            (
                "pcenter -o json commercial deployment --columns a",
                "pcenter commercial deployment -o json --columns a",
            ),
            (
                "pcenter --emulator commercial -ocsv deployment",
                "pcenter commercial deployment --emulator -ocsv",
            ),
            (
                "pcenter -v --profile=a --columns id subscriptions",
                "pcenter -v subscriptions --profile=a --columns id",
            ),
            (
                "pcenter subscriptions -o json",
                "pcenter subscriptions -o json",
            ),
            // The parser reports these.
            (
                "pcenter --colums a subscriptions",
                "pcenter --colums a subscriptions",
            ),
            ("pcenter -o json comercial", "pcenter -o json comercial"),
            ("pcenter -- subscriptions", "pcenter -- subscriptions"),
            ("pcenter --help", "pcenter --help"),
            ("pcenter", "pcenter"),
        ] {
            assert_eq!(moved(typed).unwrap(), read);
        }
    }

    #[test]
    fn refuses_options_that_the_command_does_not_have() {
        for (typed, expected) in [
            (
                "pcenter --emulator auth status -v",
                "`pcenter auth status` has no option `--emulator`",
            ),
            (
                "pcenter --group-by id commercial deployment",
                "`pcenter commercial deployment` has no option `--group-by`",
            ),
            (
                "pcenter -o json",
                "`-o` is an option of a command, and there is none",
            ),
        ] {
            let failure = moved(typed).unwrap_err();
            let found = (failure.exit, failure.summary());
            assert_eq!(found, (Exit::Usage, expected.to_owned()));
        }
    }
}
