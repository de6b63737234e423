//! The binary `pcenter`: hands the process over to the library.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use pcenter::{
    Environment, Signals, browser, cache_directory, config_directory, keyring, start_tracing,
    stdout_is_lost,
};

fn main() -> ExitCode {
    let mut environment = Environment {
        stdin: &mut io::stdin().lock(),
        stdout: &mut io::stdout().lock(),
        stderr: &mut io::stderr(),
        stdin_is_terminal: io::stdin().is_terminal(),
        stdout_is_terminal: io::stdout().is_terminal(),
        stdout_is_lost: stdout_is_lost(),
        stderr_is_terminal: io::stderr().is_terminal(),
        variable: &|name| std::env::var_os(name),
        config_directory: config_directory(),
        cache_directory: cache_directory(),
        browser: &browser,
        keyring: &keyring,
        signals: &Signals::of_process,
        start_tracing: &start_tracing,
    };
    ExitCode::from(pcenter::run(std::env::args_os(), &mut environment))
}
