//! Authorization endpoint `/{tenant}/oauth2/v2.0/authorize`, and `/{tenant}/oauth2/authorize` of
//! version 1.0.

use axum::{extract::Request, response::Response};
use http::Method;
use url::Url;

use super::redirect::{ResponseMode, loopback};
use crate::identity::{
    authority::Authority,
    endpoint::Version,
    endpoints::{pages, respond::read_form},
    errors::SignInError,
    form::SignInForm,
    grants::{
        authorization_codes::Authorization, client::check_client_id, exchange::wants_client_info,
        scope::RequestedTokens,
    },
    seed::REDIRECT_URI,
    tenant::Tenant,
    tokens::issuer::client_info,
};

/// Length of an S256 challenge, in characters (RFC 7636, 4.2).
const CHALLENGE_LENGTH: usize = 43;

/// Supported values of `prompt`. Only `none` has an effect, because there is one user, who is
/// never signed in before.
const PROMPTS: [&str; 6] = [
    "login",
    "none",
    "consent",
    "select_account",
    "admin_consent",
    "create",
];

/// Shows the sign-in page, or takes the user's decision and returns to the application.
pub(crate) async fn respond(
    authority: &Authority,
    tenant: &str,
    version: Version,
    request: Request,
) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    // Errors are shown here until the redirect URI is known to be valid (RFC 6749,
    // 4.1.2.1).
    let application = match Application::read(tenant, version, &query) {
        Ok(application) => application,
        Err(error) => return pages::error(&error),
    };
    let settings = authority.settings();
    let requested = match application.request(settings.public_client) {
        Ok(requested) => requested,
        Err(error) => return application.return_error(&error),
    };
    let is_silent = application.form.get("prompt") == Some("none");
    match *request.method() {
        Method::GET if settings.automatic_consent => application.return_code(authority, requested),
        Method::GET | Method::HEAD if is_silent => {
            application.return_error(&SignInError::sign_in_required())
        }
        Method::GET | Method::HEAD => pages::sign_in(&application.permissions()),
        Method::POST => match read_form(request).await {
            Err(error) => pages::error(&error),
            Ok(decision) if decision.get("decision") == Some("approve") => {
                application.return_code(authority, requested)
            }
            Ok(_) => application.return_error(&SignInError::declined()),
        },
        _ => pages::error(&SignInError::method_not_allowed("GET, POST")),
    }
}

/// Application that requests a sign-in, known by its id and its redirect URI.
struct Application {
    form: SignInForm,
    version: Version,
    redirect: Url,
}

/// Well-formed authorization request.
struct AuthorizationRequest {
    tokens: RequestedTokens,
    challenge: Option<String>,
    /// Whether the response has an id token beside the code.
    with_id_token: bool,
}

impl Application {
    fn read(tenant: &str, version: Version, query: &str) -> Result<Self, SignInError> {
        Tenant::of(tenant)?;
        let form = SignInForm::of_query(query).map_err(|_| SignInError::repeated_parameter())?;
        check_client_id(&form)?;
        let redirect = match (form.get("redirect_uri"), version) {
            (None, Version::V1) => REDIRECT_URI,
            _ => form.required("redirect_uri")?,
        };
        let redirect = loopback(redirect).ok_or_else(SignInError::redirect_uri)?;
        Ok(Self {
            form,
            version,
            redirect,
        })
    }

    /// Returns whether the response type has an id token beside the code, if it is supported.
    fn with_id_token(&self) -> Option<bool> {
        let mut types: Vec<_> = self.form.get("response_type")?.split_whitespace().collect();
        types.sort_unstable();
        match types.as_slice() {
            ["code"] => Some(false),
            ["code", "id_token"] => Some(true),
            _ => None,
        }
    }

    /// Returns the response mode, or the default of the response type if there is none or an
    /// unsupported one.
    fn response_mode(&self) -> ResponseMode {
        let requested = self.form.get("response_mode").and_then(ResponseMode::of);
        match (requested, self.with_id_token()) {
            (None | Some(ResponseMode::Query), Some(true)) => ResponseMode::Fragment,
            (None, _) => ResponseMode::Query,
            (Some(mode), _) => mode,
        }
    }

    fn request(&self, public_client: bool) -> Result<AuthorizationRequest, SignInError> {
        let form = &self.form;
        form.required("response_type")?;
        let with_id_token = self
            .with_id_token()
            .ok_or_else(SignInError::response_type)?;
        if let Some(mode) = form.get("response_mode") {
            let mode = ResponseMode::of(mode).ok_or_else(SignInError::response_mode)?;
            // An id token must not be in a query, which servers log.
            if with_id_token && mode == ResponseMode::Query {
                return Err(SignInError::response_mode());
            }
        }
        if with_id_token {
            form.required("nonce")?;
        }
        if form
            .get("prompt")
            .is_some_and(|prompt| !PROMPTS.contains(&prompt))
        {
            return Err(SignInError::prompt());
        }
        let tokens = RequestedTokens::begin(form, self.version)?;
        let challenge = self.challenge()?;
        if challenge.is_none() && public_client {
            return Err(SignInError::challenge_missing());
        }
        Ok(AuthorizationRequest {
            tokens,
            challenge,
            with_id_token,
        })
    }

    fn challenge(&self) -> Result<Option<String>, SignInError> {
        let method = self.form.get("code_challenge_method");
        let Some(challenge) = self.form.get("code_challenge") else {
            return match method {
                Some(_) => Err(SignInError::challenge_missing()),
                None => Ok(None),
            };
        };
        // The default method is `plain`, which exposes the verifier (RFC 7636, 4.3).
        if method != Some("S256") {
            return Err(SignInError::challenge_missing());
        }
        let well_formed = challenge.len() == CHALLENGE_LENGTH
            && challenge
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        match well_formed {
            true => Ok(Some(challenge.to_owned())),
            false => Err(SignInError::challenge_malformed()),
        }
    }

    /// Returns what the sign-in page lists: the resource and the scopes.
    fn permissions(&self) -> String {
        let [resource, scope] =
            ["resource", "scope"].map(|name| self.form.get(name).unwrap_or_default());
        match self.version {
            Version::V1 => format!("{resource} {scope}"),
            Version::V2 => scope.to_owned(),
        }
    }

    fn return_code(&self, authority: &Authority, requested: AuthorizationRequest) -> Response {
        let nonce = self.form.get("nonce").map(str::to_owned);
        let code = authority.authorization_codes.issue(Authorization {
            sign_in: authority.sign_in(),
            requested: requested.tokens,
            nonce: nonce.clone(),
            redirect_uri: match self.form.get("redirect_uri") {
                Some(text) => text.to_owned(),
                None => self.redirect.to_string(),
            },
            challenge: requested.challenge,
        });
        let id_token = requested.with_id_token.then(|| {
            let issuer = authority.issuer();
            issuer.id_token(authority.base(), self.version, nonce, Some(&code))
        });
        let client_info = wants_client_info(&self.form).then(client_info);
        let mut fields = vec![("code", code.as_str())];
        fields.extend(id_token.iter().map(|token| ("id_token", token.as_str())));
        fields.extend(
            client_info
                .iter()
                .map(|info| ("client_info", info.as_str())),
        );
        self.return_to(fields)
    }

    fn return_error(&self, error: &SignInError) -> Response {
        let text = error.text();
        self.return_to(vec![("error", error.error), ("error_description", &text)])
    }

    /// Returns to the application, with the application's `state`.
    fn return_to<'a>(&'a self, mut fields: Vec<(&'static str, &'a str)>) -> Response {
        fields.extend(self.form.get("state").map(|state| ("state", state)));
        self.response_mode().respond(self.redirect.clone(), &fields)
    }
}
