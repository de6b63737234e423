use std::error::Error;

use partner_center::credential::{RefreshTokenError, SignInRefused};

use super::cause;

/// Code of a refusal because the user signed in without multi-factor authentication.
const MFA_REQUIRED: &str = "900421";

/// What is wrong with a refresh token or its sign-in, where the user has to act.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum RefreshTokenIssue {
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

impl RefreshTokenIssue {
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

    /// What to do. `sign_in_command` is the command to sign in with.
    pub(crate) fn help(self, sign_in_command: &str) -> String {
        match self {
            Self::Missing => format!("sign in: `{sign_in_command}`"),
            Self::OtherOwner => {
                format!(
                    "the profile was changed after the sign-in: sign in again: `{sign_in_command}`"
                )
            }
            Self::Ended | Self::WithoutMfa => format!("to sign in again: `{sign_in_command}`"),
            Self::NotSaved => format!(
                "the old one is usually still good: mend the store and run this again; if that \
                 is refused, sign in again: `{sign_in_command}`"
            ),
        }
    }
}
