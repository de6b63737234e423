//! Audiences of requested scopes.

/// Audience of Partner Center.
pub(crate) const PARTNER_CENTER_AUDIENCE: &str = "https://api.partnercenter.microsoft.com";

/// Audience of Azure AD Graph: older documentation requests it for app-only tokens, and
/// the API rejects it ([T80](partner_center_catalog::deviations#t80)).
pub(crate) const GRAPH_AUDIENCE: &str = "https://graph.windows.net";

/// Audience of Microsoft Graph, used for scopes without a service.
const MICROSOFT_GRAPH_AUDIENCE: &str = "https://graph.microsoft.com";

/// Supported audiences.
const AUDIENCES: [&str; 3] = [
    PARTNER_CENTER_AUDIENCE,
    GRAPH_AUDIENCE,
    MICROSOFT_GRAPH_AUDIENCE,
];

/// Scopes of OpenID Connect, which do not name a service.
const OPENID_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// Returns the audience of an app-only scope, which is exactly one `<service>/.default`.
pub(crate) fn app_only_audience(scope: &str) -> Option<&'static str> {
    let mut scopes = scope.split_whitespace();
    let (Some(only), None) = (scopes.next(), scopes.next()) else {
        return None;
    };
    let (audience, permission) = service_of(only)?;
    (permission == ".default").then_some(audience)
}

/// Returns the audience of the scope of a delegated token.
///
/// The scope names one service, as `<service>/.default` or
/// `<service>/user_impersonation`, and may add OpenID scopes. OpenID scopes alone mean
/// Microsoft Graph. No scope means the scope the user has consented to, which is Partner
/// Center.
pub(crate) fn delegated_audience(scope: Option<&str>) -> Option<&'static str> {
    let Some(scope) = scope else {
        return Some(PARTNER_CENTER_AUDIENCE);
    };
    let mut found = None;
    for part in scope.split_whitespace() {
        if OPENID_SCOPES.contains(&part) {
            continue;
        }
        let (audience, permission) = service_of(part)?;
        let permitted = matches!(permission, ".default" | "user_impersonation");
        if !permitted || found.is_some_and(|earlier| earlier != audience) {
            return None;
        }
        found = Some(audience);
    }
    Some(found.unwrap_or(MICROSOFT_GRAPH_AUDIENCE))
}

/// Returns whether a scope includes one of the OpenID scopes.
pub(crate) fn asks_for(scope: &str, wanted: &str) -> bool {
    scope.split_whitespace().any(|part| part == wanted)
}

/// Splits `<service>/<permission>` if the service is known.
fn service_of(scope: &str) -> Option<(&'static str, &str)> {
    let (service, permission) = scope.rsplit_once('/')?;
    let audience = AUDIENCES.into_iter().find(|known| *known == service)?;
    Some((audience, permission))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delegated_scopes() {
        let partner_center = Some(PARTNER_CENTER_AUDIENCE);
        for (scope, expected) in [
            (
                "https://api.partnercenter.microsoft.com/.default",
                partner_center,
            ),
            (
                "https://api.partnercenter.microsoft.com/user_impersonation",
                partner_center,
            ),
            (
                "openid offline_access https://api.partnercenter.microsoft.com/.default",
                partner_center,
            ),
            ("openid", Some(MICROSOFT_GRAPH_AUDIENCE)),
            ("https://graph.windows.net/.default", Some(GRAPH_AUDIENCE)),
            (
                "https://graph.windows.net/.default https://api.partnercenter.microsoft.com/.default",
                None,
            ),
            ("https://api.partnercenter.microsoft.com", None),
            ("https://api.partnercenter.microsoft.com/other", None),
            ("https://example.com/.default", None),
            ("/", None),
        ] {
            assert_eq!(delegated_audience(Some(scope)), expected, "{scope}");
        }
        assert_eq!(delegated_audience(None), partner_center);
    }

    #[test]
    fn app_only_scopes() {
        for (scope, expected) in [
            (
                "https://api.partnercenter.microsoft.com/.default",
                Some(PARTNER_CENTER_AUDIENCE),
            ),
            ("https://graph.windows.net/.default", Some(GRAPH_AUDIENCE)),
            (
                "https://api.partnercenter.microsoft.com/user_impersonation",
                None,
            ),
            (
                "openid https://api.partnercenter.microsoft.com/.default",
                None,
            ),
            ("", None),
        ] {
            assert_eq!(app_only_audience(scope), expected, "{scope}");
        }
    }
}
