//! Call of an operation from flags of the command line.

use std::str::FromStr;

use clap::{Arg, ArgMatches};
use partner_center::query::{AggregationLevel, Filter, GroupBy, QueryOperation};
use partner_center::{Bounded, Operation};
use uuid::Uuid;

use super::{customer_filter, customer_flags, flags};
use crate::failure::{Exit, Failure};
use crate::listing::Start;

/// Operation that a command can call. The generated code has one for each operation.
pub(crate) struct Call {
    pub(crate) operation: &'static Operation,
    /// Names of the parameters that have a flag, as sent.
    pub(crate) parameters: &'static [&'static str],
    /// Function that returns the flags of these parameters.
    pub(crate) flags: fn(&'static Call) -> Vec<Arg>,
    /// Function that reads and checks the flags without sending a request.
    pub(crate) prepare: fn(&Given<'_>) -> Result<Prepared, Failure>,
}

/// Request whose options passed all checks that need no response.
pub(crate) struct Prepared {
    /// Function that sends the request.
    pub(crate) start: Start,
    /// Columns of grouped rows, if rows are grouped.
    pub(crate) grouped: Option<Vec<&'static str>>,
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Call").field(&self.operation.id).finish()
    }
}

/// Flags of the command line, by the names of their parameters in a request.
pub(crate) struct Given<'m> {
    pub(super) operation: &'static Operation,
    pub(super) matches: &'m ArgMatches,
    /// Ids of the customers of the call: one for a path, any number for a filter.
    pub(super) customers: &'m [Uuid],
}

impl Given<'_> {
    /// Returns the value of a parameter.
    pub(crate) fn value<T: Clone + Send + Sync + 'static>(&self, parameter: &str) -> Option<T> {
        value(self.matches, &flags::name(parameter))
    }

    /// Returns the value of a required parameter.
    pub(crate) fn required<T>(&self, parameter: &str, value: Option<T>) -> Result<T, Failure> {
        value.ok_or_else(|| {
            let name = flags::name(parameter);
            Failure::new(Exit::Usage, format!("no value of `{name}` is given"))
        })
    }

    /// Returns the customer of the path.
    pub(crate) fn customer(&self) -> Result<Uuid, Failure> {
        self.required("customer-id", self.customers.first().copied())
    }

    /// Returns the filter, including the one for `--customer`.
    pub(crate) fn filter<O: QueryOperation>(
        &self,
        parameter: &str,
    ) -> Result<Option<Filter<O>>, Failure> {
        customer_flags::combined(self.value(parameter), self.customers)
            .map_err(|error| Failure::new(Exit::Usage, error.to_string()))
    }

    /// Returns the page size of the flags, or the smallest that is sufficient for `--limit`: ten
    /// rows should not need a page of ten thousand.
    pub(crate) fn page_size(&self, parameter: &str) -> Option<u64> {
        self.value(parameter).or_else(|| {
            let limit = limit(self.matches)?;
            Some(limit.min(self.operation.page_size.unwrap_or(u64::MAX)))
        })
    }

    /// Returns the word of a parameter, as the type of the request.
    pub(crate) fn word<T: FromStr>(&self, parameter: &str) -> Option<T> {
        self.value::<String>(parameter)?.parse().ok()
    }

    /// Returns the distinct words of a repeatable parameter, as the type of the request.
    pub(crate) fn words<T: FromStr + PartialEq>(&self, parameter: &str) -> Option<Vec<T>> {
        let mut words: Vec<T> = Vec::new();
        for word in self.values::<String>(parameter)? {
            let word = word.parse().ok()?;
            if !words.contains(&word) {
                words.push(word);
            }
        }
        Some(words)
    }

    /// Returns all values of a repeatable parameter.
    pub(crate) fn values<T: Clone + Send + Sync + 'static>(
        &self,
        parameter: &str,
    ) -> Option<Vec<T>> {
        let name = flags::name(parameter);
        let values = self.matches.try_get_many::<T>(&name).ok()??;
        Some(values.cloned().collect())
    }

    /// Returns the grouping, with the period to which its dates are truncated.
    pub(crate) fn group_by<O: QueryOperation>(
        &self,
        parameter: &str,
    ) -> Result<Option<GroupBy<O>>, Failure> {
        let grouping: Option<GroupBy<O>> = self.value(parameter);
        let Some(level) = self.word::<AggregationLevel>(flags::AGGREGATION_LEVEL) else {
            return Ok(grouping);
        };
        GroupBy::check_aggregation(grouping.as_ref(), level)
            .and_then(|()| grouping.map(|by| by.aggregated_by(level)).transpose())
            .map_err(|error| {
                let flag = flags::name(flags::AGGREGATION_LEVEL);
                Failure::new(Exit::Usage, format!("--{flag}: {error}"))
            })
    }

    /// Returns the filter of the customer list, as JSON.
    pub(crate) fn customer_filter(&self) -> Option<String> {
        customer_filter::read(self.matches)
    }
}

/// Returns the columns of grouped rows.
pub(crate) fn grouped<O: QueryOperation>(grouping: &GroupBy<O>) -> Vec<&'static str> {
    let keys = grouping.keys().iter().map(|key| key.name());
    keys.chain(O::OPERATION.measures.iter().copied()).collect()
}

/// Returns the maximum number of rows to read: the value of `--limit`, unless other options decide
/// which rows count.
pub(crate) fn limit(matches: &ArgMatches) -> Option<u64> {
    let is_given = |id: &&str| matches.try_contains_id(id).unwrap_or(false);
    if ["where", "sort"].iter().any(is_given) {
        return None;
    }
    value(matches, flags::LIMIT).map(|limit: Bounded<1, { u64::MAX }>| limit.get())
}

/// Returns the value of a flag; `None` also if the command has no such flag.
pub(super) fn value<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, id: &str) -> Option<T> {
    matches.try_get_one::<T>(id).ok().flatten().cloned()
}
