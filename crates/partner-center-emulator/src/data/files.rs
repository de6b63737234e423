//! Rows from files.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use partner_center_catalog::{Field, FieldKind, OPERATIONS, Operation, ResponseShape};
use serde_json::{Map, Value, value::RawValue};

use crate::data::{stored::StoredTable, world::random::Guid};

/// Property with the id of the customer that a row of one customer belongs to.
const CUSTOMER_ID: &str = "customerId";

/// Maximum number of unknown customers in a message.
const LISTED: usize = 10;

/// Error of the rows of a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The file or folder cannot be read.
    #[error("cannot read the data in {}: check the path and its permissions", path.display())]
    Read {
        /// File or folder.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// The file or folder has no rows of an operation.
    #[error(
        "no rows in {}: name its files after operations, for example azure_usage.csv", path.display()
    )]
    Nothing {
        /// File or folder.
        path: PathBuf,
    },
    /// The name of a file, or a key in it, is not an operation.
    #[error("{}: `{name}` is not an operation{hint}", path.display())]
    UnknownOperation {
        /// File.
        path: PathBuf,
        /// Unknown name.
        name: String,
        /// The nearest operation, or all of them.
        hint: String,
    },
    /// Two files have rows of one operation.
    #[error("{}: another file also has rows of {operation}; keep one of them", path.display())]
    Repeated {
        /// Second file.
        path: PathBuf,
        /// Operation of both.
        operation: &'static str,
    },
    /// A row cannot be used.
    #[error("{}, line {line}: {problem}", path.display())]
    Row {
        /// File.
        path: PathBuf,
        /// Line of the row, from 1.
        line: usize,
        /// What is wrong, and what is expected.
        problem: String,
    },
    /// Rows belong to customers that are not in the list of customers.
    #[error(
        "{count} ids are not ids of customers, in rows of {operation}: {}; add them to \
         customers.json, or use ids of GET /v1/customers",
        listed(ids)
    )]
    UnknownCustomers {
        /// Operation of the first such row.
        operation: &'static str,
        /// Number of unknown ids.
        count: usize,
        /// Unknown ids, in order.
        ids: Vec<String>,
    },
}

fn listed(ids: &[String]) -> String {
    let shown: Vec<&str> = ids.iter().take(LISTED).map(String::as_str).collect();
    match ids.len() > LISTED {
        true => format!("{}, ..", shown.join(", ")),
        false => shown.join(", "),
    }
}

/// Rows of an operation that replace the synthetic ones.
#[derive(Clone, Debug)]
pub(crate) enum FileRows {
    /// Rows that queries select from.
    Table(Arc<StoredTable>),
    /// Rows that are returned as they are.
    Objects(Arc<Vec<Object>>),
}

/// Row that is returned as it is.
#[derive(Debug)]
pub(crate) struct Object {
    /// Customer that the row belongs to, or that it is.
    pub(crate) customer: Option<Guid>,
    pub(crate) value: Map<String, Value>,
    pub(crate) json: String,
}

/// Rows by operation.
#[derive(Debug, Default)]
pub(crate) struct Files(pub(crate) BTreeMap<&'static str, FileRows>);

impl Files {
    /// Reads a file or the files of a folder.
    pub(crate) fn read(path: &Path) -> Result<Self, DataError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| DataError::Read { path, source }
        };
        let mut files = Self::default();
        if path.is_dir() {
            let entries = fs::read_dir(path).map_err(failed(path))?;
            let paths = entries
                .map(|entry| Ok(entry?.path()))
                .collect::<io::Result<Vec<_>>>();
            let mut paths = paths.map_err(failed(path))?;
            paths.retain(|path| Format::of(path).is_some());
            // The order of a folder differs between file systems.
            paths.sort();
            for path in paths {
                files.add(&path, &fs::read(&path).map_err(failed(&path))?)?;
            }
        } else {
            files.add(path, &fs::read(path).map_err(failed(path))?)?;
        }
        match files.0.is_empty() {
            true => Err(DataError::Nothing {
                path: path.to_owned(),
            }),
            false => Ok(files),
        }
    }

    fn add(&mut self, path: &Path, bytes: &[u8]) -> Result<(), DataError> {
        let row_error = |line, problem| DataError::Row {
            path: path.to_owned(),
            line,
            problem,
        };
        let name = path
            .file_stem()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let format = Format::of(path).unwrap_or(Format::Json);
        if let Some(operation) = Operation::find(name) {
            let rows =
                rows(operation, format, bytes).map_err(|(line, text)| row_error(line, text))?;
            return self.insert(path, operation, rows);
        }
        // A document with the rows of several operations.
        let text = text(bytes).map_err(|(line, text)| row_error(line, text))?;
        let parts: BTreeMap<String, &RawValue> = match format {
            Format::Json if text.trim_start().starts_with('{') => serde_json::from_str(text)
                .map_err(|error| row_error(error.line(), syntax(&error)))?,
            _ => return Err(unknown_operation(path, name)),
        };
        for (name, part) in parts {
            let operation = Operation::find(&name).ok_or_else(|| unknown_operation(path, &name))?;
            let first = line_of(text, part.get());
            let rows = rows(operation, Format::Json, part.get().as_bytes())
                .map_err(|(line, text)| row_error(first + line - 1, text))?;
            self.insert(path, operation, rows)?;
        }
        Ok(())
    }

    fn insert(
        &mut self,
        path: &Path,
        operation: &'static Operation,
        rows: FileRows,
    ) -> Result<(), DataError> {
        match self.0.insert(operation.id, rows) {
            None => Ok(()),
            Some(_) => Err(DataError::Repeated {
                path: path.to_owned(),
                operation: operation.id,
            }),
        }
    }

    /// Checks that all rows belong to known customers.
    pub(crate) fn check_customers(&self, is_known: impl Fn(Guid) -> bool) -> Result<(), DataError> {
        for (operation, rows) in &self.0 {
            let unknown = rows.unknown_customers(&is_known);
            if !unknown.is_empty() && *operation != "customers" && *operation != "customer" {
                return Err(DataError::UnknownCustomers {
                    operation,
                    count: unknown.len(),
                    ids: unknown,
                });
            }
        }
        Ok(())
    }
}

impl FileRows {
    /// Returns the ids of customers that are not known, each once.
    pub(crate) fn unknown_customers(&self, is_known: impl Fn(Guid) -> bool) -> Vec<String> {
        let mut unknown: Vec<String> = match self {
            Self::Table(table) => {
                let ids = table.texts("customerTenantId");
                ids.filter(|id| !Guid::parse(id).is_some_and(&is_known))
                    .map(str::to_owned)
                    .collect()
            }
            Self::Objects(objects) => {
                let ids = objects.iter().filter_map(|object| object.customer);
                ids.filter(|id| !is_known(*id)).map(Guid::lower).collect()
            }
        };
        unknown.sort();
        unknown.dedup();
        unknown
    }

    pub(crate) fn row_count(&self) -> usize {
        use crate::data::table::Table as _;
        match self {
            Self::Table(table) => table.row_count(),
            Self::Objects(objects) => objects.len(),
        }
    }
}

/// Format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Csv,
    Json,
    /// One JSON object per line.
    Lines,
}

impl Format {
    fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "ndjson" | "jsonl" => Some(Self::Lines),
            _ => None,
        }
    }
}

/// Problem with its line.
pub(crate) type LineProblem = (usize, String);

/// Reads the rows of an operation.
pub(crate) fn rows(
    operation: &'static Operation,
    format: Format,
    bytes: &[u8],
) -> Result<FileRows, LineProblem> {
    let text = text(bytes)?;
    if operation.response == ResponseShape::Page {
        let mut table = StoredTable::new(operation);
        each_row(operation, format, text, &mut |row| {
            table.push(operation, &row)
        })?;
        table.finish();
        return Ok(FileRows::Table(Arc::new(table)));
    }
    let mut objects = Vec::new();
    each_row(operation, format, text, &mut |row| {
        objects.push(object(operation, row)?);
        Ok(())
    })?;
    Ok(FileRows::Objects(Arc::new(objects)))
}

/// Takes a row, or returns what is wrong with it.
type TakeRow<'a> = &'a mut dyn FnMut(Map<String, Value>) -> Result<(), String>;

/// Passes on the rows of a text one after another, so that only one is in memory.
fn each_row(
    operation: &Operation,
    format: Format,
    text: &str,
    take: TakeRow<'_>,
) -> Result<(), LineProblem> {
    match format {
        Format::Csv => each_csv_row(operation, text, take),
        Format::Json => each_json_row(text, take),
        Format::Lines => each_line(text, take),
    }
}

fn text(bytes: &[u8]) -> Result<&str, LineProblem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let start = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = 1 + start.iter().filter(|byte| **byte == b'\n').count();
        (line, "the text is not UTF-8".to_owned())
    })
}

fn each_json_row(text: &str, take: TakeRow<'_>) -> Result<(), LineProblem> {
    let rows: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| {
        let hint = match text.trim_start().starts_with('[') {
            true => "",
            false => "; rows are an array of objects",
        };
        (error.line(), format!("{}{hint}", syntax(&error)))
    })?;
    for row in rows {
        let read = serde_json::from_str(row.get());
        let taken = read
            .map_err(|_| "the row is not an object".to_owned())
            .and_then(&mut *take);
        taken.map_err(|problem| (line_of(text, row.get()), problem))?;
    }
    Ok(())
}

fn each_line(text: &str, take: TakeRow<'_>) -> Result<(), LineProblem> {
    for (line, text) in (1..).zip(text.lines()) {
        if text.trim().is_empty() {
            continue;
        }
        let read = serde_json::from_str(text).map_err(|error| syntax(&error));
        read.and_then(&mut *take)
            .map_err(|problem| (line, problem))?;
    }
    Ok(())
}

fn each_csv_row(operation: &Operation, text: &str, take: TakeRow<'_>) -> Result<(), LineProblem> {
    let problem = |error: csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        (usize::try_from(line).unwrap_or_default(), error.to_string())
    };
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let header = reader.headers().map_err(problem)?.clone();
    for name in &header {
        let top = name.split('.').next().unwrap_or_default();
        if operation.field(top).is_none_or(|field| field.name != top) && top != CUSTOMER_ID {
            return Err((1, unknown_property(operation, name)));
        }
    }
    for record in reader.records() {
        let record = record.map_err(problem)?;
        let mut row = Map::new();
        for (name, text) in header.iter().zip(&record) {
            if text.is_empty() {
                continue;
            }
            let kind = nested_kind(operation.fields, name);
            insert(&mut row, name, csv_value(kind, text));
        }
        take(row).map_err(|problem| {
            let line = record.position().map_or(1, csv::Position::line);
            (usize::try_from(line).unwrap_or_default(), problem)
        })?;
    }
    Ok(())
}

/// Inserts a value at a path such as `companyProfile.domain`.
fn insert(row: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => drop(row.insert(path.to_owned(), value)),
        Some((name, rest)) => {
            let inner = row.entry(name).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

fn nested_kind(fields: &[Field], path: &str) -> Option<FieldKind> {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let field = fields.iter().find(|field| field.name == name)?;
    match rest {
        "" => Some(field.kind),
        rest => nested_kind(field.members, rest),
    }
}

fn csv_value(kind: Option<FieldKind>, text: &str) -> Value {
    let parsed = match kind {
        Some(FieldKind::Count | FieldKind::Number | FieldKind::Boolean | FieldKind::Structure) => {
            serde_json::from_str(text).ok()
        }
        _ => None,
    };
    parsed.unwrap_or_else(|| Value::String(text.to_owned()))
}

fn object(operation: &Operation, mut row: Map<String, Value>) -> Result<Object, String> {
    let is_customer = matches!(operation.id, "customers" | "customer");
    let key = if is_customer { "id" } else { CUSTOMER_ID };
    let is_known = |name: &String| name == key || operation.field(name).is_some();
    if let Some(unknown) = row.keys().find(|name| !is_known(name)) {
        return Err(format!(
            "the property `{unknown}` is not one of the operation"
        ));
    }
    let needs_customer = is_customer || operation.path.contains('{');
    let customer = row.get(key).and_then(Value::as_str).and_then(Guid::parse);
    if needs_customer && customer.is_none() {
        return Err(format!(
            "`{key}` is not a GUID, which identifies the customer of the row"
        ));
    }
    // The key of rows whose operation does not have it.
    if operation.field(key).is_none() {
        row.remove(key);
    }
    let json = serde_json::to_string(&row).unwrap_or_default();
    Ok(Object {
        customer,
        value: row,
        json,
    })
}

/// Returns the problem of a property that the operation does not have.
pub(super) fn unknown_property(operation: &Operation, name: &str) -> String {
    let names = operation.fields.iter().map(|field| field.name);
    let start: String = name.chars().take(64).collect();
    let hint = match partner_center_core::nearest::nearest(&start, names.clone()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("it has: {}", names.collect::<Vec<_>>().join(", ")),
    };
    format!("{} has no property `{start}`; {hint}", operation.id)
}

/// Returns the line on which a part of the text begins.
fn line_of(text: &str, part: &str) -> usize {
    let offset = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    1 + text
        .bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
}

fn syntax(error: &serde_json::Error) -> String {
    format!("the JSON cannot be read: {error}")
}

fn unknown_operation(path: &Path, name: &str) -> DataError {
    let ids = OPERATIONS.iter().map(|operation| operation.id);
    let nearest = partner_center_core::nearest::nearest(name, ids.clone());
    let hint = match nearest {
        Some(nearest) => format!("; did you mean `{nearest}`?"),
        None => format!("; operations are: {}", ids.collect::<Vec<_>>().join(", ")),
    };
    DataError::UnknownOperation {
        path: path.to_owned(),
        name: name.to_owned(),
        hint,
    }
}
