//! Tokens of a request: the audience by `resource` (version 1.0) or `scope` (version 2.0).

use crate::identity::{endpoint::Version, errors::SignInError, form::SignInForm};

/// Audience of Partner Center.
pub(crate) const PARTNER_CENTER_AUDIENCE: &str = "https://api.partnercenter.microsoft.com";

/// Audience of Azure AD Graph: older documentation requests it for app-only tokens, and
/// the API rejects it ([T80](partner_center_catalog::deviations#t80)).
pub(crate) const GRAPH_AUDIENCE: &str = "https://graph.windows.net";

/// Audience of Microsoft Graph, used for scopes without a service.
const MICROSOFT_GRAPH_AUDIENCE: &str = "https://graph.microsoft.com";

/// Supported audiences by the names that a request may use: the URL, or the id of the
/// service's application.
const AUDIENCES: [(&str, &str); 6] = [
    (PARTNER_CENTER_AUDIENCE, PARTNER_CENTER_AUDIENCE),
    (
        "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd",
        PARTNER_CENTER_AUDIENCE,
    ),
    (GRAPH_AUDIENCE, GRAPH_AUDIENCE),
    ("00000002-0000-0000-c000-000000000000", GRAPH_AUDIENCE),
    (MICROSOFT_GRAPH_AUDIENCE, MICROSOFT_GRAPH_AUDIENCE),
    (
        "00000003-0000-0000-c000-000000000000",
        MICROSOFT_GRAPH_AUDIENCE,
    ),
];

/// Scopes of OpenID Connect, which do not name a service.
const OPENID_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// Tokens that a user's sign-in gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestedTokens {
    pub(crate) audience: &'static str,
    pub(crate) id_token: bool,
    pub(crate) refresh_token: bool,
}

impl RequestedTokens {
    /// Reads a request; `None` if it names neither a service nor a scope.
    ///
    /// In version 1.0 `scope` is ignored ([T87](partner_center_catalog::deviations#t87)), and
    /// a user's sign-in always gives an id token and a refresh token.
    pub(crate) fn read(form: &SignInForm, version: Version) -> Result<Option<Self>, SignInError> {
        match version {
            Version::V1 => {
                let resource = form.get("resource");
                let audience = resource.map(|resource| {
                    audience_of(resource).ok_or_else(SignInError::unknown_resource)
                });
                Ok(audience.transpose()?.map(Self::of_version_1))
            }
            Version::V2 => {
                let read = |scope| {
                    let audience =
                        delegated_audience(scope).ok_or_else(SignInError::invalid_scope)?;
                    Ok(Self {
                        audience,
                        id_token: asks_for(scope, "openid"),
                        refresh_token: asks_for(scope, "offline_access"),
                    })
                };
                form.get("scope").map(read).transpose()
            }
        }
    }

    /// Reads a request that begins a sign-in. Version 2.0 requires a scope; without a
    /// resource, version 1.0 means Partner Center, the service the user has consented to.
    pub(crate) fn begin(form: &SignInForm, version: Version) -> Result<Self, SignInError> {
        match (Self::read(form, version)?, version) {
            (Some(requested), _) => Ok(requested),
            (None, Version::V1) => Ok(Self::of_version_1(PARTNER_CENTER_AUDIENCE)),
            (None, Version::V2) => Err(SignInError::missing_parameter("scope")),
        }
    }

    /// Returns the tokens of a refresh that names neither a service nor a scope.
    pub(crate) fn of_consent(version: Version) -> Self {
        Self {
            id_token: version == Version::V1,
            ..Self::of_version_1(PARTNER_CENTER_AUDIENCE)
        }
    }

    fn of_version_1(audience: &'static str) -> Self {
        Self {
            audience,
            id_token: true,
            refresh_token: true,
        }
    }
}

/// Returns the audience of an app-only request.
///
/// In version 2.0 the scope is exactly one `<service>/.default`. Version 1.0 without a
/// resource gives a token for Azure AD Graph, which the API rejects.
pub(crate) fn application_audience(
    form: &SignInForm,
    version: Version,
) -> Result<&'static str, SignInError> {
    match (version, form.get("resource")) {
        (Version::V1, None) => Ok(GRAPH_AUDIENCE),
        (Version::V1, Some(resource)) => {
            audience_of(resource).ok_or_else(SignInError::unknown_resource)
        }
        (Version::V2, _) => {
            app_only_audience(form.required("scope")?).ok_or_else(SignInError::invalid_scope)
        }
    }
}

/// Returns the audience of an app-only scope, which is exactly one `<service>/.default`.
fn app_only_audience(scope: &str) -> Option<&'static str> {
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
/// Microsoft Graph.
fn delegated_audience(scope: &str) -> Option<&'static str> {
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
fn asks_for(scope: &str, wanted: &str) -> bool {
    scope.split_whitespace().any(|part| part == wanted)
}

/// Splits `<service>/<permission>` if the service is known.
fn service_of(scope: &str) -> Option<(&'static str, &str)> {
    let (service, permission) = scope.rsplit_once('/')?;
    Some((audience_of(service)?, permission))
}

/// Returns the audience with this name. A slash at the end is ignored, because the resource
/// `https://service/` is requested as `https://service//.default` in version 2.0.
fn audience_of(name: &str) -> Option<&'static str> {
    let name = name.strip_suffix('/').unwrap_or(name);
    AUDIENCES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, audience)| *audience)
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
            (
                "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd/user_impersonation",
                partner_center,
            ),
            (
                "https://api.partnercenter.microsoft.com//.default",
                partner_center,
            ),
            ("https://example.com/.default", None),
            ("/", None),
        ] {
            assert_eq!(delegated_audience(scope), expected, "{scope}");
        }
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
