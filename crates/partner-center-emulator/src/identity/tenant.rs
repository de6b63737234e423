//! The tenant in the address of a sign-in.

use crate::identity::{
    errors::SignInError,
    seed::{TENANT_DOMAIN, TENANT_ID},
};

/// Whose sign-in it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tenant {
    /// The partner's, by its id or its domain.
    Partner,
    /// `common` or `organizations`: that of the person who signs in, which here is
    /// the partner's.
    Shared,
}

impl Tenant {
    pub(crate) fn of(text: &str) -> Result<Self, SignInError> {
        let is_any_of = |names: [&str; 2]| names.iter().any(|name| text.eq_ignore_ascii_case(name));
        if is_any_of([TENANT_ID, TENANT_DOMAIN]) {
            Ok(Self::Partner)
        } else if is_any_of(["common", "organizations"]) {
            Ok(Self::Shared)
        } else {
            Err(SignInError::unknown_tenant())
        }
    }
}
