use std::sync::{Arc, Mutex};

use azure_core::credentials::TokenCredential;
use azure_core::time::OffsetDateTime;
use tokio::sync::Notify;

use super::SCOPE;
use super::cache::ManualClock;
use super::endpoint::{Endpoint, form_field, tokens};
use crate::store::durable_file::ReplaceStep;
use crate::{
    FileStore, MemoryStore, RefreshTokenCredential, RefreshTokenError, RefreshTokenStore,
    StoreError, StoreGuard, StoredRefreshToken,
};

const TENANT: &str = "contoso.onmicrosoft.com";
const LIMIT: usize = 100;

fn stored(text: impl Into<String>) -> StoredRefreshToken {
    StoredRefreshToken {
        refresh_token: text.into().into(),
        obtained_at: OffsetDateTime::UNIX_EPOCH,
        tenant: TENANT.to_owned(),
        client_id: "client".to_owned(),
    }
}

/// Starts an endpoint that rotates `r0` to `r1` and so on. Either only the newest token is valid,
/// or all are.
async fn rotating(only_newest: bool) -> (Endpoint, Arc<Mutex<usize>>) {
    let newest = Arc::new(Mutex::new(0));
    let count = newest.clone();
    let endpoint = Endpoint::serve(LIMIT, move |request| {
        let mut newest = count.lock().unwrap();
        let used = form_field(&request, "refresh_token").unwrap();
        let valid = (0..=*newest).any(|n| used == format!("r{n}"));
        let response = if valid && (!only_newest || used == format!("r{newest}")) {
            *newest += 1;
            tokens(&format!("a{newest}"), 1, Some(&format!("r{newest}")))
        } else {
            let body = r#"{"error":"invalid_grant","error_description":"AADSTS70000: used"}"#;
            (400, body.to_owned())
        };
        async move { response }
    })
    .await;
    (endpoint, newest)
}

fn credential(endpoint: &Endpoint, store: Arc<dyn RefreshTokenStore>) -> RefreshTokenCredential {
    RefreshTokenCredential::from_store(TENANT, "client", store)
        .authority(endpoint.url.clone())
        .build()
        .unwrap()
}

async fn access(credential: &RefreshTokenCredential) -> Result<String, azure_core::Error> {
    let token = credential.get_token(&[SCOPE], None).await?;
    Ok(token.token.secret().to_owned())
}

fn source(error: &azure_core::Error) -> &RefreshTokenError {
    std::error::Error::source(error)
        .unwrap()
        .downcast_ref()
        .unwrap()
}

async fn token_in(store: &dyn RefreshTokenStore) -> String {
    let token = store.load().await.unwrap().unwrap();
    token.refresh_token.secret().to_owned()
}

#[tokio::test]
async fn concurrent_processes_end_with_one_valid_token() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token.json");
    let (endpoint, newest) = rotating(true).await;
    let store = FileStore::new(&path);
    store.save(&stored("r0")).await.unwrap();
    // The tasks share only the file. Each access token is valid for a second, so that every call
    // exchanges the refresh token.
    let processes = [(), ()].map(|()| {
        let credential = credential(&endpoint, Arc::new(FileStore::new(&path)));
        tokio::spawn(async move {
            for _ in 0..5 {
                access(&credential).await.unwrap();
            }
        })
    });
    for process in processes {
        process.await.unwrap();
    }
    assert_eq!(*newest.lock().unwrap(), 10);
    assert_eq!(token_in(&store).await, "r10");
}

/// A store that fails the listed operations, in order.
#[derive(Debug)]
struct Failing {
    inner: MemoryStore,
    fail: Mutex<Vec<&'static str>>,
}

impl Failing {
    async fn new(fail: &[&'static str]) -> Arc<Self> {
        let inner = MemoryStore::new();
        inner.save(&stored("r0")).await.unwrap();
        Arc::new(Self {
            inner,
            fail: Mutex::new(fail.to_vec()),
        })
    }

    fn enter(&self, operation: &str) -> Result<(), StoreError> {
        let mut fail = self.fail.lock().unwrap();
        if fail.first() == Some(&operation) {
            fail.remove(0);
            return Err(StoreError::other(format!("{operation}: the disk is full")));
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl RefreshTokenStore for Failing {
    async fn lock(&self) -> Result<StoreGuard, StoreError> {
        self.enter("lock")?;
        self.inner.lock().await
    }

    async fn load(&self) -> Result<Option<StoredRefreshToken>, StoreError> {
        self.enter("load")?;
        self.inner.load().await
    }

    async fn save(&self, token: &StoredRefreshToken) -> Result<(), StoreError> {
        self.enter("save")?;
        self.inner.save(token).await
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.inner.clear().await
    }
}

#[tokio::test]
async fn unsaved_token_is_kept_and_saved_later() {
    let (endpoint, _) = rotating(true).await;
    let store = Failing::new(&["save", "lock", "load"]).await;
    let credential = credential(&endpoint, store.clone());
    // The failed save does not fail the call: the access token is valid.
    assert_eq!(access(&credential).await.unwrap(), "a1");
    assert_eq!(token_in(&store.inner).await, "r0");
    for _ in 0..2 {
        let error = access(&credential).await.unwrap_err();
        assert!(
            matches!(source(&error), RefreshTokenError::NotSaved { .. }),
            "{error:?}"
        );
        assert!(
            error.to_string().contains("it is kept in memory"),
            "{error}"
        );
        assert_eq!(token_in(&store.inner).await, "r0");
    }
    assert_eq!(
        endpoint.requests().len(),
        1,
        "no token is exchanged meanwhile"
    );
    assert_eq!(access(&credential).await.unwrap(), "a2");
    assert_eq!(token_in(&store.inner).await, "r2");
}

#[tokio::test]
async fn newer_stored_token_supersedes_an_unsaved_one() {
    let (endpoint, _) = rotating(false).await;
    let manual = ManualClock::default();
    let store = Failing::new(&["save"]).await;
    let credential = RefreshTokenCredential::from_store(TENANT, "client", store.clone())
        .authority(endpoint.url.clone())
        .clock(manual.clock())
        .build()
        .unwrap();
    assert_eq!(access(&credential).await.unwrap(), "a1");
    manual.forward(1);
    let mut later = stored("r0");
    later.obtained_at = manual.clock().now() + azure_core::time::Duration::SECOND;
    store.inner.save(&later).await.unwrap();
    assert_eq!(access(&credential).await.unwrap(), "a2");
    let used = form_field(&endpoint.requests()[1], "refresh_token").unwrap();
    assert_eq!(used, "r0");
}

#[tokio::test]
async fn unusable_store_exchanges_no_token() {
    for operation in ["lock", "load"] {
        let (endpoint, _) = rotating(true).await;
        let store = Failing::new(&[operation]).await;
        let credential = credential(&endpoint, store.clone());
        let error = access(&credential).await.unwrap_err();
        assert!(
            matches!(source(&error), RefreshTokenError::Store(_)),
            "{error:?}"
        );
        assert!(endpoint.requests().is_empty());
        assert_eq!(access(&credential).await.unwrap(), "a1");
        assert_eq!(token_in(&store.inner).await, "r1");
    }
}

#[tokio::test]
async fn crash_at_any_step_of_saving_keeps_the_sign_in() {
    for step in [
        ReplaceStep::Write,
        ReplaceStep::SyncFile,
        ReplaceStep::Rename,
        ReplaceStep::SyncDirectory,
    ] {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("token.json"));
        store.save(&stored("r0")).await.unwrap();
        // The old token stays valid, as at the service (T82).
        let (endpoint, _) = rotating(false).await;
        let crashing = credential(&endpoint, Arc::new(store.clone().stop_before(step)));
        assert_eq!(access(&crashing).await.unwrap(), "a1");
        drop(crashing);
        let next = credential(&endpoint, Arc::new(FileStore::new(store.path())));
        assert_eq!(access(&next).await.unwrap(), "a2", "{step:?}");
        assert_eq!(token_in(&store).await, "r2");
    }
}

/// With a full or read-only disk, no token is lost while this process runs.
#[tokio::test]
async fn calls_continue_if_the_store_cannot_be_written() {
    for only_newest in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("token.json"));
        store.save(&stored("r0")).await.unwrap();
        // A directory instead of the temporary file makes saves fail.
        let obstacle = folder.path().join("token.json.tmp");
        std::fs::create_dir(&obstacle).unwrap();
        store.lock().await.unwrap_err();
        let (endpoint, _) = rotating(only_newest).await;
        let credential = credential(&endpoint, Arc::new(store.clone()));
        for token in ["a1", "a2", "a3"] {
            assert_eq!(access(&credential).await.unwrap(), token);
            assert_eq!(token_in(&store).await, "r0");
        }
        std::fs::remove_dir(&obstacle).unwrap();
        assert_eq!(access(&credential).await.unwrap(), "a4");
        assert_eq!(token_in(&store).await, "r4");
    }
}

/// Without a token from the store or the settings, a call cannot continue.
#[tokio::test]
async fn unreadable_and_unwritable_store_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let (endpoint, _) = rotating(true).await;
    let store = Arc::new(FileStore::new(file.join("token.json")));
    access(&credential(&endpoint, store)).await.unwrap_err();
    assert!(endpoint.requests().is_empty());
}

#[tokio::test]
async fn dropped_caller_does_not_lose_the_token() {
    let (arrived, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (at, on) = (arrived.clone(), go.clone());
    let endpoint = Endpoint::serve(LIMIT, move |_| {
        let (at, on) = (at.clone(), on.clone());
        async move {
            at.notify_one();
            on.notified().await;
            tokens("a1", 3600, Some("r1"))
        }
    })
    .await;
    let store = Failing::new(&[]).await;
    let credential = Arc::new(credential(&endpoint, store.clone()));
    let impatient = credential.clone();
    let caller = tokio::spawn(async move { access(&impatient).await });
    arrived.notified().await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    go.notify_one();
    assert_eq!(access(&credential).await.unwrap(), "a1");
    assert_eq!(token_in(&store.inner).await, "r1");
    assert_eq!(endpoint.requests().len(), 1);
}

#[tokio::test]
async fn empty_store_and_token_of_another_application_are_errors() {
    let (endpoint, _) = rotating(true).await;
    let store = Arc::new(MemoryStore::new());
    let credential = credential(&endpoint, store.clone());
    let error = access(&credential).await.unwrap_err();
    assert!(matches!(source(&error), RefreshTokenError::Missing));
    let mut other = stored("r0");
    other.client_id = "another".to_owned();
    store.save(&other).await.unwrap();
    let error = access(&credential).await.unwrap_err();
    assert!(
        error.to_string().contains("application `another`"),
        "{error}"
    );
    assert!(endpoint.requests().is_empty());
}

#[tokio::test]
async fn configured_token_replaces_a_rejected_stored_one() {
    let (endpoint, _) = rotating(true).await;
    let store = Arc::new(MemoryStore::new());
    store.save(&stored("expired")).await.unwrap();
    let credential = RefreshTokenCredential::builder(TENANT, "client", "r0")
        .authority(endpoint.url.clone())
        .store(store.clone())
        .build()
        .unwrap();
    assert_eq!(access(&credential).await.unwrap(), "a1");
    assert_eq!(token_in(&*store).await, "r1");
    // The configured token was superseded by its successor and is not used again.
    store.save(&stored("expired")).await.unwrap();
    let error = access(&credential).await.unwrap_err();
    assert!(error.to_string().contains("AADSTS70000"), "{error}");
    assert_eq!(endpoint.requests().len(), 3);
}

/// A success response with an empty refresh token must not replace the valid one.
#[tokio::test]
async fn empty_refresh_token_counts_as_missing() {
    let store = Arc::new(MemoryStore::new());
    store.save(&stored("r0")).await.unwrap();
    let responses = ["", " "].map(|empty| tokens("a", 1, Some(empty)));
    let endpoint = Endpoint::start(responses.to_vec()).await;
    let credential = credential(&endpoint, store.clone());
    for _ in 0..2 {
        access(&credential).await.unwrap();
        let saved = store.load().await.unwrap().unwrap();
        assert_eq!(saved.refresh_token.secret(), "r0");
    }
}

/// The v1.0 endpoint sends `expires_in` as a string (T81).
#[tokio::test]
async fn lifetime_may_be_a_string() {
    let body =
        r#"{"token_type":"Bearer","expires_in":"3600","access_token":"a1","refresh_token":"r1"}"#;
    let endpoint = Endpoint::start(vec![(200, body.to_owned())]).await;
    let store = Arc::new(MemoryStore::new());
    store.save(&stored("r0")).await.unwrap();
    let credential = credential(&endpoint, store.clone());
    for _ in 0..2 {
        assert_eq!(access(&credential).await.unwrap(), "a1");
    }
    assert_eq!(endpoint.requests().len(), 1);
    let saved = store.load().await.unwrap().unwrap();
    assert_eq!(saved.refresh_token.secret(), "r1");
}
