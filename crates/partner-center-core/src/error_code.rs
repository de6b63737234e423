//! What the service's error codes mean, and what to do about those that readers of
//! reports really meet.

use crate::generated::error_codes::ERROR_CODES;

/// The token is for Azure AD Graph, `https://graph.windows.net`, whose tokens are no longer
/// accepted (T72, T80).
pub(crate) const AUDIENCE_RETIRED: &str = "900420";

/// The user behind the token signed in without multi-factor authentication (T72, T79).
pub(crate) const MFA_REQUIRED: &str = "900421";

/// What to do about a token for Azure AD Graph.
pub(crate) const AUDIENCE_HELP: &str = "request the token with the scope \
    `https://api.partnercenter.microsoft.com/.default`, in China \
    `https://partner.partnercenterapi.microsoftonline.cn/.default`";

/// Whether a 401 with this code stays one with a new token of the same sign-in.
pub(crate) fn outlasts_a_new_token(code: &str) -> bool {
    matches!(code, AUDIENCE_RETIRED | MFA_REQUIRED)
}

/// What the documentation says of a code under a status; a hint, since codes are used
/// with other meanings too (T72).
pub(crate) fn meaning(status: u16, code: &str) -> Option<&'static str> {
    let code: u32 = code.parse().ok()?;
    let found =
        ERROR_CODES.binary_search_by_key(&(status, code), |(status, code, _)| (*status, *code));
    ERROR_CODES.get(found.ok()?).map(|(_, _, meaning)| *meaning)
}

/// The next step, where there is a better one than the status alone tells.
pub(crate) fn help(status: u16, code: &str) -> Option<&'static str> {
    Some(match (status, code) {
        (401, "800001") => "no token arrived: check the credential, and proxies that drop headers",
        (401, AUDIENCE_RETIRED) => AUDIENCE_HELP,
        (401, MFA_REQUIRED) => {
            "the user has to sign in again, interactively and with multi-factor authentication; a \
             new token of the same sign-in is refused as well"
        }
        (403, "2032") => {
            "the token lacks the right: analytics needs a token of a signed-in user (App+User) with \
             the role admin agent or sales agent; an app-only token is refused"
        }
        (403, "20002") => {
            "the customer has no relationship with this partner: check the customer id"
        }
        (403, "800039") => "the reseller programme of this partner is not active",
        (403, "900150") => {
            "the role of the signed-in user lacks the right: let an admin agent sign in"
        }
        (404, "60003") => "there is no such tenant: check the customer id",
        (400, "900118") => {
            "the customer id is none: it has to be the GUID of the customer's tenant"
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
        // The same code, another status, another meaning (T72).
        assert_ne!(meaning(403, "2006"), meaning(400, "2006"));
        for (status, code) in [(404, "2032"), (403, "x"), (403, ""), (403, "99999999999")] {
            assert_eq!(meaning(status, code), None);
        }
        assert!(ERROR_CODES.is_sorted_by_key(|(status, code, _)| (*status, *code)));
        assert_eq!(ERROR_CODES.len(), 163);
    }

    #[test]
    fn known_codes_have_a_next_step() {
        assert!(help(401, "900421").is_some_and(|help| help.contains("multi-factor")));
        let audiences = help(401, "900420").unwrap();
        for cloud in Cloud::ALL {
            assert!(audiences.contains(cloud.scope()), "{cloud}");
        }
        assert_eq!(help(403, "1"), None);
    }
}
