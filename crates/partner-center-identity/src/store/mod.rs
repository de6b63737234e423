//! Stores that keep refresh tokens beyond the end of a process.

pub(super) mod durable_file;
mod error;
pub(crate) mod file_format;
mod file_lock;
mod file_store;
#[cfg(feature = "key-vault")]
mod key_vault;
#[cfg(feature = "key-vault")]
mod key_vault_store;
#[cfg(feature = "keyring")]
mod keyring_store;
mod memory_store;
mod refresh_token_store;
mod stored_token;

pub use error::StoreError;
pub use file_store::FileStore;
#[cfg(feature = "key-vault")]
pub use key_vault_store::KeyVaultStore;
#[cfg(feature = "keyring")]
pub use keyring_store::KeyringStore;
pub use memory_store::MemoryStore;
pub use refresh_token_store::{RefreshTokenStore, StoreGuard};
pub use stored_token::{RefreshTokenLifetime, RefreshTokenStatus, StoredRefreshToken};
