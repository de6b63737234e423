use std::error::Error;

use partner_center::credential::{RefreshTokenError, SignInRejected};

use super::cause;

/// Error code of the API for a sign-in without multi-factor authentication.
const MFA_REQUIRED: &str = "900421";

/// Problem of a refresh token that only the user can fix, by signing in again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum RefreshTokenIssue {
    /// The store has no refresh token.
    Missing,
    /// The stored token belongs to another tenant or application.
    OtherApplication,
    /// The refresh token has expired or was revoked.
    Ended,
    /// A renewed token could not be stored.
    NotSaved,
    /// The user signed in without multi-factor authentication.
    WithoutMfa,
}

impl RefreshTokenIssue {
    /// Finds the problem among an error and its causes.
    pub(crate) fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        if let Some(refused) = cause::<SignInRejected>(error) {
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
            RefreshTokenError::OtherApplication { .. } => Some(Self::OtherApplication),
            RefreshTokenError::NotSaved { .. } => Some(Self::NotSaved),
            _ => None,
        }
    }

    /// Returns the fix. `sign_in_command` is the command to sign in with.
    pub(crate) fn help(self, sign_in_command: &str) -> String {
        match self {
            Self::Missing => format!("sign in: `{sign_in_command}`"),
            Self::OtherApplication => {
                format!(
                    "the profile was changed after the sign-in: sign in again: `{sign_in_command}`"
                )
            }
            Self::Ended | Self::WithoutMfa => format!("to sign in again: `{sign_in_command}`"),
            Self::NotSaved => format!(
                "the previous token is usually still valid: fix the store and run this command \
                 again; if that is refused, sign in again: `{sign_in_command}`"
            ),
        }
    }
}
