//! Tables of the contract tests: generic checks of every operation and every type, so that a new
//! operation is always covered.

use std::borrow::Borrow;
use std::path::Path;

use heck::ToPascalCase;
use openapiv3::{
    AdditionalProperties, Parameter, ParameterSchemaOrContent, ReferenceOr, Schema, SchemaKind,
    Type, VariantOrUnknownOrEmpty,
};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::catalog::{Field, FieldKind, names, row_fields};
use super::plain::{component_name, target};
use super::runtime_types::{answer_media, bounded_type, replacement, resolve, row_type, success};
use super::source::rust_file;
use super::{GenerateError, OutputFile, guard};
use crate::EXCHANGES_PATH;
use crate::exchange::ExchangeFolder;
use crate::names::setter;
use crate::spec::{OperationRef, Spec};

mod documented;

pub(super) fn generate(
    spec: &Spec,
    folder: &str,
    exchanges: Option<&Path>,
) -> Result<Vec<OutputFile>, GenerateError> {
    let folders = exchanges
        .map(|root| ExchangeFolder::all(&root.join(EXCHANGES_PATH)))
        .transpose()
        .map_err(|error| GenerateError::Exchange(format!("{EXCHANGES_PATH}: {error}")))?;
    let mut functions = Vec::new();
    let mut operations = Vec::new();
    for operation in spec.operations() {
        let id = operation.operation_id;
        guard::at("operation", id);
        let function = format_ident!("{}", id);
        let answer = answer_type(spec, &operation)?;
        functions.push(wire_function(spec, &operation, answer.as_ref())?);
        let documented = match &folders {
            Some(folders) => {
                let (calls, table) = documented::calls(spec, &operation, folders)?;
                functions.extend(calls);
                table
            }
            None => quote!(&[]),
        };
        let (round_trip, decode) = match &answer {
            Some(answer) => (quote!(round_trip::<#answer>), quote!(decoded::<#answer>)),
            None => (
                quote!(crate::cases::no_body),
                quote!(crate::view::no_properties),
            ),
        };
        let (row, rows_in) = row_type(spec, &operation).unwrap_or_default();
        operations.push(quote! {
            OperationCase {
                id: #id,
                row: #row,
                rows_in: #rows_in,
                decode: #decode,
                round_trip: #round_trip,
                wire: |server, client, answer| Box::pin(#function(server, client, answer)),
                documented: #documented,
            }
        });
    }
    let components = spec.document.components.iter();
    let types = components
        .flat_map(|components| &components.schemas)
        .filter_map(|(name, schema)| {
            guard::at("component", name);
            let ty = rust_type(name, schema.as_item()?)?;
            let (round_trip, decode) = match name.as_str() {
                // Several inputs become the same output, so a separate test covers it.
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

        /// All operations of the spec, in its order.
        pub static OPERATIONS: &[OperationCase] = &[#(#operations),*];

        /// All types that have a schema.
        pub static TYPES: &[TypeCase] = &[#(#types),*];

        #(#functions)*
    };
    let module: syn::File = syn::parse_quote!(
        pub mod cases;
        mod views;
    );
    Ok(vec![
        OutputFile::new(
            format!("{folder}/mod.rs"),
            rust_file("Generated modules of the crate.", module.items),
        ),
        OutputFile::new(
            format!("{folder}/cases.rs"),
            rust_file(
                "Contract test cases of every operation and type.",
                table.items,
            ),
        ),
    ])
}

/// Returns the Rust type of a named schema; `None` if it does not become a type.
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

/// Returns the Rust type of a schema in plain terms; `None` if the post-pass does not support it.
fn type_of<T: Borrow<Schema>>(spec: &Spec, schema: &ReferenceOr<T>) -> Option<TokenStream> {
    if let Some(reference) = target(schema) {
        let name = component_name(reference);
        let component = resolve(spec, reference)?;
        let ident = format_ident!("{}", name.to_pascal_case());
        return Some(rust_type(name, component).unwrap_or_else(|| quote!(types::#ident)));
    }
    let schema: &Schema = match schema {
        ReferenceOr::Item(schema) => schema.borrow(),
        ReferenceOr::Reference { .. } => return None,
    };
    let ty = match &schema.schema_kind {
        SchemaKind::Type(Type::Array(array)) => {
            let items = type_of(spec, array.items.as_ref()?)?;
            quote!(::std::vec::Vec<#items>)
        }
        SchemaKind::Type(Type::Object(object)) => match &object.additional_properties {
            Some(AdditionalProperties::Schema(values)) => {
                let values = type_of(spec, values)?;
                quote!(::std::collections::BTreeMap<::std::string::String, #values>)
            }
            _ => return None,
        },
        SchemaKind::Type(Type::String(text)) => match &text.format {
            VariantOrUnknownOrEmpty::Unknown(format) => match format.as_str() {
                "uuid" => quote!(::uuid::Uuid),
                "locale" => quote!(partner_center::Locale),
                "partner-center-timestamp" => quote!(partner_center::Timestamp),
                "partner-center-id" => quote!(partner_center::Identifier),
                _ => quote!(String),
            },
            _ => quote!(String),
        },
        SchemaKind::Type(Type::Integer(integer)) => match &integer.format {
            VariantOrUnknownOrEmpty::Unknown(format) if format == "uint64" => quote!(u64),
            _ => quote!(i64),
        },
        SchemaKind::Type(Type::Number(_)) => quote!(f64),
        SchemaKind::Type(Type::Boolean(_)) => quote!(bool),
        _ => quote!(::serde_json::Value),
    };
    Some(match schema.schema_data.nullable {
        true => quote!(::std::option::Option<#ty>),
        false => ty,
    })
}

/// Returns the type of an operation's response body; `None` for a response without a body.
fn answer_type(
    spec: &Spec,
    operation: &OperationRef<'_>,
) -> Result<Option<TokenStream>, GenerateError> {
    let Some(schema) = answer_media(operation).and_then(|media| media.schema.as_ref()) else {
        return Ok(None);
    };
    type_of(spec, schema).map(Some).ok_or_else(|| {
        GenerateError::UnexpectedOutput(format!(
            "the response of `{}` has no type",
            operation.operation_id
        ))
    })
}

/// Returns a function that calls an operation with every parameter set, against a mock that
/// expects exactly this request.
fn wire_function(
    spec: &Spec,
    operation: &OperationRef<'_>,
    answer: Option<&TokenStream>,
) -> Result<TokenStream, GenerateError> {
    let function = format_ident!("{}", operation.operation_id);
    let (mut values, mut expected, mut given) = (Vec::new(), Vec::new(), Vec::new());
    let arguments = operation.arguments();
    for parameter in &operation.parameters {
        let data = parameter.parameter.parameter_data_ref();
        let name = setter(&data.name);
        let missing = || {
            GenerateError::UnexpectedOutput(format!(
                "parameter `{}` of `{}` has no example",
                data.name, operation.operation_id
            ))
        };
        match query_example(spec, operation, &data.name) {
            // The aggregation level is set together with the grouping.
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
                let example = parameter.value.get("example").ok_or_else(missing)?;
                let example = match example.as_array() {
                    Some(list) => {
                        let items = list.iter().map(text_of);
                        quote!(vec![#(read(#items)),*])
                    }
                    None => {
                        let example = text_of(example);
                        quote!(read(#example))
                    }
                };
                values.push(quote!(let #name: #ty = #example;));
                expected.push(match by_reference {
                    true if ty.to_string() == "String" => quote!(.#name(#name.as_str())),
                    true => quote!(.#name(&#name)),
                    false => quote!(.#name(#name)),
                });
                if arguments.contains(&data.name.as_str()) {
                    continue;
                }
                given.push(match by_reference {
                    true => quote!(.#name(#name.clone())),
                    false => quote!(.#name(#name)),
                });
            }
        }
    }
    if let Some((ty, example)) = body(spec, operation)? {
        values.push(quote!(let body: #ty = partner_center::decode::decode(#example.as_bytes())?;));
        expected.push(quote!(.body(&body)));
    }
    let arguments = arguments.iter().map(|name| setter(name));
    let (answer_value, reply, unchanged) = match answer {
        Some(answer) => (
            quote!(let answer: #answer = partner_center::decode::decode(answer)?;),
            reply(operation, quote!(&answer)),
            quote!(received == answer),
        ),
        None => (
            quote!(),
            reply(operation, quote!()),
            quote!({
                let () = received;
                answer.is_empty()
            }),
        ),
    };
    Ok(quote! {
        async fn #function(server: &MockServer, client: &Client, answer: &[u8]) -> WireOutcome {
            #answer_value
            #(#values)*
            let mock = server.#function(|when, then| {
                when #(#expected)*;
                then.#reply;
            });
            let received = client.#function(#(#arguments.clone()),*) #(#given)* .send().await?.into_inner();
            Ok((mock.calls(), #unchanged))
        }
    })
}

/// Returns the call of the mock's method for the first described success.
fn reply(operation: &OperationRef<'_>, value: TokenStream) -> TokenStream {
    let status = success(operation).map_or("200", |response| response.status.as_str());
    let code = status.parse().ok().and_then(|code: u16| {
        let reason = http::StatusCode::from_u16(code).ok()?.canonical_reason()?;
        Some(setter(reason))
    });
    match code {
        Some(method) => quote!(#method(#value)),
        None => quote!(success(200, #value)),
    }
}

/// Returns the type of the request body and its example.
fn body(
    spec: &Spec,
    operation: &OperationRef<'_>,
) -> Result<Option<(TokenStream, String)>, GenerateError> {
    let Some(body) = &operation.operation.request_body else {
        return Ok(None);
    };
    let body = match body {
        ReferenceOr::Item(body) => Some(body),
        ReferenceOr::Reference { reference } => spec
            .document
            .components
            .as_ref()
            .and_then(|components| components.request_bodies.get(component_name(reference)))
            .and_then(ReferenceOr::as_item),
    };
    let media = body.and_then(|body| body.content.get("application/json"));
    let parts = media.and_then(|media| {
        let ty = type_of(spec, media.schema.as_ref()?)?;
        Some((ty, media.example.as_ref()?.to_string()))
    });
    parts.map(Some).ok_or_else(|| {
        GenerateError::UnexpectedOutput(format!(
            "the body of `{}` has no schema or no example",
            operation.operation_id
        ))
    })
}

/// Returns a valid value of a typed query option, because the examples of the spec are shared by
/// operations with different fields.
fn query_example(spec: &Spec, operation: &OperationRef<'_>, parameter: &str) -> Option<String> {
    match parameter {
        "filter" => {
            let takes_equal = |field: &&Field| field.operators.iter().any(|one| one == "eq");
            let fields = row_fields(spec, operation);
            let field = fields.iter().find(takes_equal)?;
            let value = match field.kind {
                FieldKind::Boolean => "true",
                FieldKind::Guid => "'0112A436-B14E-4888-967B-CA4BB2CF1234'",
                FieldKind::Timestamp => "cast('2018-01-01',Edm.DateTimeOffset)",
                FieldKind::Count | FieldKind::Number => "5",
                FieldKind::Text | FieldKind::Structure => "'O''Brien'",
            };
            Some(format!("{} eq {value}", field.name))
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

fn text_of(example: &serde_json::Value) -> String {
    match example {
        serde_json::Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// Returns the type of a parameter, and whether the mocks take it by reference.
pub(super) fn parameter_type(spec: &Spec, parameter: &Parameter) -> (TokenStream, bool) {
    let ParameterSchemaOrContent::Schema(declared) = &parameter.parameter_data_ref().format else {
        return (quote!(String), true);
    };
    let schema = match declared {
        ReferenceOr::Item(schema) => Some(schema),
        ReferenceOr::Reference { reference } => resolve(spec, reference),
    };
    if let Some((_, type_name)) = schema.and_then(bounded_type) {
        let type_name = type_name.replace("::partner_center_core", "partner_center");
        return (type_name.parse().unwrap_or_default(), true);
    }
    let by_reference = match schema.map(|schema| &schema.schema_kind) {
        // Closed enumerations are `Copy` like numbers.
        Some(SchemaKind::Type(Type::String(text))) => text.enumeration.is_empty(),
        Some(SchemaKind::Type(Type::Boolean(_) | Type::Number(_))) => false,
        _ => true,
    };
    let ty = type_of(spec, declared).unwrap_or_else(|| quote!(String));
    (ty, by_reference)
}
