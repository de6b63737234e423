//! The flags that reports have, one function for each.

use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction};
use partner_center::query::{AggregationLevel, Filter, GroupBy, Operator, OrderBy, QueryOperation};
use partner_center::types::RequestedLicenseGroup;
use partner_center::{Bounded, FieldKind, Timestamp};

use crate::arguments::parse_guid;

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

/// The place of a flag in the help: which rows first, then how they come.
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
    let place = order.iter().position(|known| *known == name);
    // Flags that stand for a filter stay before it.
    place.map_or(0, |place| place + 1)
}

fn flag(name: &'static str, value: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value)
}

/// What the type itself reads, and says about what it does not.
fn read<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// A whole number with limits. A minus is read as part of the number, to be refused as one.
fn number<const MIN: u64, const MAX: u64>(name: &'static str) -> Arg {
    flag(name, "N")
        .allow_negative_numbers(true)
        .value_parser(read::<Bounded<MIN, MAX>>)
}

pub(super) fn filter<O: QueryOperation>() -> Arg {
    let example = example::<O>();
    flag(FILTER, "CONDITION")
        .value_parser(read::<Filter<O>>)
        .help(format!(
            "Condition the rows must meet, for example \"{example}\""
        ))
        .long_help(format!(
            "Condition the rows must meet: `field operator value`, joined by `and` and `or`, with \
             parentheses. Text stands in single quotes, a quote within it doubled: \"{example}\". \
             Fields and their operators are listed below"
        ))
}

/// A filter that the operation takes.
fn example<O: QueryOperation>() -> String {
    let mut fields = O::OPERATION.filter_fields().filter(|field| {
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

pub(super) fn group_by<O: QueryOperation>() -> Arg {
    flag(GROUP_BY, "FIELDS")
        .value_parser(read::<GroupBy<O>>)
        .help("Fields to group the rows by, with commas between; listed below")
}

pub(super) fn aggregation() -> Arg {
    let levels = PossibleValuesParser::new(AggregationLevel::ALL.map(AggregationLevel::name));
    flag(AGGREGATION, "PERIOD")
        .value_parser(levels.try_map(|name| name.parse::<AggregationLevel>()))
        .help("Period to which grouped dates are cut; needs a date in --group-by")
}

pub(super) fn order_by<O: QueryOperation>() -> Arg {
    flag(ORDER_BY, "FIELDS")
        .value_parser(read::<OrderBy<O>>)
        .help("Fields to sort by, with commas between, each with ` desc` behind it if need be")
}

pub(super) fn processed_date() -> Arg {
    flag(PROCESSED_DATE, "DATE")
        .value_parser(read::<Timestamp>)
        .help("Day whose figures are wanted, for example 2018-01-31 [default: the latest]")
}

pub(super) fn skip() -> Arg {
    number::<0, 2_147_483_647>(SKIP).help("Rows to leave out, counted from the start")
}

pub(super) fn top<const PAGE: u64>() -> Arg {
    number::<1, PAGE>(TOP).help(format!(
        "Rows in one page, 1 to {PAGE}; all pages are read all the same"
    ))
}

pub(super) fn size() -> Arg {
    number::<0, 500>(SIZE).help("Customers in one page, 1 to 500, or 0 for the default of the service; all pages are read all the same")
}

pub(super) fn license_group() -> Arg {
    let groups = PossibleValuesParser::new(["Group1", "Group2"]);
    flag(LICENSE_GROUP, "GROUP")
        .value_parser(
            PossibleValuesParser::new(groups).try_map(|name| name.parse::<RequestedLicenseGroup>()),
        )
        .action(ArgAction::Append)
        .help(
            "Group of licences: Group1 are those of Azure Active Directory [default: Group1]; \
             given twice, both groups",
        )
}

/// The customer, for operations about one.
pub(super) fn customer() -> Arg {
    Arg::new(CUSTOMER)
        .value_name("GUID")
        .value_parser(parse_guid)
        .help("The customer, by the GUID of its tenant")
}

/// The flags of every operation that gives more than one page.
pub(super) fn paging() -> [Arg; 3] {
    [
        number::<1, { u64::MAX }>(LIMIT)
            .conflicts_with(ALL)
            .help("Most rows to read in this run [default: all]"),
        Arg::new(ALL)
            .long(ALL)
            .action(ArgAction::SetTrue)
            .help("Read all pages; this is the default"),
        flag(CONTINUATION_FILE, "PATH")
            .value_parser(clap::value_parser!(PathBuf))
            .help("File from which the same command resumes an interrupted or limited listing")
            .long_help(
                "File from which the same command resumes a listing that was interrupted, by an \
                 error or a signal, or has reached --limit. Written after every page (for a table: \
                 once it is printed) and removed when the listing has ended. A run that resumes \
                 says so on stderr and writes the missing rows alone, CSV without a second header. \
                 With other options for the rows, the format or the columns, or for another \
                 tenant, the file is refused. A filter with a customer's name is in it. The next \
                 page is found by a token of the service, which expires at a time that is not \
                 documented: then the listing has to start again. Example: --continuation-file \
                 deployment.json",
            ),
    ]
}

#[cfg(test)]
mod tests {
    use partner_center::fields;

    use super::*;

    #[test]
    fn examples_can_be_used() {
        fn holds<O: QueryOperation>() {
            let example = example::<O>();
            assert!(example.parse::<Filter<O>>().is_ok(), "{example}");
        }
        holds::<fields::CommercialLicensesDeployment>();
        holds::<fields::CommercialLicensesUsage>();
        holds::<fields::AzureUsage>();
        holds::<fields::IndirectResellers>();
        holds::<fields::Subscriptions>();
        holds::<fields::Searches>();
        holds::<fields::Referrals>();
    }
}
