//! What the service's error codes mean, and what to do about those that readers of
//! reports really meet.

use crate::generated::error_codes::ERROR_CODES;

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
        (401, "900420") => {
            "the token is for an audience that is no longer accepted: ask for a token with the scope \
             of the API, `https://api.partnercenter.microsoft.com/.default`"
        }
        (401 | 403, "900421") => {
            "the user has to sign in with multi-factor authentication: sign in anew, interactively"
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
        assert!(help(403, "900421").is_some_and(|help| help.contains("multi-factor")));
        assert_eq!(help(403, "1"), None);
    }
}
