//! What was typed, as the types that the operation takes.

use clap::{Arg, ArgMatches};
use partner_center::query::{AggregationLevel, Filter, GroupBy, OrderBy, QueryOperation};
use partner_center::types::RequestedLicenseGroup;
use partner_center::{Bounded, Timestamp};
use uuid::Uuid;

use super::{arguments, customer_filter};
use crate::failure::{Exit, Failure};

/// The options of an operation, read from the flags of its command.
pub(super) trait Options: Sized {
    /// What the operation filters, groups and sorts by, where it does.
    const QUERY: bool;

    /// The flags of one query parameter; none where the command line takes care of it.
    fn flags(parameter: &str) -> Vec<Arg>;

    /// Reads and checks what was typed. Values were checked one by one; what is left is
    /// whether they go together.
    fn read(matches: &ArgMatches) -> Result<Self, Failure>;

    /// The columns of grouped rows, where rows are grouped.
    fn grouped(&self) -> Option<Vec<&'static str>>;
}

/// Options of the newer analytics operations. `PAGE` is the most rows of a page.
#[derive(Debug)]
pub(super) struct QueryOptions<O, const PAGE: u64> {
    pub(super) filter: Option<Filter<O>>,
    pub(super) groupby: Option<GroupBy<O>>,
    pub(super) orderby: Option<OrderBy<O>>,
    pub(super) processed_date_time: Option<Timestamp>,
    pub(super) skip: Option<u64>,
    pub(super) top: Option<Bounded<1, PAGE>>,
}

impl<O: QueryOperation, const PAGE: u64> Options for QueryOptions<O, PAGE> {
    const QUERY: bool = true;

    fn flags(parameter: &str) -> Vec<Arg> {
        Vec::from_iter(match parameter {
            "filter" => Some(arguments::filter::<O>()),
            "groupby" => Some(arguments::group_by::<O>()),
            "aggregationLevel" => Some(arguments::aggregation()),
            "orderby" => Some(arguments::order_by::<O>()),
            "processedDateTime" => Some(arguments::processed_date()),
            "skip" => Some(arguments::skip()),
            "top" => Some(arguments::top::<PAGE>()),
            _ => None,
        })
    }

    fn read(matches: &ArgMatches) -> Result<Self, Failure> {
        let mut groupby: Option<GroupBy<O>> = value(matches, arguments::GROUP_BY);
        if let Some(level) = value::<AggregationLevel>(matches, arguments::AGGREGATION) {
            GroupBy::check_aggregation(groupby.as_ref(), level)
                .and_then(|()| groupby.take().map(|by| by.aggregated_by(level)).transpose())
                .map(|checked| groupby = checked)
                .map_err(|error| {
                    Failure::new(
                        Exit::Usage,
                        format!("--{}: {error}", arguments::AGGREGATION),
                    )
                })?;
        }
        Ok(Self {
            filter: value(matches, arguments::FILTER),
            groupby,
            orderby: value(matches, arguments::ORDER_BY),
            processed_date_time: value(matches, arguments::PROCESSED_DATE),
            // The builder knows the upper limit, which is the service's.
            skip: value(matches, arguments::SKIP).map(Bounded::<0, 2_147_483_647>::get),
            top: value(matches, arguments::TOP).or_else(|| page_for_limit(matches)),
        })
    }

    fn grouped(&self) -> Option<Vec<&'static str>> {
        let keys = self.groupby.as_ref()?.keys().iter().map(|key| key.name());
        Some(
            keys.chain(O::OPERATION.measures().map(|field| field.name))
                .collect(),
        )
    }
}

/// Options of all other operations; each has a few of them.
#[derive(Clone, Debug)]
pub(super) struct PlainOptions {
    pub(super) customer_id: Option<Uuid>,
    pub(super) filter: Option<String>,
    pub(super) license_group_ids: Option<Vec<RequestedLicenseGroup>>,
    pub(super) size: Option<Bounded<0, 500>>,
}

impl Options for PlainOptions {
    const QUERY: bool = false;

    fn flags(parameter: &str) -> Vec<Arg> {
        match parameter {
            "filter" => customer_filter::flags(),
            "size" => vec![arguments::size()],
            "licenseGroupIds" => vec![arguments::license_group()],
            _ => Vec::new(),
        }
    }

    fn read(matches: &ArgMatches) -> Result<Self, Failure> {
        let mut groups: Vec<RequestedLicenseGroup> = Vec::new();
        for group in values(matches, arguments::LICENSE_GROUP) {
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        Ok(Self {
            customer_id: value(matches, arguments::CUSTOMER),
            filter: customer_filter::read(matches),
            license_group_ids: (!groups.is_empty()).then_some(groups),
            size: value(matches, arguments::SIZE).or_else(|| page_for_limit(matches)),
        })
    }

    fn grouped(&self) -> Option<Vec<&'static str>> {
        None
    }
}

/// The value of a flag; none also where the command has no such flag.
pub(super) fn value<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, id: &str) -> Option<T> {
    matches.try_get_one::<T>(id).ok().flatten().cloned()
}

/// All values of a flag that can be given more than once.
fn values<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, id: &str) -> Vec<T> {
    let values = matches.try_get_many::<T>(id).ok().flatten();
    values.into_iter().flatten().cloned().collect()
}

/// The page that is just large enough for `--limit`: ten rows should not cost a page of
/// ten thousand.
fn page_for_limit<const LEAST: u64, const PAGE: u64>(
    matches: &ArgMatches,
) -> Option<Bounded<LEAST, PAGE>> {
    let limit: Bounded<1, { u64::MAX }> = value(matches, arguments::LIMIT)?;
    Bounded::try_from(limit.get().min(PAGE)).ok()
}
