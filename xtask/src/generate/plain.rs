//! Reduction of the document to the constructs that the generator and the post-pass support.
//!
//! The spec has limits, patterns, formats and unions that a client must not rely on when decoding.
//! Here every value becomes one of text, integer, number, boolean, list, map or a named type, so
//! that a value outside its limits does not fail a whole page, and the generator gets no construct
//! on which it panics.

use std::borrow::Borrow;
use std::collections::HashSet;

use indexmap::IndexMap;
use openapiv3::{
    AdditionalProperties, AnySchema, ArrayType, BooleanType, ObjectType, ParameterSchemaOrContent,
    ReferenceOr, Schema, SchemaKind, StringType, Type, VariantOrUnknownOrEmpty,
};

use self::scalars::{Scalars, number, only_digits, text_format, whole_number};
use serde_json::Value;

use super::runtime_types::{is_runtime_type, known_values};
use crate::spec::Spec;

mod places;
mod scalars;

use self::places::bodies;
pub(super) use self::places::parameters;

/// Maximum nesting of compositions. The lint rejects circles.
const MOST_STEPS: usize = 32;

/// Extension that marks a plain text schema as a GUID. The format is removed, because a response
/// keeps the spelling of its GUIDs (T52).
const GUID: &str = "x-guid";

/// Returns whether a plain text schema is a GUID.
pub(super) fn is_guid(schema: &Schema) -> bool {
    schema.schema_data.extensions.contains_key(GUID)
}

/// Returns the spec with its document in plain terms.
pub(crate) fn plain(spec: &Spec) -> Spec {
    let mut plain = spec.clone();
    let schemas = match &spec.document.components {
        Some(components) => &components.schemas,
        None => &IndexMap::new(),
    };
    let terms = Terms::new(schemas);
    let document = &mut plain.document;
    if let Some(components) = &mut document.components {
        components.schemas = schemas
            .iter()
            .filter_map(|(name, schema)| Some((name.clone(), terms.component(name, schema)?)))
            .collect();
    }
    for media in bodies(document) {
        if let Some(schema) = &mut media.schema {
            *schema = terms.value(schema, 0);
        }
    }
    for data in parameters(document) {
        if let ParameterSchemaOrContent::Schema(schema) = &mut data.format {
            *schema = terms.parameter(schema, 0);
        }
    }
    plain
}

/// Returns the component name of a reference.
pub(crate) fn component_name(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or_default()
}

/// Returns the component that a plain schema refers to: a reference, or a reference with its own
/// description.
pub(crate) fn target<T: Borrow<Schema>>(schema: &ReferenceOr<T>) -> Option<&str> {
    match schema {
        ReferenceOr::Reference { reference } => Some(reference),
        ReferenceOr::Item(schema) => match &schema.borrow().schema_kind {
            SchemaKind::AllOf { all_of } => match all_of.as_slice() {
                [ReferenceOr::Reference { reference }] => Some(reference),
                _ => None,
            },
            _ => None,
        },
    }
}

/// Turns each property with `x-alias-of` into an alias of that property: the document declares
/// both names for other tools, the generated type has one field.
fn fold_other_names(object: &mut ObjectType) {
    let others: Vec<(String, String)> = object
        .properties
        .iter()
        .filter_map(|(name, property)| {
            let extensions = &property.as_item()?.schema_data.extensions;
            let of = extensions.get("x-alias-of")?.as_str()?;
            Some((name.clone(), of.to_owned()))
        })
        .collect();
    for (name, of) in others {
        let Some(ReferenceOr::Item(property)) = object.properties.get_mut(&of) else {
            continue;
        };
        let extensions = &mut property.schema_data.extensions;
        let aliases = extensions
            .entry("x-aliases".to_owned())
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(aliases) = aliases {
            aliases.push(name.clone().into());
        }
        object.properties.shift_remove(&name);
    }
}

struct Terms<'s> {
    schemas: &'s IndexMap<String, ReferenceOr<Schema>>,
    /// Components that become types.
    types: HashSet<&'s str>,
}

impl<'s> Terms<'s> {
    fn new(schemas: &'s IndexMap<String, ReferenceOr<Schema>>) -> Self {
        let mut terms = Terms {
            schemas,
            types: HashSet::new(),
        };
        terms.types = schemas
            .iter()
            .filter(|(name, schema)| terms.is_type(name, schema))
            .map(|(name, _)| name.as_str())
            .collect();
        terms
    }

    /// Returns whether a component becomes a type. Other components are plain values, which replace
    /// the references to them.
    fn is_type(&self, name: &str, schema: &ReferenceOr<Schema>) -> bool {
        let ReferenceOr::Item(schema) = schema else {
            return false;
        };
        let has_properties = |object: ObjectType| !object.properties.is_empty();
        is_runtime_type(name)
            || is_enumeration(schema)
            || self.object(schema, 0).is_some_and(has_properties)
    }

    /// Returns a component that becomes a type, in plain terms.
    fn component(&self, name: &str, schema: &ReferenceOr<Schema>) -> Option<ReferenceOr<Schema>> {
        let ReferenceOr::Item(schema) = schema else {
            return None;
        };
        if !self.types.contains(name) {
            return None;
        }
        if is_runtime_type(name) || is_enumeration(schema) {
            return Some(ReferenceOr::Item(schema.clone()));
        }
        let mut object = self.object(schema, 0)?;
        fold_other_names(&mut object);
        object.additional_properties = None;
        object.min_properties = None;
        object.max_properties = None;
        for (name, property) in &mut object.properties {
            let mut plain = unboxed(property);
            plain = self.value(&plain, 0);
            if let ReferenceOr::Item(plain) = &mut plain {
                let optional = !object.required.contains(name);
                if !optional || !takes_default(plain) {
                    plain.schema_data.default = None;
                }
                if optional && !is_list_or_map(plain) {
                    // A property that is not required is optional anyway.
                    plain.schema_data.nullable = false;
                }
            }
            *property = boxed(plain);
        }
        Some(ReferenceOr::Item(Schema {
            schema_data: schema.schema_data.clone(),
            schema_kind: SchemaKind::Type(Type::Object(object)),
        }))
    }

    /// Returns an object with all inherited properties.
    fn object(&self, schema: &Schema, steps: usize) -> Option<ObjectType> {
        if steps > MOST_STEPS {
            return None;
        }
        match &schema.schema_kind {
            SchemaKind::Type(Type::Object(object)) => Some(object.clone()),
            SchemaKind::AllOf { all_of } => self.merged(all_of, None, steps),
            SchemaKind::Any(any) => self.merged(&any.all_of, Some(own_properties(any)?), steps),
            _ => None,
        }
    }

    fn merged(
        &self,
        parts: &[ReferenceOr<Schema>],
        own: Option<ObjectType>,
        steps: usize,
    ) -> Option<ObjectType> {
        let mut whole = ObjectType::default();
        let parts = parts.iter().map(|part| match part {
            ReferenceOr::Item(part) => self.object(part, steps + 1),
            ReferenceOr::Reference { reference } => {
                self.object(self.defined(reference)?, steps + 1)
            }
        });
        for part in parts.chain(own.map(Some)) {
            let part = part?;
            whole.properties.extend(part.properties);
            for name in part.required {
                if !whole.required.contains(&name) {
                    whole.required.push(name);
                }
            }
        }
        Some(whole)
    }

    /// Resolves a reference; `None` if the definition is missing or circular.
    fn defined(&self, reference: &str) -> Option<&Schema> {
        let mut name = component_name(reference);
        for _ in 0..MOST_STEPS {
            match self.schemas.get(name)? {
                ReferenceOr::Item(schema) => return Some(schema),
                ReferenceOr::Reference { reference } => name = component_name(reference),
            }
        }
        None
    }

    /// Returns the plain schema of a value: a reference to a type, such a reference with its own
    /// description, or a plain value.
    fn value(&self, schema: &ReferenceOr<Schema>, steps: usize) -> ReferenceOr<Schema> {
        if steps > MOST_STEPS {
            return ReferenceOr::Item(anything());
        }
        match schema {
            ReferenceOr::Reference { reference } => {
                let name = component_name(reference);
                match self.schemas.get(name) {
                    Some(definition) if !self.types.contains(name) => {
                        self.value(definition, steps + 1)
                    }
                    _ => schema.clone(),
                }
            }
            ReferenceOr::Item(schema) => ReferenceOr::Item(self.item(schema, steps)),
        }
    }

    /// Returns the plain schema of a parameter, which keeps the limits that a type can check.
    fn parameter(&self, schema: &ReferenceOr<Schema>, steps: usize) -> ReferenceOr<Schema> {
        if steps > MOST_STEPS {
            return ReferenceOr::Item(anything());
        }
        let item = match schema {
            ReferenceOr::Reference { reference } => {
                let name = component_name(reference);
                return match self.schemas.get(name) {
                    Some(definition) if !self.types.contains(name) => {
                        self.parameter(definition, steps + 1)
                    }
                    _ => schema.clone(),
                };
            }
            ReferenceOr::Item(item) => item,
        };
        let kind = match &item.schema_kind {
            SchemaKind::AllOf { all_of } if all_of.len() == 1 => {
                return self.parameter(&all_of[0], steps + 1);
            }
            SchemaKind::Type(Type::Integer(integer)) => {
                SchemaKind::Type(Type::Integer(integer.clone()))
            }
            SchemaKind::Type(Type::String(text)) => SchemaKind::Type(Type::String(StringType {
                format: match &text.format {
                    VariantOrUnknownOrEmpty::Unknown(name)
                        if name == "uuid" || name == "locale" =>
                    {
                        text.format.clone()
                    }
                    format => text_format(format),
                },
                ..Default::default()
            })),
            SchemaKind::Type(Type::Array(array)) => {
                let items = array.items.as_ref().map(unboxed);
                SchemaKind::Type(Type::Array(ArrayType {
                    items: items.map(|items| boxed(self.parameter(&items, steps + 1))),
                    min_items: None,
                    max_items: None,
                    unique_items: false,
                }))
            }
            _ => self.item(item, steps).schema_kind,
        };
        ReferenceOr::Item(Schema {
            schema_data: Default::default(),
            schema_kind: kind,
        })
    }

    fn item(&self, schema: &Schema, steps: usize) -> Schema {
        let mut data = schema.schema_data.clone();
        data.title = None;
        data.discriminator = None;
        let kind = match &schema.schema_kind {
            SchemaKind::AllOf { all_of } => match all_of.as_slice() {
                [only] => match self.value(only, steps + 1) {
                    ReferenceOr::Item(inner) => {
                        if is_guid(&inner) {
                            data.extensions.insert(GUID.to_owned(), true.into());
                        }
                        let inner_data = inner.schema_data;
                        data.nullable |= inner_data.nullable;
                        data.deprecated |= inner_data.deprecated;
                        data.description = data.description.or(inner_data.description);
                        data.default = data.default.or(inner_data.default);
                        inner.schema_kind
                    }
                    reference => SchemaKind::AllOf {
                        all_of: vec![reference],
                    },
                },
                _ => anything().schema_kind,
            },
            SchemaKind::OneOf { one_of: parts } | SchemaKind::AnyOf { any_of: parts } => {
                self.one_of(parts, steps)
            }
            SchemaKind::Type(Type::String(text)) => {
                if matches!(&text.format, VariantOrUnknownOrEmpty::Unknown(name) if name == "uuid")
                {
                    data.extensions.insert(GUID.to_owned(), true.into());
                }
                SchemaKind::Type(Type::String(StringType {
                    format: text_format(&text.format),
                    ..Default::default()
                }))
            }
            SchemaKind::Type(Type::Integer(number)) => whole_number(&number.format),
            SchemaKind::Type(Type::Number(_)) => number(),
            SchemaKind::Type(Type::Boolean(_)) => {
                SchemaKind::Type(Type::Boolean(BooleanType::default()))
            }
            SchemaKind::Type(Type::Array(array)) => {
                let items = array.items.as_ref().map(unboxed);
                let items = items.map_or_else(
                    || ReferenceOr::Item(anything()),
                    |items| self.value(&items, steps + 1),
                );
                SchemaKind::Type(Type::Array(ArrayType {
                    items: Some(boxed(items)),
                    min_items: None,
                    max_items: None,
                    unique_items: false,
                }))
            }
            SchemaKind::Type(Type::Object(object)) => {
                let values = match &object.additional_properties {
                    Some(AdditionalProperties::Schema(values)) => self.value(values, steps + 1),
                    _ => ReferenceOr::Item(anything()),
                };
                SchemaKind::Type(Type::Object(ObjectType {
                    additional_properties: Some(AdditionalProperties::Schema(Box::new(values))),
                    ..Default::default()
                }))
            }
            SchemaKind::Any(_) | SchemaKind::Not { .. } => anything().schema_kind,
        };
        Schema {
            schema_data: data,
            schema_kind: kind,
        }
    }

    /// Returns the plain type of a union: a type that decodes every part.
    fn one_of(&self, parts: &[ReferenceOr<Schema>], steps: usize) -> SchemaKind {
        let mut seen = Scalars::default();
        for part in parts {
            let plain = match part {
                ReferenceOr::Item(part) => Some(part),
                ReferenceOr::Reference { reference } => self.defined(reference),
            };
            match plain.map(|plain| &plain.schema_kind) {
                Some(SchemaKind::Type(Type::String(text))) => match &text.pattern {
                    Some(pattern) if only_digits(pattern) => seen.digits = true,
                    _ => seen.text = true,
                },
                Some(SchemaKind::Type(Type::Integer(_))) => seen.integer = true,
                Some(SchemaKind::Type(Type::Number(_))) => seen.number = true,
                Some(SchemaKind::Type(Type::Boolean(_))) => seen.boolean = true,
                _ => return anything().schema_kind,
            }
        }
        if let ([only], true) = (parts, steps < MOST_STEPS) {
            return match self.value(only, steps + 1) {
                ReferenceOr::Item(only) => only.schema_kind,
                reference => SchemaKind::AllOf {
                    all_of: vec![reference],
                },
            };
        }
        seen.kind()
    }
}

pub(super) fn anything() -> Schema {
    Schema {
        schema_data: Default::default(),
        schema_kind: SchemaKind::Any(AnySchema::default()),
    }
}

/// Returns the properties beside `allOf`; `None` if the schema has other keywords.
fn own_properties(any: &AnySchema) -> Option<ObjectType> {
    let object = ObjectType {
        properties: any.properties.clone(),
        required: any.required.clone(),
        ..Default::default()
    };
    let rest = AnySchema {
        typ: any.typ.clone().filter(|name| name != "object"),
        all_of: Vec::new(),
        properties: IndexMap::new(),
        required: Vec::new(),
        ..any.clone()
    };
    (rest == AnySchema::default() && !any.all_of.is_empty()).then_some(object)
}

fn is_enumeration(schema: &Schema) -> bool {
    let closed = match &schema.schema_kind {
        SchemaKind::Type(Type::String(text)) => !text.enumeration.is_empty(),
        _ => false,
    };
    closed || known_values(schema).is_some()
}

fn is_list_or_map(schema: &Schema) -> bool {
    matches!(
        schema.schema_kind,
        SchemaKind::Type(Type::Array(_) | Type::Object(_))
    )
}

/// Returns whether an absent value can become the default, which is possible for plain values.
fn takes_default(schema: &Schema) -> bool {
    match &schema.schema_kind {
        SchemaKind::Type(Type::String(text)) => text.format.is_empty(),
        SchemaKind::Type(Type::Integer(_) | Type::Number(_) | Type::Boolean(_)) => true,
        _ => false,
    }
}

fn unboxed(schema: &ReferenceOr<Box<Schema>>) -> ReferenceOr<Schema> {
    schema.clone().unbox()
}

fn boxed(schema: ReferenceOr<Schema>) -> ReferenceOr<Box<Schema>> {
    match schema {
        ReferenceOr::Item(schema) => ReferenceOr::Item(Box::new(schema)),
        ReferenceOr::Reference { reference } => ReferenceOr::Reference { reference },
    }
}
