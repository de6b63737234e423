//! `pcenter report`: reports that join several operations.

mod arguments;
mod listing;
mod sources;
mod unused;
mod write;

use clap::Subcommand;
use partner_center::query::Guid;
use partner_center_reports::{Holdings, Joined};

use crate::arguments::Connection;
use crate::connection::Connected;
use crate::customers::Resolver;
use crate::environment::Environment;
use crate::failure::{Exit, Failure};

use listing::{Query, Read};

/// Subcommands of `pcenter report`.
#[derive(Debug, Subcommand)]
pub(crate) enum Report {
    /// Licences that customers pay for and nobody uses, with what renews soon
    #[command(after_help = unused::EXAMPLES)]
    Unused(Box<unused::Arguments>),
}

pub(crate) async fn run(
    report: Report,
    is_verbose: bool,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    match report {
        Report::Unused(arguments) => unused::run(*arguments, is_verbose, environment).await,
    }
}

/// Rows of a report, and what is known of their completeness.
struct Data {
    joined: Joined,
    reads: Vec<Read>,
    exit: Exit,
}

/// Connects, finds the customers and reads the rows.
async fn read(
    connection: &Connection,
    mut query: Query,
    customers: &[String],
    command: &str,
    is_verbose: bool,
    environment: &mut Environment<'_>,
) -> Result<Data, Failure> {
    let operation = query
        .sources
        .first()
        .map(|first| listing::operation(*first));
    let Some(operation) = operation else {
        return Err(Failure::new(Exit::Other, "the report has no operations"));
    };
    query.correlation_id = connection.correlation_id;
    let connected = connection.connect(operation, command, environment).await?;
    query.customers = find(&connected, customers, &query, environment).await?;
    let shows_progress = environment.can_overwrite_stderr() && !is_verbose;
    let client = &connected.client;
    let (holdings, mut reads) = listing::read(client, &query, shows_progress, environment).await?;
    for read in &mut reads {
        read.failure = read.failure.take().map(|it| connected.explained(it));
    }
    if let Some(failure) = listing::first_failure(&mut reads) {
        return Err(failure);
    }
    let exit = listing::report_missing(&reads, environment)?;
    Ok(Data {
        joined: Holdings::join(holdings),
        reads,
        exit,
    })
}

/// Finds the customers that were named.
async fn find(
    connected: &Connected,
    customers: &[String],
    query: &Query,
    environment: &mut Environment<'_>,
) -> Result<Vec<Guid>, Failure> {
    let mut resolver = Resolver::new(&connected.client).correlation_id(query.correlation_id);
    let mut found = Vec::new();
    let mut signals = (environment.signals)();
    for customer in customers {
        let customer = signals
            .unless(resolver.resolve(customer))
            .await
            .map_err(|signal| Failure::new(signal.exit(), format!("stopped by {}", signal.name())))?
            .map_err(|failure| connected.explained(failure))?;
        if let Ok(id) = customer.id.to_string().parse::<Guid>()
            && !found.contains(&id)
        {
            found.push(id);
        }
    }
    Ok(found)
}
