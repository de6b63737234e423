//! Storages: local folders, Azure Blob and Data Lake Storage, OneLake, S3 and Google Cloud Storage.

mod builder;
mod cause;
mod credential;
mod failure;

use std::fmt;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use delta_kernel::object_store::ObjectStore;
use delta_kernel::object_store::path::Path;
use url::Url;

pub use builder::StorageBuilder;
pub use cause::Cause;
pub use failure::StorageFailure;

use crate::LakeError;

/// Folder on a local disk or on object storage.
///
/// Cheap to clone.
///
/// ```
/// # fn main() -> Result<(), partner_center_lake::LakeError> {
/// use partner_center_lake::Storage;
///
/// let local = Storage::builder("history").build()?;
/// let azure = Storage::builder("abfss://reports@contoso.dfs.core.windows.net/history")
///     .environment(std::env::vars())
///     .build()?;
/// # let _ = (local, azure);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Storage {
    store: Arc<dyn ObjectStore>,
    /// Address of the folder, which ends with a slash.
    root: Url,
    folder: Option<PathBuf>,
}

impl Storage {
    /// Returns a builder for the folder at a path or URL.
    ///
    /// | Address | Storage |
    /// |---|---|
    /// | `history`, `/data/history`, `file:///data/history` | Local folder, which is created when the first table is |
    /// | `abfss://container@account.dfs.core.windows.net/path`, `az://container/path` | Azure Blob or Data Lake Storage |
    /// | `abfss://workspace@onelake.dfs.fabric.microsoft.com/lakehouse.Lakehouse/Tables` | OneLake |
    /// | `s3://bucket/path` | Amazon S3 and compatible storages |
    /// | `gs://bucket/path` | Google Cloud Storage |
    pub fn builder(address: impl Into<String>) -> StorageBuilder {
        StorageBuilder::new(address.into())
    }

    /// Returns the folder `root` of a custom object store.
    ///
    /// The path of `root` is the path within the store. Scheme and host are used in messages only.
    ///
    /// # Errors
    ///
    /// Returns [`LakeError::SecretInAddress`] if `root` contains a password or a query string.
    pub fn from_store(store: Arc<dyn ObjectStore>, root: Url) -> Result<Self, LakeError> {
        builder::refuse_secrets(&root)?;
        Ok(Self::new(store, root, None))
    }

    fn new(store: Arc<dyn ObjectStore>, mut root: Url, folder: Option<PathBuf>) -> Self {
        if !root.path().ends_with('/') {
            let path = format!("{}/", root.path());
            root.set_path(&path);
        }
        Self {
            store,
            root,
            folder,
        }
    }

    /// Address of the folder. It ends with a slash and contains no secrets.
    pub fn url(&self) -> &Url {
        &self.root
    }

    /// Object store of the folder.
    pub fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// Path of a local folder.
    pub fn folder(&self) -> Option<&FilePath> {
        self.folder.as_deref()
    }

    /// Returns the folder `name` in this folder.
    pub(crate) fn child(&self, name: &str) -> Result<Self, LakeError> {
        let root = self
            .root
            .join(&format!("{name}/"))
            .map_err(|error| LakeError::unexpected("name the folder of a table", &error))?;
        Ok(Self::new(
            Arc::clone(&self.store),
            root,
            self.folder.as_ref().map(|folder| folder.join(name)),
        ))
    }

    /// Path of an object, from its URL or from its path relative to this folder.
    pub(crate) fn path(&self, relative: &str) -> Result<Path, LakeError> {
        let url = self
            .root
            .join(relative)
            .map_err(|error| LakeError::unexpected("name a file", &error))?;
        Path::from_url_path(url.path())
            .map_err(|error| LakeError::unexpected("name a file", &error))
    }
}

impl fmt::Display for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.folder {
            Some(folder) => write!(f, "{}", folder.display()),
            None => f.write_str(self.root.as_str().trim_end_matches('/')),
        }
    }
}

/// Object stores print their configuration, so only the address is printed.
impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Storage")
            .field("root", &self.root.as_str())
            .finish_non_exhaustive()
    }
}
