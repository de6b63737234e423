//! Tenant in the URL of a sign-in.

use crate::identity::{
    errors::SignInError,
    seed::{TENANT_DOMAIN, TENANT_ID},
};

/// Kind of tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tenant {
    /// Partner's tenant, by its id or its domain.
    Partner,
    /// `common` or `organizations`: the tenant of the user who signs in, which is the
    /// partner's in the emulator.
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
