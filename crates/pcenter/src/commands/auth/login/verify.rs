//! Verification of a new sign-in: requests an access token and checks it.

use partner_center::credential::profiles::Endpoints;
use partner_center::credential::{TokenCredential, check_token, token_claims};
use time::OffsetDateTime;

use crate::failure::{Exit, Failure};
use crate::identity::sign_in_failed;
use crate::printable::printable;

/// User and tenant of the access token.
#[derive(Debug)]
pub(super) struct SignedIn {
    /// Sign-in name, such as `admin@contoso.onmicrosoft.com`.
    pub(super) user: Option<String>,
    pub(super) tenant_id: Option<String>,
}

/// Requests an access token with the new sign-in and checks it. `sign_in_command` is the command to
/// sign in with.
pub(super) async fn verify_sign_in(
    credential: &dyn TokenCredential,
    endpoints: &Endpoints,
    sign_in_command: &str,
) -> Result<SignedIn, Failure> {
    let token = credential
        .get_token(&[endpoints.scope()], None)
        .await
        .map_err(|error| sign_in_failed(&error, sign_in_command))?
        .token;
    let now = OffsetDateTime::now_utc();
    if let Err(rejection) = check_token(&token, &endpoints.requirements(), now) {
        return Err(
            Failure::new(Exit::Authentication, rejection.to_string()).help(rejection.help())
        );
    }
    let claims = token_claims(&token).unwrap_or_default();
    Ok(SignedIn {
        user: claims.user.map(|name| printable(&name)),
        tenant_id: claims.tenant_id,
    })
}
