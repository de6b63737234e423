//! A report: one command, one operation or two.

use std::path::PathBuf;

use clap::{ArgMatches, Args, Command};
use partner_center::Bounded;

use super::options::value;
use super::{Endpoint, arguments, help};
use crate::arguments::ReportOptions;
use crate::listing::Query;

/// A command that prints rows.
#[derive(Debug)]
pub(crate) struct Report {
    /// The command it is below of.
    pub(crate) group: Option<&'static str>,
    pub(crate) name: &'static str,
    /// What it calls; where there are two, the second one is about a single customer.
    pub(super) endpoints: &'static [Endpoint],
    customer_by_position: bool,
}

impl Report {
    pub(super) const fn new(
        group: Option<&'static str>,
        name: &'static str,
        endpoints: &'static [Endpoint],
    ) -> Self {
        Self {
            group,
            name,
            endpoints,
            customer_by_position: false,
        }
    }

    /// The same, with the customer as an argument in place of a flag.
    pub(super) const fn customer_by_position(mut self) -> Self {
        self.customer_by_position = true;
        self
    }

    /// The words to type for it.
    pub(crate) fn words(&self) -> String {
        match self.group {
            Some(group) => format!("pcenter {group} {}", self.name),
            None => format!("pcenter {}", self.name),
        }
    }

    /// The command, with the flags of its operations.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(self.name);
        if let Some(required) = self.customer_required() {
            let customer = arguments::customer().required(required);
            command = command.arg(match self.customer_by_position {
                true => customer,
                false => customer.long(arguments::CUSTOMER),
            });
        }
        for endpoint in self.endpoints {
            let Some(operation) = endpoint.operation() else {
                continue;
            };
            let parameters = operation.parameters_in(partner_center::catalog::Place::Query);
            let mut flags: Vec<_> = parameters
                .flat_map(|parameter| (endpoint.flags)(parameter.name))
                .collect();
            flags.sort_by_key(|flag| arguments::rank(flag.get_id().as_str()));
            command = command.args(flags);
            if operation.pageable {
                command = command.args(arguments::paging());
            }
        }
        // After the options, which would put their own description in its place.
        ReportOptions::augment_args(command)
            .about(help::about(self))
            .after_help(help::after(self))
    }

    /// Whether a customer must be named; none where none can be.
    fn customer_required(&self) -> Option<bool> {
        let needs = |endpoint: &Endpoint| endpoint.needs_customer();
        let any = self.endpoints.iter().any(needs);
        any.then(|| self.endpoints.iter().all(needs))
    }

    /// The options that decide which rows come and how they are written: all but those
    /// that a resumed listing may change.
    pub(crate) fn query(&self, matches: &ArgMatches) -> Query {
        let command = self.command();
        let arguments = command.get_arguments();
        arguments
            .filter(|argument| !CHANGEABLE.contains(&argument.get_id().as_str()))
            .filter_map(|argument| {
                let values = matches.get_raw(argument.get_id().as_str())?;
                let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
                let value = values.join(",");
                let name = match argument.get_long() {
                    Some(long) => format!("--{long}"),
                    None => argument.get_id().to_string(),
                };
                // A switch that is off is as one that is not there.
                (value != "false").then_some((name, value))
            })
            .collect()
    }

    /// The operation to call for what was typed.
    pub(crate) fn endpoint(&self, matches: &ArgMatches) -> Option<&'static Endpoint> {
        let customer = value::<uuid::Uuid>(matches, arguments::CUSTOMER).is_some();
        let mut endpoints = self.endpoints.iter();
        endpoints.find(|endpoint| endpoint.needs_customer() == customer)
    }
}

/// Options that change neither the rows of a listing nor how they are written. Service and
/// tenant are checked by themselves.
const CHANGEABLE: [&str; 14] = [
    arguments::ALL,
    arguments::CONTINUATION_FILE,
    arguments::LIMIT,
    arguments::SIZE,
    arguments::TOP,
    "base_url",
    "body_limit",
    "cloud",
    "correlation_id",
    "emulator",
    "max_attempts",
    "no_checks",
    "no_token_cache",
    "profile",
];

/// `--limit`.
pub(crate) fn limit(matches: &ArgMatches) -> Option<u64> {
    value(matches, arguments::LIMIT).map(|limit: Bounded<1, { u64::MAX }>| limit.get())
}

/// `--continuation-file`.
pub(crate) fn continuation_file(matches: &ArgMatches) -> Option<PathBuf> {
    value(matches, arguments::CONTINUATION_FILE)
}
