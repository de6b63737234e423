//! Failures of sign-ins and token requests.

use std::error::Error;

use partner_center::credential::{BrowserSignInError, SignInFailure, SignInRejected, StoreError};

use crate::failure::{Exit, Failure, RefreshTokenIssue, cause, cli_messages, messages};

/// Converts an error of a credential into a failure with a fix. `sign_in_command` is the command
/// to sign in with.
pub(crate) fn sign_in_failed(error: &(dyn Error + 'static), sign_in_command: &str) -> Failure {
    let text = cli_messages(error).join(": ");
    if let Some(failure) = cause::<SignInFailure>(error) {
        return match failure {
            SignInFailure::Unavailable { status, .. } => {
                Failure::new(exit_of_status(status.as_u16()), text)
                    .help("the sign-in service has a problem, not your sign-in: try again later")
            }
            _ => Failure::new(Exit::Network, text)
                .help(
                    "check the network, the proxy variables (HTTPS_PROXY, NO_PROXY) and the \
                     address of the sign-in service",
                )
                .naming_variables(error),
        };
    }
    let failure = Failure::new(Exit::Authentication, text);
    if let Some(refused) = cause::<SignInRejected>(error) {
        if matches!(refused.error.as_str(), "expired_token" | "code_expired") {
            return Failure::new(
                Exit::Authentication,
                "the code expired before you signed in",
            )
            .help(format!(
                "start again and enter the new code: `{sign_in_command}`"
            ));
        }
        let failure = match refused.help {
            Some(help) => failure.help(help),
            None => failure,
        }
        .naming_variables(error);
        return match RefreshTokenIssue::of(error) {
            Some(issue) => failure.help(issue.help(sign_in_command)),
            None => failure,
        };
    }
    if cause::<BrowserSignInError>(error).is_some() {
        return failure.help("use `--device-code`, which works without a browser on this computer");
    }
    match RefreshTokenIssue::of(error) {
        Some(issue) => failure.help(issue.help(sign_in_command)),
        None => failure,
    }
}

/// Converts an error of a token store into a failure.
pub(crate) fn store_failed(error: &StoreError) -> Failure {
    Failure::new(Exit::Authentication, messages(error).join(": "))
}

fn exit_of_status(status: u16) -> Exit {
    match status {
        429 => Exit::Throttled,
        _ => Exit::Service,
    }
}
