//! `pcenter man`: manual pages.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Command};

use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::printable::printable;

#[derive(Args, Debug)]
pub(crate) struct Man {
    /// Words of the command whose page to print [default: the page of pcenter]
    #[arg(value_name = "COMMAND")]
    words: Vec<String>,

    /// Write the pages of all commands to this directory instead, such as pcenter-subscriptions.1
    #[arg(long, value_name = "DIR", conflicts_with = "words")]
    dir: Option<PathBuf>,
}

pub(crate) fn run(
    man: &Man,
    root: Command,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    // Text is wrapped by the reader of the page.
    let mut root = root.term_width(0);
    root.build();
    if let Some(directory) = &man.dir {
        let count = write_all(&root, directory).map_err(|error| {
            let directory = printable(&directory.display().to_string());
            let message = format!("the pages cannot be written to {directory}: {error}");
            Failure::new(Exit::Other, message)
        })?;
        let directory = printable(&directory.display().to_string());
        writeln!(environment.stderr, "{count} pages are in {directory}")?;
        return Ok(Exit::Success);
    }
    let mut found = &root;
    for word in &man.words {
        found = found.find_subcommand(word).ok_or_else(|| {
            let message = format!("there is no command `{}`", printable(&man.words.join(" ")));
            Failure::new(Exit::Usage, message).help("`pcenter --help` lists the commands")
        })?;
    }
    let mut page = Vec::new();
    render(found, &mut page)?;
    environment.stdout.write_all(&page)?;
    environment.stdout.flush()?;
    Ok(Exit::Success)
}

/// Writes the pages of a command and of all commands in it. Returns their number.
fn write_all(command: &Command, directory: &Path) -> io::Result<usize> {
    std::fs::create_dir_all(directory)?;
    let mut page = Vec::new();
    render(command, &mut page)?;
    let name = command.get_display_name().unwrap_or(command.get_name());
    std::fs::write(directory.join(format!("{name}.1")), page)?;
    let inner = command
        .get_subcommands()
        .map(|inner| write_all(inner, directory));
    inner.sum::<io::Result<usize>>().map(|count| count + 1)
}

/// Renders a page. `clap_mangen` would join the lines of examples and tables, so this writes the
/// text after the options itself.
fn render(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    let man = clap_mangen::Man::new(command.clone()).manual("pcenter");
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(page)?;
    }
    let after = command.get_after_long_help().or(command.get_after_help());
    if let Some(text) = after.map(ToString::to_string) {
        writeln!(page, ".SH NOTES\n.nf")?;
        for line in text.lines() {
            writeln!(page, "{}", escaped(line))?;
        }
        writeln!(page, ".fi")?;
    }
    Ok(())
}

/// Escapes a line of text for roff: its escape character, its control characters at the start of a
/// line, and hyphens, which would become typographic ones.
fn escaped(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-");
    match line.starts_with(['.', '\'']) {
        true => format!("\\&{line}"),
        false => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_roff_would_interpret() {
        for (line, expected) in [
            (".SH", "\\&.SH"),
            ("'a", "\\&'a"),
            ("  a\\b --top", "  a\\eb \\-\\-top"),
        ] {
            assert_eq!(escaped(line), expected);
        }
    }
}
