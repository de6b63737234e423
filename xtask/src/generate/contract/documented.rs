//! The documented request of an operation, as calls of its builder.

use std::path::Path;

use heck::ToSnakeCase;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::EXCHANGES_PATH;
use crate::exchange::{Exchange, HttpMessage};
use crate::generate::GenerateError;
use crate::spec::OperationRef;

/// Headers that are parameters of the builders.
const HEADERS: [&str; 3] = ["MS-RequestId", "MS-CorrelationId", "X-Locale"];

pub(super) fn name(operation: &OperationRef<'_>) -> Ident {
    format_ident!("{}_documented", operation.operation_id)
}

/// A function that makes the documented request.
pub(super) fn function(
    operation: &OperationRef<'_>,
    root: &Path,
) -> Result<TokenStream, GenerateError> {
    let id = operation.operation_id;
    let failed =
        |problem: String| GenerateError::Exchange(format!("exchange of `{id}`: {problem}"));
    let request = Exchange::load(&root.join(EXCHANGES_PATH).join(id))
        .map_err(|error| failed(error.to_string()))?
        .request;
    let setters = path_values(operation, &request)
        .into_iter()
        .chain(query_values(&request))
        .chain(header_values(&request))
        .map(|(name, value)| {
            let setter = format_ident!("{}", name.to_snake_case());
            // Numbers have types with limits, which read from numbers.
            match value.parse::<u64>() {
                Ok(number) if matches!(name.as_str(), "top" | "skip" | "size") => {
                    quote!(.#setter(#number))
                }
                _ => quote!(.#setter(#value)),
            }
        });
    let function = name(operation);
    let operation = format_ident!("{}", id);
    Ok(quote! {
        async fn #function(client: &Client) -> Result<(), Error> {
            client.#operation() #(#setters)* .send().await.map(|_| ())
        }
    })
}

fn path_values(operation: &OperationRef<'_>, request: &HttpMessage) -> Vec<(String, String)> {
    let segments = request.path().unwrap_or_default().split('/');
    let values = operation
        .path
        .split('/')
        .zip(segments)
        .filter_map(|(template, value)| {
            let name = template.strip_prefix('{')?.strip_suffix('}')?;
            Some((name.to_owned(), value.to_owned()))
        });
    values.collect()
}

fn query_values(request: &HttpMessage) -> Vec<(String, String)> {
    let pairs = request
        .query()
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), decoded(value)))
        .collect()
}

fn header_values(request: &HttpMessage) -> Vec<(String, String)> {
    let value = |name: &str| Some((name.to_owned(), request.header(name)?.to_owned()));
    HEADERS.into_iter().filter_map(value).collect()
}

/// Without percent-encoding. What is none is left as it stands.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let encoded = tail
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let encoded = encoded.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, encoded) {
            (b'%', Some(encoded)) => {
                bytes.push(encoded);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn percent_encoding_is_taken_off() {
        for (text, plain) in [
            (
                "customerTenantId%20eq%20%270112%27",
                "customerTenantId eq '0112'",
            ),
            ("a b", "a b"),
            ("100%", "100%"),
            ("%zz%4", "%zz%4"),
            ("S%C3%B6hne", "Söhne"),
        ] {
            assert_eq!(decoded(text), plain);
        }
    }
}
