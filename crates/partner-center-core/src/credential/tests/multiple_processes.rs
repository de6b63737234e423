//! Real processes: this test program, started again by its own tests.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use azure_core::time::OffsetDateTime;

use crate::credential::{FileStore, RefreshTokenStore, StoredRefreshToken};

/// Names the file for a child; a test program without it is no child.
const FILE: &str = "PARTNER_CENTER_TEST_STORE";

/// How many tokens a child saves before it ends by itself.
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

/// A process that replaces the token by the next one, again and again.
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

/// Long, so that there is something to cut off.
fn token(count: u64) -> StoredRefreshToken {
    StoredRefreshToken {
        refresh_token: format!("{count} {}", "x".repeat(20_000)).into(),
        obtained_at: OffsetDateTime::UNIX_EPOCH,
        tenant: "contoso".to_owned(),
        client_id: "client".to_owned(),
    }
}

/// The number of the token in the store, which has to be whole.
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
async fn a_killed_process_leaves_a_whole_token_and_no_lock() {
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
async fn processes_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join("token.json"));
    let mut processes = [(), (), ()].map(|()| Process::start(store.path(), 5));
    for process in &mut processes {
        assert!(process.0.wait().unwrap().success());
    }
    // A turn that two had taken at once would be missing.
    assert_eq!(count(&store).await, 15);
}

/// A shell that lets this test program write no large file, as a full disk would not.
#[cfg(unix)]
#[tokio::test]
async fn a_full_disk_leaves_the_old_token_and_says_so() {
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

/// Names the file for a child on a full disk.
#[cfg(unix)]
const FULL: &str = "PARTNER_CENTER_TEST_FULL_DISK";

#[cfg(unix)]
#[tokio::test]
async fn child_on_a_full_disk() {
    let Some(path) = std::env::var_os(FULL).map(PathBuf::from) else {
        return;
    };
    let store = FileStore::new(path);
    // Known before a token is spent, and again where the disk has filled up since.
    let known = store.lock().await.map(drop).unwrap_err();
    let found_out = store.save(&token(8)).await.unwrap_err();
    for error in [known, found_out] {
        let text = error.to_string();
        let help = "make room and give the user of this program the right to write";
        assert!(text.contains(help), "{text}");
    }
    assert_eq!(count(&store).await, 7);
}
