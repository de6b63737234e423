//! Keeps the refresh token in a custom store, such as a table of a database.
//!
//! `cargo run -p partner-center --example custom_store` starts an emulator of the service and prints:
//!
//! ```text
//! first process:  2 rows
//! the table has the token of tenant contoso.onmicrosoft.com, saved 1 time
//! second process: 2 rows
//! saved 2 times, by a token request each
//! ```

#![allow(clippy::print_stdout, reason = "the example prints its results")]

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use partner_center::Client;
use partner_center::credential::{
    RefreshTokenCredential, RefreshTokenStore, StoreError, StoreGuard, StoredRefreshToken,
};
use partner_center_emulator::Emulator;

/// A table with one row, instead of a database.
#[derive(Clone, Debug, Default)]
struct Table {
    row: Arc<Mutex<Row>>,
    /// A database would lock the row: `SELECT .. FOR UPDATE`.
    lock: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Clone, Debug, Default)]
struct Row {
    token: Option<StoredRefreshToken>,
    saves: u32,
}

impl Table {
    fn row(&self) -> std::sync::MutexGuard<'_, Row> {
        self.row.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait::async_trait]
impl RefreshTokenStore for Table {
    // Held while the token is exchanged: without it, two processes would exchange the same token,
    // and the one that saves last would keep a token that the service may have invalidated.
    async fn lock(&self) -> Result<StoreGuard, StoreError> {
        Ok(StoreGuard::new(self.lock.clone().lock_owned().await))
    }

    async fn load(&self) -> Result<Option<StoredRefreshToken>, StoreError> {
        // A real store returns `StoreError::other(..)` for errors of its database.
        Ok(self.row().token.clone())
    }

    // Must be durable when it returns: the service may invalidate the old token from then on.
    async fn save(&self, token: &StoredRefreshToken) -> Result<(), StoreError> {
        let mut row = self.row();
        row.token = Some(token.clone());
        row.saves += 1;
        Ok(())
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.row().token = None;
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::builder().start().await?;
    let table = Table::default();

    // Against Partner Center: the tenant, the client id and the refresh token of a first sign-in,
    // and neither `authority` nor `base_url`.
    let (tenant, client_id) = (emulator.tenant_domain(), emulator.client_id());
    let first =
        RefreshTokenCredential::builder(tenant, client_id, emulator.refresh_token().to_owned())
            .client_secret(emulator.client_secret().to_owned())
            .authority(emulator.authority())
            .store(Arc::new(table.clone()))
            .build()?;
    println!("first process:  {} rows", rows(&emulator, first).await?);

    let Row { token, saves } = table.row().clone();
    let tenant_of_token = token.map(|token| token.tenant).unwrap_or_default();
    println!("the table has the token of tenant {tenant_of_token}, saved {saves} time");

    // Later runs need no token in their settings.
    let second = RefreshTokenCredential::from_store(tenant, client_id, Arc::new(table.clone()))
        .client_secret(emulator.client_secret().to_owned())
        .authority(emulator.authority())
        .build()?;
    println!("second process: {} rows", rows(&emulator, second).await?);
    println!("saved {} times, by a token request each", table.row().saves);
    Ok(())
}

async fn rows(
    emulator: &Emulator,
    credential: RefreshTokenCredential,
) -> Result<usize, Box<dyn Error>> {
    let client = Client::builder()
        .base_url(emulator.url())
        .credential(Arc::new(credential))
        .build()?;
    Ok(client
        .partner_licenses_deployment()
        .send()
        .await?
        .items
        .len())
}
