//! A sign-in that failed, in the words of the command line.

use std::error::Error;

use partner_center::credential::{
    BrowserSignInError, RefreshTokenError, SignInFailure, SignInRefused, StoreError,
};

use crate::failure::{Exit, Failure, messages};

/// What went wrong when a credential was asked for a token, and what to do. `again` is
/// the command to sign in with.
pub(crate) fn sign_in_failed(error: &(dyn Error + 'static), again: &str) -> Failure {
    let text = messages(error).join(": ");
    if let Some(failure) = cause::<SignInFailure>(error) {
        return match failure {
            SignInFailure::Unavailable { status, .. } => {
                Failure::new(exit_of_status(status.as_u16()), text)
                    .help("the sign-in service is in trouble, not the sign-in: try again later")
            }
            _ => Failure::new(Exit::Network, text).help(
                "check the network and the proxy variables (HTTPS_PROXY, NO_PROXY), and the \
                 address of the sign-in service",
            ),
        };
    }
    let failure = Failure::new(Exit::Authentication, text);
    if let Some(refused) = cause::<SignInRefused>(error) {
        let failure = match refused.help {
            Some(help) => failure.help(help),
            None => failure,
        };
        return match refused.error.as_str() {
            "invalid_grant" | "interaction_required" => {
                failure.help(format!("to sign in again: `{again}`"))
            }
            _ => failure,
        };
    }
    match cause::<RefreshTokenError>(error) {
        Some(RefreshTokenError::Missing) => failure.help(format!("sign in: `{again}`")),
        Some(RefreshTokenError::OtherOwner { .. }) => failure.help(format!(
            "the profile was changed after the sign-in: sign in again: `{again}`"
        )),
        _ if cause::<BrowserSignInError>(error).is_some() => {
            failure.help("`--device-code` needs no browser on this computer")
        }
        _ => failure,
    }
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
