//! Session with a client: protocol on stdin and stdout, commands on this thread.

use std::ffi::OsString;
use std::io::{self, Read};
use std::pin::Pin;
use std::time::Instant;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command};
use partner_center_emulator::Emulator;
use rmcp::ServiceExt;
use rmcp::model::CallToolResult;
use rmcp::service::ServerInitializeError;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, WriteHalf};
use tokio::sync::{mpsc, oneshot};

use super::arguments::{self, Line};
use super::outcome::{self, Ran, Window};
use super::server::{Job, Server};
use super::tools::{self, CommandTool};
use super::{Commands, Mcp, RunCommand};
use crate::arguments::Connection;
use crate::connection::start_emulator;
use crate::environment::Environment;
use crate::failure::{Exit, Failure, messages};
use crate::signals::Signals;

/// Size of the buffers between the protocol and the streams of the process, in bytes.
const BUFFER: usize = 64 * 1024;

pub(crate) async fn run(
    options: Mcp,
    matches: &ArgMatches,
    commands: Commands,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let definitions = Connection::augment_args(Command::new("connection"));
    let ids: Vec<String> = definitions
        .get_arguments()
        .map(|option| option.get_id().to_string())
        .collect();
    let tools = tools::all(&commands.all, &ids);
    if options.list_tools {
        let tools: Vec<_> = tools.iter().map(|tool| &tool.tool).collect();
        let text = serde_json::to_string_pretty(&tools)
            .map_err(|error| Failure::new(Exit::Other, error.to_string()))?;
        writeln!(environment.stdout, "{text}")?;
        return Ok(Exit::Success);
    }
    let matches = matches.subcommand().map_or(matches, |(_, matches)| matches);
    let mut connection = given(&definitions, matches);
    let mut emulator: Option<Emulator> = None;
    if let Some(data) = options.connection.emulator {
        // One emulator for the session: a call for the next rows must find the same ones.
        let started = start_emulator(Emulator::builder().data(data.data_set())).await?;
        connection.push(format!("--emulator-url={}", started.url()).into());
        emulator = Some(started);
    }
    if environment.stdin_is_terminal {
        writeln!(
            environment.stderr,
            "stdin is a terminal: this command speaks the Model Context Protocol with the program \
             that starts it; press Ctrl-D to end it"
        )?;
    }
    writeln!(
        environment.stderr,
        "pcenter mcp {}: {} tools, read-only; waiting for a client on stdin",
        env!("CARGO_PKG_VERSION"),
        tools.len()
    )?;
    let result = serve(tools, &connection, commands.run, environment).await;
    drop(emulator);
    result
}

/// Returns the options of the connection that the command line has, apart from the emulator.
fn given(definitions: &Command, matches: &ArgMatches) -> Vec<OsString> {
    let mut given = Vec::new();
    for option in definitions.get_arguments() {
        let id = option.get_id().as_str();
        let is_typed = matches.value_source(id) == Some(ValueSource::CommandLine);
        let Some(long) = option.get_long().filter(|_| is_typed && id != "emulator") else {
            continue;
        };
        let mut values = matches.get_raw(id).into_iter().flatten().peekable();
        if !option.get_action().takes_values() || values.peek().is_none() {
            given.push(format!("--{long}").into());
            continue;
        }
        for value in values {
            let mut word = OsString::from(format!("--{long}="));
            word.push(value);
            given.push(word);
        }
    }
    given
}

/// Serves the client until it closes stdin or a signal arrives.
async fn serve(
    tools: Vec<CommandTool>,
    connection: &[OsString],
    run: RunCommand,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    // rmcp needs streams of tokio, and the streams of the environment stay on this thread.
    let (ours, theirs) = tokio::io::duplex(BUFFER);
    let (mut output, input) = tokio::io::split(ours);
    let (jobs, mut waiting) = mpsc::unbounded_channel();
    let server = tokio::spawn(async move {
        match Server::new(tools, jobs)
            .serve(tokio::io::split(theirs))
            .await
        {
            Ok(service) => {
                let _ended = service.waiting().await;
                Ok(())
            }
            // The client has gone before it said anything.
            Err(ServerInitializeError::ConnectionClosed(_)) => Ok(()),
            // Its message has the whole content of what was received.
            Err(ServerInitializeError::ExpectedInitializeRequest(_)) => {
                Err("the first message is not `initialize`".to_owned())
            }
            Err(error) => Err(messages(&error).join(": ")),
        }
    });
    forward((environment.stdin_of_thread)(), input);
    let mut signals = (environment.signals)();
    let (mut no_input, mut no_rows, mut no_notes) = (io::empty(), io::sink(), io::sink());
    let template = environment.with_streams(&mut no_input, &mut no_rows, &mut no_notes);
    let mut running: Option<Running<'_>> = None;
    let mut buffer = vec![0; BUFFER];
    loop {
        tokio::select! {
            biased;
            signal = signals.first() => {
                return Err(Failure::new(signal.exit(), format!("stopped by {}", signal.name())));
            }
            read = output.read(&mut buffer) => match read {
                Ok(0) | Err(_) => break,
                Ok(length) => {
                    environment.stdout.write_all(&buffer[..length])?;
                    environment.stdout.flush()?;
                }
            },
            ran = done(&mut running) => {
                if let Some(call) = running.take() {
                    writeln!(environment.stderr, "{}", call.end(ran))?;
                }
            }
            Some(job) = waiting.recv(), if running.is_none() => {
                match arguments::line(&job.tool, &job.arguments, connection) {
                    Ok(line) => running = Some(Running::start(job, line, run, &template)),
                    Err(failure) => {
                        let _cancelled = job.reply.send(outcome::error(&failure, &[]));
                    }
                }
            }
        }
    }
    match server.await {
        Ok(Err(problem)) => Err(Failure::new(
            Exit::Other,
            format!("the client did not speak the Model Context Protocol: {problem}"),
        )),
        _ => Ok(Exit::Success),
    }
}

/// Passes the input to the protocol, on a thread of its own: a blocking read cannot be stopped, so
/// nothing waits for the thread.
fn forward(mut stdin: Box<dyn Read + Send>, mut input: WriteHalf<DuplexStream>) {
    let (bytes, mut received) = mpsc::channel::<Vec<u8>>(1);
    std::thread::spawn(move || {
        let mut buffer = vec![0; BUFFER];
        loop {
            match stdin.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) if bytes.blocking_send(buffer[..length].to_vec()).is_ok() => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(_) | Err(_) => break,
            }
        }
    });
    tokio::spawn(async move {
        while let Some(bytes) = received.recv().await {
            if input.write_all(&bytes).await.is_err() {
                return;
            }
        }
        let _already_closed = input.shutdown().await;
    });
}

/// Command that runs for a call.
struct Running<'e> {
    tool: String,
    window: Window,
    began: Instant,
    ran: Pin<Box<dyn Future<Output = Ran> + 'e>>,
    reply: oneshot::Sender<CallToolResult>,
}

impl<'e> Running<'e> {
    fn start(job: Job, line: Line, run: RunCommand, environment: &'e Environment<'_>) -> Self {
        let ran = async move {
            let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
            let mut input = io::empty();
            let exit = {
                let mut streams = environment.with_streams(&mut input, &mut stdout, &mut stderr);
                // Signals end the session, not one call.
                streams.signals = &Signals::none;
                run(line.words, &mut streams).await
            };
            Ran {
                exit,
                stdout,
                stderr,
            }
        };
        Self {
            tool: job.tool.tool.name.to_string(),
            window: line.window,
            began: Instant::now(),
            ran: Box::pin(ran),
            reply: job.reply,
        }
    }

    /// Sends the result and returns a line for the log. `None`: the call was cancelled.
    fn end(self, ran: Option<Ran>) -> String {
        let seconds = self.began.elapsed().as_secs_f64();
        let Some(ran) = ran else {
            return format!("{}: cancelled after {seconds:.1} s", self.tool);
        };
        let exit = match &ran.exit {
            Ok(exit) => *exit,
            Err(failure) => failure.exit,
        };
        let _cancelled = self.reply.send(ran.result(self.window));
        format!(
            "{}: exit code {} after {seconds:.1} s",
            self.tool, exit as u8
        )
    }
}

/// Waits for the end of the running command, or for its cancellation; forever if none runs.
async fn done(running: &mut Option<Running<'_>>) -> Option<Ran> {
    match running {
        None => std::future::pending().await,
        Some(call) => tokio::select! {
            ran = &mut call.ran => Some(ran),
            () = call.reply.closed() => None,
        },
    }
}
