//! `pcenter auth login`: interactive sign-in by browser or device code.

mod dry_run;
mod interactive;
mod plan;
mod prompts;
mod questions;
mod verify;

use clap::ArgMatches;

use super::arguments::Login;
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::signals::Signal;
use plan::Plan;
use prompts::Prompts;
use verify::verify_sign_in;

/// The command, for messages.
const COMMAND: &str = "pcenter auth login";

pub(crate) async fn run(
    login: Login,
    matches: &ArgMatches,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    if environment.prompts_disabled(matches) {
        return Err(Failure::new(
            Exit::Usage,
            "signing in needs a user, but prompts are disabled (--no-input or PCENTER_NO_INPUT)",
        )
        .help(
            "run `pcenter auth login` once on a terminal, as the user that the job runs as; the \
             job then renews the sign-in automatically",
        ));
    }
    let progress = environment.can_overwrite_stderr() && matches.get_count("verbose") == 0;
    let mut prompts = Prompts::new(progress);
    if login.emulator {
        return dry_run::run(&login, prompts, environment).await;
    }
    let plan = Plan::make(&login, matches, environment).await?;
    prompts.begin(&plan, environment)?;
    let mut signals = (environment.signals)();
    let sign_in = plan.sign_in(&login, environment);
    let token = interactive::sign_in(&sign_in, &mut signals, &mut prompts, environment).await?;
    plan.store(&token, &mut signals, environment).await?;
    plan.clear_previous_location(&mut signals, environment)
        .await?;
    let identity = plan.identity(environment);
    let credential = identity.credential(&environment.settings())?;
    let verification = verify_sign_in(&*credential, &identity.endpoints, &sign_in.sign_in_command);
    let stopped = |signal: Signal| {
        let message = "stopped; the sign-in is stored, but not verified yet";
        Failure::new(signal.exit(), message)
    };
    let verified = signals.unless(verification).await.map_err(stopped)?;
    let signed_in = verified.map_err(|failure| {
        failure.help(format!(
            "the sign-in is stored in {}",
            plan.location.description
        ))
    })?;
    prompts.signed_in(&plan, &signed_in, environment)?;
    Ok(Exit::Success)
}
