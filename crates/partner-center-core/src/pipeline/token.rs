//! The token of a call, and whether the service would take it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use azure_core::credentials::{Secret, TokenRequestOptions};
use http::header::HeaderValue;
use partner_center_catalog::Operation;

use super::PipelineOptions;
use crate::credential::{
    RefusedToken, SeemsExpired, TOLERANCE, TokenClaims, TokenExpectation, TokenProblem,
    claims_problem, token_claims,
};

/// Tokens for calls, with what they say about themselves.
#[derive(Debug)]
pub(super) struct Tokens {
    of_a_user: TokenExpectation,
    of_anybody: TokenExpectation,
    /// The last token and what is known about it: most calls have the same.
    last: Mutex<Option<(Secret, Arc<Known>)>>,
    /// The last token that the service has refused, until there is another.
    refused: Mutex<Option<Secret>>,
}

/// What is known about a token.
#[derive(Debug)]
struct Known {
    claims: Option<TokenClaims>,
    /// The partner's tenant; empty where the token does not say it.
    tenant: Arc<str>,
    /// It is new, and yet has expired or not begun by this machine's clock: it is sent
    /// without another look.
    despite_the_clock: AtomicBool,
}

/// A token and what is known about it.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) secret: Secret,
    known: Arc<Known>,
}

impl Tokens {
    pub(super) fn new(scope: &str) -> Self {
        Self {
            of_a_user: TokenExpectation::of_scope(scope, true),
            of_anybody: TokenExpectation::of_scope(scope, false),
            last: Mutex::default(),
            refused: Mutex::default(),
        }
    }

    /// The service has refused this token, so the next call needs another one.
    pub(super) fn remember_refused(&self, token: &Secret) {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
    }

    /// A token that the service would take, another than `refused` if there is any other.
    ///
    /// A token that seems to have expired is asked for once more. One that seems to have
    /// expired even though it is new tells of this machine's clock, not of the token, and
    /// is sent.
    pub(super) async fn get(
        &self,
        options: &PipelineOptions,
        operation: &Operation,
        refused: Option<Secret>,
    ) -> azure_core::Result<Result<Token, TokenProblem>> {
        let known = self
            .refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let token = self.ask(options, refused.clone().or(known), false).await?;
        let is_refused = refused.as_ref() == Some(&token.secret);
        let problem = self.problem(options, operation, &token);
        match problem {
            None => Ok(Ok(token)),
            // It was sent before, so its answer is known.
            Some(_) if is_refused => Ok(Ok(token)),
            Some(problem @ TokenProblem::Expired { .. }) => {
                let another = self.ask(options, Some(token.secret.clone()), true).await?;
                if another.secret == token.secret {
                    return Ok(Err(problem));
                }
                match self.problem(options, operation, &another) {
                    None => Ok(Ok(another)),
                    Some(problem @ TokenProblem::Expired { .. }) => {
                        tracing::warn!("{problem}, though it is new: {}", problem.fix());
                        another.accept();
                        Ok(Ok(another))
                    }
                    Some(problem) => Ok(Err(problem)),
                }
            }
            Some(problem @ TokenProblem::NotYetValid { .. }) => {
                tracing::warn!("{problem}: {}", problem.fix());
                token.accept();
                Ok(Ok(token))
            }
            Some(problem) => Ok(Err(problem)),
        }
    }

    fn problem(
        &self,
        options: &PipelineOptions,
        operation: &Operation,
        token: &Token,
    ) -> Option<TokenProblem> {
        let claims = token.known.claims.as_ref().filter(|_| options.checks)?;
        let expected = match operation.accepts_app_only() {
            true => &self.of_anybody,
            false => &self.of_a_user,
        };
        let problem = claims_problem(claims, expected, options.clock.now());
        let accepted = token.known.despite_the_clock.load(Ordering::Relaxed);
        problem.filter(|problem| match problem {
            // Whose clock is right is not known.
            TokenProblem::Expired { ago } => *ago > TOLERANCE && !accepted,
            TokenProblem::NotYetValid { .. } => !accepted,
            _ => true,
        })
    }

    async fn ask(
        &self,
        options: &PipelineOptions,
        refused: Option<Secret>,
        has_expired: bool,
    ) -> azure_core::Result<Token> {
        let request = refused.map(|refused| {
            let mut request = TokenRequestOptions::default();
            request.method_options.context.insert(RefusedToken(refused));
            if has_expired {
                request.method_options.context.insert(SeemsExpired);
            }
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
        let known = match &*last {
            Some((token, known)) if *token == secret => known.clone(),
            _ => {
                let claims = token_claims(&secret);
                let tenant = claims.as_ref().and_then(|it| it.tenant_id.as_deref());
                let known = Arc::new(Known {
                    tenant: tenant.unwrap_or_default().into(),
                    claims,
                    despite_the_clock: AtomicBool::new(false),
                });
                *last = Some((secret.clone(), known.clone()));
                known
            }
        };
        Token { secret, known }
    }
}

impl Token {
    /// The partner's tenant; empty where the token does not say it.
    pub(super) fn tenant(&self) -> Arc<str> {
        self.known.tenant.clone()
    }

    /// Whether it is that of a signed-in user, where it can be read.
    pub(super) fn of_user(&self) -> Option<bool> {
        let claims = self.known.claims.as_ref()?;
        Some(!claims.scopes.is_empty())
    }

    /// From now on this token is sent without another look at the clock.
    fn accept(&self) {
        self.known.despite_the_clock.store(true, Ordering::Relaxed);
    }

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
