//! Small file that only its owner can read, and that is replaced atomically.

use std::ffi::OsString;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::StoreError;

/// Maximum size in bytes. A token file has a few kilobytes.
const SIZE_LIMIT: u64 = 1024 * 1024;

/// Size in bytes that is tried before the first save. More than a token file usually has.
const USUAL_SIZE: usize = 8 * 1024;

/// Steps of replacing a file, in order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ReplaceStep {
    /// Writes the new content to a temporary file.
    Write,
    /// Syncs the temporary file to disk. Without it, the rename could become durable before the
    /// content.
    SyncFile,
    /// Renames the temporary file to the file. Readers see either the old or the new content.
    Rename,
    /// Syncs the directory, which makes the rename durable.
    SyncDirectory,
}

/// Returns the path of the lock file. The token file cannot be locked itself, because every save
/// replaces it by another file.
pub(crate) fn lock_path(path: &Path) -> PathBuf {
    beside(path, ".lock")
}

/// Returns the name of the file in messages.
pub(crate) fn place(path: &Path) -> String {
    format!("`{}`", path.display())
}

fn temporary_path(path: &Path) -> PathBuf {
    beside(path, ".tmp")
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Runs file operations on a thread that may block.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(StoreError::other("the file operation was interrupted")),
    }
}

/// Opens or creates the lock file, in a directory that only its owner can write to.
pub(crate) fn open_lock(lock: &Path) -> Result<File, StoreError> {
    let directory = directory(lock);
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(directory)
        .map_err(|source| write_error(directory, source))?;
    check_directory(directory)?;
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    private(&mut options);
    options
        .open(lock)
        .map_err(|source| write_error(lock, source))
}

/// Checks whether the content can be replaced, before a refresh token is exchanged for it.
///
/// Writes a temporary file of the same size, which needs write permission and disk space. Call it
/// under the lock.
pub(crate) fn check(path: &Path) -> Result<(), StoreError> {
    let size = match std::fs::metadata(path) {
        Ok(metadata) if metadata.permissions().readonly() => {
            return Err(StoreError::ReadOnly {
                path: path.to_owned(),
            });
        }
        Ok(metadata) if metadata.is_dir() => {
            return Err(write_error(path, ErrorKind::IsADirectory.into()));
        }
        Ok(metadata) => metadata.len().min(SIZE_LIMIT),
        Err(error) if error.kind() == ErrorKind::NotFound => 0,
        Err(error) => return Err(write_error(path, error)),
    };
    let temporary = temporary_path(path);
    let spaces = vec![b' '; usize::try_from(size).unwrap_or(0).max(USUAL_SIZE)];
    let written = create(&temporary).and_then(|mut file| {
        file.write_all(&spaces)?;
        // Some file systems report a full disk only on sync.
        file.sync_all()
    });
    // If the removal fails, the next check or save replaces the file.
    let _removed = std::fs::remove_file(&temporary);
    written.map_err(|error| write_error(path, error))
}

/// Creates a file that only its owner can access, replacing an existing one.
fn create(path: &Path) -> std::io::Result<File> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // `create_new` does not follow a symbolic link that another process puts here.
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    private(&mut options);
    options.open(path)
}

fn write_error(path: &Path, source: std::io::Error) -> StoreError {
    StoreError::Write {
        path: path.to_owned(),
        source: Arc::new(source),
    }
}

/// Reads the content. Returns `None` if the file does not exist.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    let read_error = |source| StoreError::Read {
        path: path.to_owned(),
        source: Arc::new(source),
    };
    // Opening a named pipe would block until a writer opens it.
    if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(StoreError::NotATokenStore {
            place: place(path),
            problem: "it is not a file",
        });
    }
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(read_error(error)),
    };
    let metadata = file.metadata().map_err(read_error)?;
    check_file(path, &metadata)?;
    let mut bytes = Vec::new();
    file.take(SIZE_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(read_error)?;
    if bytes.len() as u64 > SIZE_LIMIT {
        return Err(StoreError::NotATokenStore {
            place: place(path),
            problem: "it is far too large",
        });
    }
    Ok(Some(bytes))
}

/// Replaces the content. Call it under the lock: the temporary file has a fixed name, so that
/// crashes leave at most one behind.
pub(crate) fn replace(
    path: &Path,
    bytes: &[u8],
    stop_before: Option<ReplaceStep>,
) -> Result<(), StoreError> {
    let temporary = temporary_path(path);
    let result = write_steps(path, &temporary, bytes, stop_before);
    if result.is_err() && stop_before.is_none() {
        // An incomplete token is useless. The error of the save is returned, not that of the
        // removal.
        let _left_behind = std::fs::remove_file(&temporary);
    }
    result.map_err(|source| write_error(path, source))
}

/// Removes the file, and the temporary file of a crash. Call it under the lock. The lock file
/// stays, because other processes may be waiting for it.
pub(crate) fn remove(path: &Path) -> Result<(), StoreError> {
    for file in [temporary_path(path), path.to_owned()] {
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            result => result.map_err(|source| write_error(&file, source))?,
        }
    }
    match sync_directory(directory(path)) {
        // Without the directory there was no token.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result.map_err(|source| write_error(path, source)),
    }
}

fn write_steps(
    path: &Path,
    temporary: &Path,
    bytes: &[u8],
    stop_before: Option<ReplaceStep>,
) -> std::io::Result<()> {
    let enter = |step| match stop_before {
        Some(stop) if stop == step => Err(std::io::Error::other("stopped")),
        _ => Ok(()),
    };
    let mut file = create(temporary)?;
    enter(ReplaceStep::Write)?;
    file.write_all(bytes)?;
    enter(ReplaceStep::SyncFile)?;
    file.sync_all()?;
    enter(ReplaceStep::Rename)?;
    std::fs::rename(temporary, path)?;
    enter(ReplaceStep::SyncDirectory)?;
    sync_directory(directory(path))
}

#[cfg(unix)]
fn sync_directory(directory: &Path) -> std::io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_directory: &Path) -> std::io::Result<()> {
    // Windows cannot open a directory as a file; NTFS journals the rename.
    Ok(())
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

#[cfg(not(unix))]
fn private(_options: &mut OpenOptions) {
    // The access control list of the user's profile directory makes the file private.
}

#[cfg(unix)]
fn check_file(path: &Path, metadata: &std::fs::Metadata) -> Result<(), StoreError> {
    check_owner(path, metadata)?;
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(StoreError::OpenToOthers {
            path: path.to_owned(),
            mode: mode & 0o777,
            directory: false,
        })
    }
}

#[cfg(not(unix))]
fn check_file(_path: &Path, _metadata: &std::fs::Metadata) -> Result<(), StoreError> {
    Ok(())
}

/// Checks that other users cannot replace files in the directory. A sticky directory such as
/// `/tmp` passes: other users cannot rename or remove the files in it.
#[cfg(unix)]
fn check_directory(directory: &Path) -> Result<(), StoreError> {
    let metadata = std::fs::metadata(directory).map_err(|source| StoreError::Read {
        path: directory.to_owned(),
        source: Arc::new(source),
    })?;
    check_owner(directory, &metadata)?;
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
    let sticky = mode & 0o1000 != 0;
    if mode & 0o022 == 0 || sticky {
        Ok(())
    } else {
        Err(StoreError::OpenToOthers {
            path: directory.to_owned(),
            mode: mode & 0o777,
            directory: true,
        })
    }
}

/// Checks that the owner is this user or root, who has access to all files anyway.
#[cfg(unix)]
fn check_owner(path: &Path, metadata: &std::fs::Metadata) -> Result<(), StoreError> {
    let owner = std::os::unix::fs::MetadataExt::uid(metadata);
    match rustix::process::geteuid().as_raw() {
        user if owner == user || owner == 0 => Ok(()),
        user => Err(StoreError::OtherUser {
            path: path.to_owned(),
            owner,
            user,
        }),
    }
}

#[cfg(not(unix))]
fn check_directory(_directory: &Path) -> Result<(), StoreError> {
    Ok(())
}
