//! Microsoft's Partner Center analytics API on localhost, for tests and for trying
//! things out.
//!
//! An [`Emulator`] listens on 127.0.0.1 and answers as the service does: a token
//! endpoint, and the analytics operations behind it with their documented answers,
//! byte for byte. It is strict: what the service refuses, or what its documentation
//! does not allow, is refused with the documented error body.
//!
//! ```
//! use std::sync::Arc;
//!
//! use partner_center::Client;
//! use partner_center::credential::StaticTokenCredential;
//! use partner_center_emulator::{Emulator, TokenOptions};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::builder().start().await?;
//!
//! let token = emulator.mint_token(TokenOptions::new());
//! let client = Client::builder()
//!     .base_url(emulator.url())
//!     .credential(Arc::new(StaticTokenCredential::new(token)))
//!     .build()?;
//! let answer = client.partner_licenses_deployment().send().await?;
//!
//! assert_eq!(answer.items.len(), 2);
//! assert_eq!(emulator.requests().len(), 1);
//! emulator.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! # Signing in
//!
//! `POST <authority><tenant id>/oauth2/v2.0/token` takes the grants `refresh_token`
//! (a delegated token and a new refresh token; the old one stays valid) and
//! `client_credentials` (a token of the application alone). Tenant, application,
//! secret and refresh token are seeded: see [`Emulator::tenant_id`],
//! [`Emulator::client_id`], [`Emulator::client_secret`] and
//! [`Emulator::refresh_token`]. Errors have the form of Microsoft's identity
//! platform, with their AADSTS codes.
//!
//! # Refusals
//!
//! The first fault in this order is the one that is answered:
//!
//! | fault | status | code |
//! |---|---|---|
//! | path of no operation | 404 | 1000 |
//! | another method than the operation has | 405 | 0 |
//! | no access token, or not exactly one `Authorization: Bearer <token>` | 401 | 800001 |
//! | token that is no JWT, of another emulator, expired or for another audience | 401 | 400 |
//! | token of an application alone where a delegated one is needed | 403 | 2032 |
//! | `MS-RequestId` or `MS-CorrelationId` that is no GUID | 400 | 800002 |
//! | `MS-Contract-Version` other than `v1` | 400 | 800002 |
//! | customer id in the path that is no GUID | 400 | 900118 |
//! | query parameter that the operation does not have, or one given twice | 400 | 3000 |
//!
//! # Limits
//!
//! Everything is on the loopback interface and without TLS. Operations that are not
//! emulated answer 404 like any unknown path. A token request may be 64 KiB long.
//! The sign-in has no interactive flows, no version 1.0 endpoint and no id tokens.

mod admission;
mod builder;
mod clock;
mod emulator;
mod error;
// Machine-written: the generator formats it.
#[rustfmt::skip]
mod generated;
mod identity;
mod ids;
mod json;
mod operation;
mod recording;
mod refusal;
mod route;
mod server;
mod service;
#[cfg(test)]
mod testing;

pub use builder::EmulatorBuilder;
pub use emulator::Emulator;
pub use error::StartError;
pub use identity::TokenOptions;
pub use recording::RecordedRequest;
