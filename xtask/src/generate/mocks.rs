//! The typed mocks.

use std::panic::AssertUnwindSafe;

use progenitor_impl::Generator;

use super::runtime_types::Prepared;
use super::source::rust_file;
use super::{GenerateError, OutputFile, run_progenitor};

const FOLDER: &str = "crates/partner-center-httpmock/src/generated";

pub(super) fn generate(prepared: &Prepared) -> Result<Vec<OutputFile>, GenerateError> {
    let Prepared { document, settings } = prepared;
    let tokens = run_progenitor(AssertUnwindSafe(|| {
        Generator::new(settings).httpmock(document, "partner_center")
    }))?;
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
            rust_file(
                "One typed mock per operation.",
                syn::parse2::<syn::File>(tokens)?.items,
            ),
        ),
    ])
}
