//! Property test: every document that the lint accepts is generated as valid Rust.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use super::generate_apart;
use crate::lint::{count, lint};
use crate::spec::Spec;

/// Names of properties and parameters, some of them unusual; all become different fields.
const NAMES: [&str; 12] = [
    "id",
    "type",
    "self",
    "größe",
    "1st",
    "customer-id",
    "@nextLink",
    "licensesSold",
    "_a",
    "async",
    "日付",
    "a.b",
];
const VALUES: [&str; 9] = [
    "self", "other", "%", "", "EXO", "10to50", "größe", "a b", "none",
];
const COMPONENTS: [&str; 3] = ["Alpha", "Beta", "Gamma"];

fn scalar() -> impl Strategy<Value = Value> {
    let formats = |kind: &'static str, names: &'static [&'static str]| {
        select(names).prop_map(move |name| match name {
            "" => json!({ "type": kind }),
            name => json!({ "type": kind, "format": name }),
        })
    };
    prop_oneof![
        formats("integer", &["", "int32", "int64", "uint32", "uint64"]),
        formats("number", &["", "float", "double"]),
        formats(
            "string",
            &[
                "",
                "uuid",
                "ipv4",
                "ipv6",
                "uri",
                "email",
                "byte",
                "date",
                "date-time",
                "partner-center-timestamp",
                "partner-center-id",
            ]
        ),
        Just(json!({ "type": "boolean" })),
        Just(json!({ "type": "integer", "minimum": -5, "maximum": 5, "exclusiveMaximum": true })),
        Just(json!({ "type": "string", "pattern": "^a$", "minLength": 1 })),
        Just(json!({ "type": "string", "default": "a \"quoted\" one" })),
        Just(json!({ "type": "boolean", "default": true })),
        Just(json!({ "oneOf": [{ "type": "string" }, { "type": "integer" }] })),
        Just(
            json!({ "anyOf": [{ "type": "integer" }, { "type": "string", "pattern": "^\\d+$" }] })
        ),
        Just(json!({ "oneOf": [{ "type": "boolean" }, { "type": "string" }] })),
        Just(json!({})),
    ]
}

/// Strategy for the schema of a value, with a description.
fn value() -> impl Strategy<Value = Value> {
    let named = select(&["Alpha", "Beta", "Gamma", "Open", "Count", "Grid"][..]);
    let reference =
        named.prop_map(|name| json!({ "$ref": format!("#/components/schemas/{name}") }));
    let leaf = prop_oneof![3 => scalar(), 1 => reference];
    let nested = leaf.prop_recursive(2, 4, 1, |inner| {
        prop_oneof![
            inner
                .clone()
                .prop_map(|items| json!({ "type": "array", "items": items })),
            inner.prop_map(|values| json!({ "type": "object", "additionalProperties": values })),
        ]
    });
    (
        nested,
        any::<bool>(),
        any::<bool>(),
        "[a-z<>\\[\\]`: ]{0,12}",
    )
        .prop_map(|(schema, nullable, deprecated, words)| {
            let mut schema = match schema.get("$ref") {
                Some(_) => json!({ "allOf": [schema] }),
                None => schema,
            };
            if let Value::Object(schema) = &mut schema {
                schema.insert("description".to_owned(), format!("Words {words}").into());
                if nullable {
                    schema.insert("nullable".to_owned(), true.into());
                }
                if deprecated {
                    schema.insert("deprecated".to_owned(), true.into());
                }
            }
            schema
        })
}

fn object() -> impl Strategy<Value = Value> {
    let names = subsequence(NAMES.to_vec(), 1..5);
    names.prop_flat_map(|names| {
        let count = names.len();
        let properties = proptest::collection::vec(value(), count);
        let required = subsequence(names.clone(), 0..=count);
        (Just(names), properties, required, any::<bool>()).prop_map(
            |(names, properties, required, inherits)| {
                let properties: Map<String, Value> = names
                    .into_iter()
                    .map(str::to_owned)
                    .zip(properties)
                    .collect();
                let own =
                    json!({ "type": "object", "required": required, "properties": properties });
                match inherits {
                    true => json!({
                        "description": "An object.",
                        "allOf": [{ "$ref": "#/components/schemas/Base" }, own],
                    }),
                    false => {
                        let mut own = own;
                        own["description"] = "An object.".into();
                        own
                    }
                }
            },
        )
    })
}

fn parameter(name: &str, kind: &Value) -> Value {
    json!({ "name": name, "in": "query", "description": "Words.", "schema": kind["schema"], "example": kind["example"] })
}

fn parameters() -> impl Strategy<Value = Vec<Value>> {
    let kinds = vec![
        json!({ "schema": { "type": "string" }, "example": "a" }),
        json!({ "schema": { "type": "string", "format": "date-time" }, "example": "2018-05-30T00:00:00Z" }),
        json!({ "schema": { "type": "string", "format": "uuid" }, "example": "25b6edd5-1f53-456b-b48c-c64f60ec2dda" }),
        json!({ "schema": { "type": "integer", "minimum": 1, "exclusiveMinimum": true, "maximum": 9 }, "example": 5 }),
        json!({ "schema": { "type": "number", "format": "float" }, "example": 0.5 }),
        json!({ "schema": { "type": "boolean", "default": true }, "example": true }),
        json!({ "schema": { "type": "array", "items": { "type": "string" } }, "example": ["a", "b"] }),
        json!({ "schema": { "type": "array", "items": { "$ref": "#/components/schemas/Closed" } }, "example": ["self"] }),
        json!({ "schema": { "$ref": "#/components/schemas/Open" }, "example": "new" }),
        json!({ "schema": { "allOf": [{ "$ref": "#/components/schemas/Closed" }] }, "example": "self" }),
        json!({ "schema": { "$ref": "#/components/schemas/Count" }, "example": 1 }),
    ];
    let names = subsequence(NAMES.to_vec(), 0..4);
    names.prop_flat_map(move |names| {
        let kinds = proptest::collection::vec(select(kinds.clone()), names.len());
        (Just(names), kinds).prop_map(|(names, kinds)| {
            let pairs = names.into_iter().zip(kinds);
            pairs.map(|(name, kind)| parameter(name, &kind)).collect()
        })
    })
}

fn operation() -> impl Strategy<Value = (String, Value)> {
    let success = prop_oneof![
        Just(json!({ "202": { "description": "d" } })),
        Just(json!({ "204": { "description": "d" } })),
        Just(
            json!({ "200": { "description": "d", "content": { "application/json": {
            "schema": { "type": "array", "items": { "$ref": "#/components/schemas/Base" } },
            "example": [],
        } } } })
        ),
        Just(
            json!({ "201": { "description": "d", "content": { "application/json": {
            "schema": { "$ref": "#/components/schemas/Base" },
            "example": {},
        } } } })
        ),
        Just(
            json!({ "200": { "description": "d", "content": { "application/json": {
            "schema": { "$ref": "#/components/schemas/Grid" },
            "example": [[1]],
        } } } })
        ),
    ];
    let method = select(&["get", "post", "put", "patch", "delete"][..]);
    (method, parameters(), success, any::<bool>()).prop_map(
        |(method, parameters, mut responses, deprecated)| {
            for range in ["4XX", "5XX"] {
                responses[range] = json!({ "$ref": "#/components/responses/Failure" });
            }
            let mut operation = json!({
                "operationId": format!("{method}_things"),
                "summary": "Things",
                "description": "Arguments:\nall of <them>.",
                "tags": ["things"],
                "externalDocs": { "url": "https://learn.microsoft.com/x" },
                "x-auth-modes": ["app-and-user"],
                "x-clouds": ["global"],
                "deprecated": deprecated,
                "parameters": parameters,
                "responses": responses,
            });
            if ["post", "put", "patch"].contains(&method) {
                operation["requestBody"] = json!({ "content": { "application/json": {
                    "schema": { "$ref": "#/components/schemas/Base" }, "example": {},
                } } });
            }
            (method.to_owned(), operation)
        },
    )
}

fn document() -> impl Strategy<Value = Value> {
    let objects = proptest::collection::vec(object(), COMPONENTS.len());
    let values = subsequence(VALUES.to_vec(), 1..VALUES.len());
    let operations = proptest::collection::vec(operation(), 1..4);
    (objects, values, operations).prop_map(|(objects, values, operations)| {
        let mut schemas = json!({
            "ApiError": { "type": "object", "description": "d",
                "properties": { "code": { "type": "string", "description": "d" } } },
            "Base": { "type": "object", "description": "d",
                "properties": { "base": { "type": "string", "description": "d" } } },
            "Count": { "type": "integer", "description": "d", "minimum": 0 },
            "Grid": { "type": "array", "description": "d",
                "items": { "type": "array", "items": { "type": "integer" } } },
            "Open": { "type": "string", "description": "d", "x-extensible-enum": values },
            "Closed": { "type": "string", "description": "d", "enum": ["self", "b"] },
        });
        for (name, object) in COMPONENTS.iter().zip(objects) {
            schemas[*name] = object;
        }
        let paths: Map<String, Value> = operations.into_iter().collect();
        json!({
            "openapi": "3.0.3",
            "info": { "title": "t", "version": "v1" },
            "tags": [{ "name": "things", "description": "d" }],
            "paths": { "/v1/things": paths },
            "components": {
                "responses": { "Failure": { "description": "d", "content": { "application/json": {
                    "schema": { "$ref": "#/components/schemas/ApiError" } } } } },
                "schemas": schemas,
            },
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_lint_accepts_is_generated(document in document()) {
        let spec = Spec::parse("t.yaml", document.to_string()).unwrap();
        let findings = lint(&spec);
        prop_assert_eq!(count(&findings).0, 0, "{:#?}", findings);
        let files = generate_apart(&spec).map_err(|error| TestCaseError::fail(error.to_string()))?;
        for file in files {
            if let Err(error) = syn::parse_file(&file.content) {
                return Err(TestCaseError::fail(format!("{}: {error}", file.path.display())));
            }
        }
    }
}
