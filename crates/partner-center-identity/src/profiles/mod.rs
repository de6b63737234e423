//! Profiles and environment variables: the credentials that `pcenter auth login` stored.
//!
//! A profile has a name, the application that signs in, its addresses and the store of its refresh
//! token. The file `config.toml` contains all profiles and no secrets. `Client::from_environment`
//! and `Client::from_profile` of `partner-center` use this module, and so does `pcenter`.
//!
//! [`Identity::resolve`] chooses the first available credentials:
//!
//! 1. the profile of [`Overrides::profile`] (`--profile` of `pcenter`);
//! 2. the access token in `PCENTER_ACCESS_TOKEN`;
//! 3. the profile of `PCENTER_PROFILE`;
//! 4. the refresh token in `PCENTER_REFRESH_TOKEN`, with `PCENTER_TENANT_ID` and
//!    `PCENTER_CLIENT_ID`;
//! 5. the default profile of the file.
//!
//! For tests, `PCENTER_AUTHORITY` and `PCENTER_BASE_URL` set the addresses of the sign-in service and
//! of the API for 2 and 4; `pcenter emulator env` prints them for an emulator.
//!
//! `PCENTER_CLIENT_SECRET` is the secret of a confidential application, and `PCENTER_CONFIG` is the
//! path of the file, if it is not `pcenter/config.toml` in the user's configuration directory.

pub(crate) mod access_token_file;
mod endpoints;
mod environment;
mod error;
mod location;
mod name;
mod profile;
mod read;
mod resolve;
mod variables;
mod write;

pub use access_token_file::remove_access_token;
pub use endpoints::{Application, Endpoints};
pub use environment::{Environment, OpenKeyring, config_directory, keyring, variable};
pub use error::{SettingsError, SettingsErrorKind};
pub use location::config_path;
pub use name::ProfileName;
pub use profile::{Config, Profile, StoreKind};
pub use resolve::{CredentialSource, Identity, NoCredentials, Overrides, named_profile};
pub use variables::{client_secret, credential_variables};
pub use write::{
    check_writable, forget_profile, rename_profile, save_profile, set_default_profile,
};

#[doc(hidden)]
pub use location::absolute;
#[doc(hidden)]
pub use name::parse_client_id;
