//! Guides: how to use the client, by subject.
//!
//! | guide | content |
//! |---|---|
//! | [`sign_in`] | credentials, stores of refresh tokens, clouds |
//! | [`paging`] | listings, complete results, resuming |
//! | [`errors`] | kinds of errors, retries, throttling, timeouts |
//! | [`testing`] | tests with the emulator and with typed mocks |
//! | [`legacy_reports`] | migration from the older licence reports |
//!
//! The same texts are chapters of the book of the repository (`docs/`).

#[doc = include_str!("sign_in.md")]
///
/// # Items
///
/// [`Client::from_environment`](crate::Client::from_environment),
/// [`Client::from_profile`](crate::Client::from_profile),
/// [`credential`](crate::credential),
/// [`RefreshTokenCredential`](crate::credential::RefreshTokenCredential),
/// [`DeviceCodeCredential`](crate::credential::DeviceCodeCredential),
/// [`AuthorizationCodeCredential`](crate::credential::AuthorizationCodeCredential),
/// [`RefreshTokenStore`](crate::credential::RefreshTokenStore),
/// [`profiles`](crate::credential::profiles), [`Cloud`](crate::Cloud).
pub mod sign_in {}

#[doc = include_str!("paging.md")]
///
/// # Items
///
/// [`Pages`](crate::paging::Pages), [`Items`](crate::paging::Items),
/// [`Collected`](crate::paging::Collected), [`Completeness`](crate::paging::Completeness),
/// [`Continuation`](crate::paging::Continuation), [`PagingError`](crate::paging::PagingError),
/// [`UnreadableRows`](crate::paging::UnreadableRows), [`fan_out`](crate::fan_out::fan_out).
pub mod paging {}

#[doc = include_str!("errors.md")]
///
/// # Items
///
/// [`Error`](crate::Error), [`ErrorKind`](crate::ErrorKind),
/// [`PagingError`](crate::paging::PagingError), [`RetryOptions`](crate::RetryOptions),
/// [`Limiter`](crate::Limiter), [`Observer`](crate::Observer),
/// [`ClientBuilder`](crate::ClientBuilder).
pub mod errors {}

#[doc = include_str!("testing.md")]
///
/// # Items
///
/// [`ClientBuilder::base_url`](crate::ClientBuilder::base_url),
/// [`StaticTokenCredential`](crate::credential::StaticTokenCredential),
/// [`types`](crate::types), [`decode`](crate::decode).
pub mod testing {}

#[doc = include_str!("legacy_reports.md")]
///
/// # Items
///
/// [`Operation::superseded_by`](crate::Operation::superseded_by),
/// [`Client::partner_licenses_deployment`](crate::Client::partner_licenses_deployment),
/// [`Client::commercial_licenses_deployment`](crate::Client::commercial_licenses_deployment),
/// [`Guid`](crate::query::Guid), [`ServiceCode`](crate::types::ServiceCode).
pub mod legacy_reports {}
