//! Generator of the typed mocks.

use super::runtime_types::Prepared;
use super::source::rust_file;
use super::{GenerateError, OutputFile, guard};
use crate::postpass;
use crate::spec::Spec;

const FOLDER: &str = "crates/partner-center-httpmock/src/generated";

pub(super) fn generate(spec: &Spec, prepared: &Prepared) -> Result<Vec<OutputFile>, GenerateError> {
    let tokens = guard::progenitor(spec, prepared, |generator, document| {
        generator.httpmock(document, "partner_center")
    })?;
    let mut mocks = syn::parse2::<syn::File>(postpass::with_our_runtime(tokens))?;
    postpass::mocks(&mut mocks);
    let module: syn::File = syn::parse_quote! {
        mod mocks;
        pub use mocks::{MockServerExt, operations};
    };
    Ok(vec![
        OutputFile::new(
            format!("{FOLDER}/mod.rs"),
            rust_file("The machine-written half of the crate.", module.items),
        ),
        OutputFile::new(
            format!("{FOLDER}/mocks.rs"),
            rust_file("One typed mock per operation.", mocks.items),
        ),
    ])
}
