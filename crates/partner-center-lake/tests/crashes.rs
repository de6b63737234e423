//! Processes that are killed before and after each operation of a snapshot.
//!
//! The tests run this program again as a child process, which aborts itself.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests panic, which is how they fail"
)]

mod support;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use partner_center_lake::object_store::local::LocalFileSystem;
use partner_center_lake::{History, LakeError, Storage};
use support::faults::{Fault, Faults, Place};
use support::{local, report, take, take_rows_of, totals};
use time::macros::date;

const DAY: time::Date = date!(2026 - 01 - 30);
const OLD: (usize, i64) = (2, 3);
const NEW: (usize, i64) = (3, 60);

const FOLDER: &str = "LAKE_TEST_FOLDER";
const NAME: &str = "LAKE_TEST_NAME";
const KILL_AT: &str = "LAKE_TEST_KILL_AT";
const IS_AFTER: &str = "LAKE_TEST_IS_AFTER";

/// Job of the child process.
#[tokio::test]
#[ignore = "run by the other tests as a child process"]
async fn child() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let faults = Faults::new(Arc::new(LocalFileSystem::new()));
    faults.set(Some(Place {
        name: std::env::var(NAME).unwrap().leak(),
        fault: Fault::Kill,
        first: std::env::var(KILL_AT).unwrap().parse().unwrap(),
        count: 1,
        is_after: std::env::var(IS_AFTER).is_ok(),
    }));
    let root = url::Url::from_directory_path(&folder).unwrap();
    let storage = Storage::from_store(faults.store(), root).unwrap();
    let history = History::new(storage, Some(support::PARTNER.to_owned()));
    let table = history.create_or_open(report()).await.unwrap();
    let day_of_rows = date!(2026 - 01 - 29);
    take_rows_of(&table, day_of_rows, DAY, 3, 10).await.unwrap();
}

/// Runs the job, and returns whether it ended before the operation.
fn run(folder: &Path, name: &str, kill_at: usize, is_after: bool) -> bool {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "child", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .env(NAME, name)
        .env(KILL_AT, kill_at.to_string())
        .env("RUST_BACKTRACE", "0");
    if is_after {
        command.env(IS_AFTER, "1");
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    // An abort, and no failed assertion.
    assert!(
        output.status.success() || output.status.code().is_none(),
        "{text}"
    );
    output.status.success()
}

/// Totals of the day that a new reader sees.
async fn seen(folder: &Path) -> Option<(usize, i64)> {
    let table = local(folder).table(report()).await.unwrap()?;
    match totals(&table, DAY).await {
        Ok(totals) => Some(totals),
        Err(LakeError::UnknownDay { .. }) => None,
        Err(error) => panic!("{error:?}"),
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(std::fs::copy(entry.path(), to).unwrap()),
        }
    }
}

fn files(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => names.extend(files(&entry.path())),
            false => names.push(entry.file_name().into_string().unwrap()),
        }
    }
    names
}

/// Kills the job at each operation. The table must read as before or as after the job, the next job
/// must succeed, and cleaning must leave no file behind.
///
/// `version`: version of the job's commit. `days`: number of days after the job.
async fn killed_at_each_operation(
    start: &Path,
    old: Option<(usize, i64)>,
    version: u64,
    days: usize,
) {
    for is_after in [false, true] {
        for kill_at in 1.. {
            let (has_ended, now) = killed(start, "", kill_at, is_after, days).await;
            assert!(
                now == old || now == Some(NEW),
                "{kill_at} {is_after}: {now:?}"
            );
            if has_ended {
                assert!(kill_at > 8, "{kill_at}");
                break;
            }
        }
        // The kernel reads ahead, so that the number of operations before the commit varies.
        let commit = format!("put {version:020}.json");
        let (has_ended, now) = killed(start, &commit, 1, is_after, days).await;
        assert!(!has_ended);
        assert_eq!(now, if is_after { Some(NEW) } else { old });
    }
}

/// Kills the job at an operation, and returns whether it ended before and what a reader sees then.
async fn killed(
    start: &Path,
    name: &str,
    kill_at: usize,
    is_after: bool,
    days: usize,
) -> (bool, Option<(usize, i64)>) {
    let folder = tempfile::tempdir().unwrap();
    copy(start, folder.path());
    let has_ended = run(folder.path(), name, kill_at, is_after);
    let now = seen(folder.path()).await;
    let place = format!("{name} {kill_at} {is_after}");

    let table = local(folder.path()).create_or_open(report()).await.unwrap();
    take(&table, DAY, 3, 10).await.unwrap();
    assert_eq!(totals(&table, DAY).await.unwrap(), NEW, "{place}");
    let found = table.verify(DAY).await.unwrap();
    assert!(found.is_sound(), "{place}: {:?}", found.problems);
    table.clean(Duration::ZERO, false).await.unwrap();
    let names = files(folder.path());
    let data = names.iter().filter(|name| name.ends_with("zstd.parquet"));
    assert_eq!(data.count(), days, "{place}: {names:?}");
    assert!(
        !names.iter().any(|name| name.contains('#')),
        "{place}: {names:?}"
    );
    assert_eq!(totals(&table, DAY).await.unwrap(), NEW, "{place}");
    (has_ended, now)
}

#[tokio::test]
async fn a_killed_job_that_creates_the_table_leaves_it_as_it_was() {
    let start = tempfile::tempdir().unwrap();
    killed_at_each_operation(start.path(), None, 1, 1).await;
}

#[tokio::test]
async fn a_killed_job_that_replaces_a_day_leaves_it_as_it_was() {
    let start = tempfile::tempdir().unwrap();
    let table = local(start.path()).create_or_open(report()).await.unwrap();
    take(&table, DAY, 2, 1).await.unwrap();
    killed_at_each_operation(start.path(), Some(OLD), 2, 1).await;
}

#[tokio::test]
async fn a_killed_job_that_writes_a_checkpoint_leaves_the_table_as_it_was() {
    let start = tempfile::tempdir().unwrap();
    let table = local(start.path()).create_or_open(report()).await.unwrap();
    for number in 1..=8 {
        take(&table, date!(2026 - 01 - 01), 1, number)
            .await
            .unwrap();
    }
    take(&table, DAY, 2, 1).await.unwrap();
    killed_at_each_operation(start.path(), Some(OLD), 10, 2).await;
}

/// A process that is killed inside a write of the file system leaves a file of another name.
#[tokio::test]
async fn interrupted_writes_are_ignored_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let table = local(folder.path()).create_or_open(report()).await.unwrap();
    take(&table, DAY, 2, 1).await.unwrap();
    let root = folder.path().join(support::REPORT);
    for name in [
        "_delta_log/00000000000000000002.json#1",
        "_delta_log/00000000000000000001.checkpoint.parquet#1",
        "_delta_log/_last_checkpoint#1",
        "part-00000-x.zstd.parquet#1",
    ] {
        std::fs::write(root.join(name), "PAR1 half of").unwrap();
    }
    assert_eq!(seen(folder.path()).await, Some(OLD));
    take(&table, DAY, 3, 10).await.unwrap();
    let cleaned = table.clean(Duration::ZERO, false).await.unwrap();
    assert_eq!(cleaned.files.len(), 5);
    assert!(table.verify(DAY).await.unwrap().is_sound());
}
