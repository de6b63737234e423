//! Flags of reports, one function each.

use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction};
use partner_center::query::{
    AggregationLevel, Filter, GroupBy, Operator, OrderBy, QueryOperation, ValueKind,
};
use partner_center::types::RequestedLicenseGroup;
use partner_center::{Bounded, Timestamp};

use crate::parse::parse_guid;

pub(super) const AGGREGATION: &str = "aggregation";
pub(super) const ALL: &str = "all";
pub(super) const CONTINUATION_FILE: &str = "continuation-file";
pub(super) const CUSTOMER: &str = "customer";
pub(super) const FILTER: &str = "filter";
pub(super) const GROUP_BY: &str = "group-by";
pub(super) const LICENSE_GROUP: &str = "license-group";
pub(super) const LIMIT: &str = "limit";
pub(super) const ORDER_BY: &str = "order-by";
pub(super) const PROCESSED_DATE: &str = "processed-date";
pub(super) const SIZE: &str = "size";
pub(super) const SKIP: &str = "skip";
pub(super) const TOP: &str = "top";

/// Returns the position of a flag in the help: selection of rows first, then order and paging.
pub(super) fn rank(name: &str) -> usize {
    let order = [
        FILTER,
        PROCESSED_DATE,
        GROUP_BY,
        AGGREGATION,
        ORDER_BY,
        SKIP,
        TOP,
        SIZE,
    ];
    let position = order.iter().position(|known| *known == name);
    // Flags that replace `--filter` come before it.
    position.map_or(0, |position| position + 1)
}

fn flag(name: &'static str, value: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value)
}

/// Parses a value with the `FromStr` of its type.
fn read<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// Creates a flag for an integer with limits. Accepts a minus as part of the value, so that a
/// negative number is reported as out of range and not as an unknown flag.
fn number<const MIN: u64, const MAX: u64>(name: &'static str) -> Arg {
    flag(name, "N")
        .allow_negative_numbers(true)
        .value_parser(read::<Bounded<MIN, MAX>>)
}

pub(super) fn filter<O: QueryOperation>() -> Arg {
    let example = example::<O>();
    flag(FILTER, "CONDITION")
        .value_parser(read::<Filter<O>>)
        .help(format!("Condition for rows, for example \"{example}\""))
        .long_help(format!(
            "Condition for rows: `field operator value`, combined with `and`, `or` and \
             parentheses. String literals are single-quoted; escape a quote by doubling it: \
             \"{example}\". \
             Fields and their operators are listed below"
        ))
}

/// Returns an example of a filter that the operation accepts.
fn example<O: QueryOperation>() -> String {
    let mut fields = O::FILTER_FIELDS.iter().filter(|field| {
        field.kind == ValueKind::Text && field.operators.contains(&Operator::Equal)
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

pub(super) fn group_by<O: QueryOperation>() -> Arg {
    flag(GROUP_BY, "FIELDS")
        .value_parser(read::<GroupBy<O>>)
        .help("Fields to group rows by, separated by commas; see the list below")
}

pub(super) fn aggregation() -> Arg {
    let levels = PossibleValuesParser::new(AggregationLevel::ALL.map(AggregationLevel::name));
    flag(AGGREGATION, "PERIOD")
        .value_parser(levels.try_map(|name| name.parse::<AggregationLevel>()))
        .help("Period to which dates are truncated when grouping; needs a date field in --group-by")
}

pub(super) fn order_by<O: QueryOperation>() -> Arg {
    flag(ORDER_BY, "FIELDS")
        .value_parser(read::<OrderBy<O>>)
        .help("Fields to sort by, separated by commas; append ` desc` for descending order")
}

pub(super) fn processed_date() -> Arg {
    flag(PROCESSED_DATE, "DATE")
        .value_parser(read::<Timestamp>)
        .help("Day of the data, for example 2018-01-31 [default: the latest]")
}

pub(super) fn skip() -> Arg {
    number::<0, 2_147_483_647>(SKIP).help("Number of rows to skip from the start [default: 0]")
}

pub(super) fn top<const PAGE: u64>() -> Arg {
    number::<1, PAGE>(TOP).help(format!(
        "Page size, 1 to {PAGE}; does not limit the total, see --limit"
    ))
}

pub(super) fn size() -> Arg {
    number::<0, 500>(SIZE).help(
        "Page size, 1 to 500, or 0 for the default of the service; does \
         not limit the total, see --limit",
    )
}

pub(super) fn license_group() -> Arg {
    let groups = PossibleValuesParser::new(["Group1", "Group2"]);
    flag(LICENSE_GROUP, "GROUP")
        .value_parser(
            PossibleValuesParser::new(groups).try_map(|name| name.parse::<RequestedLicenseGroup>()),
        )
        .action(ArgAction::Append)
        .help(
            "Group of licences; Group1 are those of Azure Active Directory. Repeat for both groups \
             [default: Group1]",
        )
}

/// Creates the argument for the customer, for operations about a single one.
pub(super) fn customer() -> Arg {
    Arg::new(CUSTOMER)
        .value_name("GUID")
        .value_parser(parse_guid)
        .help("Customer, by the GUID of its tenant")
}

/// Creates the flags of every pageable operation.
pub(super) fn paging() -> [Arg; 3] {
    [
        number::<1, { u64::MAX }>(LIMIT)
            .conflicts_with(ALL)
            .help("Maximum number of rows to read in this run [default: all]"),
        Arg::new(ALL)
            .long(ALL)
            .action(ArgAction::SetTrue)
            .help("Read all pages, which is the default"),
        flag(CONTINUATION_FILE, "PATH")
            .value_parser(clap::value_parser!(PathBuf))
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

#[cfg(test)]
mod tests {
    use partner_center::fields;

    use super::*;

    #[test]
    fn accepts_the_example_filters() {
        fn check<O: QueryOperation>() {
            let example = example::<O>();
            assert!(example.parse::<Filter<O>>().is_ok(), "{example}");
        }
        check::<fields::CommercialLicensesDeployment>();
        check::<fields::CommercialLicensesUsage>();
        check::<fields::AzureUsage>();
        check::<fields::IndirectResellers>();
        check::<fields::Subscriptions>();
        check::<fields::Searches>();
        check::<fields::Referrals>();
    }
}
