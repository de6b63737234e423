use std::path::Path;
use std::time::Duration;

use azure_core::time::OffsetDateTime;

use crate::store::durable_file::ReplaceStep;
use crate::{FileStore, MemoryStore, RefreshTokenStore, StoreError, StoredRefreshToken};

fn token(text: &'static str) -> StoredRefreshToken {
    StoredRefreshToken {
        refresh_token: text.into(),
        obtained_at: OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap(),
        tenant: "contoso.onmicrosoft.com".to_owned(),
        client_id: "client".to_owned(),
    }
}

#[tokio::test]
async fn loads_what_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    let file = FileStore::new(folder.path().join("deep/er/token.json"));
    let memory = MemoryStore::new();
    let stores: [&dyn RefreshTokenStore; 2] = [&file, &memory];
    for store in stores {
        assert_eq!(store.load().await.unwrap(), None);
        for text in ["one", "two"] {
            let guard = store.lock().await.unwrap();
            store.save(&token(text)).await.unwrap();
            assert_eq!(store.load().await.unwrap(), Some(token(text)));
            drop(guard);
        }
        for _ in 0..2 {
            let _guard = store.lock().await.unwrap();
            store.clear().await.unwrap();
            assert_eq!(store.load().await.unwrap(), None);
        }
        store.save(&token("three")).await.unwrap();
    }
    #[cfg(unix)]
    {
        assert_eq!(mode(file.path()), 0o600);
        assert_eq!(mode(&folder.path().join("deep")), 0o700);
        assert_eq!(mode(&folder.path().join("deep/er")), 0o700);
        assert_eq!(mode(&folder.path().join("deep/er/token.json.lock")), 0o600);
    }
    assert!(!folder.path().join("deep/er/token.json.tmp").exists());
}

#[tokio::test]
async fn crash_at_any_step_leaves_a_complete_token() {
    for (step, expected) in [
        (ReplaceStep::Write, "old"),
        (ReplaceStep::SyncFile, "old"),
        (ReplaceStep::Rename, "old"),
        (ReplaceStep::SyncDirectory, "new"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("token.json"));
        store.save(&token("old")).await.unwrap();
        let crashing = store.clone().stop_before(step);
        crashing.save(&token("new")).await.unwrap_err();
        // The next process finds a complete token and can save again.
        let next = FileStore::new(store.path());
        assert_eq!(
            next.load().await.unwrap(),
            Some(token(expected)),
            "{step:?}"
        );
        next.save(&token("newer")).await.unwrap();
        assert_eq!(next.load().await.unwrap(), Some(token("newer")));
    }
}

#[tokio::test]
async fn foreign_file_is_an_error_with_help() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token.json");
    let store = FileStore::new(&path);
    store.save(&token("planted-refresh-token")).await.unwrap();
    let whole = std::fs::read_to_string(&path).unwrap();
    for (content, text) in [
        (String::new(), "is truncated; delete it and sign in again"),
        (whole[..whole.len() / 2].to_owned(), "is truncated"),
        (whole[..whole.len() - 3].to_owned(), "is truncated"),
        ("[general]\nname = x".to_owned(), "(it is not JSON)"),
        (
            r#"{"refresh_token":"planted"}"#.to_owned(),
            "(its `format` is not known)",
        ),
        (
            whole.replace("\"version\": 1", "\"version\": 2"),
            "(its `version` is not supported)",
        ),
        (
            whole.replace("\"planted-refresh-token\"", "{\"planted\":1}"),
            "(a field is missing or wrong)",
        ),
        (
            whole.replace("planted-refresh-token", " "),
            "(its `refresh_token` is empty)",
        ),
        (
            whole.replace("2023-", "planted-"),
            "(its `obtained_at` is not a date and time)",
        ),
        (" ".repeat(1024 * 1024 + 1), "(it is far too large)"),
    ] {
        std::fs::write(&path, content).unwrap();
        let error = store.load().await.unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
        assert!(
            !format!("{error} {error:?}").contains("planted"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn clear_removes_every_copy_of_the_token() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join("token.json"));
    store.save(&token("planted")).await.unwrap();
    let crashing = store.clone().stop_before(ReplaceStep::Rename);
    crashing.save(&token("planted")).await.unwrap_err();
    assert!(folder.path().join("token.json.tmp").exists());
    let guard = store.lock().await.unwrap();
    store.clear().await.unwrap();
    drop(guard);
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["token.json.lock"]);
    // A store that never existed can be cleared.
    let never = FileStore::new(folder.path().join("never/token.json"));
    never.clear().await.unwrap();
    // A failed removal is an error.
    std::fs::create_dir(store.path()).unwrap();
    assert!(matches!(
        store.clear().await.unwrap_err(),
        StoreError::Write { .. }
    ));
}

#[cfg(unix)]
#[tokio::test]
async fn rejects_a_store_that_others_can_access() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token.json");
    let store = FileStore::new(&path);
    store.save(&token("one")).await.unwrap();
    for bad in [0o640, 0o604, 0o620, 0o666] {
        set_mode(&path, bad);
        let error = store.load().await.unwrap_err();
        assert!(
            matches!(error, StoreError::OpenToOthers { mode, .. } if mode == bad),
            "{error}"
        );
        assert!(
            error.to_string().contains("run `chmod 600` on it"),
            "{error}"
        );
    }
    set_mode(&path, 0o600);
    for bad in [0o770, 0o707] {
        set_mode(folder.path(), bad);
        let error = store.lock().await.unwrap_err();
        assert!(
            error.to_string().contains("run `chmod 700` on it"),
            "{error}"
        );
    }
}

/// Only root can change the owner, so this test has no effect for other users. Tests in containers
/// often run as root.
#[cfg(unix)]
#[tokio::test]
async fn rejects_a_store_of_another_user() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token.json");
    let store = FileStore::new(&path);
    store.save(&token("one")).await.unwrap();
    let us = rustix::process::geteuid().as_raw();
    let another = us + 1_000;
    let give = |path: &Path, user| std::os::unix::fs::chown(path, Some(user), None);
    if give(&path, another).is_err() {
        return;
    }
    let error = store.load().await.unwrap_err();
    assert!(
        matches!(error, StoreError::OtherUser { owner, user, .. } if owner == another && user == us),
        "{error}"
    );
    assert!(error.to_string().contains(&format!("run `chown {us}`")));
    give(&path, us).unwrap();
    assert_eq!(store.load().await.unwrap(), Some(token("one")));
    give(folder.path(), another).unwrap();
    let error = store.lock().await.unwrap_err();
    assert!(matches!(error, StoreError::OtherUser { .. }), "{error}");
}

/// Some editors save text with a byte order mark.
#[tokio::test]
async fn ignores_a_byte_order_mark() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join("token.json"));
    store.save(&token("one")).await.unwrap();
    let text = std::fs::read_to_string(store.path()).unwrap();
    std::fs::write(store.path(), format!("\u{feff}{text}")).unwrap();
    assert_eq!(store.load().await.unwrap(), Some(token("one")));
    std::fs::write(store.path(), format!("\u{feff}\u{feff}{text}")).unwrap();
    store.load().await.unwrap_err();
}

#[cfg(unix)]
#[tokio::test]
async fn lock_detects_an_unwritable_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token.json");
    let store = FileStore::new(&path);
    store.save(&token("one")).await.unwrap();
    set_mode(&path, 0o400);
    assert_eq!(store.load().await.unwrap(), Some(token("one")));
    let error = store.lock().await.unwrap_err();
    assert!(error.to_string().contains("is read-only"), "{error}");

    // A directory cannot be created below a file.
    let error = FileStore::new(path.join("below/token.json"))
        .lock()
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Write { .. }), "{error}");
    // A directory has the name of the file.
    std::fs::create_dir(folder.path().join("taken")).unwrap();
    let taken = FileStore::new(folder.path().join("taken"));
    assert!(matches!(
        taken.lock().await.unwrap_err(),
        StoreError::Write { .. }
    ));
    assert!(
        taken
            .load()
            .await
            .unwrap_err()
            .to_string()
            .contains("it is not a file")
    );
}

#[tokio::test]
async fn second_process_waits_up_to_the_timeout() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token.json");
    // Two stores share only the file, as two processes do.
    let first = FileStore::new(&path);
    let second = FileStore::new(&path).lock_timeout(Duration::ZERO);
    let guard = first.lock().await.unwrap();
    let error = second.lock().await.unwrap_err();
    assert!(
        error.to_string().contains("locked by another process"),
        "{error}"
    );
    let patient = FileStore::new(&path);
    let waiting = tokio::spawn(async move { patient.lock().await.is_ok() });
    drop(guard);
    assert!(waiting.await.unwrap());
    assert!(second.lock().await.is_ok());
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}
