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
    // Into memory first: clap_complete panics when it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "pcenter", &mut script);
    environment.stdout.write_all(&script)?;
    environment.stdout.flush()?;
    Ok(Exit::Fine)
}
