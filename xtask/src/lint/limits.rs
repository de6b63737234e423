//! Tests of the limits of rules: constructs just found, constructs just allowed, and places.

use serde_json::json;

use super::*;

/// Returns the pointers of a rule's findings in a document with these schemas.
fn found(rule: &str, schemas: &str) -> Vec<String> {
    let spec = Spec::parse(
        "limits.yaml",
        format!(
            "openapi: 3.0.3
info: {{ title: t, version: v1 }}
paths:
  /v1/things:
    get:
      operationId: things
      parameters:
        - {{ name: top, in: query, description: d, schema: {{ type: integer }}, example: many }}
      responses:
        '200':
          description: d
          headers: {{ MS-CV: {{ description: d, schema: {{ type: integer }}, example: none }} }}
          content:
            application/json:
              schema: {{ $ref: '#/components/schemas/Thing' }}
              examples:
                right: {{ value: {{ id: a }} }}
                wrong: {{ value: {{ id: 1 }} }}
components:
  schemas:
    Thing: {{ type: object, properties: {{ id: {{ type: string }} }} }}
{schemas}
"
        ),
    )
    .unwrap();
    lint(&spec)
        .into_iter()
        .filter(|finding| finding.rule == rule)
        .map(|finding| finding.pointer)
        .collect()
}

#[test]
fn examples_of_parameters_headers_and_bodies_are_validated() {
    let operation = "/paths/~1v1~1things/get";
    assert_eq!(
        found("example-valid", ""),
        [
            format!("{operation}/parameters/0/example"),
            format!("{operation}/responses/200/headers/MS-CV/example"),
            format!("{operation}/responses/200/content/application~1json/examples/wrong/value/id"),
        ]
    );
}

#[test]
fn equal_limits_allow_one_value_unless_one_is_excluded() {
    let bounds = |more: &str| {
        let schema = format!("    N: {{ type: integer, minimum: 1, maximum: {more} }}");
        found("schema-bounds", &schema).len()
    };
    assert_eq!(bounds("1"), 0);
    assert_eq!(bounds("1, exclusiveMaximum: false"), 0);
    assert_eq!(bounds("1, exclusiveMaximum: true"), 1);
    assert_eq!(bounds("1, exclusiveMinimum: true"), 1);
    assert_eq!(bounds("2, exclusiveMinimum: true"), 0);
    assert_eq!(bounds("0"), 1);
}

#[test]
fn parts_of_all_of_are_objects() {
    let all_of = |part: &str| {
        let thing = "{ $ref: '#/components/schemas/Thing' }";
        let schema = format!("    Both: {{ description: d, allOf: [{thing}, {part}] }}");
        found("schema-all-of", &schema)
    };
    for object in [
        "{ type: object, properties: { no: { type: integer } } }",
        "{ type: object, required: [id] }",
    ] {
        assert!(all_of(object).is_empty(), "{object}");
    }
    assert_eq!(
        all_of("{ type: string }"),
        ["/components/schemas/Both/allOf/1"]
    );
    assert_eq!(
        all_of("{ type: object, properties: { id: { type: integer } } }"),
        ["/components/schemas/Both/allOf/1"]
    );
}

#[test]
fn enum_values_with_distinct_variants_are_allowed() {
    let values = |list: &str| {
        let schema = format!("    Level: {{ type: string, description: d, enum: [{list}] }}");
        found("schema-enum-values", &schema).len()
    };
    assert_eq!(values("a b, a-b"), 1);
    assert_eq!(values("'-ab', 'ab-'"), 0);
    assert_eq!(values("ab, ac"), 0);
}

#[test]
fn schemas_that_become_a_type_need_a_name() {
    let object = json!({"type": "object", "properties": {}});
    for (schema, named) in [
        (json!({"type": "string"}), false),
        (json!({"$ref": "#/components/schemas/Thing"}), false),
        (
            json!({"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}),
            false,
        ),
        (
            json!({"type": "object", "additionalProperties": true}),
            false,
        ),
        (object.clone(), true),
        (json!({"type": "string", "enum": ["a"]}), true),
        (json!({"type": "array", "items": object}), true),
        (
            json!({"type": "object", "additionalProperties": object}),
            true,
        ),
    ] {
        assert_eq!(responses::needs_name(&schema), named, "{schema}");
    }
}

#[test]
fn path_templates_are_parsed_and_invalid_ones_are_found() {
    for (path, names) in [
        ("/", vec![]),
        ("/v1/things", vec![]),
        ("/v1/{a}/{b}", vec!["a", "b"]),
        ("/v1/{a}-{b}", vec!["a", "b"]),
    ] {
        assert_eq!(operations::template(path), (names, None), "{path}");
    }
    for (path, problem) in [
        ("v1", "begin with"),
        ("/v1/", "empty segment"),
        ("/v1//things", "empty segment"),
        ("//", "empty segment"),
        ("/{}", "unbalanced"),
        ("/{a", "unbalanced"),
        ("/a}", "unbalanced"),
        ("/{a{b}", "unbalanced"),
        ("/{a/b}", "unbalanced"),
        ("/{a}/{a}", "twice"),
        ("/a(b)", "character"),
    ] {
        let found = operations::template(path).1.unwrap_or_default();
        assert!(found.contains(problem), "{path}: {found}");
    }
}
