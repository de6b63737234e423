//! Typed [`httpmock`] mocks of the Partner Center analytics API.
//!
//! For tests of code that uses `partner-center`: [`MockServerExt`] adds one method per
//! operation to [`MockServer`](httpmock::MockServer), with the parameter and response types
//! of the operation, so that a mock always matches the API.
//!
//! ```
//! use std::sync::Arc;
//!
//! use httpmock::MockServer;
//! use partner_center::credential::StaticTokenCredential;
//! use partner_center::types::{PartnerLicensesDeploymentInsights, ServiceCode};
//! use partner_center::{Client, Collection, Locale};
//! use partner_center_httpmock::MockServerExt;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // The response of the service.
//! let row: PartnerLicensesDeploymentInsights = PartnerLicensesDeploymentInsights::builder()
//!     .service_name(ServiceCode::O365)
//!     .licenses_sold(4464)
//!     .prorated_deployment_percent(1.0)
//!     .processed_date_time("2017-03-14")
//!     .try_into()?;
//! let german: Locale = "de-DE".parse()?;
//! let server = MockServer::start_async().await;
//! let mock = server.partner_licenses_deployment(|when, then| {
//!     when.x_locale(&german);
//!     then.ok(&Collection::new(vec![row]));
//! });
//!
//! // The code under test.
//! let client = Client::builder()
//!     .base_url(server.base_url().parse()?)
//!     .credential(Arc::new(StaticTokenCredential::new("a-token-for-tests")))
//!     .build()?;
//! let sold = client.partner_licenses_deployment().x_locale("de-DE").send().await?;
//!
//! assert_eq!(sold.items[0].licenses_sold, 4464);
//! mock.assert();
//! # Ok(())
//! # }
//! ```

#[rustfmt::skip]
#[allow(
    clippy::all,
// The methods of `httpmock` that these wrap change the mock, whether the result is used or not.
    clippy::return_self_not_must_use,
    clippy::unwrap_used,
    missing_docs,
    missing_debug_implementations,
    reason = "written by `cargo xtask regenerate`"
)]
mod generated;

pub use generated::{MockServerExt, operations};
