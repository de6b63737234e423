//! Signs a user in with a code that is entered on another device.
//!
//! `cargo run -p partner-center --example device_code` starts an emulator and prints:
//!
//! ```text
//! open the page devicelogin and enter the code
//! signed in: 2 rows
//! second report: no further sign-in
//! the refresh token is valid for 90 more days
//! ```

#![allow(clippy::print_stdout, reason = "the example prints its results")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use partner_center::Client;
use partner_center::credential::{
    Clock, DeviceCodeCredential, FileStore, RefreshTokenLifetime, RefreshTokenStore,
};
use partner_center_emulator::{DataSet, Emulator};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // The default of the service is one poll in five seconds.
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .device_code_interval(Duration::from_secs(1));
    let emulator = Arc::new(emulator.start().await?);
    // The user of the emulator: approves the code as soon as it is shown.
    let user = Arc::clone(&emulator);

    // The refresh token is kept in a file, so that the next start of the program needs no
    // sign-in. `KeyringStore` keeps it in the keyring of the operating system.
    let folder = tempfile::tempdir()?;
    let store = Arc::new(FileStore::new(folder.path().join("sign-in.json")));

    // Against Partner Center: the tenant and the client id of the registered application, and no
    // `authority`. `prompt.message` is a complete instruction for the user.
    let (tenant, client_id) = (emulator.tenant_id(), emulator.client_id());
    let credential = DeviceCodeCredential::builder(tenant, client_id, move |prompt| {
        let page = prompt
            .verification_uri
            .rsplit('/')
            .next()
            .unwrap_or_default();
        println!("open the page {page} and enter the code");
        user.approve_device(&prompt.user_code);
    })
    .authority(emulator.authority())
    .store(store.clone())
    .build()?;

    // The first call that needs a token starts the sign-in, and waits for the user.
    let client = Client::builder()
        .base_url(emulator.url())
        .credential(Arc::new(credential))
        .build()?;
    let sold = client.partner_licenses_deployment().send().await?;
    println!("signed in: {} rows", sold.items.len());

    client.partner_licenses_usage().send().await?;
    println!("second report: no further sign-in");

    if let Some(token) = store.load().await? {
        let left = token.days_left(Clock::SYSTEM.now(), &RefreshTokenLifetime::default());
        println!("the refresh token is valid for {} more days", left + 1);
    }
    Ok(())
}
