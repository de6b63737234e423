//! The sign-in service: whether it answers, and what time it has.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::check::Check;
use super::probe::{self, Answer};
use super::token;
use crate::failure::Exit;
use crate::identity::{Identity, Source};

const SERVICE: &str = "sign-in service";
const CLOCK: &str = "clock";

/// From here on, a clock is worth a word.
const WORTH_A_WORD: Duration = Duration::from_secs(60);

/// What the service tolerates.
const TOLERATED: Duration = Duration::from_secs(300);

/// For whose tenant nothing is known.
const ANY_TENANT: &str = "organizations";

pub(super) async fn check(identity: &Identity) -> Vec<Check> {
    let authority = identity.endpoints.authority();
    let tenant = match &identity.source {
        Source::RefreshToken { application, .. } | Source::Profile { application, .. } => {
            application.tenant.clone()
        }
        Source::AccessToken(token) => token::tenant(token).unwrap_or_else(|| ANY_TENANT.to_owned()),
    };
    let url = format!("{authority}/{tenant}/v2.0/.well-known/openid-configuration");
    let asked = SystemTime::now();
    match probe::get(&url).await {
        Ok(answer) => {
            let clock = clock(&answer, asked, SystemTime::now());
            vec![service(authority, &tenant, &answer), clock]
        }
        Err(failure) if token::is_given(identity) => vec![Check::warn(
            SERVICE,
            format!("{authority}: {}", failure.summary()),
            "not needed while the access token is good",
        )],
        Err(failure) => vec![Check::fail(
            SERVICE,
            failure.exit,
            format!("{authority} cannot be reached: {}", failure.summary()),
            failure.fix(),
        )],
    }
}

fn service(authority: &str, tenant: &str, answer: &Answer) -> Check {
    let endpoint = serde_json::from_slice(&answer.body)
        .ok()
        .and_then(|body: Value| Some(body.get("token_endpoint")?.is_string()));
    match (answer.status, endpoint) {
        (200, Some(true)) => Check::ok(SERVICE, format!("{authority} knows the tenant {tenant}")),
        (400 | 404, _) => Check::fail(
            SERVICE,
            Exit::Authentication,
            format!("{authority} does not know the tenant {tenant}"),
            "check the tenant's id or domain, and the cloud",
        ),
        (200, _) => Check::fail(
            SERVICE,
            Exit::Network,
            format!("{authority} does not answer as a sign-in service does"),
            "a proxy or a portal of the network may answer in its place: check the proxy \
             variables and the address",
        ),
        (status @ 500.., _) => Check::fail(
            SERVICE,
            Exit::Service,
            format!("{authority} answered {status}"),
            "the service is in trouble, not the sign-in: try again later",
        ),
        (status, _) => Check::fail(
            SERVICE,
            Exit::Network,
            format!("{authority} answered {status}"),
            "check the proxy variables and the address, then try again later",
        ),
    }
}

fn clock(answer: &Answer, asked: SystemTime, answered: SystemTime) -> Check {
    let date = answer.date.as_deref();
    let Some(theirs) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else {
        return Check::warn(
            CLOCK,
            "the sign-in service does not say what time it is",
            "compare this computer's clock by hand: it may be 5 minutes off at most",
        );
    };
    // Their time is one between asking and answering, in whole seconds.
    let (apart, word) = match (
        asked.duration_since(theirs),
        theirs.duration_since(answered),
    ) {
        (Ok(ahead), _) => (ahead, "ahead of"),
        (_, Ok(behind)) => (behind, "behind"),
        _ => (Duration::ZERO, "with"),
    };
    if apart <= WORTH_A_WORD {
        return Check::ok(CLOCK, "goes with the sign-in service's, to the minute");
    }
    let found = format!(
        "this computer's is {} s {word} the sign-in service's",
        apart.as_secs()
    );
    let fix = "set this computer's clock, best by time synchronisation (NTP)";
    match apart > TOLERATED {
        true => Check::fail(CLOCK, Exit::Authentication, found, fix),
        false => Check::warn(CLOCK, found, fix),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_may_be_a_minute_apart() {
        let ours = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let told = |theirs: SystemTime| {
            let answer = Answer {
                status: 200,
                date: Some(httpdate::fmt_http_date(theirs)),
                body: Vec::new(),
            };
            let check = clock(&answer, ours, ours + Duration::from_secs(2));
            format!("{check:?}")
        };
        let after = |seconds| told(ours + Duration::from_secs(seconds));
        let before = |seconds| told(ours - Duration::from_secs(seconds));
        for fine in [after(0), after(1), after(62), before(60)] {
            assert!(fine.contains("verdict: Ok"), "{fine}");
        }
        for warned in [after(63), after(302), before(61), before(300)] {
            assert!(warned.contains("verdict: Warn"), "{warned}");
        }
        assert!(after(303).contains("is 301 s behind"), "{}", after(303));
        assert!(before(301).contains("is 301 s ahead of"), "{}", before(301));
        assert!(after(303).contains("verdict: Fail"));
    }
}
