//! Checks of the sign-in service: its reachability, the tenant, and the clock.

use std::time::{Duration, SystemTime};

use partner_center::credential::profiles::{CredentialSource, Identity};
use serde_json::Value;
use url::Url;

use super::checklist::Check;
use super::probe::{self, ProbeResponse};
use super::token;
use crate::failure::{Exit, Failure};

const SERVICE: &str = "sign-in service";
const CLOCK: &str = "clock";

/// Clock difference below which no warning is given.
const NEGLIGIBLE: Duration = Duration::from_secs(60);

/// Clock difference that the service tolerates.
const TOLERATED: Duration = Duration::from_secs(300);

/// Tenant in the address when the tenant is unknown.
const ANY_TENANT: &str = "organizations";

pub(super) async fn check(identity: &Identity) -> Vec<Check> {
    let authority = identity.endpoints.authority();
    let tenant = match &identity.source {
        CredentialSource::RefreshToken { application, .. }
        | CredentialSource::Profile { application, .. } => application.tenant.clone(),
        CredentialSource::AccessToken(token) => {
            token::tenant(token).unwrap_or_else(|| ANY_TENANT.to_owned())
        }
    };
    let sent_at = SystemTime::now();
    let response = match address(authority, &tenant) {
        Ok(address) => probe::get(address).await,
        Err(failure) => Err(failure),
    };
    match response {
        Ok(response) => {
            let clock = clock(&response, sent_at, SystemTime::now());
            vec![service(authority, &tenant, &response), clock]
        }
        Err(failure) if token::is_given(identity) => vec![Check::warn(
            SERVICE,
            format!("{authority}: {}", failure.summary()),
            "not needed while the access token is valid",
        )],
        Err(failure) => vec![Check::fail(
            SERVICE,
            failure.exit,
            format!("{authority} cannot be reached: {}", failure.summary()),
            failure.fix(),
        )],
    }
}

/// Returns the address of the OpenID configuration document of the tenant.
fn address(authority: &str, tenant: &str) -> Result<Url, Failure> {
    let no_address = || Failure::new(Exit::Usage, format!("`{authority}` is not a valid URL"));
    let mut address = Url::parse(authority).map_err(|_| no_address())?;
    address
        .path_segments_mut()
        .map_err(|()| no_address())?
        .pop_if_empty()
        .extend([tenant, "v2.0", ".well-known", "openid-configuration"]);
    Ok(address)
}

fn service(authority: &str, tenant: &str, response: &ProbeResponse) -> Check {
    let document: Option<Value> = serde_json::from_slice(&response.body).ok();
    let endpoint = document.as_ref().and_then(|it| it.get("token_endpoint"));
    let text = String::from_utf8_lossy(&response.body);
    let unknown_tenant = text.contains("invalid_tenant") || text.contains("AADSTS90002");
    match response.status {
        200 if endpoint.is_some_and(Value::is_string) => {
            Check::ok(SERVICE, format!("{authority} knows the tenant {tenant}"))
        }
        400..=499 if document.is_some() && unknown_tenant => Check::fail(
            SERVICE,
            Exit::Authentication,
            format!("{authority} does not know the tenant {tenant}"),
            "check the tenant's id or domain, and the cloud",
        ),
        status @ (429 | 500..) => Check::fail(
            SERVICE,
            if status == 429 {
                Exit::Throttled
            } else {
                Exit::Service
            },
            format!("{authority} responded with {status}"),
            "the service has a problem, not your sign-in: try again later",
        ),
        status => Check::fail(
            SERVICE,
            Exit::Network,
            format!("{authority} responded with {status}, but is not a sign-in service"),
            "another server responds there, such as a proxy or a captive portal: check the \
             address and the proxy variables",
        ),
    }
}

fn clock(response: &ProbeResponse, sent_at: SystemTime, received_at: SystemTime) -> Check {
    let date = response.date.as_deref();
    let Some(server_time) = date.and_then(|date| httpdate::parse_http_date(date).ok()) else {
        return Check::warn(
            CLOCK,
            "the response of the sign-in service has no time",
            "check this computer's clock manually: it may differ by at most 5 minutes",
        );
    };
    // The `Date` header has whole seconds and lies between request and response.
    let (difference, word) = match (
        sent_at.duration_since(server_time),
        server_time.duration_since(received_at),
    ) {
        (Ok(ahead), _) => (ahead, "ahead of"),
        (_, Ok(behind)) => (behind, "behind"),
        _ => (Duration::ZERO, "with"),
    };
    if difference <= NEGLIGIBLE {
        return Check::ok(CLOCK, "within a minute of the sign-in service's clock");
    }
    let found = format!(
        "this computer's clock is {} s {word} the sign-in service's",
        difference.as_secs()
    );
    let fix = "set this computer's clock, preferably with time synchronisation (NTP)";
    match difference > TOLERATED {
        true => Check::fail(CLOCK, Exit::Authentication, found, fix),
        false => Check::warn(CLOCK, found, fix),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tolerates_clocks_a_minute_apart() {
        let ours = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let result = |server_time: SystemTime| {
            let response = ProbeResponse {
                status: 200,
                date: Some(httpdate::fmt_http_date(server_time)),
                body: Vec::new(),
            };
            let check = clock(&response, ours, ours + Duration::from_secs(2));
            format!("{check:?}")
        };
        let after = |seconds| result(ours + Duration::from_secs(seconds));
        let before = |seconds| result(ours - Duration::from_secs(seconds));
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

    #[test]
    fn reports_an_unknown_tenant_only_on_a_response_of_the_service() {
        let check = |status, body: &str| {
            let response = ProbeResponse {
                status,
                date: None,
                body: body.into(),
            };
            let check = service("https://login.contoso.com", "t", &response);
            format!("{check:?}")
        };
        let unknown = r#"{"error":"invalid_tenant","error_description":"AADSTS90002: Tenant .."}"#;
        let other = r#"{"error":"invalid_request","error_description":"AADSTS900144: .."}"#;
        for (status, body, exit, word) in [
            (
                200,
                r#"{"token_endpoint":"https://x"}"#,
                "Success",
                "knows the tenant t",
            ),
            (400, unknown, "Authentication", "does not know the tenant t"),
            (404, unknown, "Authentication", "does not know the tenant t"),
            (400, other, "Network", "another server responds there"),
            (
                404,
                "<html>invalid_tenant</html>",
                "Network",
                "another server responds there",
            ),
            (
                200,
                "<html>Welcome</html>",
                "Network",
                "another server responds there",
            ),
            (200, "{}", "Network", "another server responds there"),
            (302, "", "Network", "another server responds there"),
            (407, "", "Network", "another server responds there"),
            (429, "", "Throttled", "has a problem"),
            (503, "<html>", "Service", "has a problem"),
        ] {
            let result = check(status, body);
            assert!(
                result.contains(&format!("exit: {exit}")),
                "{status} {body}: {result}"
            );
            assert!(result.contains(word), "{status} {body}: {result}");
        }
    }

    #[test]
    fn escapes_the_tenant_in_the_address() {
        for (authority, tenant, expected) in [
            (
                "https://login.contoso.com",
                "t",
                "https://login.contoso.com/t/v2.0/",
            ),
            (
                "https://login.contoso.com/sts/",
                "t",
                "https://login.contoso.com/sts/t/v2.0/",
            ),
            (
                "https://login.contoso.com",
                "a/b?c#d",
                "https://login.contoso.com/a%2Fb%3Fc%23d/",
            ),
        ] {
            let address = address(authority, tenant).unwrap();
            assert!(address.as_str().starts_with(expected), "{address}");
        }
        assert!(address("nonsense", "t").is_err());
    }
}
