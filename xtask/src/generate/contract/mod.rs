//! The contract tests' table: what can be checked of every operation and every type
//! without knowing it, so that a new operation cannot be forgotten.

use std::path::Path;

use heck::{ToPascalCase, ToSnakeCase};
use openapiv3::{
    Parameter, ParameterSchemaOrContent, ReferenceOr, Schema, SchemaKind, Type,
    VariantOrUnknownOrEmpty,
};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::fields::names;
use super::runtime_types::{answer_schema, bounded_type, replacement, resolve, row_type};
use super::source::rust_file;
use super::{GenerateError, OutputFile};
use crate::spec::{OperationRef, Spec};

mod documented;

const FOLDER: &str = "tests/src/generated";

pub(super) fn generate(spec: &Spec, root: &Path) -> Result<Vec<OutputFile>, GenerateError> {
    let mut functions = Vec::new();
    let mut operations = Vec::new();
    for operation in spec.operations() {
        let id = operation.operation_id;
        let function = format_ident!("{}", id);
        let answer = answer_type(spec, &operation)?;
        functions.push(wire_function(spec, &operation, &answer)?);
        functions.push(documented::function(&operation, root)?);
        let documented = documented::name(&operation);
        let (row, rows_in) = row_type(spec, &operation).unwrap_or_default();
        operations.push(quote! {
            OperationCase {
                id: #id,
                row: #row,
                rows_in: #rows_in,
                decode: decoded::<#answer>,
                round_trip: round_trip::<#answer>,
                wire: |server, client, answer| Box::pin(#function(server, client, answer)),
                documented: |client| Box::pin(#documented(client)),
            }
        });
    }
    let types = spec
        .document
        .components
        .iter()
        .flat_map(|components| &components.schemas)
        .filter_map(|(name, schema)| {
            let ty = rust_type(name, schema.as_item()?)?;
            let (round_trip, decode) = match name.as_str() {
                // Ends in one form whatever it was read from: has a test of its own.
                "ApiError" => (quote!(None), quote!(None)),
                _ => (
                    quote!(Some(round_trip::<#ty>)),
                    quote!(Some(decoded::<#ty>)),
                ),
            };
            Some(quote! {
                TypeCase {
                    name: #name,
                    schema: schema::<#ty>,
                    round_trip: #round_trip,
                    decode: #decode,
                }
            })
        });
    let table: syn::File = syn::parse_quote! {
        use httpmock::MockServer;
        use partner_center::query::AggregationLevel;
        use partner_center::{Client, Error, types};
        use partner_center_httpmock::MockServerExt;

        use crate::cases::{
            OperationCase, TypeCase, WireOutcome, grouped_by_month, read, round_trip, schema,
        };
        use crate::view::decoded;

        /// Every operation of the spec, in its order.
        pub static OPERATIONS: &[OperationCase] = &[#(#operations),*];

        /// Every type that has a schema of its own.
        pub static TYPES: &[TypeCase] = &[#(#types),*];

        #(#functions)*
    };
    let module: syn::File = syn::parse_quote!(
        pub mod cases;
        mod views;
    );
    Ok(vec![
        OutputFile::new(
            format!("{FOLDER}/mod.rs"),
            rust_file("The machine-written half of the crate.", module.items),
        ),
        OutputFile::new(
            format!("{FOLDER}/cases.rs"),
            rust_file("What every operation and type must stand.", table.items),
        ),
    ])
}

/// The Rust type of a named schema, where it is one.
fn rust_type(name: &str, schema: &Schema) -> Option<TokenStream> {
    match replacement(name, schema) {
        Some(text) => text.parse().ok(),
        None => match &schema.schema_kind {
            SchemaKind::Type(Type::Object(_)) => {
                let ident = format_ident!("{}", name.to_pascal_case());
                Some(quote!(types::#ident))
            }
            _ => None,
        },
    }
}

fn answer_type(spec: &Spec, operation: &OperationRef<'_>) -> Result<TokenStream, GenerateError> {
    answer_schema(spec, operation)
        .and_then(|(name, schema)| rust_type(name?, schema))
        .ok_or_else(|| {
            GenerateError::UnexpectedOutput(format!(
                "the answer of `{}` has no type",
                operation.operation_id
            ))
        })
}

/// A call with every parameter set, against a mock that expects exactly that.
fn wire_function(
    spec: &Spec,
    operation: &OperationRef<'_>,
    answer: &TokenStream,
) -> Result<TokenStream, GenerateError> {
    let function = format_ident!("{}", operation.operation_id);
    let (mut values, mut expected, mut given) = (Vec::new(), Vec::new(), Vec::new());
    for parameter in &operation.parameters {
        let data = parameter.parameter.parameter_data_ref();
        let name = format_ident!("{}", data.name.to_snake_case());
        let example = example_text(parameter.value).ok_or_else(|| {
            GenerateError::UnexpectedOutput(format!(
                "parameter `{}` of `{}` has no example",
                data.name, operation.operation_id
            ))
        })?;
        match query_example(operation, &data.name) {
            // A period is given together with the grouping.
            Some(_) if data.name == "aggregationLevel" => {
                expected.push(quote!(.#name(&AggregationLevel::Month)));
            }
            Some(example) => {
                expected.push(quote!(.#name(#example)));
                given.push(match (data.name.as_str(), has_aggregation(operation)) {
                    ("groupby", true) => quote!(.groupby(grouped_by_month(#example))),
                    _ => quote!(.#name(#example)),
                });
            }
            None => {
                let (ty, by_reference) = parameter_type(spec, parameter.parameter);
                values.push(quote!(let #name: #ty = read(#example);));
                expected.push(match by_reference {
                    true if ty.to_string() == "String" => quote!(.#name(#name.as_str())),
                    true => quote!(.#name(&#name)),
                    false => quote!(.#name(#name)),
                });
                given.push(match by_reference {
                    true => quote!(.#name(#name.clone())),
                    false => quote!(.#name(#name)),
                });
            }
        }
    }
    Ok(quote! {
        async fn #function(server: &MockServer, client: &Client, answer: &[u8]) -> WireOutcome {
            let answer: #answer = partner_center::decode::decode(answer)?;
            #(#values)*
            let mock = server.#function(|when, then| {
                when #(#expected)*;
                then.ok(&answer);
            });
            let received = client.#function() #(#given)* .send().await?.into_inner();
            Ok((mock.calls(), received == answer))
        }
    })
}

/// A legal value of a typed query option: the examples of the spec are shared by
/// operations with other fields.
fn query_example(operation: &OperationRef<'_>, parameter: &str) -> Option<String> {
    match parameter {
        "filter" => {
            let fields = operation
                .operation
                .extensions
                .get("x-filter-fields")?
                .as_object()?;
            let (name, field) = fields.iter().find(|(_, field)| {
                let operators = field.get("operators").and_then(serde_json::Value::as_array);
                operators.is_some_and(|operators| operators.iter().any(|operator| operator == "eq"))
            })?;
            let value = match field.get("type").and_then(serde_json::Value::as_str) {
                Some("boolean") => "true",
                Some("guid") => "'0112A436-B14E-4888-967B-CA4BB2CF1234'",
                Some("date-time") => "cast('2018-01-01',Edm.DateTimeOffset)",
                _ => "'O''Brien'",
            };
            Some(format!("{name} eq {value}"))
        }
        "groupby" => {
            let fields = names(operation, "x-group-fields");
            let date = fields.iter().find(|name| name.ends_with("Date"));
            let mut chosen = vec![*fields.first()?];
            chosen.extend(date.filter(|date| *date != chosen.first().unwrap_or(&"")));
            Some(chosen.join(","))
        }
        "aggregationLevel" if has_aggregation(operation) => Some(String::new()),
        "orderby" => Some(format!(
            "{} desc",
            names(operation, "x-order-fields").first()?
        )),
        _ => None,
    }
}

fn has_aggregation(operation: &OperationRef<'_>) -> bool {
    !names(operation, "x-group-fields").is_empty()
        && operation
            .parameters
            .iter()
            .any(|parameter| parameter.parameter.parameter_data_ref().name == "aggregationLevel")
}

fn example_text(parameter: &serde_json::Value) -> Option<String> {
    match parameter.get("example")? {
        serde_json::Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    }
}

/// The type of a parameter, and whether the mocks take it by reference.
fn parameter_type(spec: &Spec, parameter: &Parameter) -> (TokenStream, bool) {
    let schema = match &parameter.parameter_data_ref().format {
        ParameterSchemaOrContent::Schema(ReferenceOr::Item(schema)) => Some(schema),
        ParameterSchemaOrContent::Schema(ReferenceOr::Reference { reference }) => {
            resolve(spec, reference)
        }
        ParameterSchemaOrContent::Content(_) => None,
    };
    if let Some((_, type_name)) = schema.and_then(bounded_type) {
        let type_name = type_name.replace("::progenitor_client", "partner_center");
        return (type_name.parse().unwrap_or_default(), true);
    }
    match schema.map(|schema| &schema.schema_kind) {
        Some(SchemaKind::Type(Type::String(text))) if !text.enumeration.is_empty() => {
            let name = match &parameter.parameter_data_ref().format {
                ParameterSchemaOrContent::Schema(ReferenceOr::Reference { reference }) => {
                    reference.rsplit('/').next().unwrap_or_default()
                }
                _ => "",
            };
            let ident = format_ident!("{}", name.to_pascal_case());
            (quote!(types::#ident), false)
        }
        Some(SchemaKind::Type(Type::String(text))) => match &text.format {
            VariantOrUnknownOrEmpty::Unknown(format) if format == "uuid" => {
                (quote!(::uuid::Uuid), true)
            }
            VariantOrUnknownOrEmpty::Unknown(format) if format == "locale" => {
                (quote!(partner_center::Locale), true)
            }
            VariantOrUnknownOrEmpty::Unknown(format) if format == "partner-center-timestamp" => {
                (quote!(partner_center::Timestamp), true)
            }
            _ => (quote!(String), true),
        },
        Some(SchemaKind::Type(Type::Boolean(_))) => (quote!(bool), false),
        _ => (quote!(String), true),
    }
}
