//! `pcenter completions`

use clap::Command;
use clap_complete::Shell;

use crate::environment::Environment;
use crate::failure::{Exit, Failure};

pub(crate) fn run(
    shell: Shell,
    mut command: Command,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    // Generated in memory, because clap_complete panics if a write fails.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "pcenter", &mut script);
    environment.stdout.write_all(&script)?;
    environment.stdout.flush()?;
    Ok(Exit::Success)
}
