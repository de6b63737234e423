//! Edits of the types: wire order, unknown properties, tolerant decoding, `#[non_exhaustive]`.

use openapiv3::{ObjectType, ReferenceOr, Schema, SchemaKind, Type};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, Field, Fields, Item, ItemStruct, parse_quote};

use crate::generate::plain::target;
use crate::generate::runtime_types::resolve;
use crate::generate::{GenerateError, guard};
use crate::spec::Spec;

/// typify's field for unknown properties, and ours.
const TYPIFY_FIELD: &str = "extra";
pub(crate) const OUR_FIELD: &str = "additional_properties";

/// Name prefix of the functions of typify's type for the field, and of ours.
const MAP: &str = "::serde_json::Map::";
const OUR_MAP: &str = "::partner_center_core::AdditionalProperties::";

/// Edits the items of the module `types`.
pub(crate) fn types(items: &mut Vec<Item>, spec: &Spec) -> Result<(), GenerateError> {
    let mut edited = Vec::with_capacity(items.len());
    for mut item in items.drain(..) {
        Rename.visit_item_mut(&mut item);
        match item {
            Item::Struct(mut structure) => {
                let reader = match object_schema(spec, &structure) {
                    Some(schema) => Some(object(&mut structure, schema, spec)?),
                    None => None,
                };
                edited.push(Item::Struct(structure));
                edited.extend(reader);
            }
            item => edited.push(item),
        }
    }
    edited.extend(super::enums::open_enums(spec)?);
    *items = edited;
    Ok(())
}

/// Moves the builders of the types out of the module, because most users need none: they are half
/// of the generated lines. They are in the feature `type-builders`.
pub(crate) fn take_builders(items: &mut [Item]) -> Result<Vec<Item>, GenerateError> {
    let mut builders = None;
    for item in items.iter_mut() {
        match item {
            Item::Mod(module) if module.ident == "builder" => {
                builders = module.content.take().map(|(_, items)| items);
                *item = parse_quote! {
                    /// Builders of the types.
                    #[cfg(feature = "type-builders")]
                    #[path = "type_builders.rs"]
                    pub mod builder;
                };
            }
            Item::Impl(block) if block.items.iter().any(is_builder_function) => {
                block
                    .attrs
                    .push(parse_quote!(#[cfg(feature = "type-builders")]));
            }
            _ => {}
        }
    }
    let mut builders = builders
        .ok_or_else(|| GenerateError::UnexpectedOutput("no builders of the types".to_owned()))?;
    for item in &mut builders {
        if let Item::Struct(structure) = item {
            structure.attrs.push(parse_quote!(#[must_use]));
        }
    }
    Ok(builders)
}

fn is_builder_function(item: &syn::ImplItem) -> bool {
    matches!(item, syn::ImplItem::Fn(function) if function.sig.ident == "builder")
}

fn object_schema<'s>(spec: &'s Spec, structure: &ItemStruct) -> Option<&'s ObjectType> {
    let schemas = &spec.document.components.as_ref()?.schemas;
    match schemas.get(&structure.ident.to_string())? {
        ReferenceOr::Item(schema) => match &schema.schema_kind {
            SchemaKind::Type(Type::Object(object)) => Some(object),
            _ => None,
        },
        ReferenceOr::Reference { .. } => None,
    }
}

/// Edits an object type; returns the implementation of `Deserialize` that replaces the derived
/// one.
fn object(
    structure: &mut ItemStruct,
    schema: &ObjectType,
    spec: &Spec,
) -> Result<Item, GenerateError> {
    let name = structure.ident.clone();
    guard::at("component", &name.to_string());
    let Fields::Named(fields) = &mut structure.fields else {
        return Err(GenerateError::UnexpectedOutput(format!(
            "`{name}` has no named fields"
        )));
    };
    let mut unordered: Vec<Field> = fields.named.iter().cloned().collect();
    let mut ordered = Vec::with_capacity(unordered.len());
    let mut rows = Vec::new();
    for (property, property_schema) in &schema.properties {
        let at = unordered
            .iter()
            .position(|field| wire_name(field) == *property)
            .ok_or_else(|| {
                GenerateError::UnexpectedOutput(format!("`{name}` has no field for `{property}`"))
            })?;
        let mut field = unordered.swap_remove(at);
        let data = property_schema.as_item().map(|schema| &schema.schema_data);
        describe(&mut field, spec, property_schema);
        if data.is_some_and(|data| data.deprecated) {
            // No `#[deprecated]`: it would warn at every use, even without an alternative.
            field.attrs.push(parse_quote!(#[doc = ""]));
            field.attrs.push(parse_quote!(#[doc = " **Deprecated.**"]));
        }
        let ident = &field.ident;
        let presence = match schema.required.contains(property) {
            true => format_ident!("required"),
            false => format_ident!("optional"),
        };
        let aliases = data.map_or_else(Vec::new, |data| aliases(&data.extensions));
        let default = default_of(&field).map(|path| quote!(else #path));
        rows.push(quote!(#ident: #presence #property #(| #aliases)* #default));
        ordered.push(field);
    }
    // The remaining field is the one for unknown properties.
    ordered.append(&mut unordered);
    fields.named = ordered.into_iter().collect();
    structure.attrs = attributes(std::mem::take(&mut structure.attrs));
    Ok(parse_quote! {
        partner_center_core::deserialize_object! {
            #name { #(#rows),* }
        }
    })
}

/// Documents a field by the property's own description, or by that of the referenced schema.
fn describe(field: &mut Field, spec: &Spec, property: &ReferenceOr<Box<Schema>>) {
    let Some(reference) = target(property) else {
        return;
    };
    let own = property
        .as_item()
        .and_then(|schema| schema.schema_data.description.as_deref());
    let description = own.or_else(|| resolve(spec, reference)?.schema_data.description.as_deref());
    if !field
        .attrs
        .iter()
        .any(|attribute| attribute.path().is_ident("doc"))
    {
        let docs = super::enums::doc_lines(description.unwrap_or_default()).into_iter();
        let docs = docs.map(|line| -> Attribute { parse_quote!(#[doc = #line]) });
        field.attrs.splice(0..0, docs);
    }
}

fn aliases(extensions: &indexmap::IndexMap<String, serde_json::Value>) -> Vec<String> {
    extensions
        .get("x-aliases")
        .and_then(serde_json::Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|alias| alias.as_str().map(str::to_owned))
        .collect()
}

/// Returns the property of a field: its `serde(rename)`, or its name.
pub(crate) fn wire_name(field: &Field) -> String {
    let own = || field.ident.as_ref().map(|ident| ident.unraw().to_string());
    serde_text(field, "rename").or_else(own).unwrap_or_default()
}

/// Returns the function for the default of an absent property: its `serde(default)`.
fn default_of(field: &Field) -> Option<syn::Path> {
    syn::parse_str(&serde_text(field, "default")?).ok()
}

/// Returns the text of a `serde` option of a field.
pub(super) fn serde_text(field: &Field, option: &str) -> Option<String> {
    let mut text = None;
    for attribute in field
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
    {
        // Attributes with another syntax do not have the option.
        let _other_form = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident(option) && meta.input.peek(syn::Token![=]) {
                text = Some(meta.value()?.parse::<syn::LitStr>()?.value());
            } else if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<Expr>()?;
            }
            Ok(())
        });
    }
    text
}

/// Returns the attributes of a type: documentation first, then derives.
fn attributes(old: Vec<Attribute>) -> Vec<Attribute> {
    let mut new: Vec<Attribute> = old
        .into_iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .collect();
    new.push(parse_quote!(#[derive(Clone, Debug, PartialEq, ::serde::Serialize)]));
    new.push(parse_quote!(#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]));
    new.push(parse_quote!(#[non_exhaustive]));
    new
}

/// Replaces typify's map of unknown properties with that of the runtime crate.
struct Rename;

impl VisitMut for Rename {
    fn visit_ident_mut(&mut self, ident: &mut syn::Ident) {
        if ident == TYPIFY_FIELD {
            *ident = syn::Ident::new(OUR_FIELD, ident.span());
        }
    }

    fn visit_lit_str_mut(&mut self, literal: &mut syn::LitStr) {
        let text = literal.value();
        if let Some(start) = text.strip_suffix("for extra: {e}") {
            *literal = syn::LitStr::new(&format!("{start}for {OUR_FIELD}: {{e}}"), literal.span());
        }
    }

    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        visit_mut::visit_macro_mut(self, call);
        if call.path.is_ident("format")
            && let Ok(mut literal) = call.parse_body::<syn::LitStr>()
        {
            self.visit_lit_str_mut(&mut literal);
            call.tokens = quote!(#literal);
        }
    }

    fn visit_field_mut(&mut self, field: &mut Field) {
        visit_mut::visit_field_mut(self, field);
        for attribute in &mut field.attrs {
            if let syn::Meta::List(list) = &mut attribute.meta
                && let Ok(tokens) = list.tokens.to_string().replace(MAP, OUR_MAP).parse()
                && list.path.is_ident("serde")
            {
                list.tokens = tokens;
            }
        }
        if field.ident.as_ref().is_some_and(|ident| ident == OUR_FIELD)
            && field
                .attrs
                .iter()
                .any(|attribute| attribute.path().is_ident("serde"))
        {
            field.attrs.insert(
                0,
                parse_quote!(#[doc = " Properties that the spec does not name, as they were sent."]),
            );
        }
    }

    fn visit_type_mut(&mut self, ty: &mut syn::Type) {
        let map: syn::Type =
            parse_quote!(::serde_json::Map<::std::string::String, ::serde_json::Value>);
        if *ty == map {
            *ty = parse_quote!(::partner_center_core::AdditionalProperties);
        } else {
            visit_mut::visit_type_mut(self, ty);
        }
    }

    /// Makes the map of unknown properties default to empty.
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        let missing: Expr = parse_quote!(Err("no value supplied for extra".to_string()));
        if *expr == missing {
            *expr = parse_quote!(Ok(Default::default()));
        }
    }
}
