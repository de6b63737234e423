//! Fields of the rows, with their use in queries.

use openapiv3::{ReferenceOr, Schema, SchemaKind, Type, VariantOrUnknownOrEmpty};
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use serde_json::Value;

use super::meaning::meaning;
use crate::generate::plain::{is_guid, target};
use crate::generate::runtime_types::{resolve, row_schema};
use crate::spec::{OperationRef, Spec};

/// Field of a row.
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: FieldKind,
    meaning: String,
    members: Vec<Field>,
    /// Operators in a filter.
    pub(crate) operators: Vec<String>,
    pub(crate) group: bool,
    pub(crate) order: bool,
}

/// Kind of a field: the variants of the catalog's `FieldKind`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum FieldKind {
    Text,
    Guid,
    Timestamp,
    Count,
    Number,
    Boolean,
    Structure,
}

impl ToTokens for FieldKind {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let variant = format_ident!("{self:?}");
        tokens.extend(quote!(FieldKind::#variant));
    }
}

impl ToTokens for Field {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            name,
            kind,
            meaning,
            members,
            operators,
            ..
        } = self;
        tokens.extend(quote!(Field::new(#name, #kind, #meaning)));
        if !members.is_empty() {
            tokens.extend(quote!(.with_members(&[#(#members),*])));
        }
        if !operators.is_empty() {
            let operators = operators
                .iter()
                .map(|operator| format_ident!("{}", operator_variant(operator)));
            tokens.extend(quote!(.with_operators(&[#(Operator::#operators),*])));
        }
        for (has, method) in [(self.group, "groupable"), (self.order, "orderable")] {
            if has {
                let method = format_ident!("{method}");
                tokens.extend(quote!(.#method()));
            }
        }
    }
}

/// Returns whether an operation has filter, group or order fields.
pub(crate) fn has_query(operation: &OperationRef<'_>) -> bool {
    ["x-filter-fields", "x-group-fields", "x-order-fields"]
        .into_iter()
        .any(|name| operation.extension(name).is_some())
}

/// Returns the names in a list extension.
pub(crate) fn names<'a>(operation: &OperationRef<'a>, extension: &str) -> Vec<&'a str> {
    let list = operation.extension(extension).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// Returns the operators of a field in filters. Empty for a field that filters do not accept.
fn operators(operation: &OperationRef<'_>, field: &str) -> Vec<String> {
    let operators = operation
        .extension("x-filter-fields")
        .and_then(|fields| fields.get(field))
        .and_then(Value::as_array);
    let operators = operators.into_iter().flatten().filter_map(Value::as_str);
    operators.map(str::to_owned).collect()
}

/// Returns the fields of an operation's rows. The document is in plain terms.
pub(crate) fn row_fields(plain: &Spec, operation: &OperationRef<'_>) -> Vec<Field> {
    let mut fields =
        row_schema(plain, operation).map_or_else(Vec::new, |row| members(plain, row, &[]));
    let [group, order] = ["x-group-fields", "x-order-fields"].map(|list| names(operation, list));
    for field in &mut fields {
        let is_in = |list: &[&str]| list.contains(&field.name.as_str());
        field.group = is_in(&group);
        field.order = is_in(&order);
        field.operators = operators(operation, &field.name);
    }
    fields
}

/// Returns the properties of an object, including those of nested objects. Omits the properties
/// of lists and of recursive objects. `within` are the enclosing components.
fn members(spec: &Spec, schema: &Schema, within: &[&str]) -> Vec<Field> {
    let SchemaKind::Type(Type::Object(object)) = &schema.schema_kind else {
        return Vec::new();
    };
    let field = |(name, property): (&String, &ReferenceOr<Box<Schema>>)| {
        let component = target(property);
        let own = property.as_item().map(|schema| &**schema);
        let schema = match component {
            Some(reference) => resolve(spec, reference),
            None => own,
        };
        let description = own
            .into_iter()
            .chain(schema)
            .find_map(|schema| schema.schema_data.description.as_deref());
        let members = match (component, schema) {
            (Some(component), Some(schema)) if !within.contains(&component) => {
                members(spec, schema, &[within, &[component]].concat())
            }
            _ => Vec::new(),
        };
        Field {
            name: name.clone(),
            kind: schema.map_or(FieldKind::Structure, kind),
            meaning: meaning(description),
            members,
            operators: Vec::new(),
            group: false,
            order: false,
        }
    };
    object.properties.iter().map(field).collect()
}

fn kind(schema: &Schema) -> FieldKind {
    match &schema.schema_kind {
        SchemaKind::Type(Type::String(_)) if is_guid(schema) => FieldKind::Guid,
        SchemaKind::Type(Type::String(text)) => match &text.format {
            VariantOrUnknownOrEmpty::Unknown(format) if format == "partner-center-timestamp" => {
                FieldKind::Timestamp
            }
            _ => FieldKind::Text,
        },
        SchemaKind::Type(Type::Integer(_)) => FieldKind::Count,
        SchemaKind::Type(Type::Number(_)) => FieldKind::Number,
        SchemaKind::Type(Type::Boolean(_)) => FieldKind::Boolean,
        _ => FieldKind::Structure,
    }
}

fn operator_variant(operator: &str) -> &'static str {
    match operator {
        "ne" => "NotEqual",
        "gt" => "Greater",
        "ge" => "GreaterOrEqual",
        "lt" => "Less",
        "le" => "LessOrEqual",
        "contains" => "Contains",
        _ => "Equal",
    }
}
