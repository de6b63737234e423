use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::faults::table::{CONDITIONS, FieldType, KINDS};

const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

fn document() -> Value {
    serde_json::from_str(include_str!("../../generated/emulator-control.json")).unwrap()
}

#[test]
fn document_and_routes_are_the_same() {
    let document = document();
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in METHODS
            .into_iter()
            .filter(|method| item.get(method).is_some())
        {
            documented.insert((method.to_uppercase(), path.clone()));
        }
    }
    let routes: BTreeSet<_> = ROUTES
        .iter()
        .map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(documented, routes);
    assert_eq!(routes.len(), ROUTES.len());
}

#[test]
fn the_document_has_the_kinds_and_fields_of_the_table() {
    let fault = &document()["components"]["schemas"]["Fault"];
    let kinds = fault["properties"]["kind"]["enum"].as_array().unwrap();
    let kinds: Vec<_> = kinds.iter().map(|kind| kind.as_str().unwrap()).collect();
    let expected: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
    assert_eq!(kinds, expected);

    let documented = fault["properties"].as_object().unwrap();
    let documented: BTreeSet<_> = documented.keys().map(String::as_str).collect();
    let fields = || KINDS.iter().flat_map(|kind| kind.fields).chain(CONDITIONS);
    let names: BTreeSet<_> = fields().map(|field| field.name).chain(["kind"]).collect();
    assert_eq!(documented, names);
    for field in fields() {
        if let FieldType::Choice(choices) = field.value
            && let Some(values) = fault["properties"][field.name]["enum"].as_array()
        {
            let values: Vec<_> = values.iter().map(|value| value.as_str().unwrap()).collect();
            assert_eq!(values, choices, "{}", field.name);
        }
    }
}

#[test]
fn paths_are_found_with_their_parameter() {
    for (method, path, expected) in [
        (Method::GET, "/_emulator/status", (Action::Status, "")),
        (Method::HEAD, "/_emulator/status", (Action::Status, "")),
        (Method::GET, "/_emulator/faults/7", (Action::Fault, "7")),
        (
            Method::POST,
            "/_emulator/device-codes/A%20B/approve",
            (Action::ApproveDevice, "A B"),
        ),
    ] {
        let (action, parameter) = find(&method, path).unwrap();
        assert_eq!((action, &*parameter), expected, "{path}");
    }
    for (method, path, status) in [
        (Method::GET, "/_emulator", 404),
        (Method::GET, "/_emulator/", 404),
        (Method::GET, "/_emulator/faults/", 404),
        (Method::GET, "/_emulator/faults/7/8", 404),
        (Method::GET, "/_emulator/Status", 404),
        (Method::OPTIONS, "/_emulator/faults", 405),
        (Method::PUT, "/_emulator/faults/7", 405),
    ] {
        let response = find(&method, path).unwrap_err().into_response();
        assert_eq!(response.status(), status, "{method} {path}");
        let allow = response.headers().get("allow").is_some();
        assert_eq!(allow, status == 405, "{path}");
    }
}
