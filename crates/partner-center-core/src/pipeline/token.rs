//! The token of a call, and whether the service would take it.

use std::sync::{Arc, Mutex, PoisonError};

use azure_core::credentials::{Secret, TokenRequestOptions};
use http::header::HeaderValue;

use super::PipelineOptions;
use crate::credential::{
    RefusedToken, TOLERANCE, TokenClaims, TokenExpectation, TokenProblem, claims_problem,
    token_claims,
};
use crate::operation_rules::OperationRules;

/// Where the documentation has applications ask for tokens in their own name (T80).
const DIRECTORY_GRAPH: &str = "https://graph.windows.net";

/// Tokens for calls, with what they say about themselves.
#[derive(Debug)]
pub(super) struct Tokens {
    of_a_user: TokenExpectation,
    of_anybody: TokenExpectation,
    /// The claims of the last token: most calls have the same.
    last: Mutex<Option<Known>>,
}

#[derive(Clone, Debug)]
struct Known {
    token: Secret,
    claims: Option<Arc<TokenClaims>>,
    tenant: Arc<str>,
    /// It is new, and yet has expired or not begun by this machine's clock.
    despite_the_clock: bool,
}

/// A token and what is known about it.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) secret: Secret,
    claims: Option<Arc<TokenClaims>>,
    /// The partner's tenant; empty where the token does not say it.
    pub(super) tenant: Arc<str>,
    despite_the_clock: bool,
}

impl Tokens {
    pub(super) fn new(scope: &str) -> Self {
        let mut of_anybody = TokenExpectation::of_scope(scope, false);
        if !of_anybody.audiences.is_empty() {
            of_anybody.audiences.push(DIRECTORY_GRAPH.to_owned());
        }
        Self {
            of_a_user: TokenExpectation::of_scope(scope, true),
            of_anybody,
            last: Mutex::default(),
        }
    }

    /// A token that the service would take, another than `refused` if there is any other.
    ///
    /// A token that seems to have expired is asked for once more. One that seems to have
    /// expired even though it is new tells of this machine's clock, not of the token, and
    /// is sent.
    pub(super) async fn get(
        &self,
        options: &PipelineOptions,
        rules: Option<OperationRules>,
        refused: Option<Secret>,
    ) -> azure_core::Result<Result<Token, TokenProblem>> {
        let token = self.ask(options, refused.clone()).await?;
        let is_refused = refused.as_ref() == Some(&token.secret);
        let problem = self.problem(options, rules, &token);
        match problem {
            None => Ok(Ok(token)),
            // It was sent before, so its answer is known.
            Some(_) if is_refused => Ok(Ok(token)),
            Some(problem @ TokenProblem::Expired { .. }) => {
                let another = self.ask(options, Some(token.secret.clone())).await?;
                if another.secret == token.secret {
                    return Ok(Err(problem));
                }
                match self.problem(options, rules, &another) {
                    None => Ok(Ok(another)),
                    Some(problem @ TokenProblem::Expired { .. }) => {
                        tracing::warn!("{problem}, though it is new: {}", problem.fix());
                        self.accept(&another);
                        Ok(Ok(another))
                    }
                    Some(problem) => Ok(Err(problem)),
                }
            }
            Some(problem @ TokenProblem::NotYetValid { .. }) => {
                tracing::warn!("{problem}: {}", problem.fix());
                self.accept(&token);
                Ok(Ok(token))
            }
            Some(problem) => Ok(Err(problem)),
        }
    }

    fn problem(
        &self,
        options: &PipelineOptions,
        rules: Option<OperationRules>,
        token: &Token,
    ) -> Option<TokenProblem> {
        let claims = token.claims.as_deref().filter(|_| options.checks)?;
        let expected = match rules {
            Some(rules) if !rules.allow_app_only() => &self.of_a_user,
            _ => &self.of_anybody,
        };
        let problem = claims_problem(claims, expected, options.clock.now());
        problem.filter(|problem| match problem {
            // Whose clock is right is not known.
            TokenProblem::Expired { ago } => *ago > TOLERANCE && !token.despite_the_clock,
            TokenProblem::NotYetValid { .. } => !token.despite_the_clock,
            _ => true,
        })
    }

    /// From now on this token is sent without another look at the clock.
    fn accept(&self, token: &Token) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &mut *last
            && known.token == token.secret
        {
            known.despite_the_clock = true;
        }
    }

    async fn ask(
        &self,
        options: &PipelineOptions,
        refused: Option<Secret>,
    ) -> azure_core::Result<Token> {
        let request = refused.map(|refused| {
            let mut request = TokenRequestOptions::default();
            request.method_options.context.insert(RefusedToken(refused));
            request
        });
        let secret = options
            .credential
            .get_token(&[&options.scope], request)
            .await?
            .token;
        Ok(self.read(secret))
    }

    /// What the token says about itself.
    fn read(&self, secret: Secret) -> Token {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let known = match &mut *last {
            Some(known) if known.token == secret => known,
            last => {
                let claims = token_claims(&secret).map(Arc::new);
                let tenant = claims
                    .as_ref()
                    .and_then(|claims| claims.tenant_id.as_deref());
                last.insert(Known {
                    token: secret.clone(),
                    tenant: tenant.unwrap_or_default().into(),
                    claims,
                    despite_the_clock: false,
                })
            }
        };
        Token {
            secret,
            claims: known.claims.clone(),
            tenant: known.tenant.clone(),
            despite_the_clock: known.despite_the_clock,
        }
    }
}

impl Token {
    /// The `Authorization` value with it, marked so that it is never printed.
    pub(super) fn authorization(&self) -> azure_core::Result<HeaderValue> {
        let value = HeaderValue::try_from(format!("Bearer {}", self.secret.secret()));
        let mut value = value.map_err(|_| {
            azure_core::Error::with_message(
                azure_core::error::ErrorKind::Credential,
                "the access token has characters that a header cannot carry",
            )
        })?;
        value.set_sensitive(true);
        Ok(value)
    }
}
