//! `pcenter api`: the response to a request for any path of the service.

mod curl;
mod head;
mod hints;
mod layout;
mod pages;
mod single;
mod sink;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use partner_center::catalog::AuthMode;
use partner_center::{Cloud, Operation};

use crate::arguments::Connection;
use crate::connection::Connected;
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::output::Expression;
use sink::Sink;

/// Operation of the paths that the spec does not describe.
static UNDESCRIBED: Operation = Operation::new("raw_request", "GET", "").with_access(
    &[AuthMode::AppAndUser, AuthMode::AppOnly],
    &[
        Cloud::Global.name(),
        Cloud::China21Vianet.name(),
        Cloud::UsGovernment.name(),
    ],
);

pub(crate) const EXAMPLES: &str = "\
Examples:
  pcenter api /v1/customers -f size=5
  pcenter api --include /partner/v1/analytics/subscriptions -f top=1
  pcenter api --paginate -o ndjson /partner/v1/analytics/commercial/deployment/license
  pcenter api --curl /v1/profiles/organization";

/// Options of `pcenter api`.
#[derive(Args, Debug)]
#[command(override_usage = "pcenter api [OPTIONS] [GET|HEAD] <PATH>")]
pub(crate) struct Api {
    /// GET (the default) or HEAD, and a path below the root of the API
    ///
    /// The path begins with a slash and can have a query, which is sent as it is:
    /// /v1/customers?size=5. A URL is accepted if it begins with the root of the API. Other methods
    /// are refused: this program only reads.
    // One argument, so that options may be between the two.
    #[arg(value_name = "PATH", required = true, num_args = 1..=2)]
    target: Vec<String>,

    /// Parameter to add to the query; can be repeated
    ///
    /// The value is encoded. Example: -f filter="customerName eq 'Contoso'"
    #[arg(id = "field", short = 'f', long, value_name = "NAME=VALUE", value_parser = parse_field)]
    fields: Vec<(String, String)>,

    /// Print the status and the headers before the body; always with HEAD
    ///
    /// They go to stdout, also with --output-file. Values of headers that can contain secrets, such
    /// as Set-Cookie, are hidden.
    #[arg(short, long, conflicts_with = "paginate")]
    include: bool,

    /// Read all pages and print their rows as one JSON array
    ///
    /// Follows the links and tokens of Partner Center, or continues by `skip`. A response without
    /// pages is an array with one element. An interrupted listing is a valid array, with exit code 5.
    #[arg(long)]
    paginate: bool,

    /// Format of the rows of --paginate: one array, or one row per line
    #[arg(
        id = "output",
        short,
        long,
        value_name = "FORMAT",
        value_enum,
        default_value_t = RowFormat::Json,
        requires = "paginate",
    )]
    format: RowFormat,

    /// Apply an expression of jq to the body and print the results, one per line
    ///
    /// With --paginate to the array of all rows, and with -o ndjson to each row. The language is that
    /// of <https://jqlang.org>. Example: --jq '.items[].companyProfile.companyName'
    #[arg(long, value_name = "EXPRESSION")]
    jq: Option<String>,

    /// Print a command line of curl instead of sending the request; the token is not in it
    #[arg(long, conflicts_with_all = ["include", "paginate", "jq", "output_file", "emulator"])]
    curl: bool,

    /// File to write the body to instead of stdout; replaced once the body is complete
    ///
    /// Not written for a response that is an error. Example: --output-file users.json
    #[arg(long, value_name = "PATH")]
    output_file: Option<PathBuf>,

    #[command(flatten)]
    connection: Connection,
}

/// Method of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Method {
    Get,
    Head,
}

/// Format of the rows of a listing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum RowFormat {
    /// One JSON array
    Json,
    /// One JSON value per line
    Ndjson,
}

/// Checked command line.
struct Call<'a> {
    options: &'a Api,
    method: Method,
    path: &'a str,
    /// Expression of `--jq`.
    expression: Option<Expression>,
    connected: &'a Connected,
}

pub(crate) async fn run(options: Api, environment: &mut Environment<'_>) -> Result<Exit, Failure> {
    let (method, path) = target(&options.target)?;
    check_path(path)?;
    if options.paginate && method == Method::Head {
        return Err(Failure::new(
            Exit::Usage,
            "--paginate reads the rows of responses, and a response to HEAD has none",
        )
        .help("use GET, or remove --paginate"));
    }
    if options.jq.is_some() && method == Method::Head {
        return Err(Failure::new(
            Exit::Usage,
            "--jq reads the body, and a response to HEAD has none",
        )
        .help("use GET, or remove --jq"));
    }
    let expression = options.jq.as_deref().map(Expression::new).transpose()?;
    Sink::check(options.output_file.as_deref(), environment)?;
    let described = path.split(['?', '#']).next().unwrap_or_default();
    let operation = Operation::of_path(described).unwrap_or(&UNDESCRIBED);
    let connected = options
        .connection
        .connect(operation, "pcenter api", environment)
        .await?;
    let client = &connected.client;
    let mut request = match method {
        Method::Head => client.head_raw(path),
        Method::Get => client.get_raw(path),
    };
    for (name, value) in &options.fields {
        request = request.query(name, value);
    }
    if let Some(id) = options.connection.correlation_id {
        request = request.ms_correlation_id(id);
    }
    if options.curl {
        let (url, headers) = request.prepared()?;
        let headers = headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str(), value)
        });
        let is_head = method == Method::Head;
        let command = curl::command(is_head, &url, headers);
        writeln!(environment.stdout, "{command}")?;
        writeln!(environment.stderr, "{}", curl::NOTE)?;
        return Ok(Exit::Success);
    }
    let call = Call {
        options: &options,
        method,
        path,
        expression,
        connected: &connected,
    };
    match options.paginate {
        true => pages::run(&call, request, environment).await,
        false => single::run(&call, request, environment).await,
    }
}

/// Returns method and path.
fn target(words: &[String]) -> Result<(Method, &str), Failure> {
    match words {
        [method, path] => Ok((parse_method(method)?, path)),
        [path] if parse_method(path).is_ok() => {
            Err(Failure::new(Exit::Usage, format!("no path after {path}"))
                .help("example: pcenter api GET /v1/customers"))
        }
        [path] => Ok((Method::Get, path)),
        _ => Err(Failure::new(Exit::Usage, "no path is given")),
    }
}

fn parse_method(text: &str) -> Result<Method, Failure> {
    match text.to_ascii_uppercase().as_str() {
        "GET" => Ok(Method::Get),
        "HEAD" => Ok(Method::Head),
        _ => Err(Failure::new(
            Exit::Usage,
            format!("`{text}` is not GET or HEAD: this program only reads"),
        )
        .help("example: pcenter api GET /v1/customers")),
    }
}

fn parse_field(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE, such as top=5".to_owned()),
    }
}

/// Rejects a path without a slash before credentials are looked for, so that every user gets the
/// same message.
fn check_path(path: &str) -> Result<(), Failure> {
    let path = path.trim();
    if path.starts_with('/') || path.contains("://") {
        return Ok(());
    }
    let failure = Failure::new(
        Exit::Usage,
        format!("the path `{path}` does not begin with a slash"),
    );
    // Git Bash and MSYS replace a path argument by a path of Windows.
    if path
        .get(1..3)
        .is_some_and(|start| matches!(start, ":/" | ":\\"))
    {
        return Err(failure.help(
            "the shell has replaced the path: set MSYS_NO_PATHCONV=1, or write the whole URL",
        ));
    }
    Err(failure.help(format!("write `/{path}`")))
}
