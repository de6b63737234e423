//! Decodes and encodes every example of the document, and calls every operation.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is how a test says what is wrong"
)]

use std::sync::Arc;

use httpmock::MockServer;
use kitchen_sink::credential::StaticTokenCredential;
use kitchen_sink::generated::cases::{OPERATIONS, TYPES};
use kitchen_sink::types::{Kind, Open, Thing};
use kitchen_sink::{Client, RetryOptions};
use serde_json::{Value, json};
use xtask::generate::plain_schemas;
use xtask::spec::Spec;
use xtask::{KITCHEN_SINK_PATH, workspace_root};

fn spec() -> Spec {
    Spec::load(&workspace_root().join(KITCHEN_SINK_PATH)).unwrap()
}

/// Returns the example of an operation's first success response; `None` without a body.
fn answer(spec: &Spec, id: &str) -> Option<Value> {
    let operations = spec.operations();
    let operation = operations
        .iter()
        .find(|operation| operation.operation_id == id)
        .unwrap();
    let responses = operation.value()["responses"].as_object().unwrap();
    let (_, success) = responses
        .iter()
        .find(|(status, _)| status.starts_with('2'))
        .unwrap();
    Some(success.get("content")?["application/json"]["example"].clone())
}

/// Removes values that are not encoded: null of optional properties.
fn written(mut value: Value) -> Value {
    if let Some(name) = value.get("name")
        && name.is_null()
    {
        value.as_object_mut().unwrap().remove("name");
    }
    value
}

#[test]
fn the_document_has_no_lint_findings() {
    let findings = xtask::lint::lint(&spec());
    let (errors, warnings) = xtask::lint::count(&findings);
    assert_eq!(errors, 0, "{findings:#?}");
    assert_eq!(warnings, 8, "{findings:#?}");
}

#[test]
fn derived_schemas_equal_those_of_the_document() {
    // Errors have the type of the runtime crate, independent of the document.
    let types: Vec<_> = TYPES
        .iter()
        .filter(|case| case.name != "ApiError")
        .copied()
        .collect();
    let differences = kitchen_sink::parity::differences(&types, &plain_schemas(&spec()));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_documented_response_survives_a_round_trip_in_the_kitchen_sink() {
    let spec = spec();
    assert_eq!(OPERATIONS.len(), spec.operations().len());
    for case in OPERATIONS {
        let example = answer(&spec, case.id);
        let body = example.as_ref().map_or(String::new(), Value::to_string);
        let read = (case.round_trip)(body.as_bytes())
            .unwrap_or_else(|error| panic!("{}: {error}", case.id));
        let Some(example) = example else {
            assert_eq!(read, "", "{}", case.id);
            continue;
        };
        let read: Value = serde_json::from_str(&read).unwrap();
        assert_eq!(
            with_defaults(read),
            with_defaults(written(example)),
            "{}",
            case.id
        );
    }
}

/// Adds defaults to nested things, which are encoded with the defaults of absent properties.
fn with_defaults(mut value: Value) -> Value {
    if let Some(children) = value.get_mut("children").and_then(Value::as_array_mut) {
        for child in children {
            let child = child.as_object_mut().unwrap();
            for (name, default) in [
                ("level", json!("plain")),
                ("times", json!(3)),
                ("ready", json!(true)),
            ] {
                child.entry(name).or_insert(default);
            }
        }
    }
    value
}

#[test]
fn every_type_survives_the_round_trip_of_its_example() {
    let spec = spec();
    let mut tried = 0;
    for case in TYPES {
        let example = spec.value["components"]["schemas"][case.name]["example"].clone();
        if example.is_null() {
            continue;
        }
        let round_trip = case.round_trip.unwrap();
        let read = round_trip(example.to_string().as_bytes()).unwrap();
        let read: Value = serde_json::from_str(&read).unwrap();
        assert_eq!(with_defaults(read), with_defaults(example), "{}", case.name);
        tried += 1;
    }
    assert_eq!(tried, 4);
}

#[test]
fn values_are_accepted_in_every_spelling() {
    let thing: Thing = serde_json::from_value(json!({
        "ID": "a",
        "double": "22.5",
        "nothing": null,
        "int32": "4294967296",
        "uint64": "18446744073709551615",
        "long": 5.0,
        "typedMap": { "a": "1", "none": null },
        "countOrText": "63",
        "numberOrText": "0.5",
        "textOrNumber": "007",
        "mixed": [1],
        "holes": ["", null, "a"],
        "level": " ",
        "other": { "id": "x" },
        "kind": "",
        "kindOfThing": "new",
        "children": null,
    }))
    .unwrap();
    assert_eq!(thing.double.as_str(), "22.5");
    assert!(thing.nothing.is_none());
    assert_eq!(thing.int32, Some(1 << 32));
    assert_eq!(thing.uint64, Some(u64::MAX));
    assert_eq!(thing.int64, Some(5));
    assert_eq!(
        thing.typed_map.unwrap().into_iter().collect::<Vec<_>>(),
        [("a".to_owned(), 1)]
    );
    assert_eq!(thing.count_or_text, Some(63));
    assert_eq!(
        thing.number_or_text.as_ref().map(|number| number.as_f64()),
        Some(0.5)
    );
    assert_eq!(thing.text_or_number.unwrap().as_str(), "007");
    assert_eq!(thing.mixed, Some(json!([1])));
    assert_eq!(thing.holes, [None, None, Some("a".to_owned())]);
    assert_eq!(
        (thing.level.as_str(), thing.times, thing.ready),
        ("plain", 3, true)
    );
    assert_eq!(thing.described.unwrap().id, "x");
    assert_eq!(thing.kind, None);
    assert_eq!(thing.kind_of_thing, Some(Open::from("new")));
    assert!(thing.children.is_none());
    assert!(thing.additional_properties.is_empty());
}

#[test]
fn enumerations_keep_the_spelling_of_every_value() {
    for text in [
        "self",
        "Self-made",
        "%",
        "other",
        "",
        "größe",
        "10to50",
        "anything else",
    ] {
        assert_eq!(Open::from(text).as_str(), text);
    }
    assert_eq!(Open::KNOWN.len(), 7);
    assert_eq!(Open::from("other"), Open::Other_);
    for text in ["all", "self", "other", "%", "日本"] {
        assert_eq!(text.parse::<Kind>().unwrap().to_string(), text);
    }
}

#[tokio::test]
async fn calls_of_the_kitchen_sink_match_its_mocks() {
    let spec = spec();
    for case in OPERATIONS {
        let server = MockServer::start_async().await;
        let client = Client::builder()
            .retry(RetryOptions::none())
            .base_url(server.base_url().parse().unwrap())
            .credential(Arc::new(StaticTokenCredential::new("a-token-for-tests")))
            .build()
            .unwrap();
        let body = answer(&spec, case.id).map_or(String::new(), |answer| answer.to_string());
        let outcome = (case.wire)(&server, &client, body.as_bytes()).await;
        let outcome = outcome.unwrap_or_else(|error| panic!("{}: {error}", case.id));
        assert_eq!(outcome, (1, true), "{}", case.id);
    }
}

#[tokio::test]
async fn a_list_is_sent_as_a_repeated_name() {
    let server = MockServer::start_async().await;
    let mock = server.mock(|when, then| {
        when.method("GET").is_true(|request| {
            request.uri().query() == Some("ids=a%26b&ids=c&kinds=self&kinds=%25&tenant=25b6edd5-1f53-456b-b48c-c64f60ec2dda")
        });
        then.status(200).body("[]");
    });
    let client = Client::builder()
        .retry(RetryOptions::none())
        .base_url(server.base_url().parse().unwrap())
        .credential(Arc::new(StaticTokenCredential::new("a-token-for-tests")))
        .build()
        .unwrap();
    let call = client
        .list_things("25b6edd5-1f53-456b-b48c-c64f60ec2dda")
        .ids(["a&b".to_owned(), "c".to_owned()])
        .kinds(vec![Kind::Self_, Kind::X]);
    assert!(call.send().await.unwrap().is_empty());
    mock.assert();
}
