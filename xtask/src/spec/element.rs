//! OpenAPI elements of a document, with kind and JSON pointer.

use serde_json::Value;

use super::pointer;

/// HTTP methods of a path item.
pub(crate) const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Kind of element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    PathItem,
    Operation,
    Parameter,
    RequestBody,
    Response,
    Header,
    MediaType,
    Schema,
    Example,
}

impl Kind {
    /// Returns the section of `components` for this kind.
    pub(crate) fn section(self) -> Option<&'static str> {
        match self {
            Kind::Parameter => Some("parameters"),
            Kind::RequestBody => Some("requestBodies"),
            Kind::Response => Some("responses"),
            Kind::Header => Some("headers"),
            Kind::Schema => Some("schemas"),
            Kind::Example => Some("examples"),
            Kind::PathItem | Kind::Operation | Kind::MediaType => None,
        }
    }

    /// Returns the name of the kind for messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::PathItem => "path item",
            Kind::Operation => "operation",
            Kind::Parameter => "parameter",
            Kind::RequestBody => "request body",
            Kind::Response => "response",
            Kind::Header => "header",
            Kind::MediaType => "media type",
            Kind::Schema => "schema",
            Kind::Example => "example",
        }
    }
}

/// Element of a document. References are elements too and are not resolved.
#[derive(Clone, Debug)]
pub(crate) struct Element<'a> {
    pub(crate) pointer: String,
    pub(crate) kind: Kind,
    pub(crate) value: &'a Value,
}

impl<'a> Element<'a> {
    /// Returns the target if this is a reference.
    pub(crate) fn reference(&self) -> Option<&'a str> {
        reference(self.value)
    }

    /// Returns the direct children of the element.
    pub(crate) fn children(&self) -> Vec<Element<'a>> {
        let mut children = Children {
            of: self,
            found: Vec::new(),
        };
        if self.reference().is_some() {
            return children.found;
        }
        match self.kind {
            Kind::PathItem => {
                children.list("parameters", Kind::Parameter);
                for method in METHODS {
                    children.one(method, Kind::Operation);
                }
            }
            Kind::Operation => {
                children.list("parameters", Kind::Parameter);
                children.one("requestBody", Kind::RequestBody);
                children.map("responses", Kind::Response);
            }
            Kind::Parameter | Kind::Header => {
                children.one("schema", Kind::Schema);
                children.map("content", Kind::MediaType);
                children.map("examples", Kind::Example);
            }
            Kind::RequestBody => children.map("content", Kind::MediaType),
            Kind::Response => {
                children.map("headers", Kind::Header);
                children.map("content", Kind::MediaType);
            }
            Kind::MediaType => {
                children.one("schema", Kind::Schema);
                children.map("examples", Kind::Example);
            }
            Kind::Schema => {
                children.map("properties", Kind::Schema);
                for keyword in ["items", "additionalProperties", "not"] {
                    children.one(keyword, Kind::Schema);
                }
                for keyword in ["allOf", "oneOf", "anyOf"] {
                    children.list(keyword, Kind::Schema);
                }
            }
            Kind::Example => {}
        }
        children.found
    }
}

struct Children<'e, 'a> {
    of: &'e Element<'a>,
    found: Vec<Element<'a>>,
}

impl Children<'_, '_> {
    fn one(&mut self, name: &str, kind: Kind) {
        if let Some(value) = self.of.value.get(name).filter(|value| value.is_object()) {
            let pointer = pointer::join(&self.of.pointer, name);
            self.found.push(Element {
                pointer,
                kind,
                value,
            });
        }
    }

    fn list(&mut self, name: &str, kind: Kind) {
        let items = self.of.value.get(name).and_then(Value::as_array);
        for (position, value) in items.into_iter().flatten().enumerate() {
            let pointer = format!("{}/{name}/{position}", self.of.pointer);
            self.found.push(Element {
                pointer,
                kind,
                value,
            });
        }
    }

    fn map(&mut self, name: &str, kind: Kind) {
        let entries = self.of.value.get(name).and_then(Value::as_object);
        let under = pointer::join(&self.of.pointer, name);
        for (key, value) in entries.into_iter().flatten() {
            // `responses` may have extensions beside status codes; in other maps `x-y` is a name.
            if key.starts_with("x-") && name == "responses" {
                continue;
            }
            self.found.push(Element {
                pointer: pointer::join(&under, key),
                kind,
                value,
            });
        }
    }
}

/// Returns the target of a reference object.
pub(crate) fn reference(value: &Value) -> Option<&str> {
    value.get("$ref").and_then(Value::as_str)
}

/// Returns the target of an `allOf` with one reference, which is a reference with its own
/// description.
pub(crate) fn wrapped_reference(value: &Value) -> Option<&str> {
    match value.get("allOf")?.as_array()?.as_slice() {
        [only] => reference(only),
        _ => None,
    }
}

/// Returns every element of the document, parents before children.
pub(crate) fn elements(document: &Value) -> Vec<Element<'_>> {
    let mut open: Vec<Element<'_>> = Vec::new();
    let section = |at: &str| document.pointer(at).and_then(Value::as_object);
    for (path, value) in section("/paths").into_iter().flatten() {
        if !path.starts_with("x-") {
            let pointer = pointer::join("/paths", path);
            open.push(Element {
                pointer,
                kind: Kind::PathItem,
                value,
            });
        }
    }
    for kind in [
        Kind::Parameter,
        Kind::RequestBody,
        Kind::Response,
        Kind::Header,
        Kind::Example,
        Kind::Schema,
    ] {
        let under = format!("/components/{}", kind.section().unwrap_or_default());
        for (name, value) in section(&under).into_iter().flatten() {
            open.push(Element {
                pointer: pointer::join(&under, name),
                kind,
                value,
            });
        }
    }
    let mut all = Vec::new();
    while let Some(element) = open.pop() {
        open.extend(element.children());
        all.push(element);
    }
    all
}
