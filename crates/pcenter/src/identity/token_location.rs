use std::path::Path;
use std::sync::Arc;

use partner_center::credential::profiles::{Profile, ProfileName, StoreKind};
use partner_center::credential::{RefreshTokenStore, StoreError};

use crate::environment::Environment;
use crate::printable::printable;

/// Location of a profile's refresh token.
#[derive(Clone, Debug)]
pub(crate) struct TokenLocation {
    pub(crate) store: Arc<dyn RefreshTokenStore>,
    /// Description of the location for messages, as in `the token is stored in ..`.
    pub(crate) description: String,
}

impl TokenLocation {
    /// Opens the location without reading the token. Fails without a usable keyring.
    pub(crate) fn open(
        name: &ProfileName,
        profile: &Profile,
        config: &Path,
        environment: &Environment<'_>,
    ) -> Result<Self, StoreError> {
        let description = match profile.store {
            StoreKind::Keyring => {
                format!("the keyring of this computer (`pcenter`, account `{name}`)")
            }
            StoreKind::File => {
                let file = profile.token_file(name, config);
                format!("the file {}", printable(&file.display().to_string()))
            }
        };
        Ok(Self {
            store: profile.open_store(name, config, &environment.settings())?,
            description,
        })
    }

    /// Removes the token under the lock of the store. Returns whether there was one.
    pub(crate) async fn clear(&self) -> Result<bool, StoreError> {
        let _lock = self.store.lock().await?;
        // An unreadable entry counts as found.
        let found = !matches!(self.store.load().await, Ok(None));
        self.store.clear().await.map(|()| found)
    }
}
