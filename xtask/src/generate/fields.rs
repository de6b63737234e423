//! Query fields of each operation: filter, group and order fields.

use heck::ToPascalCase;
use indexmap::IndexMap;
use openapiv3::{ReferenceOr, Schema, SchemaKind, Type};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use super::operations::kind;
use super::plain::target;
use super::runtime_types::{resolve, row_schema};
use super::source::rust_file;
use super::{OutputFile, guard};
use crate::names::constant;
use crate::spec::{OperationRef, Spec};

/// Query abilities of a field.
#[derive(Default)]
struct Abilities {
    /// Kind and operators.
    filter: Option<(String, Vec<String>)>,
    group: bool,
    order: bool,
}

pub(super) fn generate(spec: &Spec, folder: &str) -> OutputFile {
    let operations = spec
        .operations()
        .into_iter()
        .filter(has_query)
        .map(|operation| {
            guard::at("operation", operation.operation_id);
            let fields = fields(spec, &operation);
            let row = row_properties(spec, &operation);
            operation_items(&operation, &fields, &row)
        });
    let file: syn::File = syn::parse_quote! {
        use progenitor_client::query::{
            Field, FilterField, GroupField, Operator, QueryOperation, ValueKind, marker,
        };

        #(#operations)*
    };
    OutputFile::new(
        format!("{folder}/fields.rs"),
        rust_file(
            "Fields to filter, group and sort by: a module and a marker type per operation.",
            file.items,
        ),
    )
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

fn fields(spec: &Spec, operation: &OperationRef<'_>) -> IndexMap<String, Abilities> {
    let mut fields: IndexMap<String, Abilities> = IndexMap::new();
    let filters = operation.extension("x-filter-fields");
    let order = spec.keys_at(&format!("{}/x-filter-fields", operation.pointer));
    for name in order {
        let filter = filters.and_then(|filters| filters.get(name));
        let part = |part: &str| filter.and_then(|filter| filter.get(part));
        let kind = part("type").and_then(Value::as_str).unwrap_or("string");
        let operators = part("operators").and_then(Value::as_array);
        let operators = operators.into_iter().flatten().filter_map(Value::as_str);
        fields.entry(name.clone()).or_default().filter =
            Some((kind.to_owned(), operators.map(str::to_owned).collect()));
    }
    for name in names(operation, "x-group-fields") {
        fields.entry(name.to_owned()).or_default().group = true;
    }
    for name in names(operation, "x-order-fields") {
        fields.entry(name.to_owned()).or_default().order = true;
    }
    fields
}

fn row_properties<'s>(
    spec: &'s Spec,
    operation: &OperationRef<'s>,
) -> IndexMap<&'s str, &'s Schema> {
    let Some(SchemaKind::Type(Type::Object(row))) =
        row_schema(spec, operation).map(|schema| &schema.schema_kind)
    else {
        return IndexMap::new();
    };
    let property = |(name, schema): (&'s String, &'s ReferenceOr<Box<Schema>>)| {
        let schema = match target(schema) {
            Some(reference) => resolve(spec, reference)?,
            None => schema.as_item()?,
        };
        Some((name.as_str(), schema))
    };
    row.properties.iter().filter_map(property).collect()
}

fn operation_items(
    operation: &OperationRef<'_>,
    fields: &IndexMap<String, Abilities>,
    row: &IndexMap<&str, &Schema>,
) -> TokenStream {
    let id = operation.operation_id;
    let marker = format_ident!("{}", id.to_pascal_case());
    let module = format_ident!("{}", id);
    let kind_of = |name: &str, abilities: &Abilities| match &abilities.filter {
        Some((kind, _)) => value_kind(kind),
        None => row.get(name).map_or_else(
            || quote!(Text),
            |schema| match kind(schema).to_string().as_str() {
                "Timestamp" => quote!(DateTime),
                "Count" | "Number" => quote!(Number),
                "Boolean" => quote!(Boolean),
                _ => quote!(Text),
            },
        ),
    };
    let filter_fields = fields.iter().filter_map(|(name, abilities)| {
        let (_, operators) = abilities.filter.as_ref()?;
        let kind = kind_of(name, abilities);
        let operators = operators
            .iter()
            .map(|operator| format_ident!("{}", operator_variant(operator)));
        Some(quote!(FilterField::new(#name, ValueKind::#kind, &[#(Operator::#operators),*])))
    });
    let group_fields =
        fields
            .iter()
            .filter(|(_, abilities)| abilities.group)
            .map(|(name, abilities)| {
                let is_date = kind_of(name, abilities).to_string() == "DateTime";
                quote!(GroupField::new(#name, #is_date))
            });
    let order_fields = fields
        .iter()
        .filter(|(_, abilities)| abilities.order)
        .map(|(name, _)| name);
    let measures = names(operation, "x-group-measures");
    let aggregation = operation
        .parameters
        .iter()
        .any(|parameter| parameter.parameter.parameter_data_ref().name == "aggregationLevel");
    let constants = fields.iter().map(|(name, abilities)| {
        let constant = format_ident!("{}", constant(name));
        let kind = kind_of(name, abilities);
        let operators = format_ident!("{}", operator_set(abilities));
        let [group, order] = [abilities.group, abilities.order]
            .map(|yes| format_ident!("{}", if yes { "Yes" } else { "No" }));
        let doc = format!(" {}", field_doc(name, abilities));
        quote! {
            #[doc = #doc]
            pub const #constant: Field<
                #marker, marker::#kind, marker::#operators, marker::#group, marker::#order
            > = Field::new(#name);
        }
    });
    let marker_doc = format!(" The query options of [`{id}`](crate::Client::{id}).");
    let module_doc = format!(" The fields of [`{id}`](crate::Client::{id}).");
    quote! {
        #[doc = #marker_doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum #marker {}

        impl QueryOperation for #marker {
            const ID: &'static str = #id;
            const FILTER_FIELDS: &'static [FilterField] = &[#(#filter_fields),*];
            const GROUP_FIELDS: &'static [GroupField] = &[#(#group_fields),*];
            const ORDER_FIELDS: &'static [&'static str] = &[#(#order_fields),*];
            const GROUP_MEASURES: &'static [&'static str] = &[#(#measures),*];
            const AGGREGATION: bool = #aggregation;
        }

        #[doc = #module_doc]
        pub mod #module {
            use super::{Field, #marker, marker};

            #(#constants)*
        }
    }
}

pub(super) fn value_kind(kind: &str) -> TokenStream {
    match kind {
        "guid" => quote!(Guid),
        "boolean" => quote!(Boolean),
        "date-time" => quote!(DateTime),
        "number" => quote!(Number),
        _ => quote!(Text),
    }
}

pub(super) fn operator_variant(operator: &str) -> &'static str {
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

/// Returns the marker type of a set of operators. The lint checks that the set is supported.
fn operator_set(abilities: &Abilities) -> &'static str {
    let Some((_, operators)) = &abilities.filter else {
        return "NotFiltered";
    };
    let has = |name: &str| operators.iter().any(|operator| operator == name);
    match (has("gt"), has("contains"), has("eq"), has("ne")) {
        (true, ..) => "AnyComparison",
        (_, true, true, _) => "ContainsOrEquality",
        (_, true, false, _) => "ContainsOnly",
        (_, _, _, true) => "Equality",
        _ => "EqualOnly",
    }
}

fn field_doc(name: &str, abilities: &Abilities) -> String {
    let mut doc = format!("`{name}`: ");
    match &abilities.filter {
        Some((_, operators)) => {
            let operators: Vec<String> = operators
                .iter()
                .map(|operator| format!("`{operator}`"))
                .collect();
            doc.push_str(&format!("takes {}", operators.join(", ")));
        }
        None => doc.push_str("takes no filter"),
    }
    match (abilities.group, abilities.order) {
        (true, true) => doc.push_str("; to group and sort by"),
        (true, false) => doc.push_str("; to group by"),
        (false, true) => doc.push_str("; to sort by"),
        (false, false) => {}
    }
    doc.push('.');
    doc
}
