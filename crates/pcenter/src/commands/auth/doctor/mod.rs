//! `pcenter auth doctor`: checks of everything that a report needs.

mod api;
mod checklist;
mod probe;
mod proxy;
mod settings;
mod sign_in_service;
mod store;
mod token;

use partner_center::credential::profiles::Identity;
use partner_center_emulator::Emulator;

use super::arguments::Doctor;
use crate::connection::{emulator_identity, start_emulator};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use checklist::{Check, Checklist};

/// Names of the checks, in the order in which a report depends on them.
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
    let mut checklist = Checklist::new(doctor.output);
    let emulator = match doctor.emulator {
        true => Some(start_emulator(Emulator::builder()).await?),
        false => None,
    };
    let identity = match &emulator {
        Some(emulator) => {
            let found = format!("emulator on this computer, {}", emulator.url());
            checklist.add(Check::ok("settings", found), environment)?;
            Some(emulator_identity(emulator))
        }
        None => settings::check(doctor, &mut checklist, environment)?,
    };
    match identity {
        Some(identity) => examine(&identity, &mut checklist, environment).await?,
        None => {
            for name in NAMES {
                checklist.skip(name, "fix the settings first", environment)?;
            }
        }
    }
    checklist.finish(environment)
}

async fn examine(
    identity: &Identity,
    checklist: &mut Checklist,
    environment: &mut Environment<'_>,
) -> Result<(), Failure> {
    for check in store::check(identity, environment).await {
        checklist.add(check, environment)?;
    }
    let why = match checklist.failed("token store") {
        true => "fix the token store first",
        false => "not needed: the access token is given",
    };
    checklist.skip("refresh token", why, environment)?;
    checklist.add(proxy::check(environment), environment)?;
    for check in sign_in_service::check(identity).await {
        checklist.add(check, environment)?;
    }
    checklist.skip("clock", "fix the sign-in service first", environment)?;
    let unreachable = checklist.failed("sign-in service") && !token::is_given(identity);
    let credential = if checklist.failed("token store") || checklist.failed("refresh token") {
        checklist.skip("access token", "no usable sign-in", environment)?;
        None
    } else if unreachable {
        checklist.skip("access token", "fix the sign-in service first", environment)?;
        None
    } else {
        let (check, credential) = token::check(identity, environment).await;
        checklist.add(check, environment)?;
        credential
    };
    checklist.add(api::check_reachable(&identity.endpoints).await, environment)?;
    match credential {
        _ if checklist.failed("API") => checklist.skip("call", "fix the API first", environment),
        Some(credential) => {
            let check = api::check_call(&identity.endpoints, credential).await;
            checklist.add(check, environment)
        }
        None => checklist.skip("call", "fix the access token first", environment),
    }
}
