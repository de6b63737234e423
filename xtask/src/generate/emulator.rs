//! Generator of the emulator's table of documented responses, one per operation.

use std::path::Path;

use quote::quote;

use super::catalog::static_name;
use super::source::rust_file;
use super::{GenerateError, OutputFile};
use crate::EXCHANGES_PATH;
use crate::exchange::Exchange;
use crate::spec::{OperationRef, Spec};

const FOLDER: &str = "crates/partner-center-emulator/src/generated";
const BYTE_ORDER_MARK: char = '\u{feff}';

pub(super) fn generate(spec: &Spec, root: &Path) -> Result<Vec<OutputFile>, GenerateError> {
    let exchanges = root.join(EXCHANGES_PATH);
    let mut rows = Vec::new();
    for operation in spec.operations() {
        rows.push(row(&operation, &exchanges)?);
    }
    let module: syn::File = syn::parse_quote!(
        pub(crate) mod responses;
    );
    let table: syn::File = syn::parse_quote! {
        use partner_center_catalog::operations;

        use crate::api::documented::DocumentedResponse;

        /// Documented responses of all operations.
        pub(crate) static RESPONSES: &[DocumentedResponse] = &[#(#rows),*];
    };
    Ok(vec![
        OutputFile::new(
            format!("{FOLDER}/mod.rs"),
            rust_file("Generated modules of the crate.", module.items),
        ),
        OutputFile::new(
            format!("{FOLDER}/responses.rs"),
            rust_file("Documented responses.", table.items),
        ),
    ])
}

fn row(
    operation: &OperationRef<'_>,
    exchanges: &Path,
) -> Result<proc_macro2::TokenStream, GenerateError> {
    let id = operation.operation_id;
    let failed = |problem: &dyn std::fmt::Display| {
        GenerateError::Exchange(format!("exchange of `{id}`: {problem}"))
    };
    let response = Exchange::load(&exchanges.join(id))
        .map_err(|error| failed(&error))?
        .response;
    let wire_body = response.wire_body().map_err(|error| failed(&error))?;
    let wire_body = String::from_utf8(wire_body).map_err(|error| failed(&error))?;
    let byte_order_mark = wire_body.starts_with(BYTE_ORDER_MARK);
    let body = wire_body.trim_start_matches(BYTE_ORDER_MARK);
    let status = response.status().unwrap_or_default();
    let [content_type, server_id] =
        ["Content-Type", "MS-ServerId"].map(|name| response.header(name).unwrap_or_default());
    let name = static_name(id);
    Ok(quote! {
        DocumentedResponse {
            operation: &operations::#name,
            status: #status,
            byte_order_mark: #byte_order_mark,
            content_type: #content_type,
            server_id: #server_id,
            body: #body,
        }
    })
}
