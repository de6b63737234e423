//! `/{tenant}/oauth2/v2.0/authorize`: where a browser gets a code.

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

/// Characters of an S256 challenge.
const CHALLENGE_LENGTH: usize = 43;

/// Shows the page, or takes what it sends and goes back to the application.
pub(crate) async fn respond(authority: &Authority, tenant: &str, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    // Until the address of the application is known to be one, faults are shown here.
    let (form, redirect) = match application(tenant, &query) {
        Ok(application) => application,
        Err(error) => return pages::error(&error),
    };
    let wanted = match AuthorizationRequest::read(&form) {
        Ok(wanted) => wanted,
        Err(error) => return back_with_error(redirect, &form, &error),
    };
    match *request.method() {
        Method::GET if authority.settings().automatic_consent => {
            back_with_code(authority, redirect, &form, &wanted)
        }
        Method::GET | Method::HEAD => pages::sign_in(wanted.scope),
        Method::POST => match read_form(request).await {
            Err(error) => pages::error(&error),
            Ok(answer) if answer.get("decision") == Some("approve") => {
                back_with_code(authority, redirect, &form, &wanted)
            }
            Ok(_) => back_with_error(redirect, &form, &SignInError::declined()),
        },
        _ => pages::error(&SignInError::method_not_allowed("GET, POST")),
    }
}

/// The parameters of a request, and the address to go back to.
fn application(tenant: &str, query: &str) -> Result<(SignInForm, Url), SignInError> {
    Tenant::of(tenant)?;
    let form = SignInForm::of_query(query).map_err(|_| SignInError::repeated_parameter())?;
    check_client_id(&form)?;
    let redirect =
        loopback(form.required("redirect_uri")?).ok_or_else(SignInError::redirect_uri)?;
    Ok((form, redirect))
}

/// An address on this machine, without anything that would end up elsewhere.
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

/// What a well-formed request asks for.
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
        // Without a method the challenge would be the verifier itself, for all to see.
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
    wanted: &AuthorizationRequest<'_>,
) -> Response {
    let code = authority.authorization_codes.issue(Authorization {
        sign_in: authority.sign_in(),
        scope: wanted.scope.to_owned(),
        nonce: form.get("nonce").map(str::to_owned),
        redirect_uri: form.get("redirect_uri").unwrap_or_default().to_owned(),
        challenge: wanted.challenge.to_owned(),
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

/// Sends the browser back to the application, which gets its own state again.
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
    fn only_addresses_on_this_machine_will_do() {
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
