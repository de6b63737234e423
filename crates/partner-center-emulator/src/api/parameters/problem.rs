//! Problems of parameter values.

use partner_center_catalog::{Parameter, Place};

use crate::api::api_error::{ApiError, quoted};

/// Error code of input that cannot be parsed or is outside its limits.
pub(crate) const INVALID_INPUT: u32 = 800_002;
/// Error code of a name unknown to the operation.
pub(crate) const BAD_PROPERTY: u32 = 3000;
/// Error code of a customer id that is not a GUID.
pub(crate) const CUSTOMER_ID: u32 = 900_118;
/// Error code of a customer filter with an unknown field or operator
/// ([T58](partner_center_catalog::deviations#t58)).
pub(crate) const CUSTOMER_FILTER: u32 = 2000;

/// Problem of a value: the documented error code, and a text that follows the parameter's
/// name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) code: u32,
    pub(super) text: String,
}

impl Problem {
    /// Returns the problem of a value that cannot be parsed or is outside its limits.
    pub(super) fn invalid(text: impl Into<String>) -> Self {
        Self {
            code: INVALID_INPUT,
            text: text.into(),
        }
    }

    /// Returns the problem of a value with a name unknown to the operation.
    pub(super) fn unknown(text: impl Into<String>) -> Self {
        Self {
            code: BAD_PROPERTY,
            text: text.into(),
        }
    }

    /// Returns the problem of a customer filter with an unknown field or operator.
    pub(super) fn customer_filter(text: impl Into<String>) -> Self {
        Self {
            code: CUSTOMER_FILTER,
            text: text.into(),
        }
    }

    /// Returns the problem that `value` is not `allowed`.
    pub(super) fn value(value: &str, allowed: &str) -> Self {
        match value {
            "" => Self::invalid(format!("is empty; allowed is {allowed}")),
            _ => Self::invalid(format!("is '{}'; allowed is {allowed}", quoted(value))),
        }
    }

    /// Returns the error for a call with this value of `parameter`.
    pub(super) fn of(self, parameter: &Parameter) -> ApiError {
        let name = parameter.name;
        let (code, place) = match parameter.place {
            Place::Path if name.to_ascii_lowercase().starts_with("customer") => {
                (CUSTOMER_ID, "path parameter")
            }
            Place::Path => (self.code, "path parameter"),
            Place::Query => (self.code, "query parameter"),
            Place::Header => (self.code, "header"),
        };
        ApiError::parameter(
            code,
            format!("Invalid input: the {place} '{name}' {}.", self.text),
        )
    }
}
