use core::fmt;

/// An operator of the filter grammar.
///
/// ```
/// use partner_center_catalog::Operator;
///
/// assert_eq!(Operator::from_name("GE"), Some(Operator::GreaterOrEqual));
/// assert_eq!(Operator::from_name("like"), None);
/// assert_eq!(Operator::Contains.to_string(), "contains");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operator {
    /// `eq`: equal to the value.
    Equal,
    /// `ne`: not equal to the value.
    NotEqual,
    /// `gt`: greater, or later, than the value.
    Greater,
    /// `ge`: not less, or not earlier, than the value.
    GreaterOrEqual,
    /// `lt`: less, or earlier, than the value.
    Less,
    /// `le`: not greater, or not later, than the value.
    LessOrEqual,
    /// `contains`: the value is a part of the text; written as a function, `contains(field,'text')`
    /// ([T39](crate::deviations#t39)).
    Contains,
}

impl Operator {
    /// All operators.
    pub const ALL: [Self; 7] = [
        Self::Equal,
        Self::NotEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Less,
        Self::LessOrEqual,
        Self::Contains,
    ];

    /// Operator in a request and in the spec's `x-filter-fields`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "ne",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "ge",
            Self::Less => "lt",
            Self::LessOrEqual => "le",
            Self::Contains => "contains",
        }
    }

    /// Returns the operator called `name`; case-insensitive.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operator| operator.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_case_insensitively() {
        for operator in Operator::ALL {
            assert_eq!(Operator::from_name(operator.name()), Some(operator));
        }
        assert_eq!(Operator::from_name("CONTAINS"), Some(Operator::Contains));
        assert_eq!(Operator::from_name("like"), None);
    }
}
