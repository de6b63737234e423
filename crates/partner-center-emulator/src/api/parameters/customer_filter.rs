//! The JSON object of the customer filter ([T58](partner_center_catalog::deviations#t58)).

use serde_json::{Map, Value};

use super::problem::Problem;
use crate::{
    api::api_error::quoted,
    data::store::CustomerEntry,
    identity::{TENANT_DOMAIN, TENANT_ID},
};

/// Field that needs a delegated token ([T59](partner_center_catalog::deviations#t59)).
const INDIRECT_RESELLER: &str = "IndirectReseller";

const FIELDS: [&str; 4] = [
    "CompanyName",
    "Domain",
    INDIRECT_RESELLER,
    "IndirectCloudSolutionProvider",
];

/// Operators in the spelling of the documentation and the .NET SDK, and of the Java SDK.
const OPERATORS: [(&str, &str); 2] = [("starts_with", "StartsWith"), ("equals", "Equals")];

const EXAMPLE: &str = r#"{"Field":"CompanyName","Value":"cont","Operator":"starts_with"}"#;

/// Customer filter that was read. The value is the name of a customer, so `Debug` does not print
/// it.
pub(crate) struct CustomerFilter {
    field: &'static str,
    value: String,
    is_equal: bool,
}

impl CustomerFilter {
    /// Reads a filter; keys are case-insensitive, further keys are ignored.
    ///
    /// No message repeats the value, because it is the name of a customer.
    pub(super) fn read(text: &str) -> Result<Self, Problem> {
        let object: Map<String, Value> = serde_json::from_str(text)
            .map_err(|_| Problem::invalid(format!("is not a JSON object such as {EXAMPLE}")))?;
        let [field, value, operator] = ["Field", "Value", "Operator"].map(|key| part(&object, key));
        let (field, operator) = (field?, operator?);
        let value = value?;
        if value.is_empty() {
            return Err(Problem::invalid("has an empty 'Value'"));
        }
        let known = FIELDS
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(field))
            .ok_or_else(|| {
                Problem::customer_filter(format!(
                    "has the field '{}'; allowed: {}",
                    quoted(field),
                    FIELDS.join(", ")
                ))
            })?;
        let known_operator = OPERATORS.iter().find(|(documented, java)| {
            documented.eq_ignore_ascii_case(operator) || java.eq_ignore_ascii_case(operator)
        });
        let Some((operator, _)) = known_operator else {
            return Err(Problem::customer_filter(format!(
                "has the operator '{}'; allowed: starts_with, equals",
                quoted(operator)
            )));
        };
        Ok(Self {
            field: known,
            value: value.to_lowercase(),
            is_equal: *operator == "equals",
        })
    }

    /// Reads a filter that was checked.
    pub(crate) fn checked(text: &str) -> Option<Self> {
        Self::read(text).ok()
    }

    /// Returns whether a customer meets the filter. Values are case-insensitive.
    pub(crate) fn matches(&self, customer: &CustomerEntry) -> bool {
        let text = match self.field {
            "CompanyName" => &customer.name,
            "Domain" => &customer.domain,
            INDIRECT_RESELLER => match &customer.reseller {
                Some(reseller) => reseller,
                None => return false,
            },
            // The customers of resellers, for the provider that the partner is.
            _ => match &customer.reseller {
                Some(_) => return self.value == TENANT_ID || self.value == TENANT_DOMAIN,
                None => return false,
            },
        };
        let text = text.to_lowercase();
        match self.is_equal {
            true => text == self.value,
            false => text.starts_with(&self.value),
        }
    }

    /// Returns whether the filter selects the customers of an indirect reseller.
    pub(super) fn is_of_indirect_reseller(&self) -> bool {
        self.field == INDIRECT_RESELLER
    }
}

/// Returns the text of a key; the key is case-insensitive.
fn part<'a>(object: &'a Map<String, Value>, key: &str) -> Result<&'a str, Problem> {
    let mut values = object
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case(key));
    match (values.next(), values.next()) {
        (Some((_, Value::String(text))), None) => Ok(text),
        (Some(_), Some(_)) => Err(Problem::invalid(format!("has '{key}' more than once"))),
        _ => Err(Problem::invalid(format!(
            "has no text under '{key}'; allowed is an object such as {EXAMPLE}"
        ))),
    }
}
