//! Rust names: how the generator makes them, and where two would be the same.

use std::collections::HashMap;

use heck::{ToPascalCase, ToSnakeCase};

use super::Lint;
use crate::spec::element::Kind;
use crate::spec::pointer;

/// Names that the generated types use without a path, so that a type of theirs would hide them.
const TAKEN_TYPES: [&str; 8] = ["Default", "String", "Result", "Ok", "Err", "From", "T", "D"];

/// Whether a name can stand in Rust code as it is.
pub(super) fn usable(name: &str) -> bool {
    !name.is_empty() && name != "_" && syn::parse_str::<syn::Ident>(name).is_ok() && name != "gen"
}

/// The function or field that the generator makes of a name.
pub(super) fn snake(name: &str) -> String {
    identifier(name, "x", str::to_snake_case)
}

/// The type or variant that the generator makes of a name.
pub(super) fn pascal(name: &str) -> String {
    identifier(name, "X", str::to_pascal_case)
}

fn identifier(name: &str, prefix: &str, case: fn(&str) -> String) -> String {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let cased = match name {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        _ => case(&name.replace('\'', "").replace(|c| !word(c), "-")),
    };
    let cased = match cased.chars().next() {
        None => prefix.to_owned(),
        Some(first) if first.is_alphabetic() => cased,
        Some(_) => format!("{prefix}{cased}"),
    };
    if usable(&cased) {
        cased
    } else {
        format!("{cased}_")
    }
}

pub(super) fn check(lint: &mut Lint<'_>) {
    component_names(lint);
    properties(lint);
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
                    format!("`{name}` is no name for a component of `{section}`"),
                    "OpenAPI allows letters, digits, `.`, `_` and `-`; a schema's type gets another \
                     name than the schema, so replacements by name miss it",
                    format!("write `{}`", pascal(&name)),
                );
            }
        }
    }
}

/// Properties of one schema that become the same field.
fn properties(lint: &mut Lint<'_>) {
    for schema in lint.defined(Kind::Schema) {
        let under = format!("{}/properties", schema.pointer);
        let mut fields: HashMap<String, String> = HashMap::new();
        // Every object gets a field for what the spec does not name: typify's name of it
        // and ours are taken.
        for taken in ["extra", "additional_properties"] {
            fields.insert(
                taken.to_owned(),
                "the field for unknown properties".to_owned(),
            );
        }
        for name in lint.spec.keys_at(&under) {
            let field = snake(name);
            let readable = name.chars().any(char::is_alphanumeric);
            let other = fields.insert(field.clone(), format!("`{name}`"));
            if other.is_none() && readable {
                continue;
            }
            let other = other.map_or_else(
                || "has no letter or digit".to_owned(),
                |other| format!("and {} both become the field `{field}`", other),
            );
            lint.report(
                "property-name-unique",
                pointer::join(&under, name),
                format!("`{name}` {other}"),
                "the generated struct does not compile",
                "keep one of them and name the other spelling in its `x-aliases`",
            );
        }
    }
}

/// Components that become the same type.
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
                "name what one value of it is",
            );
        }
        if let Some(other) = seen.insert(name.clone(), at.clone()) {
            lint.report(
                "schema-name-unique",
                &at,
                format!("its type is called `{name}`, as that of {other}"),
                "the generated types do not compile, or one silently takes the other's place",
                "give one of the two schemas another name",
            );
        }
    }
}
