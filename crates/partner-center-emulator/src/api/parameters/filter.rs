//! Checks of filters against the fields of an operation.

use partner_center_catalog::{Field, FieldKind, Operation, Operator};
use partner_center_core::Timestamp;
use partner_center_core::query::{Comparison, FilterExpression, FilterNode, Literal, QueryError};

use super::{beyond_spec, lists::names, problem::Problem};
use crate::{api::api_error::quoted, ids::is_guid};

/// Checks that a filter can be parsed and that the operation accepts each comparison.
pub(super) fn check(operation: &Operation, text: &str) -> Result<(), Problem> {
    let expression: FilterExpression = text
        .parse()
        .map_err(|error: QueryError| Problem::invalid(format!("cannot be read: {error}")))?;
    check_node(operation, &expression)
}

fn check_node(operation: &Operation, expression: &FilterExpression) -> Result<(), Problem> {
    match expression.node() {
        FilterNode::Comparison(comparison) => check_comparison(operation, comparison),
        FilterNode::All(parts) | FilterNode::Any(parts) => parts
            .iter()
            .try_for_each(|part| check_node(operation, part)),
        _ => Err(Problem::invalid("has a part that cannot be checked")),
    }
}

fn check_comparison(operation: &Operation, comparison: &Comparison) -> Result<(), Problem> {
    let (field, operator) = (comparison.field(), comparison.operator());
    let known = fields(operation)
        .find(|known| known.name.eq_ignore_ascii_case(field))
        .ok_or_else(|| {
            let allowed = names(fields(operation).map(|field| field.name));
            let field = quoted(field);
            Problem::unknown(format!(
                "compares the field '{field}', which does not exist here; allowed: {allowed}"
            ))
        })?;
    if !known.operators.contains(&operator) {
        let allowed = names(known.operators.iter().map(|operator| operator.name()));
        return Err(Problem::unknown(format!(
            "compares the field '{}' by '{operator}'; allowed: {allowed}",
            known.name
        )));
    }
    match expected_format(known.kind, operator, comparison.value()) {
        None => Ok(()),
        Some(format) => Err(Problem::invalid(format!(
            "compares the field '{}' with {}; allowed is {format}",
            known.name,
            quoted(&comparison.value().to_string())
        ))),
    }
}

fn fields(operation: &Operation) -> impl Iterator<Item = &'static Field> {
    operation
        .filter_fields()
        .chain(beyond_spec::filter_fields(operation.id))
}

/// Returns the format that the value should have; `None` if the value has it.
fn expected_format(kind: FieldKind, operator: Operator, value: &Literal) -> Option<&'static str> {
    let (fits, format) = match (kind, value) {
        // `contains` compares a part of the text, and a part of a GUID is not a GUID.
        (_, Literal::Text(_)) if operator == Operator::Contains => (true, ""),
        (FieldKind::Guid, Literal::Text(text)) => (is_guid(text), "a GUID in single quotes"),
        (FieldKind::Guid, _) => (false, "a GUID in single quotes"),
        // Both formats of a date are accepted (T37).
        (FieldKind::Timestamp, Literal::Text(text)) => (
            text.parse::<Timestamp>().is_ok(),
            "a date such as cast('2018-01-01',Edm.DateTimeOffset)",
        ),
        (FieldKind::Timestamp, value) => (
            matches!(value, Literal::DateTime(_)),
            "a date such as cast('2018-01-01',Edm.DateTimeOffset)",
        ),
        (FieldKind::Boolean, value) => (
            matches!(value, Literal::Boolean(_)),
            "true or false without quotes",
        ),
        (FieldKind::Count | FieldKind::Number, value) => (
            matches!(value, Literal::Number(_)),
            "a number without quotes",
        ),
        (_, value) => (matches!(value, Literal::Text(_)), "text in single quotes"),
    };
    (!fits).then_some(format)
}
