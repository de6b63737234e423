//! Creation of tables.

use delta_kernel::arrow::datatypes::Schema;
use delta_kernel::engine::arrow_conversion::TryFromArrow as _;
use delta_kernel::object_store::{self, PutMode};
use delta_kernel::schema::{DataType, StructField, StructType};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{FORMAT, IS_COMPLETE, PROCESSED_DATE, property};
use crate::{LakeError, Report, Storage, TableSchema};

/// Program that is stated in commits.
pub(super) const ENGINE: &str = concat!("partner-center-lake/", env!("CARGO_PKG_VERSION"));

const ACTION: &str = "create the table";

/// Writes version 0 of a table, unless the table exists.
///
/// The kernel creates tables with protocol 3/7 only, which older readers refuse. Nothing in these
/// tables needs more than reader version 1 and writer version 2, which every engine supports, so
/// version 0 is written here. The kernel keeps the protocol at later commits.
pub(super) async fn create(
    storage: &Storage,
    report: Report,
    partner: Option<&str>,
) -> Result<(), LakeError> {
    let schema = TableSchema::of(report).arrow();
    let commit = version_zero(report, partner, &schema)?;
    let path = storage.path("_delta_log/00000000000000000000.json")?;
    match storage
        .store()
        .put_opts(&path, commit.into(), PutMode::Create.into())
        .await
    {
        // Another writer has created it. Opening it checks whether it is the same table.
        Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(()),
        Err(error) => Err(LakeError::storage(ACTION, storage, &error)),
    }
}

fn version_zero(
    report: Report,
    partner: Option<&str>,
    schema: &Schema,
) -> Result<String, LakeError> {
    let data = StructType::try_from_arrow(schema)
        .map_err(|error| LakeError::unexpected(ACTION, &error))?;
    let partitions = [
        StructField::nullable(PROCESSED_DATE, DataType::DATE).with_metadata([(
            "comment",
            "Day of the snapshot: the UTC date for which the service processed the rows",
        )]),
        StructField::nullable(IS_COMPLETE, DataType::BOOLEAN).with_metadata([(
            "comment",
            "false if the listing ended before all rows were received",
        )]),
    ];
    let schema = StructType::try_new(data.into_fields().chain(partitions))
        .map_err(|error| LakeError::unexpected(ACTION, &error))?;
    let schema =
        serde_json::to_string(&schema).map_err(|error| LakeError::unexpected(ACTION, &error))?;
    let now = OffsetDateTime::now_utc();
    let millis = now.unix_timestamp() * 1000 + i64::from(now.millisecond());
    let mut configuration = json!({
        property::OPERATION: report.name,
        property::FORMAT: FORMAT.to_string(),
        // Every file of a report contains all customers, so that statistics of other columns
        // exclude no file; the log stays small without them. This column identifies the listing.
        "delta.dataSkippingStatsColumns": "fetchedAt",
    });
    if let (Some(partner), Some(configuration)) = (partner, configuration.as_object_mut()) {
        configuration.insert(property::PARTNER.to_owned(), partner.into());
    }
    let actions = [
        json!({"commitInfo": {
            "timestamp": millis,
            "operation": "CREATE TABLE",
            "operationParameters": {"partitionBy": format!("[\"{PROCESSED_DATE}\",\"{IS_COMPLETE}\"]")},
            "engineInfo": ENGINE,
        }}),
        json!({"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}}),
        json!({"metaData": {
            "id": Uuid::new_v4(),
            "name": report.name,
            "format": {"provider": "parquet", "options": {}},
            "schemaString": schema,
            "partitionColumns": [PROCESSED_DATE, IS_COMPLETE],
            "configuration": configuration,
            "createdTime": millis,
        }}),
    ];
    Ok(actions.map(|action| format!("{action}\n")).concat())
}
