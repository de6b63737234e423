/// Description of an operation of the spec.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Operation {
    /// `operationId`, which is also the name of the method of the client.
    pub id: &'static str,
    /// HTTP method in upper case.
    pub method: &'static str,
    /// Path template relative to the base URL, with parameters in braces.
    pub path: &'static str,
    /// Summary, in one line.
    pub summary: &'static str,
    /// Address of the documentation page.
    pub documentation: &'static str,
    /// Kinds of tokens that the operation accepts: `app-and-user`, `app-only`.
    pub auth_modes: &'static [&'static str],
    /// Clouds that offer the operation, by [`Cloud::name`](crate::Cloud::name).
    pub clouds: &'static [&'static str],
    /// Request with which Microsoft replaces the operation, if any.
    pub superseded_by: Option<&'static str>,
    /// Names of the query parameters, as sent.
    pub parameters: &'static [&'static str],
    /// Whether the operation is a listing with pages.
    pub pageable: bool,
    /// Fields of a row, in the order of the response.
    pub fields: &'static [Field],
}

impl Operation {
    /// Returns the operation with this `operationId`.
    pub fn find(id: &str) -> Option<&'static Self> {
        crate::OPERATIONS
            .iter()
            .find(|operation| operation.id == id)
    }
}

/// Field of a row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Field {
    /// Name in the response.
    pub name: &'static str,
    /// Kind of the value.
    pub kind: FieldKind,
    /// Fields of an object, in the order of the response; empty for a list.
    pub members: &'static [Field],
}

/// Kind of the value of a field.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum FieldKind {
    /// Text.
    Text,
    /// Moment or day.
    Timestamp,
    /// Integer.
    Count,
    /// Number with a fraction.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Object or list.
    Structure,
}
