//! Rules for keys and references that the generator would silently ignore or misinterpret.

use serde_json::Value;

use super::Lint;
use crate::spec::element::{Element, Kind};
use crate::spec::pointer;

/// Extensions of operations and schemas that this project reads.
const OF_OPERATIONS: [&str; 8] = [
    "x-ms-pageable",
    "x-auth-modes",
    "x-clouds",
    "x-filter-fields",
    "x-group-fields",
    "x-order-fields",
    "x-group-measures",
    "x-superseded-by",
];
const OF_SCHEMAS: [&str; 3] = ["x-extensible-enum", "x-aliases", "x-alias-of"];
/// Extensions whose value is a list of distinct names.
const NAME_LISTS: [&str; 4] = [
    "x-aliases",
    "x-group-fields",
    "x-order-fields",
    "x-group-measures",
];

const ROOT: &[&str] = &[
    "openapi",
    "info",
    "servers",
    "paths",
    "components",
    "security",
    "tags",
    "externalDocs",
];
const COMPONENTS: &[&str] = &[
    "schemas",
    "responses",
    "parameters",
    "examples",
    "requestBodies",
    "headers",
    "securitySchemes",
];

/// Returns the keys of an element that have an effect.
fn known(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::PathItem => &[
            "$ref",
            "summary",
            "description",
            "parameters",
            "get",
            "put",
            "post",
            "delete",
            "options",
            "head",
            "patch",
            "trace",
        ],
        Kind::Operation => &[
            "tags",
            "summary",
            "description",
            "externalDocs",
            "operationId",
            "parameters",
            "requestBody",
            "responses",
            "deprecated",
            "security",
        ],
        Kind::Parameter => &[
            "name",
            "in",
            "description",
            "required",
            "deprecated",
            "schema",
            "content",
            "style",
            "explode",
            "allowReserved",
            "allowEmptyValue",
            "example",
            "examples",
        ],
        Kind::RequestBody => &["description", "content", "required"],
        Kind::Response => &["description", "headers", "content", "links"],
        Kind::Header => &[
            "description",
            "required",
            "deprecated",
            "schema",
            "content",
            "style",
            "explode",
            "example",
            "examples",
        ],
        Kind::MediaType => &["schema", "example", "examples", "encoding"],
        Kind::Schema => &[
            "type",
            "format",
            "title",
            "description",
            "nullable",
            "default",
            "example",
            "enum",
            "properties",
            "required",
            "additionalProperties",
            "minProperties",
            "maxProperties",
            "items",
            "minItems",
            "maxItems",
            "uniqueItems",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
            "minLength",
            "maxLength",
            "pattern",
            "allOf",
            "oneOf",
            "anyOf",
            "not",
            "readOnly",
            "writeOnly",
            "deprecated",
            "externalDocs",
        ],
        Kind::Example => &["summary", "description", "value", "externalValue"],
    }
}

pub(super) fn check(lint: &mut Lint<'_>) {
    keys(lint, "", "document", ROOT, &[]);
    keys(lint, "/components", "components", COMPONENTS, &[]);
    for element in lint.elements.clone() {
        if let Some(target) = element.reference() {
            reference_kind(lint, &element, target);
            beside_reference(lint, &element);
        } else {
            let extensions: &[&str] = match element.kind {
                Kind::Operation => &OF_OPERATIONS,
                Kind::Schema => &OF_SCHEMAS,
                _ => &[],
            };
            let name = element.kind.name();
            keys(
                lint,
                &element.pointer,
                name,
                known(element.kind),
                extensions,
            );
            extension_shapes(lint, &element);
        }
    }
}

fn keys(lint: &mut Lint<'_>, at: &str, element: &str, known: &[&str], extensions: &[&str]) {
    for key in lint.spec.keys_at(at).to_vec() {
        let place = pointer::join(at, &key);
        if key.starts_with("x-") {
            if !extensions.contains(&key.as_str()) {
                lint.report(
                    "unknown-extension",
                    place,
                    format!("nothing reads `{key}` in a {element}"),
                    "a misspelt or misplaced extension is silently ignored",
                    match extensions {
                        [] => "remove it".to_owned(),
                        some => format!("use one of {}", some.join(", ")),
                    },
                );
            }
        } else if !known.contains(&key.as_str()) {
            lint.report(
                "unknown-key",
                place,
                format!("`{key}` has no effect in a {element}"),
                "the generator silently ignores it",
                format!("remove it, or correct it to one of {}", known.join(", ")),
            );
        }
    }
}

/// Reports keys beside `$ref`, which OpenAPI 3.0 ignores.
fn beside_reference(lint: &mut Lint<'_>, element: &Element<'_>) {
    for key in lint.spec.keys_at(&element.pointer).to_vec() {
        if key != "$ref" {
            lint.report(
                "unknown-key",
                pointer::join(&element.pointer, &key),
                format!("`{key}` has no effect beside `$ref`"),
                "OpenAPI 3.0 ignores everything beside a reference",
                match element.kind {
                    Kind::Schema => {
                        format!("write `allOf: [{{ $ref: .. }}]` with `{key}` beside it")
                    }
                    _ => "put it where the reference leads".to_owned(),
                },
            );
        }
    }
}

fn reference_kind(lint: &mut Lint<'_>, element: &Element<'_>, target: &str) {
    let Some(section) = element.kind.section() else {
        return;
    };
    let under = format!("#/components/{section}/");
    let name = target.strip_prefix(&under);
    if name.is_none_or(|name| name.is_empty() || name.contains('/')) {
        lint.report(
            "reference-kind",
            format!("{}/$ref", element.pointer),
            format!("`{target}` is not a {} component", element.kind.name()),
            "the generator uses only the last part of the name, and panics or uses another component",
            format!("refer to `{under}..`"),
        );
    }
}

fn extension_shapes(lint: &mut Lint<'_>, element: &Element<'_>) {
    let names = |value: &Value| {
        value.as_array().is_some_and(|list| {
            !list.is_empty()
                && list.iter().all(Value::is_string)
                && (1..list.len()).all(|end| !list[..end].contains(&list[end]))
        })
    };
    let mut problem = |key: &str, fix: &str| {
        lint.report(
            "extension-shape",
            pointer::join(&element.pointer, key),
            format!("`{key}` does not have the expected format"),
            "it is silently ignored",
            fix,
        );
    };
    for key in NAME_LISTS {
        if element.value.get(key).is_some_and(|value| !names(value)) {
            problem(key, "give a list of distinct names");
        }
    }
    if let Some(pageable) = element
        .value
        .get("x-ms-pageable")
        .and_then(Value::as_object)
    {
        let known = |key: &String| ["itemName", "nextLinkName"].contains(&key.as_str());
        if !pageable.keys().all(known) {
            problem(
                "x-ms-pageable",
                "give only `itemName` and `nextLinkName`, spelt like this",
            );
        }
    }
    if let Some(value) = element.value.get("x-filter-fields") {
        let sound = value
            .as_object()
            .is_some_and(|fields| !fields.is_empty() && fields.values().all(filter_field));
        if !sound {
            problem(
                "x-filter-fields",
                "map every field to its operators: [eq], [eq, ne], [contains], [contains, eq, ne] \
                 or [eq, ne, gt, ge, lt, le]; the kind of its values is that of the row's property",
            );
        }
    }
}

/// Sets of operators that the typed filters support, each in alphabetical order.
const OPERATOR_SETS: [&[&str]; 5] = [
    &["eq"],
    &["eq", "ne"],
    &["contains"],
    &["contains", "eq", "ne"],
    &["eq", "ge", "gt", "le", "lt", "ne"],
];

fn filter_field(operators: &Value) -> bool {
    let operators = operators.as_array().into_iter().flatten();
    let mut operators: Vec<&str> = operators.filter_map(Value::as_str).collect();
    operators.sort_unstable();
    OPERATOR_SETS.contains(&operators.as_slice())
}
