//! Client authentication.

use crate::identity::{
    authority::Authority,
    errors::SignInError,
    form::SignInForm,
    grants::client_assertion::{self, ASSERTION_TYPE},
    seed::{CLIENT_ID, CLIENT_SECRET},
};

/// Kind of client: confidential if the request has a secret or an assertion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Client {
    Confidential,
    Public,
}

/// Checks the client id, and the credential if there is one.
pub(crate) fn identify(authority: &Authority, form: &SignInForm) -> Result<Client, SignInError> {
    check_client_id(form)?;
    let secret = form.get("client_secret");
    let assertion = form.get("client_assertion");
    let has_assertion = assertion.is_some() || form.get("client_assertion_type").is_some();
    if secret.is_none() && !has_assertion {
        return Ok(Client::Public);
    }
    if authority.settings().public_client {
        return Err(SignInError::public_client());
    }
    match secret {
        Some(_) if has_assertion => return Err(SignInError::two_credentials()),
        Some(secret) => check_secret(authority, secret)?,
        None => {
            if form.required("client_assertion_type")? != ASSERTION_TYPE {
                return Err(SignInError::assertion_type());
            }
            client_assertion::check(authority, form.required("client_assertion")?)?;
        }
    }
    Ok(Client::Confidential)
}

/// Checks the client id.
pub(crate) fn check_client_id(form: &SignInForm) -> Result<(), SignInError> {
    if form.required("client_id")?.eq_ignore_ascii_case(CLIENT_ID) {
        Ok(())
    } else {
        Err(SignInError::unknown_client())
    }
}

fn check_secret(authority: &Authority, secret: &str) -> Result<(), SignInError> {
    if secret != CLIENT_SECRET {
        Err(SignInError::wrong_secret())
    } else if authority.secret_has_expired() {
        Err(SignInError::expired_secret())
    } else {
        Ok(())
    }
}
