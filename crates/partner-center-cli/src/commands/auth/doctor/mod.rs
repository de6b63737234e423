//! `pcenter auth doctor`

mod api;
mod checklist;
mod probe;
mod proxy;
mod settings;
mod sign_in_service;
mod store;
mod token;

use partner_center_emulator::Emulator;

use super::arguments::Doctor;
use crate::connection::{practice, start_emulator};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::identity::Identity;
use checklist::{Check, Report};

/// Everything a report needs, in the order in which it needs it.
const NAMES: [&str; 9] = [
    "settings",
    "token store",
    "refresh token",
    "proxy",
    "sign-in service",
    "clock",
    "access token",
    "API",
    "call",
];

pub(crate) async fn run(
    doctor: &Doctor,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let mut report = Report::new(doctor.output);
    let emulator = match doctor.emulator {
        true => Some(start_emulator(Emulator::builder()).await?),
        false => None,
    };
    let identity = match &emulator {
        Some(emulator) => {
            let found = format!("practice: the service on this machine, {}", emulator.url());
            report.add(Check::ok("settings", found), environment)?;
            Some(practice(emulator))
        }
        None => settings::check(doctor, &mut report, environment)?,
    };
    match identity {
        Some(identity) => examine(&identity, &mut report, environment).await?,
        None => {
            for name in NAMES {
                report.skip(name, "the settings come first", environment)?;
            }
        }
    }
    report.finish(environment)
}

async fn examine(
    identity: &Identity,
    report: &mut Report,
    environment: &mut Environment<'_>,
) -> Result<(), Failure> {
    for check in store::check(identity, environment).await {
        report.add(check, environment)?;
    }
    let why = match report.failed("token store") {
        true => "the token store comes first",
        false => "not needed: the access token is given",
    };
    report.skip("refresh token", why, environment)?;
    report.add(proxy::check(environment), environment)?;
    for check in sign_in_service::check(identity).await {
        report.add(check, environment)?;
    }
    report.skip("clock", "the sign-in service comes first", environment)?;
    let unreachable = report.failed("sign-in service") && !token::is_given(identity);
    let credential = if report.failed("token store") || report.failed("refresh token") {
        report.skip("access token", "there is no sign-in to use", environment)?;
        None
    } else if unreachable {
        report.skip(
            "access token",
            "the sign-in service comes first",
            environment,
        )?;
        None
    } else {
        let (check, credential) = token::check(identity, environment).await;
        report.add(check, environment)?;
        credential
    };
    report.add(api::check_reachable(&identity.endpoints).await, environment)?;
    match credential {
        _ if report.failed("API") => report.skip("call", "the API comes first", environment),
        Some(credential) => {
            let check = api::check_call(&identity.endpoints, credential).await;
            report.add(check, environment)
        }
        None => report.skip("call", "the access token comes first", environment),
    }
}
