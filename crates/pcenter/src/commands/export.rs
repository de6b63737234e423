//! `pcenter export REPORT`: the command of an operation, by its id or by the words of the command.

use std::ffi::OsString;

use clap::{ArgMatches, Args};
use partner_center::{OPERATIONS, Operation};

use super::docs;
use crate::failure::{Exit, Failure};
use crate::operations::OperationCommand;

/// Name of the command.
const NAME: &str = "export";

pub(crate) const EXAMPLES: &str = "\
Examples:
  pcenter export azure_usage -o parquet --output-file usage.parquet
  pcenter export commercial deployment -o csv --output-file deployment.csv
  pcenter export customer_licenses_usage --all-customers -o parquet --output-file licenses.parquet";

#[derive(Args, Debug)]
pub(crate) struct Export {
    /// Operation: its id, such as azure_usage, or the words of its command; and the options of that
    /// command
    #[arg(
        value_name = "REPORT",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    report: Vec<String>,
}

/// Returns the failure for a report that does not exist; [`replaced`] has replaced all others.
pub(crate) fn run(export: &Export) -> Result<Exit, Failure> {
    let is_word = |word: &&String| !word.starts_with('-');
    let words: Vec<_> = export.report.iter().take_while(is_word).cloned().collect();
    docs::find(&words.join(" "))?;
    let message = "the report is not behind `pcenter export`";
    Err(Failure::new(Exit::Usage, message).help(
        "write its name first and the options after it; `pcenter export --help` has examples",
    ))
}

/// Replaces `export REPORT` by the words of the command of that operation. Returns the operation, if
/// it was given by its id: two operations may have the same words.
pub(crate) fn replaced(arguments: Vec<OsString>) -> (Vec<OsString>, Option<&'static Operation>) {
    let is_option = |word: &&OsString| word.to_string_lossy().starts_with('-');
    let options = arguments.iter().skip(1).take_while(is_option).count();
    let (before, rest) = arguments.split_at(arguments.len().min(1 + options));
    let Some((_, report)) = rest.split_first().filter(|(word, _)| *word == NAME) else {
        return (arguments, None);
    };
    let operations = OPERATIONS.iter().copied();
    for operation in operations {
        let words = docs::words(operation);
        let words: Vec<OsString> = words.split(' ').map(OsString::from).collect();
        if report.first().is_some_and(|given| given == operation.id) {
            let replaced = [before, &words, report.get(1..).unwrap_or_default()].concat();
            return (replaced, Some(operation));
        }
        if report.starts_with(&words) {
            return ([before, report].concat(), None);
        }
    }
    (arguments, None)
}

/// Checks that the command line is about the operation whose id was given, and not about another one
/// with the same words.
pub(crate) fn check(
    exported: Option<&'static Operation>,
    matches: &ArgMatches,
) -> Result<(), Failure> {
    let Some(wanted) = exported else {
        return Ok(());
    };
    let found = OperationCommand::find(matches);
    let endpoint = found.and_then(|(command, matches)| command.endpoint(matches));
    match endpoint.map(|endpoint| endpoint.operation()) {
        Some(other) if other.id != wanted.id => {
            let message = format!(
                "these options are those of `{}`, not of `{}`",
                other.id, wanted.id
            );
            let help = match wanted.path.contains('{') {
                true => "add --customer CUSTOMER or --all-customers",
                false => "remove --customer and --all-customers",
            };
            Err(Failure::new(Exit::Usage, message).help(help))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(line: &str) -> (String, Option<&'static str>) {
        let (words, operation) = super::replaced(line.split(' ').map(OsString::from).collect());
        let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
        (words.join(" "), operation.map(|operation| operation.id))
    }

    #[test]
    fn a_report_is_replaced_by_its_command() {
        for (line, command, operation) in [
            (
                "pcenter export azure_usage -o csv",
                "pcenter azure-usage -o csv",
                Some("azure_usage"),
            ),
            (
                "pcenter -v export commercial deployment --all",
                "pcenter -v commercial deployment --all",
                None,
            ),
            (
                "pcenter export customer 1",
                "pcenter customers show 1",
                Some("customer"),
            ),
            ("pcenter export", "pcenter export", None),
            ("pcenter export --help", "pcenter export --help", None),
            ("pcenter export nonsense", "pcenter export nonsense", None),
            (
                "pcenter subscriptions --profile export",
                "pcenter subscriptions --profile export",
                None,
            ),
            ("pcenter", "pcenter", None),
        ] {
            assert_eq!(replaced(line), (command.to_owned(), operation), "{line}");
        }
    }
}
