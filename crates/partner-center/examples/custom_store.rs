//! Keeps the refresh token in a custom store, such as a table of a database.
//!
//! `cargo run -p partner-center --example custom_store` starts an emulator and prints:
//!
//! ```text
//! first run:  2 rows
//! the table has the token of contoso.onmicrosoft.com
//! second run: 2 rows, without a token in the settings
//! ```

#![allow(clippy::print_stdout, reason = "the example prints its results")]

use std::error::Error;
use std::sync::Arc;

use partner_center::Client;
use partner_center::credential::{
    RefreshTokenCredential, RefreshTokenCredentialBuilder, RefreshTokenStore, StoreError,
    StoreGuard, StoredRefreshToken,
};
use partner_center_emulator::{DataSet, Emulator};
use tokio::sync::Mutex;

/// A table with one row, instead of a database. A real store returns `StoreError::other(..)` for
/// the errors of its database.
#[derive(Clone, Debug, Default)]
struct Table {
    token: Arc<Mutex<Option<StoredRefreshToken>>>,
    lock: Arc<Mutex<()>>,
}

#[async_trait::async_trait]
impl RefreshTokenStore for Table {
    // Held while the token is exchanged, like `SELECT .. FOR UPDATE`: without it, two processes
    // would exchange the same token, which the service may invalidate after the first exchange.
    async fn lock(&self) -> Result<StoreGuard, StoreError> {
        Ok(StoreGuard::new(self.lock.clone().lock_owned().await))
    }

    async fn load(&self) -> Result<Option<StoredRefreshToken>, StoreError> {
        Ok(self.token.lock().await.clone())
    }

    // Must be durable when it returns: the service may invalidate the old token from then on.
    async fn save(&self, token: &StoredRefreshToken) -> Result<(), StoreError> {
        *self.token.lock().await = Some(token.clone());
        Ok(())
    }

    async fn clear(&self) -> Result<(), StoreError> {
        *self.token.lock().await = None;
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .start()
        .await?;
    let (tenant, client_id) = (emulator.tenant_domain(), emulator.client_id());
    let table = Arc::new(Table::default());

    // The first run has the refresh token of a sign-in in its settings.
    let token = emulator.refresh_token().to_owned();
    let first = RefreshTokenCredential::builder(tenant, client_id, token).store(table.clone());
    println!("first run:  {} rows", rows(&emulator, first).await?);

    let stored = table.load().await?.ok_or("the table is empty")?;
    println!("the table has the token of {}", stored.tenant);

    // Later runs use the token that the service returned for the first one.
    let second = RefreshTokenCredential::from_store(tenant, client_id, table);
    let rows = rows(&emulator, second).await?;
    println!("second run: {rows} rows, without a token in the settings");
    Ok(())
}

/// Calls a report with the token of a credential.
async fn rows(
    emulator: &Emulator,
    credential: RefreshTokenCredentialBuilder,
) -> Result<usize, Box<dyn Error>> {
    // Against Partner Center: neither `authority` nor `base_url`.
    let credential = credential
        .client_secret(emulator.client_secret().to_owned())
        .authority(emulator.authority())
        .build()?;
    let client = Client::builder()
        .base_url(emulator.url())
        .credential(Arc::new(credential))
        .build()?;
    let sold = client.partner_licenses_deployment().send().await?;
    Ok(sold.items.len())
}
