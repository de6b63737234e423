//! Values that the documentation or the SDKs send beyond the specification.
//!
//! The specification describes the values that a client should send; the emulator also
//! accepts the values that existing programs send. Each line names its deviation.

use partner_center_catalog::{Field, FieldKind, Operator, Parameter};

/// Further values by operation and parameter.
const VALUES: &[(&str, &str, &[&str])] = &[
    // The service's own description has it as a number (T15).
    ("customers", "seekOperation", &["0", "1", "2", "3", "4"]),
    // Documented as the default (T35).
    ("subscriptions", "aggregationLevel", &["dateRange"]),
];

/// Operations that ignore `aggregationLevel` without a date in `groupby`, because it "applies only
/// when" there is one; the other operations reject it
/// ([T34](partner_center_catalog::deviations#t34)).
const LEVEL_WITHOUT_DATE: &[&str] = &["subscriptions"];

const PARTNER_NAME_OPERATORS: &[Operator] =
    &[Operator::Equal, Operator::NotEqual, Operator::Contains];

/// Further filter fields by operation. The documentation lists them with the word
/// "string" instead of operators ([T38](partner_center_catalog::deviations#t38)).
const FILTER_FIELDS: &[(&str, Field)] = &[
    (
        "subscriptions",
        Field::new("partnerName", FieldKind::Text, "").with_operators(PARTNER_NAME_OPERATORS),
    ),
    (
        "subscriptions",
        Field::new("providerName", FieldKind::Text, "").with_operators(PARTNER_NAME_OPERATORS),
    ),
];

/// Returns the values that a parameter accepts in addition to those of its kind.
pub(super) fn values(operation: &str, parameter: &Parameter) -> &'static [&'static str] {
    VALUES
        .iter()
        .find(|(id, name, _)| *id == operation && *name == parameter.name)
        .map_or(&[], |(_, _, values)| values)
}

/// Returns whether `aggregationLevel` is accepted without a date in `groupby`.
pub(super) fn takes_level_without_date(operation: &str) -> bool {
    LEVEL_WITHOUT_DATE.contains(&operation)
}

/// Returns the filter fields of an operation in addition to those of the specification.
pub(super) fn filter_fields(operation: &str) -> impl Iterator<Item = &'static Field> {
    FILTER_FIELDS
        .iter()
        .filter(move |(id, _)| *id == operation)
        .map(|(_, field)| field)
}

#[cfg(test)]
mod tests {
    use partner_center_catalog::Operation;

    use super::*;

    fn operation(id: &str) -> &'static Operation {
        Operation::find(id).unwrap()
    }

    #[test]
    fn every_exception_names_an_existing_operation_and_parameter() {
        let values = VALUES.iter().map(|(id, name, _)| (*id, *name));
        for (id, name) in values {
            let parameters = operation(id).parameters;
            assert!(parameters.iter().any(|one| one.name == name), "{id} {name}");
        }
        for id in LEVEL_WITHOUT_DATE {
            let parameters = operation(id).parameters;
            assert!(parameters.iter().any(|one| one.name == "aggregationLevel"));
        }
        for (id, field) in FILTER_FIELDS {
            let mut listed = operation(id).filter_fields();
            assert!(!listed.any(|one| one.name == field.name));
        }
    }
}
