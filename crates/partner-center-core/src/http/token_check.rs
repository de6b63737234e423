use azure_core::credentials::Secret;
use azure_core::time::{Duration, OffsetDateTime};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use url::{Origin, Url};

use crate::model::cloud::Cloud;
use crate::model::sanitize::one_line;

/// Maximum size of a token in bytes. Access tokens have a few kilobytes.
const SIZE_LIMIT: usize = 64 * 1024;

/// Tolerated difference between two clocks, the same as the service's tolerance.
pub(crate) const TOLERANCE: Duration = Duration::minutes(5);

/// Application id of Microsoft Graph, which some tokens have as their audience.
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// Audiences of Azure AD Graph: its address and its application id. Partner Center rejects such
/// tokens with 401 and code 900420 in every operation ([T80](crate::deviations#t80)).
const RETIRED: [&str; 2] = [
    "https://graph.windows.net",
    "00000002-0000-0000-c000-000000000000",
];

/// Advice for a token for Azure AD Graph.
pub(crate) const AUDIENCE_HELP: &str = "request the token with the scope \
    `https://api.partnercenter.microsoft.com/.default`, in China \
    `https://partner.partnercenterapi.microsoftonline.cn/.default`";

/// Claims of an access token, read without checking the signature.
///
/// Use them for hints to the owner of the token only, never for decisions about trust.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct TokenClaims {
    /// `aud`: services that the token is for.
    pub audience: Vec<String>,
    /// `exp`: end of the token's validity.
    pub expires_at: Option<OffsetDateTime>,
    /// `nbf`: begin of the token's validity.
    pub not_before: Option<OffsetDateTime>,
    /// `scp`: permissions that a signed-in user has granted. Empty in an app-only token.
    pub scopes: Vec<String>,
    /// `tid`: id of the tenant.
    pub tenant_id: Option<String>,
    /// `upn`, `unique_name` or `preferred_username`: name of the signed-in user. Personal data:
    /// show it on a screen, but do not log it.
    pub user: Option<String>,
    /// `appid` or `azp`: id of the application.
    pub application_id: Option<String>,
}

/// Reads the claims of a token. Returns `None` if the token is not an unencrypted JSON Web Token.
///
/// ```
/// use partner_center_core::token_claims;
///
/// // {"alg":"none"}.{"aud":"https://api.partnercenter.microsoft.com","scp":"user_impersonation"}.
/// let token = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJodHRwczovL2FwaS5wYXJ0bmVyY2VudGVyLm1pY3Jvc29mdC5jb20iLCJzY3AiOiJ1c2VyX2ltcGVyc29uYXRpb24ifQ.";
/// let claims = token_claims(&token.into()).unwrap();
/// assert_eq!(claims.audience, ["https://api.partnercenter.microsoft.com"]);
/// assert_eq!(claims.scopes, ["user_impersonation"]);
///
/// assert_eq!(token_claims(&"opaque".into()), None);
/// ```
pub fn token_claims(token: &Secret) -> Option<TokenClaims> {
    let payload = token_payload(token)?;
    let texts = |value: &Value| -> Vec<String> {
        match value {
            Value::String(text) => vec![text.clone()],
            Value::Array(values) => values
                .iter()
                .filter_map(|value| value.as_str().map(str::to_owned))
                .collect(),
            _ => Vec::new(),
        }
    };
    let text = |name: &str| payload.get(name)?.as_str().map(str::to_owned);
    let time = |name: &str| {
        let seconds = payload.get(name)?;
        let seconds = seconds
            .as_i64()
            .or_else(|| seconds.as_f64().map(|seconds| seconds as i64))?;
        OffsetDateTime::from_unix_timestamp(seconds).ok()
    };
    Some(TokenClaims {
        audience: payload.get("aud").map(texts).unwrap_or_default(),
        expires_at: time("exp"),
        not_before: time("nbf"),
        scopes: payload
            .get("scp")
            .map(texts)
            .unwrap_or_default()
            .iter()
            .flat_map(|scopes| scopes.split_whitespace())
            .map(str::to_owned)
            .collect(),
        tenant_id: text("tid"),
        user: text("upn")
            .or_else(|| text("unique_name"))
            .or_else(|| text("preferred_username")),
        application_id: text("appid").or_else(|| text("azp")),
    })
}

/// Decodes the payload of a token, a JSON object.
pub fn token_payload(token: &Secret) -> Option<serde_json::Map<String, Value>> {
    let token = token.secret();
    if token.len() > SIZE_LIMIT {
        return None;
    }
    let mut parts = token.split('.');
    let (_header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&payload).ok()
}

/// Requirements of a call on its access token.
///
/// ```
/// use partner_center_core::{Cloud, TokenRequirements};
///
/// // Reports require a signed-in user, customers do not.
/// let report = TokenRequirements::for_cloud(&Cloud::Global, true);
/// let customers = TokenRequirements::for_cloud(&Cloud::Global, false);
/// assert_eq!(report.audiences, customers.audiences);
/// assert!(report.requires_user && !customers.requires_user);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TokenRequirements {
    /// Audiences that the service accepts. Empty: any audience.
    pub audiences: Vec<String>,
    /// Whether the token must be that of a signed-in user (App+User).
    pub requires_user: bool,
}

impl TokenRequirements {
    /// Returns the requirements of a call to the Partner Center API of a cloud.
    pub fn for_cloud(cloud: &Cloud, requires_user: bool) -> Self {
        Self::for_scope(cloud.scope(), requires_user)
    }

    /// Returns the requirements of a call with tokens for this scope.
    ///
    /// The audience is the origin of the scope's URL. A scope without one, such as
    /// `api://contoso/.default`, accepts any audience.
    pub fn for_scope(scope: &str, requires_user: bool) -> Self {
        let url = Url::parse(scope).ok();
        let origin = url.map(|url| url.origin()).filter(Origin::is_tuple);
        let audiences = origin.iter().map(Origin::ascii_serialization);
        Self::new(audiences.collect(), requires_user)
    }

    /// Creates requirements with these audiences.
    pub fn new(audiences: Vec<String>, requires_user: bool) -> Self {
        Self {
            audiences,
            requires_user,
        }
    }
}

/// Reason why the service would reject an access token, found before the token is sent.
///
/// `Display` describes the problem, [`help`](Self::help) the remedy.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenRejection {
    /// The token is for another service.
    #[error("the token is for `{found}`, and the call needs one for `{expected}`")]
    #[non_exhaustive]
    OtherAudience {
        /// Audience of the token.
        found: String,
        /// Audience that the service accepts.
        expected: String,
    },
    /// The token is for Azure AD Graph, which Partner Center no longer accepts.
    #[error("the token is for `{found}` (Azure AD Graph), which Partner Center no longer accepts")]
    #[non_exhaustive]
    RetiredAudience {
        /// Audience of the token.
        found: String,
    },
    /// The token has expired.
    #[error("the token expired {} minutes ago", ago.whole_minutes())]
    #[non_exhaustive]
    Expired {
        /// Time since the expiry, by the clock of this machine.
        ago: Duration,
    },
    /// The token is not yet valid (`nbf`).
    #[error("the token is not valid yet: it becomes valid in {} minutes", within.whole_minutes())]
    #[non_exhaustive]
    NotYetValid {
        /// Time until the token becomes valid, by the clock of this machine.
        within: Duration,
    },
    /// The token is app-only, and the call needs a signed-in user.
    #[error("the token is app-only, and the call needs one of a signed-in user (App+User)")]
    AppOnly,
}

impl TokenRejection {
    /// Returns the remedy.
    pub fn help(&self) -> &'static str {
        match self {
            Self::OtherAudience { .. } => {
                "request the scope of this cloud's Partner Center API, and check the cloud"
            }
            Self::RetiredAudience { .. } => AUDIENCE_HELP,
            Self::Expired { .. } => {
                "get a new token; if it is new, this machine's clock is ahead: set it"
            }
            Self::NotYetValid { .. } => "this machine's clock is behind: set it",
            Self::AppOnly => {
                "sign in as a user with a role in Partner Center, by device code or browser, and \
                 use that refresh token instead of the client secret alone"
            }
        }
    }
}

/// Checks whether the service would accept a token.
///
/// A token that cannot be read has no recognisable problem; the service decides. An audience
/// that is an application id is not checked, except the ids of Microsoft Graph and Azure AD
/// Graph. A token for Azure AD Graph is always rejected, regardless of the expected audience.
///
/// # Errors
///
/// The first recognised reason for a rejection.
///
/// # Examples
///
/// ```
/// use azure_core::time::OffsetDateTime;
/// use partner_center_core::{Cloud, TokenRejection, TokenRequirements, check_token};
///
/// let report = TokenRequirements::for_cloud(&Cloud::Global, true);
/// // {"alg":"none"}.{"aud":"https://graph.windows.net"}.
/// let token = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJodHRwczovL2dyYXBoLndpbmRvd3MubmV0In0.";
/// let rejection = check_token(&token.into(), &report, OffsetDateTime::now_utc()).unwrap_err();
/// assert!(matches!(rejection, TokenRejection::RetiredAudience { .. }));
/// assert!(rejection.help().contains("/.default"));
/// ```
pub fn check_token(
    token: &Secret,
    requirements: &TokenRequirements,
    now: OffsetDateTime,
) -> Result<(), TokenRejection> {
    token_claims(token).map_or(Ok(()), |claims| check_claims(&claims, requirements, now))
}

/// Checks a token whose claims were already read; see [`check_token`].
pub(crate) fn check_claims(
    claims: &TokenClaims,
    requirements: &TokenRequirements,
    now: OffsetDateTime,
) -> Result<(), TokenRejection> {
    let app_only = requirements.requires_user && claims.scopes.is_empty();
    let rejection = retired_audience(claims)
        .or_else(|| other_audience(claims, requirements))
        .or_else(|| app_only.then_some(TokenRejection::AppOnly))
        .or_else(|| out_of_time(claims, now));
    rejection.map_or(Ok(()), Err)
}

fn retired_audience(claims: &TokenClaims) -> Option<TokenRejection> {
    let retired = |audience: &&String| RETIRED.iter().any(|it| same_service(audience, it));
    let found = claims.audience.iter().find(retired)?;
    claims
        .audience
        .iter()
        .all(|audience| retired(&audience))
        .then(|| TokenRejection::RetiredAudience {
            found: one_line(found, 100),
        })
}

fn other_audience(
    claims: &TokenClaims,
    requirements: &TokenRequirements,
) -> Option<TokenRejection> {
    let expected = requirements.audiences.first()?;
    let foreign = |audience: &&String| {
        if audience.contains("://") {
            !requirements
                .audiences
                .iter()
                .any(|expected| same_service(audience, expected))
        } else {
            audience.eq_ignore_ascii_case(GRAPH) && !requirements.audiences.contains(audience)
        }
    };
    let found = claims.audience.iter().find(foreign)?;
    if claims.audience.iter().any(|audience| !foreign(&audience)) {
        return None;
    }
    Some(TokenRejection::OtherAudience {
        found: one_line(found, 100),
        expected: expected.clone(),
    })
}

fn same_service(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one.origin() == other.origin(),
        _ => one.eq_ignore_ascii_case(other),
    }
}

fn out_of_time(claims: &TokenClaims, now: OffsetDateTime) -> Option<TokenRejection> {
    if let Some(expires_at) = claims.expires_at
        && expires_at <= now
    {
        return Some(TokenRejection::Expired {
            ago: now - expires_at,
        });
    }
    // A new token seems not yet valid if the clock of this machine is slightly behind.
    let within = claims.not_before? - now;
    (within > TOLERANCE).then_some(TokenRejection::NotYetValid { within })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn now() -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(NOW).unwrap()
    }

    fn token(payload: &str) -> Secret {
        format!("e30.{}.signature", URL_SAFE_NO_PAD.encode(payload)).into()
    }

    fn problem(payload: &str) -> Option<String> {
        let expected = TokenRequirements::for_cloud(&Cloud::Global, true);
        let checked = check_token(&token(payload), &expected, now());
        checked.err().map(|problem| problem.to_string())
    }

    #[test]
    fn each_problem_has_its_message() {
        const AUD: &str = r#""aud":"https://api.partnercenter.microsoft.com""#;
        let in_time = format!(r#""exp":{},"nbf":{}"#, NOW + 3600, NOW - 300);
        for (payload, expected) in [
            (
                format!(r#"{{{AUD},{in_time},"scp":"user_impersonation"}}"#),
                None,
            ),
            (
                format!(
                    r#"{{"aud":["https://api.partnercenter.microsoft.com/"],{in_time},"scp":"x"}}"#
                ),
                None,
            ),
            // An audience that is an application id, such as that of the API: not checked.
            (
                format!(r#"{{"aud":"fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd",{in_time},"scp":"x"}}"#),
                None,
            ),
            (r#"{"scp":"x"}"#.to_owned(), None),
            (
                format!(r#"{{"aud":"https://graph.microsoft.com",{in_time},"scp":"x"}}"#),
                Some(
                    "the token is for `https://graph.microsoft.com`, and the call needs one for \
                     `https://api.partnercenter.microsoft.com`",
                ),
            ),
            (
                format!(r#"{{"aud":"{GRAPH}",{in_time},"scp":"x"}}"#),
                Some(
                    "the token is for `00000003-0000-0000-c000-000000000000`, and the call needs \
                     one for `https://api.partnercenter.microsoft.com`",
                ),
            ),
            (
                format!(r#"{{{AUD},"exp":{},"scp":"x"}}"#, NOW - 3600),
                Some("the token expired 60 minutes ago"),
            ),
            (
                format!(r#"{{{AUD},"exp":{NOW}.5,"scp":"x"}}"#),
                Some("the token expired 0 minutes ago"),
            ),
            (
                format!(
                    r#"{{{AUD},"exp":{},"nbf":{},"scp":"x"}}"#,
                    NOW + 7200,
                    NOW + 3600
                ),
                Some("the token is not valid yet: it becomes valid in 60 minutes"),
            ),
            (
                format!(r#"{{{AUD},{in_time},"roles":["x"]}}"#),
                Some(
                    "the token is app-only, and the call needs one of a signed-in user (App+User)",
                ),
            ),
        ] {
            assert_eq!(problem(&payload).as_deref(), expected, "{payload}");
        }
    }

    #[test]
    fn audience_is_the_origin_of_the_scope() {
        let audiences = |scope| TokenRequirements::for_scope(scope, true).audiences;
        assert_eq!(
            audiences("https://api.partnercenter.microsoft.com/.default"),
            ["https://api.partnercenter.microsoft.com"]
        );
        assert!(audiences("api://contoso/.default").is_empty());
        assert!(audiences("user_impersonation").is_empty());
        let cloud = Cloud::custom("https://a.example", "https://b.example");
        let cloud = Cloud::from(cloud.with_scope("https://c.example/.default"));
        let expected = TokenRequirements::for_cloud(&cloud, true);
        assert_eq!(expected.audiences, ["https://c.example"]);
    }

    #[test]
    fn app_only_tokens_are_accepted_if_no_user_is_needed() {
        let expected = TokenRequirements::for_cloud(&Cloud::Global, false);
        let app_only = token(r#"{"aud":"https://api.partnercenter.microsoft.com"}"#);
        assert_eq!(check_token(&app_only, &expected, now()), Ok(()));
    }

    #[test]
    fn tokens_for_azure_ad_graph_are_rejected_for_every_expected_audience() {
        for audience in [
            "https://graph.windows.net",
            "https://graph.windows.net/",
            "HTTPS://GRAPH.WINDOWS.NET",
            "00000002-0000-0000-c000-000000000000",
            "00000002-0000-0000-C000-000000000000",
        ] {
            for expected in [
                TokenRequirements::for_cloud(&Cloud::Global, true),
                TokenRequirements::for_cloud(&Cloud::China21Vianet, false),
                TokenRequirements::for_scope("https://graph.windows.net/.default", false),
                TokenRequirements::new(Vec::new(), false),
            ] {
                let token = token(&format!(r#"{{"aud":"{audience}"}}"#));
                let problem = check_token(&token, &expected, now()).unwrap_err();
                assert_eq!(
                    problem.to_string(),
                    format!(
                        "the token is for `{audience}` (Azure AD Graph), which Partner Center no \
                         longer accepts"
                    )
                );
                assert_eq!(
                    problem.help(),
                    "request the token with the scope \
                     `https://api.partnercenter.microsoft.com/.default`, in China \
                     `https://partner.partnercenterapi.microsoftonline.cn/.default`"
                );
            }
        }
    }

    #[test]
    fn each_cloud_expects_its_audience() {
        let audiences =
            Cloud::ALL.map(|cloud| TokenRequirements::for_cloud(&cloud, true).audiences);
        assert_eq!(
            audiences,
            [
                ["https://api.partnercenter.microsoft.com"],
                ["https://partner.partnercenterapi.microsoftonline.cn"],
                ["https://api.partnercenter.microsoft.com"],
            ]
        );

        let china = TokenRequirements::for_cloud(&Cloud::China21Vianet, false);
        let of = |audience: &str| token(&format!(r#"{{"aud":"{audience}"}}"#));
        let own = of("https://partner.partnercenterapi.microsoftonline.cn");
        assert_eq!(check_token(&own, &china, now()), Ok(()));
        let worldwide = of("https://api.partnercenter.microsoft.com");
        assert_eq!(
            check_token(&worldwide, &china, now())
                .unwrap_err()
                .to_string(),
            "the token is for `https://api.partnercenter.microsoft.com`, and the call needs one for \
             `https://partner.partnercenterapi.microsoftonline.cn`"
        );
    }

    #[test]
    fn unreadable_tokens_have_no_claims() {
        for text in [
            String::new(),
            "opaque".to_owned(),
            "a.b".to_owned(),
            "a.b.c".to_owned(),
            "a.b.c.d.e".to_owned(),
            format!("e30.{}.s", URL_SAFE_NO_PAD.encode("[1]")),
            format!("e30.{}.s", URL_SAFE_NO_PAD.encode("{\"exp\":")),
            format!("e30.{}.s", URL_SAFE_NO_PAD.encode([0xff, 0xfe])),
            format!("e30.{}.s", "e".repeat(SIZE_LIMIT)),
        ] {
            assert_eq!(token_claims(&text.clone().into()), None, "{text:.20}");
        }
        let odd = token(r#"{"exp":"soon","nbf":1e300,"aud":7,"scp":[1,"a b"],"tid":null}"#);
        let claims = token_claims(&odd).unwrap();
        assert_eq!(claims.expires_at, None);
        assert_eq!(claims.not_before, None);
        assert_eq!(claims.scopes, ["a", "b"]);
    }

    #[test]
    fn reads_the_user_from_each_possible_claim() {
        for (payload, expected) in [
            (r#"{"upn":"a@b"}"#, Some("a@b")),
            (r#"{"unique_name":"a@b"}"#, Some("a@b")),
            (r#"{"preferred_username":"a@b","upn":7}"#, Some("a@b")),
            (r#"{"sub":"x"}"#, None),
        ] {
            let claims = token_claims(&token(payload)).unwrap();
            assert_eq!(claims.user.as_deref(), expected, "{payload}");
        }
    }

    #[test]
    fn accepts_base64_padding() {
        let padded = base64::engine::general_purpose::URL_SAFE.encode(r#"{"tid":"t"}"#);
        let claims = token_claims(&format!("e30.{padded}.s").into()).unwrap();
        assert_eq!(claims.tenant_id.as_deref(), Some("t"));
    }
}
