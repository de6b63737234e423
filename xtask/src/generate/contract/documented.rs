//! Documented requests of an operation as calls of its builder.

use indexmap::IndexMap;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::exchange::{Exchange, ExchangeFolder, HttpMessage};
use crate::generate::GenerateError;
use crate::names::setter;
use crate::spec::{OperationRef, Spec};

/// Headers that are setters of the builders.
const HEADERS: [&str; 3] = ["MS-RequestId", "MS-CorrelationId", "X-Locale"];

/// Returns the functions that send the documented requests of an operation, and a table of them
/// by the names of the exchanges.
pub(super) fn calls(
    spec: &Spec,
    operation: &OperationRef<'_>,
    folders: &[ExchangeFolder],
) -> Result<(Vec<TokenStream>, TokenStream), GenerateError> {
    let id = operation.operation_id;
    let failed =
        |problem: String| GenerateError::Exchange(format!("exchange of `{id}`: {problem}"));
    let (mut functions, mut rows) = (Vec::new(), Vec::new());
    for folder in folders.iter().filter(|folder| folder.operation_id() == id) {
        let request = Exchange::load(&folder.path)
            .map_err(|error| failed(error.to_string()))?
            .request;
        let name = &folder.name;
        let function = format_ident!("{}_documented", name.replace('/', "_"));
        let body = match request.body.trim() {
            "" => None,
            text => super::body(spec, operation)?
                .map(|(ty, _)| quote!(crate::cases::read_json::<#ty>(#text))),
        };
        functions.push(call(operation, &function, &request, body).map_err(failed)?);
        rows.push(quote!((#name, |client| Box::pin(#function(client)))));
    }
    Ok((functions, quote!(&[#(#rows),*])))
}

/// Returns a function that sends a documented request.
fn call(
    operation: &OperationRef<'_>,
    function: &Ident,
    request: &HttpMessage,
    mut body: Option<TokenStream>,
) -> Result<TokenStream, String> {
    let mut values: IndexMap<String, Vec<String>> = IndexMap::new();
    let sent = path_values(operation, request)
        .into_iter()
        .chain(query_values(request))
        .chain(header_values(request));
    for (name, value) in sent {
        values.entry(name).or_default().push(value);
    }
    let value_of = |name: &str, values: &[String]| match values {
        // Numbers have types with limits, which convert from numbers.
        [value] if matches!(name, "top" | "skip" | "size") => {
            let number: u64 = value.parse().unwrap_or_default();
            quote!(#number)
        }
        [value] => quote!(#value),
        // A repeated parameter is a list.
        values => quote!(vec![#(read(#values)),*]),
    };
    let mut arguments = Vec::new();
    for name in operation.arguments() {
        arguments.push(match values.shift_remove(name) {
            Some(values) => value_of(name, &values),
            None => body
                .take()
                .ok_or_else(|| format!("the request has no `{name}`"))?,
        });
    }
    let setters = values.iter().map(|(name, values)| {
        let (setter, value) = (setter(name), value_of(name, values));
        quote!(.#setter(#value))
    });
    let operation = format_ident!("{}", operation.operation_id);
    Ok(quote! {
        async fn #function(client: &Client) -> Result<(), Error> {
            client.#operation(#(#arguments),*) #(#setters)* .send().await.map(|_| ())
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

/// Decodes percent-encoding; malformed escapes are kept.
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
    fn percent_encoding_is_decoded() {
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
