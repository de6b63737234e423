//! A test with a typed mock, without emulator and sign-in.

use std::error::Error;
use std::sync::Arc;

use httpmock::MockServer;
use partner_center::credential::StaticTokenCredential;
use partner_center::{Client, Collection};
use partner_center_httpmock::MockServerExt;

#[tokio::test(flavor = "current_thread")]
async fn a_mocked_listing_is_empty() -> Result<(), Box<dyn Error>> {
    let server = MockServer::start_async().await;
    let mock = server.partner_licenses_deployment(|_when, then| {
        then.ok(&Collection::new(Vec::new()));
    });
    let client = Client::builder()
        .base_url(server.base_url().parse()?)
        .credential(Arc::new(StaticTokenCredential::new("a-token-for-tests")))
        .build()?;
    let sold = client.partner_licenses_deployment().send().await?;
    assert!(sold.items.is_empty());
    mock.assert();
    Ok(())
}
