//! Decision on token requests.

use serde::Serialize;

use crate::identity::{
    authority::{Authority, SignIn},
    endpoint::Version,
    errors::SignInError,
    form::SignInForm,
    grants::{
        client::{Client, identify},
        scope::{RequestedTokens, application_audience},
    },
    tenant::Tenant,
    tokens::{claims::Claims, issuer::client_info, token_options::TokenOptions},
};

const DEVICE_CODE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Name of the device code grant in version 1.0, where the device code is in the field `code`.
const DEVICE_CODE_GRANT_V1: &str = "device_code";

/// Permission of delegated tokens.
const PERMISSION: &str = "user_impersonation";

/// Token response. It contains secrets, so `Debug` is not implemented.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Grant {
    V1(GrantV1),
    V2(GrantV2),
}

/// Token response of version 1.0, in wire order: all fields are text.
#[derive(Serialize)]
pub(crate) struct GrantV1 {
    token_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'static str>,
    expires_in: String,
    ext_expires_in: String,
    expires_on: String,
    not_before: String,
    resource: String,
    access_token: String,
    #[serde(flatten)]
    user: UserTokens,
}

/// Token response of version 2.0, in wire order.
#[derive(Serialize)]
pub(crate) struct GrantV2 {
    token_type: &'static str,
    scope: String,
    expires_in: u64,
    ext_expires_in: u64,
    access_token: String,
    #[serde(flatten)]
    user: UserTokens,
}

/// Parts of a token response that only a user's sign-in has.
#[derive(Default, Serialize)]
struct UserTokens {
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_info: Option<String>,
}

/// Token request.
struct TokenRequest<'a> {
    authority: &'a Authority,
    version: Version,
    form: &'a SignInForm,
}

/// Grants tokens for a well-formed request with valid credentials.
pub(crate) fn exchange(
    authority: &Authority,
    tenant: &str,
    version: Version,
    form: &SignInForm,
) -> Result<Grant, SignInError> {
    let tenant = Tenant::of(tenant)?;
    let request = TokenRequest {
        authority,
        version,
        form,
    };
    match form.required("grant_type")? {
        "refresh_token" => request.refresh(),
        "authorization_code" => request.redeem_code(),
        DEVICE_CODE_GRANT => request.redeem_device_code("device_code"),
        DEVICE_CODE_GRANT_V1 if version == Version::V1 => request.redeem_device_code("code"),
        // MSAL for Node.js sends the short name to version 2.0.
        DEVICE_CODE_GRANT_V1 => request.redeem_device_code("device_code"),
        "client_credentials" if tenant == Tenant::Shared => Err(SignInError::shared_tenant()),
        "client_credentials" => request.application(),
        _ => Err(SignInError::unsupported_grant()),
    }
}

impl TokenRequest<'_> {
    fn refresh(&self) -> Result<Grant, SignInError> {
        let Self {
            authority, form, ..
        } = self;
        let client = identify(authority, form)?;
        let text = form.get("refresh_token");
        let token = text.and_then(|text| authority.refresh_tokens.recognise(text));
        if client == Client::Public && !token.as_ref().is_some_and(|token| token.public) {
            return Err(SignInError::missing_secret());
        }
        form.required("refresh_token")?;
        let token = token.ok_or_else(SignInError::unknown_refresh_token)?;
        authority.refresh_tokens.check(&token)?;
        let requested = RequestedTokens::read(form, self.version)?
            .unwrap_or_else(|| RequestedTokens::of_consent(self.version));
        if !authority.has_consent() {
            return Err(SignInError::consent_missing());
        }
        let refresh_token = Some(authority.refresh_tokens.rotate(&token)?);
        Ok(self.delegated(token.sign_in(), requested, refresh_token, None))
    }

    fn redeem_code(&self) -> Result<Grant, SignInError> {
        let client = identify(self.authority, self.form)?;
        let code = self.form.required("code")?;
        let authorization = self.authority.authorization_codes.redeem(
            code,
            self.form.get("redirect_uri"),
            self.form.get("code_verifier"),
            client,
        )?;
        let requested =
            RequestedTokens::read(self.form, self.version)?.unwrap_or(authorization.requested);
        Ok(self.signed_in(
            client,
            authorization.sign_in,
            requested,
            authorization.nonce,
        ))
    }

    fn redeem_device_code(&self, field: &'static str) -> Result<Grant, SignInError> {
        let client = identify(self.authority, self.form)?;
        let device_code = self.form.required(field)?;
        let (sign_in, requested) = self.authority.device_codes.poll(device_code)?;
        Ok(self.signed_in(client, sign_in, requested, None))
    }

    fn application(&self) -> Result<Grant, SignInError> {
        if identify(self.authority, self.form)? == Client::Public {
            return Err(SignInError::missing_secret());
        }
        let audience = application_audience(self.form, self.version)?;
        let options = TokenOptions::new().audience(audience).app_only();
        Ok(self.grant(&options, UserTokens::default()))
    }

    /// Returns the requested tokens of a new sign-in.
    fn signed_in(
        &self,
        client: Client,
        sign_in: SignIn,
        requested: RequestedTokens,
        nonce: Option<String>,
    ) -> Grant {
        let refresh_token = requested.refresh_token.then(|| {
            let public = client == Client::Public;
            self.authority.refresh_tokens.issue(sign_in, public)
        });
        self.delegated(sign_in, requested, refresh_token, nonce)
    }

    fn delegated(
        &self,
        sign_in: SignIn,
        requested: RequestedTokens,
        refresh_token: Option<String>,
        nonce: Option<String>,
    ) -> Grant {
        let options = TokenOptions::new().audience(requested.audience);
        let options = if sign_in.mfa {
            options
        } else {
            options.without_mfa()
        };
        let authority = self.authority;
        let id_token = requested.id_token.then(|| {
            let issuer = authority.issuer();
            issuer.id_token(authority.base(), self.version, nonce, None)
        });
        let user = UserTokens {
            refresh_token,
            id_token,
            client_info: wants_client_info(self.form).then(client_info),
        };
        self.grant(&options, user)
    }

    fn grant(&self, options: &TokenOptions, user: UserTokens) -> Grant {
        let issuer = self.authority.issuer();
        let (access_token, claims) = issuer.issue(options);
        let expires_in = issuer.lifetime_seconds();
        let delegated = claims.is_delegated();
        let Claims { aud, exp, nbf, .. } = claims;
        match self.version {
            Version::V1 => Grant::V1(GrantV1 {
                token_type: "Bearer",
                scope: delegated.then_some(PERMISSION),
                expires_in: expires_in.to_string(),
                ext_expires_in: expires_in.to_string(),
                expires_on: exp.to_string(),
                not_before: nbf.to_string(),
                resource: aud,
                access_token,
                user,
            }),
            Version::V2 => Grant::V2(GrantV2 {
                token_type: "Bearer",
                scope: match delegated {
                    true => format!("{aud}/{PERMISSION}"),
                    false => format!("{aud}/.default"),
                },
                expires_in,
                ext_expires_in: expires_in,
                access_token,
                user,
            }),
        }
    }
}

/// Returns whether a request asks for the ids by which Microsoft's libraries name an account.
pub(crate) fn wants_client_info(form: &SignInForm) -> bool {
    form.get("client_info") == Some("1")
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
        outcome_in(Version::V2, tenant, fields)
    }

    fn outcome_in(
        version: Version,
        tenant: &str,
        fields: &[(&str, &str)],
    ) -> (u16, &'static str, u32) {
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
        exchange(&authority, tenant, version, &form).map_or_else(
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

    #[test]
    fn version_1_reads_the_resource_and_ignores_the_scope() {
        let client = [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
        let application = ("grant_type", "client_credentials");
        let refresh = ("grant_type", "refresh_token");
        let token = ("refresh_token", REFRESH_TOKEN);
        let (good, bad) = ((200, "", 0), (400, "invalid_resource", 500_011));
        for (grant, token, resource, expected) in [
            (application, None, None, good),
            (application, None, Some("https://graph.windows.net"), good),
            (application, None, Some("https://example.com"), bad),
            (refresh, Some(token), None, good),
            (
                refresh,
                Some(token),
                Some("https://api.partnercenter.microsoft.com/"),
                good,
            ),
            (refresh, Some(token), Some("https://example.com"), bad),
        ] {
            let mut fields = vec![grant, ("scope", "any scope")];
            fields.extend(client);
            fields.extend(token);
            fields.extend(resource.map(|resource| ("resource", resource)));
            let outcome = outcome_in(Version::V1, TENANT_DOMAIN, &fields);
            assert_eq!(outcome, expected, "{fields:?}");
        }
    }
}
