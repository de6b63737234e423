/// Returns the meaning of an `AADSTS` error number of the sign-in service and the next step.
///
/// Covers the numbers that users of Partner Center typically meet; `None` for any other.
///
/// ```
/// use partner_center_identity::{aadsts_code, aadsts_help};
///
/// let code = aadsts_code("AADSTS50076: Due to a configuration change, you must use ..").unwrap();
/// assert_eq!(code, 50076);
/// assert!(aadsts_help(code).unwrap().starts_with("multi-factor authentication is required"));
/// ```
pub fn aadsts_help(code: u32) -> Option<&'static str> {
    let index = TABLE.binary_search_by_key(&code, |(code, _)| *code).ok()?;
    TABLE.get(index).map(|(_, help)| *help)
}

/// Returns the number after the first `AADSTS` in an error description of the sign-in service.
pub fn aadsts_code(description: &str) -> Option<u32> {
    let (_, rest) = description.split_once("AADSTS")?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

/// Meaning and next step of each error number, sorted by number for the binary search.
const TABLE: [(u32, &str); 33] = [
    (
        16000,
        "the account that is signed in to this browser does not belong to this tenant: sign in \
         again with another account, or have this one added to the tenant",
    ),
    (
        50011,
        "the redirect address is not registered for this application: add it under \
         Authentication; for a sign-in by browser, add `http://localhost` under Mobile and \
         desktop applications",
    ),
    (
        50020,
        "the account belongs to another tenant: sign in with an account of the partner's \
         tenant, or add this account to that tenant as a guest",
    ),
    (
        50027,
        "the client assertion signed with the certificate is invalid: check the client id, the \
         tenant and the cloud",
    ),
    (
        50034,
        "the account does not exist in this tenant: check the user name and the tenant",
    ),
    (
        50076,
        "multi-factor authentication is required: sign in again, interactively, and complete it",
    ),
    (
        50078,
        "the multi-factor authentication has expired: sign in again, interactively, and complete \
         it",
    ),
    (
        50079,
        "the user has not set up multi-factor authentication yet: sign in once by browser and \
         set it up",
    ),
    (
        50105,
        "the user is not assigned to the application: assign the user or a group under \
         Enterprise applications, or turn off the assignment requirement",
    ),
    (
        50126,
        "the user name or password is wrong: sign in again, interactively",
    ),
    (
        50173,
        "the password changed or sessions were revoked, which ends refresh tokens: sign in again",
    ),
    (
        53000,
        "a Conditional Access policy requires a compliant device: sign in on such a device, or \
         ask the tenant's administrator",
    ),
    (
        53001,
        "a Conditional Access policy requires a device that is joined to the tenant: sign in on \
         such a device, or ask the tenant's administrator",
    ),
    (
        53003,
        "a Conditional Access policy blocks this sign-in: ask the tenant's administrator, who \
         finds the policy in the sign-in log",
    ),
    (
        65001,
        "the application's permissions lack consent: an administrator grants consent for \
         `user_impersonation` on Microsoft Partner Center, then sign in again",
    ),
    (
        70000,
        "the refresh token or code is malformed or belongs to another application, or the \
         consent has changed: sign in again with the same client id",
    ),
    (
        70008,
        "the refresh token or code has expired (a code is valid for a few minutes only): sign in \
         again",
    ),
    (
        70043,
        "the refresh token has expired, or the tenant's sign-in frequency policy requires a new \
         sign-in: sign in again",
    ),
    (
        90002,
        "the tenant does not exist in this cloud: check the tenant's id or domain, and the cloud",
    ),
    (
        90014,
        "the request lacks a field, usually because a setting is empty: check the client id, the \
         secret and the scope",
    ),
    (
        500133,
        "a token in the request is not valid at this time: check this machine's clock, then sign \
         in again",
    ),
    (
        530003,
        "a Conditional Access policy requires a registered device, which a sign-in by device \
         code often does not use: sign in by browser on such a device, or ask the tenant's \
         administrator",
    ),
    (
        700003,
        "the device used for the sign-in was removed from the tenant or disabled: sign in again \
         on a registered device",
    ),
    (
        700007,
        "the token in the request is for another audience: request the scope of this cloud's \
         Partner Center API",
    ),
    (
        700016,
        "the application does not exist in this tenant: check the client id and the tenant, and \
         that an administrator has added the application",
    ),
    (
        700021,
        "the client assertion signed with the certificate names another application: check that \
         the client id is the one that the certificate is registered with",
    ),
    (
        700024,
        "the client assertion signed with the certificate is not valid at this time: check this \
         machine's clock",
    ),
    (
        700027,
        "the certificate is not registered with the application, or it has expired: register \
         the certificate with this application under Certificates & secrets, and check the \
         client id",
    ),
    (
        700082,
        "the refresh token has expired because it was not used for 90 days: sign in again, and \
         run the job more often than that",
    ),
    (
        900144,
        "the request lacks a field, usually because a setting is empty: check the client id, the \
         secret and the scope",
    ),
    (
        7000215,
        "the client secret is wrong: use the secret's value, not its id, and check that it \
         belongs to this client id",
    ),
    (
        7000218,
        "the application is registered as confidential, but the request has no secret: configure \
         the client secret, or allow public client flows in the registration",
    ),
    (
        7000222,
        "the client secret has expired: create a new one under Certificates & secrets and \
         configure it",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sorted_and_complete() {
        assert!(TABLE.is_sorted_by(|one, next| one.0 < next.0));
        for code in [
            16000, 50011, 50020, 50027, 50034, 50076, 50078, 50079, 50105, 50126, 50173, 53000,
            53001, 53003, 65001, 70000, 70008, 70043, 90002, 90014, 500133, 530003, 700003, 700007,
            700016, 700021, 700024, 700027, 700082, 900144, 7000215, 7000218, 7000222,
        ] {
            assert!(aadsts_help(code).is_some(), "{code}");
        }
        assert_eq!(aadsts_help(1), None);
    }

    #[test]
    fn finds_the_number_in_a_description() {
        for (text, code) in [
            ("AADSTS700082: The refresh token has expired", Some(700082)),
            ("oops: AADSTS50076", Some(50076)),
            ("AADSTS: none", None),
            ("AADSTS99999999999999999999", None),
            ("no number", None),
            ("", None),
        ] {
            assert_eq!(aadsts_code(text), code, "{text}");
        }
    }
}
