//! Verification, cleaning and locks.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests panic, which is how they fail"
)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use partner_center_lake::object_store::{ObjectStore, ObjectStoreExt as _};
use partner_center_lake::{Completeness, LakeError, Origin, Problem, Table};
use support::{FETCHED, history, local, memory, report, row, storage, table, take, text, totals};
use time::macros::date;
use uuid::Uuid;

const DAY: time::Date = date!(2026 - 01 - 30);

/// Paths of the data files within the table.
async fn files(store: &Arc<dyn ObjectStore>) -> Vec<String> {
    let all: Vec<_> = store.list(None).try_collect().await.unwrap();
    let root = support::path("").to_string();
    let names = all.iter().map(|meta| {
        let path = meta.location.as_ref().trim_start_matches(&root);
        path.trim_start_matches('/').to_owned()
    });
    let mut names: Vec<_> = names
        .filter(|name| name.ends_with("zstd.parquet"))
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn files_are_in_the_folder_of_their_day_and_completeness() {
    let store = memory();
    let table = table(&store).await;
    // The rows are of one day and are stored as those of another one.
    let origin = Origin::new(FETCHED, Uuid::from_u128(7));
    let mut writer = table.begin(origin).await.unwrap();
    writer.page(&[&row(DAY, 4)]).await.unwrap();
    writer
        .page(&[&support::row_with(DAY, 5, r#","new":1"#)])
        .await
        .unwrap();
    let requested = date!(2026 - 02 - 01);
    let incomplete = Completeness::incomplete(Some(9), true);
    writer.commit(Some(requested), incomplete).await.unwrap();
    take(&table, DAY, 1, 1).await.unwrap();

    let folders: Vec<_> = files(&store)
        .await
        .iter()
        .map(|path| path.rsplit_once('/').unwrap().0.to_owned())
        .collect();
    let moved = "processedDate=2026-02-01/isComplete=false";
    let expected = "processedDate=2026-01-30/isComplete=true";
    assert_eq!(folders, [expected, moved]);
    assert_eq!(totals(&table, requested).await.unwrap(), (2, 9));
    let found = table.verify(requested).await.unwrap();
    assert!(
        !found
            .problems
            .iter()
            .any(|it| !matches!(it, Problem::StatedTotal { .. }))
    );
    assert!(
        table
            .clean(Duration::ZERO, true)
            .await
            .unwrap()
            .files
            .is_empty()
    );
}

#[tokio::test]
async fn verifies_a_sound_snapshot() {
    let store = memory();
    let table = table(&store).await;
    take(&table, DAY, 5, 2).await.unwrap();
    let found = table.verify(DAY).await.unwrap();
    assert!(found.is_sound(), "{:?}", found.problems);
    assert_eq!((found.rows, found.files, found.foreign_files), (5, 1, 0));
    assert_eq!(found.stated_total, Some(5));
    let error = table.verify(date!(2026 - 01 - 01)).await.unwrap_err();
    assert!(matches!(error, LakeError::UnknownDay { .. }), "{error:?}");
}

#[tokio::test]
async fn verification_finds_changed_and_short_files() {
    let store = memory();
    let table = table(&store).await;
    take(&table, DAY, 50, 2).await.unwrap();
    let path = support::path(&files(&store).await[0]);
    let bytes = store.get(&path).await.unwrap().bytes().await.unwrap();

    let mut changed = bytes.to_vec();
    changed[100] ^= 1;
    store.put(&path, changed.into()).await.unwrap();
    let problems = table.verify(DAY).await.unwrap().problems;
    assert!(
        matches!(problems[..], [Problem::Digest { .. }]),
        "{problems:?}"
    );

    store
        .put(&path, bytes.slice(..bytes.len() - 9).into())
        .await
        .unwrap();
    let problems = table.verify(DAY).await.unwrap().problems;
    assert!(
        matches!(
            problems[..],
            [Problem::Size { .. }, Problem::Unreadable { .. }]
        ),
        "{problems:?}"
    );

    store.put(&path, "no parquet".into()).await.unwrap();
    let found = table.verify(DAY).await.unwrap();
    assert!(!found.is_sound());
}

#[tokio::test]
async fn verification_compares_the_stated_total() {
    let store = memory();
    let table = table(&store).await;
    let mut writer = table
        .begin(Origin::new(FETCHED, Uuid::nil()))
        .await
        .unwrap();
    writer.page(&[&row(DAY, 1)]).await.unwrap();
    writer
        .commit(None, Completeness::complete(Some(9)))
        .await
        .unwrap();
    let problems = table.verify(DAY).await.unwrap().problems;
    assert_eq!(
        problems[0].to_string(),
        "the snapshot has 1 rows, and the service stated 9"
    );
}

#[tokio::test]
async fn removes_only_what_no_version_needs() {
    let store = memory();
    let table = table(&store).await;
    take(&table, DAY, 1, 1).await.unwrap();
    let replaced = files(&store).await;
    take(&table, DAY, 2, 1).await.unwrap();
    take(&table, date!(2026 - 01 - 29), 2, 1).await.unwrap();
    let orphan = support::path("part-00000-orphan.zstd.parquet");
    let others = [
        support::path("notes.txt"),
        support::path("_change_data/x.parquet"),
        support::path(".hidden/x.parquet"),
    ];
    for path in others.iter().chain([&orphan]) {
        store.put(path, "x".into()).await.unwrap();
    }
    let all = files(&store).await;
    assert_eq!(all.len(), 4);

    assert!(
        table
            .clean(Table::RETENTION, false)
            .await
            .unwrap()
            .files
            .is_empty()
    );
    let names = [
        replaced[0].clone(),
        "part-00000-orphan.zstd.parquet".to_owned(),
    ];
    let planned = table.clean(Duration::ZERO, true).await.unwrap();
    let found: Vec<_> = planned.files.iter().map(|file| file.path.clone()).collect();
    assert!(
        names.iter().all(|name| found.contains(name)) && found.len() == 2,
        "{found:?}"
    );
    assert_eq!(files(&store).await, all);

    assert_eq!(table.clean(Duration::ZERO, false).await.unwrap(), planned);
    assert_eq!(files(&store).await.len(), 2);
    for path in &others {
        store.head(path).await.unwrap();
    }
    assert_eq!(totals(&table, DAY).await.unwrap(), (2, 3));
    assert!(
        table
            .clean(Duration::ZERO, false)
            .await
            .unwrap()
            .files
            .is_empty()
    );
}

#[tokio::test]
async fn keeps_files_that_were_replaced_within_the_retention() {
    let folder = tempfile::tempdir().unwrap();
    let table = local(folder.path()).create_or_open(report()).await.unwrap();
    let root = folder.path().join(support::REPORT);
    take(&table, DAY, 1, 1).await.unwrap();
    take(&table, DAY, 2, 1).await.unwrap();
    // All files are old, but only the first commit is.
    let old = std::time::SystemTime::now() - Duration::from_secs(30 * 86400);
    let age = |path: std::path::PathBuf| {
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(old).unwrap();
    };
    std::fs::write(root.join("orphan.parquet"), "x").unwrap();
    let staged = format!("processedDate={DAY}/isComplete=true/part-00000-x.zstd.parquet#1");
    std::fs::write(root.join(&staged), "x").unwrap();
    std::fs::write(root.join("_delta_log/00000000000000000009.json#12"), "x").unwrap();
    let partition = root.join(format!("processedDate={DAY}/isComplete=true"));
    for folder in [&root, &partition] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                age(path);
            }
        }
    }
    age(root.join("_delta_log/00000000000000000001.json"));
    age(root.join("_delta_log/00000000000000000009.json#12"));

    let cleaned = table.clean(Table::RETENTION, false).await.unwrap();
    let names: Vec<_> = cleaned
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "_delta_log/00000000000000000009.json#12",
            "orphan.parquet",
            &*staged
        ]
    );
    age(root.join("_delta_log/00000000000000000002.json"));
    assert_eq!(
        table
            .clean(Table::RETENTION, false)
            .await
            .unwrap()
            .files
            .len(),
        1
    );
    assert_eq!(totals(&table, DAY).await.unwrap(), (2, 3));
}

#[tokio::test]
async fn a_lock_excludes_others_until_it_is_released() {
    let store = memory();
    let folder = tempfile::tempdir().unwrap();
    let lifetime = Duration::from_secs(600);
    for history in [history(&store), local(folder.path())] {
        let lock = history.lock("host one", lifetime).await.unwrap();
        assert!(lock.is_held());
        let error = history.lock("host two", lifetime).await.unwrap_err();
        assert!(
            matches!(&error, LakeError::Locked { holder, .. } if holder == "host one"),
            "{error:?}"
        );
        lock.release().await;
        history
            .lock("host two", lifetime)
            .await
            .unwrap()
            .release()
            .await;
    }
}

#[tokio::test]
async fn a_lock_that_is_dropped_is_released() {
    let store = memory();
    let history = history(&store);
    drop(
        history
            .lock("host one", Duration::from_secs(600))
            .await
            .unwrap(),
    );
    // The task of the lock releases it at the next opportunity.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    history
        .lock("host two", Duration::from_secs(600))
        .await
        .unwrap()
        .release()
        .await;
}

#[tokio::test]
async fn an_expired_or_unreadable_lock_is_taken_over() {
    for text in [
        r#"{"holder":"gone","id":"00000000-0000-0000-0000-000000000001","expires":1000}"#,
        "no json",
    ] {
        let store = memory();
        let path = "history/.partner-center.lock".into();
        store.put(&path, text.into()).await.unwrap();
        let lock = history(&store)
            .lock("host", Duration::from_secs(600))
            .await
            .unwrap();
        let error = history(&store)
            .lock("other", Duration::from_secs(600))
            .await
            .unwrap_err();
        assert!(matches!(error, LakeError::Locked { .. }), "{error:?}");
        lock.release().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_lock_is_renewed_and_its_loss_is_noticed() {
    let store = memory();
    let path = "history/.partner-center.lock".into();
    let lock = history(&store)
        .lock("host", Duration::from_secs(600))
        .await
        .unwrap();
    let tag = store.head(&path).await.unwrap().e_tag;
    tokio::time::sleep(Duration::from_secs(601)).await;
    assert_ne!(store.head(&path).await.unwrap().e_tag, tag);
    assert!(lock.is_held());
    store.put(&path, "taken over".into()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(601)).await;
    assert!(!lock.is_held());
    lock.release().await;
    // The lock of the other program is kept.
    let bytes = store.get(&path).await.unwrap().bytes().await.unwrap();
    assert_eq!(&bytes[..], b"taken over");
}

#[tokio::test]
async fn the_lock_of_a_history_is_no_table() {
    let store = memory();
    let lock = history(&store)
        .lock("host", Duration::from_secs(600))
        .await
        .unwrap();
    table(&store).await;
    assert_eq!(history(&store).tables().await.unwrap(), [support::REPORT]);
    lock.release().await;
    let _ = storage(&store);
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_behind_a_symbolic_link_keeps_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    std::fs::create_dir(&real).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let table = local(&link).create_or_open(report()).await.unwrap();
    take(&table, DAY, 1, 1).await.unwrap();
    take(&table, DAY, 2, 1).await.unwrap();
    let cleaned = table.clean(Duration::ZERO, false).await.unwrap();
    assert_eq!(cleaned.files.len(), 1);
    assert_eq!(totals(&table, DAY).await.unwrap(), (2, 3));
    assert!(table.verify(DAY).await.unwrap().is_sound());
}

#[tokio::test]
async fn nothing_is_removed_from_a_table_that_lacks_a_file() {
    let store = memory();
    let table = table(&store).await;
    take(&table, DAY, 1, 1).await.unwrap();
    take(&table, DAY, 2, 1).await.unwrap();
    let path = text(&store, "_delta_log/00000000000000000002.json").await;
    let (_, path) = path.split_once("\"add\":{\"path\":\"").unwrap();
    let (path, _) = path.split_once('"').unwrap();
    store.delete(&support::path(path)).await.unwrap();
    let error = table.clean(Duration::ZERO, false).await.unwrap_err();
    assert!(matches!(error, LakeError::DamagedTable { .. }), "{error:?}");
    assert_eq!(files(&store).await.len(), 1);
}
