//! Checks help pages: examples that parse, short pages, and options that agree.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "all of this runs in tests, where a panic is how a failure is reported"
)]

use std::collections::BTreeMap;

use clap::{Arg, Command};

/// Lines that a page of `-h` may have.
const SCREEN: usize = 40;

/// Calls `check` with every command and its words.
fn each(command: &Command, path: &str, check: &mut dyn FnMut(&Command, &str)) {
    let path = format!("{path} {}", command.get_name());
    check(command, path.trim());
    for inner in command.get_subcommands() {
        each(inner, path.trim(), check);
    }
}

fn root() -> Command {
    let mut root = pcenter::command().term_width(100);
    root.build();
    root
}

/// Splits a command line as a shell does, without expansions.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut is_word) = (Vec::new(), String::new(), None, false);
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), letter) if open == letter => quote = None,
            (None, '"' | '\'') => (quote, is_word) = (Some(letter), true),
            (None, ' ') => {
                if std::mem::take(&mut is_word) {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => {
                is_word = true;
                word.push(letter);
            }
        }
    }
    if is_word {
        words.push(word);
    }
    words
}

/// Returns the calls of `pcenter` in an example: without a pipe, a redirection or a comment, which
/// follows three spaces.
fn calls(line: &str) -> Vec<&str> {
    let (line, _comment) = line.split_once("   ").unwrap_or((line, ""));
    let starts = line.match_indices("pcenter ").map(|(start, _)| start);
    let is_start = |start: &usize| {
        let is_first = *start == 0 || " (`'".contains(&line[start - 1..*start]);
        // Not the name of a server: `add pcenter -- pcenter mcp`.
        is_first && !line[*start..].starts_with("pcenter -- ")
    };
    let calls = starts.filter(is_start).map(|start| {
        let call = &line[start..];
        // Within `$(..)` or quotes, the call ends with them.
        let marks: &[&str] = match start {
            0 => &[" | ", " > ", " && "],
            _ => &[" | ", " > ", " && ", ")", "'"],
        };
        let end = marks.iter().filter_map(|mark| call.find(mark)).min();
        call[..end.unwrap_or(call.len())].trim()
    });
    calls.collect()
}

/// Returns the lines of the examples in a page.
fn examples(page: &str) -> Vec<String> {
    let lines = page.lines().skip_while(|line| *line != "Examples:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    lines.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn every_page_has_examples_that_parse() {
    let mut count = 0;
    each(&root(), "", &mut |command, path| {
        for page in [command.get_after_long_help(), command.get_after_help()] {
            let Some(page) = page else { continue };
            for line in examples(&page.to_string()) {
                let calls = calls(&line);
                assert!(!calls.is_empty(), "{path}: no call in `{line}`");
                for call in calls {
                    let parsed = pcenter::command().try_get_matches_from(words(call));
                    assert!(parsed.is_ok(), "{path}: {}", parsed.unwrap_err());
                    count += 1;
                }
            }
        }
        let page = command.get_after_help().map(ToString::to_string);
        let lines = examples(&page.unwrap_or_default());
        assert!(!lines.is_empty(), "{path} has no examples");
    });
    assert!(count > 50, "{count}");
}

#[test]
fn finds_the_calls_of_an_example() {
    for (line, expected) in [
        ("pcenter docs    all", &["pcenter docs"][..]),
        (
            "eval \"$(pcenter emulator env)\"",
            &["pcenter emulator env"],
        ),
        ("pcenter man a | man -l -", &["pcenter man a"]),
        (
            "pcenter a --filter \"b eq 'c'\"",
            &["pcenter a --filter \"b eq 'c'\""],
        ),
    ] {
        assert_eq!(calls(line), expected);
    }
    assert_eq!(
        words("a  --filter \"b eq 'c'\""),
        ["a", "--filter", "b eq 'c'"]
    );
}

#[test]
fn short_help_fits_on_a_screen() {
    let mut fits = 0;
    each(&root(), "", &mut |command, path| {
        let lines = command.clone().render_help().to_string().lines().count();
        assert!(lines <= SCREEN, "{path}: {lines} lines");
        fits += usize::from(lines <= 24);
    });
    assert!(fits > 15, "{fits} pages have 24 lines or fewer");
}

/// An option before the command, such as `pcenter -o json subscriptions`, is moved behind the
/// command without knowing which command it belongs to.
#[test]
fn options_of_one_name_take_a_value_in_every_command_or_in_none() {
    let takes_value =
        |option: &Arg| option.get_action().takes_values() && !option.is_require_equals_set();
    let mut known: BTreeMap<String, (bool, String)> = BTreeMap::new();
    each(&pcenter::command(), "", &mut |command, path| {
        for option in command.get_arguments() {
            let short = option.get_short().map(|short| format!("-{short}"));
            let long = option.get_long().map(|long| format!("--{long}"));
            for name in short.into_iter().chain(long) {
                let here = (takes_value(option), path.to_owned());
                let (takes, there) = known.entry(name.clone()).or_insert_with(|| here.clone());
                assert_eq!(here.0, *takes, "{name} of {path} and of {there}");
            }
        }
    });
}
