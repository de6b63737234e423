//! Schemas that are types of the runtime crate instead of generated types.

use std::borrow::Borrow;

use openapiv3::{
    AdditionalProperties, MediaType, OpenAPI, ParameterSchemaOrContent, ReferenceOr, Schema,
    SchemaKind, Type, VariantOrUnknownOrEmpty,
};
use progenitor_impl::{GenerationSettings, HooksMode, InterfaceStyle, TagStyle, TypeImpl};
use quote::quote;
use schemars08::schema::{InstanceType, SchemaObject};

use super::plain;
use crate::spec::{OperationRef, ResponseRef, Spec};

/// Spec and settings for progenitor.
#[derive(Clone)]
pub(super) struct Prepared {
    pub(super) document: OpenAPI,
    pub(super) settings: GenerationSettings,
}

/// String formats with a type in the runtime crate.
const FORMATS: [(&str, &str); 4] = [
    (NUMBER, "::partner_center_core::Number"),
    (
        "partner-center-timestamp",
        "::partner_center_core::Timestamp",
    ),
    ("partner-center-id", "::partner_center_core::Identifier"),
    ("locale", "::partner_center_core::Locale"),
];

/// Format of decimal numbers in responses, which keep their digits. Only the document for
/// progenitor has it; in the spec such a `format` would be wrong.
const NUMBER: &str = "partner-center-number";

/// Schemas with a type in the runtime crate, by name.
const SCHEMAS: [(&str, &str); 6] = [
    (
        "AggregationLevel",
        "::partner_center_core::query::AggregationLevel",
    ),
    ("ApiError", "::partner_center_core::ApiError"),
    ("Link", "::partner_center_core::Link"),
    ("LinkHeader", "::partner_center_core::LinkHeader"),
    (
        "ResourceAttributes",
        "::partner_center_core::ResourceAttributes",
    ),
    ("ResourceLinks", "::partner_center_core::ResourceLinks"),
];

/// Returns whether a schema of this name is a type of the runtime crate, independent of its
/// contents.
pub(crate) fn is_runtime_type(name: &str) -> bool {
    SCHEMAS.iter().any(|(known, _)| *known == name)
}

/// Returns the replacement type of a schema; `None` if it is generated from its properties.
pub(crate) fn replacement(name: &str, schema: &Schema) -> Option<String> {
    if let Some((_, type_name)) = SCHEMAS.iter().find(|(known, _)| *known == name) {
        return Some((*type_name).to_owned());
    }
    if let Some(row) = envelope_row(schema, "items", "totalCount") {
        return Some(format!("::partner_center_core::Collection<types::{row}>"));
    }
    let row = envelope_row(schema, "Value", "TotalCount")?;
    Some(format!("::partner_center_core::Page<types::{row}>"))
}

/// Returns the row type of an envelope: an object with an array of references under `rows` and a
/// count.
fn envelope_row<'s>(schema: &'s Schema, rows: &str, count: &str) -> Option<&'s str> {
    let SchemaKind::Type(Type::Object(object)) = &schema.schema_kind else {
        return None;
    };
    object.properties.get(count)?;
    let ReferenceOr::Item(items) = object.properties.get(rows)? else {
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

/// Returns the known values of an open enumeration.
pub(crate) fn known_values(schema: &Schema) -> Option<Vec<&str>> {
    let values = schema
        .schema_data
        .extensions
        .get("x-extensible-enum")?
        .as_array()?;
    Some(
        values
            .iter()
            .filter_map(serde_json::Value::as_str)
            .collect(),
    )
}

/// Prepares the document for progenitor: every object keeps unknown properties, and runtime types
/// are named.
pub(super) fn prepare(spec: &Spec) -> Prepared {
    let mut document = spec.document.clone();
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(partner_center_core::Pipeline))
        // Makes the order of keys deterministic.
        .with_map_type("::std::collections::BTreeMap")
        .with_derive("PartialEq");
    for (format, type_name) in FORMATS {
        convert_format(&mut settings, format, type_name);
    }
    bound_parameters(&mut document, &mut settings);
    for (name, schema) in document
        .components
        .iter_mut()
        .flat_map(|components| &mut components.schemas)
    {
        let ReferenceOr::Item(schema) = schema else {
            continue;
        };
        if let Some(type_name) = replacement(name, schema) {
            let impls = [TypeImpl::Display, TypeImpl::FromStr];
            settings.with_replacement(name, type_name, impls.into_iter());
        } else if known_values(schema).is_some() {
            // The post-pass writes open enumerations, because typify would make closed ones.
            let impls = [TypeImpl::Display, TypeImpl::FromStr];
            settings.with_replacement(name, format!("crate::types::{name}"), impls.into_iter());
        } else if let SchemaKind::Type(Type::Object(object)) = &mut schema.schema_kind {
            for (name, property) in &mut object.properties {
                let required = object.required.contains(name);
                for_progenitor(property, required);
                if let ReferenceOr::Item(property) = property {
                    keep_digits(property);
                }
            }
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

/// Prepares a property for progenitor. A description around a reference is removed, because it
/// would become a separate type; the post-pass restores it.
fn for_progenitor(property: &mut ReferenceOr<Box<Schema>>, required: bool) {
    let reference = plain::target(property).map(str::to_owned);
    if let ReferenceOr::Item(schema) = property {
        // A conversion matches the whole schema, so extensions of ours are removed.
        schema.schema_data.extensions.clear();
        if let Some(reference) = reference
            && !(required && schema.schema_data.nullable)
        {
            *property = ReferenceOr::Reference { reference };
        }
    }
}

/// Gives the numbers in a property the format that keeps their digits.
fn keep_digits(schema: &mut Schema) {
    match &mut schema.schema_kind {
        SchemaKind::Type(number @ Type::Number(_)) => {
            *number = Type::String(openapiv3::StringType {
                format: VariantOrUnknownOrEmpty::Unknown(NUMBER.to_owned()),
                ..Default::default()
            });
        }
        SchemaKind::Type(Type::Array(array)) => {
            if let Some(ReferenceOr::Item(items)) = &mut array.items {
                keep_digits(items);
            }
        }
        SchemaKind::Type(Type::Object(object)) => {
            if let Some(AdditionalProperties::Schema(values)) = &mut object.additional_properties
                && let ReferenceOr::Item(values) = &mut **values
            {
                keep_digits(values);
            }
        }
        _ => {}
    }
}

fn convert_format(settings: &mut GenerationSettings, format: &str, type_name: &str) {
    let schema = SchemaObject {
        instance_type: Some(InstanceType::String.into()),
        format: Some(format.to_owned()),
        ..SchemaObject::default()
    };
    let impls = [TypeImpl::Display, TypeImpl::FromStr];
    settings.with_conversion(schema, type_name, impls.into_iter());
}

/// Gives integer parameters with limits a type that checks them, because the generator would
/// ignore the upper limit.
fn bound_parameters(document: &mut OpenAPI, settings: &mut GenerationSettings) {
    for data in plain::parameters(document) {
        // The description is dropped; the setters are documented from the spec.
        data.description = None;
        let ParameterSchemaOrContent::Schema(ReferenceOr::Item(schema)) = &mut data.format else {
            continue;
        };
        if let Some((format, type_name)) = bounded_type(schema) {
            convert_format(settings, &format, &type_name);
            schema.schema_kind = SchemaKind::Type(Type::String(openapiv3::StringType {
                format: VariantOrUnknownOrEmpty::Unknown(format),
                ..Default::default()
            }));
        }
    }
}

/// Returns a private format and its type for an integer with limits.
pub(super) fn bounded_type(schema: &Schema) -> Option<(String, String)> {
    let SchemaKind::Type(Type::Integer(integer)) = &schema.schema_kind else {
        return None;
    };
    // The lint rejects negative limits.
    let above = i64::from(integer.exclusive_minimum);
    let below = i64::from(integer.exclusive_maximum);
    let min = integer
        .minimum
        .map_or(0, |min| min.saturating_add(above).max(0));
    match integer.maximum.map(|max| max.saturating_sub(below).max(0)) {
        Some(max) => Some((
            format!("whole-number-{min}-{max}"),
            format!("::partner_center_core::Bounded<{min}, {max}>"),
        )),
        None => Some((
            format!("whole-number-{min}"),
            format!("::partner_center_core::Bounded<{min}, {{ u64::MAX }}>"),
        )),
    }
}

/// Resolves a reference such as `#/components/schemas/X`.
pub(crate) fn resolve<'s>(spec: &'s Spec, reference: &str) -> Option<&'s Schema> {
    let schemas = &spec.document.components.as_ref()?.schemas;
    schemas.get(reference.rsplit('/').next()?)?.as_item()
}

/// Returns the first success response.
pub(super) fn success<'r, 's>(operation: &'r OperationRef<'s>) -> Option<&'r ResponseRef<'s>> {
    let mut responses = operation.responses.iter();
    responses.find(|response| response.status.starts_with('2'))
}

/// Returns the JSON schema of an operation's response; `None` for a response without a body.
pub(super) fn answer_media<'s>(operation: &OperationRef<'s>) -> Option<&'s MediaType> {
    success(operation)?.response.content.get("application/json")
}

/// Returns the schema of an operation's response; for a bare list, that of its items.
fn answer_schema<'s>(spec: &'s Spec, operation: &OperationRef<'s>) -> Option<&'s Schema> {
    fn item<'s, T: Borrow<Schema>>(
        spec: &'s Spec,
        schema: &'s ReferenceOr<T>,
    ) -> Option<&'s Schema> {
        match (plain::target(schema), schema) {
            (Some(reference), _) => resolve(spec, reference),
            (None, ReferenceOr::Item(schema)) => match &schema.borrow().schema_kind {
                SchemaKind::Type(Type::Array(array)) => item(spec, array.items.as_ref()?),
                _ => Some(schema.borrow()),
            },
            (None, ReferenceOr::Reference { .. }) => None,
        }
    }
    item(spec, answer_media(operation)?.schema.as_ref()?)
}

/// Returns the row type of an operation's response and the property with the rows; the property is
/// empty if the response itself is the row.
pub(super) fn row_type<'s>(
    spec: &'s Spec,
    operation: &OperationRef<'s>,
) -> Option<(&'s str, &'static str)> {
    let response = answer_schema(spec, operation)?;
    if let Some(row) = envelope_row(response, "items", "totalCount") {
        return Some((row, "items"));
    }
    if let Some(row) = envelope_row(response, "Value", "TotalCount") {
        return Some((row, "Value"));
    }
    let schema = answer_media(operation)?.schema.as_ref()?;
    Some((plain::component_name(plain::target(schema)?), ""))
}

/// Returns the schema of an operation's rows: the rows of its envelope, or the response itself.
pub(crate) fn row_schema<'s>(spec: &'s Spec, operation: &OperationRef<'s>) -> Option<&'s Schema> {
    let answer = answer_schema(spec, operation)?;
    let row = envelope_row(answer, "items", "totalCount")
        .or_else(|| envelope_row(answer, "Value", "TotalCount"));
    match row {
        Some(row) => resolve(spec, row),
        None => Some(answer),
    }
}

/// Returns the form of an operation's response, as a variant of the catalog's `ResponseShape`.
pub(super) fn response_shape(spec: &Spec, operation: &OperationRef<'_>) -> &'static str {
    let Some(schema) = answer_media(operation).and_then(|media| media.schema.as_ref()) else {
        return "Empty";
    };
    let own = schema.as_item().map(|schema| &schema.schema_kind);
    if matches!(own, Some(SchemaKind::Type(Type::Array(_)))) {
        return "List";
    }
    match answer_schema(spec, operation) {
        Some(answer) if envelope_row(answer, "items", "totalCount").is_some() => "Collection",
        Some(answer) if envelope_row(answer, "Value", "TotalCount").is_some() => "Page",
        _ => "Object",
    }
}
