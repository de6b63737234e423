//! Microsoft's Partner Center analytics API on localhost, for tests and for trying
//! things out.
//!
//! An [`Emulator`] listens on 127.0.0.1 and answers as the service does: a token
//! endpoint, and the analytics operations behind it with their documented responses.
//! Where the documentation's example is incomplete, `openapi/deviations.md` says what was
//! added. The emulator is strict: what the service refuses, or what its documentation
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
//! # Https
//!
//! Plain http is enough on the loopback interface. For code that takes nothing but
//! https there is [`EmulatorBuilder::https`]: the emulator makes a certificate when it
//! starts, and its addresses begin with `https`. Clients have to trust
//! [`Emulator::certificate_pem`]:
//!
//! ```
//! use partner_center_emulator::Emulator;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::builder().https(true).start().await?;
//! let pem = emulator.certificate_pem().unwrap_or_default();
//!
//! # let _already_chosen = rustls::crypto::ring::default_provider().install_default();
//! let client = reqwest::Client::builder()
//!     .tls_certs_only([reqwest::Certificate::from_pem(pem.as_bytes())?])
//!     .build()?;
//! let document = "organizations/v2.0/.well-known/openid-configuration";
//! let answer = client.get(emulator.authority().join(document)?).send().await?;
//! assert_eq!(answer.status(), 200);
//! # Ok(())
//! # }
//! ```
//!
//! It speaks TLS 1.2 and 1.3, HTTP/1.1, and asks for no client certificate.
//!
//! # Signing in
//!
//! | address below [`authority`](Emulator::authority) | for |
//! |---|---|
//! | `POST <tenant>/oauth2/v2.0/token` | tokens |
//! | `GET <tenant>/oauth2/v2.0/authorize` | signing in by a browser, with PKCE |
//! | `POST <tenant>/oauth2/v2.0/devicecode` | signing in on another device |
//! | `GET devicelogin` | the page for the code of a device |
//! | `GET <tenant>/v2.0/.well-known/openid-configuration` | these addresses |
//!
//! | grant | gives |
//! |---|---|
//! | `refresh_token` | a delegated token and a new refresh token; the old one stays valid |
//! | `authorization_code` | a delegated token |
//! | `urn:ietf:params:oauth:grant-type:device_code` | a delegated token |
//! | `client_credentials` | a token of the application alone |
//!
//! With a delegated token come an id token for the scope `openid` and a refresh token
//! for `offline_access`. The tenant is the partner's, by id or by domain, or `common` or
//! `organizations`; applications alone need the partner's. Tenant, application, secret and
//! one refresh token are seeded: see [`Emulator::tenant_id`], [`Emulator::tenant_domain`],
//! [`Emulator::client_id`], [`Emulator::client_secret`] and [`Emulator::refresh_token`]. The
//! secret may be left out by who signed in without it, and everywhere with
//! [`public_client`](EmulatorBuilder::public_client). In its place may come an
//! assertion, signed with the key of a
//! [certificate](EmulatorBuilder::client_certificate) of the application:
//!
//! | of the assertion | has to be |
//! |---|---|
//! | `alg` | `PS256` or `RS256` |
//! | `x5t#S256`, `x5t` | thumbprint of the certificate; one of them or both |
//! | `aud` | the token endpoint, with the tenant's id or domain, `common` or `organizations` |
//! | `iss`, `sub` | the application |
//! | `exp`, `nbf` | in the future, not in the future, give or take 5 minutes; `nbf` may be missing |
//! | `jti` | there; the assertion may be used more than once |
//!
//! People sign in on pages without scripts. Tests need no person:
//! [`automatic_consent`](EmulatorBuilder::automatic_consent) sends the browser back at
//! once, [`Emulator::approve_device`] and [`Emulator::deny_device`] answer for who has
//! the code.
//!
//! Errors have the form of Microsoft's identity platform:
//!
//! | fault | error | AADSTS |
//! |---|---|---|
//! | parameter missing, or given twice | `invalid_request` | 900144, 9000411 |
//! | another grant; another method | `unsupported_grant_type`, `invalid_request` | 70003, 900561 |
//! | unknown tenant; application alone at `common` or `organizations` | `invalid_request` | 90002, 50059 |
//! | unknown application | `unauthorized_client` | 700016 |
//! | secret missing, wrong, [expired](Emulator::expire_secret), not wanted | `invalid_client` | 7000218, 7000215, 7000222, 700025 |
//! | secret and assertion; another type of assertion | `invalid_request` | 90023 |
//! | assertion malformed, without thumbprint, with another algorithm | `invalid_request` | 50027 |
//! | assertion of a certificate that is unknown or [expired](Emulator::expire_client_certificates), wrong signature | `invalid_client` | 700027 |
//! | assertion of another application, for another audience, not valid now | `invalid_client` | 700021, 700023, 700024 |
//! | unknown scope | `invalid_scope` | 70011 |
//! | refresh token unknown, or [used up](EmulatorBuilder::invalidate_rotated_refresh_tokens) | `invalid_grant` | 70000 |
//! | refresh token [too old](EmulatorBuilder::refresh_token_lifetime), [revoked](Emulator::revoke_refresh_tokens) | `invalid_grant` | 700082, 50173 |
//! | [consent missing](Emulator::revoke_consent) | `invalid_grant` | 65001 |
//! | redirect address that is not on the loopback interface; shown, not sent back | `invalid_request` | 50011 |
//! | response type, response mode | `unsupported_response_type`, `invalid_request` | 70005, 90023 |
//! | challenge missing or not S256, malformed | `invalid_request` | 9002325, 501491 |
//! | person declines | `access_denied` | 65004 |
//! | code unknown, redeemed, older than 10 minutes | `invalid_grant` | 70000, 54005, 70008 |
//! | code for another redirect address | `invalid_client` | 500112 |
//! | verifier that does not fit the challenge | `invalid_grant` | 501481 |
//! | device polls before the person has answered; too fast | `authorization_pending`, `slow_down` | 70016 |
//! | device code expired, unknown | `expired_token`, `bad_verification_code` | 70020, 70000 |
//!
//! # Refusals
//!
//! The first fault in this order is the one that is answered:
//!
//! | fault | status | code |
//! |---|---|---|
//! | more calls than the [rate limit](EmulatorBuilder::rate_limit) allows | 429 | |
//! | a [fault](#faults) that was injected | any | any |
//! | path of no operation | 404 | 1000 |
//! | another method than the operation has | 405 | 0 |
//! | no access token, or not exactly one `Authorization: Bearer <token>` | 401 | 800001 |
//! | token that is no JWT, of another emulator, expired or for another audience | 401 | 400 |
//! | token for Azure AD Graph, `https://graph.windows.net`, app-only or not | 401 | 900420 |
//! | token of an application alone where a delegated one is needed | 403 | 2032 |
//! | sign-in without a second factor where [one is required](EmulatorBuilder::require_mfa) | 401 | 900421 |
//! | `MS-Contract-Version` other than `v1` | 400 | 800002 |
//! | header with a malformed value, or sent twice: `MS-RequestId`, `MS-CorrelationId`, `X-Locale`, `MS-ContinuationToken` | 400 | 800002 |
//! | customer id in the path that is not a GUID | 400 | 900118 |
//! | query parameter that the operation does not have, or one given twice | 400 | 3000 |
//! | query parameter with a [value](#parameters) outside its limits, format or list | 400 | 800002 |
//! | field or operator that the operation does not have | 400 | 3000 |
//! | field or operator that the customer list does not have | 400 | 2000 |
//! | `aggregationLevel` without a date in `groupby`, `seekOperation` without `MS-ContinuationToken` | 400 | 800002 |
//! | customers of an indirect reseller for an application alone | 403 | 2032 |
//!
//! The description names the parameter and says what is allowed. It repeats at most 64
//! characters of the value, and nothing of headers and customer names.
//!
//! The audience of tokens is that of the worldwide service,
//! `https://api.partnercenter.microsoft.com`, whatever the address of the emulator. One for
//! the cloud in China, `https://partner.partnercenterapi.microsoftonline.cn`, is another
//! audience, and its scope is an unknown one.
//!
//! Too many calls get the body of the gateway, with `Retry-After`:
//! `{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 57 seconds." }`.
//!
//! A call with the header `ValidateMfa: true` learns whether it is ready for a second
//! factor being required, whether one is or not:
//!
//! | user of the accepted token | header of the answer, be it a refusal of an operation or not |
//! |---|---|
//! | signed in with a second factor | `isMfaCompliant: true` |
//! | signed in without | `isMfaCompliant: false` |
//! | none, an application alone | none |
//!
//! # Parameters
//!
//! Limits, formats and lists of values are those of the specification, operation by
//! operation; for subscriptions, filters on `partnerName` and `providerName` are accepted as
//! well (T38):
//!
//! | parameter | accepted |
//! |---|---|
//! | `top`, `skip`, `size` | decimal digits within the limits, leading zeros included; `size` may be 0, the default |
//! | `filter` | `field operator value`, `contains(field,'text')`, `and`, `or`, parentheses; dates as `cast('2018-01-01',Edm.DateTimeOffset)` or in plain quotes |
//! | `filter` of customers | a JSON object with `Field`, `Value` and `Operator` (`starts_with` or `equals`, also in Pascal case); case of keys and further keys do not matter |
//! | `groupby`, `orderby` | fields with commas between; for `orderby` each with `asc`, `desc` or neither |
//! | `aggregationLevel` | `day`, `week`, `month`; for subscriptions also `dateRange`, and without a grouped date |
//! | `processedDateTime` | a date, with or without a time |
//! | `licenseGroupIds` | `Group1`, `Group2`, one or several times |
//! | `seekOperation` | the five documented names, or their numbers 0 to 4 |
//! | `X-Locale` | language, optional script, country: `en-US`, `sr-Latn-RS` |
//!
//! Names of parameters and fields, and values of lists are matched case-insensitively.
//! Names and values may be percent-encoded, a plus sign in the query is a space, and what
//! is not UTF-8 is refused.
//!
//! # Faults
//!
//! [`Emulator::inject`] makes the next calls go wrong, or with
//! [`Fault::on_token_requests`] the next token requests:
//!
//! | fault | the caller gets |
//! |---|---|
//! | [`Fault::status`] | another status with an empty body, a [page](Fault::html), the [documented](Fault::documented) or [any](Fault::body) body |
//! | [`Fault::throttled`] | 429 and `Retry-After` as documented |
//! | [`Fault::sign_in_error`] | an AADSTS error |
//! | [`Fault::wrong_content`] | 200 with a page where data should be |
//! | [`Fault::truncated`] | half the body, with a length that fits |
//! | [`Fault::cut_off`], [`Fault::reset`] | half the body, then the end of the connection |
//! | [`Fault::drip`] | the body, one byte at a time |
//! | [`Fault::redirect`] | 302 to another address |
//! | [`Fault::silence`] | nothing, as long as it waits |
//!
//! Any of them may have further [headers](Fault::header), such as a
//! [`Retry-After`](Fault::retry_after) that makes no sense.
//!
//! ```
//! use partner_center_emulator::{Emulator, Fault};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::builder().start().await?;
//! let outage = emulator.inject(Fault::status(503).html().times(2));
//! let storm = emulator.inject(Fault::throttled(57).times(10));
//! // ... the code under test makes its calls ...
//! assert_eq!((outage.applied(), storm.is_spent()), (0, false));
//! # Ok(())
//! # }
//! ```
//!
//! # Limits
//!
//! The rows are the documented ones: a `filter`, `groupby` or `orderby` is checked and then
//! changes nothing. `top` and `skip` cut the rows into pages with next links.
//! Everything is on the loopback interface, at 127.0.0.1. Operations that are not
//! emulated answer 404 like any unknown path. A request of the sign-in may be 64 KiB
//! long; of the codes for browsers and devices, the last 1,000 of each are known.
//! The sign-in has one user, no version 1.0 endpoint, no implicit or hybrid flow, and
//! signs its tokens with a secret, so that there are no keys to check them with. Of a
//! client certificate the thumbprint and the key count, not its dates and its issuer.

mod admission;
mod builder;
mod certificates;
mod channel;
mod clock;
mod connection;
mod damage;
mod documented;
mod drip;
mod emulator;
mod error;
mod fault;
mod fault_queue;
// Machine-written: the generator formats it.
#[rustfmt::skip]
mod generated;
mod identity;
mod ids;
mod json;
mod mfa_report;
mod parameters;
mod rate_limit;
mod recording;
mod refusal;
mod route;
mod server;
mod service;
mod slice;
#[cfg(test)]
mod testing;

pub use builder::EmulatorBuilder;
pub use emulator::Emulator;
pub use error::StartError;
pub use fault::Fault;
pub use fault_queue::InjectedFault;
pub use identity::TokenOptions;
pub use rate_limit::RateLimit;
pub use recording::RecordedRequest;
