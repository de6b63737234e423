//! Generator of the client crate's operation table.

use openapiv3::{ReferenceOr, Schema, SchemaKind, Type, VariantOrUnknownOrEmpty};
use proc_macro2::TokenStream;
use quote::quote;

use super::plain::target;
use super::runtime_types::{resolve, row_schema};
use super::source::rust_file;
use super::{OutputFile, guard};
use crate::spec::{OperationRef, Spec};

pub(super) fn generate(spec: &Spec, folder: &str) -> OutputFile {
    let rows = spec.operations().into_iter().map(|operation| {
        let id = &operation.operation_id;
        guard::at("operation", id);
        let method = operation.method.to_uppercase();
        let path = &operation.path;
        let summary = operation.operation.summary.as_deref().unwrap_or_default();
        let documentation = operation.documentation().unwrap_or_default();
        let auth_modes = operation.auth_modes();
        let clouds = operation.clouds();
        let superseded_by = match operation.superseded_by() {
            Some(successor) => quote!(Some(#successor)),
            None => quote!(None),
        };
        let parameters = operation.query_parameters();
        let pageable = operation.pageable().is_some();
        let fields = fields(spec, &operation);
        quote! {
            Operation {
                id: #id,
                method: #method,
                path: #path,
                summary: #summary,
                documentation: #documentation,
                auth_modes: &[#(#auth_modes),*],
                clouds: &[#(#clouds),*],
                superseded_by: #superseded_by,
                parameters: &[#(#parameters),*],
                pageable: #pageable,
                fields: &[#(#fields),*],
            }
        }
    });
    let file: syn::File = syn::parse_quote! {
        use crate::operation::{Field, FieldKind, Operation};

        /// Every operation of the spec, in its order.
        pub static OPERATIONS: &[Operation] = &[#(#rows),*];
    };
    OutputFile::new(
        format!("{folder}/operations.rs"),
        rust_file("The operation table.", file.items),
    )
}

/// Returns the fields of the operation's rows with their kinds.
fn fields(spec: &Spec, operation: &OperationRef<'_>) -> Vec<TokenStream> {
    row_schema(spec, operation).map_or_else(Vec::new, |row| members(spec, row, &[]))
}

/// Returns the properties of an object and of its nested objects, but not of lists and not of an
/// object inside itself. `within` are the enclosing components.
fn members(spec: &Spec, schema: &Schema, within: &[&str]) -> Vec<TokenStream> {
    let SchemaKind::Type(Type::Object(object)) = &schema.schema_kind else {
        return Vec::new();
    };
    let field = |(name, schema): (&String, &ReferenceOr<Box<Schema>>)| {
        let component = target(schema);
        let schema = match (component, schema) {
            (Some(reference), _) => resolve(spec, reference),
            (None, ReferenceOr::Item(schema)) => Some(&**schema),
            (None, ReferenceOr::Reference { .. }) => None,
        };
        let kind = schema.map_or_else(|| quote!(Structure), kind);
        let members = match (component, schema) {
            (Some(component), Some(schema)) if !within.contains(&component) => {
                members(spec, schema, &[within, &[component]].concat())
            }
            _ => Vec::new(),
        };
        quote!(Field { name: #name, kind: FieldKind::#kind, members: &[#(#members),*] })
    };
    object.properties.iter().map(field).collect()
}

/// Returns the kind of a field with this schema, as a variant of `FieldKind`.
pub(super) fn kind(schema: &Schema) -> TokenStream {
    match &schema.schema_kind {
        SchemaKind::Type(Type::String(text)) => match &text.format {
            VariantOrUnknownOrEmpty::Unknown(format) if format == "partner-center-timestamp" => {
                quote!(Timestamp)
            }
            _ => quote!(Text),
        },
        SchemaKind::Type(Type::Integer(_)) => quote!(Count),
        SchemaKind::Type(Type::Number(_)) => quote!(Number),
        SchemaKind::Type(Type::Boolean(_)) => quote!(Boolean),
        _ => quote!(Structure),
    }
}
