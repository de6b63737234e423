//! The emulator's operation table: what each operation answers.

use std::path::Path;

use quote::quote;

use super::source::{root_module, rust_file};
use super::{GenerateError, OutputFile};
use crate::exchange::{Exchange, HttpMessage, compact_json};
use crate::spec::{OperationRef, Spec};

const FOLDER: &str = "crates/partner-center-emulator/src/generated";
const BYTE_ORDER_MARK_LENGTH: usize = 3;

pub(super) fn generate(spec: &Spec, root: &Path) -> Result<Vec<OutputFile>, GenerateError> {
    let exchanges = root.join("openapi/exchanges");
    let mut rows = Vec::new();
    for operation in spec.operations() {
        rows.push(row(&operation, &exchanges)?);
    }
    let module: syn::File = syn::parse_quote!(
        pub(crate) mod operations;
    );
    let table: syn::File = syn::parse_quote! {
        use crate::operation::{AuthMode, Operation};

        /// Every emulated operation, with its documented answer.
        pub(crate) static OPERATIONS: &[Operation] = &[#(#rows),*];
    };
    Ok(vec![
        OutputFile::new(format!("{FOLDER}/mod.rs"), root_module(spec, module.items)),
        OutputFile::new(
            format!("{FOLDER}/operations.rs"),
            rust_file("The operation table.", table.items),
        ),
    ])
}

fn row(
    operation: &OperationRef<'_>,
    exchanges: &Path,
) -> Result<proc_macro2::TokenStream, GenerateError> {
    let id = &operation.operation_id;
    let method = operation.method.to_uppercase();
    let path = &operation.path;
    let folder = exchanges.join(id);
    let failed =
        |problem: String| GenerateError::Exchange(format!("exchange of `{id}`: {problem}"));
    let answer = Exchange::load(&folder)
        .map_err(|error| failed(error.to_string()))?
        .response;
    let body = compact_json(&answer.body).map_err(|error| failed(error.to_string()))?;
    let byte_order_mark = has_byte_order_mark(&answer, &body).map_err(failed)?;
    let header = |name: &str| header(&answer, name).unwrap_or_default().to_owned();
    let (content_type, server_id, correlation_vector) = (
        header("Content-Type"),
        header("MS-ServerId"),
        header("MS-CV"),
    );
    let auth = match operation.auth_modes().contains(&"app-only") {
        true => quote!(AuthMode::AppOnlyOrAppAndUser),
        false => quote!(AuthMode::AppAndUser),
    };
    let query = query_parameters(operation);
    Ok(quote! {
        Operation {
            id: #id,
            method: #method,
            path: #path,
            auth: #auth,
            query: &[#(#query),*],
            byte_order_mark: #byte_order_mark,
            content_type: #content_type,
            server_id: #server_id,
            correlation_vector: #correlation_vector,
            body: #body,
        }
    })
}

/// Names of the query parameters, in the order of the spec.
fn query_parameters<'s>(operation: &OperationRef<'s>) -> Vec<&'s str> {
    let of_query = operation
        .parameters
        .iter()
        .filter_map(|parameter| match parameter.parameter {
            openapiv3::Parameter::Query { parameter_data, .. } => {
                Some(parameter_data.name.as_str())
            }
            _ => None,
        });
    of_query.collect()
}

fn header<'m>(message: &'m HttpMessage, name: &str) -> Option<&'m str> {
    let found = message
        .headers
        .iter()
        .find(|(header, _)| header.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

/// The documented length tells whether the service sends a byte-order mark (T1).
fn has_byte_order_mark(answer: &HttpMessage, body: &str) -> Result<bool, String> {
    let stated = header(answer, "Content-Length").ok_or("`Content-Length` is missing")?;
    let stated: usize = stated
        .parse()
        .map_err(|_| format!("`Content-Length: {stated}` is no length"))?;
    match stated.checked_sub(body.len()) {
        Some(0) => Ok(false),
        Some(BYTE_ORDER_MARK_LENGTH) => Ok(true),
        _ => Err(format!(
            "`Content-Length: {stated}` is neither the {} bytes of the compact body nor 3 more \
             for a byte-order mark",
            body.len()
        )),
    }
}
