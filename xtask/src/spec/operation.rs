//! Operations of a document, with resolved parameters and responses.

use openapiv3::{Operation, Parameter, ReferenceOr, Response, StatusCode};
use serde_json::Value;

use super::{Spec, element, pointer};

/// Operation: a method of a path.
#[derive(Clone, Debug)]
pub struct OperationRef<'a> {
    /// Path template, for example `/v1/analytics/licenses/deployment`.
    pub path: &'a str,
    /// Method in lower case, as in the document.
    pub method: &'static str,
    /// `operationId`; empty if missing, which the lint reports.
    pub operation_id: &'a str,
    /// JSON pointer of the operation.
    pub pointer: String,
    /// The operation as the document has it.
    pub operation: &'a Operation,
    /// Resolved parameters of the path and of the operation. Parameters of the operation come after
    /// the path's and replace those of the same name and location.
    pub parameters: Vec<ParameterRef<'a>>,
    /// Responses in document order, references resolved.
    pub responses: Vec<ResponseRef<'a>>,
    value: &'a Value,
}

/// Parameter of an operation.
#[derive(Clone, Debug)]
pub struct ParameterRef<'a> {
    /// JSON pointer of the place where the operation lists it.
    pub pointer: String,
    /// JSON pointer of its definition, which differs if it is a reference.
    pub definition: String,
    /// The parameter.
    pub parameter: &'a Parameter,
    /// The parameter as the document has it.
    pub value: &'a Value,
}

/// Response of an operation.
#[derive(Clone, Debug)]
pub struct ResponseRef<'a> {
    /// `200`, `4XX` or `default`.
    pub status: String,
    /// JSON pointer of the place where the operation lists it.
    pub pointer: String,
    /// JSON pointer of its definition, which differs if it is a reference.
    pub definition: String,
    /// The response.
    pub response: &'a Response,
    /// The response as the document has it.
    pub value: &'a Value,
}

/// Paging of a listing, from `x-ms-pageable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pageable<'a> {
    /// Property with the rows. Default: `value`.
    pub item_name: &'a str,
    /// Property with the link to the next page; `None` if the listing is one response.
    pub next_link_name: Option<&'a str>,
}

impl<'a> OperationRef<'a> {
    /// Returns an extension of the operation by its name with `x-`.
    pub fn extension(&self, name: &str) -> Option<&'a Value> {
        self.value.get(name)
    }

    /// Returns the accepted authentication modes: `app-and-user`, `app-only`.
    pub fn auth_modes(&self) -> Vec<&'a str> {
        self.texts("x-auth-modes")
    }

    /// Returns the clouds that offer the operation: `global`, `china-21vianet`, `us-government`.
    pub fn clouds(&self) -> Vec<&'a str> {
        self.texts("x-clouds")
    }

    /// Returns the operation that replaces this one, as `GET /path`.
    pub fn superseded_by(&self) -> Option<&'a str> {
        self.extension("x-superseded-by").and_then(Value::as_str)
    }

    /// Returns the paging of a listing; `None` if the operation is not a listing.
    pub fn pageable(&self) -> Option<Pageable<'a>> {
        let value = self.extension("x-ms-pageable")?.as_object()?;
        Some(Pageable {
            item_name: value
                .get("itemName")
                .and_then(Value::as_str)
                .unwrap_or("value"),
            next_link_name: value.get("nextLinkName").and_then(Value::as_str),
        })
    }

    /// Returns the URL of the page that documents the operation.
    pub fn documentation(&self) -> Option<&'a str> {
        self.operation
            .external_docs
            .as_ref()
            .map(|docs| docs.url.as_str())
    }

    /// The operation as the document has it.
    pub fn value(&self) -> &'a Value {
        self.value
    }

    /// Returns the names of the required parameters in the order of the client's arguments: those
    /// of the path in its order, then the others as listed, and `body` if the request has a body.
    pub fn arguments(&self) -> Vec<&'a str> {
        let in_path = self.path.split('/').filter_map(|segment| {
            let (_, name) = segment.split_once('{')?;
            name.split_once('}').map(|(name, _)| name)
        });
        let others = self.parameters.iter().filter_map(|reference| {
            let data = reference.parameter.parameter_data_ref();
            let is_path = matches!(reference.parameter, Parameter::Path { .. });
            (data.required && !is_path).then_some(data.name.as_str())
        });
        let body = self.operation.request_body.as_ref().map(|_| "body");
        in_path.chain(others).chain(body).collect()
    }

    fn texts(&self, name: &str) -> Vec<&'a str> {
        let list = self.extension(name).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }
}

/// Returns every operation of `spec` in document order. Path items that are references have none.
pub(super) fn operations(spec: &Spec) -> Vec<OperationRef<'_>> {
    let mut found = Vec::new();
    for (path, item) in &spec.document.paths.paths {
        let ReferenceOr::Item(item) = item else {
            continue;
        };
        let item_pointer = pointer::join("/paths", path);
        for (method, operation) in item.iter() {
            let Some(method) = element::METHODS.into_iter().find(|known| *known == method) else {
                continue;
            };
            let pointer = pointer::join(&item_pointer, method);
            let Some(value) = spec.value.pointer(&pointer) else {
                continue;
            };
            let mut parameters = parameters(spec, &item_pointer, &item.parameters);
            for own in self::parameters(spec, &pointer, &operation.parameters) {
                parameters.retain(|inherited| {
                    inherited.value.get("name") != own.value.get("name")
                        || inherited.value.get("in") != own.value.get("in")
                        || inherited.pointer.starts_with(&pointer)
                });
                parameters.push(own);
            }
            found.push(OperationRef {
                path,
                method,
                operation_id: operation.operation_id.as_deref().unwrap_or_default(),
                parameters,
                responses: responses(spec, &pointer, operation),
                operation,
                value,
                pointer,
            });
        }
    }
    found.sort_by_key(|operation| spec.order_of(&operation.pointer));
    found
}

fn parameters<'a>(
    spec: &'a Spec,
    owner: &str,
    list: &'a [ReferenceOr<Parameter>],
) -> Vec<ParameterRef<'a>> {
    let resolve = |(position, item): (usize, &'a ReferenceOr<Parameter>)| {
        let pointer = format!("{owner}/parameters/{position}");
        let (definition, value) = spec.resolve(&pointer)?;
        let parameter = match item {
            ReferenceOr::Item(parameter) => parameter,
            ReferenceOr::Reference { .. } => {
                let components = spec.document.components.as_ref()?;
                components
                    .parameters
                    .get(&pointer::last(&definition))?
                    .as_item()?
            }
        };
        Some(ParameterRef {
            pointer,
            definition,
            parameter,
            value,
        })
    };
    list.iter().enumerate().filter_map(resolve).collect()
}

fn responses<'a>(spec: &'a Spec, owner: &str, operation: &'a Operation) -> Vec<ResponseRef<'a>> {
    let under = format!("{owner}/responses");
    let resolve = |key: &String| {
        let item = if key == "default" {
            operation.responses.default.as_ref()?
        } else {
            let status: StatusCode = serde_json::from_value(key.as_str().into()).ok()?;
            operation.responses.responses.get(&status)?
        };
        let pointer = pointer::join(&under, key);
        let (definition, value) = spec.resolve(&pointer)?;
        let response = match item {
            ReferenceOr::Item(response) => response,
            ReferenceOr::Reference { .. } => {
                let components = spec.document.components.as_ref()?;
                components
                    .responses
                    .get(&pointer::last(&definition))?
                    .as_item()?
            }
        };
        let status = if key == "default" {
            key.clone()
        } else {
            key.to_ascii_uppercase()
        };
        Some(ResponseRef {
            status,
            pointer,
            definition,
            response,
            value,
        })
    };
    spec.keys_at(&under).iter().filter_map(resolve).collect()
}
