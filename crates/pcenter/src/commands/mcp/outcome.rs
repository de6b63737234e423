//! Result of a tool call: a part of the rows, and how to get the others.

use partner_center::Field;
use rmcp::model::{CallToolResult, ContentBlock, JsonObject};
use serde_json::{Value, json};

use crate::failure::{Exit, Failure};

/// Default number of rows of a result.
pub(super) const ROWS: u64 = 100;

/// Maximum number of rows of a result.
pub(super) const MOST_ROWS: u64 = 1_000;

/// Maximum size of the rows of a result as JSON, in bytes: about 15,000 tokens. Larger results are
/// refused or cut by clients.
const MOST_BYTES: usize = 60_000;

/// Metadata properties of every resource.
const METADATA: [&str; 2] = ["attributes", "links"];

/// Maximum number of warnings that are returned.
const MOST_WARNINGS: usize = 20;

/// Part of the rows to return.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// Number of rows to leave out at the start.
    pub(super) offset: u64,
    /// Maximum number of rows to return.
    pub(super) limit: u64,
    /// Number of rows that the service has left out already.
    pub(super) left_out: u64,
}

/// Result of a command that was run for a call.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) exit: Result<Exit, Failure>,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
}

impl Ran {
    /// Returns the result of the call.
    pub(super) fn result(self, window: Window) -> CallToolResult {
        let mut warnings: Vec<String> = String::from_utf8_lossy(&self.stderr)
            .lines()
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .take(MOST_WARNINGS)
            .collect();
        let (failure, exit) = match self.exit {
            Ok(exit) => (None, exit),
            Err(failure) => {
                let exit = failure.exit;
                (Some(failure), exit)
            }
        };
        let document: Option<Value> = serde_json::from_slice(&self.stdout).ok();
        let document = match (document, exit, failure) {
            (Some(document), Exit::Success | Exit::Incomplete, failure) => {
                warnings.extend(failure.map(|failure| described(&failure)));
                document
            }
            (_, _, Some(failure)) => return error(&failure, &warnings),
            (_, exit, None) => {
                let message = format!("the command ended with exit code {}", exit as u8);
                return error(&Failure::new(exit, message), &warnings);
            }
        };
        structured(document, window, exit == Exit::Incomplete, warnings)
    }
}

/// Returns the error of a call: what happened, why, and what to do.
pub(super) fn error(failure: &Failure, warnings: &[String]) -> CallToolResult {
    let mut text = described(failure);
    for warning in warnings {
        text.push_str(&format!("\n{warning}"));
    }
    let content = ContentBlock::text(text);
    let mut result = CallToolResult::error(vec![content]);
    result.structured_content = Some(json!({
        "error": failure.summary(),
        "fix": fix(failure),
        "exitCode": failure.exit as u8,
    }));
    result
}

fn described(failure: &Failure) -> String {
    match fix(failure) {
        fix if fix.is_empty() => format!("error: {}", failure.summary()),
        fix => format!("error: {}\nfix: {fix}", failure.summary()),
    }
}

fn fix(failure: &Failure) -> String {
    match failure.fix() {
        fix if fix.is_empty() && failure.exit == Exit::Usage => {
            "correct the argument: see the input schema of the tool".to_owned()
        }
        fix => fix,
    }
}

/// Returns the rows of the window, with the other properties of a report.
fn structured(
    document: Value,
    window: Window,
    is_incomplete: bool,
    warnings: Vec<String>,
) -> CallToolResult {
    let mut result = JsonObject::new();
    let rows = match document {
        Value::Array(mut rows) => {
            rows.iter_mut().for_each(prune);
            rows
        }
        Value::Object(mut report) => {
            let rows = match report.remove("rows") {
                Some(Value::Array(rows)) => rows,
                Some(other) => vec![other],
                None => Vec::new(),
            };
            result = report;
            rows
        }
        other => vec![other],
    };
    let mut budget = MOST_BYTES;
    let cut = shorten(&mut result, &mut budget);
    let skip = usize::try_from(window.offset - window.left_out).unwrap_or(usize::MAX);
    let limit = usize::try_from(window.limit).unwrap_or(usize::MAX);
    let known = rows.len();
    let mut returned: Vec<Value> = Vec::new();
    for row in rows.into_iter().skip(skip).take(limit) {
        let size = row.to_string().len();
        // At least one row, so that a client can continue.
        if size > budget && !returned.is_empty() {
            break;
        }
        budget = budget.saturating_sub(size);
        returned.push(row);
    }
    let count = returned.len();
    let has_more = known > skip.saturating_add(count);
    let next = window
        .offset
        .saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
    let mut notes = Vec::new();
    if has_more {
        notes.push(format!(
            "there are more rows: call again with offset {next}, or select fewer rows or columns"
        ));
    }
    if count == 0 && window.offset > 0 {
        notes.push("there are no rows after this offset".to_owned());
    }
    if !cut.is_empty() {
        notes.push(format!(
            "lists shortened to fit the size of a result: {}",
            cut.join(", ")
        ));
    }
    if is_incomplete {
        notes.push("the rows are incomplete: see the warnings".to_owned());
    }
    result.insert("rows".to_owned(), Value::Array(returned));
    result.insert("returned".to_owned(), json!(count));
    result.insert("offset".to_owned(), json!(window.offset));
    result.insert("hasMore".to_owned(), json!(has_more));
    result.insert("nextOffset".to_owned(), json!(has_more.then_some(next)));
    if !notes.is_empty() {
        result.insert("notice".to_owned(), notes.join("; ").into());
    }
    if !warnings.is_empty() {
        result.insert("warnings".to_owned(), json!(warnings));
    }
    let mut result = CallToolResult::structured(Value::Object(result));
    result
        .content
        .extend((!notes.is_empty()).then(|| ContentBlock::text(notes.join("; "))));
    result
}

/// Removes metadata and properties without a value from a row of an operation, because every
/// property takes room in the context of a model.
fn prune(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|name, value| !value.is_null() && !METADATA.contains(&name.as_str()));
            object.values_mut().for_each(prune);
        }
        Value::Array(elements) => elements.iter_mut().for_each(prune),
        _ => {}
    }
}

/// Returns the fields that are not metadata.
pub(super) fn without_metadata(fields: &'static [Field]) -> impl Iterator<Item = &'static Field> {
    fields
        .iter()
        .filter(|field| !METADATA.contains(&field.name))
}

/// Cuts the lists of a report to half of the size of a result, and returns the names of those cut.
fn shorten(report: &mut JsonObject, budget: &mut usize) -> Vec<String> {
    let mut cut = Vec::new();
    let mut left = *budget / 2;
    for (name, value) in report.iter_mut() {
        let Value::Array(elements) = value else {
            left = left.saturating_sub(value.to_string().len());
            continue;
        };
        let mut kept = 0;
        for element in elements.iter() {
            let size = element.to_string().len();
            if size > left {
                break;
            }
            left -= size;
            kept += 1;
        }
        if kept < elements.len() {
            cut.push(format!("{name} ({kept} of {})", elements.len()));
            elements.truncate(kept);
        }
    }
    *budget = *budget / 2 + left;
    cut
}
