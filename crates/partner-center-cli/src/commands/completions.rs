//! `pcenter completions`

use clap_complete::Shell;

use crate::arguments::command;
use crate::failure::{Exit, Failure};
use crate::run::Environment;

pub(crate) fn run(shell: Shell, environment: &mut Environment<'_>) -> Result<Exit, Failure> {
    // Into memory first: clap_complete panics when it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "pcenter", &mut script);
    environment.stdout.write_all(&script)?;
    environment.stdout.flush()?;
    Ok(Exit::Fine)
}
