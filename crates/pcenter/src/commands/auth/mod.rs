//! `pcenter auth`: sign-ins and their diagnosis.

mod arguments;
mod doctor;
mod login;
mod logout;
mod status;
mod stored_sign_in;
mod token;

use clap::ArgMatches;

pub(crate) use arguments::Auth;

use crate::environment::Environment;
use crate::failure::{Exit, Failure};

pub(crate) async fn run(
    command: Auth,
    matches: &ArgMatches,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    match command {
        Auth::Login(login) => login::run(*login, matches, environment).await,
        Auth::Status(status) => status::run(&status, environment).await,
        Auth::Logout(logout) => logout::run(&logout, environment).await,
        Auth::Doctor(doctor) => doctor::run(&doctor, environment).await,
        Auth::Token(token) => token::run(&token, environment).await,
    }
}
