use std::collections::HashMap;

use delta_kernel::arrow::datatypes::{DataType, Field as ArrowField, TimeUnit};
use partner_center_catalog::{Field, FieldKind};

use crate::LakeError;

/// Number of digits of a decimal, and of those behind its point.
pub(crate) const PRECISION: u8 = 38;
pub(crate) const SCALE: i8 = 18;

/// Keys of the metadata of a column.
const KIND: &str = "kind";
const MEANING: &str = "meaning";
const WIRE_NAME: &str = "wireName";
/// Key that Spark shows in `DESCRIBE TABLE`.
const COMMENT: &str = "comment";

/// Kind of the values of a column.
///
/// ```
/// use partner_center_lake::Kind;
///
/// assert_eq!(Kind::Guid.name(), "guid");
/// assert_eq!(Kind::Guid.type_name(), "string");
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// Text.
    Text,
    /// GUID as text in lower case.
    Guid,
    /// Whole number.
    Count,
    /// Decimal number with 20 digits before and 18 after its point.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Moment in UTC, in microseconds.
    Timestamp,
    /// List or object as JSON text.
    Json,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Text,
        Self::Guid,
        Self::Count,
        Self::Number,
        Self::Boolean,
        Self::Timestamp,
        Self::Json,
    ];

    /// Name of the kind in the metadata of a column.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Guid => "guid",
            Self::Count => "count",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Timestamp => "timestamp",
            Self::Json => "json",
        }
    }

    /// Name of the type of the column in SQL.
    #[must_use]
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::Text | Self::Guid | Self::Json => "string",
            Self::Count => "bigint",
            Self::Number => "decimal(38,18)",
            Self::Boolean => "boolean",
            Self::Timestamp => "timestamp",
        }
    }

    /// Returns the Arrow type of the column.
    #[must_use]
    pub fn arrow(self) -> DataType {
        match self {
            Self::Text | Self::Guid | Self::Json => DataType::Utf8,
            Self::Count => DataType::Int64,
            Self::Number => DataType::Decimal128(PRECISION, SCALE),
            Self::Boolean => DataType::Boolean,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        }
    }

    fn of_type(data_type: &DataType) -> Option<Self> {
        match data_type {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(Self::Text),
            DataType::Int64 => Some(Self::Count),
            DataType::Decimal128(PRECISION, SCALE) => Some(Self::Number),
            DataType::Boolean => Some(Self::Boolean),
            DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => Some(Self::Timestamp),
            _ => None,
        }
    }
}

impl From<FieldKind> for Kind {
    fn from(kind: FieldKind) -> Self {
        match kind {
            FieldKind::Guid => Self::Guid,
            FieldKind::Timestamp => Self::Timestamp,
            FieldKind::Count => Self::Count,
            FieldKind::Number => Self::Number,
            FieldKind::Boolean => Self::Boolean,
            FieldKind::Structure => Self::Json,
            // Text can represent the values of a kind that is added later.
            _ => Self::Text,
        }
    }
}

/// Column of a report.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Column {
    name: String,
    wire_name: String,
    kind: Kind,
    meaning: String,
    /// Whether it is the column of an undocumented property.
    pub(super) is_discovered: bool,
}

impl Column {
    pub(super) fn new(name: &str, kind: Kind, meaning: &str) -> Self {
        Self {
            name: name.to_owned(),
            wire_name: String::new(),
            kind,
            meaning: meaning.to_owned(),
            is_discovered: false,
        }
    }

    pub(super) fn documented(name: String, wire_name: String, field: &Field) -> Self {
        Self {
            name,
            wire_name,
            kind: field.kind.into(),
            meaning: field.meaning.to_owned(),
            is_discovered: false,
        }
    }

    pub(super) fn discovered(name: String, path: &str, kind: Kind) -> Self {
        Self {
            name,
            wire_name: path.to_owned(),
            kind,
            meaning: "Undocumented property".to_owned(),
            is_discovered: true,
        }
    }

    /// Returns the column of a table. `now` is the column of the same name that the report has.
    pub(super) fn of_table(field: &ArrowField, now: Option<&Self>) -> Result<Self, LakeError> {
        let changed = |now: &str| LakeError::ChangedType {
            column: field.name().clone(),
            in_table: sql_name(field.data_type()),
            now: now.to_owned(),
        };
        let in_table = Kind::of_type(field.data_type());
        match (in_table, now) {
            (Some(kind), Some(now)) if kind.arrow() == now.kind.arrow() => Ok(Self {
                name: field.name().clone(),
                ..now.clone()
            }),
            (_, Some(now)) => Err(changed(now.kind.type_name())),
            (None, None) => Err(changed("a type that tables of reports do not have")),
            (Some(kind), None) => {
                let text = |key| field.metadata().get(key).cloned().unwrap_or_default();
                let stated = text(KIND);
                let stated = Kind::ALL.into_iter().find(|kind| kind.name() == stated);
                let stated = stated.filter(|stated| stated.arrow() == kind.arrow());
                Ok(Self {
                    name: field.name().clone(),
                    wire_name: text(WIRE_NAME),
                    kind: stated.unwrap_or(kind),
                    meaning: text(MEANING),
                    is_discovered: true,
                })
            }
        }
    }

    /// Returns the name of the column.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the names of the property in a response, joined by dots; empty for the columns about
    /// the origin of the rows.
    #[must_use]
    pub fn wire_name(&self) -> &str {
        &self.wire_name
    }

    /// Returns the kind of the values.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the meaning, as one sentence without its full stop; empty where the spec has none.
    #[must_use]
    pub fn meaning(&self) -> &str {
        &self.meaning
    }

    /// Returns the field of an Arrow schema.
    #[must_use]
    pub fn arrow(&self) -> ArrowField {
        let all = [
            (KIND, self.kind.name()),
            (MEANING, &self.meaning),
            (COMMENT, &self.meaning),
            (WIRE_NAME, &self.wire_name),
        ];
        let stated = all.into_iter().filter(|(_, value)| !value.is_empty());
        let metadata: HashMap<_, _> = stated
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        ArrowField::new(&self.name, self.kind.arrow(), true).with_metadata(metadata)
    }
}

/// Returns the kind in the metadata of a field.
pub(crate) fn kind_of(field: &ArrowField) -> Option<Kind> {
    let stated = field.metadata().get(KIND)?;
    Kind::ALL.into_iter().find(|kind| kind.name() == stated)
}

/// Returns the name of an Arrow type in SQL where it has one.
fn sql_name(data_type: &DataType) -> String {
    match Kind::of_type(data_type) {
        Some(kind) => kind.type_name().to_owned(),
        None => data_type.to_string(),
    }
}
