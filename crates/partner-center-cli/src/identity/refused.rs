//! A sign-in that failed, in the words of the command line.

use std::error::Error;

use partner_center::credential::{
    BrowserSignInError, RefreshTokenError, SignInFailure, SignInRefused, StoreError,
};

use crate::failure::{Exit, Failure, messages};

/// Code of a refusal because the user signed in without multi-factor authentication.
const MFA_REQUIRED: &str = "900421";

/// Numbers after `AADSTS` that are about the client secret.
const NO_SECRET: u32 = 7_000_218;
const WRONG_SECRET: u32 = 7_000_215;
const EXPIRED_SECRET: u32 = 7_000_222;

/// What went wrong when a credential was asked for a token, and what to do. `again` is
/// the command to sign in with.
pub(crate) fn sign_in_failed(error: &(dyn Error + 'static), again: &str) -> Failure {
    let text = own_words(error).join(": ");
    if let Some(failure) = cause::<SignInFailure>(error) {
        return match failure {
            SignInFailure::Unavailable { status, .. } => {
                Failure::new(exit_of_status(status.as_u16()), text)
                    .help("the sign-in service is in trouble, not the sign-in: try again later")
            }
            _ => Failure::new(Exit::Network, text)
                .help(
                    "check the network and the proxy variables (HTTPS_PROXY, NO_PROXY), and the \
                     address of the sign-in service",
                )
                .naming_variables(error),
        };
    }
    let failure = Failure::new(Exit::Authentication, text);
    if let Some(refused) = cause::<SignInRefused>(error) {
        if matches!(refused.error.as_str(), "expired_token" | "code_expired") {
            return Failure::new(Exit::Authentication, "nobody signed in in time")
                .help(format!("start anew, and enter the new code: `{again}`"));
        }
        let failure = match refused.help {
            Some(help) => failure.help(help),
            None => failure,
        }
        .naming_variables(error);
        return match Trouble::of(error) {
            Some(trouble) => failure.help(trouble.help(again)),
            None => failure,
        };
    }
    if cause::<BrowserSignInError>(error).is_some() {
        return failure.help("`--device-code` needs no browser on this computer");
    }
    match Trouble::of(error) {
        Some(trouble) => failure.help(trouble.help(again)),
        None => failure,
    }
}

/// Where the client secret comes from, for a sign-in that is refused for the want of one.
pub(crate) fn secret_help(error: &(dyn Error + 'static)) -> Option<&'static str> {
    match cause::<SignInRefused>(error)?.aadsts? {
        NO_SECRET => Some("set PCENTER_CLIENT_SECRET to the secret of the application"),
        WRONG_SECRET | EXPIRED_SECRET => Some("the secret comes from PCENTER_CLIENT_SECRET"),
        _ => None,
    }
}

/// What is wrong with a refresh token or its sign-in, where the user has to act.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Trouble {
    /// There is none.
    Missing,
    /// There is one of somebody else.
    OtherOwner,
    /// It is over.
    Ended,
    /// A new one came and could not be kept.
    NotSaved,
    /// The user signed in without multi-factor authentication.
    WithoutMfa,
}

impl Trouble {
    /// What is found among the causes.
    pub(crate) fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        if let Some(refused) = cause::<SignInRefused>(error) {
            return match refused.error.as_str() {
                "invalid_grant" | "interaction_required" => Some(Self::Ended),
                _ => None,
            };
        }
        if let Some(call) = cause::<partner_center::Error>(error)
            && call.code() == Some(MFA_REQUIRED)
        {
            return Some(Self::WithoutMfa);
        }
        match cause::<RefreshTokenError>(error)? {
            RefreshTokenError::Missing => Some(Self::Missing),
            RefreshTokenError::OtherOwner { .. } => Some(Self::OtherOwner),
            RefreshTokenError::NotSaved { .. } => Some(Self::NotSaved),
            _ => None,
        }
    }

    /// What to do. `again` is the command to sign in with.
    pub(crate) fn help(self, again: &str) -> String {
        match self {
            Self::Missing => format!("sign in: `{again}`"),
            Self::OtherOwner => {
                format!("the profile was changed after the sign-in: sign in again: `{again}`")
            }
            Self::Ended | Self::WithoutMfa => format!("to sign in again: `{again}`"),
            Self::NotSaved => format!(
                "the old one is usually still good: mend the store and run this again; if that \
                 is refused, sign in again: `{again}`"
            ),
        }
    }
}

/// The messages of an error. The library speaks to programs that go on; this one ends.
pub(crate) fn own_words(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut messages = messages(error);
    if let Some(not_saved @ RefreshTokenError::NotSaved { source, .. }) = cause(error) {
        let own = format!(
            "the sign-in service has given a new refresh token, which could not be kept: {source}"
        );
        for message in &mut messages {
            *message = message.replace(&not_saved.to_string(), &own);
        }
    }
    messages
}

/// What went wrong with the store of a refresh token.
pub(crate) fn store_failed(error: &StoreError) -> Failure {
    Failure::new(Exit::Authentication, messages(error).join(": "))
}

fn exit_of_status(status: u16) -> Exit {
    match status {
        429 => Exit::Throttled,
        _ => Exit::Service,
    }
}

/// An error of this type among the causes.
fn cause<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}
