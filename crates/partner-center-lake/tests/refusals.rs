//! Folders and tables that are refused, and what the errors say.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests panic, which is how they fail"
)]

mod support;

use std::sync::Arc;

use partner_center_catalog::Operation;
use partner_center_lake::object_store::{ObjectStore, ObjectStoreExt as _};
use partner_center_lake::{History, LakeError, Origin};
use support::{FETCHED, commit_path, history, memory, report, storage, table, take, text, totals};
use time::macros::date;
use uuid::Uuid;

const DAY: time::Date = date!(2026 - 01 - 30);

/// Creates a table, and changes its version 0.
async fn changed(from: &str, to: &str) -> Arc<dyn ObjectStore> {
    let store = memory();
    table(&store).await;
    let zero = text(&store, "_delta_log/00000000000000000000.json").await;
    assert!(zero.contains(from), "{zero}");
    store
        .put(&commit_path(0), zero.replace(from, to).into())
        .await
        .unwrap();
    store
}

async fn open(store: &Arc<dyn ObjectStore>) -> LakeError {
    let error = history(store).create_or_open(report()).await.unwrap_err();
    assert!(error.help().is_some(), "{error}");
    error
}

#[tokio::test]
async fn refuses_a_folder_with_other_files() {
    let store = memory();
    store
        .put(&support::path("notes.txt"), "x".into())
        .await
        .unwrap();
    let error = open(&store).await;
    assert!(matches!(error, LakeError::NotATable { .. }), "{error:?}");
    assert!(history(&store).tables().await.unwrap().is_empty());
}

#[tokio::test]
async fn refuses_a_table_of_another_program() {
    let store = changed("\"partnerCenter.format\":\"1\",", "").await;
    let error = open(&store).await;
    assert!(matches!(error, LakeError::ForeignTable { .. }), "{error:?}");
}

#[tokio::test]
async fn refuses_a_table_of_another_report() {
    let store = changed(
        &format!("\"partnerCenter.operation\":\"{}\"", support::REPORT),
        "\"partnerCenter.operation\":\"azure_usage\"",
    )
    .await;
    let error = open(&store).await;
    assert!(
        matches!(&error, LakeError::OtherReport { found, .. } if found == "azure_usage"),
        "{error:?}"
    );
}

#[tokio::test]
async fn refuses_a_table_of_another_partner() {
    let store = memory();
    table(&store).await;
    let other = History::new(storage(&store), Some("2222".to_owned()));
    let error = other.table(report()).await.unwrap_err();
    assert!(matches!(error, LakeError::OtherPartner { .. }), "{error:?}");
    // The letters of a tenant id are case-insensitive, and without a partner all tables open.
    let same = History::new(storage(&store), Some(support::PARTNER.to_uppercase()));
    assert!(same.table(report()).await.unwrap().is_some());
    assert!(
        History::new(storage(&store), None)
            .table(report())
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn refuses_newer_formats_and_protocols() {
    let store = changed(
        "\"partnerCenter.format\":\"1\"",
        "\"partnerCenter.format\":\"2\"",
    )
    .await;
    let error = open(&store).await;
    assert!(
        matches!(error, LakeError::NewerFormat { supported: 1, .. }),
        "{error:?}"
    );

    for protocol in [
        r#""minReaderVersion":99,"minWriterVersion":2"#,
        r#""minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["future"],"writerFeatures":["future"]"#,
    ] {
        let store = changed(r#""minReaderVersion":1,"minWriterVersion":2"#, protocol).await;
        let error = open(&store).await;
        assert!(
            matches!(error, LakeError::NewerProtocol { .. }),
            "{error:?}"
        );
    }
    // A feature of writers only: the table can be read, but not written.
    let store = changed(
        r#""minReaderVersion":1,"minWriterVersion":2"#,
        r#""minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["future"]"#,
    )
    .await;
    let table = history(&store).table(report()).await.unwrap().unwrap();
    assert!(table.days().await.unwrap().is_empty());
    let error = take(&table, DAY, 1, 1).await.unwrap_err();
    assert!(
        matches!(error, LakeError::NewerProtocol { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn refuses_to_write_with_column_mapping_of_other_engines() {
    let store = memory();
    table(&store).await;
    let zero = text(&store, "_delta_log/00000000000000000000.json").await;
    let lines: Vec<String> = zero
        .lines()
        .map(|line| {
            let mut action: serde_json::Value = serde_json::from_str(line).unwrap();
            if let Some(protocol) = action.get_mut("protocol") {
                *protocol = serde_json::json!({"minReaderVersion": 2, "minWriterVersion": 5});
            }
            if let Some(metadata) = action.get_mut("metaData") {
                metadata["configuration"]["delta.columnMapping.mode"] = "name".into();
                let schema = metadata["schemaString"].as_str().unwrap();
                let mut schema: serde_json::Value = serde_json::from_str(schema).unwrap();
                for (id, field) in schema["fields"]
                    .as_array_mut()
                    .unwrap()
                    .iter_mut()
                    .enumerate()
                {
                    field["metadata"]["delta.columnMapping.id"] = (id + 1).into();
                    field["metadata"]["delta.columnMapping.physicalName"] = format!("c{id}").into();
                }
                metadata["schemaString"] = schema.to_string().into();
            }
            action.to_string()
        })
        .collect();
    store
        .put(&commit_path(0), lines.join("\n").into())
        .await
        .unwrap();
    let table = history(&store).table(report()).await.unwrap().unwrap();
    let error = take(&table, DAY, 1, 1).await.unwrap_err();
    assert!(
        matches!(error, LakeError::NewerProtocol { .. }),
        "{error:?}"
    );
    assert!(table.days().await.unwrap().is_empty());
}

#[tokio::test]
async fn names_a_changed_type() {
    let store = changed(
        r#"\"name\":\"licensesSold\",\"type\":\"long\""#,
        r#"\"name\":\"licensesSold\",\"type\":\"string\""#,
    )
    .await;
    let table = table(&store).await;
    let error = table
        .begin(Origin::new(FETCHED, Uuid::nil()))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, LakeError::ChangedType { column, .. } if column == "licensesSold"),
        "{error:?}"
    );
}

#[tokio::test]
async fn reports_a_damaged_log() {
    for damage in ["", "{\"add\":", "no json", "{\"add\":{\"path\":1}}"] {
        let store = memory();
        let table = table(&store).await;
        take(&table, DAY, 1, 1).await.unwrap();
        store.put(&commit_path(1), damage.into()).await.unwrap();
        store.put(&commit_path(3), "{}".into()).await.unwrap();
        let fresh = history(&store).table(report()).await;
        let error = match fresh {
            Err(error) => error,
            Ok(table) => take(&table.unwrap(), DAY, 1, 1).await.unwrap_err(),
        };
        assert!(
            matches!(error, LakeError::DamagedTable { .. }),
            "{damage}: {error:?}"
        );
        assert!(error.help().is_some());
    }
}

#[tokio::test]
async fn reports_a_missing_data_file() {
    let store = memory();
    let table = table(&store).await;
    take(&table, DAY, 1, 1).await.unwrap();
    let file = text(&store, "_delta_log/00000000000000000001.json").await;
    let (_, file) = file.split_once("\"path\":\"").unwrap();
    let (file, _) = file.split_once('"').unwrap();
    store.delete(&support::path(file)).await.unwrap();
    let error = totals(&table, DAY).await.unwrap_err();
    assert!(matches!(error, LakeError::DamagedTable { .. }), "{error:?}");
    let verification = table.verify(DAY).await.unwrap();
    assert_eq!(
        verification.problems[0].to_string(),
        format!("the file {file} does not exist")
    );
}

#[tokio::test]
async fn opens_nothing_where_nothing_is() {
    let store = memory();
    assert!(history(&store).table(report()).await.unwrap().is_none());
    assert!(history(&store).tables().await.unwrap().is_empty());
    let folder = tempfile::tempdir().unwrap();
    let missing = support::local(&folder.path().join("missing"));
    assert!(missing.table(report()).await.unwrap().is_none());
    assert!(missing.tables().await.unwrap().is_empty());
    assert!(!folder.path().join("missing").exists());

    table(&store).await;
    let customers = Operation::find("customer").unwrap();
    history(&store).create_or_open(customers).await.unwrap();
    assert_eq!(
        history(&store).tables().await.unwrap(),
        [support::REPORT, "customer"]
    );
}
