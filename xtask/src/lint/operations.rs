//! Rules for paths, methods and operation ids, which become functions of the client.

use std::collections::HashMap;

use heck::{ToPascalCase, ToSnakeCase};
use serde_json::Value;

use super::Lint;
use crate::generate::catalog::{FieldKind, row_fields};
use crate::names;
use crate::spec::OperationRef;
use crate::spec::pointer;

/// Methods that generated clients, their hooks or mock servers already have.
const TAKEN_METHODS: [&str; 21] = [
    "new",
    "new_with_client",
    "builder",
    "api_version",
    "baseurl",
    "client",
    "inner",
    "pre",
    "post",
    "exec",
    "clone",
    "mock",
    "address",
    "host",
    "port",
    "url",
    "base_url",
    "reset",
    "start",
    "connect",
    "delete_mock",
];
/// Types that the generated module of builders imports.
const TAKEN_TYPES: [&str; 7] = [
    "ByteStream",
    "ClientInfo",
    "ClientHooks",
    "Error",
    "OperationInfo",
    "RequestBuilderExt",
    "ResponseValue",
];
/// HTTP methods that the generated client supports.
const SENDABLE: [&str; 5] = ["get", "put", "post", "delete", "patch"];

pub(super) fn check(lint: &mut Lint<'_>) {
    paths(lint);
    let operations = lint.spec.operations();
    for operation in &operations {
        method(lint, operation);
        operation_id(lint, operation);
        pageable(lint, operation);
    }
    unique_ids(lint, &operations);
    query_fields(lint);
    security(lint);
}

/// Checks that the fields of filters, groupings and orders are properties of the rows.
fn query_fields(lint: &mut Lint<'_>) {
    let mut unknown = Vec::new();
    for operation in lint.plain.operations() {
        let fields = row_fields(&lint.plain, &operation);
        let known = |name: &str| fields.iter().find(|field| field.name == name);
        for extension in [
            "x-filter-fields",
            "x-group-fields",
            "x-order-fields",
            "x-group-measures",
        ] {
            let at = pointer::join(&operation.pointer, extension);
            let value = operation.extension(extension).unwrap_or(&Value::Null);
            let named = value.as_object().into_iter().flat_map(|fields| {
                let place = |name: &String| (name.clone(), pointer::join(&at, name));
                fields.keys().map(place)
            });
            let listed = value.as_array().into_iter().flatten().enumerate();
            let listed = listed.filter_map(|(position, name)| {
                Some((name.as_str()?.to_owned(), format!("{at}/{position}")))
            });
            for (name, at) in named.chain(listed) {
                let Some(field) = known(&name) else {
                    unknown.push((at, format!("the rows have no property `{name}`")));
                    continue;
                };
                if field.kind == FieldKind::Structure && extension == "x-filter-fields" {
                    unknown.push((at, format!("`{name}` is an object or a list")));
                } else if !is_word(&name) {
                    unknown.push((
                        at,
                        format!("`{name}` is not a valid name in the query language"),
                    ));
                }
            }
        }
    }
    for (at, what) in unknown {
        lint.report(
            "extension-field",
            at,
            what,
            "it becomes a constant of the client, and the correct field is rejected before the call",
            "use the spelling in the row's schema, or add the property to it; remove invalid names",
        );
    }
}

/// Returns whether a name is valid in a filter: a letter or `_`, then letters, digits and `_`.
fn is_word(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.chars().all(word) && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// Checks that security requirements name schemes of the document.
fn security(lint: &mut Lint<'_>) {
    let mut unknown = Vec::new();
    let operations = lint.spec.operations();
    let own = operations
        .iter()
        .map(|operation| (operation.pointer.as_str(), operation.value()));
    for (owner, value) in own.chain([("", &lint.spec.value)]) {
        let requirements = value.get("security").and_then(Value::as_array);
        for (position, requirement) in requirements.into_iter().flatten().enumerate() {
            let names = requirement
                .as_object()
                .into_iter()
                .flat_map(|names| names.keys());
            let at = format!("{owner}/security/{position}");
            let is_known = |name: &&String| {
                let scheme = pointer::join("/components/securitySchemes", name);
                lint.spec.value.pointer(&scheme).is_some()
            };
            unknown.extend(
                names
                    .filter(|name| !is_known(name))
                    .map(|name| (name.clone(), pointer::join(&at, name))),
            );
        }
    }
    for (name, at) in unknown {
        lint.report(
            "security-scheme",
            at,
            format!("unknown security scheme `{name}`"),
            "readers of the document cannot see how to authenticate",
            "name a scheme under /components/securitySchemes",
        );
    }
}

fn paths(lint: &mut Lint<'_>) {
    let mut shapes: HashMap<String, String> = HashMap::new();
    for path in lint
        .spec
        .keys_at("/paths")
        .iter()
        .filter(|path| !path.starts_with("x-"))
    {
        let at = pointer::join("/paths", path);
        if lint
            .spec
            .value
            .pointer(&at)
            .is_some_and(|item| item.get("$ref").is_some())
        {
            lint.report(
                "path-item-reference",
                format!("{at}/$ref"),
                "the path item is a reference",
                "the generator rejects the document",
                "write the path item's operations here",
            );
        }
        let (names, problem) = template(path);
        if let Some(problem) = problem {
            lint.report(
                "path-template",
                &at,
                format!("the path `{path}` {problem}"),
                "the generator refuses it, or makes mocks that never match",
                "write it like `/v1/customers/{customer_id}/licenses`",
            );
        }
        let shape = names.iter().fold(path.clone(), |shape, name| {
            shape.replacen(&format!("{{{name}}}"), "{}", 1)
        });
        // Paths are case-insensitive in the service (T16).
        let shape = shape.to_lowercase();
        if let Some(other) = shapes.insert(shape, path.clone()) {
            lint.report(
                "path-unique",
                &at,
                format!("the path matches the same URLs as `{other}`"),
                "a mock and the emulator cannot decide which of the two a call matches",
                "merge the two path items",
            );
        }
    }
}

/// Returns the parameters of a path template, and its problem if it has one.
pub(super) fn template(path: &str) -> (Vec<&str>, Option<&'static str>) {
    let mut names = Vec::new();
    let mut problem = None;
    if !path.starts_with('/') {
        problem = Some("does not begin with `/`");
    } else if path.len() > 1 && path.ends_with('/') || path.contains("//") {
        problem = Some("has an empty segment");
    }
    let mut rest = path;
    while let Some(start) = rest.find(['{', '}']) {
        let Some(length) = rest[start..].find('}').filter(|length| *length > 1) else {
            problem = Some("has an unbalanced or empty `{}`");
            break;
        };
        let name = &rest[start + 1..start + length];
        if name.contains(['{', '/']) {
            problem = Some("has an unbalanced `{}`");
        } else if names.contains(&name) {
            problem = Some("has the same parameter twice");
        }
        names.push(name);
        rest = &rest[start + length + 1..];
    }
    // Mocks use the unescaped template as a regular expression.
    if path.contains([
        '(', ')', '[', ']', '*', '+', '?', '|', '^', '$', '\\', '#', '&',
    ]) {
        problem = Some("has a character other than letters, digits, `-`, `.`, `_`, `~` and `:`");
    }
    (names, problem)
}

fn method(lint: &mut Lint<'_>, operation: &OperationRef<'_>) {
    if !SENDABLE.contains(&operation.method) {
        lint.report(
            "operation-method",
            &operation.pointer,
            format!("the method `{}` cannot be sent", operation.method),
            "the client has no function for it, or the response has no body",
            format!("use one of {}", SENDABLE.join(", ")),
        );
    }
}

fn operation_id(lint: &mut Lint<'_>, operation: &OperationRef<'_>) {
    let id = operation.operation_id;
    let at = format!("{}/operationId", operation.pointer);
    if id.is_empty() {
        lint.report(
            "operation-id-present",
            &operation.pointer,
            "the operation has no operationId",
            "the generator rejects the document; the id names the method, the mock and the command",
            "add `operationId:` in snake_case, for example `partner_licenses_deployment`",
        );
        return;
    }
    let simple = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if id.to_snake_case() != id
        || !id.chars().all(simple)
        || id.starts_with(|c: char| c.is_ascii_digit())
    {
        lint.report(
            "operation-id-snake-case",
            &at,
            format!("`{id}` is not in snake_case"),
            "the method gets another name than the id, and the folder of its documented exchange \
             is not found",
            format!("write `{}`", names::snake(id)),
        );
    }
    let method = names::snake(id);
    let taken = TAKEN_METHODS.contains(&method.as_str())
        || TAKEN_TYPES.contains(&names::pascal(id).as_str())
        || !names::usable(&id.to_snake_case());
    if taken {
        lint.report(
            "operation-id-reserved",
            &at,
            format!("`{id}` is a Rust keyword or a name that the generated code already uses"),
            "the generated code does not compile, or the method is renamed or hidden by another",
            "name it after the returned data, for example `partner_licenses_deployment`",
        );
    }
}

fn unique_ids(lint: &mut Lint<'_>, operations: &[OperationRef<'_>]) {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for operation in operations
        .iter()
        .filter(|operation| !operation.operation_id.is_empty())
    {
        // Ids with the same builder type collide like ids with the same method; comparing types
        // finds both.
        let key = operation.operation_id.to_pascal_case();
        if let Some(other) = seen.insert(key, operation.operation_id) {
            lint.report(
                "operation-id-unique",
                format!("{}/operationId", operation.pointer),
                format!(
                    "`{}` gives the same Rust name as `{other}` above",
                    operation.operation_id
                ),
                "the generator rejects the document, or the generated code does not compile",
                "give each operation a unique name",
            );
        }
    }
}

/// Checks that `x-ms-pageable` names properties of the response.
fn pageable(lint: &mut Lint<'_>, operation: &OperationRef<'_>) {
    let Some(value) = operation.extension("x-ms-pageable") else {
        return;
    };
    let at = format!("{}/x-ms-pageable", operation.pointer);
    let why = "the client would read no rows, or end a listing after its first page";
    let Some(pageable) = operation.pageable() else {
        let fix = "write `{ itemName: value, nextLinkName: '@nextLink' }`";
        lint.report(
            "pageable",
            at,
            format!("{value} is not a mapping"),
            why,
            fix,
        );
        return;
    };
    let success = operation
        .responses
        .iter()
        .find(|response| response.status == "200");
    let schema = success
        .and_then(|response| response.value.pointer("/content/application~1json/schema"))
        .map(|schema| lint.follow(schema));
    for name in [Some(pageable.item_name), pageable.next_link_name]
        .into_iter()
        .flatten()
    {
        // `links.next` is the property `next` of the property `links`.
        let found = name
            .split('.')
            .try_fold(schema.unwrap_or(&Value::Null), |schema, part| {
                let property = schema.get("properties")?.get(part)?;
                Some(lint.follow(property))
            });
        if found.is_none() {
            let what = format!("the schema of the 200 response has no property `{name}`");
            let fix = "name the properties as the schema does, or add the property to it";
            lint.report("pageable", &at, what, why, fix);
        }
    }
}
