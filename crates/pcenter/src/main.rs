//! The binary `pcenter`: hands the process over to the library.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::time::SystemTime;

use pcenter::{
    Environment, Signals, browser, cache_directory, config_directory, data_directory, keyring,
    start_pager, start_tracing, stderr_width, stdout_is_lost, terminal_width,
};

fn main() -> ExitCode {
    let mut environment = Environment {
        // Not locked: another thread may read it.
        stdin: &mut io::BufReader::new(io::stdin()),
        stdin_of_thread: &|| Box::new(io::stdin()),
        stdout: &mut io::stdout().lock(),
        stderr: &mut io::stderr(),
        stdin_is_terminal: io::stdin().is_terminal(),
        stdout_is_terminal: io::stdout().is_terminal(),
        terminal_width: terminal_width(),
        stdout_is_lost: stdout_is_lost(),
        stderr_is_terminal: io::stderr().is_terminal(),
        stderr_width,
        variable: &|name| std::env::var_os(name),
        all_variables: &|| std::env::vars_os().collect(),
        config_directory: config_directory(),
        cache_directory: cache_directory(),
        data_directory: data_directory(),
        browser: &browser,
        keyring: &keyring,
        signals: &Signals::of_process,
        pager: &start_pager,
        now: &SystemTime::now,
        start_tracing: &start_tracing,
    };
    ExitCode::from(pcenter::run(std::env::args_os(), &mut environment))
}
