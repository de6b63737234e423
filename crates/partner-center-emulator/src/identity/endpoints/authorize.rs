//! Authorization endpoint `/{tenant}/oauth2/v2.0/authorize`.

use axum::{body::Body, extract::Request, response::Response};
use http::{HeaderValue, Method, StatusCode, header};
use url::{Host, Url};

use crate::identity::{
    authority::Authority,
    endpoints::{pages, respond::read_form},
    errors::SignInError,
    form::SignInForm,
    grants::{
        authorization_codes::Authorization, client::check_client_id, scope::delegated_audience,
    },
    tenant::Tenant,
};

/// Length of an S256 challenge, in characters (RFC 7636, 4.2).
const CHALLENGE_LENGTH: usize = 43;

/// Shows the sign-in page, or takes the user's decision and redirects to the application.
pub(crate) async fn respond(authority: &Authority, tenant: &str, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    // Errors are shown here until the redirect URI is known to be valid (RFC 6749,
    // 4.1.2.1).
    let (form, redirect) = match application(tenant, &query) {
        Ok(application) => application,
        Err(error) => return pages::error(&error),
    };
    let requested = match AuthorizationRequest::read(&form) {
        Ok(requested) => requested,
        Err(error) => return back_with_error(redirect, &form, &error),
    };
    match *request.method() {
        Method::GET if authority.settings().automatic_consent => {
            back_with_code(authority, redirect, &form, &requested)
        }
        Method::GET | Method::HEAD => pages::sign_in(requested.scope),
        Method::POST => match read_form(request).await {
            Err(error) => pages::error(&error),
            Ok(decision) if decision.get("decision") == Some("approve") => {
                back_with_code(authority, redirect, &form, &requested)
            }
            Ok(_) => back_with_error(redirect, &form, &SignInError::declined()),
        },
        _ => pages::error(&SignInError::method_not_allowed("GET, POST")),
    }
}

/// Returns the parameters of a request and its redirect URI.
fn application(tenant: &str, query: &str) -> Result<(SignInForm, Url), SignInError> {
    Tenant::of(tenant)?;
    let form = SignInForm::of_query(query).map_err(|_| SignInError::repeated_parameter())?;
    check_client_id(&form)?;
    let redirect =
        loopback(form.required("redirect_uri")?).ok_or_else(SignInError::redirect_uri)?;
    Ok((form, redirect))
}

/// Parses a redirect URI. It must be a plain URL on the loopback interface, so that codes
/// never leave the machine.
fn loopback(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let local = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let plain = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none();
    (local && plain).then_some(url)
}

/// Well-formed authorization request.
struct AuthorizationRequest<'a> {
    scope: &'a str,
    challenge: &'a str,
}

impl<'a> AuthorizationRequest<'a> {
    fn read(form: &'a SignInForm) -> Result<Self, SignInError> {
        if form.required("response_type")? != "code" {
            return Err(SignInError::response_type());
        }
        if form
            .get("response_mode")
            .is_some_and(|mode| mode != "query")
        {
            return Err(SignInError::response_mode());
        }
        let scope = form.required("scope")?;
        delegated_audience(Some(scope)).ok_or_else(SignInError::invalid_scope)?;
        let challenge = form
            .get("code_challenge")
            .ok_or_else(SignInError::challenge_missing)?;
        // The default method is `plain`, which exposes the verifier (RFC 7636, 4.3).
        if form.get("code_challenge_method") != Some("S256") {
            return Err(SignInError::challenge_missing());
        }
        let well_formed = challenge.len() == CHALLENGE_LENGTH
            && challenge
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if !well_formed {
            return Err(SignInError::challenge_malformed());
        }
        Ok(Self { scope, challenge })
    }
}

fn back_with_code(
    authority: &Authority,
    redirect: Url,
    form: &SignInForm,
    requested: &AuthorizationRequest<'_>,
) -> Response {
    let code = authority.authorization_codes.issue(Authorization {
        sign_in: authority.sign_in(),
        scope: requested.scope.to_owned(),
        nonce: form.get("nonce").map(str::to_owned),
        redirect_uri: form.get("redirect_uri").unwrap_or_default().to_owned(),
        challenge: requested.challenge.to_owned(),
    });
    back(redirect, form, &[("code", &code)])
}

fn back_with_error(redirect: Url, form: &SignInForm, error: &SignInError) -> Response {
    let text = error.text();
    back(
        redirect,
        form,
        &[("error", error.error), ("error_description", &text)],
    )
}

/// Redirects the browser to the application, with the application's `state`.
fn back(mut redirect: Url, form: &SignInForm, fields: &[(&str, &str)]) -> Response {
    redirect
        .query_pairs_mut()
        .extend_pairs(fields)
        .extend_pairs(form.get("state").map(|state| ("state", state)));
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FOUND;
    if let Ok(location) = HeaderValue::from_str(redirect.as_str()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_uris_must_be_on_the_loopback_interface() {
        for text in [
            "http://localhost",
            "http://LOCALHOST:8400/",
            "https://localhost:44395/",
            "http://127.0.0.1:1/callback?x=1",
            "http://[::1]:8400/",
        ] {
            assert!(loopback(text).is_some(), "{text}");
        }
        for text in [
            "",
            "localhost",
            "http://example.com/",
            "http://localhost.example.com/",
            "http://localhost@example.com/",
            "http://user@localhost/",
            "http://localhost/#fragment",
            "ftp://localhost/",
            "urn:ietf:wg:oauth:2.0:oob",
            "http://192.168.0.1/",
        ] {
            assert!(loopback(text).is_none(), "{text}");
        }
    }
}
