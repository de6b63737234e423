//! Words of a command, and reordering of its positional parameters.

use std::ffi::OsString;

/// Line of the table: the command of an operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    /// `operationId`.
    pub(super) operation: &'static str,
    /// Words separated by spaces; a path parameter is written `<flag>`.
    pub(super) text: &'static str,
    columns: &'static str,
    /// Whether a table shows a single row, with one line per value.
    pub(super) details: bool,
}

/// Creates the line of an operation. The default columns of its table are all fields that are not
/// structures.
pub(super) const fn words(operation: &'static str, text: &'static str) -> Words {
    Words {
        operation,
        text,
        columns: "",
        details: false,
    }
}

impl Words {
    /// Sets the default columns of a table, separated by commas.
    pub(super) const fn columns(self, columns: &'static str) -> Self {
        Self { columns, ..self }
    }

    /// Makes a table show a single row, with one line per value.
    pub(super) const fn details(self) -> Self {
        Self {
            details: true,
            ..self
        }
    }

    /// Returns the default columns of a table.
    pub(super) fn table(self) -> Vec<&'static str> {
        let columns = self.columns.split(',');
        columns.filter(|column| !column.is_empty()).collect()
    }

    /// Returns the names of the commands, from the outermost to the innermost.
    pub(super) fn commands(self) -> Vec<&'static str> {
        let words = self.text.split(' ');
        words.filter(|word| positional(word).is_none()).collect()
    }

    /// Returns whether the path parameter with this flag is positional.
    pub(super) fn has_positional(self, flag: &str) -> bool {
        self.text
            .split(' ')
            .any(|word| positional(word) == Some(flag))
    }

    /// Returns the usage line, if a positional parameter precedes the last word.
    pub(super) fn usage(self) -> Option<String> {
        let (before, _) = self.text.rsplit_once(' ')?;
        let is_between = before.contains('<');
        is_between.then(|| format!("pcenter {} [OPTIONS]", self.text))
    }

    /// Moves a positional parameter from its position among the words to their end, where the
    /// parser of the command line reads it: `customers ID subscriptions` becomes
    /// `customers subscriptions ID`. `None` if the arguments are not of this command.
    pub(super) fn reordered(self, arguments: &[OsString]) -> Option<Vec<OsString>> {
        let pattern: Vec<&str> = self.text.split(' ').collect();
        self.usage()?;
        let start = (0..arguments.len()).find(|start| {
            let given = arguments.get(*start..start + pattern.len());
            given.is_some_and(|given| {
                let mut pairs = pattern.iter().zip(given);
                pairs.all(|(word, given)| match positional(word) {
                    Some(_) => !given.to_string_lossy().starts_with('-'),
                    None => given == word,
                })
            })
        })?;
        let (before, rest) = arguments.split_at(start);
        let (given, after) = rest.split_at(pattern.len());
        let part = |wanted: bool| {
            let pairs = pattern.iter().zip(given);
            pairs
                .filter(move |(word, _)| positional(word).is_some() == wanted)
                .map(|(_, given)| given)
        };
        let parts = before
            .iter()
            .chain(part(false))
            .chain(part(true))
            .chain(after);
        Some(parts.cloned().collect())
    }
}

/// Returns the arguments with positional parameters at the end, where the parser reads them.
pub(super) fn in_order(table: &[Words], arguments: Vec<OsString>) -> Vec<OsString> {
    let mut lines = table.iter();
    lines
        .find_map(|words| words.reordered(&arguments))
        .unwrap_or(arguments)
}

/// Returns the flag of a positional parameter.
fn positional(word: &str) -> Option<&str> {
    word.strip_prefix('<')?.strip_suffix('>')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_positional_parameter_may_be_between_the_words() {
        let nested = words(
            "customer_subscriptions",
            "customers <customer> subscriptions",
        );
        assert_eq!(nested.commands(), ["customers", "subscriptions"]);
        assert!(nested.has_positional("customer") && !nested.has_positional("customers"));
        let reordered = |text: &str| {
            let arguments: Vec<OsString> = text.split(' ').map(OsString::from).collect();
            let reordered = nested.reordered(&arguments)?;
            Some(reordered.join(" ".as_ref()).into_string().unwrap())
        };
        for (typed, read) in [
            (
                "pcenter customers 1 subscriptions",
                Some("pcenter customers subscriptions 1"),
            ),
            (
                "pcenter -v customers 1 subscriptions --limit 5",
                Some("pcenter -v customers subscriptions 1 --limit 5"),
            ),
            ("pcenter customers subscriptions 1", None),
            ("pcenter customers --help subscriptions", None),
            ("pcenter customers 1", None),
            ("pcenter customers show 1", None),
        ] {
            assert_eq!(reordered(typed).as_deref(), read, "{typed}");
        }
    }

    #[test]
    fn a_positional_parameter_at_the_end_stays_there() {
        let last = words("customer", "customers show <customer>");
        let arguments = ["pcenter", "customers", "show", "1"].map(OsString::from);
        assert_eq!(last.reordered(&arguments), None);
        assert_eq!(last.usage(), None);
    }
}
