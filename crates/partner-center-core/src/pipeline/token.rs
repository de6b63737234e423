//! Token of a call, and the check whether the service would accept it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use azure_core::credentials::{Secret, TokenRequestOptions};
use http::header::HeaderValue;
use partner_center_catalog::Operation;

use super::PipelineOptions;
use crate::http::rejected_token::{RejectedToken, SeemsExpired};
use crate::http::token_check::{
    TOLERANCE, TokenClaims, TokenRejection, TokenRequirements, check_claims, token_claims,
};

/// Source of the tokens of calls, with their decoded claims.
#[derive(Debug)]
pub(super) struct Tokens {
    user_required: TokenRequirements,
    any_identity: TokenRequirements,
    /// The last token and its details, since most calls have the same token.
    last: Mutex<Option<(Secret, Arc<TokenDetails>)>>,
    /// The last token that the service rejected.
    refused: Mutex<Option<Secret>>,
}

/// Details that were read from a token.
#[derive(Debug)]
struct TokenDetails {
    claims: Option<TokenClaims>,
    /// The partner's tenant; empty if the token does not contain it.
    tenant: Arc<str>,
    /// `true` for a new token that has expired or is not yet valid by this machine's clock.
    /// The clock is wrong then, so the token is sent without a check of its lifetime.
    ignore_clock: AtomicBool,
}

/// A token and its details.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) secret: Secret,
    details: Arc<TokenDetails>,
}

impl Tokens {
    pub(super) fn new(scope: &str) -> Self {
        Self {
            user_required: TokenRequirements::for_scope(scope, true),
            any_identity: TokenRequirements::for_scope(scope, false),
            last: Mutex::default(),
            refused: Mutex::default(),
        }
    }

    /// Remembers that the service rejected this token, so that the next call requests another.
    pub(super) fn remember_refused(&self, token: &Secret) {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
    }

    /// Returns a token that the service would accept, if possible another one than `refused`.
    ///
    /// If a token seems to have expired, the credential is asked for another one. If the new
    /// token seems to have expired as well, this machine's clock is wrong, so the new token is
    /// sent.
    pub(super) async fn get(
        &self,
        options: &PipelineOptions,
        operation: &Operation,
        refused: Option<Secret>,
    ) -> azure_core::Result<Result<Token, TokenRejection>> {
        let known = self
            .refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let token = self
            .request(options, refused.clone().or(known), false)
            .await?;
        let is_refused = refused.as_ref() == Some(&token.secret);
        let problem = self.problem(options, operation, &token);
        match problem {
            None => Ok(Ok(token)),
            // The token was sent before, so the caller already has the response to it.
            Some(_) if is_refused => Ok(Ok(token)),
            Some(problem @ TokenRejection::Expired { .. }) => {
                let secret = token.secret.clone();
                let another = self.request(options, Some(secret), true).await?;
                if another.secret == token.secret {
                    return Ok(Err(problem));
                }
                match self.problem(options, operation, &another) {
                    None => Ok(Ok(another)),
                    Some(problem @ TokenRejection::Expired { .. }) => {
                        tracing::warn!("{problem}, though it is new: {}", problem.help());
                        another.ignore_clock();
                        Ok(Ok(another))
                    }
                    Some(problem) => Ok(Err(problem)),
                }
            }
            Some(problem @ TokenRejection::NotYetValid { .. }) => {
                tracing::warn!("{problem}: {}", problem.help());
                token.ignore_clock();
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
    ) -> Option<TokenRejection> {
        let claims = token
            .details
            .claims
            .as_ref()
            .filter(|_| options.preflight_checks)?;
        let requirements = match operation.accepts_app_only() {
            true => &self.any_identity,
            false => &self.user_required,
        };
        let problem = check_claims(claims, requirements, options.clock.now()).err();
        let accepted = token.details.ignore_clock.load(Ordering::Relaxed);
        problem.filter(|problem| match problem {
            // Either clock may be wrong, so allow for some difference.
            TokenRejection::Expired { ago } => *ago > TOLERANCE && !accepted,
            TokenRejection::NotYetValid { .. } => !accepted,
            _ => true,
        })
    }

    async fn request(
        &self,
        options: &PipelineOptions,
        refused: Option<Secret>,
        has_expired: bool,
    ) -> azure_core::Result<Token> {
        let request = refused.map(|refused| {
            let mut request = TokenRequestOptions::default();
            request
                .method_options
                .context
                .insert(RejectedToken(refused));
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

    /// Decodes the claims of a token.
    fn read(&self, secret: Secret) -> Token {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let details = match &*last {
            Some((token, details)) if *token == secret => details.clone(),
            _ => {
                let claims = token_claims(&secret);
                let tenant = claims.as_ref().and_then(|it| it.tenant_id.as_deref());
                let details = Arc::new(TokenDetails {
                    tenant: tenant.unwrap_or_default().into(),
                    claims,
                    ignore_clock: AtomicBool::new(false),
                });
                *last = Some((secret.clone(), details.clone()));
                details
            }
        };
        Token { secret, details }
    }
}

impl Token {
    /// Returns the partner's tenant; empty if the token does not contain it.
    pub(super) fn tenant(&self) -> Arc<str> {
        self.details.tenant.clone()
    }

    /// Returns whether the token is that of a signed-in user; `None` if it cannot be read.
    pub(super) fn of_user(&self) -> Option<bool> {
        let claims = self.details.claims.as_ref()?;
        Some(!claims.scopes.is_empty())
    }

    /// Disables the lifetime check for this token.
    fn ignore_clock(&self) {
        self.details.ignore_clock.store(true, Ordering::Relaxed);
    }

    /// Returns the value of the `Authorization` header, marked as sensitive so that it is never
    /// printed.
    pub(super) fn authorization(&self) -> azure_core::Result<HeaderValue> {
        let value = HeaderValue::try_from(format!("Bearer {}", self.secret.secret()));
        let mut value = value.map_err(|_| {
            azure_core::Error::with_message(
                azure_core::error::ErrorKind::Credential,
                "the access token has characters that a header cannot contain",
            )
        })?;
        value.set_sensitive(true);
        Ok(value)
    }
}
