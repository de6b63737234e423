//! Meanings of the error codes of the service, and advice for the codes that occur in analytics.

use crate::generated::error_codes::ERROR_CODES;
use crate::http::token_check::AUDIENCE_HELP;

/// Code for a token for Azure AD Graph, `https://graph.windows.net`, which is no longer accepted
/// ([T72](crate::deviations#t72), [T80](crate::deviations#t80)).
pub(crate) const AUDIENCE_RETIRED: &str = "900420";

/// Code for a token of a user who signed in without multi-factor authentication
/// ([T72](crate::deviations#t72), [T79](crate::deviations#t79)).
pub(crate) const MFA_REQUIRED: &str = "900421";

/// Returns whether a new token of the same sign-in would be rejected with this code, too.
pub(crate) fn outlasts_a_new_token(code: &str) -> bool {
    matches!(code, AUDIENCE_RETIRED | MFA_REQUIRED)
}

/// Returns the documented meaning of a code and a status. It is only a hint, because the service
/// uses codes with other meanings, too ([T72](crate::deviations#t72)).
pub(crate) fn meaning(status: u16, code: &str) -> Option<&'static str> {
    let code: u32 = code.parse().ok()?;
    let found =
        ERROR_CODES.binary_search_by_key(&(status, code), |(status, code, _)| (*status, *code));
    ERROR_CODES.get(found.ok()?).map(|(_, _, meaning)| *meaning)
}

/// Returns advice for a code, if it is more specific than that for the status.
pub(crate) fn help(status: u16, code: &str) -> Option<&'static str> {
    Some(match (status, code) {
        (401, "800001") => {
            "the service received no token: check the credential, and proxies that drop headers"
        }
        (401, AUDIENCE_RETIRED) => AUDIENCE_HELP,
        (401, MFA_REQUIRED) => {
            "the user must sign in again, interactively and with multi-factor authentication; a \
             new token of the same sign-in is rejected as well"
        }
        (403, "2032") => {
            "the token lacks the permission: analytics requires a token of a signed-in user \
             (App+User) with the role admin agent or sales agent; an app-only token is rejected"
        }
        (403, "20002") => {
            "the customer has no relationship with this partner: check the customer id"
        }
        (403, "800039") => "the reseller programme of this partner is not active",
        (403, "900150") => {
            "the role of the signed-in user lacks the permission: let an admin agent sign in"
        }
        (404, "60003") => "the tenant does not exist: check the customer id",
        (400, "900118") => {
            "the customer id is not valid: it must be the GUID of the customer's tenant"
        }
        (400, "3000" | "800002") => "check the parameters of the call against the documentation",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cloud;

    #[test]
    fn codes_are_looked_up_under_their_status() {
        assert_eq!(meaning(403, "2032"), Some("caller denied access"));
        // The meaning of a code depends on the status (T72).
        assert_ne!(meaning(403, "2006"), meaning(400, "2006"));
        for (status, code) in [(404, "2032"), (403, "x"), (403, ""), (403, "99999999999")] {
            assert_eq!(meaning(status, code), None);
        }
        assert!(ERROR_CODES.is_sorted_by_key(|(status, code, _)| (*status, *code)));
        assert_eq!(ERROR_CODES.len(), 163);
    }

    #[test]
    fn known_codes_have_advice() {
        assert!(help(401, "900421").is_some_and(|help| help.contains("multi-factor")));
        let audiences = help(401, "900420").unwrap();
        for cloud in Cloud::ALL {
            assert!(audiences.contains(cloud.scope()), "{cloud}");
        }
        assert_eq!(help(403, "1"), None);
    }
}
