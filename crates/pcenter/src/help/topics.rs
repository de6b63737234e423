//! Topics of `pcenter help`.

use crate::reference;

/// Page of `pcenter help TOPIC`.
#[derive(Debug)]
pub(crate) struct Topic {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) text: fn() -> String,
}

/// All topics.
pub(crate) static TOPICS: &[Topic] = &[
    Topic {
        name: "credentials",
        about: "Where commands take credentials from, and the variables with credentials",
        text: reference::credentials_help,
    },
    Topic {
        name: "environment",
        about: "Environment variables that every command reads",
        text: reference::environment_help,
    },
    Topic {
        name: "exit-codes",
        about: "Exit codes, for scripts and jobs",
        text: reference::exit_codes_help,
    },
    Topic {
        name: "configuration",
        about: "Keys of the configuration file",
        text: reference::configuration_help,
    },
    Topic {
        name: "filters",
        about: "Syntax of --filter",
        text: || FILTERS.to_owned(),
    },
    Topic {
        name: "columns",
        about: "Names in --columns",
        text: || COLUMNS.to_owned(),
    },
];

const FILTERS: &str = "\
A filter compares fields with values. Put it in double quotes, since its strings are in single ones:
  --filter \"customerName eq 'Contoso'\"

Comparisons: field, operator, value
  eq, ne          equal, not equal
  gt, ge, lt, le  greater, at least, less, at most; also for dates
  contains        contains(field,'text'): the text is a part of the value

Values:
  'O''Brien'      text, GUIDs and enumerations; a quote in the text is doubled
  '2018-01-31'    date, with or without a time: '2018-01-31T08:00:00Z'
  5, -0.25        number
  true, false     Boolean

Combinations: `and`, `or` and parentheses; `and` binds more closely than `or`
  \"(customerName eq 'A' or customerName eq 'B') and usageDate ge '2018-01-01'\"

Names of fields and operators are case-insensitive. Each field takes only some operators:
`pcenter docs OPERATION` and the --help of a command list them. The list of customers has another
syntax; see `pcenter customers list --help`.
";

const COLUMNS: &str = "\
--columns names the columns to print, in this order, separated by commas:
  --columns customerName,licensesSold

Names are case-insensitive. A dot selects a part of an object: companyProfile.domain. A name that
is not documented is accepted as a property that the service may have added, unless it is so similar
to a documented one that it is probably mistyped.

Without --columns, a table has the default columns of its command, and every other format has all
properties of a row. `pcenter docs OPERATION` and the --help of a command list the columns with
their meaning.
";
