//! Implementations of `Row` for the generated types.

use proc_macro2::Literal;
use quote::quote;
use syn::{Field, Fields, Item, ItemStruct};

use super::types::{OUR_FIELD, serde_text, wire_name};

/// Returns the implementations for the types of a module.
pub(crate) fn rows(types: &[Item]) -> Vec<Item> {
    let rows = types.iter().filter_map(|item| match item {
        Item::Struct(structure) => row(structure),
        _ => None,
    });
    let imports: Item = syn::parse_quote!(
        use partner_center_core::{AdditionalProperties, AsFieldValue, FieldValue, Row};
    );
    let types: Item = syn::parse_quote!(
        use super::types;
    );
    [imports, types].into_iter().chain(rows).collect()
}

/// Returns the implementation for a type that keeps unknown properties, as every object does.
fn row(structure: &ItemStruct) -> Option<Item> {
    let Fields::Named(fields) = &structure.fields else {
        return None;
    };
    let is_ours = |field: &&Field| field.ident.as_ref().is_some_and(|ident| ident == OUR_FIELD);
    fields.named.iter().find(is_ours)?;
    let documented = || fields.named.iter().filter(|field| !is_ours(field));
    let names = documented().map(wire_name);
    let values = documented().enumerate().map(|(position, field)| {
        let (position, ident) = (Literal::usize_unsuffixed(position), &field.ident);
        let guard = is_omitted_if_empty(field).then(|| quote!(if !self.#ident.is_empty()));
        quote!(#position #guard => self.#ident.as_value())
    });
    let name = &structure.ident;
    Some(syn::parse_quote! {
        impl Row for types::#name {
            fn names(&self) -> &'static [&'static str] {
                &[#(#names),*]
            }

            fn value(&self, position: usize) -> FieldValue<'_> {
                match position {
                    #(#values,)*
                    _ => FieldValue::Null,
                }
            }

            fn additional(&self) -> &AdditionalProperties {
                &self.additional_properties
            }
        }
    })
}

/// Returns whether an empty list or map counts as a missing value, because it is not serialised.
fn is_omitted_if_empty(field: &Field) -> bool {
    serde_text(field, "skip_serializing_if").is_some_and(|path| path.ends_with("::is_empty"))
}
