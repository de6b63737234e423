//! Flags of operation commands: those of the parameters, by their kind, and those of every listing.

use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction};
use heck::ToKebabCase;
use partner_center::catalog::{Parameter, ParameterKind, Place};
use partner_center::query::{Filter, GroupBy, Operator, OrderBy, QueryOperation};
use partner_center::{FieldKind, Locale, Operation, Timestamp};

use super::call::Call;
use super::customer_filter;
use crate::parse::parse_guid;

/// Parameter that belongs to a grouping.
pub(super) const AGGREGATION_LEVEL: &str = "aggregationLevel";

pub(super) const ALL: &str = "all";
pub(super) const CONTINUATION_FILE: &str = "continuation-file";
pub(super) const LIMIT: &str = "limit";

/// Parameters whose flag is shorter than their name.
const SHORT_NAMES: [(&str, &str); 6] = [
    (AGGREGATION_LEVEL, "aggregation"),
    ("customer-id", "customer"),
    ("groupby", "group-by"),
    ("licenseGroupIds", "license-group"),
    ("orderby", "order-by"),
    ("processedDateTime", "processed-date"),
];

/// Returns the flag of a parameter, by the name of the parameter in a request.
pub fn name(parameter: &str) -> String {
    let short = SHORT_NAMES.iter().find(|(long, _)| *long == parameter);
    short.map_or_else(
        || parameter.to_kebab_case(),
        |(_, short)| (*short).to_owned(),
    )
}

/// Returns the flags of an operation without fields to filter, group or sort by.
pub(crate) fn plain(call: &'static Call) -> Vec<Arg> {
    flags(call, |flag, _| flag)
}

/// Returns the flags of an operation with fields to filter, group or sort by.
pub(crate) fn of_query<O: QueryOperation>(call: &'static Call) -> Vec<Arg> {
    flags(call, |flag, kind| match kind {
        ParameterKind::Filter => flag.value_parser(read::<Filter<O>>),
        ParameterKind::GroupBy => flag.value_parser(read::<GroupBy<O>>),
        ParameterKind::OrderBy => flag.value_parser(read::<OrderBy<O>>),
        _ => flag,
    })
}

/// Returns the flags of all parameters except those of the path: selection of rows first, then
/// order and paging.
fn flags(call: &'static Call, typed: impl Fn(Arg, ParameterKind) -> Arg) -> Vec<Arg> {
    let parameters = call.parameters.iter();
    let mut parameters: Vec<_> = parameters
        .filter_map(|name| call.operation.parameter(name))
        .filter(|parameter| parameter.place != Place::Path)
        .collect();
    parameters.sort_by_key(|parameter| rank(call.operation, parameter));
    let flags = parameters.into_iter().flat_map(|parameter| {
        if parameter.kind == ParameterKind::CustomerFilter {
            return customer_filter::flags();
        }
        let flag = argument(call.operation, parameter).long(name(parameter.name));
        vec![typed(flag, parameter.kind)]
    });
    flags.collect()
}

/// Returns the position of a flag in the help.
fn rank(operation: &Operation, parameter: &Parameter) -> usize {
    match parameter.kind {
        ParameterKind::Filter | ParameterKind::CustomerFilter => 0,
        ParameterKind::GroupBy => 2,
        _ if parameter.name == AGGREGATION_LEVEL => 3,
        ParameterKind::OrderBy => 4,
        _ if operation.page_size_parameter() == Some(parameter) => 6,
        ParameterKind::Integer { .. } => 5,
        _ => 1,
    }
}

/// Returns the argument of a parameter, with the parser of its values.
pub(super) fn argument(operation: &Operation, parameter: &'static Parameter) -> Arg {
    let argument = Arg::new(name(parameter.name)).required(parameter.is_required);
    let argument = match parameter.kind {
        ParameterKind::Integer { minimum, maximum } => {
            let [minimum, maximum] = [minimum, maximum].map(|limit| limit.max(0).unsigned_abs());
            // A minus is accepted as part of the value, so that a negative number is reported as
            // out of range and not as an unknown flag.
            argument
                .value_name("N")
                .allow_negative_numbers(true)
                .value_parser(move |text: &str| whole_number(text, minimum, maximum))
        }
        ParameterKind::Number => argument.value_name("N").value_parser(read::<f64>),
        ParameterKind::Boolean => argument.value_name("BOOL").value_parser(read::<bool>),
        ParameterKind::Enumeration(words) => argument
            .value_name(last_word(parameter))
            .value_parser(PossibleValuesParser::new(words)),
        ParameterKind::Guid => argument.value_name("GUID").value_parser(parse_guid),
        ParameterKind::Timestamp => argument.value_name("DATE").value_parser(read::<Timestamp>),
        ParameterKind::Locale => argument.value_name("LOCALE").value_parser(read::<Locale>),
        ParameterKind::Filter => argument.value_name("CONDITION"),
        ParameterKind::GroupBy | ParameterKind::OrderBy => argument.value_name("FIELDS"),
        _ => argument.value_name("TEXT"),
    };
    let argument = match parameter.is_repeatable {
        true => argument.action(ArgAction::Append),
        false => argument,
    };
    help(argument, operation, parameter)
}

/// Adds the meaning of the parameter, as the spec states it, and its default.
fn help(argument: Arg, operation: &Operation, parameter: &Parameter) -> Arg {
    let mut help = in_flags(operation, parameter.meaning);
    match parameter.kind {
        ParameterKind::Filter => {
            let example = example(operation);
            return argument
                .help(format!("{help}, for example \"{example}\""))
                .long_help(format!(
                    "{help}: `field operator value`, combined with `and`, `or` and parentheses. \
                     String literals are single-quoted; escape a quote by doubling it: \
                     \"{example}\". Fields and their operators are listed below"
                ));
        }
        ParameterKind::GroupBy | ParameterKind::OrderBy => help.push_str("; listed below"),
        ParameterKind::Timestamp => help.push_str(", for example 2018-01-31"),
        _ if operation.page_size_parameter() == Some(parameter) => {
            help.push_str("; does not limit the total, see --limit");
        }
        _ if parameter.is_repeatable => help.push_str("; can be repeated"),
        _ => {}
    }
    if let Some(default) = parameter.default {
        let default = in_flags(operation, default).replace('`', "");
        help.push_str(&format!(" [default: {default}]"));
    }
    argument.help(help)
}

/// Returns the text with the names of parameters replaced by flags.
fn in_flags(operation: &Operation, text: &str) -> String {
    let mut text = text.to_owned();
    for parameter in operation.parameters_in(Place::Query) {
        let flag = format!("--{}", name(parameter.name));
        text = text.replace(&format!("`{}`", parameter.name), &flag);
    }
    text
}

/// Returns the last word of a flag in upper case.
fn last_word(parameter: &Parameter) -> String {
    let name = name(parameter.name);
    let word = name.rsplit('-').next().unwrap_or(&name);
    word.to_ascii_uppercase()
}

/// Parses a value with the `FromStr` of its type.
fn read<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn whole_number(text: &str, minimum: u64, maximum: u64) -> Result<u64, String> {
    let number = text.parse().ok();
    number
        .filter(|number| (minimum..=maximum).contains(number))
        .ok_or_else(|| format!("expected a whole number from {minimum} to {maximum}"))
}

/// Returns an example of a filter that the operation accepts.
fn example(operation: &Operation) -> String {
    let mut fields = operation.filter_fields().filter(|field| {
        field.kind == FieldKind::Text && field.operators.contains(&Operator::Equal)
    });
    let named = fields
        .clone()
        .find(|field| field.name.to_ascii_lowercase().ends_with("name"));
    let field = named.or_else(|| fields.next());
    format!(
        "{} eq 'O''Brien'",
        field.map_or("field", |field| field.name)
    )
}

/// Returns the flags of every pageable operation.
pub(super) fn paging() -> [Arg; 2] {
    [
        Arg::new(ALL)
            .long(ALL)
            .action(ArgAction::SetTrue)
            .conflicts_with(LIMIT)
            .help("Read all pages, which is the default"),
        continuation_file()
            .help("File from which the same command resumes an interrupted or limited listing")
            .long_help(
                "File from which the same command resumes a listing that was interrupted by an \
                 error or a signal, or that reached --limit. Written after every page (for a \
                 table: after printing it) and removed when the listing is complete. A resumed run \
                 reports this on stderr and writes only the missing rows, CSV without a second \
                 header. The file is refused with other options for rows, format or columns, or \
                 for another tenant. It contains the filter, which may name customers. It also \
                 contains a token of the service for the next page; when this token expires, \
                 after an undocumented time, the listing must start again. Example: \
                 --continuation-file deployment.json",
            ),
    ]
}

/// Returns the flag of an operation that is called for many customers.
pub(super) fn continuation_file_of_customers() -> Arg {
    continuation_file()
        .help("File from which the same command resumes calls for many customers")
        .long_help(
            "File from which the same command resumes calls for many customers that were \
             interrupted by an error or a signal, or of which some failed. It contains the ids of \
             the customers whose rows have been written, and is removed when no customer is \
             missing. A resumed run reports this on stderr and writes only the missing rows, CSV \
             without a second header. The file is refused with other options for rows, format or \
             columns, or for another tenant. Example: --continuation-file skus.json",
        )
}

fn continuation_file() -> Arg {
    Arg::new(CONTINUATION_FILE)
        .long(CONTINUATION_FILE)
        .value_name("PATH")
        .value_parser(clap::value_parser!(PathBuf))
}

#[cfg(test)]
mod tests {
    use partner_center::OPERATIONS;
    use partner_center::catalog::ParameterKind;
    use partner_center::query::FilterExpression;

    use super::*;

    #[test]
    fn examples_are_filters_of_their_operation() {
        let has_filter = |operation: &&&Operation| operation.filter_fields().next().is_some();
        for operation in OPERATIONS.iter().filter(has_filter) {
            let example: FilterExpression = example(operation).parse().unwrap();
            assert_eq!(example.check(operation.fields), Ok(()));
        }
    }

    #[test]
    fn flags_of_a_new_parameter_are_derived_from_the_catalog() {
        static RENEWALS: Operation = Operation::new("renewals", "GET", "/v1/renewals/{renewal-id}")
            .with_parameters(&[
                Parameter::new(
                    "renewal-id",
                    Place::Path,
                    ParameterKind::Guid,
                    "The renewal",
                )
                .required(),
                Parameter::new(
                    "daysAhead",
                    Place::Query,
                    ParameterKind::Integer {
                        minimum: 1,
                        maximum: 90,
                    },
                    "Days from `startDate`, 1 to 90",
                )
                .with_default("30"),
                Parameter::new(
                    "startDate",
                    Place::Query,
                    ParameterKind::Timestamp,
                    "First day",
                ),
            ]);
        let days = argument(&RENEWALS, RENEWALS.parameter("daysAhead").unwrap());
        assert_eq!(days.get_id(), "days-ahead");
        assert_eq!(
            days.get_help().unwrap().to_string(),
            "Days from --start-date, 1 to 90 [default: 30]"
        );
        assert_eq!(whole_number("90", 1, 90), Ok(90));
        for text in ["0", "91", "-1", "1.5", ""] {
            let error = whole_number(text, 1, 90).unwrap_err();
            assert_eq!(error, "expected a whole number from 1 to 90");
        }
        let id = argument(&RENEWALS, RENEWALS.parameter("renewal-id").unwrap());
        assert!(id.is_required_set() && id.is_positional());
    }
}
