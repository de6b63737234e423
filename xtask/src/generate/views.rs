//! Views of the generated types for the contract tests: the property of each field.

use quote::{format_ident, quote};
use syn::{Fields, Item, ItemStruct};

use super::source::rust_file;
use super::{GenerateError, OutputFile};
use crate::postpass::{OUR_FIELD, wire_name};

/// Generates the views from the generated types, so that they show the generated code and not the
/// spec.
pub(super) fn generate(files: &[OutputFile], folder: &str) -> Result<OutputFile, GenerateError> {
    let types = files.iter().find(|file| file.path.ends_with("types.rs"));
    let content = types.map(|file| file.content.as_str()).unwrap_or_default();
    let mut items: Vec<Item> = Vec::new();
    for item in syn::parse_file(content)?.items {
        match item {
            Item::Struct(structure) => items.extend(object_view(&structure)),
            // Only open enumerations are in responses; they have a variant with data for other texts.
            Item::Enum(item)
                if item
                    .variants
                    .iter()
                    .any(|variant| !variant.fields.is_empty()) =>
            {
                let ident = item.ident;
                items.push(syn::parse_quote! {
                    crate::text_view! { types::#ident { } }
                });
            }
            _ => {}
        }
    }
    items.insert(
        0,
        syn::parse_quote!(
            use partner_center::types;
        ),
    );
    Ok(OutputFile::new(
        format!("{folder}/views.rs"),
        rust_file("The properties of every generated type.", items),
    ))
}

/// Returns `object_view!` for a type that keeps unknown properties, as every object does.
fn object_view(structure: &ItemStruct) -> Option<Item> {
    let Fields::Named(fields) = &structure.fields else {
        return None;
    };
    let is_ours =
        |field: &&syn::Field| field.ident.as_ref().is_some_and(|ident| ident == OUR_FIELD);
    fields.named.iter().find(is_ours)?;
    let rows = fields
        .named
        .iter()
        .filter(|field| !is_ours(field))
        .filter_map(|field| {
            let (ident, property) = (field.ident.as_ref()?, wire_name(field));
            Some(quote!(#ident: #property))
        });
    let ident = format_ident!("{}", structure.ident);
    Some(syn::parse_quote! {
        crate::object_view! { types::#ident { #(#rows),* } }
    })
}
