//! Operation command: a command that prints the rows of one or two operations.

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{ArgMatches, Args, Command};
use partner_center::Operation;
use partner_center::catalog::{Parameter, Place};
use uuid::Uuid;

use super::call::{Call, Given, Prepared, value};
use super::customer_flags::{self, CustomerChoice};
use super::table::{GROUPS, WORDS};
use super::words::Words;
use super::{flags, help};
use crate::arguments::ListingOptions;
use crate::failure::Failure;
use crate::generated::commands::CALLS;
use crate::listing::Query;

/// All operation commands, in the order of the table.
pub(crate) static OPERATION_COMMANDS: LazyLock<Vec<OperationCommand>> =
    LazyLock::new(|| operation_commands(WORDS));

/// Command that prints rows.
#[derive(Debug)]
pub(crate) struct OperationCommand {
    /// Names of the commands, from the outermost to the innermost.
    pub(crate) commands: Vec<&'static str>,
    /// Operations of the command. Of two operations, one has more path parameters.
    pub(crate) endpoints: Vec<Endpoint>,
}

/// Operation of a command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Endpoint {
    call: &'static Call,
    pub(super) words: Words,
}

impl Endpoint {
    pub(crate) fn operation(&self) -> &'static Operation {
        self.call.operation
    }

    /// Returns the default columns of a table. Empty for all fields that are not structures.
    pub(crate) fn table(&self) -> Vec<&'static str> {
        self.words.table()
    }

    /// Returns whether a table shows a single row, with one line per value.
    pub(crate) fn details(&self) -> bool {
        self.words.details
    }

    /// Reads and checks the flags without sending a request. `customers` are the ids of the
    /// customers that the call is about.
    pub(crate) fn prepare(
        &self,
        matches: &ArgMatches,
        customers: &[Uuid],
    ) -> Result<Prepared, Failure> {
        (self.call.prepare)(&Given {
            operation: self.call.operation,
            matches,
            customers,
        })
    }

    /// Returns the customers that the command line selects.
    pub(crate) fn customers(&self, matches: &ArgMatches) -> CustomerChoice {
        CustomerChoice::read(matches)
    }

    /// Returns whether a call is about one customer, who is in its path.
    pub(crate) fn is_of_one_customer(&self) -> bool {
        self.path().any(customer_flags::is_customer)
    }

    /// Returns the parameters of the path.
    pub(super) fn path(&self) -> impl Iterator<Item = &'static Parameter> {
        self.operation().parameters_in(Place::Path)
    }
}

/// Returns the operation commands of a table.
fn operation_commands(table: &[Words]) -> Vec<OperationCommand> {
    let mut operation_commands: Vec<OperationCommand> = Vec::new();
    for words in table {
        // A unit test reports lines without an operation.
        let Some(call) = CALLS
            .iter()
            .find(|call| call.operation.id == words.operation)
        else {
            continue;
        };
        let endpoint = Endpoint {
            call,
            words: *words,
        };
        let commands = words.commands();
        match operation_commands
            .iter_mut()
            .find(|operation_command| operation_command.commands == commands)
        {
            Some(operation_command) => operation_command.endpoints.push(endpoint),
            None => operation_commands.push(OperationCommand {
                commands,
                endpoints: vec![endpoint],
            }),
        }
    }
    operation_commands
}

/// Returns the definitions of all operation commands.
pub(crate) fn commands() -> Vec<Command> {
    commands_below(&OPERATION_COMMANDS, &[])
}

/// Returns the commands below the words `within`: groups first.
fn commands_below(
    operation_commands: &[OperationCommand],
    within: &[&'static str],
) -> Vec<Command> {
    let (mut groups, mut leaves): (Vec<&str>, _) = (Vec::new(), Vec::new());
    for operation_command in operation_commands {
        match operation_command.commands.strip_prefix(within) {
            Some([_]) => leaves.push(operation_command.command()),
            Some([group, ..]) if !groups.contains(group) => groups.push(group),
            _ => {}
        }
    }
    let groups = groups.into_iter().map(|group| {
        let about = GROUPS.iter().find(|(name, _)| *name == group);
        Command::new(group)
            .about(about.map_or("", |(_, about)| about))
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommands(commands_below(
                operation_commands,
                &[within, &[group]].concat(),
            ))
    });
    groups.chain(leaves).collect()
}

impl OperationCommand {
    /// Returns the requested command, with the matches of its subcommand.
    pub(crate) fn find(matches: &ArgMatches) -> Option<(&'static Self, &ArgMatches)> {
        Self::find_in(&OPERATION_COMMANDS, matches)
    }

    fn find_in<'r, 'm>(
        operation_commands: &'r [Self],
        mut matches: &'m ArgMatches,
    ) -> Option<(&'r Self, &'m ArgMatches)> {
        let mut commands = Vec::new();
        while let Some((name, inner)) = matches.subcommand() {
            commands.push(name);
            matches = inner;
        }
        let operation_command = operation_commands
            .iter()
            .find(|operation_command| operation_command.commands == commands)?;
        Some((operation_command, matches))
    }

    /// Returns the command of an operation.
    #[cfg(feature = "mcp")]
    pub(crate) fn of(operation: &Operation) -> Option<&'static Self> {
        let mut commands = OPERATION_COMMANDS.iter();
        commands.find(|command| {
            let mut endpoints = command.endpoints.iter();
            endpoints.any(|endpoint| endpoint.operation().id == operation.id)
        })
    }

    /// Returns the flags of the path parameters of all its operations.
    #[cfg(feature = "mcp")]
    pub(crate) fn path_flags(&self) -> Vec<String> {
        let parameters = self.endpoints.iter().flat_map(Endpoint::path);
        parameters
            .map(|parameter| flags::name(parameter.name))
            .collect()
    }

    /// Returns the words of the command line of the command.
    pub(crate) fn words(&self) -> String {
        format!("pcenter {}", self.commands.join(" "))
    }

    /// Returns the command, with the flags of its operations.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(*self.commands.last().unwrap_or(&""));
        for endpoint in &self.endpoints {
            for parameter in endpoint.path() {
                let name = flags::name(parameter.name);
                if customer_flags::is_customer(parameter) {
                    let is_positional = endpoint.words.has_positional(&name);
                    let is_required = self.is_always_in_path(parameter);
                    command = command
                        .args(customer_flags::in_path(is_positional, is_required))
                        .arg(flags::continuation_file_of_customers());
                    continue;
                }
                let argument = flags::argument(endpoint.operation(), parameter);
                command = match endpoint.words.has_positional(&name) {
                    true => command.arg(argument),
                    false => command.arg(
                        argument
                            .long(name)
                            .required(self.is_always_in_path(parameter)),
                    ),
                };
            }
            if let Some(usage) = endpoint.words.usage() {
                command = command.override_usage(usage);
            }
            command = command
                .args(customer_flags::in_filter(endpoint.operation()))
                .args((endpoint.call.flags)(endpoint.call));
            if endpoint.operation().pageable {
                command = command.args(flags::paging());
            }
        }
        // `augment_args` sets the description of `ListingOptions`, so the own one comes last.
        ListingOptions::augment_args(command)
            .about(help::about(self))
            .after_help(help::short(self))
            .after_long_help(help::long(self))
    }

    /// Returns whether the path of every operation has this parameter.
    pub(super) fn is_always_in_path(&self, parameter: &Parameter) -> bool {
        let mut endpoints = self.endpoints.iter();
        endpoints.all(|endpoint| endpoint.path().any(|one| one.name == parameter.name))
    }

    /// Returns the options that determine rows and output: all except those that may change
    /// between the runs of a listing.
    pub(crate) fn query(&self, matches: &ArgMatches) -> Query {
        let command = self.command();
        let page_sizes: Vec<String> = self
            .endpoints
            .iter()
            .filter_map(|endpoint| endpoint.operation().page_size_parameter())
            .map(|parameter| flags::name(parameter.name))
            .collect();
        let is_changeable =
            |id: &str| CHANGEABLE.contains(&id) || page_sizes.iter().any(|it| it == id);
        let arguments = command.get_arguments();
        arguments
            .filter(|argument| !is_changeable(argument.get_id().as_str()))
            .filter_map(|argument| {
                let values = matches.get_raw(argument.get_id().as_str())?;
                let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
                let value = values.join(",");
                let name = match argument.get_long() {
                    Some(long) => format!("--{long}"),
                    None => argument.get_id().to_string(),
                };
                // A switch that is off counts as absent.
                (value != "false").then_some((name, value))
            })
            .collect()
    }

    /// Returns the operation to call: the one whose path parameters the command line has.
    pub(crate) fn endpoint(&self, matches: &ArgMatches) -> Option<&Endpoint> {
        let is_given = |parameter: &Parameter| {
            if customer_flags::is_customer(parameter) && customer_flags::is_all(matches) {
                return true;
            }
            let raw = matches.try_get_raw(&flags::name(parameter.name));
            raw.is_ok_and(|raw| raw.is_some())
        };
        let endpoints = self.endpoints.iter();
        endpoints
            .filter(|endpoint| endpoint.path().all(is_given))
            .max_by_key(|endpoint| endpoint.path().count())
    }
}

/// Options that affect neither the rows of a listing nor their output. Service and tenant are
/// checked separately.
const CHANGEABLE: [&str; 13] = [
    flags::ALL,
    flags::CONTINUATION_FILE,
    flags::LIMIT,
    "base_url",
    "body_limit",
    "cloud",
    "correlation_id",
    "emulator",
    "max_attempts",
    "no_checks",
    "no_token_cache",
    "profile",
    "progress",
];

/// Returns the value of `--continuation-file`.
pub(crate) fn continuation_file(matches: &ArgMatches) -> Option<PathBuf> {
    value(matches, flags::CONTINUATION_FILE)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use partner_center::OPERATIONS;

    use super::*;
    use crate::operations::words::{in_order, words};

    #[test]
    fn every_operation_has_a_line_in_the_table() {
        let file = "crates/pcenter/src/operations/table.rs";
        for operation in OPERATIONS {
            let lines = WORDS.iter().filter(|words| words.operation == operation.id);
            assert_eq!(lines.count(), 1, "lines of `{}` in {file}", operation.id);
        }
        for words in WORDS {
            let call = CALLS
                .iter()
                .find(|call| call.operation.id == words.operation);
            assert!(
                call.is_some(),
                "`{}` in {file} cannot be called",
                words.operation
            );
        }
    }

    #[test]
    fn a_positional_parameter_may_precede_a_command() {
        static TABLE: &[Words] = &[
            words("customers", "customers list"),
            words("customer", "customers show <customer>"),
            words("subscribed_skus", "customers <customer> skus"),
        ];
        const CUSTOMER: &str = "0c39d6d5-c70d-4c55-bc02-f620844f3fd1";
        let operation_commands = operation_commands(TABLE);
        let command = Command::new("pcenter").subcommands(commands_below(&operation_commands, &[]));
        let parse = |text: &str| {
            let arguments = text.replace("ID", CUSTOMER);
            let arguments = arguments.split(' ').map(OsString::from).collect();
            let arguments = in_order(TABLE, arguments);
            command.clone().try_get_matches_from(arguments)
        };
        for (text, operation) in [
            (
                "pcenter customers ID skus --license-group Group1",
                "subscribed_skus",
            ),
            ("pcenter customers show ID", "customer"),
            ("pcenter customers list", "customers"),
        ] {
            let matches = parse(text).unwrap();
            let (operation_command, matches) =
                OperationCommand::find_in(&operation_commands, &matches).unwrap();
            let endpoint = operation_command.endpoint(matches).unwrap();
            assert_eq!(endpoint.operation().id, operation, "{text}");
            let customer: Uuid = CUSTOMER.parse().unwrap();
            assert!(endpoint.prepare(matches, &[customer]).is_ok(), "{text}");
        }
        let error = parse("pcenter customers skus").unwrap_err().to_string();
        assert!(
            error.contains("Usage: pcenter customers <customer> skus"),
            "{error}"
        );
        assert!(parse("pcenter customers contoso skus").is_ok());
    }

    #[test]
    fn columns_are_fields_or_parts_of_them() {
        for endpoint in OPERATION_COMMANDS
            .iter()
            .flat_map(|operation_command| &operation_command.endpoints)
        {
            let operation = endpoint.operation();
            for column in endpoint.table() {
                let field = column.split('.').next().unwrap();
                assert!(
                    operation.field(field).is_some(),
                    "`{}` has no `{field}`",
                    operation.id
                );
            }
        }
    }
}
