//! Tests of every keyword of every rule, one at a time, in an otherwise valid document.

use serde_json::{Value, json};

use super::*;

/// Returns a document without findings.
fn sound() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": { "title": "t", "version": "v1" },
        "security": [{ "bearer": [] }],
        "tags": [{ "name": "things", "description": "All of them." }],
        "paths": {
            "/v1/things": {
                "get": {
                    "operationId": "things",
                    "summary": "Things",
                    "description": "All of them.",
                    "tags": ["things"],
                    "externalDocs": { "url": "https://learn.microsoft.com/x" },
                    "x-auth-modes": ["app-and-user"],
                    "x-clouds": ["global"],
                    "x-ms-pageable": { "itemName": "Value", "nextLinkName": "next" },
                    "x-filter-fields": { "id": ["eq"] },
                    "x-group-fields": ["id"],
                    "x-order-fields": ["id"],
                    "x-group-measures": ["count"],
                    "parameters": [
                        { "name": "a", "in": "query", "description": "A.",
                          "schema": { "type": "string" }, "example": "a" },
                        { "name": "b", "in": "header", "description": "B.",
                          "schema": { "type": "integer" }, "example": 1 },
                        { "name": "c", "in": "query", "description": "C.",
                          "schema": { "type": "array", "items": { "type": "string" } },
                          "example": ["c"] },
                        { "name": "d", "in": "query", "description": "D.",
                          "schema": { "type": "number" }, "example": 1 },
                    ],
                    "responses": {
                        "200": {
                            "description": "A page.",
                            "content": { "application/json": {
                                "schema": { "$ref": "#/components/schemas/Page" },
                                "example": { "Value": [] },
                            } },
                        },
                        "4XX": { "$ref": "#/components/responses/Failure" },
                        "5XX": { "$ref": "#/components/responses/Failure" },
                    },
                },
                "post": {
                    "operationId": "create",
                    "summary": "Make one",
                    "description": "One of them.",
                    "tags": ["things"],
                    "externalDocs": { "url": "https://learn.microsoft.com/x" },
                    "x-auth-modes": ["app-and-user"],
                    "x-clouds": ["global"],
                    "requestBody": { "content": { "application/json": {
                        "schema": { "$ref": "#/components/schemas/Thing" },
                        "example": { "id": "a" },
                    } } },
                    "responses": {
                        "204": { "description": "Done." },
                        "4XX": { "$ref": "#/components/responses/Failure" },
                        "5XX": { "$ref": "#/components/responses/Failure" },
                    },
                },
            },
        },
        "components": {
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
            "responses": { "Failure": {
                "description": "It failed.",
                "content": { "application/json": {
                    "schema": { "$ref": "#/components/schemas/ApiError" },
                } },
            } },
            "schemas": {
                "ApiError": { "type": "object", "description": "An error.",
                    "properties": { "code": { "type": "string", "description": "Code." } } },
                "Page": { "type": "object", "description": "A page.", "required": ["Value"],
                    "properties": {
                        "Value": { "type": "array", "description": "Rows.",
                            "items": { "$ref": "#/components/schemas/Thing" } },
                        "TotalCount": { "type": "integer", "description": "All." },
                        "next": { "type": "string", "description": "Next." } } },
                "Thing": { "type": "object", "description": "A thing.",
                    "properties": {
                        "id": { "type": "string", "description": "Id." },
                        "count": { "type": "integer", "description": "Count." },
                        "list": { "type": "array", "description": "List.",
                            "items": { "type": "string" } },
                        "part": { "description": "Part.",
                            "allOf": [{ "$ref": "#/components/schemas/Part" }] },
                        "kind": { "$ref": "#/components/schemas/Kind" } } },
                "Part": { "description": "A part.", "type": "object",
                    "properties": { "id": { "type": "string", "description": "Id." } } },
                "Kind": { "type": "string", "description": "Kind.",
                    "x-extensible-enum": ["a", "b"] },
            },
        },
    })
}

fn spec(document: &Value) -> Spec {
    Spec::parse("t.yaml", document.to_string()).unwrap_or_else(|error| panic!("{error}"))
}

/// Returns the valid document with one value set, or removed if it is null.
fn changed(at: &str, value: &Value) -> Value {
    let mut document = sound();
    let key = pointer::last(at);
    let parent = document.pointer_mut(pointer::parent(at));
    match parent.unwrap_or_else(|| panic!("nothing at {at}")) {
        Value::Object(object) if value.is_null() => drop(object.remove(&key)),
        Value::Object(object) => drop(object.insert(key, value.clone())),
        Value::Array(list) => list[key.parse::<usize>().unwrap()] = value.clone(),
        _ => panic!("{at} is not a mapping"),
    }
    document
}

const OPERATION: &str = "/paths/~1v1~1things/get";
const PARAMETERS: &str = "/paths/~1v1~1things/get/parameters";
const THING: &str = "/components/schemas/Thing";

#[test]
fn the_document_is_sound() {
    assert_eq!(lint(&spec(&sound())), []);
}

/// Asserts a finding of a rule after setting a value; `place` is its pointer if it differs.
#[track_caller]
fn assert_found(rule: &str, at: &str, value: Value, place: Option<&str>) {
    let findings = lint(&spec(&changed(at, &value)));
    let place = place.unwrap_or(at);
    assert!(findings.iter().any(|finding| finding.rule == rule && finding.pointer == place), "{rule} does not find {value} at {at}: {findings:#?}");
}

#[test]
fn unchecked_limits_are_warnings() {
    let limits = [
        ("id", "minLength", json!(1)),
        ("id", "maxLength", json!(9)),
        ("list", "minItems", json!(1)),
        ("list", "maxItems", json!(9)),
        ("list", "uniqueItems", json!(true)),
        ("count", "multipleOf", json!(2)),
    ];
    for (property, key, value) in limits {
        let at = format!("{THING}/properties/{property}/{key}");
        assert_found("schema-constraint", &at, value, None);
    }
    for (limit, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        let at = format!("{THING}/properties/count");
        let schema = json!({ "type": "integer", "description": "d", limit: 1, exclusive: true });
        let place = format!("{at}/{exclusive}");
        assert_found("schema-constraint", &at, schema, Some(&place));
        // Limits of responses are allowed as information; limits of sent numbers are not checked.
        let plain = changed(&format!("{at}/{limit}"), &json!(1));
        assert_eq!(lint(&spec(&plain)), [], "{limit}");
        let at = format!("{PARAMETERS}/3/schema/{limit}");
        assert_found("schema-constraint", &at, json!(1), None);
    }
    for key in ["minProperties", "maxProperties"] {
        assert_found("schema-constraint", &format!("{THING}/{key}"), json!(1), None);
    }
    for key in ["readOnly", "writeOnly"] {
        let at = format!("{THING}/properties/id/{key}");
        assert_found("schema-access", &at, json!(true), None);
    }
    let at = format!("{THING}/additionalProperties");
    assert_found("schema-additional-type", &at, json!({ "type": "string" }), None);
    let at = "/components/schemas/Unused";
    let unused = json!({ "type": "string", "description": "d" });
    assert_found("component-unused", at, unused, None);
    for rule in WARNINGS {
        assert!(RULES.contains(rule), "{rule}");
    }
}

#[test]
fn invalid_schemas_are_found() {
    let property = format!("{THING}/properties/id");
    for (rule, schema, place) in [
        ("schema-closed-object", json!({ "type": "object", "additionalProperties": false }), "/additionalProperties"),
        ("schema-enum-closed", json!({ "type": "string", "enum": ["a"] }), "/enum"),
        ("schema-inline-enum", json!({ "type": "string", "enum": ["a"] }), "/enum"),
        ("schema-inline-enum", json!({ "type": "string", "x-extensible-enum": ["a"] }), "/x-extensible-enum"),
        ("schema-enum-values", json!({ "type": "integer", "enum": [1] }), "/enum/0"),
        ("schema-enum-values", json!({ "type": "string", "enum": [] }), "/enum"),
        ("schema-inline-object", json!({ "type": "object", "properties": {} }), ""),
        ("schema-not", json!({ "not": { "type": "string" } }), "/not"),
        ("schema-type", json!({ "type": "file" }), "/type"),
        ("schema-type", json!({ "type": "array" }), ""),
        ("schema-type", json!({ "allOf": [] }), "/allOf"),
        ("schema-type", json!({ "oneOf": [] }), "/oneOf"),
        ("schema-type", json!({ "anyOf": [] }), "/anyOf"),
        ("schema-mixed", json!({ "type": "string", "items": { "type": "string" } }), ""),
        ("schema-mixed", json!({ "type": "string", "oneOf": [{ "type": "string" }] }), ""),
        ("schema-union", json!({ "oneOf": [{ "type": "string" }, { "type": "array", "items": {} }] }), "/oneOf/1"),
        ("schema-union", json!({ "anyOf": [{ "$ref": "#/components/schemas/Part" }, { "type": "string" }] }), "/anyOf/0"),
        ("unknown-key", json!({ "type": "string", "discriminator": { "propertyName": "id" } }), "/discriminator"),
        ("unknown-key", json!({ "$ref": "#/components/schemas/Part", "x-aliases": ["other"] }), "/x-aliases"),
        ("unknown-key", json!({ "$ref": "#/components/schemas/Part", "description": "d" }), "/description"),
        ("schema-all-of", json!({ "allOf": [{ "$ref": "#/components/schemas/Part" }, { "$ref": "#/components/schemas/Kind" }] }), "/allOf"),
        ("schema-required", json!({ "type": "object", "required": ["idd"] }), "/required/0"),
        ("schema-bounds", json!({ "type": "integer", "exclusiveMinimum": true }), "/exclusiveMinimum"),
        ("schema-bounds", json!({ "type": "integer", "exclusiveMaximum": true }), "/exclusiveMaximum"),
        ("schema-bounds", json!({ "type": "integer", "minimum": 2, "maximum": 1 }), "/minimum"),
        ("schema-bounds", json!({ "type": "integer", "minimum": 2, "maximum": 2, "exclusiveMaximum": true }), "/minimum"),
        ("schema-bounds", json!({ "type": "integer", "minimum": 2, "maximum": 2, "exclusiveMinimum": true }), "/minimum"),
        ("schema-bounds", json!({ "type": "string", "minLength": 2, "maxLength": 1 }), "/minLength"),
        ("schema-bounds", json!({ "type": "array", "items": {}, "minItems": 2, "maxItems": 1 }), "/minItems"),
        ("schema-default", json!({ "type": "string", "format": "partner-center-timestamp", "default": "2018-05-30" }), "/default"),
        ("schema-default", json!({ "type": "string", "format": "partner-center-id", "default": "1" }), "/default"),
        ("schema-default", json!({ "type": "string", "format": "date", "default": "2018-05-30" }), "/default"),
        ("schema-default", json!({ "type": "string", "format": "date-time", "default": "2018-05-30T00:00:00Z" }), "/default"),
        ("schema-default", json!({ "type": "array", "items": {}, "default": [] }), "/default"),
        ("schema-default", json!({ "oneOf": [{ "type": "string" }, { "type": "integer" }], "default": 1 }), "/default"),
        ("property-alias-unique", json!({ "type": "string", "x-aliases": ["COUNT"] }), ""),
        ("property-alias-of", json!({ "type": "string", "x-alias-of": "nothing" }), ""),
        ("property-alias-of", json!({ "type": "string", "x-alias-of": "count" }), ""),
        ("property-alias-of", json!({ "type": "string", "x-alias-of": "id" }), ""),
        ("property-alias-of", json!({ "type": "string", "x-alias-of": 7 }), ""),
        ("extension-shape", json!({ "type": "string", "x-aliases": ["a", "a"] }), "/x-aliases"),
        ("unknown-extension", json!({ "type": "string", "x-alias": ["a"] }), "/x-alias"),
        ("unknown-extension", json!({ "type": "string", "x-clouds": ["global"] }), "/x-clouds"),
        ("unknown-key", json!({ "type": "string", "formt": "date" }), "/formt"),
    ] {
        assert_found(rule, &property, schema, Some(&format!("{property}{place}")));
    }
    let part = "/components/schemas/Part";
    let object = |name: &str, kind: &str| json!({ "type": "object", "properties": { name: { "type": kind, "description": "d" } } });
    for (rule, schema, place) in [
        ("schema-all-of", json!({ "allOf": [{ "$ref": "#/components/schemas/Kind" }, object("a", "string")] }), "/allOf/0"),
        ("schema-all-of", json!({ "allOf": [object("a", "string"), object("a", "integer")] }), "/allOf/1"),
        ("schema-all-of-circle", json!({ "allOf": [{ "$ref": "#/components/schemas/Part" }] }), ""),
        ("schema-all-of-circle", json!({ "oneOf": [{ "$ref": "#/components/schemas/Part" }] }), ""),
        ("schema-all-of-circle", json!({ "anyOf": [{ "$ref": "#/components/schemas/Part" }] }), ""),
        ("schema-all-of-circle", json!({ "type": "array", "items": { "$ref": "#/components/schemas/Part" } }), ""),
        ("schema-all-of-circle", json!({ "type": "object", "additionalProperties": { "$ref": "#/components/schemas/Part" } }), ""),
        ("schema-description", object("a", "string"), ""),
    ] {
        assert_found(rule, part, schema, Some(&format!("{part}{place}")));
    }
    for (values, place) in [(json!(["a", "A"]), ""), (json!(["a", "a"]), "/1"), (json!(["%", "/"]), ""), (json!([1]), ""), (json!([]), ""), (json!("a"), "")] {
        let at = "/components/schemas/Kind/x-extensible-enum";
        let place = format!("{at}{place}");
        assert_found("schema-extensible-enum", at, values, Some(&place));
    }
    for name in ["licenses_sold", "extra", "additionalProperties", "%"] {
        let mut properties = sound().pointer(&format!("{THING}/properties")).unwrap().clone();
        properties["licensesSold"] = json!({ "type": "string", "description": "d" });
        properties[name] = json!({ "type": "string", "description": "d" });
        let at = format!("{THING}/properties");
        let findings = lint(&spec(&changed(&at, &properties)));
        assert!(findings.iter().any(|finding| finding.rule == "property-name-unique"), "{name}: {findings:#?}");
    }
}

#[test]
fn invalid_parameters_and_bodies_are_found() {
    let at = |position: usize, key: &str| format!("{PARAMETERS}/{position}/{key}");
    for (rule, position, key, value, place) in [
        ("parameter-style", 0, "style", json!("deepObject"), None),
        ("parameter-style", 0, "explode", json!(false), None),
        ("parameter-style", 0, "allowReserved", json!(true), None),
        ("parameter-style", 1, "explode", json!(true), None),
        ("parameter-cookie", 0, "in", json!("cookie"), Some("")),
        ("parameter-array", 2, "in", json!("header"), Some("/schema")),
        ("parameter-array", 2, "schema", json!({ "type": "array", "items": { "type": "integer" } }), None),
        ("parameter-array", 2, "schema", json!({ "type": "array", "items": { "type": "string", "enum": ["a"] } }), None),
        ("parameter-array", 2, "schema", json!({ "type": "array", "items": { "type": "string", "x-extensible-enum": ["a"] } }), None),
        ("parameter-object", 0, "schema", json!({ "type": "object" }), None),
        ("parameter-object", 0, "schema", json!({}), None),
        ("parameter-type", 0, "schema", json!({ "type": "string", "enum": ["a"] }), None),
        ("parameter-type", 0, "schema", json!({ "type": "string", "x-extensible-enum": ["a"] }), None),
        ("parameter-nullable", 0, "schema", json!({ "type": "string", "nullable": true }), None),
        ("parameter-limits", 1, "schema", json!({ "type": "integer", "minimum": -1 }), None),
        ("parameter-limits", 1, "schema", json!({ "type": "integer", "maximum": -1 }), None),
        ("parameter-example", 0, "example", json!(null), Some("")),
        ("parameter-description", 0, "description", json!(" "), Some("")),
        ("parameter-name-unique", 0, "name", json!("send"), Some("")),
        ("parameter-name-unique", 0, "name", json!("new"), Some("")),
        ("parameter-name-unique", 0, "name", json!("intoInner"), Some("")),
        ("parameter-name-unique", 0, "name", json!("header-map"), Some("")),
        ("path-parameter-declared", 0, "in", json!("path"), Some("")),
        ("path-parameter-required", 0, "in", json!("path"), Some("")),
    ] {
        let place = place.map(|place| format!("{PARAMETERS}/{position}{place}"));
        assert_found(rule, &at(position, key), value, place.as_deref());
    }
    let twice = format!("{PARAMETERS}/1/name");
    assert_found("parameter-name-unique", &twice, json!("A"), Some(&format!("{PARAMETERS}/1")));
    let body = "/paths/~1v1~1things/post/requestBody/content";
    let media = format!("{body}/application~1json");
    assert_found("request-body-example", &format!("{media}/example"), json!(null), Some(&media));
    assert_found("request-body-json", &format!("{media}/schema"), json!(null), Some(&media));
    assert_found("request-body-json", &format!("{media}/schema"), json!({ "type": "string" }), Some(&media));
    assert_found("request-body-json", &format!("{media}/encoding"), json!({}), Some(&media));
    assert_found("request-body-json", body, json!({ "text/csv": { "schema": {}, "example": "" } }), Some(&format!("{body}/text~1csv")));
    assert_found("request-body-json", body, json!({}), None);
}

#[test]
fn invalid_responses_are_found() {
    let success = format!("{OPERATION}/responses/200/content/application~1json");
    for (rule, key, value, place) in [
        ("response-example", "example", json!(null), Some(format!("{OPERATION}/responses/200"))),
        ("response-schema", "schema", json!(null), Some(success.clone())),
        ("response-encoding", "encoding", json!({}), None),
        ("response-named-schema", "schema", json!({ "type": "object", "properties": {} }), None),
        ("response-named-schema", "schema", json!({ "allOf": [{ "$ref": "#/components/schemas/Part" }, {}] }), None),
        ("response-named-schema", "schema", json!({ "type": "string", "enum": ["a"] }), None),
        ("response-named-schema", "schema", json!({ "type": "string", "x-extensible-enum": ["a"] }), None),
        ("response-named-schema", "schema", json!({ "type": "array", "items": { "type": "object", "properties": {} } }), None),
        ("response-named-schema", "schema", json!({ "type": "object", "additionalProperties": { "type": "object", "properties": {} } }), None),
    ] {
        assert_found(rule, &format!("{success}/{key}"), value, place.as_deref());
    }
    for schema in [
        json!({ "type": "array", "items": { "$ref": "#/components/schemas/Part" } }),
        json!({ "type": "object", "additionalProperties": { "type": "integer" } }),
        json!({ "allOf": [{ "$ref": "#/components/schemas/Part" }] }),
    ] {
        let findings = lint(&spec(&changed(&format!("{success}/schema"), &schema)));
        assert!(!findings.iter().any(|finding| finding.rule == "response-named-schema"), "{schema}: {findings:#?}");
    }
    let under = format!("{OPERATION}/responses");
    for (rule, key, value, place) in [
        ("response-client-error", "4XX", json!(null), Some(under.clone())),
        ("response-server-error", "5XX", json!(null), Some(under.clone())),
        ("response-error-type", "404", json!({ "description": "d" }), None),
        ("response-error-type", "503", json!({ "description": "d" }), None),
        ("response-default", "default", json!({ "description": "d" }), None),
        ("response-status", "299", json!({ "description": "d" }), None),
        ("response-status", "1XX", json!({ "description": "d" }), None),
        ("response-success-types", "204", json!({ "description": "d" }), None),
        ("response-success", "200", json!(null), Some(under.clone())),
    ] {
        assert_found(rule, &format!("{under}/{key}"), value, place.as_deref());
    }
    let at = format!("{success}/schema");
    let csv = format!("{OPERATION}/responses/200/content/text~1csv");
    assert_found("response-json", &csv, json!({ "schema": {} }), None);
    assert_found("reference-kind", &at, json!({ "$ref": "#/components/responses/Failure" }), Some(&format!("{at}/$ref")));
}

#[test]
fn invalid_operations_are_found() {
    let at = |key: &str| format!("{OPERATION}/{key}");
    for (rule, key, value, place) in [
        ("operation-summary", "summary", json!(null), Some("")),
        ("operation-description", "description", json!(null), Some("")),
        ("operation-tag", "tags", json!([]), None),
        ("operation-tag", "tags", json!(["things", "things"]), None),
        ("operation-tag", "tags", json!(["thigns"]), None),
        ("operation-docs-link", "externalDocs", json!(null), Some("")),
        ("operation-docs-link", "externalDocs", json!({ "url": "http://example.com" }), Some("/externalDocs/url")),
        ("operation-auth-modes", "x-auth-modes", json!(null), Some("")),
        ("operation-auth-modes", "x-auth-modes", json!(["app-only", "app"]), Some("/x-auth-modes/1")),
        ("operation-auth-modes", "x-auth-modes", json!(["app-only", "app-only"]), Some("/x-auth-modes/1")),
        ("operation-clouds", "x-clouds", json!([]), None),
        ("operation-clouds", "x-clouds", json!(["globe"]), Some("/x-clouds/0")),
        ("operation-superseded-by", "x-superseded-by", json!("/v1/things"), None),
        ("operation-superseded-by", "x-superseded-by", json!("GET /v1/thing"), None),
        ("operation-superseded-by", "x-superseded-by", json!("PUT /v1/things"), None),
        ("pageable", "x-ms-pageable", json!("Value"), None),
        ("pageable", "x-ms-pageable", json!({ "itemName": "value", "nextLinkName": "next" }), None),
        ("pageable", "x-ms-pageable", json!({ "itemName": "Value", "nextLinkName": "nxt" }), None),
        ("extension-shape", "x-ms-pageable", json!({ "itemName": "Value", "nextLinkname": "next" }), None),
        ("extension-shape", "x-group-fields", json!("id"), None),
        ("extension-shape", "x-order-fields", json!(["id", "id"]), None),
        ("extension-shape", "x-group-measures", json!([]), None),
        ("extension-shape", "x-filter-fields", json!({}), None),
        ("extension-shape", "x-filter-fields", json!({ "id": "eq" }), None),
        ("extension-shape", "x-filter-fields", json!({ "id": ["gt"] }), None),
        ("extension-shape", "x-filter-fields", json!({ "id": ["eq", "eq"] }), None),
        ("extension-shape", "x-filter-fields", json!({ "id": { "type": "string", "operators": ["eq"] } }), None),
        ("extension-field", "x-filter-fields", json!({ "idd": ["eq"] }), Some("/x-filter-fields/idd")),
        ("extension-field", "x-group-fields", json!(["id", "cuont"]), Some("/x-group-fields/1")),
        ("extension-field", "x-order-fields", json!(["ID"]), Some("/x-order-fields/0")),
        ("extension-field", "x-group-measures", json!(["counts"]), Some("/x-group-measures/0")),
        ("unknown-extension", "x-cloud", json!(["global"]), None),
        ("unknown-extension", "x-aliases", json!(["a"]), None),
        ("unknown-key", "servers", json!([]), None),
        ("security-scheme", "security", json!([{ "baerer": [] }]), Some("/security/0/baerer")),
        ("operation-id-present", "operationId", json!(null), Some("")),
        ("operation-id-snake-case", "operationId", json!("allThings"), None),
        ("operation-id-reserved", "operationId", json!("pre"), None),
        ("operation-id-reserved", "operationId", json!("async"), None),
        ("operation-id-reserved", "operationId", json!("byte_stream"), None),
    ] {
        let place = place.map(|place| format!("{OPERATION}{place}"));
        assert_found(rule, &at(key), value, place.as_deref());
    }
    let post = "/paths/~1v1~1things/post/operationId";
    assert_found("operation-id-unique", post, json!("things"), None);
    for method in ["options", "head", "trace"] {
        let at = format!("/paths/~1v1~1things/{method}");
        assert_found("operation-method", &at, json!({ "responses": {} }), None);
    }
    for path in ["/v1/things/{id", "/v1//x", "v1/x", "/v1/{a}/{a}", "/v1/a+b"] {
        let at = pointer::join("/paths", path);
        assert_found("path-template", &at, json!({}), None);
    }
    // The second of the two in file order is reported; capitals sort first here.
    assert_found("path-unique", "/paths/~1V1~1Things", json!({}), Some("/paths/~1v1~1things"));
    assert_found("security-scheme", "/security", json!([{ "x": [] }]), Some("/security/0/x"));
    assert_found("unknown-key", "/webhooks", json!({}), None);
    assert_found("unknown-extension", "/x-logo", json!({}), None);
}

/// Valid OpenAPI keys do not cause findings.
#[test]
fn keys_that_have_an_effect_are_accepted() {
    let parameter = format!("{PARAMETERS}/0");
    let property = format!("{THING}/properties/id");
    let count = format!("{THING}/properties/count");
    for (at, value) in [
        (format!("{OPERATION}/deprecated"), json!(true)),
        (format!("{OPERATION}/security"), json!([{ "bearer": [] }])),
        (format!("{OPERATION}/x-superseded-by"), json!("POST /v1/things")),
        (format!("{OPERATION}/externalDocs/description"), json!("d")),
        (format!("{parameter}/deprecated"), json!(true)),
        (format!("{parameter}/required"), json!(true)),
        (format!("{parameter}/style"), json!("form")),
        (format!("{parameter}/explode"), json!(true)),
        (format!("{parameter}/allowReserved"), json!(false)),
        (format!("{parameter}/schema/default"), json!("a")),
        (format!("{parameter}/schema/pattern"), json!("^a$")),
        (format!("{PARAMETERS}/1/schema/minimum"), json!(0)),
        (format!("{PARAMETERS}/1/schema/maximum"), json!(9)),
        (format!("{PARAMETERS}/1/schema/format"), json!("int32")),
        (format!("{property}/nullable"), json!(true)),
        (format!("{property}/deprecated"), json!(true)),
        (format!("{property}/default"), json!("a")),
        (format!("{property}/example"), json!("a")),
        (format!("{property}/pattern"), json!("^a$")),
        (format!("{property}/format"), json!("byte")),
        (format!("{property}/title"), json!("t")),
        (format!("{property}/externalDocs"), json!({ "url": "https://example.com" })),
        (format!("{property}/x-aliases"), json!(["ident"])),
        (format!("{THING}/properties/ident"), json!({ "type": "string", "description": "d", "x-alias-of": "id" })),
        (format!("{count}/minimum"), json!(-5)),
        (format!("{count}/maximum"), json!(5)),
        (format!("{count}/default"), json!(5)),
        (format!("{THING}/required"), json!(["id"])),
        (format!("{THING}/example"), json!({ "id": "a" })),
        ("/components/schemas/Kind/x-extensible-enum".to_owned(), json!(["self", "other", "%", "", "größe"])),
        ("/servers".to_owned(), json!([{ "url": "https://example.com" }])),
        ("/externalDocs".to_owned(), json!({ "url": "https://example.com" })),
    ] {
        assert_eq!(lint(&spec(&changed(&at, &value))), [], "{at}: {value}");
    }
}
