//! Schemas outside of the schema components: those of parameters and bodies.

use openapiv3::{MediaType, OpenAPI, Parameter, ParameterData, ReferenceOr};

/// Returns every parameter definition.
pub(crate) fn parameters(document: &mut OpenAPI) -> Vec<&mut ParameterData> {
    let mut found: Vec<&mut ReferenceOr<Parameter>> = Vec::new();
    if let Some(components) = &mut document.components {
        found.extend(components.parameters.values_mut());
    }
    let items = document.paths.paths.values_mut();
    for path in items.filter_map(item) {
        found.extend(&mut path.parameters);
        let operations = [
            &mut path.get,
            &mut path.put,
            &mut path.post,
            &mut path.delete,
            &mut path.patch,
        ];
        for operation in operations.into_iter().flatten() {
            found.extend(&mut operation.parameters);
        }
    }
    let defined = found.into_iter().filter_map(item);
    defined.map(data).collect()
}

/// Returns the element if it is not a reference.
fn item<T>(element: &mut ReferenceOr<T>) -> Option<&mut T> {
    match element {
        ReferenceOr::Item(item) => Some(item),
        ReferenceOr::Reference { .. } => None,
    }
}

fn data(parameter: &mut Parameter) -> &mut ParameterData {
    match parameter {
        Parameter::Query { parameter_data, .. }
        | Parameter::Header { parameter_data, .. }
        | Parameter::Path { parameter_data, .. }
        | Parameter::Cookie { parameter_data, .. } => parameter_data,
    }
}

/// Returns every body definition.
pub(super) fn bodies(document: &mut OpenAPI) -> Vec<&mut MediaType> {
    let mut requests = Vec::new();
    let mut responses = Vec::new();
    if let Some(components) = &mut document.components {
        requests.extend(components.request_bodies.values_mut());
        responses.extend(components.responses.values_mut());
    }
    let items = document.paths.paths.values_mut();
    for path in items.filter_map(item) {
        let operations = [
            &mut path.get,
            &mut path.put,
            &mut path.post,
            &mut path.delete,
            &mut path.patch,
        ];
        for operation in operations.into_iter().flatten() {
            requests.extend(&mut operation.request_body);
            responses.extend(operation.responses.responses.values_mut());
        }
    }
    let requests = requests.into_iter().filter_map(item);
    let responses = responses.into_iter().filter_map(item);
    let contents = requests
        .map(|request| &mut request.content)
        .chain(responses.map(|response| &mut response.content));
    contents.flat_map(|content| content.values_mut()).collect()
}
