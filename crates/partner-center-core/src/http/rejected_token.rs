use azure_core::credentials::Secret;

/// An access token that the service has rejected.
///
/// The pipeline adds it to the context of
/// [`TokenRequestOptions::method_options`](azure_core::credentials::TokenRequestOptions). It makes
/// the credentials of `partner-center` fetch another token instead of returning this one again,
/// unless the token is less than a minute old.
#[derive(Clone, Debug)]
pub struct RejectedToken(pub Secret);

/// Marker next to a [`RejectedToken`]: the service did not reject the token, but the token seems
/// to have expired. It is then renewed even if it is less than a minute old.
#[derive(Clone, Debug)]
pub struct SeemsExpired;
