//! Generator of the catalog: every operation as data.

mod fields;
mod meaning;
mod parameters;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::runtime_types::response_shape;
use super::source::rust_file;
use super::{GenerateError, OutputFile, guard};
use crate::names::constant;
use crate::spec::{OperationRef, Spec};

pub(crate) use fields::{Field, FieldKind, has_query, names, row_fields};
pub(super) use parameters::{Kind, Parameter, parameters};

/// Names of the parameters that set the page size.
pub(super) const PAGE_SIZES: [&str; 2] = ["top", "size"];

const FOLDER: &str = "crates/partner-center-catalog/src/generated";

/// Returns the files of the catalog crate. `plain` is `spec` in plain terms.
pub(super) fn generate(spec: &Spec, plain: &Spec) -> Result<Vec<OutputFile>, GenerateError> {
    let digest = &spec.sha256;
    let module: syn::File = syn::parse_quote!(
        pub mod operations;

        /// SHA-256 of the spec that this crate was generated from, in lower-case hexadecimal digits.
        pub const SPEC_SHA256: &str = #digest;
    );
    Ok(vec![
        OutputFile::new(
            format!("{FOLDER}/mod.rs"),
            rust_file("Generated modules of the crate.", module.items),
        ),
        table(spec, plain, FOLDER)?,
    ])
}

/// Returns the file with the operations of a document, in this folder.
pub(super) fn table(spec: &Spec, plain: &Spec, folder: &str) -> Result<OutputFile, GenerateError> {
    let (mut items, mut names) = (Vec::new(), Vec::new());
    for (operation, in_plain) in spec.operations().iter().zip(plain.operations()) {
        guard::at("operation", operation.operation_id);
        let name = static_name(operation.operation_id);
        let value = value(spec, operation, plain, &in_plain)?;
        let doc = format!(" `{}`", operation.operation_id);
        items.push(quote! {
            #[doc = #doc]
            pub static #name: Operation = #value;
        });
        names.push(name);
    }
    let file: syn::File = syn::parse_quote! {
        #[allow(unused_imports, reason = "which of these are needed depends on the spec")]
        use partner_center_catalog::{
            AuthMode, Field, FieldKind, Operation, Operator, Parameter, ParameterKind, Place,
            ResponseShape,
        };

        /// All operations of the spec, in its order.
        pub static OPERATIONS: &[&Operation] = &[#(&#names),*];

        #(#items)*
    };
    Ok(OutputFile::new(
        format!("{folder}/operations.rs"),
        rust_file(
            "Operations, each as a static, and the list of all operations.",
            file.items,
        ),
    ))
}

/// Returns the name of the static of an operation.
pub(crate) fn static_name(operation_id: &str) -> proc_macro2::Ident {
    format_ident!("{}", constant(operation_id))
}

fn value(
    spec: &Spec,
    operation: &OperationRef<'_>,
    plain: &Spec,
    in_plain: &OperationRef<'_>,
) -> Result<TokenStream, GenerateError> {
    let id = operation.operation_id;
    let method = operation.method.to_uppercase();
    let path = operation.path;
    let summary = operation.operation.summary.as_deref().unwrap_or_default();
    let documentation = operation.documentation().unwrap_or_default();
    let auth_modes = operation.auth_modes().into_iter().map(|mode| match mode {
        "app-only" => quote!(AuthMode::AppOnly),
        _ => quote!(AuthMode::AppAndUser),
    });
    let clouds = operation.clouds();
    let mut further = TokenStream::new();
    if let Some(successor) = operation.superseded_by() {
        further.extend(quote!(.with_successor(#successor)));
    }
    let parameters = parameters(spec, operation)?;
    if operation.pageable().is_some() {
        let page_size = match page_size(&parameters) {
            Some(rows) => quote!(Some(#rows)),
            None => quote!(None),
        };
        further.extend(quote!(.with_pages(#page_size)));
    }
    if !parameters.is_empty() {
        further.extend(quote!(.with_parameters(&[#(#parameters),*])));
    }
    let measures = names(operation, "x-group-measures");
    if !measures.is_empty() {
        further.extend(quote!(.with_measures(&[#(#measures),*])));
    }
    let shape = format_ident!("{}", response_shape(plain, in_plain));
    let fields = row_fields(plain, in_plain);
    Ok(quote! {
        Operation::new(#id, #method, #path)
            .with_documentation(#summary, #documentation)
            .with_access(&[#(#auth_modes),*], &[#(#clouds),*])
            .with_response(ResponseShape::#shape, &[#(#fields),*])
            #further
    })
}

/// Returns the number of rows of the largest page: the maximum of the page size parameter.
fn page_size(parameters: &[Parameter]) -> Option<proc_macro2::Literal> {
    let size = parameters
        .iter()
        .find(|parameter| PAGE_SIZES.contains(&parameter.name.to_ascii_lowercase().as_str()))?;
    match size.kind {
        Kind::Integer { maximum, .. } => Some(proc_macro2::Literal::i64_unsuffixed(maximum)),
        _ => None,
    }
}
