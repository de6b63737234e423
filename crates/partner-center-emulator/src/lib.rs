#![doc = include_str!("../README.md")]
//!
//! # Map
//!
//! | item | content |
//! |---|---|
//! | [`Emulator`], [`EmulatorBuilder`] | the running service; its settings |
//! | [`DataSet`], [`SyntheticData`] | rows that the operations return |
//! | [`TokenOptions`] | access tokens without a sign-in |
//! | [`Fault`], [`InjectedFault`], [`RateLimit`] | failures and throttling |
//! | [`Scenario`] | changes at given times |
//! | [`RecordedRequest`] | requests that arrived, with their responses |
//!
//! [`deviations`](partner_center_catalog::deviations) lists what was added where the documentation's
//! example is incomplete.
//!
//! # Data
//!
//! The rows are those of a made-up partner, generated from a seed: customers with names in many
//! scripts, products, licences sold, deployed and used by day, subscriptions with terms and
//! renewals, Azure usage, resellers, searches and referrals. All operations return rows of the
//! same partner, so sums agree and ids join:
//!
//! | rows | agree with |
//! |---|---|
//! | the licence reports of all customers | the sums of those of each customer, and the groups of the commercial reports |
//! | `licensesQualified` of a product | its `licensesSold` |
//! | `licenseCount` of the subscriptions of a day | `licensesSold` of that day |
//! | subscriptions and licences of an indirect reseller | the subscriptions of its customers, whose `associatedPartnerId` is its `id` |
//! | `subscriptionId` of Azure usage | `id` of a subscription |
//!
//! The figures of a day are fixed; each day of the emulator's clock adds one. They contain what is
//! easily overlooked: trials with 1,000,000 seats, usage above 100 %, products that were renamed,
//! two customers with similar names, names with quotes, commas and a leading `=`.
//!
//! [`DataSet::documented`] returns the responses of the documentation instead, byte for byte.
//! [`DataSet::from_path`] reads rows from files.
//!
//! # Queries
//!
//! Queries select from the rows as the specification says. Where it says nothing:
//!
//! | question | answer |
//! |---|---|
//! | text in a filter | case-insensitive in the commercial licence reports, otherwise exact ([T40](partner_center_catalog::deviations#t40)) |
//! | GUIDs in a filter | case-insensitive ([T52](partner_center_catalog::deviations#t52)) |
//! | a missing value in a filter | differs from every value, and is neither smaller nor larger |
//! | `and` and `or` without parentheses | `and` first |
//! | order without `orderby` | fixed; groups in the order of their fields |
//! | `orderby` with `groupby` | fields and numbers of the groups; any other field is refused |
//! | a grouped date | the start of its period, in the format of the date; weeks begin on Monday |
//! | `dateRange`, the default of subscriptions | dates as they are ([T35](partner_center_catalog::deviations#t35)) |
//! | `TotalCount` | all rows of the query ([T7](partner_center_catalog::deviations#t7)) |
//! | `processedDateTime` of a day without figures | no rows |
//! | `size` 0 or missing | 500 customers ([T56](partner_center_catalog::deviations#t56)) |
//! | an unknown customer, [a customer of another partner](Emulator::foreign_customer_id) | 404 with code 60003, 403 with code 20002 |
//!
//! # HTTPS
//!
//! The default is plain HTTP. For code that accepts only HTTPS, use
//! [`EmulatorBuilder::https`]: the emulator creates a certificate when it starts, and its
//! URLs begin with `https`. Clients must trust [`Emulator::certificate_pem`]:
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
//! let response = client.get(emulator.authority().join(document)?).send().await?;
//! assert_eq!(response.status(), 200);
//! # Ok(())
//! # }
//! ```
//!
//! It supports TLS 1.2 and 1.3 with HTTP/1.1 and does not request a client certificate.
//!
//! # Signing in
//!
//! | URL below [`authority`](Emulator::authority) | version 1.0 | purpose |
//! |---|---|---|
//! | `POST <tenant>/oauth2/v2.0/token` | `<tenant>/oauth2/token` | tokens |
//! | `GET <tenant>/oauth2/v2.0/authorize` | `<tenant>/oauth2/authorize` | browser sign-in |
//! | `POST <tenant>/oauth2/v2.0/devicecode` | `<tenant>/oauth2/devicecode` | device code sign-in |
//! | `GET <tenant>/oauth2/v2.0/logout` | `<tenant>/oauth2/logout` | end of a browser sign-in |
//! | `GET <tenant>/v2.0/.well-known/openid-configuration` | `<tenant>/.well-known/openid-configuration` | the URLs of these endpoints |
//! | `GET <tenant>/discovery/v2.0/keys` | `<tenant>/discovery/keys` | key that verifies id tokens |
//! | `GET common/discovery/instance` | the same | the document above for an authorization endpoint |
//! | `GET devicelogin` | the same | page on which a user enters a device code |
//!
//! | grant | result |
//! |---|---|
//! | `refresh_token` | a delegated token and a new refresh token; the old refresh token stays valid |
//! | `authorization_code` | a delegated token |
//! | `urn:ietf:params:oauth:grant-type:device_code` | a delegated token; version 1.0 also calls it `device_code`, with the field `code` |
//! | `client_credentials` | an app-only token |
//!
//! Version 2.0 names the service in `scope`: `openid` adds an id token to a delegated token,
//! and `offline_access` adds a refresh token. Version 1.0 names it in `resource` and ignores
//! `scope` ([T87](partner_center_catalog::deviations#t87)); a delegated token always has both,
//! and all fields of the response are text. Without `resource`, a delegated token is for
//! Partner Center, and an app-only token for Azure AD Graph, which the API rejects.
//!
//! The browser returns with `code`, or with `code id_token`, in the `response_mode` `query`,
//! `fragment` or `form_post`; an id token is never in the query. `client_info=1` adds the ids by
//! which Microsoft's libraries name an account. Access tokens are signed with a secret of the
//! emulator (HS256), because only the API reads them; id tokens with a key that is new at each
//! start and published (ES256). Code without a PKCE challenge needs the secret or an assertion.
//!
//! The tenant is the partner's id or domain, `common` or `organizations`;
//! an app-only token needs the partner's id or domain. Tenant, application, secret and one
//! refresh token are seeded: see [`Emulator::tenant_id`], [`Emulator::tenant_domain`],
//! [`Emulator::client_id`], [`Emulator::client_secret`] and [`Emulator::refresh_token`].
//! The redirect URI is any URL on the loopback interface; a request of version 1.0 may omit it,
//! which means `https://localhost:44395/`.
//! The secret may be omitted for a sign-in that began without it, and always with
//! [`public_client`](EmulatorBuilder::public_client). Instead of the secret, the
//! application may send an assertion signed with the key of one of its
//! [certificates](EmulatorBuilder::client_certificate):
//!
//! | part of the assertion | required value |
//! |---|---|
//! | `alg` | `PS256` or `RS256` |
//! | `x5t#S256`, `x5t` | thumbprint of the certificate; one header or both |
//! | `aud` | the token endpoint, with the tenant's id or domain, `common` or `organizations` |
//! | `iss`, `sub` | the application |
//! | `exp`, `nbf` | `exp` in the future, `nbf` not in the future, each with a tolerance of 5 minutes; `nbf` may be missing |
//! | `jti` | any text; the assertion may be used more than once |
//!
//! MSAL and azure-identity need [HTTPS](#https), the emulator's [authority](Emulator::authority)
//! with the tenant, and no check of the authority by Microsoft: `instance_discovery=False` in MSAL
//! for Python, `disable_instance_discovery=True` in azure-identity.
//!
//! Users sign in with a second factor, as the service requires, on pages without scripts. Tests
//! need no user:
//! [`automatic_consent`](EmulatorBuilder::automatic_consent) redirects the browser
//! immediately, and [`Emulator::approve_device`] and [`Emulator::deny_device`] take the
//! user's decision for a device code.
//!
//! Errors have the format of Microsoft's identity platform:
//!
//! | cause | error | AADSTS |
//! |---|---|---|
//! | parameter missing or repeated | `invalid_request` | 900144, 9000411 |
//! | unsupported grant; unsupported method | `unsupported_grant_type`, `invalid_request` | 70003, 900561 |
//! | unknown tenant; app-only request to `common` or `organizations` | `invalid_request` | 90002, 50059 |
//! | unknown application | `unauthorized_client` | 700016 |
//! | secret missing, wrong, [expired](Emulator::expire_secret), sent by a public client | `invalid_client` | 7000218, 7000215, 7000222, 700025 |
//! | both secret and assertion; unsupported assertion type | `invalid_request` | 90023 |
//! | assertion malformed, without thumbprint, with an unsupported algorithm | `invalid_request` | 50027 |
//! | assertion of an unknown or [expired](Emulator::expire_client_certificates) certificate, wrong signature | `invalid_client` | 700027 |
//! | assertion of another application, for another audience, not valid now | `invalid_client` | 700021, 700023, 700024 |
//! | unknown scope; unknown resource | `invalid_scope`, `invalid_resource` | 70011, 500011 |
//! | refresh token unknown or [already used](EmulatorBuilder::invalidate_rotated_refresh_tokens) | `invalid_grant` | 70000 |
//! | refresh token [expired](EmulatorBuilder::refresh_token_lifetime), [revoked](Emulator::revoke_refresh_tokens) | `invalid_grant` | 700082, 50173 |
//! | [consent missing](Emulator::revoke_consent) | `invalid_grant` | 65001 |
//! | redirect URI not on the loopback interface; the error is shown, not sent to the redirect URI | `invalid_request` | 50011 |
//! | unsupported response type; unsupported response mode or prompt | `unsupported_response_type`, `invalid_request` | 70005, 90023 |
//! | `prompt=none` without [automatic consent](EmulatorBuilder::automatic_consent) | `login_required` | 50058 |
//! | instance discovery of another service | `invalid_instance` | 50049 |
//! | PKCE challenge of a public client missing or not S256, malformed | `invalid_request` | 9002325, 501491 |
//! | user declines | `access_denied` | 65004 |
//! | code unknown, already redeemed, older than 10 minutes | `invalid_grant` | 70000, 54005, 70008 |
//! | code for another redirect URI | `invalid_client` | 500112 |
//! | verifier does not match the challenge | `invalid_grant` | 501481 |
//! | device polls before the user has decided; device polls too fast | `authorization_pending`, `slow_down` | 70016 |
//! | device code expired, unknown | `expired_token`, `bad_verification_code` | 70020, 70000 |
//!
//! # Error responses
//!
//! The checks run in this order, and the first that fails determines the response:
//!
//! | cause | status | code |
//! |---|---|---|
//! | more calls than the [rate limit](EmulatorBuilder::rate_limit) allows | 429 | |
//! | an injected [fault](#faults) | any | any |
//! | path or method of an operation that Partner Center has and the emulator does not | 501 | 0 |
//! | unknown path | 404 | 1000 |
//! | method not supported by the operation | 405 | 0 |
//! | no access token, or not exactly one `Authorization: Bearer <token>` | 401 | 800001 |
//! | token that is not a JWT, from another emulator, expired or for another audience | 401 | 400 |
//! | token for Azure AD Graph, `https://graph.windows.net`, app-only or not | 401 | 900420 |
//! | app-only token where a delegated one is required | 403 | 2032 |
//! | sign-in without a second factor where [one is required](EmulatorBuilder::require_mfa) | 401 | 900421 |
//! | `MS-Contract-Version` other than `v1` | 400 | 800002 |
//! | a request body that is not empty | 400 | 800002 |
//! | header with a malformed value or sent twice: `MS-RequestId`, `MS-CorrelationId`, `X-Locale`, `MS-ContinuationToken` | 400 | 800002 |
//! | customer id in the path that is not a GUID | 400 | 900118 |
//! | unknown or repeated query parameter | 400 | 3000 |
//! | query parameter whose [value](#parameters) violates its limits, format or list | 400 | 800002 |
//! | field or operator unknown to the operation | 400 | 3000 |
//! | field or operator unknown to the customer list | 400 | 2000 |
//! | `aggregationLevel` without a date in `groupby`, `seekOperation` without `MS-ContinuationToken` | 400 | 800002 |
//! | customers of an indirect reseller with an app-only token | 403 | 2032 |
//!
//! The description names the parameter and the allowed values. It repeats at most 64
//! characters of the value, and never a header value or a customer name.
//!
//! The audience of tokens is that of the worldwide service,
//! `https://api.partnercenter.microsoft.com`, independent of the emulator's URL. The
//! audience of the cloud in China, `https://partner.partnercenterapi.microsoftonline.cn`,
//! is not accepted, and its scope is unknown.
//!
//! A call over the rate limit gets the gateway's body, with `Retry-After`:
//! `{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 57 seconds." }`.
//!
//! The response to a call with the header `ValidateMfa: true` states whether the token
//! would satisfy a required second factor, independent of `require_mfa`:
//!
//! | user of the accepted token | header of the response, errors of operations included |
//! |---|---|
//! | signed in with a second factor | `isMfaCompliant: true` |
//! | signed in without a second factor | `isMfaCompliant: false` |
//! | none (app-only) | none |
//!
//! # Strictness
//!
//! The emulator rejects what the documentation does not allow. With
//! [`strict(false)`](EmulatorBuilder::strict) it accepts more:
//!
//! | call | strict | otherwise |
//! |---|---|---|
//! | slash at the end of a path, empty segments (`//`) | 404 | ignored |
//! | `/v1/analytics/commercial/..` ([T11](partner_center_catalog::deviations#t11)) | 404 | that of `/partner/v1/analytics/commercial/..` |
//! | unknown query parameter | 400 | ignored |
//! | repeated query parameter | 400 | the first value counts |
//! | malformed or repeated header, other `MS-Contract-Version` | 400 | ignored; a new id replaces a malformed one |
//! | request body | 400 | ignored |
//!
//! Names of parameters and the values of lists are case-insensitive in both. What the service
//! does with these calls is not documented.
//!
//! Beyond the documentation, `HEAD` has the headers of `GET`, and `OPTIONS` lists the methods of a
//! path. Pages on the loopback interface (`localhost`, `127.0.0.1`, `[::1]`, any port) may call the
//! API and the sign-in and read the headers of responses (CORS); pages of other hosts may not.
//! More than 64 KiB get 431 for the headers, 414 for the address, 413 for a body.
//!
//! `MS-CV` is new in each response. Responses of `/v1` begin with a byte-order mark unless
//! [`byte_order_mark(false)`](EmulatorBuilder::byte_order_mark) is set
//! ([T1](partner_center_catalog::deviations#t1)).
//!
//! # Parameters
//!
//! Each operation accepts the limits, formats and lists of values in the specification.
//! For subscriptions, filters on `partnerName` and `providerName` are accepted as well
//! ([T38](partner_center_catalog::deviations#t38)):
//!
//! | parameter | accepted |
//! |---|---|
//! | `top`, `skip`, `size` | decimal digits within the limits, leading zeros allowed; `size` may be 0, the default |
//! | `filter` | `field operator value`, `contains(field,'text')`, `and`, `or`, parentheses; dates as `cast('2018-01-01',Edm.DateTimeOffset)` or in plain quotes |
//! | `filter` of customers | a JSON object with `Field`, `Value` and `Operator` (`starts_with` or `equals`, also in Pascal case); keys are case-insensitive, further keys are ignored |
//! | `groupby`, `orderby` | comma-separated fields; for `orderby` each optionally with `asc` or `desc` |
//! | `aggregationLevel` | `day`, `week`, `month`; for subscriptions also `dateRange`, and no grouped date is required |
//! | `processedDateTime` | a date, with or without a time |
//! | `licenseGroupIds` | `Group1`, `Group2`; may be repeated |
//! | `seekOperation` | one of the five documented names, or its number from 0 to 4 |
//! | `X-Locale` | language, optional script, country: `en-US`, `sr-Latn-RS` |
//!
//! Names of parameters and fields, and values of lists, are case-insensitive. Names and
//! values may be percent-encoded; a plus sign in the query is a space. Text that is not
//! UTF-8 is rejected.
//!
//! # Faults
//!
//! [`Emulator::inject`] makes the next API calls fail; with
//! [`Fault::on_token_requests`], the next token requests. Faults are written in Rust, as JSON,
//! or as text such as `throttle,times=3`:
//!
//! | fault | kind | the caller receives |
//! |---|---|---|
//! | [`Fault::status`], [`Fault::burst`] | `status`, `burst` | another status with an empty body, an [HTML page](Fault::html), the [documented](Fault::documented) error body or a [custom](Fault::body) body |
//! | [`Fault::throttled`] | `throttle` | the documented 429 with `Retry-After`, in seconds or as a date |
//! | [`Fault::html_page`] | `htmlPage` | 200 with an HTML page instead of data |
//! | [`Fault::redirect`] | `redirect` | 302 to another URL |
//! | [`Fault::no_content`] | `noContent` | 204 |
//! | [`Fault::no_response`] | `noResponse` | no response |
//! | [`Fault::latency`] | `latency` | the response after a delay |
//! | [`Fault::slow_body`] | `slowBody` | the body, a few bytes at a time |
//! | [`Fault::reset_before_response`] | `resetBeforeResponse` | a connection that is reset |
//! | [`Fault::reset`], [`Fault::incomplete_body`] | `resetInBody`, `incompleteBody` | half the body, then the connection ends |
//! | [`Fault::truncated`] | `truncatedJson` | half the body, with a matching `Content-Length` |
//! | [`Fault::empty_body`] | `emptyBody` | an empty body |
//! | [`Fault::wrong_content_type`] | `wrongContentType` | another `Content-Type` |
//! | [`Fault::byte_order_mark`] | `byteOrderMark` | a body with or without a byte-order mark |
//! | [`Fault::repeated_next_link`], [`Fault::foreign_next_link`] | `repeatedNextLink`, `foreignNextLink` | a next link to the page itself or to another host |
//! | [`Fault::duplicate_rows`], [`Fault::missing_rows`] | `duplicateRows`, `missingRows` | rows of the page before, or a page without its first rows |
//! | [`Fault::renamed_field`], [`Fault::removed_field`], [`Fault::added_field`], [`Fault::retyped_field`] | `fieldDrift` | rows with other fields |
//! | [`Fault::clock_skew`] | `clockSkew` | a `Date` header, and tokens, of another time |
//! | [`Fault::sign_in_error`], [`Fault::expired_sign_in`], [`Fault::revoked_sign_in`] | `signInError`, `expiredSignIn`, `revokedSignIn` | an AADSTS error |
//!
//! Each fault may be restricted to an [operation](Fault::on_operation), a
//! [page](Fault::on_page), [some calls](Fault::one_in) and a [number](Fault::times) of calls, and
//! may set further [headers](Fault::header), such as an invalid
//! [`Retry-After`](Fault::retry_after). Faults of pages wait for a response that is a page.
//!
//! ```
//! use partner_center_emulator::{Emulator, Fault};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::builder().start().await?;
//! let outage = emulator.inject(Fault::status(503).html().times(2));
//! let throttling = emulator.inject("throttle,times=10".parse()?);
//! // ... the code under test makes its calls ...
//! assert_eq!((outage.applied(), throttling.is_spent()), (0, false));
//! # Ok(())
//! # }
//! ```
//!
//! A [`Scenario`] is a file that injects faults, and makes other changes, at given times.
//!
//! # Control endpoint
//!
//! Programs in any language control the emulator over HTTP, below `_emulator` of its
//! [URL](Emulator::url):
//!
//! | request | purpose |
//! |---|---|
//! | `GET status` | state, and the credentials that the emulator accepts |
//! | `GET`, `POST`, `DELETE faults`; `GET`, `DELETE faults/{id}`; `GET fault-kinds` | faults |
//! | `GET clock`; `POST clock/advance`, `clock/freeze`, `clock/resume`, `clock/reset` | clock |
//! | `GET`, `PATCH sign-in`; `POST sign-in/revoke-refresh-tokens`, `sign-in/expire-secret`, `sign-in/expire-certificates` | sign-in |
//! | `GET device-codes`; `POST device-codes/{code}/approve`, `device-codes/{code}/deny` | device codes |
//! | `GET`, `PUT`, `DELETE rate-limit` | rate limit |
//! | `GET`, `DELETE requests`; `GET requests/{number}` | journal of requests and responses |
//! | `GET`, `PUT`, `DELETE scenario` | scenario, in TOML or JSON |
//! | `GET data`, `data/{operation}` | rows of the operations |
//! | `POST reset` | state after the start |
//! | `GET openapi.json`, `openapi.yaml` | OpenAPI document of the endpoint |
//!
//! ```sh
//! curl --json '{"kind":"throttle","times":3}' http://127.0.0.1:8080/_emulator/faults
//! curl --json '{"seconds":3600}' http://127.0.0.1:8080/_emulator/clock/advance
//! curl -T night.toml -H 'Content-Type: application/toml' http://127.0.0.1:8080/_emulator/scenario
//! ```
//!
//! Requests need a `Host` of this machine, and requests of web pages of another origin are
//! refused, so that a site cannot use the browser of a developer. A
//! [secret](EmulatorBuilder::control_secret) is optional. Requests to the control endpoint are not
//! in the journal, and faults and rate limits do not apply to them.
//!
//! # Pages
//!
//! For people, with a browser: `/` shows what runs and the last requests, and changes faults,
//! clock, sign-in, rate limit and scenarios through the control endpoint. `/docs` is a reference
//! that sends calls to the emulator; `/openapi.json` and `/openapi.yaml` are the specification
//! with the emulator's URL. The pages load nothing from elsewhere and are not recorded.
//!
//! # Limits
//!
//! The emulator listens on 127.0.0.1 only. A sign-in request may be at most 64 KiB long, and the last 1,000
//! authorization codes and the last 1,000 device codes are kept. The sign-in has one
//! user, no password grant and no implicit flow. The thumbprint and the key of a client
//! certificate are checked; its dates and its issuer are not.

mod api;
mod builder;
mod clock;
mod control;
mod data;
mod emulator;
mod error;
mod faults;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
// Machine-written: the generator formats it.
#[rustfmt::skip]
mod generated;
mod identity;
mod ids;
mod journal;
mod json;
mod naming;
mod net;
mod page;
mod query;
mod scenario;
pub mod seeded;
mod service;
#[cfg(test)]
mod testing;

pub use builder::EmulatorBuilder;
pub use data::{DataError, DataSet, SyntheticData};
pub use emulator::Emulator;
pub use error::StartError;
pub use faults::fault::Fault;
pub use faults::queue::InjectedFault;
pub use faults::rate_limit::RateLimit;
pub use faults::read::FaultError;
pub use identity::TokenOptions;
pub use journal::recorded_request::RecordedRequest;
pub use scenario::definition::Scenario;
pub use scenario::error::ScenarioError;
