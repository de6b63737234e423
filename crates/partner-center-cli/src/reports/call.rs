//! An operation, as generated code calls it from a command line.

use std::str::FromStr;

use clap::{Arg, ArgMatches};
use partner_center::query::{AggregationLevel, GroupBy, QueryOperation};
use partner_center::{Bounded, Operation};

use super::{customer_filter, flags};
use crate::failure::{Exit, Failure};
use crate::listing::Start;

/// An operation that a command can call. Generated code has one for each.
pub(crate) struct Call {
    pub(crate) operation: &'static Operation,
    /// Names of the parameters that have a flag, as on the wire.
    pub(crate) parameters: &'static [&'static str],
    /// Flags of these parameters.
    pub(crate) flags: fn(&'static Call) -> Vec<Arg>,
    /// Reads and checks the flags. Nothing is sent.
    pub(crate) prepare: fn(&Given<'_>) -> Result<Prepared, Failure>,
}

/// A request whose parameters were checked as far as that is possible without sending it.
pub(crate) struct Prepared {
    /// Makes the request.
    pub(crate) start: Start,
    /// The columns of grouped rows, where rows are grouped.
    pub(crate) grouped: Option<Vec<&'static str>>,
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Call").field(&self.operation.id).finish()
    }
}

/// The flags that were given, by the names of their parameters on the wire.
pub(crate) struct Given<'m> {
    pub(super) operation: &'static Operation,
    pub(super) matches: &'m ArgMatches,
}

impl Given<'_> {
    /// The value of a parameter.
    pub(crate) fn value<T: Clone + Send + Sync + 'static>(&self, parameter: &str) -> Option<T> {
        value(self.matches, &flags::name(parameter))
    }

    /// The rows of a page: those given, else as many as `--limit` needs, since ten rows should
    /// not cost a page of ten thousand.
    pub(crate) fn page_size(&self, parameter: &str) -> Option<u64> {
        self.value(parameter).or_else(|| {
            let limit = limit(self.matches)?;
            Some(limit.min(self.operation.page_size.unwrap_or(u64::MAX)))
        })
    }

    /// The word that was given, as the type that the request takes.
    pub(crate) fn word<T: FromStr>(&self, parameter: &str) -> Option<T> {
        self.value::<String>(parameter)?.parse().ok()
    }

    /// The words that were given, each once, as the type that the request takes.
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

    /// All values of a parameter that can be given more than once.
    pub(crate) fn values<T: Clone + Send + Sync + 'static>(
        &self,
        parameter: &str,
    ) -> Option<Vec<T>> {
        let name = flags::name(parameter);
        let values = self.matches.try_get_many::<T>(&name).ok()??;
        Some(values.cloned().collect())
    }

    /// The grouping, with the period that its dates are cut to.
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

    /// The filter of the customer list, as JSON.
    pub(crate) fn customer_filter(&self) -> Option<String> {
        customer_filter::read(self.matches)
    }
}

/// The columns of grouped rows.
pub(crate) fn grouped<O: QueryOperation>(grouping: &GroupBy<O>) -> Vec<&'static str> {
    let keys = grouping.keys().iter().map(|key| key.name());
    keys.chain(O::OPERATION.measures.iter().copied()).collect()
}

/// `--limit`.
pub(crate) fn limit(matches: &ArgMatches) -> Option<u64> {
    value(matches, flags::LIMIT).map(|limit: Bounded<1, { u64::MAX }>| limit.get())
}

/// The value of a flag; `None` also where the command has no such flag.
pub(super) fn value<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, id: &str) -> Option<T> {
    matches.try_get_one::<T>(id).ok().flatten().cloned()
}
