//! Rules for names that collide in the generated Rust code.

use std::collections::HashMap;

use openapiv3::{ObjectType, ReferenceOr, SchemaKind, Type};
use serde_json::Value;

use super::Lint;
use crate::names::{pascal, snake, usable};
use crate::spec::element::Kind;
use crate::spec::pointer;

/// Names that the generated types use without a path; a generated type would hide them.
const TAKEN_TYPES: [&str; 8] = ["Default", "String", "Result", "Ok", "Err", "From", "T", "D"];

pub(super) fn check(lint: &mut Lint<'_>) {
    component_names(lint);
    properties(lint);
    other_names(lint);
    types(lint);
}

fn component_names(lint: &mut Lint<'_>) {
    let sections = lint.spec.keys_at("/components").to_vec();
    for section in sections.iter().filter(|section| !section.starts_with("x-")) {
        let under = pointer::join("/components", section);
        for name in lint.spec.keys_at(&under).to_vec() {
            let legal = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            let type_like = section != "schemas" || (pascal(&name) == name && usable(&name));
            if !type_like || !name.chars().all(legal) {
                lint.report(
                    "component-name",
                    pointer::join(&under, &name),
                    format!("`{name}` is not a valid name for a component of `{section}`"),
                    "OpenAPI allows letters, digits, `.`, `_` and `-`; a schema's type gets another \
                     name than the schema, so replacements by name miss it",
                    format!("write `{}`", pascal(&name)),
                );
            }
        }
    }
}

/// Reports properties of a type that become the same field or are decoded by the same name.
fn properties(lint: &mut Lint<'_>) {
    let mut problems = Vec::new();
    let components = lint.plain.document.components.iter();
    for (component, schema) in components.flat_map(|components| &components.schemas) {
        if let ReferenceOr::Item(schema) = schema
            && let SchemaKind::Type(Type::Object(object)) = &schema.schema_kind
        {
            let component = pointer::join("/components/schemas", component);
            let at = |name: &str| {
                let own = pointer::join(&format!("{component}/properties"), name);
                match lint.spec.value.pointer(&own) {
                    Some(_) => own,
                    None => component.clone(),
                }
            };
            problems.extend(fields(object, &at));
            problems.extend(spellings(object, &at));
        }
    }
    for (rule, at, what, why) in problems {
        let fix = "keep one of them and name the other spelling in its `x-aliases`";
        lint.report(rule, at, what, why, fix);
    }
}

/// Checks that the property of an `x-alias-of` exists beside it and has the same type.
fn other_names(lint: &mut Lint<'_>) {
    for schema in lint.defined(Kind::Schema) {
        let properties = schema.value.get("properties").and_then(Value::as_object);
        let Some(properties) = properties else {
            continue;
        };
        let required = schema.value.get("required").and_then(Value::as_array);
        for (name, property) in properties {
            let Some(of) = property.get("x-alias-of") else {
                continue;
            };
            let target = of.as_str().and_then(|of| properties.get(of));
            let kind = |schema: &Value| {
                ["type", "format", "nullable", "oneOf", "allOf", "$ref"]
                    .map(|key| schema.get(key).cloned())
            };
            let problem = match target {
                None => format!("{of} is not a property beside `{name}`"),
                Some(target) if target.get("x-alias-of").is_some() => {
                    format!("{of} is itself another name of a property")
                }
                Some(target) if kind(target) != kind(property) => {
                    format!("`{name}` and {of} have different types")
                }
                Some(_) if required.is_some_and(|names| names.contains(&name.as_str().into())) => {
                    format!("`{name}` is required, although a response has one of the two names")
                }
                Some(_) => continue,
            };
            let at = pointer::join(&format!("{}/properties", schema.pointer), name);
            lint.report(
                "property-alias-of",
                at,
                problem,
                "both names are decoded into one field, which has the type of the first",
                "name the property with the same value, and describe both alike",
            );
        }
    }
}

/// Rule, place, problem and reason.
type Problem = (&'static str, String, String, &'static str);

fn fields(object: &ObjectType, at: &dyn Fn(&str) -> String) -> Vec<Problem> {
    let mut problems = Vec::new();
    // Every object gets a field for unknown properties: typify's name of it and ours are
    // reserved.
    let mut fields: HashMap<String, String> = ["extra", "additional_properties"]
        .map(|taken| {
            (
                taken.to_owned(),
                "the field for unknown properties".to_owned(),
            )
        })
        .into();
    for name in object.properties.keys() {
        let field = snake(name);
        let readable = name.chars().any(char::is_alphanumeric);
        let other = fields.insert(field.clone(), format!("`{name}`"));
        if other.is_none() && readable {
            continue;
        }
        let other = other.map_or_else(
            || "has no letter or digit".to_owned(),
            |other| format!("and {other} both become the field `{field}`"),
        );
        problems.push((
            "property-name-unique",
            at(name),
            format!("`{name}` {other}"),
            "the generated struct does not compile",
        ));
    }
    problems
}

/// Reports names that differ only in case, because decoding is case-insensitive.
fn spellings(object: &ObjectType, at: &dyn Fn(&str) -> String) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut names: HashMap<String, &str> = HashMap::new();
    for name in object.properties.keys() {
        names.insert(name.to_ascii_lowercase(), name);
    }
    for (name, property) in &object.properties {
        let aliases = property.as_item().into_iter().flat_map(|schema| {
            let list = schema.schema_data.extensions.get("x-aliases");
            list.and_then(Value::as_array).into_iter().flatten()
        });
        for alias in aliases.filter_map(Value::as_str) {
            let other = names.insert(alias.to_ascii_lowercase(), name);
            // An alias that is its own name in another case is harmless.
            if let Some(other) = other.filter(|other| other != name) {
                problems.push((
                    "property-alias-unique",
                    at(name),
                    format!("the alias `{alias}` of `{name}` is already a name of `{other}`"),
                    "one of the two properties never gets its value",
                ));
            }
        }
    }
    problems
}

/// Reports components that become the same type.
fn types(lint: &mut Lint<'_>) {
    let mut named: Vec<(String, String)> = Vec::new();
    for name in lint.spec.keys_at("/components/schemas") {
        named.push((pascal(name), pointer::join("/components/schemas", name)));
    }
    let mut seen: HashMap<String, String> = HashMap::new();
    for (name, at) in named {
        if TAKEN_TYPES.contains(&name.as_str()) {
            lint.report(
                "schema-name-reserved",
                &at,
                format!("its type would be called `{name}`"),
                "the generated types use that name for something else, and do not compile",
                "name it after one of its values",
            );
        }
        if let Some(other) = seen.insert(name.clone(), at.clone()) {
            lint.report(
                "schema-name-unique",
                &at,
                format!("its type is called `{name}`, as that of {other}"),
                "the generated types do not compile, or one silently replaces the other",
                "give one of the two schemas another name",
            );
        }
    }
}
