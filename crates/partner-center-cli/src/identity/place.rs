use std::path::Path;
use std::sync::Arc;

use partner_center::credential::{FileStore, RefreshTokenStore, StoreError, StoredRefreshToken};

use crate::config::{Profile, ProfileName, StoreKind};
use crate::run::Environment;

/// The place where a profile's refresh token is kept.
#[derive(Clone, Debug)]
pub(crate) struct TokenPlace {
    pub(crate) store: Arc<dyn RefreshTokenStore>,
    /// As in `the token is kept in ..`.
    pub(crate) words: String,
}

impl TokenPlace {
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
                words: format!("the keyring of this computer (`pcenter`, account `{name}`)"),
            },
            StoreKind::File => {
                let file = profile.token_file(name, config);
                Self {
                    words: format!("the file {}", file.display()),
                    store: Arc::new(FileStore::new(file)),
                }
            }
        })
    }
    /// Puts a token there, when nobody else works with the one that is there.
    pub(crate) async fn save(&self, token: &StoredRefreshToken) -> Result<(), StoreError> {
        let _turn = self.store.lock().await?;
        self.store.save(token).await
    }

    /// Removes the token, when nobody else works with it.
    pub(crate) async fn clear(&self) -> Result<(), StoreError> {
        let _turn = self.store.lock().await?;
        self.store.clear().await
    }
}
