//! `pcenter auth login`

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
use prompts::Screen;

/// Scope of the names in messages of this command.
const COMMAND: &str = "pcenter auth login";

pub(crate) async fn run(
    login: Login,
    matches: &ArgMatches,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    if environment.must_not_ask(matches) {
        return Err(Failure::new(
            Exit::Usage,
            "signing in needs a person, and nothing may be asked (--no-input or PCENTER_NO_INPUT)",
        )
        .help(
            "run `pcenter auth login` once on a terminal, as the user that the job runs as; from \
             then on the job renews the sign-in by itself",
        ));
    }
    let progress = environment.stderr_is_a_screen() && matches.get_count("verbose") == 0;
    let mut screen = Screen::new(progress);
    if login.emulator {
        return dry_run::run(&login, screen, environment).await;
    }
    let plan = Plan::make(&login, matches, environment).await?;
    screen.begin(&plan, environment)?;
    let mut signals = (environment.signals)();
    let sign_in = plan.sign_in(&login, environment);
    let token = interactive::sign_in(&sign_in, &mut signals, &mut screen, environment).await?;
    plan.keep(&token, &mut signals, environment).await?;
    plan.leave_old_place(&mut signals, environment).await?;
    let identity = plan.identity(environment);
    let credential = identity.credential(environment)?;
    let proof = verify::prove(&*credential, &identity.endpoints, &sign_in.again);
    let stopped = |signal: Signal| {
        let message = "stopped; the sign-in is stored, and not yet tried";
        Failure::new(signal.exit(), message)
    };
    let proved = signals.unless(proof).await.map_err(stopped)?;
    let signed_in = proved
        .map_err(|failure| failure.help(format!("the sign-in is kept in {}", plan.place.words)))?;
    screen.signed_in(&plan, &signed_in, environment)?;
    Ok(Exit::Fine)
}
