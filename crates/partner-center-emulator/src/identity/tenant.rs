//! The tenant in the address of a sign-in.

use super::{seed::TENANT_ID, sign_in_error::SignInError};

/// Whose sign-in it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tenant {
    /// The partner's, by its id.
    Partner,
    /// `common` or `organizations`: that of the person who signs in, which here is
    /// the partner's.
    Shared,
}

impl Tenant {
    pub(crate) fn of(text: &str) -> Result<Self, SignInError> {
        if text.eq_ignore_ascii_case(TENANT_ID) {
            Ok(Self::Partner)
        } else if ["common", "organizations"]
            .iter()
            .any(|shared| text.eq_ignore_ascii_case(shared))
        {
            Ok(Self::Shared)
        } else {
            Err(SignInError::unknown_tenant())
        }
    }
}
