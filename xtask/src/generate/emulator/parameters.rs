//! The part of the emulator's operation table that says which values a call may send.

use openapiv3::{
    IntegerFormat, IntegerType, Parameter, ParameterSchemaOrContent, ReferenceOr, Schema,
    SchemaKind, StringFormat, StringType, Type, VariantOrUnknownOrEmpty,
};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;

use crate::generate::GenerateError;
use crate::generate::fields::{has_query, names, operator_variant, value_kind};
use crate::generate::runtime_types::{resolve, row_schema};
use crate::spec::{OperationRef, ParameterRef, Spec};

/// The parameters of an operation: path, query and headers, in document order.
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

/// The fields that a filter takes, each with its type and operators.
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

/// The fields that a grouping takes, each with whether it is a date.
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
    match schema.map(|schema| &schema.schema_kind) {
        Some(SchemaKind::Type(Type::String(text))) => is_timestamp(text),
        _ => false,
    }
}

fn row(
    spec: &Spec,
    operation: &OperationRef<'_>,
    parameter: &ParameterRef<'_>,
) -> Result<TokenStream, GenerateError> {
    let data = parameter.parameter.parameter_data_ref();
    let name = &data.name;
    let place = match parameter.parameter {
        Parameter::Path { .. } => quote!(Path),
        Parameter::Query { .. } => quote!(Query),
        Parameter::Header { .. } => quote!(Header),
        Parameter::Cookie { .. } => return Err(unchecked(operation, name, "is a cookie")),
    };
    let ParameterSchemaOrContent::Schema(schema) = &data.format else {
        return Err(unchecked(operation, name, "has no schema"));
    };
    let mut schema = resolved(spec, schema)
        .ok_or_else(|| unchecked(operation, name, "refers to an unknown schema"))?;
    let mut traits = TokenStream::new();
    if data.required {
        traits.extend(quote!(.required()));
    }
    if let SchemaKind::Type(Type::Array(array)) = &schema.schema_kind {
        traits.extend(quote!(.repeatable()));
        let items = array.items.as_ref().and_then(|items| match items {
            ReferenceOr::Item(schema) => Some(&**schema),
            ReferenceOr::Reference { reference } => resolve(spec, reference),
        });
        schema = items.ok_or_else(|| unchecked(operation, name, "is a list of unknown items"))?;
    }
    let kind = match query_option(operation, parameter) {
        Some(option) => option,
        None => kind(schema)
            .ok_or_else(|| unchecked(operation, name, "is neither a text nor a number"))?,
    };
    Ok(quote!(Parameter::new(#name, Place::#place, Kind::#kind)#traits))
}

fn resolved<'s>(spec: &'s Spec, schema: &'s ReferenceOr<Schema>) -> Option<&'s Schema> {
    match schema {
        ReferenceOr::Item(schema) => Some(schema),
        ReferenceOr::Reference { reference } => resolve(spec, reference),
    }
}

/// The kind of the query options, which have a grammar that a schema cannot describe.
///
/// A filter of an operation without filter fields, whose example is a JSON object, is the
/// filter of the customer list (T58).
fn query_option(operation: &OperationRef<'_>, parameter: &ParameterRef<'_>) -> Option<TokenStream> {
    let Parameter::Query { parameter_data, .. } = parameter.parameter else {
        return None;
    };
    let is_json = || {
        let example = parameter_data.example.as_ref().and_then(Value::as_str);
        example.is_some_and(|text| {
            serde_json::from_str::<serde_json::Map<String, Value>>(text).is_ok()
        })
    };
    match parameter_data.name.to_ascii_lowercase().as_str() {
        "filter" if operation.extension("x-filter-fields").is_some() => Some(quote!(Filter)),
        "filter" if !has_query(operation) && is_json() => Some(quote!(CustomerFilter)),
        "groupby" if operation.extension("x-group-fields").is_some() => Some(quote!(GroupBy)),
        "orderby" if operation.extension("x-order-fields").is_some() => Some(quote!(OrderBy)),
        _ => None,
    }
}

fn kind(schema: &Schema) -> Option<TokenStream> {
    match &schema.schema_kind {
        SchemaKind::Type(Type::Integer(integer)) => {
            let (minimum, maximum) = limits(integer);
            let [minimum, maximum] = [minimum, maximum].map(Literal::i64_unsuffixed);
            Some(quote!(Integer { minimum: #minimum, maximum: #maximum }))
        }
        SchemaKind::Type(Type::Number(_)) => Some(quote!(Number)),
        SchemaKind::Type(Type::Boolean(_)) => Some(quote!(Enumeration(&["true", "false"]))),
        SchemaKind::Type(Type::String(text)) => Some(text_kind(text)),
        _ => None,
    }
}

fn text_kind(text: &StringType) -> TokenStream {
    let values: Vec<&str> = text
        .enumeration
        .iter()
        .flatten()
        .map(String::as_str)
        .collect();
    if !values.is_empty() {
        return quote!(Enumeration(&[#(#values),*]));
    }
    match &text.format {
        _ if is_timestamp(text) => quote!(Timestamp),
        VariantOrUnknownOrEmpty::Unknown(format) if format == "uuid" => quote!(Uuid),
        VariantOrUnknownOrEmpty::Unknown(format) if format == "locale" => quote!(Locale),
        _ => quote!(Text),
    }
}

fn is_timestamp(text: &StringType) -> bool {
    match &text.format {
        VariantOrUnknownOrEmpty::Item(format) => {
            matches!(format, StringFormat::Date | StringFormat::DateTime)
        }
        VariantOrUnknownOrEmpty::Unknown(format) => format == "partner-center-timestamp",
        VariantOrUnknownOrEmpty::Empty => false,
    }
}

/// The smallest and the greatest value; those of the format where the schema names none.
fn limits(integer: &IntegerType) -> (i64, i64) {
    let (least, greatest) = match &integer.format {
        VariantOrUnknownOrEmpty::Item(IntegerFormat::Int32) => (i32::MIN.into(), i32::MAX.into()),
        VariantOrUnknownOrEmpty::Unknown(format) if format == "uint32" => (0, u32::MAX.into()),
        VariantOrUnknownOrEmpty::Unknown(format) if format == "uint64" => (0, i64::MAX),
        _ => (i64::MIN, i64::MAX),
    };
    let minimum = integer.minimum.map_or(least, |minimum| {
        minimum.saturating_add(integer.exclusive_minimum.into())
    });
    let maximum = integer.maximum.map_or(greatest, |maximum| {
        maximum.saturating_sub(integer.exclusive_maximum.into())
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
