//! The rows of the generated parameter table.

/// A parameter of an operation, with the values it takes.
#[derive(Debug)]
pub(crate) struct Parameter {
    /// Name in the documented spelling; matched case-insensitively (T15).
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    /// Whether a call has to send it.
    pub(crate) required: bool,
    /// Whether a call may send it more than once.
    pub(crate) repeatable: bool,
    pub(crate) kind: Kind,
}

impl Parameter {
    /// A parameter that a call may leave out and may send once.
    pub(crate) const fn new(name: &'static str, place: Place, kind: Kind) -> Self {
        Self {
            name,
            place,
            required: false,
            repeatable: false,
            kind,
        }
    }

    /// The parameter, which every call has to send.
    pub(crate) const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    /// The parameter, which a call may send more than once.
    #[allow(
        dead_code,
        reason = "the specification decides whether the generated table has a list"
    )]
    pub(crate) const fn repeatable(self) -> Self {
        Self {
            repeatable: true,
            ..self
        }
    }
}

/// The part of a call that a parameter is sent in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
}

/// The values that a parameter takes.
#[derive(Debug)]
#[allow(
    dead_code,
    reason = "the specification decides which kinds the generated table has"
)]
pub(crate) enum Kind {
    /// A whole number in decimal digits, limits included.
    Integer { minimum: i64, maximum: i64 },
    /// A decimal number.
    Number,
    /// One of a list of words, matched case-insensitively (T15, T63).
    Enumeration(&'static [&'static str]),
    /// A GUID with hyphens.
    Uuid,
    /// A date, with or without a time.
    Timestamp,
    /// A language and a country, with or without a script.
    Locale,
    /// Any text that is not empty. Never repeated in a refusal.
    Text,
    /// A condition on the fields that the operation can be filtered by.
    Filter,
    /// The JSON object that the customer list is filtered by (T58).
    CustomerFilter,
    /// A list of the fields that the operation can be grouped by.
    GroupBy,
    /// A list of the fields that the operation can be sorted by.
    OrderBy,
}
