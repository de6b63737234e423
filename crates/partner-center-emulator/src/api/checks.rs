//! Checks of a call, in the order in which the service makes them.

use http::{HeaderMap, HeaderName, Method, header, request::Parts};
use partner_center_catalog::Operation;

use crate::{
    api::{
        api_error::ApiError,
        documented::DocumentedResponse,
        not_emulated,
        parameters::{self, Call, Parameters},
        router::{self, Route},
    },
    identity::{Claims, GRAPH_AUDIENCE, Issuer, PARTNER_CENTER_AUDIENCE, TokenFault},
};

const CONTRACT_VERSION: HeaderName = HeaderName::from_static("ms-contract-version");

/// Call of a known operation with an accepted token.
pub(crate) struct AuthorizedCall<'call> {
    documented: &'static DocumentedResponse,
    /// Values of the path parameters.
    parameters: Vec<&'call str>,
    claims: Claims,
}

/// Finds the operation of a call and checks its token.
/// [`AuthorizedCall::admit`] makes the remaining checks.
///
/// The order is path, method, token, second factor, contract version, parameters; the
/// first failure is reported.
pub(crate) fn identify<'call>(
    responses: &'static [DocumentedResponse],
    issuer: &Issuer,
    parts: &'call Parts,
) -> Result<AuthorizedCall<'call>, ApiError> {
    let path = parts.uri.path();
    // Before the router, which would take `/v1/customers/usagerecords` for a customer.
    if not_emulated::has_path(path) {
        return Err(ApiError::not_emulated());
    }
    let (documented, parameters) = match router::find(responses, &parts.method, path) {
        Route::Found {
            documented,
            parameters,
        } => (documented, parameters),
        Route::MethodNotAllowed { .. } if not_emulated::has_method(&parts.method, path) => {
            return Err(ApiError::not_emulated());
        }
        Route::MethodNotAllowed { allow } => return Err(ApiError::method_not_allowed(&allow)),
        Route::NotFound => return Err(ApiError::unknown_path()),
    };
    let claims = check_token(documented.operation, issuer, &parts.headers)?;
    Ok(AuthorizedCall {
        documented,
        parameters,
        claims,
    })
}

/// Returns the methods of a path in the format of the `Allow` header, if `parts` is an `OPTIONS`
/// request for a known path.
pub(crate) fn options(responses: &'static [DocumentedResponse], parts: &Parts) -> Option<String> {
    if parts.method != Method::OPTIONS {
        return None;
    }
    match router::find(responses, &parts.method, parts.uri.path()) {
        Route::MethodNotAllowed { allow } => Some(allow),
        Route::Found { .. } | Route::NotFound => None,
    }
}

impl AuthorizedCall<'_> {
    /// Returns the claims of the token.
    pub(crate) fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Returns the operation of the call and its parameters, or the error of the first
    /// failed check. With `require_mfa`, only tokens of a sign-in with a second factor are
    /// accepted; with `strict`, only calls that the documentation allows.
    pub(crate) fn admit(
        &self,
        require_mfa: bool,
        strict: bool,
        parts: &Parts,
    ) -> Result<(&'static DocumentedResponse, Parameters), ApiError> {
        if require_mfa && self.claims.is_delegated() && !self.claims.has_mfa() {
            return Err(ApiError::mfa_required());
        }
        if strict {
            check_contract_version(&parts.headers)?;
            check_no_body(&parts.headers)?;
        }
        let call = Call {
            path: &self.parameters,
            query: parts.uri.query().unwrap_or_default(),
            headers: &parts.headers,
            strict,
            is_delegated: self.claims.is_delegated(),
        };
        let parameters = parameters::check(self.documented.operation, &call)?;
        Ok((self.documented, parameters))
    }
}

fn check_token(
    operation: &Operation,
    issuer: &Issuer,
    headers: &HeaderMap,
) -> Result<Claims, ApiError> {
    let token = bearer_token(headers).ok_or_else(ApiError::token_missing)?;
    let claims = issuer.verify(token).map_err(|fault| {
        ApiError::token_refused(match fault {
            TokenFault::NotJwt => "Access denied. The access token is not a JSON web token.",
            TokenFault::Signature => "Access denied. The access token's signature is not valid.",
            TokenFault::NotYetValid => "Access denied. The access token is not valid yet.",
            TokenFault::Expired => "Access denied. The access token has expired.",
        })
    })?;
    check_audience(&claims)?;
    match claims.is_delegated() || operation.accepts_app_only() {
        true => Ok(claims),
        false => Err(ApiError::app_only()),
    }
}

/// Checks the audience. Azure AD Graph has a separate error code, for delegated and
/// app-only tokens ([T80](partner_center_catalog::deviations#t80)).
fn check_audience(claims: &Claims) -> Result<(), ApiError> {
    match claims.aud.as_str() {
        PARTNER_CENTER_AUDIENCE => Ok(()),
        GRAPH_AUDIENCE => Err(ApiError::audience_retired()),
        _ => Err(ApiError::token_refused(
            "Access denied. The access token is for another audience than \
             https://api.partnercenter.microsoft.com.",
        )),
    }
}

/// Returns the token if there is exactly one `Authorization: Bearer <token>` header.
fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.trim().split_once(' ')?;
    let token = token.trim();
    let well_formed = scheme.eq_ignore_ascii_case("bearer")
        && !token.is_empty()
        && !token.contains(|character: char| character.is_whitespace());
    well_formed.then_some(token)
}

/// Checks the contract version. The header is optional; its only valid value is `v1`
/// ([T66](partner_center_catalog::deviations#t66)).
fn check_contract_version(headers: &HeaderMap) -> Result<(), ApiError> {
    let supported = headers
        .get_all(CONTRACT_VERSION)
        .iter()
        .all(|value| value.as_bytes().trim_ascii() == b"v1");
    supported
        .then_some(())
        .ok_or_else(ApiError::contract_version)
}

/// Checks that there is no request body; an empty one is documented (`Content-Length: 0`).
///
/// A body of GET has no meaning (RFC 9110, 9.3.1). The body itself is not read, so a chunked one
/// counts even if it is empty.
fn check_no_body(headers: &HeaderMap) -> Result<(), ApiError> {
    let has_length = headers
        .get_all(header::CONTENT_LENGTH)
        .iter()
        .any(|length| length.as_bytes().trim_ascii() != b"0");
    if has_length || headers.contains_key(header::TRANSFER_ENCODING) {
        return Err(ApiError::request_body());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Request;

    use super::*;
    use crate::{
        clock::Clock,
        identity::{IdTokenKey, TokenOptions},
        ids::REQUEST_ID,
        testing::RESPONSES,
    };

    const CUSTOMER: &str = "/v1/customers/0c39d6d5-c70d-4c55-bc02-f620844f3fd1/usage";

    fn issuer() -> Issuer {
        let key = IdTokenKey::generate().unwrap();
        Issuer::new(Clock::default(), Duration::from_secs(3600), key)
    }

    fn outcome(
        issuer: &Issuer,
        options: TokenOptions,
        uri: &str,
    ) -> Result<&'static str, (u16, u32)> {
        let request = Request::builder()
            .uri(uri)
            .header("Authorization", format!("Bearer {}", issuer.mint(&options)))
            .body(())
            .unwrap();
        admitted(issuer, request)
    }

    fn admitted(issuer: &Issuer, request: Request<()>) -> Result<&'static str, (u16, u32)> {
        let parts = request.into_parts().0;
        identify(RESPONSES, issuer, &parts)
            .and_then(|caller| caller.admit(false, true, &parts))
            .map(|(documented, _)| documented.operation.id)
            .map_err(|refusal| refusal.status_and_code())
    }

    #[test]
    fn customer_ids_are_guids() {
        let (issuer, options) = (issuer(), TokenOptions::new());
        assert_eq!(
            outcome(&issuer, options.clone(), CUSTOMER),
            Ok("customer_usage")
        );
        assert_eq!(
            outcome(&issuer, options, "/v1/customers/contoso/usage"),
            Err((400, 900_118))
        );
    }

    #[test]
    fn unknown_and_repeated_query_parameters_are_rejected() {
        let issuer = issuer();
        for (query, expected) in [
            ("?", Ok("customer_usage")),
            ("?top=1&GroupBy=market", Ok("customer_usage")),
            ("?top=1&skip=1", Err((400, 3000))),
            ("?=1", Err((400, 3000))),
            ("?top=1&TOP=2", Err((400, 3000))),
            ("?%ff%00=1", Err((400, 3000))),
        ] {
            let uri = format!("{CUSTOMER}{query}");
            assert_eq!(
                outcome(&issuer, TokenOptions::new(), &uri),
                expected,
                "{query}"
            );
        }
    }

    #[test]
    fn app_only_tokens_are_rejected_where_a_user_is_required() {
        let issuer = issuer();
        let app_only = TokenOptions::new().app_only();
        assert_eq!(
            outcome(&issuer, app_only.clone(), "/v1/analytics/total"),
            Err((403, 2032))
        );
        assert_eq!(outcome(&issuer, app_only, "/v1/customers"), Ok("customers"));
    }

    #[test]
    fn every_operation_rejects_tokens_for_azure_ad_graph() {
        let issuer = issuer();
        for options in [TokenOptions::new(), TokenOptions::new().app_only()] {
            for path in ["/v1/analytics/total", "/v1/customers"] {
                let of =
                    |audience: &str| outcome(&issuer, options.clone().audience(audience), path);
                assert_eq!(of(GRAPH_AUDIENCE), Err((401, 900_420)), "{path}");
                assert_eq!(of("https://graph.microsoft.com"), Err((401, 400)));
                let china = "https://partner.partnercenterapi.microsoftonline.cn";
                assert_eq!(of(china), Err((401, 400)));
            }
        }
    }

    #[test]
    fn the_first_failed_check_is_reported() {
        let issuer = issuer();
        // The call has every error; they are corrected one after another.
        let mut call = Request::new(());
        *call.method_mut() = http::Method::PUT;
        *call.uri_mut() = http::Uri::from_static("/v1/unknown?x=1");
        call.headers_mut()
            .insert(CONTRACT_VERSION, http::HeaderValue::from_static("v2"));
        call.headers_mut()
            .insert(REQUEST_ID, http::HeaderValue::from_static("1"));
        assert_eq!(admitted(&issuer, call.clone()), Err((404, 1000)));

        *call.uri_mut() = http::Uri::from_static("/v1/customers/x/usage?x=1");
        assert_eq!(admitted(&issuer, call.clone()), Err((405, 0)));

        *call.method_mut() = http::Method::GET;
        assert_eq!(admitted(&issuer, call.clone()), Err((401, 800_001)));

        let token = format!("Bearer {}", issuer.mint(&TokenOptions::new()));
        call.headers_mut()
            .insert(header::AUTHORIZATION, token.parse().unwrap());
        assert_eq!(admitted(&issuer, call.clone()), Err((400, 800_002)));

        call.headers_mut().remove(CONTRACT_VERSION);
        assert_eq!(admitted(&issuer, call.clone()), Err((400, 800_002)));

        call.headers_mut().remove(REQUEST_ID);
        assert_eq!(admitted(&issuer, call.clone()), Err((400, 900_118)));

        *call.uri_mut() = format!("{CUSTOMER}?x=1").parse().unwrap();
        assert_eq!(admitted(&issuer, call.clone()), Err((400, 3000)));

        *call.uri_mut() = http::Uri::from_static(CUSTOMER);
        assert_eq!(admitted(&issuer, call), Ok("customer_usage"));
    }

    #[test]
    fn a_token_needs_exactly_one_bearer_header() {
        let mut headers = HeaderMap::new();
        for value in ["", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "abc"] {
            headers.insert("authorization", value.parse().unwrap());
            assert_eq!(bearer_token(&headers), None, "{value}");
        }
        for value in ["Bearer abc", "bearer  abc "] {
            headers.insert("authorization", value.parse().unwrap());
            assert_eq!(bearer_token(&headers), Some("abc"));
        }
        headers.append("authorization", "Bearer abc".parse().unwrap());
        assert_eq!(bearer_token(&headers), None);
    }
}
