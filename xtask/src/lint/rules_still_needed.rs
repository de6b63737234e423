//! Tests that the generator still fails on the documents that the rules reject. If one of these
//! tests fails after an update of the generator, its rule may be removed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle};

use super::*;

/// Outcome of generating a document.
#[derive(Debug, PartialEq)]
enum Outcome {
    Panics,
    Refuses,
    Code(String),
}

/// Valid document in parts that a test replaces.
#[derive(Clone, Copy)]
struct Document {
    path: &'static str,
    parameters: &'static str,
    more: &'static str,
    responses: &'static str,
    schemas: &'static str,
}

const SOUND: Document = Document {
    path: "/v1/things",
    parameters: "[]",
    more: "",
    responses: "'200': { description: d, content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } }",
    schemas: "",
};

impl Document {
    fn spec(&self) -> Spec {
        let Document {
            path,
            parameters,
            more,
            responses,
            schemas,
        } = self;
        let text = format!(
            "openapi: 3.0.3
info: {{ title: t, version: v1 }}
paths:
  '{path}':
    get:
      operationId: things
      parameters: {parameters}
      responses:
        {responses}
{more}
components:
  schemas:
    Thing: {{ type: object, properties: {{ id: {{ type: string }} }} }}
    Other: {{ type: object, properties: {{ no: {{ type: integer }} }} }}
    {schemas}
"
        );
        Spec::parse("spec.yaml", text).unwrap()
    }

    fn outcome(&self) -> Outcome {
        generate(&self.spec())
    }
}

fn generate(spec: &Spec) -> Outcome {
    let result = catch_unwind(AssertUnwindSafe(|| {
        let mut settings = GenerationSettings::default();
        settings.with_interface(InterfaceStyle::Builder);
        let mut generator = Generator::new(&settings);
        let client = generator.generate_tokens(&spec.document)?;
        let mocks = generator.httpmock(&spec.document, "client")?;
        Ok::<_, progenitor_impl::Error>(format!("{client}\n{mocks}"))
    }));
    match result {
        Ok(Ok(code)) => Outcome::Code(code),
        Ok(Err(_)) => Outcome::Refuses,
        Err(_) => Outcome::Panics,
    }
}

/// Asserts that the rule finds the document and that the generator fails on it.
fn assert_outcome(rule: &str, document: Document, expected: Outcome) {
    let spec = document.spec();
    let rules: Vec<_> = lint(&spec).iter().map(|finding| finding.rule).collect();
    assert!(rules.contains(&rule), "{rule} is not among {rules:?}");
    assert_eq!(generate(&spec), expected, "{rule}");
}

/// Asserts that the rule finds the document and that its code has a part that does not compile.
fn assert_code_has(rule: &str, document: Document, piece: &str) {
    let spec = document.spec();
    assert!(
        lint(&spec).iter().any(|finding| finding.rule == rule),
        "{rule}"
    );
    let Outcome::Code(code) = generate(&spec) else {
        panic!("{rule}: no code")
    };
    let dense = |text: &str| text.replace(char::is_whitespace, "");
    assert!(dense(&code).contains(&dense(piece)), "{rule}: {code}");
}

#[test]
fn the_valid_document_is_generated() {
    assert!(matches!(SOUND.outcome(), Outcome::Code(code) if code.contains("fn things")));
}

#[test]
fn documents_allowed_by_the_rules_are_generated() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/good.yaml");
    let spec = Spec::load(&file).unwrap();
    assert!(matches!(generate(&spec), Outcome::Code(code) if code.contains("fn customer_usage")));
}

#[test]
fn responses_that_make_the_generator_panic() {
    const JSON: &str = "'200': { description: d, content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } }";
    for (rule, responses) in [
        (
            "response-default",
            "default: { description: d, content: { application/json: { schema: { $ref: '#/components/schemas/Other' } } } }",
        ),
        ("response-success-types", "'204': { description: d }"),
        (
            "response-error-type",
            "'404': { description: d, content: { application/json: { schema: { $ref: '#/components/schemas/Other' } } } }\n        5XX: { description: d }",
        ),
        (
            "response-schema",
            "'404': { description: d, content: { application/json: {} } }",
        ),
        (
            "response-encoding",
            "'404': { description: d, content: { application/json: { schema: { $ref: '#/components/schemas/Other' }, encoding: { no: { contentType: a/b } } } } }",
        ),
        (
            "response-status",
            "'299': { description: d, content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } }",
        ),
    ] {
        let responses = format!("{JSON}\n        {responses}").leak();
        assert_outcome(rule, Document { responses, ..SOUND }, Outcome::Panics);
    }
}

#[test]
fn parameters_that_the_generator_does_not_support() {
    use Outcome::{Panics, Refuses};
    for (rule, path, parameters, outcome) in [
        (
            "path-parameter-required",
            "/v1/{id}",
            "[{ name: id, in: path, schema: { type: string } }]",
            Panics,
        ),
        ("path-parameter-declared", "/v1/{id}", "[]", Panics),
        (
            "path-parameter-declared",
            "/v1/{id}",
            "[{ name: id, in: path, required: true, schema: { type: string } }, { name: no, in: path, required: true, schema: { type: string } }]",
            Panics,
        ),
        ("path-template", "/v1/{id", "[]", Refuses),
        (
            "parameter-cookie",
            "/v1",
            "[{ name: id, in: cookie, schema: { type: string } }]",
            Refuses,
        ),
        (
            "parameter-content",
            "/v1",
            "[{ name: id, in: query, content: { application/json: { schema: { type: string } } } }]",
            Refuses,
        ),
        (
            "parameter-style",
            "/v1",
            "[{ name: id, in: query, style: deepObject, schema: { type: string } }]",
            Refuses,
        ),
    ] {
        assert_outcome(
            rule,
            Document {
                path,
                parameters,
                ..SOUND
            },
            outcome,
        );
    }
}

#[test]
fn operations_that_the_generator_does_not_support() {
    use Outcome::{Panics, Refuses};
    const OK: &str = "responses: { '200': { description: d } }";
    for (rule, more, outcome) in [
        (
            "path-item-reference",
            "  /v2: { $ref: '#/paths/~1v1~1things' }".to_owned(),
            Refuses,
        ),
        (
            "operation-id-present",
            format!("  /v2: {{ get: {{ {OK} }} }}"),
            Refuses,
        ),
        (
            "operation-id-unique",
            format!("  /v2: {{ get: {{ operationId: things, {OK} }} }}"),
            Refuses,
        ),
        (
            "request-body-json",
            format!(
                "  /v2: {{ post: {{ operationId: a, requestBody: {{ content: {{ text/plain: {{ schema: {{ type: string }} }}, application/json: {{ schema: {{ type: string }} }} }} }}, {OK} }} }}"
            ),
            Panics,
        ),
        (
            "request-body-json",
            format!(
                "  /v2: {{ post: {{ operationId: a, requestBody: {{ content: {{ application/xml: {{ schema: {{ type: string }} }} }} }}, {OK} }} }}"
            ),
            Refuses,
        ),
    ] {
        assert_outcome(
            rule,
            Document {
                more: more.leak(),
                ..SOUND
            },
            outcome,
        );
    }
}

#[test]
fn schemas_that_the_generator_does_not_support() {
    use Outcome::{Panics, Refuses};
    for (rule, schemas, outcome) in [
        ("schema-type", "Bad: { type: file }", Panics),
        ("schema-type", "Bad: { allOf: [] }", Panics),
        ("schema-mixed", "Bad: { minimum: 3 }", Panics),
        ("schema-not", "Bad: { not: { type: string } }", Panics),
        ("schema-bounds", "Bad: { exclusiveMinimum: true }", Panics),
        ("schema-bounds", "Bad: { exclusiveMaximum: true }", Panics),
        (
            "schema-enum-values",
            "Bad: { type: string, enum: ['+', '-'] }",
            Panics,
        ),
        ("schema-enum-values", "Bad: { enum: [one, 2] }", Panics),
        (
            "schema-enum-values",
            "Bad: { type: string, enum: [one, 2] }",
            Refuses,
        ),
        (
            "default-valid",
            "Bad: { type: integer, format: int32, default: 4294967296 }",
            Refuses,
        ),
        (
            "reference-kind",
            "Bad: { type: array, items: { $ref: '#/components/schemas/Thing/properties/id' } }",
            Panics,
        ),
    ] {
        assert_outcome(rule, Document { schemas, ..SOUND }, outcome);
    }
}

#[test]
fn code_that_does_not_compile() {
    let parameters = |parameters| Document {
        parameters,
        ..SOUND
    };
    let schemas = |schemas| Document { schemas, ..SOUND };
    assert_code_has(
        "parameter-nullable",
        parameters(
            "[{ name: id, in: header, required: true, schema: { type: string, nullable: true } }]",
        ),
        r#"header_map.append("id", id.to_string().try_into()?)"#,
    );
    assert_code_has(
        "property-name-unique",
        schemas(
            "Twice: { type: object, required: [aB, a_b], properties: { aB: { type: string }, a_b: { type: integer } } }",
        ),
        "pub a_b: i64",
    );
    assert_code_has(
        "operation-method",
        Document {
            more: "  /v2: { options: { operationId: options_of_things, responses: { '200': { description: d } } } }",
            ..SOUND
        },
        ".options(url)",
    );
    assert_code_has(
        "parameter-name-unique",
        parameters("[{ name: send, in: query, schema: { type: string } }]"),
        "pub fn send<V>(mut self",
    );
}

/// The generated modules import these names.
#[test]
fn names_that_the_generated_code_already_uses() {
    let schemas = "Default: { type: object, properties: { a: { type: string } } }";
    let taken = Document { schemas, ..SOUND };
    assert_code_has("schema-name-reserved", taken, "pub struct Default {");
    assert_code_has("schema-name-reserved", taken, "{ Default::default() }");
    for (id, piece) in [
        ("error", "pub struct Error<'a>"),
        ("baseurl", "pub fn baseurl(&self)"),
    ] {
        let more = format!(
            "  /v2: {{ get: {{ operationId: {id}, responses: {{ '200': {{ description: d }} }} }} }}"
        );
        assert_code_has(
            "operation-id-reserved",
            Document {
                more: more.leak(),
                ..SOUND
            },
            piece,
        );
    }
}

/// Limits and closed objects are generated without an error, but decoding a response fails.
#[test]
fn constructs_that_would_fail_a_whole_page() {
    let closed = Document {
        responses: "'200': { description: d, content: { application/json: { schema: { $ref: '#/components/schemas/Closed' } } } }",
        schemas: "Closed: { type: object, additionalProperties: false, properties: { kind: { type: string, enum: [a, b] } } }",
        ..SOUND
    };
    assert_code_has("schema-closed-object", closed, "deny_unknown_fields");
    assert_code_has(
        "schema-enum-closed",
        closed,
        "pub enum ClosedKind { #[serde(rename = \"a\")] A",
    );
}
