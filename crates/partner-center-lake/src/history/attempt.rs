//! One attempt to commit: a transaction of the Delta kernel.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use delta_kernel::committer::FileSystemCommitter;
use delta_kernel::engine::arrow_conversion::TryFromArrow as _;
use delta_kernel::engine_data::FilteredEngineData;
use delta_kernel::expressions::Scalar;
use delta_kernel::scan::ScanMetadata;
use delta_kernel::schema::StructField;
use delta_kernel::snapshot::SnapshotRef;
use delta_kernel::table_features::ColumnMappingMode;
use delta_kernel::transaction::{CommitResult, UpdateTableOperation};
use delta_kernel::{FileMeta, KernelError};
use delta_kernel_default_engine::build_add_file_metadata;
use delta_kernel_default_engine::parquet::DataFileMetadata;
use time::Date;

use super::commit::Content;
use super::create::ENGINE;
use super::days::{arrow, scalar};
use super::table::Inner;
use super::{IS_COMPLETE, PROCESSED_DATE};
use crate::arrow::array::{Array as _, AsArray as _};
use crate::{Cause, LakeError};

/// Outcome of one attempt.
pub(super) enum Attempt {
    Committed {
        version: u64,
        effect: Effect,
        snapshot: Option<SnapshotRef>,
        commits_since_checkpoint: u64,
    },
    /// The version exists already, or the request failed.
    Pending(Pending),
    /// The latest version has the files: the request of an earlier attempt has taken effect.
    Found { version: u64, days: Vec<Date> },
}

/// What a commit changes in the table.
pub(super) struct Effect {
    /// Number of replaced files.
    pub(super) replaced: usize,
    /// Days of the table after the commit, in order.
    pub(super) days: Vec<Date>,
}

/// Request to commit whose outcome must be read from the log.
pub(super) struct Pending {
    pub(super) version: u64,
    pub(super) effect: Effect,
    /// Failure of the request; `None` if the version exists already.
    pub(super) error: Option<LakeError>,
}

impl Inner {
    /// Tries to commit the content as the next version. Blocks.
    pub(super) fn attempt(&self, content: &Content) -> Result<Attempt, LakeError> {
        let action = "plan the commit";
        let failed = |error: KernelError| self.error(action, &error);
        let snapshot = self.latest()?;
        let version = snapshot.version() + 1;

        // All files, also those of other days: the log is read once for both.
        let entries = self.entries(&self.scan(&snapshot, &[], None)?)?;
        let files = self.data_files(&entries, &[])?;
        let mut days: Vec<Date> = files.iter().filter_map(|file| file.day).collect();
        days.push(content.day);
        days.sort_unstable();
        days.dedup();
        // A request whose response was lost can take effect at any later time. A further commit would
        // remove and add the same files.
        if files.iter().any(|file| content.has(&file.file.path)) {
            let version = snapshot.version();
            return Ok(Attempt::Found { version, days });
        }
        let replaced = files.iter().filter(|file| file.day == Some(content.day));
        let replaced: Vec<_> = replaced.collect();
        if !content.is_complete && replaced.iter().any(|file| file.is_complete) {
            return Err(LakeError::CompleteDayExists {
                location: self.storage.to_string(),
                day: content.day,
            });
        }

        let mut builder = Arc::clone(&snapshot)
            .update_table(UpdateTableOperation::Write, ENGINE, true)
            .with_operation_parameters([
                ("mode", Some("Overwrite".to_owned())),
                (
                    "predicate",
                    Some(format!("{PROCESSED_DATE} = '{}'", content.day)),
                ),
            ]);
        for field in self.new_columns(&snapshot, content)? {
            builder = builder.add_column(field);
        }
        let mut transaction = builder
            .build(&*self.engine, Box::new(FileSystemCommitter::new()))
            .map_err(failed)?;

        let paths: HashSet<&str> = replaced.iter().map(|file| &*file.file.path).collect();
        if !paths.is_empty() {
            for entry in entries {
                let selected = only(&entry, &paths);
                if !selected.contains(&true) {
                    continue;
                }
                let (data, _) = entry.scan_files.into_parts();
                let removed = FilteredEngineData::try_new(data, selected).map_err(failed)?;
                transaction.remove_files(removed);
            }
        }

        let context = transaction
            .write_state()
            .and_then(|state| {
                state
                    .write_context_builder()
                    .with_partition_values(HashMap::from([
                        (PROCESSED_DATE.to_owned(), scalar(content.day)),
                        (IS_COMPLETE.to_owned(), Scalar::Boolean(content.is_complete)),
                    ]))
                    .build()
            })
            .map_err(failed)?;
        // Features that other engines can enable, and that these files do not support.
        if context.column_mapping_mode() != ColumnMappingMode::None
            || context.physical_data_schema().contains(PROCESSED_DATE)
        {
            return Err(LakeError::NewerProtocol {
                location: self.storage.to_string(),
                source: Cause::text("column mapping or materialized partition columns"),
            });
        }
        for file in &content.files {
            let meta = FileMeta::new(file.url.clone(), file.modified, file.bytes);
            let metadata = DataFileMetadata::new(meta, file.stats.clone());
            transaction.add_files(build_add_file_metadata(metadata, &context).map_err(failed)?);
        }

        let effect = Effect {
            replaced: replaced.len(),
            days,
        };
        let pending = |version, effect, error: Option<KernelError>| {
            Attempt::Pending(Pending {
                version,
                effect,
                error: error.map(|error| self.error("write the commit", &error)),
            })
        };
        Ok(match transaction.commit(&*self.engine) {
            Ok(CommitResult::Committed(committed)) => {
                if let Some(snapshot) = committed.post_commit_snapshot() {
                    self.keep(snapshot);
                }
                Attempt::Committed {
                    version: committed.commit_version(),
                    effect,
                    snapshot: committed.post_commit_snapshot().cloned(),
                    commits_since_checkpoint: committed
                        .post_commit_stats()
                        .commits_since_checkpoint,
                }
            }
            Ok(CommitResult::Conflicted(other)) => pending(other.conflict_version(), effect, None),
            Ok(CommitResult::Retryable(failed)) => pending(version, effect, Some(failed.error)),
            Err(error) => pending(version, effect, Some(error)),
        })
    }

    /// Columns of the content that the version of the table lacks.
    fn new_columns(
        &self,
        snapshot: &SnapshotRef,
        content: &Content,
    ) -> Result<Vec<StructField>, LakeError> {
        let table = self.arrow(snapshot)?;
        let mut new = Vec::new();
        for field in content.schema.fields() {
            let same = table
                .fields()
                .iter()
                .find(|column| column.name().eq_ignore_ascii_case(field.name()));
            match same {
                None => new.push(
                    StructField::try_from_arrow(field.as_ref())
                        .map_err(|error| LakeError::unexpected("add a column", &error))?,
                ),
                // Another writer has added the column since the files were begun.
                Some(same)
                    if same.data_type() != field.data_type() || same.name() != field.name() =>
                {
                    return Err(LakeError::ChangedType {
                        column: same.name().clone(),
                        in_table: same.data_type().to_string(),
                        now: field.data_type().to_string(),
                    });
                }
                Some(_) => {}
            }
        }
        Ok(new)
    }
}

/// Selects the files of these paths.
fn only(entry: &ScanMetadata, paths: &HashSet<&str>) -> Vec<bool> {
    let selected = entry.scan_files.selection_vector();
    let column = arrow(entry).and_then(|batch| batch.column_by_name("path"));
    let Some(column) = column.and_then(|column| column.as_string_opt::<i32>()) else {
        return Vec::new();
    };
    (0..column.len())
        .map(|row| {
            selected.get(row).copied().unwrap_or(true)
                && column.is_valid(row)
                && paths.contains(column.value(row))
        })
        .collect()
}
