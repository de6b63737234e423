//! Table of documented error codes, from `openapi/error-codes.csv`.

use std::collections::BTreeMap;
use std::path::Path;

use quote::quote;

use super::source::rust_file;
use super::{GenerateError, OutputFile};

const SOURCE: &str = "openapi/error-codes.csv";
const FOLDER: &str = "crates/partner-center-core/src/generated";

pub(super) fn generate(root: &Path) -> Result<Vec<OutputFile>, GenerateError> {
    let text = std::fs::read_to_string(root.join(SOURCE))
        .map_err(|error| GenerateError::ErrorCodes(format!("{SOURCE}: {error}")))?;
    let rows =
        read(&text).map_err(|problem| GenerateError::ErrorCodes(format!("{SOURCE}:{problem}")))?;
    let rows = rows
        .iter()
        .map(|((status, code), meaning)| quote!((#status, #code, #meaning)));
    let table: syn::File = syn::parse_quote! {
        /// Status, code and meaning, sorted by status and code for a binary search.
        pub(crate) static ERROR_CODES: &[(u16, u32, &str)] = &[#(#rows),*];
    };
    let module: syn::File = syn::parse_quote!(
        pub(crate) mod error_codes;
    );
    Ok(vec![
        OutputFile::new(
            format!("{FOLDER}/mod.rs"),
            rust_file("The machine-written part of the crate.", module.items),
        ),
        OutputFile::new(
            format!("{FOLDER}/error_codes.rs"),
            rust_file("The documented error codes.", table.items),
        ),
    ])
}

/// Reads meanings by status and code, sorted; an error is the line and its problem.
fn read(text: &str) -> Result<BTreeMap<(u16, u32), String>, String> {
    let mut codes = BTreeMap::new();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    for (index, row) in reader.deserialize().enumerate() {
        let line = index + 2;
        let (status, code, meaning): (u16, u32, String) =
            row.map_err(|error| format!("{line}: {error}; write `status,code,meaning`"))?;
        if !(400..600).contains(&status) {
            return Err(format!("{line}: {status} is not a status code of an error"));
        }
        if codes.insert((status, code), meaning).is_some() {
            return Err(format!(
                "{line}: {status} {code} is already listed above; keep one of the two"
            ));
        }
    }
    Ok(codes)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn codes_are_read_and_errors_have_a_line() {
        let head = "http_status,code,meaning\n";
        let codes = read(&format!("{head}403,2032,denied\n401,400,\"a, b\"\n")).unwrap();
        assert_eq!(
            codes.into_iter().next(),
            Some(((401, 400), "a, b".to_owned()))
        );
        for (rows, text) in [
            ("403,x,denied\n", "2: "),
            ("200,1,fine\n", "2: 200 is not a status code of an error"),
            ("403,1,a\n403,1,b\n", "3: 403 1 is already listed above"),
            ("403,1\n", "2: "),
        ] {
            let problem = read(&format!("{head}{rows}")).unwrap_err();
            assert!(problem.starts_with(text), "{problem}");
        }
    }
}
