//! Fields of sign-in requests.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, header};
use url::form_urlencoded;

use crate::identity::errors::SignInError;

const FORM: &str = "application/x-www-form-urlencoded";

/// Fields of a sign-in request. They include secrets, so `Debug` is not implemented.
pub(crate) struct SignInForm(BTreeMap<String, String>);

impl SignInForm {
    /// Reads the form, and the client's credentials from a `Basic` header if the form has
    /// none. A body of another content type has no fields.
    ///
    /// # Errors
    ///
    /// Returns the name of a repeated field.
    pub(crate) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, String> {
        let mut fields = BTreeMap::new();
        if is_form(headers) {
            fields = parsed(body)?;
        }
        if let Some((id, secret)) = basic_credentials(headers) {
            fields.entry("client_id".to_owned()).or_insert(id);
            fields.entry("client_secret".to_owned()).or_insert(secret);
        }
        Ok(Self(fields))
    }

    /// Reads the query of a URL.
    ///
    /// # Errors
    ///
    /// Returns the name of a repeated parameter.
    pub(crate) fn of_query(query: &str) -> Result<Self, String> {
        parsed(query.as_bytes()).map(Self)
    }

    /// Returns the value of a field that is neither missing nor empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns the value of a required field.
    pub(crate) fn required(&self, name: &'static str) -> Result<&str, SignInError> {
        self.get(name)
            .ok_or_else(|| SignInError::missing_parameter(name))
    }
}

/// Parses names and values; an empty value is treated as missing (RFC 6749, 3.1).
fn parsed(form: &[u8]) -> Result<BTreeMap<String, String>, String> {
    let mut fields = BTreeMap::new();
    let mut empty = BTreeSet::new();
    for (name, value) in form_urlencoded::parse(form) {
        if fields.contains_key(name.as_ref()) || empty.contains(name.as_ref()) {
            return Err(name.into_owned());
        }
        if value.is_empty() {
            empty.insert(name.into_owned());
        } else {
            fields.insert(name.into_owned(), value.into_owned());
        }
    }
    Ok(fields)
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case(FORM))
}

/// Returns client id and secret of `Authorization: Basic`, each form-encoded (RFC 6749,
/// 2.3.1).
fn basic_credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((form_decoded(id), form_decoded(secret)))
}

fn form_decoded(text: &str) -> String {
    form_urlencoded::parse(text.as_bytes())
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(content_type: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))])
    }

    #[test]
    fn fields_are_decoded_and_empty_ones_are_missing() {
        let headers = headers("Application/X-WWW-Form-Urlencoded; charset=utf-8");
        let form =
            SignInForm::read(&headers, b"scope=a%2Fb+c&empty=&%ff=%ff").unwrap_or_else(|_| {
                panic!("not read");
            });
        assert_eq!(form.get("scope"), Some("a/b c"));
        assert_eq!(form.get("empty"), None);
    }

    #[test]
    fn repeated_fields_and_other_content_types_are_rejected() {
        let twice = SignInForm::read(&headers(FORM), b"scope=a&scope=b");
        assert_eq!(twice.err().as_deref(), Some("scope"));
        let json = SignInForm::read(&headers("application/json"), b"scope=a");
        assert!(json.is_ok_and(|form| form.get("scope").is_none()));
    }

    #[test]
    fn the_form_takes_precedence_over_the_basic_header() {
        let mut headers = headers(FORM);
        let basic = format!("Basic {}", STANDARD.encode("an%20id:se%3Acret"));
        headers.insert(header::AUTHORIZATION, basic.parse().unwrap());
        let form = SignInForm::read(&headers, b"client_id=other");
        assert!(form.is_ok_and(|form| {
            form.get("client_id") == Some("other") && form.get("client_secret") == Some("se:cret")
        }));
    }
}
