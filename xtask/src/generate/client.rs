//! Generator of the client crate: types, request builders, client.

use super::runtime_types::Prepared;
use super::source::{root_module, rust_file};
use super::{GenerateError, OutputFile, guard};
use crate::postpass;
use crate::spec::Spec;

pub(super) fn generate(
    spec: &Spec,
    prepared: &Prepared,
    folder: &str,
) -> Result<Vec<OutputFile>, GenerateError> {
    let file = |name: &str, content| OutputFile::new(format!("{folder}/{name}"), content);
    let tokens = guard::progenitor(spec, prepared, |generator, document| {
        generator.generate_tokens(document)
    })?;
    let mut parts = postpass::split(syn::parse2(postpass::with_our_runtime(tokens))?)?;
    postpass::types(&mut parts.types, spec)?;
    let arguments = postpass::requests(&mut parts.builder, spec)?;
    postpass::client(&mut parts.client, spec, &arguments)?;
    let rows = postpass::rows(&parts.types);
    let builders = postpass::take_builders(&mut parts.types)?;
    Ok(vec![
        file("mod.rs", root_module(spec, module_items())),
        file(
            "types.rs",
            rust_file("Types of requests and responses.", parts.types),
        ),
        file(
            "type_builders.rs",
            rust_file("Builders of the types.", builders),
        ),
        file(
            "rows.rs",
            rust_file("Access to the fields of the types by position.", rows),
        ),
        file(
            "builder.rs",
            rust_file("One request builder per operation.", parts.builder),
        ),
        file(
            "client.rs",
            rust_file("The client and its operations.", parts.client),
        ),
    ])
}

fn module_items() -> Vec<syn::Item> {
    let file: syn::File = syn::parse_quote! {
        #[cfg(feature = "client")]
        pub mod builder;
        #[cfg(feature = "client")]
        mod client;
        pub mod fields;
        mod rows;
        pub mod types;

        #[cfg(feature = "client")]
        pub use client::Client;
    };
    file.items
}
