//! `pcenter report`: reports that join several operations.

mod adoption;
mod arguments;
mod customer;
#[cfg(feature = "lake")]
mod history;
mod listing;
mod renewals;
mod sections;
mod unused;

use clap::{Args, Subcommand};
use partner_center::Field;
use partner_center_reports::{AdoptionRow, Holdings, Joined, RenewalRow, Source, UnusedRow};

use crate::arguments::{Connection, OutputOptions, ProgressOptions};
use crate::connection::Connected;
use crate::customers::{Customer, Resolver};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::operations::described;
use crate::output::{Document, DocumentOutput};
use crate::printable::printable;

use listing::{Query, Read};

/// Operations of the reports on licences.
const ALL_SOURCES: &[Source] = &[Source::Deployment, Source::Usage, Source::Subscriptions];

/// Returns the part of `-h` after the flags.
fn short_help(examples: &str) -> String {
    format!(
        "{examples}\n\nMore options and columns: --help. Credentials: `pcenter help credentials`"
    )
}

/// Returns the part of `--help` after the flags, with the columns of the first table.
fn long_help(examples: &str, fields: &[Field], usual: &[&str]) -> String {
    format!(
        "{examples}\n\nColumns:\n{}  Default columns of a table:\n    {}\n\n\
         Credentials: `pcenter help credentials`; conditions: `pcenter help filters`",
        described(fields),
        usual.join(", "),
    )
}

/// Subcommands of `pcenter report`.
#[derive(Debug, Subcommand)]
pub(crate) enum Report {
    /// Unused licences that customers pay for, with what renews soon
    ///
    /// Joins the licences sold and assigned, the active licences and the subscriptions by customer
    /// and product. Unused licences are not assigned to a user, or assigned and not active.
    #[command(
        after_help = short_help(unused::EXAMPLES),
        after_long_help = long_help(unused::EXAMPLES, UnusedRow::FIELDS, unused::COLUMNS),
        mut_arg("from", |option| option.hide_short_help(true)),
    )]
    Unused(Box<unused::Arguments>),
    /// Subscriptions that renew soon, with the use of their licences
    #[command(
        after_help = short_help(renewals::EXAMPLES),
        after_long_help = long_help(renewals::EXAMPLES, RenewalRow::FIELDS, renewals::COLUMNS),
    )]
    Renewals(Box<renewals::Arguments>),
    /// Active licences by workload and customer
    #[command(
        after_help = short_help(adoption::EXAMPLES),
        after_long_help = long_help(adoption::EXAMPLES, AdoptionRow::FIELDS, adoption::COLUMNS),
    )]
    Adoption(Box<adoption::Arguments>),
    /// Licences, renewals and adoption of one customer
    #[command(
        after_help = short_help(customer::EXAMPLES),
        after_long_help = long_help(customer::EXAMPLES, UnusedRow::FIELDS, &unused::COLUMNS[1..]),
    )]
    Customer(Box<customer::Arguments>),
}

pub(crate) async fn run(
    report: Report,
    is_verbose: bool,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    match report {
        Report::Unused(arguments) => unused::run(*arguments, is_verbose, environment).await,
        Report::Renewals(arguments) => renewals::run(*arguments, is_verbose, environment).await,
        Report::Adoption(arguments) => adoption::run(*arguments, is_verbose, environment).await,
        Report::Customer(arguments) => customer::run(*arguments, is_verbose, environment).await,
    }
}

/// Options of all reports: output and connection.
#[derive(Args, Debug)]
struct Common {
    #[command(flatten)]
    output: OutputOptions,

    #[command(flatten)]
    progress: ProgressOptions,

    #[command(flatten)]
    connection: Connection,
}

/// Rows of a report, and what is known of their completeness.
struct Data {
    /// Customers that were named.
    customers: Vec<Customer>,
    joined: Joined,
    reads: Vec<Read>,
    exit: Exit,
    output: DocumentOutput,
}

/// What remains of the rows once the report has been made.
struct Rest {
    sources: Vec<String>,
    exit: Exit,
    output: DocumentOutput,
}

impl Data {
    /// Drops the rows, which can be larger than the report.
    fn into_rest(self) -> Rest {
        Rest {
            sources: self.sources(),
            exit: self.exit,
            output: self.output,
        }
    }

    /// Returns the age and the completeness of the data, one line per operation.
    fn sources(&self) -> Vec<String> {
        let line = |read: &Read| {
            let freshness = self.joined.holdings().freshness(read.source);
            format!(
                "{}: {freshness}{}",
                listing::name(read.source),
                read.remarks()
            )
        };
        self.reads.iter().map(line).collect()
    }
}

impl Rest {
    /// Prints the warnings of the report and writes the document.
    fn write(
        self,
        document: Document,
        warnings: &[String],
        environment: &mut Environment<'_>,
    ) -> Result<Exit, Failure> {
        for warning in warnings {
            writeln!(environment.stderr, "warning: {}", printable(warning))?;
        }
        self.output.write(document, self.exit, environment)
    }
}

impl Common {
    /// Checks the output options, connects, finds the customers and reads the rows. `fields`: those
    /// of the first section of the document.
    async fn read(
        &self,
        (report, fields): (&str, &'static [Field]),
        mut query: Query,
        customers: &[String],
        is_verbose: bool,
        environment: &mut Environment<'_>,
    ) -> Result<Data, Failure> {
        let profile = self.connection.profile_output(environment);
        let output = DocumentOutput::prepare(&self.output, fields, profile, environment)?;
        let Some(first) = query.sources.first() else {
            return Err(Failure::new(Exit::Other, "the report has no operations"));
        };
        query.correlation_id = self.connection.correlation_id;
        let (operation, command) = (
            listing::operation(*first),
            format!("pcenter report {report}"),
        );
        let connected = self
            .connection
            .connect(operation, &command, environment)
            .await?;
        let customers = find(&connected, customers, &query, environment).await?;
        let ids = customers
            .iter()
            .filter_map(|it| it.id.to_string().parse().ok());
        query.customers = ids.collect();
        let name = format!("report {report}");
        let waits = &connected.waits;
        let progress = self
            .progress
            .start(&name, None, waits, !is_verbose, environment);
        let (holdings, mut reads) =
            listing::read(&connected.client, &query, progress, environment).await?;
        for read in &mut reads {
            read.failure = read.failure.take().map(|it| connected.explained(it));
        }
        if let Some(failure) = listing::first_failure(&mut reads) {
            return Err(failure);
        }
        let exit = listing::report_missing(&reads, environment)?;
        Ok(Data {
            customers,
            joined: Holdings::join(holdings),
            reads,
            exit,
            output,
        })
    }
}

/// Finds the customers that were named.
async fn find(
    connected: &Connected,
    customers: &[String],
    query: &Query,
    environment: &mut Environment<'_>,
) -> Result<Vec<Customer>, Failure> {
    let mut resolver = Resolver::new(&connected.client).correlation_id(query.correlation_id);
    let mut found = Vec::new();
    let mut signals = (environment.signals)();
    for customer in customers {
        let customer = signals
            .unless(resolver.resolve(customer))
            .await
            .map_err(|signal| Failure::new(signal.exit(), format!("stopped by {}", signal.name())))?
            .map_err(|failure| connected.explained(failure))?;
        if found.iter().all(|known: &Customer| known.id != customer.id) {
            found.push(customer);
        }
    }
    Ok(found)
}
