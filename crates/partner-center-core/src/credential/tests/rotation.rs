use std::sync::{Arc, Mutex};

use azure_core::credentials::TokenCredential;
use azure_core::time::OffsetDateTime;
use tokio::sync::Notify;

use super::SCOPE;
use super::cache::Hand;
use super::endpoint::{Endpoint, form_field, tokens};
use crate::credential::store::durable_file::ReplaceStep;
use crate::credential::{
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

/// Rotates `r0` to `r1` and so on. Only the newest is valid, or all are.
async fn rotating(only_newest: bool) -> (Endpoint, Arc<Mutex<usize>>) {
    let newest = Arc::new(Mutex::new(0));
    let count = newest.clone();
    let endpoint = Endpoint::serve(LIMIT, move |request| {
        let mut newest = count.lock().unwrap();
        let used = form_field(&request, "refresh_token").unwrap();
        let valid = (0..=*newest).any(|n| used == format!("r{n}"));
        let answer = if valid && (!only_newest || used == format!("r{newest}")) {
            *newest += 1;
            tokens(&format!("a{newest}"), 1, Some(&format!("r{newest}")))
        } else {
            let body = r#"{"error":"invalid_grant","error_description":"AADSTS70000: used"}"#;
            (400, body.to_owned())
        };
        async move { answer }
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

async fn held_by(store: &dyn RefreshTokenStore) -> String {
    let token = store.load().await.unwrap().unwrap();
    token.refresh_token.secret().to_owned()
}

#[tokio::test]
async fn two_processes_that_refresh_at_once_end_with_one_valid_token() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token.json");
    let (endpoint, newest) = rotating(true).await;
    let store = FileStore::new(&path);
    store.save(&stored("r0")).await.unwrap();
    // Nothing in common but the file. Each token lives a second: every call refreshes.
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
    assert_eq!(held_by(&store).await, "r10");
}

/// Fails the operations of the list, in order.
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
async fn a_token_that_could_not_be_saved_is_kept_and_saved_later() {
    let (endpoint, _) = rotating(true).await;
    let store = Failing::new(&["save", "lock", "load"]).await;
    let credential = credential(&endpoint, store.clone());
    // The access token is good, and the old refresh token stays valid.
    assert_eq!(access(&credential).await.unwrap(), "a1");
    assert_eq!(held_by(&store.inner).await, "r0");
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
        assert_eq!(held_by(&store.inner).await, "r0");
    }
    assert_eq!(endpoint.asked().len(), 1, "no token is spent meanwhile");
    assert_eq!(access(&credential).await.unwrap(), "a2");
    assert_eq!(held_by(&store.inner).await, "r2");
}

#[tokio::test]
async fn a_token_that_another_process_got_later_goes_before_an_unsaved_one() {
    let (endpoint, _) = rotating(false).await;
    let hand = Hand::default();
    let store = Failing::new(&["save"]).await;
    let credential = RefreshTokenCredential::from_store(TENANT, "client", store.clone())
        .authority(endpoint.url.clone())
        .clock(hand.clock())
        .build()
        .unwrap();
    assert_eq!(access(&credential).await.unwrap(), "a1");
    hand.forward(1);
    let mut later = stored("r0");
    later.obtained_at = hand.clock().now() + azure_core::time::Duration::SECOND;
    store.inner.save(&later).await.unwrap();
    assert_eq!(access(&credential).await.unwrap(), "a2");
    let used = form_field(&endpoint.asked()[1], "refresh_token").unwrap();
    assert_eq!(used, "r0");
}

#[tokio::test]
async fn a_store_that_cannot_be_used_costs_no_token() {
    for operation in ["lock", "load"] {
        let (endpoint, _) = rotating(true).await;
        let store = Failing::new(&[operation]).await;
        let credential = credential(&endpoint, store.clone());
        let error = access(&credential).await.unwrap_err();
        assert!(
            matches!(source(&error), RefreshTokenError::Store(_)),
            "{error:?}"
        );
        assert!(endpoint.asked().is_empty());
        assert_eq!(access(&credential).await.unwrap(), "a1");
        assert_eq!(held_by(&store.inner).await, "r1");
    }
}

#[tokio::test]
async fn a_death_at_any_step_of_saving_does_not_end_the_sign_in() {
    for step in [
        ReplaceStep::Write,
        ReplaceStep::SyncFile,
        ReplaceStep::Rename,
        ReplaceStep::SyncDirectory,
    ] {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("token.json"));
        store.save(&stored("r0")).await.unwrap();
        // As the service does: the old token stays valid.
        let (endpoint, _) = rotating(false).await;
        let dying = credential(&endpoint, Arc::new(store.clone().stop_before(step)));
        assert_eq!(access(&dying).await.unwrap(), "a1");
        drop(dying);
        let next = credential(&endpoint, Arc::new(FileStore::new(store.path())));
        assert_eq!(access(&next).await.unwrap(), "a2", "{step:?}");
        assert_eq!(held_by(&store).await, "r2");
    }
}

/// A full disk, or one that cannot be written: nothing is lost while this process lives.
#[tokio::test]
async fn a_store_that_cannot_be_written_does_not_stop_the_calls() {
    for only_newest in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("token.json"));
        store.save(&stored("r0")).await.unwrap();
        // In the place of the file that a new token is written to.
        let obstacle = folder.path().join("token.json.tmp");
        std::fs::create_dir(&obstacle).unwrap();
        store.lock().await.unwrap_err();
        let (endpoint, _) = rotating(only_newest).await;
        let credential = credential(&endpoint, Arc::new(store.clone()));
        for token in ["a1", "a2", "a3"] {
            assert_eq!(access(&credential).await.unwrap(), token);
            assert_eq!(held_by(&store).await, "r0");
        }
        std::fs::remove_dir(&obstacle).unwrap();
        assert_eq!(access(&credential).await.unwrap(), "a4");
        assert_eq!(held_by(&store).await, "r4");
    }
}

/// Without a token in hand there is nothing to go on with.
#[tokio::test]
async fn a_store_that_can_neither_be_read_nor_written_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let (endpoint, _) = rotating(true).await;
    let store = Arc::new(FileStore::new(file.join("token.json")));
    access(&credential(&endpoint, store)).await.unwrap_err();
    assert!(endpoint.asked().is_empty());
}

#[tokio::test]
async fn a_caller_that_gives_up_does_not_lose_the_token() {
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
    assert_eq!(held_by(&store.inner).await, "r1");
    assert_eq!(endpoint.asked().len(), 1);
}

#[tokio::test]
async fn an_empty_store_or_one_of_another_application_says_so() {
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
    assert!(endpoint.asked().is_empty());
}

#[tokio::test]
async fn a_given_token_replaces_a_stored_one_that_is_refused() {
    let (endpoint, _) = rotating(true).await;
    let store = Arc::new(MemoryStore::new());
    store.save(&stored("expired")).await.unwrap();
    let credential = RefreshTokenCredential::builder(TENANT, "client", "r0")
        .authority(endpoint.url.clone())
        .store(store.clone())
        .build()
        .unwrap();
    assert_eq!(access(&credential).await.unwrap(), "a1");
    assert_eq!(held_by(&*store).await, "r1");
    // Once is enough: the given one is used up.
    store.save(&stored("expired")).await.unwrap();
    let error = access(&credential).await.unwrap_err();
    assert!(error.to_string().contains("AADSTS70000"), "{error}");
    assert_eq!(endpoint.asked().len(), 3);
}

/// A 200 with an empty refresh token must not destroy the one that works.
#[tokio::test]
async fn an_empty_refresh_token_is_none() {
    let store = Arc::new(MemoryStore::new());
    store.save(&stored("r0")).await.unwrap();
    let answers = ["", " "].map(|empty| tokens("a", 1, Some(empty)));
    let endpoint = Endpoint::start(answers.to_vec()).await;
    let credential = credential(&endpoint, store.clone());
    for _ in 0..2 {
        access(&credential).await.unwrap();
        let kept = store.load().await.unwrap().unwrap();
        assert_eq!(kept.refresh_token.secret(), "r0");
    }
}

/// As the v1.0 endpoint writes them (T81).
#[tokio::test]
async fn a_lifetime_may_be_a_text() {
    let body =
        r#"{"token_type":"Bearer","expires_in":"3600","access_token":"a1","refresh_token":"r1"}"#;
    let endpoint = Endpoint::start(vec![(200, body.to_owned())]).await;
    let store = Arc::new(MemoryStore::new());
    store.save(&stored("r0")).await.unwrap();
    let credential = credential(&endpoint, store.clone());
    for _ in 0..2 {
        assert_eq!(access(&credential).await.unwrap(), "a1");
    }
    assert_eq!(endpoint.asked().len(), 1);
    let kept = store.load().await.unwrap().unwrap();
    assert_eq!(kept.refresh_token.secret(), "r1");
}
