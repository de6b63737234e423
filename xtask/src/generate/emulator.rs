//! Generator of the emulator's operation table: parameters and documented responses.

mod parameters;

use std::path::Path;

use quote::quote;

use super::fields::names;
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
        rows.push(row(spec, &operation, &exchanges)?);
    }
    let module: syn::File = syn::parse_quote!(
        pub(crate) mod operations;
    );
    let table: syn::File = syn::parse_quote! {
        use partner_center_core::query::{FilterField, GroupField, Operator, ValueKind};

        use crate::api::operation::{AuthMode, Operation};
        use crate::api::parameters::{Kind, Parameter, Place};

        /// All emulated operations, with their parameters and documented responses.
        pub(crate) static OPERATIONS: &[Operation] = &[#(#rows),*];
    };
    Ok(vec![
        OutputFile::new(
            format!("{FOLDER}/mod.rs"),
            rust_file("Generated modules of the crate.", module.items),
        ),
        OutputFile::new(
            format!("{FOLDER}/operations.rs"),
            rust_file("Operation table.", table.items),
        ),
    ])
}

fn row(
    spec: &Spec,
    operation: &OperationRef<'_>,
    exchanges: &Path,
) -> Result<proc_macro2::TokenStream, GenerateError> {
    let id = operation.operation_id;
    let method = operation.method.to_uppercase();
    let path = operation.path;
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
    let [content_type, server_id, correlation_vector] = ["Content-Type", "MS-ServerId", "MS-CV"]
        .map(|name| response.header(name).unwrap_or_default());
    let auth = match operation.auth_modes().contains(&"app-only") {
        true => quote!(AuthMode::AppOnlyOrAppAndUser),
        false => quote!(AuthMode::AppAndUser),
    };
    let parameters = parameters::parameters(spec, operation)?;
    let filter_fields = parameters::filter_fields(spec, operation);
    let group_fields = parameters::group_fields(spec, operation);
    let order_fields = names(operation, "x-order-fields");
    Ok(quote! {
        Operation {
            id: #id,
            method: #method,
            path: #path,
            auth: #auth,
            parameters: &[#(#parameters),*],
            filter_fields: &[#(#filter_fields),*],
            group_fields: &[#(#group_fields),*],
            order_fields: &[#(#order_fields),*],
            status: #status,
            byte_order_mark: #byte_order_mark,
            content_type: #content_type,
            server_id: #server_id,
            correlation_vector: #correlation_vector,
            body: #body,
        }
    })
}
