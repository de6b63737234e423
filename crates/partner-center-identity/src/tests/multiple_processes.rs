//! Tests with several processes: the tests start this test program again.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use azure_core::time::OffsetDateTime;

use crate::{FileStore, RefreshTokenStore, StoredRefreshToken};

/// Variable with the file of the store, set for child processes only.
const FILE: &str = "PARTNER_CENTER_TEST_STORE";

/// Variable with the number of tokens that a child saves.
const SAVES: &str = "PARTNER_CENTER_TEST_SAVES";

struct Process(Child);

impl Process {
    fn start(path: &Path, saves: u64) -> Self {
        let name = concat!(module_path!(), "::child");
        let name = name.split_once("::").unwrap().1;
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(FILE, path)
            .env(SAVES, saves.to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ended_already = self.0.kill();
        let _status = self.0.wait();
    }
}

/// Body of the child process: replaces the token by the next one repeatedly.
#[tokio::test]
async fn child() {
    let Some(path) = std::env::var_os(FILE).map(PathBuf::from) else {
        return;
    };
    let saves: u64 = std::env::var(SAVES).unwrap().parse().unwrap();
    let store = FileStore::new(path);
    for _ in 0..saves {
        let _guard = store.lock().await.unwrap();
        let next = count(&store).await + 1;
        store.save(&token(next)).await.unwrap();
    }
}

/// Returns a long token, so that a truncated file is noticed.
fn token(count: u64) -> StoredRefreshToken {
    StoredRefreshToken {
        refresh_token: format!("{count} {}", "x".repeat(20_000)).into(),
        obtained_at: OffsetDateTime::UNIX_EPOCH,
        tenant: "contoso".to_owned(),
        client_id: "client".to_owned(),
    }
}

/// Returns the number of the token in the store, and checks that the token is complete.
async fn count(store: &FileStore) -> u64 {
    let Some(found) = store.load().await.unwrap() else {
        return 0;
    };
    let text = found.refresh_token.secret().to_owned();
    let count = text.split_once(' ').unwrap().0.parse().unwrap();
    assert_eq!(found, token(count));
    count
}

#[tokio::test]
async fn killed_process_leaves_a_complete_token_and_no_lock() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join("token.json"));
    for _ in 0..10 {
        let before = count(&store).await;
        let process = Process::start(store.path(), u64::MAX);
        while count(&store).await < before + 3 {}
        drop(process);
        let _guard = store.lock().await.unwrap();
        let next = count(&store).await + 1;
        store.save(&token(next)).await.unwrap();
        assert_eq!(count(&store).await, next);
    }
}

#[tokio::test]
async fn lock_excludes_other_processes() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join("token.json"));
    let mut processes = [(), (), ()].map(|()| Process::start(store.path(), 5));
    for process in &mut processes {
        assert!(process.0.wait().unwrap().success());
    }
    // Two processes in the lock at once would save the same number.
    assert_eq!(count(&store).await, 15);
}

/// Starts the child with a file size limit, which fails writes like a full disk.
#[cfg(unix)]
#[tokio::test]
async fn full_disk_keeps_the_old_token_and_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join("token.json"));
    store.save(&token(7)).await.unwrap();
    let name = concat!(module_path!(), "::child_on_a_full_disk");
    let name = name.split_once("::").unwrap().1;
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(FULL, store.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("1 passed"), "{printed}");
    assert_eq!(count(&store).await, 7);
    assert!(!folder.path().join("token.json.tmp").exists());
}

/// Variable with the file of the store, set for the child with a file size limit only.
#[cfg(unix)]
const FULL: &str = "PARTNER_CENTER_TEST_FULL_DISK";

#[cfg(unix)]
#[tokio::test]
async fn child_on_a_full_disk() {
    let Some(path) = std::env::var_os(FULL).map(PathBuf::from) else {
        return;
    };
    let store = FileStore::new(path);
    // The lock detects it before a token is exchanged; a save fails if the disk filled up since.
    let by_lock = store.lock().await.map(drop).unwrap_err();
    let by_save = store.save(&token(8)).await.unwrap_err();
    for error in [by_lock, by_save] {
        let text = error.to_string();
        let help = "free disk space if the disk is full, and give the user of this program the \
                    right to write";
        assert!(text.contains(help), "{text}");
    }
    assert_eq!(count(&store).await, 7);
}
