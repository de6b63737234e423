use crate::Operator;

/// A field of a row.
///
/// ```
/// use partner_center_catalog::{FieldKind, Operation, Operator};
///
/// let usage = Operation::find("azure_usage").unwrap();
/// let date = usage.field("usageDate").unwrap();
/// assert_eq!(date.kind, FieldKind::Timestamp);
/// assert!(date.operators.contains(&Operator::GreaterOrEqual));
/// assert!(date.is_groupable && date.is_date());
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Field {
    /// Name on the wire, in the documented spelling ([T31](crate::deviations#t31)).
    pub name: &'static str,
    /// Kind of its values.
    pub kind: FieldKind,
    /// Meaning, as one sentence of the spec without its full stop; empty where the spec has none.
    pub meaning: &'static str,
    /// Fields of the object that it holds, in the order of the wire; empty for a list.
    pub members: &'static [Field],
    /// Operators that `filter` takes for it; empty where `filter` does not take the field.
    pub operators: &'static [Operator],
    /// Whether `groupby` takes it.
    pub is_groupable: bool,
    /// Whether `orderby` takes it.
    pub is_orderable: bool,
}

impl Field {
    /// A field that only responses have.
    #[must_use]
    pub const fn new(name: &'static str, kind: FieldKind, meaning: &'static str) -> Self {
        Self {
            name,
            kind,
            meaning,
            members: &[],
            operators: &[],
            is_groupable: false,
            is_orderable: false,
        }
    }

    /// The field with these fields of its object.
    #[must_use]
    pub const fn with_members(self, members: &'static [Field]) -> Self {
        Self { members, ..self }
    }

    /// The field with these operators in a filter.
    #[must_use]
    pub const fn with_operators(self, operators: &'static [Operator]) -> Self {
        Self { operators, ..self }
    }

    /// The field as one that rows can be grouped by.
    #[must_use]
    pub const fn groupable(self) -> Self {
        Self {
            is_groupable: true,
            ..self
        }
    }

    /// The field as one that rows can be sorted by.
    #[must_use]
    pub const fn orderable(self) -> Self {
        Self {
            is_orderable: true,
            ..self
        }
    }

    /// Returns whether it is a date, so that `aggregationLevel` acts on it
    /// ([T34](crate::deviations#t34)).
    #[must_use]
    pub const fn is_date(&self) -> bool {
        matches!(self.kind, FieldKind::Timestamp)
    }
}

/// Kind of the values of a field.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum FieldKind {
    /// Text.
    Text,
    /// Text that is a GUID, case-insensitive ([T52](crate::deviations#t52)).
    Guid,
    /// A moment or a day.
    Timestamp,
    /// A whole number.
    Count,
    /// A number with a fraction.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An object or a list.
    Structure,
}
