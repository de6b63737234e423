//! The file with the profiles: who signs in where, and where the sign-in is kept. Never
//! a secret.

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
