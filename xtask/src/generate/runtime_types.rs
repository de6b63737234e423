//! Which schemas are types of the runtime crate instead of generated ones.

use openapiv3::{AdditionalProperties, OpenAPI, ReferenceOr, Schema, SchemaKind, Type};
use progenitor_impl::{GenerationSettings, HooksMode, InterfaceStyle, TagStyle, TypeImpl};
use quote::quote;
use schemars08::schema::{InstanceType, SchemaObject};

use crate::spec::{OperationRef, Spec};

/// The spec and the settings as progenitor gets them.
#[derive(Clone)]
pub(super) struct Prepared {
    pub(super) document: OpenAPI,
    pub(super) settings: GenerationSettings,
}

/// String formats that are types of the runtime crate.
const FORMATS: [(&str, &str); 2] = [
    ("partner-center-timestamp", "::progenitor_client::Timestamp"),
    ("locale", "::progenitor_client::Locale"),
];

/// Schemas that are types of the runtime crate, by name.
const SCHEMAS: [&str; 2] = ["ApiError", "ResourceAttributes"];

/// What a schema is generated as, where it is not generated from its properties.
pub(crate) fn replacement(name: &str, schema: &Schema) -> Option<String> {
    if SCHEMAS.contains(&name) {
        return Some(format!("::progenitor_client::{name}"));
    }
    let row = envelope_row(schema, "items")?;
    Some(format!("::progenitor_client::Collection<types::{row}>"))
}

/// The row type of an envelope: an object with an array of references under `key`
/// and a count beside it.
fn envelope_row<'s>(schema: &'s Schema, key: &str) -> Option<&'s str> {
    let SchemaKind::Type(Type::Object(object)) = &schema.schema_kind else {
        return None;
    };
    object.properties.get("totalCount")?;
    let ReferenceOr::Item(items) = object.properties.get(key)? else {
        return None;
    };
    let SchemaKind::Type(Type::Array(array)) = &items.schema_kind else {
        return None;
    };
    match array.items.as_ref()? {
        ReferenceOr::Reference { reference } => reference.rsplit('/').next(),
        ReferenceOr::Item(_) => None,
    }
}

/// Opens every object (unknown properties are kept) and names the runtime's types.
pub(super) fn prepare(spec: &Spec) -> Prepared {
    let mut document = spec.document.clone();
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(progenitor_client::Pipeline))
        .with_derive("PartialEq");
    for (format, type_name) in FORMATS {
        let schema = SchemaObject {
            instance_type: Some(InstanceType::String.into()),
            format: Some(format.to_owned()),
            ..SchemaObject::default()
        };
        settings.with_conversion(
            schema,
            type_name,
            [TypeImpl::Display, TypeImpl::FromStr].into_iter(),
        );
    }
    for (name, schema) in document
        .components
        .iter_mut()
        .flat_map(|components| &mut components.schemas)
    {
        let ReferenceOr::Item(schema) = schema else {
            continue;
        };
        if let Some(type_name) = replacement(name, schema) {
            settings.with_replacement(name, type_name, std::iter::empty());
        } else if let SchemaKind::Type(Type::Object(object)) = &mut schema.schema_kind {
            object
                .additional_properties
                .get_or_insert(AdditionalProperties::Schema(Box::new(ReferenceOr::Item(
                    Schema {
                        schema_data: Default::default(),
                        schema_kind: SchemaKind::Any(Default::default()),
                    },
                ))));
        }
    }
    Prepared { document, settings }
}

/// The schema that a reference such as `#/components/schemas/X` names.
pub(super) fn resolve<'s>(spec: &'s Spec, reference: &str) -> Option<&'s Schema> {
    let schemas = &spec.document.components.as_ref()?.schemas;
    schemas.get(reference.rsplit('/').next()?)?.as_item()
}

/// The schema that an operation answers with, and its name if it has one.
pub(super) fn answer_schema<'s>(
    spec: &'s Spec,
    operation: &OperationRef<'s>,
) -> Option<(Option<&'s str>, &'s Schema)> {
    let success = operation
        .responses
        .iter()
        .find(|response| response.status == "200")?;
    let media = success.response.content.get("application/json")?;
    match media.schema.as_ref()? {
        ReferenceOr::Reference { reference } => {
            Some((reference.rsplit('/').next(), resolve(spec, reference)?))
        }
        ReferenceOr::Item(schema) => Some((None, schema)),
    }
}

/// The schema of the rows that an operation answers with: those of its envelope,
/// else the answer itself.
pub(super) fn row_schema<'s>(spec: &'s Spec, operation: &OperationRef<'s>) -> Option<&'s Schema> {
    let (_, answer) = answer_schema(spec, operation)?;
    match envelope_row(answer, "items") {
        Some(row) => resolve(spec, row),
        None => Some(answer),
    }
}
