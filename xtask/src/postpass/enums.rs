//! Open enumerations: known values as variants, any other text kept.

use std::collections::HashSet;

use heck::ToPascalCase;
use openapiv3::{ReferenceOr, Schema};
use quote::format_ident;
use syn::{Item, parse_quote};

use super::docs::escaped;
use crate::generate::runtime_types::known_values;
use crate::generate::{GenerateError, guard};
use crate::names::variant;
use crate::spec::Spec;

/// Returns the open enumerations of the spec, each with its implementations.
pub(super) fn open_enums(spec: &Spec) -> Result<Vec<Item>, GenerateError> {
    let mut items = Vec::new();
    let schemas = spec
        .document
        .components
        .iter()
        .flat_map(|components| &components.schemas);
    for (name, schema) in schemas {
        if let ReferenceOr::Item(schema) = schema
            && let Some(values) = known_values(schema)
        {
            guard::at("component", name);
            items.extend(open_enum(name, schema, &values)?);
        }
    }
    Ok(items)
}

fn open_enum(name: &str, schema: &Schema, values: &[&str]) -> Result<[Item; 2], GenerateError> {
    let ident = format_ident!("{}", name.to_pascal_case());
    let variants: Vec<_> = values
        .iter()
        .map(|value| format_ident!("{}", variant(value)))
        .collect();
    let mut seen = HashSet::from(["Other".to_owned()]);
    if let Some(twice) = variants
        .iter()
        .find(|variant| !seen.insert(variant.to_string()))
    {
        return Err(GenerateError::UnexpectedOutput(format!(
            "two values of `{name}` would both be the variant `{twice}`"
        )));
    }
    let docs = doc_lines(
        schema
            .schema_data
            .description
            .as_deref()
            .unwrap_or_default(),
    );
    let variant_docs = values.iter().map(|value| match value.trim() {
        "" => " Empty text.".to_owned(),
        value => format!(" `{value}`"),
    });
    let item = parse_quote! {
        #(#[doc = #docs])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum #ident {
            #(#[doc = #variant_docs] #variants,)*
            /// Any other value, as it was sent.
            Other(::std::boxed::Box<str>),
        }
    };
    let implementations = parse_quote! {
        partner_center_core::open_enum! {
            #ident { #(#variants = #values),* }
        }
    };
    Ok([item, implementations])
}

/// Returns a description as the texts of `#[doc]` attributes.
pub(super) fn doc_lines(description: &str) -> Vec<String> {
    description
        .trim_end()
        .lines()
        .map(|line| {
            if line.is_empty() {
                String::new()
            } else {
                format!(" {}", escaped(line))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_with_the_same_variant_are_rejected() {
        let schema = Schema {
            schema_data: Default::default(),
            schema_kind: openapiv3::SchemaKind::Any(Default::default()),
        };
        let error = open_enum("Channel", &schema, &["direct", "DIRECT"]).unwrap_err();
        assert!(
            error.to_string().contains("the variant `Direct`"),
            "{error}"
        );
        assert!(open_enum("Channel", &schema, &["other", "self", "%", ""]).is_ok());
    }
}
