//! Builder of storages.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use delta_kernel::object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use delta_kernel::object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use delta_kernel::object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use delta_kernel::object_store::local::LocalFileSystem;
use delta_kernel::object_store::{self, ObjectStore};
use url::Url;

use super::Storage;
use super::credential::AzureTokens;
use crate::LakeError;

/// Builder of a [`Storage`].
///
/// ```
/// # fn main() -> Result<(), partner_center_lake::LakeError> {
/// use partner_center_lake::{LakeError, Storage};
///
/// let storage = Storage::builder("s3://reports/history")
///     .environment(std::env::vars())
///     .option("aws_region", "eu-west-1")
///     .build()?;
/// assert_eq!(storage.to_string(), "s3://reports/history");
///
/// let error = Storage::builder("s3://reports").option("no_such", "1").build().unwrap_err();
/// assert!(matches!(error, LakeError::UnknownOption { .. }));
/// # Ok(()) }
/// ```
#[must_use]
pub struct StorageBuilder {
    address: String,
    environment: Vec<(String, String)>,
    options: Vec<(String, String)>,
    credential: Option<Arc<dyn TokenCredential>>,
}

/// Options contain keys, so only their names are printed.
impl fmt::Debug for StorageBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.options.iter().map(|(name, _)| &**name).collect();
        f.debug_struct("StorageBuilder")
            .field("options", &names)
            .finish_non_exhaustive()
    }
}

/// Kinds of storages, by the scheme of the address.
enum Kind {
    Local(PathBuf),
    Azure,
    S3,
    Google,
}

impl StorageBuilder {
    pub(super) fn new(address: String) -> Self {
        Self {
            address,
            environment: Vec::new(),
            options: Vec::new(),
            credential: None,
        }
    }

    /// Sets an option of the storage, with the names of
    /// [object_store](https://docs.rs/object_store), for example `azure_storage_account_name`.
    ///
    /// Options take precedence over variables of [`environment`](Self::environment). A local folder
    /// has no options.
    pub fn option(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.push((name.into(), value.into()));
        self
    }

    /// Reads options from environment variables, usually those of [`std::env::vars`].
    ///
    /// The variables of the storage's kind are used (`AZURE_*`, `AWS_*` or `GOOGLE_*`), for example
    /// `AZURE_STORAGE_ACCOUNT_KEY`, `AZURE_STORAGE_SAS_TOKEN`, `AWS_ACCESS_KEY_ID`,
    /// `AWS_ENDPOINT_URL` or `GOOGLE_SERVICE_ACCOUNT`. Other variables are ignored.
    pub fn environment<K, V>(mut self, variables: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<String>,
        V: Into<String>,
    {
        self.environment.extend(
            variables
                .into_iter()
                .map(|(name, value)| (name.into(), value.into())),
        );
        self
    }

    /// Sets the credential of an Azure storage, which requests tokens for the scope
    /// `https://storage.azure.com/.default`.
    ///
    /// An account key, a shared access signature or a bearer token of the options or the
    /// environment takes precedence. Other kinds of storages do not use the credential.
    pub fn credential(mut self, credential: Arc<dyn TokenCredential>) -> Self {
        self.credential = Some(credential);
        self
    }

    /// Returns the storage. No request is sent.
    ///
    /// # Errors
    ///
    /// - [`LakeError::SecretInAddress`] if the address contains a password or a query string.
    /// - [`LakeError::InvalidAddress`] if the address has an unsupported scheme or lacks a part.
    /// - [`LakeError::UnknownOption`] if an option is not one of this kind of storage.
    pub fn build(self) -> Result<Storage, LakeError> {
        let (kind, root) = locate(&self.address)?;
        let url = root.as_str();
        let failed = |error: object_store::Error| LakeError::InvalidAddress {
            address: url.to_owned(),
            reason: super::Cause::of(&error).innermost().to_string(),
        };
        let store: Arc<dyn ObjectStore> = match kind {
            Kind::Local(folder) => {
                self.settings::<NoOption>("\0")?;
                // Written data is flushed to the disk, so that a power failure cannot lose a
                // snapshot whose commit was reported.
                let store = LocalFileSystem::new().with_fsync(true);
                return Ok(Storage::new(Arc::new(store), root, Some(folder)));
            }
            Kind::Azure => {
                let mut builder = MicrosoftAzureBuilder::new().with_url(url);
                let mut has_access = false;
                for (key, value) in self.settings::<AzureConfigKey>("AZURE_")? {
                    has_access |= matches!(
                        key,
                        AzureConfigKey::AccessKey | AzureConfigKey::SasKey | AzureConfigKey::Token
                    );
                    builder = builder.with_config(key, value);
                }
                // The address of managed identities has a name of its own.
                if let Some((_, value)) = self
                    .environment
                    .iter()
                    .find(|(name, _)| name == "IDENTITY_ENDPOINT")
                {
                    builder = builder.with_msi_endpoint(value);
                }
                if let Some(credential) = self.credential.filter(|_| !has_access) {
                    builder = builder.with_credentials(Arc::new(AzureTokens::new(credential)));
                }
                Arc::new(builder.build().map_err(failed)?)
            }
            Kind::S3 => {
                let mut builder = AmazonS3Builder::new().with_url(url);
                for (key, value) in self.settings::<AmazonS3ConfigKey>("AWS_")? {
                    builder = builder.with_config(key, value);
                }
                Arc::new(builder.build().map_err(failed)?)
            }
            Kind::Google => {
                let mut builder = GoogleCloudStorageBuilder::new().with_url(url);
                for (key, value) in self.settings::<GoogleConfigKey>("GOOGLE_")? {
                    builder = builder.with_config(key, value);
                }
                Arc::new(builder.build().map_err(failed)?)
            }
        };
        Ok(Storage::new(store, root, None))
    }

    /// Settings of the environment, then the options, which override them.
    fn settings<K: FromStr>(&self, prefix: &str) -> Result<Vec<(K, String)>, LakeError> {
        let environment = self
            .environment
            .iter()
            .filter(|(name, _)| name.starts_with(prefix))
            .filter_map(|(name, value)| {
                Some((name.to_ascii_lowercase().parse().ok()?, value.clone()))
            });
        let options =
            self.options
                .iter()
                .map(|(name, value)| match name.to_ascii_lowercase().parse() {
                    Ok(key) => Ok((key, value.clone())),
                    Err(_) => Err(LakeError::UnknownOption {
                        option: name.clone(),
                    }),
                });
        environment.map(Ok).chain(options).collect()
    }
}

/// Options of local folders: there are none.
struct NoOption;

impl FromStr for NoOption {
    type Err = ();

    fn from_str(_: &str) -> Result<Self, ()> {
        Err(())
    }
}

/// Kind and URL of an address.
fn locate(address: &str) -> Result<(Kind, Url), LakeError> {
    refuse_named_secrets(address)?;
    let is_url = address.contains("://") || address.starts_with("file:");
    if !is_url {
        return local(PathBuf::from(address));
    }
    // The address is not repeated before it is known to contain no secret.
    let invalid = |address: &str, reason: &str| LakeError::InvalidAddress {
        address: address.to_owned(),
        reason: reason.to_owned(),
    };
    let url = Url::parse(address).map_err(|error| {
        invalid(
            "that was passed",
            &format!("it is not a valid URL ({error})"),
        )
    })?;
    refuse_secrets(&url)?;
    let kind = match url.scheme() {
        "file" => {
            let path = url
                .to_file_path()
                .map_err(|()| invalid(url.as_str(), "it is not a path of this computer"))?;
            return local(path);
        }
        "abfss" | "abfs" | "az" | "azure" | "adl" => Kind::Azure,
        "s3" | "s3a" => Kind::S3,
        "gs" => Kind::Google,
        scheme => {
            let reason = match scheme {
                "http" | "https" => "web addresses are not supported".to_owned(),
                scheme => format!("the scheme {scheme} is not supported"),
            };
            return Err(invalid(url.as_str(), &reason));
        }
    };
    if url.host_str().is_none_or(str::is_empty) {
        return Err(invalid(url.as_str(), "the container or bucket is missing"));
    }
    Ok((kind, url))
}

fn local(path: PathBuf) -> Result<(Kind, Url), LakeError> {
    let path = std::path::absolute(&path).map_err(|source| LakeError::LocalFile {
        action: "use the folder",
        path,
        source,
    })?;
    // Without the slash at the end of a URL's path.
    let path: PathBuf = path.components().collect();
    if path.is_file() {
        return Err(LakeError::InvalidAddress {
            address: path.display().to_string(),
            reason: "it is a file, not a folder".to_owned(),
        });
    }
    match Url::from_directory_path(&path) {
        Ok(url) => Ok((Kind::Local(path), url)),
        Err(()) => Err(LakeError::InvalidAddress {
            address: path.display().to_string(),
            reason: "the path cannot be written as a URL".to_owned(),
        }),
    }
}

/// Refuses addresses with the names of keys and signatures of Azure in any part: a connection
/// string looks like a folder, and an encoded query like a part of a path.
fn refuse_named_secrets(address: &str) -> Result<(), LakeError> {
    let address = address.to_ascii_lowercase();
    let is_in = |name: &str| {
        ["=", "%3d"]
            .iter()
            .any(|end| address.contains(&format!("{name}{end}")))
    };
    match ["sig", "accountkey", "sharedaccesssignature"]
        .into_iter()
        .any(is_in)
    {
        true => Err(LakeError::SecretInAddress {
            part: "a key or a signature",
        }),
        false => Ok(()),
    }
}

/// Refuses addresses that contain secrets.
///
/// The user name of `abfss://container@account` is the container, which is no secret; other schemes
/// have no user name.
pub(super) fn refuse_secrets(url: &Url) -> Result<(), LakeError> {
    let part = if url.password().is_some() {
        "a password"
    } else if url.query().is_some() {
        "a query string"
    } else if url.fragment().is_some() {
        "a fragment"
    } else if !url.username().is_empty() && !matches!(url.scheme(), "abfss" | "abfs" | "az" | "adl")
    {
        "a user name"
    } else {
        return Ok(());
    };
    Err(LakeError::SecretInAddress { part })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(address: &str) -> Result<Storage, LakeError> {
        Storage::builder(address)
            .environment([
                ("AZURE_STORAGE_ACCOUNT_NAME", "contoso"),
                ("AZURE_STORAGE_ACCOUNT_KEY", "a2V5"),
                ("AWS_REGION", "us-east-1"),
                ("PATH", "/bin"),
            ])
            .build()
    }

    #[test]
    fn accepts_addresses_of_all_storages() {
        for address in [
            "abfss://reports@contoso.dfs.core.windows.net/history",
            "abfss://workspace@onelake.dfs.fabric.microsoft.com/lake.Lakehouse/Tables",
            "az://reports/history",
            "s3://reports/history",
            "gs://reports/history",
        ] {
            let storage = build(address).unwrap();
            assert_eq!(storage.to_string(), address);
            assert_eq!(storage.url().as_str(), format!("{address}/"));
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("with space%20").display().to_string();
        let storage = build(&path).unwrap();
        assert_eq!(storage.to_string(), path);
        let url = storage.url().to_string();
        assert_eq!(build(&url).unwrap().to_string(), path);
        assert!(build("relative").unwrap().folder().unwrap().is_absolute());
    }

    #[test]
    fn refuses_secrets_without_repeating_them() {
        for (address, part) in [
            (
                "az://reports/history?sv=1&sig=s3cret",
                "a key or a signature",
            ),
            (
                "abfss://reports:s3cret@a.dfs.core.windows.net/x",
                "a password",
            ),
            ("s3://key:s3cret@bucket/x", "a password"),
            ("s3://s3cret@bucket/x", "a user name"),
            (
                "https://a.blob.core.windows.net/c?sig=s3cret",
                "a key or a signature",
            ),
            (
                "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=s3cret==",
                "a key or a signature",
            ),
            ("az://c/x%3FSig%3Ds3cret", "a key or a signature"),
            ("az://c/x?sv=s3cret", "a query string"),
            ("file:///x?s3cret", "a query string"),
            ("gs://bucket/x#s3cret", "a fragment"),
        ] {
            let error = build(address).unwrap_err();
            assert!(
                matches!(error, LakeError::SecretInAddress { part: found } if found == part),
                "{error:?}"
            );
            let all = format!("{error} {error:?} {:?}", error.help());
            assert!(!all.contains("s3cret"), "{all}");
        }
        let builder = Storage::builder("az://c/x").option("azure_storage_account_key", "s3cret");
        assert!(!format!("{builder:?}").contains("s3cret"));
        let error = build("az://:s3cret@").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"));
    }

    #[test]
    fn names_addresses_and_options_that_are_not_usable() {
        for (address, text) in [
            ("ftp://host/x", "scheme ftp"),
            ("https://host/x", "web addresses"),
            ("s3://", "bucket is missing"),
        ] {
            let error = build(address).unwrap_err().to_string();
            assert!(error.contains(text), "{error}");
        }
        for address in ["s3://bucket/x", "folder"] {
            let error = Storage::builder(address)
                .option("no_such", "value")
                .build()
                .unwrap_err();
            assert!(matches!(error, LakeError::UnknownOption { option } if option == "no_such"));
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = build(file.path().to_str().unwrap()).unwrap_err();
        assert!(error.to_string().contains("not a folder"), "{error}");
        let error = Storage::builder("az://reports/x").build().unwrap_err();
        assert!(error.to_string().contains("ccount"), "{error}");
    }
}
