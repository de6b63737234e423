//! Rows of the generated parameter table.

/// Parameter of an operation and its accepted values.
#[derive(Debug)]
pub(crate) struct Parameter {
    /// Name in the documented spelling; matched case-insensitively (T15).
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    /// `true` if every call has to send it.
    pub(crate) required: bool,
    /// `true` if a call may send it more than once.
    pub(crate) repeatable: bool,
    pub(crate) kind: Kind,
}

impl Parameter {
    /// Returns an optional parameter that a call may send once.
    pub(crate) const fn new(name: &'static str, place: Place, kind: Kind) -> Self {
        Self {
            name,
            place,
            required: false,
            repeatable: false,
            kind,
        }
    }

    /// Makes the parameter required.
    pub(crate) const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    /// Makes the parameter repeatable.
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

/// Part of a call in which a parameter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
}

/// Values that a parameter accepts.
#[derive(Debug)]
#[allow(
    dead_code,
    reason = "the specification decides which kinds the generated table has"
)]
pub(crate) enum Kind {
    /// Integer in decimal digits, within inclusive limits.
    Integer { minimum: i64, maximum: i64 },
    /// Decimal number.
    Number,
    /// Word of a list, case-insensitive (T15, T63).
    Enumeration(&'static [&'static str]),
    /// GUID with hyphens.
    Uuid,
    /// Date with or without a time.
    Timestamp,
    /// Language and country, with or without a script.
    Locale,
    /// Any text that is not empty. Errors never repeat it.
    Text,
    /// Filter on the filter fields of the operation.
    Filter,
    /// JSON object of the customer filter (T58).
    CustomerFilter,
    /// List of group fields of the operation.
    GroupBy,
    /// List of order fields of the operation.
    OrderBy,
}
