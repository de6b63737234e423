#![doc = include_str!("../README.md")]

mod error;
mod storage;

pub use delta_kernel::{arrow, object_store};
pub use error::LakeError;
pub use storage::{Cause, Storage, StorageBuilder, StorageFailure};
