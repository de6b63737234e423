/// What the spec says about one operation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Operation {
    /// `operationId`, and the name of the client's method.
    pub id: &'static str,
    /// HTTP method in upper case.
    pub method: &'static str,
    /// Path template below the base URL, with parameters in braces.
    pub path: &'static str,
    /// What it gives, in one line.
    pub summary: &'static str,
    /// Address of the documentation page.
    pub documentation: &'static str,
    /// Which tokens it accepts: `app-and-user`, `app-only`.
    pub auth_modes: &'static [&'static str],
    /// Clouds that have it, by [`Cloud::name`](crate::Cloud::name).
    pub clouds: &'static [&'static str],
    /// The request that Microsoft replaces it with, if any.
    pub superseded_by: Option<&'static str>,
    /// Names of its query parameters, as on the wire.
    pub parameters: &'static [&'static str],
    /// Whether it is a listing of several pages.
    pub pageable: bool,
    /// The fields of a row, in the order of the wire.
    pub fields: &'static [Field],
}

impl Operation {
    /// The operation with this `operationId`.
    pub fn find(id: &str) -> Option<&'static Self> {
        crate::OPERATIONS
            .iter()
            .find(|operation| operation.id == id)
    }
}

/// A field of a row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Field {
    /// Name on the wire.
    pub name: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// The fields of the object that it holds, in the order of the wire; none of a list.
    pub members: &'static [Field],
}

/// What a field of a row holds.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum FieldKind {
    /// Text.
    Text,
    /// A moment or a day.
    Timestamp,
    /// A whole number.
    Count,
    /// A number with a fraction.
    Number,
    /// Yes or no.
    Boolean,
    /// An object or a list.
    Structure,
}
