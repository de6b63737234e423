//! `pcenter snapshot clean`

use std::time::Duration;

use super::arguments::Clean;
use super::fields::FILES;
use super::lock::lock;
use super::storage::{History, report_failed};
use super::table::Rows;
use super::{stopped, today};
use crate::environment::Environment;
use crate::failure::{Exit, Failure};
use crate::output::{Document, DocumentOutput, Section};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) async fn run(
    options: Clean,
    environment: &mut Environment<'_>,
) -> Result<Exit, Failure> {
    let output = DocumentOutput::prepare(&options.reading.output, FILES, None, environment)?;
    let history = History::reading(&options.reading, environment)?;
    let retention = DAY.saturating_mul(options.keep);
    let mut signals = (environment.signals)();
    // A running job has files that no version refers to yet.
    let lock = match options.dry_run {
        true => None,
        false => Some(lock(&history.inner, environment).await?),
    };
    let (tables, mut failed) = history.tables(&options.reports).await?;
    let work = async {
        let (mut all, mut failed) = (Vec::new(), Vec::new());
        for (operation, table) in tables {
            match table.clean(retention, options.dry_run).await {
                Ok(cleaned) => all.push((operation.id, cleaned)),
                Err(error) => failed.push((operation, error.into())),
            }
        }
        (all, failed)
    };
    let cleaned = signals.unless(work).await;
    if let Some(lock) = lock {
        lock.release().await;
    }
    let (all, others) = cleaned.map_err(stopped)?;
    failed.extend(others);
    let exit = report_failed(&failed, environment)?;
    let mut rows = Rows::new(FILES);
    for (report, cleaned) in &all {
        for file in &cleaned.files {
            rows.push([
                (*report).into(),
                file.path.as_str().into(),
                file.bytes.into(),
                (!options.dry_run).into(),
            ]);
        }
    }
    let files: usize = all.iter().map(|(_, cleaned)| cleaned.files.len()).sum();
    let bytes: u64 = all.iter().map(|(_, cleaned)| cleaned.bytes).sum();
    let verb = match options.dry_run {
        true => "can be removed",
        false => "were removed",
    };
    let document = Document {
        report: "clean",
        title: "Files that no snapshot needs".to_owned(),
        as_of: today(environment).to_string(),
        summary: vec![format!("Files that {verb}: {files}, with {bytes} bytes.")],
        sections: vec![Section {
            name: "files",
            title: "Files".to_owned(),
            fields: FILES,
            columns: FILES.iter().map(|field| field.name).collect(),
            rows: rows.into_rows(),
            totals: Vec::new(),
            chart: None,
        }],
        sources: vec![history.place()],
        notes: match options.keep {
            0 => Vec::new(),
            days => vec![format!(
                "Files that were replaced less than {days} days ago are kept."
            )],
        },
    };
    output.write(document, exit, environment)
}
