//! Profile with which other commands call the emulator while it runs.

use std::path::PathBuf;

use partner_center::credential::StoredRefreshToken;
use partner_center::credential::profiles::{
    Config, Profile, ProfileName, StoreKind, check_writable, config_path, forget_profile,
    remove_access_token, save_profile,
};
use partner_center_emulator::Emulator;
use time::OffsetDateTime;

use crate::connection::is_loopback;
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::identity::store_failed;

/// Profile of a running emulator.
#[derive(Debug)]
pub(super) struct EmulatorProfile {
    name: ProfileName,
    config: PathBuf,
}

impl EmulatorProfile {
    /// Checks that the profile can be written and belongs to no service.
    pub(super) fn check(
        name: &ProfileName,
        environment: &Environment<'_>,
    ) -> Result<Self, Failure> {
        let path = config_path(&environment.settings())?;
        let config = Config::read(&path)?;
        if let Some(profile) = config.find(name)
            && !is_emulator(profile)
        {
            return Err(Failure::new(
                Exit::Usage,
                format!("the profile `{name}` signs in to a service, not to an emulator"),
            )
            .help("choose another name, such as `--profile emulator`"));
        }
        check_writable(&path)?;
        Ok(Self {
            name: name.clone(),
            config: path,
        })
    }

    /// Writes the profile with a refresh token that needs no secret, because profiles have none.
    pub(super) async fn write(
        &self,
        emulator: &Emulator,
        environment: &Environment<'_>,
    ) -> Result<(), Failure> {
        let mut profile = Profile::new(emulator.tenant_id(), emulator.client_id());
        profile.store = StoreKind::File;
        profile.authority = Some(emulator.authority());
        profile.base_url = Some(emulator.url());
        let store = profile
            .open_store(&self.name, &self.config, &environment.settings())
            .map_err(|error| store_failed(&error))?;
        let token = StoredRefreshToken {
            refresh_token: emulator.mint_refresh_token().into(),
            obtained_at: OffsetDateTime::now_utc(),
            tenant: profile.tenant.clone(),
            client_id: profile.client_id.clone(),
        };
        self.remove_access_token(&profile)?;
        // Also creates the folder of the file.
        let _lock = store.lock().await.map_err(|error| store_failed(&error))?;
        store
            .save(&token)
            .await
            .map_err(|error| store_failed(&error))?;
        Ok(save_profile(&self.config, &self.name, &profile)?)
    }

    /// Removes the profile, unless another emulator has written it since.
    pub(super) async fn remove(
        &self,
        emulator: &Emulator,
        environment: &Environment<'_>,
    ) -> Result<(), Failure> {
        let config = Config::read(&self.config)?;
        let Some(profile) = config.find(&self.name) else {
            return Ok(());
        };
        if profile.base_url.as_ref() != Some(&emulator.url()) {
            return Ok(());
        }
        let store = profile
            .open_store(&self.name, &self.config, &environment.settings())
            .map_err(|error| store_failed(&error))?;
        store.clear().await.map_err(|error| store_failed(&error))?;
        self.remove_access_token(profile)?;
        Ok(forget_profile(&self.config, &self.name)?)
    }

    fn remove_access_token(&self, profile: &Profile) -> Result<(), Failure> {
        let file = profile.access_token_file(&self.name, &self.config);
        remove_access_token(&file).map_err(|error| {
            let file = file.display();
            Failure::new(
                Exit::Other,
                format!("the access token in {file} could not be removed: {error}"),
            )
        })
    }
}

/// Returns whether a profile calls this computer.
fn is_emulator(profile: &Profile) -> bool {
    profile.base_url.as_ref().is_some_and(is_loopback)
}
