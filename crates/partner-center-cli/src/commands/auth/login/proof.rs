//! Whether the sign-in is good for what reports need, and whose it is.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use partner_center::credential::{Secret, TokenCredential, token_claims, token_problem};
use time::OffsetDateTime;

use crate::failure::{Exit, Failure};
use crate::identity::{Endpoints, sign_in_failed};
use crate::output::printable;

/// Who signed in, as the token says.
#[derive(Debug)]
pub(super) struct SignedIn {
    /// The name to sign in with, such as `admin@contoso.onmicrosoft.com`.
    pub(super) user: Option<String>,
    pub(super) tenant_id: Option<String>,
}

/// Gets an access token with the new sign-in, and looks at it. `again` is the command to
/// sign in with.
pub(super) async fn prove(
    credential: &dyn TokenCredential,
    endpoints: &Endpoints,
    again: &str,
) -> Result<SignedIn, Failure> {
    let token = credential
        .get_token(&[endpoints.scope()], None)
        .await
        .map_err(|error| sign_in_failed(&error, again))?
        .token;
    let now = OffsetDateTime::now_utc();
    if let Some(problem) = token_problem(&token, &endpoints.expectation(), now) {
        return Err(Failure::new(Exit::Authentication, problem.to_string()).help(problem.fix()));
    }
    Ok(SignedIn {
        user: user(&token).map(|name| printable(&name)),
        tenant_id: token_claims(&token).and_then(|claims| claims.tenant_id),
    })
}

/// The user's name in the token, where there is one.
fn user(token: &Secret) -> Option<String> {
    let payload = token.secret().split('.').nth(1)?;
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&payload).ok()?;
    ["upn", "unique_name", "preferred_username"]
        .iter()
        .find_map(|name| Some(claims.get(name)?.as_str()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_is_found_in_every_kind_of_token() {
        for (claims, expected) in [
            (r#"{"upn":"a@b"}"#, Some("a@b")),
            (r#"{"unique_name":"a@b"}"#, Some("a@b")),
            (r#"{"preferred_username":"a@b","upn":7}"#, Some("a@b")),
            (r#"{"sub":"x"}"#, None),
            ("[", None),
        ] {
            let token = format!("e30.{}.s", URL_SAFE_NO_PAD.encode(claims)).into();
            assert_eq!(user(&token).as_deref(), expected, "{claims}");
        }
        assert_eq!(user(&"opaque".into()), None);
    }
}
