//! The decision about a token request.

use serde::Serialize;

use super::{
    form::TokenForm,
    issuer::Issuer,
    scope::{app_only_audience, delegated_audience},
    seed::{CLIENT_ID, CLIENT_SECRET, TENANT_ID},
    sign_in_error::SignInError,
    token_options::TokenOptions,
};

/// A granted token, in wire order. Holds secrets, so there is no `Debug`.
#[derive(Serialize)]
pub(crate) struct Grant {
    token_type: &'static str,
    scope: String,
    expires_in: u64,
    ext_expires_in: u64,
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
}

/// Gives a token for a well-formed request with the seeded credentials.
pub(crate) fn exchange(
    issuer: &Issuer,
    tenant: &str,
    form: &TokenForm,
) -> Result<Grant, SignInError> {
    if !tenant.eq_ignore_ascii_case(TENANT_ID) {
        return Err(SignInError::unknown_tenant());
    }
    match required(form, "grant_type")? {
        "refresh_token" => {
            check_client(form)?;
            if !issuer.knows_refresh_token(required(form, "refresh_token")?) {
                return Err(SignInError::unknown_refresh_token());
            }
            let audience =
                delegated_audience(form.get("scope")).ok_or_else(SignInError::invalid_scope)?;
            Ok(Grant {
                refresh_token: Some(issuer.rotate_refresh_token()),
                ..grant(
                    issuer,
                    TokenOptions::new().audience(audience),
                    format!("{audience}/user_impersonation"),
                )
            })
        }
        "client_credentials" => {
            check_client(form)?;
            let audience = app_only_audience(required(form, "scope")?)
                .ok_or_else(SignInError::invalid_scope)?;
            Ok(grant(
                issuer,
                TokenOptions::new().audience(audience).app_only(),
                format!("{audience}/.default"),
            ))
        }
        _ => Err(SignInError::unsupported_grant()),
    }
}

fn required<'a>(form: &'a TokenForm, name: &'static str) -> Result<&'a str, SignInError> {
    form.get(name)
        .ok_or_else(|| SignInError::missing_parameter(name))
}

fn check_client(form: &TokenForm) -> Result<(), SignInError> {
    if !required(form, "client_id")?.eq_ignore_ascii_case(CLIENT_ID) {
        return Err(SignInError::unknown_client());
    }
    match form.get("client_secret") {
        None => Err(SignInError::missing_secret()),
        Some(CLIENT_SECRET) => Ok(()),
        Some(_) => Err(SignInError::wrong_secret()),
    }
}

fn grant(issuer: &Issuer, options: TokenOptions, scope: String) -> Grant {
    Grant {
        token_type: "Bearer",
        scope,
        expires_in: issuer.lifetime_seconds(),
        ext_expires_in: issuer.lifetime_seconds(),
        access_token: issuer.mint(&options),
        refresh_token: None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, HeaderValue, header};

    use super::*;
    use crate::{clock::Clock, identity::REFRESH_TOKEN};

    const SCOPE: &str = "https://api.partnercenter.microsoft.com/.default";

    /// AADSTS code for a request, 0 for success.
    fn outcome(tenant: &str, fields: &[(&str, &str)]) -> (u16, &'static str, u32) {
        let headers = HeaderMap::from_iter([(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        )]);
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let form = TokenForm::read(&headers, body.as_bytes()).unwrap_or_else(|name| {
            panic!("{name} is given twice");
        });
        let issuer = Issuer::new(Clock::default(), Duration::from_secs(3600));
        exchange(&issuer, tenant, &form).map_or_else(
            |error| (error.status.as_u16(), error.error, error.code),
            |_| (200, "", 0),
        )
    }

    #[test]
    fn each_fault_has_its_code() {
        let valid = [
            ("grant_type", "refresh_token"),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("refresh_token", REFRESH_TOKEN),
            ("scope", SCOPE),
        ];
        let with = |name: &str, value: &'static str| {
            let mut fields = valid;
            for field in &mut fields {
                if field.0 == name {
                    field.1 = value;
                }
            }
            outcome(TENANT_ID, &fields)
        };
        assert_eq!(outcome(TENANT_ID, &valid), (200, "", 0));
        assert_eq!(outcome("common", &valid), (400, "invalid_request", 90002));
        assert_eq!(with("grant_type", ""), (400, "invalid_request", 900_144));
        assert_eq!(
            with("grant_type", "password"),
            (400, "unsupported_grant_type", 70003)
        );
        assert_eq!(with("client_id", ""), (400, "invalid_request", 900_144));
        assert_eq!(
            with("client_id", "other"),
            (400, "unauthorized_client", 700_016)
        );
        assert_eq!(
            with("client_secret", ""),
            (401, "invalid_client", 7_000_218)
        );
        assert_eq!(
            with("client_secret", "other"),
            (401, "invalid_client", 7_000_215)
        );
        assert_eq!(with("refresh_token", ""), (400, "invalid_request", 900_144));
        assert_eq!(
            with("refresh_token", "other"),
            (400, "invalid_grant", 70000)
        );
        assert_eq!(with("scope", "other"), (400, "invalid_scope", 70011));
        assert_eq!(with("scope", ""), (200, "", 0));
    }

    #[test]
    fn applications_name_their_scope() {
        let client = [
            ("grant_type", "client_credentials"),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
        ];
        assert_eq!(
            outcome(TENANT_ID, &client),
            (400, "invalid_request", 900_144)
        );
        let [grant, id, secret] = client;
        assert_eq!(
            outcome(TENANT_ID, &[grant, id, secret, ("scope", SCOPE)]),
            (200, "", 0)
        );
        assert_eq!(
            outcome(TENANT_ID, &[grant, id, secret, ("scope", "openid")]),
            (400, "invalid_scope", 70011)
        );
    }
}
