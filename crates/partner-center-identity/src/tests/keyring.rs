use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use azure_core::time::OffsetDateTime;
use keyring_core::mock::{Cred, Store};
use keyring_core::{CredentialStore, Error};

use super::SCOPE;
use super::endpoint::{Endpoint, tokens};
use crate::{
    KeyringStore, RefreshTokenCredential, RefreshTokenStore, StoreError, StoredRefreshToken,
};

const SERVICE: &str = "pcenter";
const ACCOUNT: &str = "contoso";

fn token(text: &str) -> StoredRefreshToken {
    StoredRefreshToken {
        refresh_token: text.to_owned().into(),
        obtained_at: OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap(),
        tenant: "contoso.onmicrosoft.com".to_owned(),
        client_id: "client".to_owned(),
    }
}

/// A keyring in memory.
struct Keyring {
    keyring: Arc<CredentialStore>,
    folder: tempfile::TempDir,
}

impl Keyring {
    fn new() -> Self {
        Self {
            keyring: Store::new().unwrap(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Returns the store of a process, which shares only keyring and lock file with other stores.
    fn store(&self) -> KeyringStore {
        let keyring = self.keyring.clone();
        KeyringStore::new(SERVICE, ACCOUNT)
            .lock_directory(self.folder.path())
            .opened_by(move || Ok(keyring.clone()))
    }

    fn entry(&self) -> keyring_core::Entry {
        self.keyring.build(SERVICE, ACCOUNT, None).unwrap()
    }

    /// Makes the next call fail.
    fn fail(&self, error: Error) {
        let entry = self.entry();
        let entry: &Cred = entry.as_any().downcast_ref().unwrap();
        entry.set_error(error);
    }
}

fn native() -> KeyringStore {
    KeyringStore::new(SERVICE, ACCOUNT)
}

#[tokio::test]
async fn loads_what_was_saved_until_cleared() {
    let keyring = Keyring::new();
    let store = keyring.store();
    assert_eq!(store.load().await.unwrap(), None);
    for text in ["one", "two"] {
        let guard = store.lock().await.unwrap();
        store.save(&token(text)).await.unwrap();
        drop(guard);
        let other_process = keyring.store();
        let _guard = other_process.lock().await.unwrap();
        assert_eq!(other_process.load().await.unwrap(), Some(token(text)));
    }
    for _ in 0..2 {
        store.clear().await.unwrap();
        assert_eq!(store.load().await.unwrap(), None);
    }
    assert!(
        keyring
            .folder
            .path()
            .join("keyring-pcenter-contoso.lock")
            .exists()
    );
}

#[tokio::test]
async fn saves_the_rotated_token_before_returning_the_access_token() {
    let keyring = Keyring::new();
    let endpoint = Endpoint::start(vec![
        tokens("a1", 1, Some("r1")),
        tokens("a2", 1, Some("r2")),
    ])
    .await;
    keyring.store().save(&token("r0")).await.unwrap();
    let credential = RefreshTokenCredential::from_store(
        "contoso.onmicrosoft.com",
        "client",
        Arc::new(keyring.store()),
    )
    .authority(endpoint.url.clone())
    .build()
    .unwrap();
    for (access, refresh) in [("a1", "r1"), ("a2", "r2")] {
        let given = credential.get_token(&[SCOPE], None).await.unwrap();
        assert_eq!(given.token.secret(), access);
        let saved = keyring.store().load().await.unwrap().unwrap();
        assert_eq!(saved.refresh_token.secret(), refresh);
    }
}

#[tokio::test]
async fn lock_excludes_other_processes() {
    let keyring = Keyring::new();
    let first = keyring.store().lock().await.unwrap();
    let second = keyring.store().lock_timeout(Duration::ZERO);
    let error = second.lock().await.unwrap_err();
    assert!(
        error.to_string().contains("locked by another process"),
        "{error}"
    );
    let patient = keyring.store();
    let waiting = tokio::spawn(async move { patient.lock().await.is_ok() });
    drop(first);
    assert!(waiting.await.unwrap());
}

#[tokio::test]
async fn entry_names_cannot_move_the_lock_file() {
    let keyring = Keyring::new();
    let open = keyring.keyring.clone();
    let names = "../".repeat(100);
    let store = KeyringStore::new(names.clone(), names)
        .lock_directory(keyring.folder.path())
        .opened_by(move || Ok(open.clone()));
    let _guard = store.lock().await.unwrap();
    assert_eq!(std::fs::read_dir(keyring.folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn keyring_errors_are_specific_and_exchange_no_token() {
    let wrong = || -> Box<dyn std::error::Error + Send + Sync> { "it is locked".into() };
    for (error, text) in [
        (
            Error::NoStorageAccess(wrong()),
            "the keyring denies access to the keyring's entry `contoso` of `pcenter`: it is \
             locked; unlock it",
        ),
        (
            Error::BadEncoding(b"planted".to_vec()),
            "the keyring's entry `contoso` of `pcenter` is not a token store of this library (the \
             keyring cannot read it)",
        ),
        (
            Error::BadDataFormat(b"planted".to_vec(), "planted".into()),
            "the keyring cannot read it",
        ),
        (
            Error::Ambiguous(vec![]),
            "the keyring has several entries of this name",
        ),
        (
            Error::TooLong("secret".to_owned(), 2560),
            "which holds 2560 bytes; keep it in a file instead",
        ),
        (
            Error::NotSupportedByStore("none here".to_owned()),
            "the keyring of this machine cannot be reached",
        ),
        (
            Error::PlatformFailure("it went away".into()),
            "the token store failed: Platform failure: it went away, at the keyring's entry",
        ),
    ] {
        let keyring = Keyring::new();
        let endpoint = Endpoint::start(Vec::new()).await;
        keyring.store().save(&token("r0")).await.unwrap();
        let credential = RefreshTokenCredential::from_store(
            "contoso.onmicrosoft.com",
            "client",
            Arc::new(keyring.store()),
        )
        .authority(endpoint.url.clone())
        .build()
        .unwrap();
        keyring.fail(error);
        let error = credential.get_token(&[SCOPE], None).await.unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
        assert!(!format!("{error:?}").contains("planted"), "{error:?}");
        assert!(endpoint.requests().is_empty());
        assert_eq!(keyring.store().load().await.unwrap(), Some(token("r0")));
    }
}

#[tokio::test]
async fn foreign_entry_is_an_error_with_help() {
    let keyring = Keyring::new();
    for (content, text) in [
        ("", "is truncated; delete it and sign in again"),
        (r#"{"format":"partner-center-ref"#, "is truncated"),
        ("planted password", "(it is not JSON)"),
        (r#"{"password":"planted"}"#, "(its `format` is not known)"),
    ] {
        keyring.entry().set_secret(content.as_bytes()).unwrap();
        let error = keyring.store().load().await.unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
        assert!(!format!("{error} {error:?}").contains("planted"));
    }
}

/// The keyring waits for its password, which is not entered.
#[tokio::test(start_paused = true)]
async fn times_out_if_the_keyring_does_not_respond() {
    let keyring = Keyring::new();
    let locked = Arc::new((Mutex::new(true), Condvar::new()));
    let waits = locked.clone();
    let store = native()
        .lock_directory(keyring.folder.path())
        .opened_by(move || {
            let guard = waits.0.lock().unwrap();
            drop(waits.1.wait_while(guard, |locked| *locked).unwrap());
            Err(Error::NoDefaultStore)
        });
    let error = store.lock().await.unwrap_err();
    assert!(
        matches!(error, StoreError::KeyringTimedOut { waited } if waited.as_secs() == 120),
        "{error}"
    );
    assert!(
        error.to_string().contains("waiting for its password"),
        "{error}"
    );
    *locked.0.lock().unwrap() = false;
    locked.1.notify_all();
}

/// A write may continue after its caller timed out. No other process may write before it ends.
#[tokio::test]
async fn late_write_does_not_undo_a_later_one() {
    let keyring = Keyring::new();
    let gate = Arc::new((Mutex::new(true), Condvar::new()));
    let (waits, open) = (gate.clone(), keyring.keyring.clone());
    let slow = KeyringStore::new(SERVICE, ACCOUNT)
        .lock_directory(keyring.folder.path())
        .lock_timeout(Duration::from_millis(50))
        .opened_by(move || {
            let guard = waits.0.lock().unwrap();
            drop(waits.1.wait_while(guard, |closed| *closed).unwrap());
            Ok(open.clone())
        });
    *gate.0.lock().unwrap() = false;
    let guard = slow.lock().await.unwrap();
    *gate.0.lock().unwrap() = true;
    let error = slow.save(&token("late")).await.unwrap_err();
    assert!(
        matches!(error, StoreError::KeyringTimedOut { .. }),
        "{error}"
    );
    drop(guard);
    let hasty = keyring.store().lock_timeout(Duration::ZERO);
    let error = hasty.lock().await.unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    *gate.0.lock().unwrap() = false;
    gate.1.notify_all();
    let patient = keyring.store();
    let _guard = patient.lock().await.unwrap();
    patient.save(&token("later")).await.unwrap();
    assert_eq!(patient.load().await.unwrap(), Some(token("later")));
}

/// Variable with the directory of the lock file, set for child processes only.
#[cfg(target_os = "linux")]
const FOLDER: &str = "PARTNER_CENTER_TEST_NO_KEYRING";

/// Variable with the timeout of a child in milliseconds.
#[cfg(target_os = "linux")]
const PATIENCE: &str = "PARTNER_CENTER_TEST_PATIENCE";

/// Body of the child process: prints the errors of a store with the D-Bus of the environment.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn child_with_another_bus() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let patience = std::env::var(PATIENCE).unwrap().parse().unwrap();
    let store = native()
        .lock_directory(Path::new(&folder))
        .lock_timeout(Duration::from_millis(patience));
    for error in [
        store.lock().await.map(drop).unwrap_err(),
        store.load().await.map(drop).unwrap_err(),
        store.save(&token("planted")).await.unwrap_err(),
        store.clear().await.unwrap_err(),
    ] {
        println!("store error: {error}");
    }
}

/// Starts the child and returns the errors of its store. The child must end by itself.
#[cfg(target_os = "linux")]
fn with_bus(folder: &Path, bus: &str, patience: &str) -> Vec<String> {
    let name = concat!(module_path!(), "::child_with_another_bus");
    let name = name.split_once("::").unwrap().1;
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(FOLDER, folder)
        .env(PATIENCE, patience)
        .env("XDG_RUNTIME_DIR", folder)
        .env("DBUS_SESSION_BUS_ADDRESS", bus)
        .output()
        .unwrap();
    assert!(output.status.success(), "{bus}: {output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let errors: Vec<_> = printed
        .lines()
        .filter_map(|line| Some(line.split_once("store error: ")?.1.to_owned()))
        .collect();
    assert_eq!(errors.len(), 4, "{printed}");
    errors
}

#[cfg(target_os = "linux")]
#[test]
fn missing_keyring_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    for bus in ["unix:path=/nonexistent/bus", "nonsense", ""] {
        for error in with_bus(folder.path(), bus, "60000") {
            assert!(
                error.starts_with("the keyring of this machine cannot be reached: "),
                "{error}"
            );
            assert!(
                error.ends_with("or keep the token in a file instead"),
                "{error}"
            );
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn times_out_if_the_bus_does_not_respond() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("bus");
    // The listener accepts connections and sends nothing.
    let _silent = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let bus = format!("unix:path={}", socket.display());
    for error in with_bus(folder.path(), &bus, "50") {
        assert!(
            error.starts_with("the keyring has not responded for "),
            "{error}"
        );
    }
}
