//! Sign-in service of an emulator: settings, codes and tokens.

use std::sync::atomic::{AtomicBool, Ordering};

use url::Url;

use crate::{
    clock::Clock,
    identity::{
        grants::{
            authorization_codes::AuthorizationCodes, device_codes::DeviceCodes,
            refresh_tokens::RefreshTokens,
        },
        settings::SignInSettings,
        tokens::{id_token_key::IdTokenKey, issuer::Issuer, token_options::TokenOptions},
    },
};

/// Properties of a sign-in, inherited by all tokens issued for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SignIn {
    /// `true` if the user gave a second factor.
    pub(crate) mfa: bool,
}

/// State of the sign-in service.
#[derive(Debug)]
pub(crate) struct Authority {
    base: Url,
    settings: SignInSettings,
    issuer: Issuer,
    pub(super) refresh_tokens: RefreshTokens,
    pub(super) device_codes: DeviceCodes,
    pub(super) authorization_codes: AuthorizationCodes,
    mfa: AtomicBool,
    require_mfa: AtomicBool,
    secret_expired: AtomicBool,
    certificates_expired: AtomicBool,
    consent_missing: AtomicBool,
}

impl Authority {
    /// Returns an authority; `base` is the emulator's URL.
    pub(crate) fn new(
        base: Url,
        clock: &Clock,
        settings: SignInSettings,
        id_token_key: IdTokenKey,
    ) -> Self {
        Self {
            base,
            issuer: Issuer::new(clock.clone(), settings.access_token_lifetime, id_token_key),
            refresh_tokens: RefreshTokens::new(clock.clone(), &settings),
            device_codes: DeviceCodes::new(clock.clone(), &settings),
            authorization_codes: AuthorizationCodes::new(clock.clone()),
            mfa: AtomicBool::new(settings.sign_in_with_mfa),
            require_mfa: AtomicBool::new(settings.require_mfa),
            secret_expired: AtomicBool::new(false),
            certificates_expired: AtomicBool::new(false),
            consent_missing: AtomicBool::new(false),
            settings,
        }
    }

    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    pub(crate) fn settings(&self) -> &SignInSettings {
        &self.settings
    }

    pub(crate) fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    pub(crate) fn clock(&self) -> &Clock {
        self.issuer.clock()
    }

    /// Creates an access token with these options.
    pub(crate) fn mint(&self, options: &TokenOptions) -> String {
        self.issuer.mint(options)
    }

    /// Signs the user in, which includes consent.
    pub(crate) fn sign_in(&self) -> SignIn {
        self.set_consent(true);
        SignIn {
            mfa: self.mfa.load(Ordering::Relaxed),
        }
    }

    /// Takes the user's decision for a device code. Returns `false` if no sign-in waits for
    /// the code.
    pub(crate) fn decide_device(&self, user_code: &str, approved: bool) -> bool {
        if !self.device_codes.is_waiting(user_code) {
            return false;
        }
        let sign_in = approved.then(|| self.sign_in());
        self.device_codes.decide(user_code, sign_in)
    }

    pub(crate) fn waiting_user_codes(&self) -> Vec<String> {
        self.device_codes.waiting()
    }

    /// Returns whether the API requires tokens of a sign-in with a second factor.
    pub(crate) fn requires_mfa(&self) -> bool {
        self.require_mfa.load(Ordering::Relaxed)
    }

    pub(crate) fn set_require_mfa(&self, require: bool) {
        self.require_mfa.store(require, Ordering::Relaxed);
    }

    /// Returns whether future sign-ins have a second factor.
    pub(crate) fn signs_in_with_mfa(&self) -> bool {
        self.mfa.load(Ordering::Relaxed)
    }

    pub(crate) fn set_mfa(&self, mfa: bool) {
        self.mfa.store(mfa, Ordering::Relaxed);
    }

    /// Issues a refresh token of a sign-in without the secret.
    pub(crate) fn mint_refresh_token(&self) -> String {
        self.refresh_tokens.issue(self.sign_in(), true)
    }

    pub(crate) fn revoke_refresh_tokens(&self) {
        self.refresh_tokens.revoke_all();
    }

    pub(crate) fn expire_secret(&self) {
        self.secret_expired.store(true, Ordering::Relaxed);
    }

    pub(super) fn secret_has_expired(&self) -> bool {
        self.secret_expired.load(Ordering::Relaxed)
    }

    pub(crate) fn expire_client_certificates(&self) {
        self.certificates_expired.store(true, Ordering::Relaxed);
    }

    pub(super) fn client_certificates_have_expired(&self) -> bool {
        self.certificates_expired.load(Ordering::Relaxed)
    }

    pub(crate) fn set_consent(&self, given: bool) {
        self.consent_missing.store(!given, Ordering::Relaxed);
    }

    pub(crate) fn has_consent(&self) -> bool {
        !self.consent_missing.load(Ordering::Relaxed)
    }

    /// Restores the state after the start: switches, credentials and refresh tokens. Codes that
    /// were not redeemed are forgotten.
    pub(crate) fn reset(&self) {
        self.set_mfa(self.settings.sign_in_with_mfa);
        self.set_require_mfa(self.settings.require_mfa);
        self.set_consent(true);
        self.secret_expired.store(false, Ordering::Relaxed);
        self.certificates_expired.store(false, Ordering::Relaxed);
        self.refresh_tokens.reset();
        self.device_codes.clear();
        self.authorization_codes.clear();
    }
}

#[cfg(test)]
impl Authority {
    /// Returns an authority for unit tests.
    pub(crate) fn at(clock: &Clock, settings: SignInSettings) -> Self {
        let base = Url::parse("http://127.0.0.1:1/").unwrap();
        Self::new(base, clock, settings, IdTokenKey::generate().unwrap())
    }
}
