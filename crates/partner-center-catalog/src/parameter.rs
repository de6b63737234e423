/// A parameter of an operation.
///
/// ```
/// use partner_center_catalog::{Operation, Place};
///
/// let of_one_customer = Operation::find("customer_licenses_usage").unwrap();
/// let in_the_path: Vec<_> = of_one_customer.parameters_in(Place::Path).collect();
/// assert_eq!(in_the_path[0].name, "customer-id");
/// assert!(in_the_path[0].is_required);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Parameter {
    /// Name on the wire, in the documented spelling ([T15](crate::deviations#t15)).
    pub name: &'static str,
    /// Part of the request that it is sent in.
    pub place: Place,
    /// Values that it takes.
    pub kind: ParameterKind,
    /// Whether a request must have it.
    pub is_required: bool,
    /// Whether a request may have it more than once.
    pub is_repeatable: bool,
    /// Value that applies if the parameter is absent, as the spec states it.
    pub default: Option<&'static str>,
    /// Meaning, as one sentence of the spec without its full stop; empty where the spec has none.
    pub meaning: &'static str,
}

impl Parameter {
    /// A parameter that a request may leave out and may have once.
    #[must_use]
    pub const fn new(
        name: &'static str,
        place: Place,
        kind: ParameterKind,
        meaning: &'static str,
    ) -> Self {
        Self {
            name,
            place,
            kind,
            is_required: false,
            is_repeatable: false,
            default: None,
            meaning,
        }
    }

    /// The parameter as one that a request must have.
    #[must_use]
    pub const fn required(self) -> Self {
        Self {
            is_required: true,
            ..self
        }
    }

    /// The parameter as one that a request may have more than once.
    #[must_use]
    pub const fn repeatable(self) -> Self {
        Self {
            is_repeatable: true,
            ..self
        }
    }

    /// Sets the value that applies if the parameter is absent.
    #[must_use]
    pub const fn with_default(self, default: &'static str) -> Self {
        Self {
            default: Some(default),
            ..self
        }
    }
}

/// Part of a request that a parameter is sent in.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Place {
    /// A segment of the path, in braces in [`Operation::path`](crate::Operation::path).
    Path,
    /// The query.
    Query,
    /// A header.
    Header,
}

/// Values that a parameter takes.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ParameterKind {
    /// A whole number in decimal digits, from `minimum` to `maximum`.
    Integer {
        /// Smallest value.
        minimum: i64,
        /// Greatest value.
        maximum: i64,
    },
    /// A decimal number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// One of these words ([T15](crate::deviations#t15), [T63](crate::deviations#t63)).
    Enumeration(&'static [&'static str]),
    /// A GUID with hyphens.
    Guid,
    /// A date, with or without a time.
    Timestamp,
    /// A language and a country, with or without a script.
    Locale,
    /// Any text that is not empty.
    Text,
    /// A condition on [`Operation::filter_fields`](crate::Operation::filter_fields).
    Filter,
    /// The JSON object that filters the list of customers ([T58](crate::deviations#t58)).
    CustomerFilter,
    /// A list of [`Operation::group_fields`](crate::Operation::group_fields).
    GroupBy,
    /// A list of [`Operation::order_fields`](crate::Operation::order_fields).
    OrderBy,
}
