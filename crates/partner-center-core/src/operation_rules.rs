use crate::cloud::Cloud;

/// Rules of the spec for the tokens and clouds of an operation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct OperationRules {
    /// `x-auth-modes`: `app-and-user`, `app-only`.
    pub auth_modes: &'static [&'static str],
    /// `x-clouds`, by [`Cloud::name`].
    pub clouds: &'static [&'static str],
}

impl OperationRules {
    /// Creates rules with these auth modes and clouds.
    pub const fn new(auth_modes: &'static [&'static str], clouds: &'static [&'static str]) -> Self {
        Self { auth_modes, clouds }
    }

    /// Returns whether an app-only token may be used.
    pub(crate) fn allow_app_only(&self) -> bool {
        self.auth_modes.contains(&"app-only")
    }

    /// Returns whether the cloud offers the operation. `true` for custom clouds, whose operations
    /// are unknown.
    pub(crate) fn are_for(&self, cloud: &Cloud) -> bool {
        matches!(cloud, Cloud::Custom(_)) || self.clouds.contains(&cloud.name())
    }
}
