use std::path::Path;
use std::sync::Arc;

use partner_center::credential::{FileStore, RefreshTokenStore, StoreError};

use crate::config::{Profile, ProfileName, StoreKind};
use crate::environment::Environment;
use crate::printable::printable;

/// The place where a profile's refresh token is kept.
#[derive(Clone, Debug)]
pub(crate) struct TokenLocation {
    pub(crate) store: Arc<dyn RefreshTokenStore>,
    /// As in `the token is kept in ..`.
    pub(crate) description: String,
}

impl TokenLocation {
    /// Nothing is read yet, though a keyring may already turn out to be missing.
    pub(crate) fn open(
        name: &ProfileName,
        profile: &Profile,
        config: &Path,
        environment: &Environment<'_>,
    ) -> Result<Self, StoreError> {
        Ok(match profile.store {
            StoreKind::Keyring => Self {
                store: (environment.keyring)(name.as_str())?,
                description: format!("the keyring of this computer (`pcenter`, account `{name}`)"),
            },
            StoreKind::File => {
                let file = profile.token_file(name, config);
                Self {
                    description: format!("the file {}", printable(&file.display().to_string())),
                    store: Arc::new(FileStore::new(file)),
                }
            }
        })
    }

    /// Removes the token, when nobody else works with it. Whether there was something.
    pub(crate) async fn clear(&self) -> Result<bool, StoreError> {
        let _lock = self.store.lock().await?;
        // What cannot be read is something, too.
        let found = !matches!(self.store.load().await, Ok(None));
        self.store.clear().await.map(|()| found)
    }
}
