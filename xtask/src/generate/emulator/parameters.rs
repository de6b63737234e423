//! Accepted parameter values in the emulator's operation table.

use openapiv3::{ReferenceOr, SchemaKind, Type};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;

use crate::generate::GenerateError;
use crate::generate::fields::{has_query, names, operator_variant, value_kind};
use crate::generate::operations::kind as kind_of_row;
use crate::generate::runtime_types::{resolve, row_schema};
use crate::spec::{OperationRef, ParameterRef, Spec};

/// Returns the parameters of an operation: path, query and headers, in document order.
pub(super) fn parameters(
    spec: &Spec,
    operation: &OperationRef<'_>,
) -> Result<Vec<TokenStream>, GenerateError> {
    operation
        .parameters
        .iter()
        .map(|parameter| row(spec, operation, parameter))
        .collect()
}

/// Returns the filter fields, each with type and operators.
pub(super) fn filter_fields(spec: &Spec, operation: &OperationRef<'_>) -> Vec<TokenStream> {
    let order = spec.keys_at(&format!("{}/x-filter-fields", operation.pointer));
    let fields = order.iter().map(|name| {
        let kind = value_kind(filter_type(operation, name).unwrap_or("string"));
        let operators = filter_part(operation, name, "operators").and_then(Value::as_array);
        let operators = operators
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(|operator| format_ident!("{}", operator_variant(operator)));
        quote!(FilterField::new(#name, ValueKind::#kind, &[#(Operator::#operators),*]))
    });
    fields.collect()
}

/// Returns the group fields; each states whether it is a date.
pub(super) fn group_fields(spec: &Spec, operation: &OperationRef<'_>) -> Vec<TokenStream> {
    let fields = names(operation, "x-group-fields").into_iter().map(|name| {
        let is_date = match filter_type(operation, name) {
            Some(filter_type) => filter_type == "date-time",
            None => is_date_of_row(spec, operation, name),
        };
        quote!(GroupField::new(#name, #is_date))
    });
    fields.collect()
}

fn filter_part<'a>(operation: &OperationRef<'a>, field: &str, part: &str) -> Option<&'a Value> {
    operation
        .extension("x-filter-fields")?
        .get(field)?
        .get(part)
}

fn filter_type<'a>(operation: &OperationRef<'a>, field: &str) -> Option<&'a str> {
    filter_part(operation, field, "type")?.as_str()
}

fn is_date_of_row(spec: &Spec, operation: &OperationRef<'_>, name: &str) -> bool {
    let Some(SchemaKind::Type(Type::Object(row))) =
        row_schema(spec, operation).map(|schema| &schema.schema_kind)
    else {
        return false;
    };
    let schema = match row.properties.get(name) {
        Some(ReferenceOr::Item(schema)) => Some(&**schema),
        Some(ReferenceOr::Reference { reference }) => resolve(spec, reference),
        None => None,
    };
    schema.is_some_and(|schema| kind_of_row(schema).to_string() == "Timestamp")
}

fn row(
    spec: &Spec,
    operation: &OperationRef<'_>,
    parameter: &ParameterRef<'_>,
) -> Result<TokenStream, GenerateError> {
    let text = |key: &str| parameter.value.get(key).and_then(Value::as_str);
    let name = text("name").unwrap_or_default();
    let place = match text("in") {
        Some("path") => quote!(Path),
        Some("query") => quote!(Query),
        Some("header") => quote!(Header),
        _ => return Err(unchecked(operation, name, "is in no path, query or header")),
    };
    let mut traits = TokenStream::new();
    if parameter.value.get("required") == Some(&Value::Bool(true)) {
        traits.extend(quote!(.required()));
    }
    // The JSON is used because the generator's document may lack limits and lists.
    let (pointer, mut schema) = resolved(spec, format!("{}/schema", parameter.definition))
        .ok_or_else(|| unchecked(operation, name, "has no schema"))?;
    if schema.get("type").and_then(Value::as_str) == Some("array") {
        traits.extend(quote!(.repeatable()));
        (_, schema) = resolved(spec, format!("{pointer}/items"))
            .ok_or_else(|| unchecked(operation, name, "is a list of unknown items"))?;
    }
    let kind = match query_option(operation, parameter) {
        Some(option) => option,
        None => kind(schema)
            .ok_or_else(|| unchecked(operation, name, "is neither a text nor a number"))?,
    };
    Ok(quote!(Parameter::new(#name, Place::#place, Kind::#kind)#traits))
}

/// Resolves the schema at a pointer through references and single-schema `allOf`. The lint
/// rejects circles; the limit is for documents that were not linted.
fn resolved(spec: &Spec, pointer: String) -> Option<(String, &Value)> {
    const MOST_STEPS: usize = 32;
    let mut at = pointer;
    for _ in 0..MOST_STEPS {
        let (found, schema) = spec.resolve(&at)?;
        match schema.get("allOf").and_then(Value::as_array) {
            Some(parts) if parts.len() == 1 => at = format!("{found}/allOf/0"),
            _ => return Some((found, schema)),
        }
    }
    None
}

/// Returns the kind of a query option, whose grammar a schema cannot describe.
///
/// A filter of an operation without filter fields, whose example is a JSON object, is the
/// filter of the customer list (T58).
fn query_option(operation: &OperationRef<'_>, parameter: &ParameterRef<'_>) -> Option<TokenStream> {
    let text = |key: &str| parameter.value.get(key).and_then(Value::as_str);
    if text("in") != Some("query") {
        return None;
    }
    let is_json = || {
        let example = text("example").map(serde_json::from_str::<serde_json::Map<String, Value>>);
        matches!(example, Some(Ok(_)))
    };
    match text("name")?.to_ascii_lowercase().as_str() {
        "filter" if operation.extension("x-filter-fields").is_some() => Some(quote!(Filter)),
        "filter" if !has_query(operation) && is_json() => Some(quote!(CustomerFilter)),
        "groupby" if operation.extension("x-group-fields").is_some() => Some(quote!(GroupBy)),
        "orderby" if operation.extension("x-order-fields").is_some() => Some(quote!(OrderBy)),
        _ => None,
    }
}

fn kind(schema: &Value) -> Option<TokenStream> {
    let words = schema.get("enum").and_then(Value::as_array);
    let words: Vec<&str> = words
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if !words.is_empty() {
        return Some(quote!(Enumeration(&[#(#words),*])));
    }
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    let format = text("format").unwrap_or_default();
    Some(match (text("type")?, format) {
        ("integer", _) => {
            let (minimum, maximum) = limits(schema, format);
            let [minimum, maximum] = [minimum, maximum].map(Literal::i64_unsuffixed);
            quote!(Integer { minimum: #minimum, maximum: #maximum })
        }
        ("number", _) => quote!(Number),
        ("boolean", _) => quote!(Enumeration(&["true", "false"])),
        ("string", "uuid") => quote!(Uuid),
        ("string", "locale") => quote!(Locale),
        ("string", "date" | "date-time" | "partner-center-timestamp") => quote!(Timestamp),
        ("string", _) => quote!(Text),
        _ => return None,
    })
}

/// Returns the minimum and the maximum; the limits of the format if the schema has none.
fn limits(schema: &Value, format: &str) -> (i64, i64) {
    let (least, greatest) = match format {
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "uint32" => (0, u32::MAX.into()),
        "uint64" => (0, i64::MAX),
        _ => (i64::MIN, i64::MAX),
    };
    let number = |key: &str| schema.get(key).and_then(Value::as_i64);
    let step = |key: &str| i64::from(schema.get(key) == Some(&Value::Bool(true)));
    let minimum = number("minimum").map_or(least, |minimum| {
        minimum.saturating_add(step("exclusiveMinimum"))
    });
    let maximum = number("maximum").map_or(greatest, |maximum| {
        maximum.saturating_sub(step("exclusiveMaximum"))
    });
    (minimum, maximum)
}

fn unchecked(operation: &OperationRef<'_>, name: &str, problem: &str) -> GenerateError {
    GenerateError::Parameter(format!(
        "the parameter `{name}` of `{}` {problem}, which the emulator cannot check",
        operation.operation_id
    ))
}

#[cfg(test)]
mod tests;
