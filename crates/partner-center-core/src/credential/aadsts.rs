/// What an `AADSTS` number of the sign-in service means, and the next step.
///
/// Covers the numbers that users of Partner Center meet; nothing for any other.
pub fn aadsts_help(code: u32) -> Option<&'static str> {
    let index = TABLE.binary_search_by_key(&code, |(code, _)| *code).ok()?;
    TABLE.get(index).map(|(_, help)| *help)
}

/// The number after the first `AADSTS` in the service's description of an error.
pub fn aadsts_code(description: &str) -> Option<u32> {
    let (_, rest) = description.split_once("AADSTS")?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

/// Ordered by number.
const TABLE: [(u32, &str); 33] = [
    (
        16000,
        "the account signed in to this browser is not one of this tenant: sign in again and \
         pick another account, or have this one added to the tenant",
    ),
    (
        50011,
        "the redirect address is not registered for this application: add it under \
         Authentication, `http://localhost` as a mobile and desktop address for a sign-in by \
         browser",
    ),
    (
        50020,
        "the account belongs to another tenant: sign in with an account of the partner's \
         tenant, or add it there as a guest",
    ),
    (
        50027,
        "the statement that the certificate signed was not understood: check the client id, \
         the tenant and the cloud",
    ),
    (
        50034,
        "this tenant has no such account: check the user name and the tenant",
    ),
    (
        50076,
        "multi-factor authentication is now demanded: sign in again, interactively, and pass it",
    ),
    (
        50078,
        "the multi-factor authentication has run out: sign in again, interactively, and pass it",
    ),
    (
        50079,
        "the user has not set up multi-factor authentication yet: sign in once by browser and \
         set it up",
    ),
    (
        50105,
        "the user is not assigned to the application: assign the user or a group under \
         Enterprise applications, or switch the assignment requirement off",
    ),
    (
        50126,
        "user name or password is wrong: sign in again, interactively",
    ),
    (
        50173,
        "the password changed or sessions were revoked, which ends refresh tokens: sign in again",
    ),
    (
        53000,
        "a Conditional Access policy wants a device that complies: sign in on such a \
         device, or ask the tenant's administrator",
    ),
    (
        53001,
        "a Conditional Access policy wants a device that is joined to the tenant: sign in \
         on such a device, or ask the tenant's administrator",
    ),
    (
        53003,
        "a Conditional Access policy blocks this sign-in: ask the tenant's administrator, who \
         finds the policy in the sign-in log",
    ),
    (
        65001,
        "nobody has consented to the application's permissions: an administrator grants consent \
         for `user_impersonation` on Microsoft Partner Center, then sign in again",
    ),
    (
        70000,
        "the refresh token or code is malformed, of another application, or consent has \
         changed: sign in again with the same client id",
    ),
    (
        70008,
        "the refresh token or code has expired, for a code within minutes: sign in again",
    ),
    (
        70043,
        "the refresh token has ended, or the tenant's sign-in frequency asks for a new \
         sign-in: sign in again",
    ),
    (
        90002,
        "there is no such tenant in this cloud: check the tenant's id or domain, and the cloud",
    ),
    (
        90014,
        "the request lacks a field, most often from an empty setting: check client id, \
         secret and scope",
    ),
    (
        500133,
        "a token in the request is outside its time: check this machine's clock, then sign in \
         again",
    ),
    (
        530003,
        "a Conditional Access policy wants a registered device, and a sign-in by device \
         code often has none: sign in by browser on such a device, or ask the tenant's \
         administrator",
    ),
    (
        700003,
        "the device used for the sign-in is gone from the tenant or was disabled: sign in again \
         from a registered device",
    ),
    (
        700007,
        "the token in the request is for another audience: ask for the scope of this cloud's \
         Partner Center API",
    ),
    (
        700016,
        "this tenant does not know the application: check the client id and the tenant, and \
         that an administrator has added the application",
    ),
    (
        700021,
        "the statement that the certificate signed names another application: check that \
         the client id is the one that the certificate is registered with",
    ),
    (
        700024,
        "the statement that the certificate signed is outside its time: check this \
         machine's clock",
    ),
    (
        700027,
        "the service does not know the certificate, or it has expired: register the \
         certificate with this application under Certificates & secrets, and check the \
         client id",
    ),
    (
        700082,
        "the refresh token has expired, unused for 90 days: sign in again, and run the job more \
         often than that",
    ),
    (
        900144,
        "the request lacks a field, most often from an empty setting: check client id, secret \
         and scope",
    ),
    (
        7000215,
        "the client secret is wrong: use the secret's value, not its id, and check that it \
         belongs to this client id",
    ),
    (
        7000218,
        "the application is registered as confidential and no secret came along: configure the \
         client secret, or allow public client flows in the registration",
    ),
    (
        7000222,
        "the client secret has expired: make a new one under Certificates & secrets and \
         configure it",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_complete() {
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
    fn the_number_is_found() {
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
