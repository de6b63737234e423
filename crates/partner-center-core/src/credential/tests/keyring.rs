use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use azure_core::time::OffsetDateTime;
use keyring_core::mock::{Cred, Store};
use keyring_core::{CredentialStore, Error};

use super::SCOPE;
use super::endpoint::{Endpoint, tokens};
use crate::credential::{
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

/// A keyring in memory, and stores in it.
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

    /// What one process has: nothing in common with another but the keyring and the lock file.
    fn store(&self) -> KeyringStore {
        let keyring = self.keyring.clone();
        KeyringStore::new(SERVICE, ACCOUNT)
            .lock_directory(self.folder.path())
            .opened_by(move || Ok(keyring.clone()))
    }

    fn entry(&self) -> keyring_core::Entry {
        self.keyring.build(SERVICE, ACCOUNT, None).unwrap()
    }

    /// The next call fails.
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
async fn what_is_saved_is_loaded_until_it_is_forgotten() {
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
async fn a_rotated_token_is_in_the_keyring_before_the_access_token_is_out() {
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
        let held = keyring.store().load().await.unwrap().unwrap();
        assert_eq!(held.refresh_token.secret(), refresh);
    }
}

#[tokio::test]
async fn processes_take_turns() {
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
async fn the_names_of_an_entry_cannot_lead_the_lock_elsewhere() {
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
async fn trouble_with_the_keyring_has_a_name_and_costs_no_token() {
    let wrong = || -> Box<dyn std::error::Error + Send + Sync> { "it is locked".into() };
    for (error, text) in [
        (
            Error::NoStorageAccess(wrong()),
            "the keyring gives no access to the keyring's entry `contoso` of `pcenter`: it is \
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
        assert!(endpoint.asked().is_empty());
        assert_eq!(keyring.store().load().await.unwrap(), Some(token("r0")));
    }
}

#[tokio::test]
async fn an_entry_that_is_not_ours_says_what_to_do() {
    let keyring = Keyring::new();
    for (content, text) in [
        ("", "is cut off; delete it and sign in again"),
        (r#"{"format":"partner-center-ref"#, "is cut off"),
        ("planted password", "(it is not JSON)"),
        (r#"{"password":"planted"}"#, "(its `format` is another)"),
    ] {
        keyring.entry().set_secret(content.as_bytes()).unwrap();
        let error = keyring.store().load().await.unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
        assert!(!format!("{error} {error:?}").contains("planted"));
    }
}

/// A keyring that waits for its password, which nobody enters.
#[tokio::test(start_paused = true)]
async fn a_keyring_that_does_not_answer_is_given_up() {
    let keyring = Keyring::new();
    let asked = Arc::new((Mutex::new(true), Condvar::new()));
    let waits = asked.clone();
    let store = native()
        .lock_directory(keyring.folder.path())
        .opened_by(move || {
            let guard = waits.0.lock().unwrap();
            drop(waits.1.wait_while(guard, |asked| *asked).unwrap());
            Err(Error::NoDefaultStore)
        });
    let error = store.lock().await.unwrap_err();
    assert!(
        matches!(error, StoreError::KeyringSilent { waited } if waited.as_secs() == 120),
        "{error}"
    );
    assert!(
        error.to_string().contains("asks for its password"),
        "{error}"
    );
    *asked.0.lock().unwrap() = false;
    asked.1.notify_all();
}

/// A write that its caller has given up may still happen: until then nobody else writes.
#[tokio::test]
async fn a_late_write_does_not_undo_a_later_one() {
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
    let turn = slow.lock().await.unwrap();
    *gate.0.lock().unwrap() = true;
    let error = slow.save(&token("late")).await.unwrap_err();
    assert!(matches!(error, StoreError::KeyringSilent { .. }), "{error}");
    drop(turn);
    let hasty = keyring.store().lock_timeout(Duration::ZERO);
    let error = hasty.lock().await.unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    *gate.0.lock().unwrap() = false;
    gate.1.notify_all();
    let patient = keyring.store();
    let _turn = patient.lock().await.unwrap();
    patient.save(&token("later")).await.unwrap();
    assert_eq!(patient.load().await.unwrap(), Some(token("later")));
}

/// Names the folder for the lock file to a child.
#[cfg(target_os = "linux")]
const FOLDER: &str = "PARTNER_CENTER_TEST_NO_KEYRING";

/// Tells a child how many milliseconds to wait.
#[cfg(target_os = "linux")]
const PATIENCE: &str = "PARTNER_CENTER_TEST_PATIENCE";

/// Prints what a store says where D-Bus is as the environment tells.
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
        println!("told: {error}");
    }
}

/// Starts the child, which has to end by itself, and gives what its store has said.
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
    let told: Vec<_> = printed
        .lines()
        .filter_map(|line| Some(line.split_once("told: ")?.1.to_owned()))
        .collect();
    assert_eq!(told.len(), 4, "{printed}");
    told
}

#[cfg(target_os = "linux")]
#[test]
fn a_machine_without_a_keyring_says_so() {
    let folder = tempfile::tempdir().unwrap();
    for bus in ["unix:path=/nonexistent/bus", "nonsense", ""] {
        for told in with_bus(folder.path(), bus, "60000") {
            assert!(
                told.starts_with("the keyring of this machine cannot be reached: "),
                "{told}"
            );
            assert!(
                told.ends_with("or keep the token in a file instead"),
                "{told}"
            );
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_bus_that_does_not_answer_holds_up_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("bus");
    // Connections are taken, and that is all.
    let _silent = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let bus = format!("unix:path={}", socket.display());
    for told in with_bus(folder.path(), &bus, "50") {
        assert!(
            told.starts_with("the keyring has not answered for "),
            "{told}"
        );
    }
}
