//! Columns of a report: those of the catalog, those that rows bring along, and those of their
//! origin.

mod column;
mod names;
mod report;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use delta_kernel::arrow::datatypes::{Schema, SchemaRef};
use partner_center_catalog::Field;

pub use column::{Column, Kind};
pub(crate) use column::{PRECISION, SCALE, kind_of};
pub use report::Report;

use crate::LakeError;

/// Maximum number of columns of undocumented properties. More names than this are probably data.
pub const MAX_DISCOVERED: usize = 100;

/// Column with the text of values that their columns cannot represent exactly.
pub(crate) const AS_SENT: &str = "asSent";
pub(crate) const FETCHED_AT: &str = "fetchedAt";
pub(crate) const CORRELATION_ID: &str = "correlationId";
pub(crate) const SPEC_VERSION: &str = "specVersion";

/// Columns that every table has besides those of its rows.
const ORIGIN: [(&str, Kind, &str); 4] = [
    (
        AS_SENT,
        Kind::Json,
        "Text of the values that their columns cannot represent exactly, by the names of the columns",
    ),
    (
        FETCHED_AT,
        Kind::Timestamp,
        "Time at which the listing was requested",
    ),
    (
        CORRELATION_ID,
        Kind::Guid,
        "Correlation id of the requests of the listing",
    ),
    (
        SPEC_VERSION,
        Kind::Text,
        "Version of the description of the service that named the columns, the start of its digest",
    ),
];

/// Partition columns of tables, which are not in their files.
const PARTITIONS: [&str; 2] = ["processedDate", "isComplete"];

/// Columns of the files of a report, in their order.
///
/// The documented fields come first, in the order of the catalog. Parts of a nested object have
/// columns of their own, whose names are joined by `_`; lists are JSON text. Four columns about the
/// origin of the rows follow, and then those of undocumented properties.
///
/// ```
/// use partner_center_catalog::Operation;
/// use partner_center_lake::{Kind, TableSchema};
///
/// let schema = TableSchema::of(Operation::find("customer").unwrap());
/// let name = schema.column("companyProfile_companyName").unwrap();
/// assert_eq!(name.wire_name(), "companyProfile.companyName");
/// assert_eq!(name.kind(), Kind::Text);
/// assert_eq!(schema.columns().last().unwrap().name(), "specVersion");
/// ```
#[derive(Clone, Debug)]
pub struct TableSchema {
    report: Report,
    columns: Vec<Column>,
    /// Positions of the columns by their names in lower case.
    positions: HashMap<String, usize>,
    /// Paths in lower case of the undocumented properties that are written, if not all.
    only: Option<Vec<String>>,
    discovered: usize,
    arrow: SchemaRef,
}

impl TableSchema {
    /// Returns the columns of a report.
    #[must_use]
    pub fn of(report: impl Into<Report>) -> Self {
        let report = report.into();
        let mut columns = Vec::new();
        documented(report.fields, "", &mut columns);
        columns.extend(
            ORIGIN
                .into_iter()
                .map(|(name, kind, meaning)| Column::new(name, kind, meaning)),
        );
        Self::new(report, columns)
    }

    fn new(report: Report, columns: Vec<Column>) -> Self {
        let mut schema = Self {
            report,
            columns: Vec::new(),
            positions: HashMap::new(),
            only: None,
            discovered: 0,
            arrow: Arc::new(Schema::empty()),
        };
        for column in columns {
            schema.push(column);
        }
        schema.update_arrow();
        schema
    }

    fn push(&mut self, column: Column) -> usize {
        let position = self.columns.len();
        let name = column.name().to_lowercase();
        self.discovered += usize::from(column.is_discovered);
        self.positions.entry(name).or_insert(position);
        self.columns.push(column);
        position
    }

    fn update_arrow(&mut self) {
        let fields: Vec<_> = self.columns.iter().map(Column::arrow).collect();
        self.arrow = Arc::new(Schema::new(fields));
    }

    /// Returns the columns of a table that exists, followed by those that the report has now and
    /// the table lacks. Columns of the table that the report no longer has stay, without values;
    /// the partition columns of a table are left out.
    ///
    /// # Errors
    ///
    /// [`LakeError::ChangedType`] if a column of the table has another type than in this schema, or
    /// a type that tables of this program do not have.
    ///
    /// ```
    /// use partner_center_catalog::Operation;
    /// use partner_center_lake::TableSchema;
    /// use partner_center_lake::arrow::datatypes::{DataType, Field, Schema};
    ///
    /// let schema = TableSchema::of(Operation::find("azure_usage").unwrap());
    /// let table = Schema::new(vec![Field::new("region", DataType::Utf8, true)]);
    /// let merged = schema.merged_with(&table).unwrap();
    /// assert_eq!(merged.columns()[0].name(), "region");
    /// assert_eq!(merged.columns().len(), schema.columns().len() + 1);
    /// ```
    pub fn merged_with(&self, table: &Schema) -> Result<Self, LakeError> {
        let mut columns = Vec::new();
        for field in table.fields() {
            if PARTITIONS.contains(&field.name().as_str()) {
                continue;
            }
            columns.push(Column::of_table(field, self.column(field.name()))?);
        }
        let mut merged = Self::new(self.report, columns);
        for column in &self.columns {
            if merged.column(column.name()).is_none() {
                merged.push(column.clone());
            }
        }
        merged.only.clone_from(&self.only);
        merged.update_arrow();
        Ok(merged)
    }

    /// Returns a schema with only these columns, in this order. A name is that of a column, or of a
    /// property with dots before the names of its parts; case-insensitive. The name of an object
    /// selects all of its parts. Undocumented properties of the names get a column once a row
    /// has them, after the others.
    ///
    /// # Errors
    ///
    /// [`LakeError::UnknownColumn`] for a name of a column that only tables have.
    ///
    /// ```
    /// use partner_center_catalog::Operation;
    /// use partner_center_lake::TableSchema;
    ///
    /// let schema = TableSchema::of(Operation::find("customer").unwrap());
    /// let some = schema.select(&["id", "companyProfile.domain"]).unwrap();
    /// let names: Vec<_> = some.columns().iter().map(|column| column.name()).collect();
    /// assert_eq!(names, ["id", "companyProfile_domain"]);
    /// ```
    pub fn select(&self, names: &[&str]) -> Result<Self, LakeError> {
        let mut columns: Vec<Column> = Vec::new();
        let mut only = Vec::new();
        for name in names {
            let path = name.to_lowercase();
            let parts = format!("{path}.");
            let found: Vec<_> = self
                .columns
                .iter()
                .filter(|column| {
                    let wire = column.wire_name().to_lowercase();
                    column.name().to_lowercase() == path || wire == path || wire.starts_with(&parts)
                })
                .collect();
            if found.is_empty() && (PARTITIONS.contains(name) || name.trim().is_empty()) {
                return Err(LakeError::UnknownColumn {
                    column: (*name).to_owned(),
                });
            }
            for column in found {
                if columns.iter().all(|known| known.name() != column.name()) {
                    columns.push(column.clone());
                }
            }
            only.push(path);
        }
        let mut selected = Self::new(self.report, columns);
        selected.only = Some(only);
        Ok(selected)
    }

    /// Returns the columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Returns the column of this name; case-insensitive.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.get(self.position(name)?)
    }

    /// Returns the Arrow schema, with the kind, the meaning and the name on the wire in the metadata
    /// of each field.
    #[must_use]
    pub fn arrow(&self) -> SchemaRef {
        self.arrow.clone()
    }

    /// Returns the report.
    #[must_use]
    pub fn report(&self) -> Report {
        self.report
    }

    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(&name.to_lowercase()).copied()
    }

    /// Returns the position of the column of a documented field, given by the path of names on the
    /// wire; `None` if the column was not selected.
    pub(crate) fn documented(&self, path: &str) -> Option<usize> {
        self.position(&names::column_name(path))
    }

    /// Returns the position of the column of an undocumented property, which is added if there is
    /// none; `None` if the property was not selected.
    pub(crate) fn discover(&mut self, path: &str, kind: Kind) -> Result<Option<usize>, LakeError> {
        let mut name = names::column_name(path);
        let is_taken = |name: &str| {
            let same = |taken: &str| taken.eq_ignore_ascii_case(name);
            PARTITIONS.into_iter().any(same) || ORIGIN.iter().any(|(taken, ..)| same(taken))
        };
        while is_taken(&name) {
            name.push('_');
        }
        if let Some(only) = &self.only {
            let (path, name) = (path.to_lowercase(), name.to_lowercase());
            let is_selected = |only: &String| {
                *only == path || *only == name || path.starts_with(&format!("{only}."))
            };
            if !only.iter().any(is_selected) {
                return Ok(None);
            }
        }
        if let Some(position) = self.position(&name) {
            return Ok(Some(position));
        }
        if self.discovered >= MAX_DISCOVERED {
            return Err(LakeError::TooManyProperties {
                property: path.to_owned(),
            });
        }
        let position = self.push(Column::discovered(name, path, kind));
        self.update_arrow();
        Ok(Some(position))
    }
}

/// Adds the columns of documented fields. `path` is that of the object with the fields, followed by
/// a dot.
fn documented(fields: &[Field], path: &str, columns: &mut Vec<Column>) {
    for field in fields {
        let wire_name = format!("{path}{}", field.name);
        match field.members {
            [] => columns.push(Column::documented(
                names::column_name(&wire_name),
                wire_name,
                field,
            )),
            members => documented(members, &format!("{wire_name}."), columns),
        }
    }
}
