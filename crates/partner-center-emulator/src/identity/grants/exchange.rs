//! Decision on token requests.

use serde::Serialize;

use crate::identity::{
    authority::{Authority, SignIn},
    errors::SignInError,
    form::SignInForm,
    grants::{
        client::{Client, identify},
        scope::{app_only_audience, asks_for, delegated_audience},
    },
    tenant::Tenant,
    tokens::token_options::TokenOptions,
};

const DEVICE_CODE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Token response, in wire order. It contains secrets, so `Debug` is not implemented.
#[derive(Serialize)]
pub(crate) struct Grant {
    token_type: &'static str,
    scope: String,
    expires_in: u64,
    ext_expires_in: u64,
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

/// Grants tokens for a well-formed request with valid credentials.
pub(crate) fn exchange(
    authority: &Authority,
    tenant: &str,
    form: &SignInForm,
) -> Result<Grant, SignInError> {
    let tenant = Tenant::of(tenant)?;
    match form.required("grant_type")? {
        "refresh_token" => refresh(authority, form),
        "authorization_code" => redeem_code(authority, form),
        DEVICE_CODE_GRANT => redeem_device_code(authority, form),
        "client_credentials" if tenant == Tenant::Shared => Err(SignInError::shared_tenant()),
        "client_credentials" => application(authority, form),
        _ => Err(SignInError::unsupported_grant()),
    }
}

fn refresh(authority: &Authority, form: &SignInForm) -> Result<Grant, SignInError> {
    let client = identify(authority, form)?;
    let text = form.get("refresh_token");
    let token = text.and_then(|text| authority.refresh_tokens.recognise(text));
    if client == Client::Public && !token.as_ref().is_some_and(|token| token.public) {
        return Err(SignInError::missing_secret());
    }
    form.required("refresh_token")?;
    let token = token.ok_or_else(SignInError::unknown_refresh_token)?;
    authority.refresh_tokens.check(&token)?;
    let scope = form.get("scope");
    let audience = delegated_audience(scope).ok_or_else(SignInError::invalid_scope)?;
    if !authority.has_consent() {
        return Err(SignInError::consent_missing());
    }
    Ok(Grant {
        refresh_token: Some(authority.refresh_tokens.rotate(&token)?),
        id_token: asks_for(scope.unwrap_or_default(), "openid")
            .then(|| authority.issuer().id_token(authority.base(), None)),
        ..delegated(authority, token.sign_in(), audience)
    })
}

fn redeem_code(authority: &Authority, form: &SignInForm) -> Result<Grant, SignInError> {
    let client = identify(authority, form)?;
    let code = form.required("code")?;
    let verifier = form.required("code_verifier")?;
    let authorization =
        authority
            .authorization_codes
            .redeem(code, form.get("redirect_uri"), verifier)?;
    signed_in(
        authority,
        client,
        authorization.sign_in,
        form.get("scope").unwrap_or(&authorization.scope),
        authorization.nonce,
    )
}

fn redeem_device_code(authority: &Authority, form: &SignInForm) -> Result<Grant, SignInError> {
    let client = identify(authority, form)?;
    let (sign_in, scope) = authority.device_codes.poll(form.required("device_code")?)?;
    signed_in(authority, client, sign_in, &scope, None)
}

fn application(authority: &Authority, form: &SignInForm) -> Result<Grant, SignInError> {
    if identify(authority, form)? == Client::Public {
        return Err(SignInError::missing_secret());
    }
    let audience =
        app_only_audience(form.required("scope")?).ok_or_else(SignInError::invalid_scope)?;
    Ok(grant(
        authority,
        &TokenOptions::new().audience(audience).app_only(),
        format!("{audience}/.default"),
    ))
}

/// Returns the requested tokens of a new sign-in.
fn signed_in(
    authority: &Authority,
    client: Client,
    sign_in: SignIn,
    scope: &str,
    nonce: Option<String>,
) -> Result<Grant, SignInError> {
    let audience = delegated_audience(Some(scope)).ok_or_else(SignInError::invalid_scope)?;
    Ok(Grant {
        refresh_token: asks_for(scope, "offline_access").then(|| {
            authority
                .refresh_tokens
                .issue(sign_in, client == Client::Public)
        }),
        id_token: asks_for(scope, "openid")
            .then(|| authority.issuer().id_token(authority.base(), nonce)),
        ..delegated(authority, sign_in, audience)
    })
}

fn delegated(authority: &Authority, sign_in: SignIn, audience: &str) -> Grant {
    let options = TokenOptions::new().audience(audience);
    let options = if sign_in.mfa {
        options
    } else {
        options.without_mfa()
    };
    grant(
        authority,
        &options,
        format!("{audience}/user_impersonation"),
    )
}

fn grant(authority: &Authority, options: &TokenOptions, scope: String) -> Grant {
    let issuer = authority.issuer();
    Grant {
        token_type: "Bearer",
        scope,
        expires_in: issuer.lifetime_seconds(),
        ext_expires_in: issuer.lifetime_seconds(),
        access_token: issuer.mint(options),
        refresh_token: None,
        id_token: None,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header};

    use super::*;
    use crate::{
        clock::Clock,
        identity::{
            CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, SignInSettings, TENANT_DOMAIN, TENANT_ID,
        },
    };

    const SCOPE: &str = "https://api.partnercenter.microsoft.com/.default";

    /// Returns status, OAuth error and AADSTS code for a request, code 0 for success.
    fn outcome(tenant: &str, fields: &[(&str, &str)]) -> (u16, &'static str, u32) {
        let headers = HeaderMap::from_iter([(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        )]);
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let form = SignInForm::read(&headers, body.as_bytes()).unwrap_or_else(|name| {
            panic!("{name} is given twice");
        });
        let authority = Authority::at(&Clock::default(), SignInSettings::default());
        exchange(&authority, tenant, &form).map_or_else(
            |error| (error.status.as_u16(), error.error, error.code),
            |_| (200, "", 0),
        )
    }

    #[test]
    fn each_invalid_request_has_its_code() {
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
        assert_eq!(outcome("other", &valid), (400, "invalid_request", 90002));
        assert_eq!(
            outcome("fabrikam.onmicrosoft.com", &valid),
            (400, "invalid_request", 90002)
        );
        assert_eq!(outcome("Contoso.OnMicrosoft.com", &valid), (200, "", 0));
        assert_eq!(outcome("Common", &valid), (200, "", 0));
        assert_eq!(outcome("organizations", &valid), (200, "", 0));
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
    fn app_only_requests_need_a_scope() {
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
            outcome("common", &[grant, id, secret, ("scope", SCOPE)]),
            (400, "invalid_request", 50059)
        );
        assert_eq!(
            outcome(TENANT_ID, &[grant, id, secret, ("scope", SCOPE)]),
            (200, "", 0)
        );
        assert_eq!(
            outcome(TENANT_DOMAIN, &[grant, id, secret, ("scope", SCOPE)]),
            (200, "", 0)
        );
        assert_eq!(
            outcome(TENANT_ID, &[grant, id, secret, ("scope", "openid")]),
            (400, "invalid_scope", 70011)
        );
    }
}
