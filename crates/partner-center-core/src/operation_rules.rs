use crate::cloud::Cloud;

/// What the spec says of who may make a call, and in which clouds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct OperationRules {
    /// `x-auth-modes`: `app-and-user`, `app-only`.
    pub auth_modes: &'static [&'static str],
    /// `x-clouds`, by [`Cloud::name`].
    pub clouds: &'static [&'static str],
}

impl OperationRules {
    /// The rules with these auth modes and clouds.
    pub const fn new(auth_modes: &'static [&'static str], clouds: &'static [&'static str]) -> Self {
        Self { auth_modes, clouds }
    }

    /// Whether an application in its own name may call.
    pub(crate) fn allow_app_only(&self) -> bool {
        self.auth_modes.contains(&"app-only")
    }

    /// Whether the cloud has the operation. What a cloud of one's own has is not known.
    pub(crate) fn are_for(&self, cloud: &Cloud) -> bool {
        matches!(cloud, Cloud::Custom(_)) || self.clouds.contains(&cloud.name())
    }
}
