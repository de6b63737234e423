//! Check of the access token: its issue, audience, tenant and permission.

use std::sync::Arc;

use partner_center::credential::profiles::{CredentialSource, Identity};
use partner_center::credential::{Secret, TokenClaims, TokenCredential, check_token, token_claims};
use time::OffsetDateTime;

use super::checklist::Check;
use crate::environment::Environment;
use crate::failure::Exit;
use crate::identity::sign_in_failed;

const NAME: &str = "access token";

/// Delegated permission that the application needs.
const PERMISSION: &str = "user_impersonation";

/// Returns whether the access token is given, so that no sign-in service is needed.
pub(super) fn is_given(identity: &Identity) -> bool {
    matches!(identity.source, CredentialSource::AccessToken(_))
}

/// Returns the tenant named in a token.
pub(super) fn tenant(token: &Secret) -> Option<String> {
    let tenant = token_claims(token)?.tenant_id?;
    // The tenant becomes part of a URL.
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    tenant.chars().all(fine).then_some(tenant)
}

/// Requests and checks a token. Returns the credential only if the token is usable.
pub(super) async fn check(
    identity: &Identity,
    environment: &Environment<'_>,
) -> (Check, Option<Arc<dyn TokenCredential>>) {
    let credential = match identity.credential(&environment.settings()) {
        Ok(credential) => credential,
        Err(error) => return (Check::failed(NAME, &error.into()), None),
    };
    let sign_in_command = match &identity.source {
        CredentialSource::Profile { name, .. } => format!("pcenter auth login --profile {name}"),
        _ => "pcenter auth login".to_owned(),
    };
    let scope = identity.endpoints.scope();
    let token = match credential.get_token(&[scope], None).await {
        Ok(token) => token.token,
        Err(error) => {
            return (
                Check::failed(NAME, &sign_in_failed(&error, &sign_in_command)),
                None,
            );
        }
    };
    let now = OffsetDateTime::now_utc();
    if let Err(rejection) = check_token(&token, &identity.endpoints.requirements(), now) {
        let fix = rejection.help();
        let check = Check::fail(NAME, Exit::Authentication, rejection.to_string(), fix);
        return (check, None);
    }
    let Some(claims) = token_claims(&token) else {
        let found = "issued; its content cannot be read, so only the API can check it";
        return (
            Check::warn(NAME, found, "see the result of the call"),
            Some(credential),
        );
    };
    if let Some(found) = other_tenant(identity, &claims) {
        let fix = format!("sign in with an account of the profile's tenant: `{sign_in_command}`");
        return (Check::fail(NAME, Exit::Authentication, found, fix), None);
    }
    let found = description(&claims, now);
    let check = match claims.scopes.iter().any(|scope| scope == PERMISSION) {
        true => Check::ok(NAME, found),
        false => Check::warn(
            NAME,
            found,
            format!(
                "the application's registration lacks the delegated permission {PERMISSION} of \
                 Microsoft Partner Center: add it, then {sign_in_command}"
            ),
        ),
    };
    (check, Some(credential))
}

/// Describes a token of another tenant. Compares ids only: a domain cannot be compared with an id.
fn other_tenant(identity: &Identity, claims: &TokenClaims) -> Option<String> {
    let (CredentialSource::Profile { application, .. }
    | CredentialSource::RefreshToken { application, .. }) = &identity.source
    else {
        return None;
    };
    let wanted = uuid::Uuid::parse_str(&application.tenant).ok()?;
    let found = uuid::Uuid::parse_str(claims.tenant_id.as_deref()?).ok()?;
    (wanted != found).then(|| format!("the token belongs to the tenant {found}, not to {wanted}"))
}

fn description(claims: &TokenClaims, now: OffsetDateTime) -> String {
    let whose = match claims.scopes.as_slice() {
        [] => "of the application alone".to_owned(),
        scopes => format!("of a user (App+User) with {}", scopes.join(" ")),
    };
    let mut description = format!("{whose}, for {}", claims.audience.join(" "));
    if let Some(tenant) = &claims.tenant_id {
        description.push_str(&format!(", tenant {tenant}"));
    }
    if let Some(expires_at) = claims.expires_at {
        let minutes = (expires_at - now).whole_seconds().saturating_add(59) / 60;
        description.push_str(&format!(", valid for {minutes} minutes"));
    }
    description
}
