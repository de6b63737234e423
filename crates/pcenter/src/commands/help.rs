//! `pcenter help`

use clap::{Args, Command};
use partner_center_core::nearest::nearest;

use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::help::TOPICS;
use crate::printable::printable;

#[derive(Args, Debug)]
#[command(after_help = topics())]
pub(crate) struct Help {
    /// Words of a command, such as `commercial deployment`, or a topic [default: all commands]
    #[arg(value_name = "COMMAND|TOPIC")]
    words: Vec<String>,
}

fn topics() -> String {
    let longest = TOPICS.iter().map(|topic| topic.name.len()).max();
    let width = longest.unwrap_or(0) + 2;
    let lines = TOPICS
        .iter()
        .map(|topic| format!("  {:width$}{}\n", topic.name, topic.about));
    format!("Topics:\n{}", lines.collect::<String>().trim_end())
}

pub(crate) fn run(
    help: &Help,
    root: Command,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let text = page(&help.words, root)?;
    environment.stdout.write_all(text.as_bytes())?;
    environment.stdout.flush()?;
    Ok(Exit::Success)
}

/// Returns the page of a topic, or the long help of a command.
fn page(words: &[String], root: Command) -> Result<String, Failure> {
    if let [word] = words
        && let Some(topic) = TOPICS.iter().find(|topic| topic.name == word)
    {
        return Ok((topic.text)());
    }
    let mut found = root;
    found.build();
    for word in words {
        found = match found.find_subcommand(word) {
            Some(inner) => inner.clone(),
            None => return Err(unknown(word, &found)),
        };
    }
    Ok(found.render_long_help().to_string())
}

fn unknown(word: &str, within: &Command) -> Failure {
    let names = within.get_subcommands().map(Command::get_name);
    let is_root = within.get_name() == "pcenter";
    let topics = TOPICS.iter().map(|topic| topic.name).filter(|_| is_root);
    let known: Vec<_> = names.chain(topics).collect();
    let word = printable(word);
    let what = if is_root {
        "command or topic"
    } else {
        "command"
    };
    let path = within.get_bin_name().unwrap_or(within.get_name());
    let failure = Failure::new(Exit::Usage, format!("`{path}` has no {what} `{word}`"));
    match nearest(&word, known.iter().copied()) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => failure.help(format!("`{path} --help` shows its options")),
        None => failure.help(format!("there are: {}", known.join(", "))),
    }
}
