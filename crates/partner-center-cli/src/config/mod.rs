//! Configuration file with the profiles: tenant, application, addresses and token store of each.
//! It contains no secrets.

mod location;
mod name;
mod profile;
mod read;
mod write;

pub(crate) use location::{absolute, check_root, config_path};
pub(crate) use name::{DEFAULT_NAME, ProfileName, nearest};
pub(crate) use profile::{Config, Profile, StoreKind};
pub(crate) use read::read;
pub(crate) use write::{check_writable, forget_profile, save_profile};
