//! Several writers at the same time, as tasks and as processes, and clocks that differ.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests panic, which is how they fail"
)]

mod support;

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::sync::Arc;

use partner_center_lake::object_store::{ObjectStore, ObjectStoreExt as _};
use partner_center_lake::{Committed, Completeness, History, Origin};
use support::{commit_path, history, local, memory, report, row, table, take, text, totals};
use time::Date;
use time::macros::{date, datetime};
use uuid::Uuid;

const DAY: Date = date!(2026 - 01 - 30);
const COMMITS: usize = 3;

fn day(writer: usize) -> Date {
    DAY + time::Duration::days(i64::try_from(writer).unwrap())
}

/// Lets writers commit at the same time, and returns all commits. `history` returns a history that
/// shares nothing with the others but the storage.
async fn race(
    writers: usize,
    history: impl Fn() -> History,
    day: impl Fn(usize) -> Date,
) -> Vec<Committed> {
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..writers {
        let (history, day) = (history(), day(writer));
        tasks.spawn(async move {
            let table = history.create_or_open(report()).await.unwrap();
            let mut committed = Vec::new();
            for number in 0..COMMITS {
                let rows = i64::try_from(writer * COMMITS + number + 1).unwrap();
                committed.push(take(&table, day, rows, 1).await.unwrap());
            }
            committed
        });
    }
    tasks.join_all().await.into_iter().flatten().collect()
}

/// All commits have versions of their own, without a gap.
fn assert_versions(committed: &[Committed]) {
    let versions: BTreeSet<u64> = committed
        .iter()
        .map(|committed| committed.version)
        .collect();
    let last = u64::try_from(committed.len()).unwrap();
    assert!(versions.iter().copied().eq(1..=last), "{versions:?}");
}

async fn one_day(writers: usize, history: impl Fn() -> History) {
    let committed = race(writers, &history, |_| DAY).await;
    assert_versions(&committed);
    // Exactly the last commit is visible, and each other one was replaced by the next.
    let last = committed
        .iter()
        .max_by_key(|committed| committed.version)
        .unwrap();
    let table = history().table(report()).await.unwrap().unwrap();
    let days = table.days().await.unwrap();
    assert_eq!(
        (days.len(), days[0].files, days[0].rows),
        (1, 1, Some(last.rows))
    );
    assert_eq!(
        u64::try_from(totals(&table, DAY).await.unwrap().0).unwrap(),
        last.rows
    );
    for committed in &committed {
        assert_eq!(
            committed.replaced,
            usize::from(committed.version > 1),
            "{committed:?}"
        );
    }
    assert!(table.verify(DAY).await.unwrap().is_sound());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_of_one_day_replace_each_other() {
    for writers in [2, 8] {
        let store = memory();
        one_day(writers, || history(&store)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_of_one_day_replace_each_other_in_a_local_folder() {
    let folder = tempfile::tempdir().unwrap();
    one_day(4, || local(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_of_different_days_do_not_disturb_each_other() {
    let store = memory();
    let committed = race(6, || history(&store), day).await;
    assert_versions(&committed);
    let table = table(&store).await;
    let days = table.days().await.unwrap();
    assert_eq!(days.len(), 6);
    for (writer, found) in days.iter().enumerate() {
        assert_eq!(found.date, day(writer));
        assert_eq!(found.rows, u64::try_from((writer + 1) * COMMITS).ok());
        assert!(table.verify(found.date).await.unwrap().is_sound());
    }
}

/// Writer in a process of its own.
#[tokio::test]
#[ignore = "run by the other tests as a child process"]
async fn child() {
    let Ok(folder) = std::env::var("LAKE_TEST_FOLDER") else {
        return;
    };
    let writer: i64 = std::env::var("LAKE_TEST_WRITER").unwrap().parse().unwrap();
    let table = local(folder.as_ref())
        .create_or_open(report())
        .await
        .unwrap();
    for number in 0..3 {
        let rows = writer * 3 + number + 1;
        take(&table, DAY, rows, 1).await.unwrap();
        take(&table, day(usize::try_from(writer).unwrap() + 1), rows, 1)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn processes_create_one_table_and_lose_no_commit() {
    let folder = tempfile::tempdir().unwrap();
    let children: Vec<_> = (0..4)
        .map(|writer| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "child", "--ignored", "--nocapture"])
                .env("LAKE_TEST_FOLDER", folder.path())
                .env("LAKE_TEST_WRITER", writer.to_string())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let table = local(folder.path()).table(report()).await.unwrap().unwrap();
    assert_eq!(table.version().await.unwrap(), 4 * 3 * 2);
    let days = table.days().await.unwrap();
    assert_eq!(days.len(), 5);
    assert_eq!(days[0].files, 1);
    for (writer, found) in days[1..].iter().enumerate() {
        assert_eq!(found.rows, u64::try_from(writer * 3 + 3).ok());
    }
    for found in days {
        assert!(table.verify(found.date).await.unwrap().is_sound());
    }
}

#[tokio::test]
async fn a_new_column_of_another_writer_is_kept() {
    let store = memory();
    let [one, two] = [table(&store).await, table(&store).await];
    let begin = async |table: &partner_center_lake::Table, more: &str| {
        let origin = Origin::new(support::FETCHED, Uuid::nil());
        let mut writer = table.begin(origin).await.unwrap();
        writer
            .page(&[&support::row_with(DAY, 1, more)])
            .await
            .unwrap();
        writer
    };
    let first = begin(&one, r#","tier":"gold""#).await;
    let same = begin(&two, r#","tier":"gold","level":1"#).await;
    let other = begin(&two, r#","tier":7"#).await;
    first
        .commit(None, Completeness::complete(None))
        .await
        .unwrap();
    same.commit(None, Completeness::complete(None))
        .await
        .unwrap();
    let error = other
        .commit(None, Completeness::complete(None))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, partner_center_lake::LakeError::ChangedType { column, .. } if column == "tier"),
        "{error:?}"
    );
    let schema = one.schema().await.unwrap();
    assert!(schema.field_with_name("tier").is_ok() && schema.field_with_name("level").is_ok());
    assert_eq!(totals(&one, DAY).await.unwrap(), (1, 1));
}

#[tokio::test]
async fn transaction_ids_grow_although_the_clock_is_behind() {
    let store = memory();
    let table = table(&store).await;
    take(&table, DAY, 1, 1).await.unwrap();
    let far = datetime!(2099-01-01 00:00 UTC).unix_timestamp() * 1_000_000;
    let transaction = format!(
        r#"{{"commitInfo":{{"timestamp":4070908800000,"operation":"WRITE"}}}}
{{"txn":{{"appId":"partner-center/{DAY}","version":{far},"lastUpdated":4070908800000}}}}"#
    );
    store
        .put(&commit_path(2), transaction.into())
        .await
        .unwrap();
    // The listing is older than the one in the table, too.
    let origin = Origin::new(datetime!(2020-01-01 00:00 UTC), Uuid::nil());
    let mut writer = table.begin(origin).await.unwrap();
    writer.page(&[&row(DAY, 9)]).await.unwrap();
    let committed = writer
        .commit(None, Completeness::complete(None))
        .await
        .unwrap();
    assert_eq!((committed.version, committed.replaced), (3, 1));
    let commit = text(&store, "_delta_log/00000000000000000003.json").await;
    assert!(
        commit.contains(&format!("\"version\":{}", far + 1)),
        "{commit}"
    );
    assert_eq!(totals(&table, DAY).await.unwrap(), (1, 9));
}

#[tokio::test(start_paused = true)]
async fn gives_up_when_each_version_is_taken() {
    use support::faults::{Fault, Faults, Place};

    let inner: Arc<dyn ObjectStore> = memory();
    let faults = Faults::new(Arc::clone(&inner));
    let table = table(&faults.store()).await;
    faults.set(Some(Place {
        name: "put 000",
        fault: Fault::Exists,
        first: 1,
        count: 1_000,
        is_after: false,
    }));
    let error = take(&table, DAY, 1, 1).await.unwrap_err();
    let attempts = match error {
        partner_center_lake::LakeError::Contended { attempts, .. } => attempts,
        error => panic!("{error:?}"),
    };
    let puts = faults
        .names()
        .iter()
        .filter(|name| name.starts_with("put 000"))
        .count();
    assert_eq!(usize::try_from(attempts).unwrap(), puts);
}
