use super::*;

const SOUND: &str = "openapi: 3.0.3
info: { title: t, version: v1 }
paths:
  /z:
    parameters:
      - { name: id, in: query, description: of the path, schema: { type: string } }
      - { name: kept, in: query, schema: { type: string } }
    post: { operationId: second, responses: { 4xx: { description: d }, 200: { description: d } } }
    get:
      operationId: third
      x-auth-modes: [app-only]
      x-clouds: [global, us-government]
      x-superseded-by: GET /a
      x-ms-pageable: { nextLinkName: next }
      externalDocs: { url: 'https://example.com' }
      parameters:
        - $ref: '#/components/parameters/Id'
      responses: { '200': { $ref: '#/components/responses/Thing' } }
  /a:
    get: { operationId: fourth, responses: { '200': { description: d } } }
components:
  parameters:
    Id: { name: id, in: query, description: of the component, schema: { type: string } }
  responses:
    Thing: { description: d }
  schemas:
    Thing:
      type: object
      properties:
        zebra: { type: number, example: 0.0 }
        ant: { type: string }
";

fn error(text: &str) -> String {
    let message = Spec::parse("spec.yaml", text).unwrap_err().to_string();
    assert!(!message.contains('\n'), "{message}");
    message
}

/// The sound document with one piece replaced.
fn error_with(piece: &str, other: &str) -> String {
    assert!(SOUND.contains(piece), "{piece}");
    error(&SOUND.replace(piece, other))
}

#[test]
fn the_order_of_the_file_is_kept() {
    let spec = Spec::parse("spec.yaml", SOUND).unwrap();
    assert_eq!(spec.property_names("Thing"), ["zebra", "ant"]);
    assert!(spec.property_names("Nothing").is_empty());
    assert_eq!(
        spec.document.paths.paths.keys().collect::<Vec<_>>(),
        ["/z", "/a"]
    );
    let components = spec.document.components.as_ref().unwrap();
    let schema = components.schemas["Thing"].as_item().unwrap();
    let openapiv3::SchemaKind::Type(openapiv3::Type::Object(object)) = &schema.schema_kind else {
        panic!("{schema:?}")
    };
    assert_eq!(
        object.properties.keys().collect::<Vec<_>>(),
        ["zebra", "ant"]
    );
    let ids: Vec<_> = spec
        .operations()
        .iter()
        .map(|operation| operation.operation_id)
        .collect();
    assert_eq!(ids, ["second", "third", "fourth"]);
}

#[test]
fn places_are_lines_of_the_file() {
    let spec = Spec::parse("spec.yaml", SOUND).unwrap();
    assert_eq!(spec.line_of(""), Some(1));
    assert_eq!(spec.line_of("/paths/~1z"), Some(4));
    assert_eq!(spec.line_of("/paths/~1z/get/operationId"), Some(10));
    assert_eq!(spec.line_of("/paths/~1z/get/no/such/key"), Some(9));
    assert_eq!(
        spec.line_of("/components/schemas/Thing/properties/ant"),
        Some(31)
    );
    assert_eq!(spec.sha256, format!("{:x}", Sha256::digest(SOUND)));
}

#[test]
fn operations_are_resolved() {
    let spec = Spec::parse("spec.yaml", SOUND).unwrap();
    let operations = spec.operations();
    let operation = &operations[1];
    assert_eq!((operation.method, operation.path), ("get", "/z"));
    assert_eq!(operation.auth_modes(), ["app-only"]);
    assert_eq!(operation.clouds(), ["global", "us-government"]);
    assert_eq!(operation.superseded_by(), Some("GET /a"));
    assert_eq!(operation.documentation(), Some("https://example.com"));
    let pageable = Pageable {
        item_name: "value",
        next_link_name: Some("next"),
    };
    assert_eq!(operation.pageable(), Some(pageable));
    let parameters: Vec<_> = operation
        .parameters
        .iter()
        .map(|parameter| {
            let data = parameter.parameter.parameter_data_ref();
            (
                data.name.as_str(),
                data.description.as_deref(),
                parameter.definition.as_str(),
            )
        })
        .collect();
    assert_eq!(
        parameters,
        [
            ("kept", None, "/paths/~1z/parameters/1"),
            ("id", Some("of the component"), "/components/parameters/Id"),
        ]
    );
    assert_eq!(
        operation.responses[0].definition,
        "/components/responses/Thing"
    );
    let statuses: Vec<_> = operations[0]
        .responses
        .iter()
        .map(|r| r.status.as_str())
        .collect();
    assert_eq!(statuses, ["4XX", "200"]);
    assert_eq!(operations[0].parameters.len(), 2);
}

#[test]
fn numbers_and_words_stay_what_they_are() {
    let spec = Spec::parse("spec.yaml", SOUND).unwrap();
    let example = spec
        .value
        .pointer("/components/schemas/Thing/properties/zebra/example");
    assert_eq!(example.unwrap().to_string(), "0.0");
    let words = SOUND.replace(
        "title: t",
        "title: no, x-a: [yes, 1_000, 007, 2017-03-14, off]",
    );
    let spec = Spec::parse("spec.yaml", words).unwrap();
    assert_eq!(spec.document.info.title, "no");
    let words = spec.value.pointer("/info/x-a").unwrap().to_string();
    assert_eq!(words, r#"["yes","1_000","007","2017-03-14","off"]"#);
}

#[test]
fn a_missing_file_says_which() {
    let message = Spec::load(Path::new("no/such.yaml"))
        .unwrap_err()
        .to_string();
    assert!(
        message.starts_with("no/such.yaml: cannot be read: "),
        "{message}"
    );
    let folder = Spec::load(Path::new(env!("CARGO_MANIFEST_DIR")))
        .unwrap_err()
        .to_string();
    assert!(folder.contains("cannot be read"), "{folder}");
    let binary = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(binary.path(), b"open\xff\xfe\x00api").unwrap();
    let message = Spec::load(binary.path()).unwrap_err().to_string();
    assert!(message.ends_with("not a text file: byte 4 is not UTF-8; give the YAML document"));
}

#[test]
fn what_is_not_yaml_says_where() {
    assert_eq!(
        error("openapi: 3.0.3\npaths:\n\t/a: {}\n"),
        "spec.yaml:3:2: not valid YAML: tabs disallowed within this context (block indentation)"
    );
    assert_eq!(
        error("openapi: 3.0.3\nopenapi: 3.0.3\n"),
        "spec.yaml:2:1: the key `openapi` is already in this mapping; keep one of the two"
    );
    assert_eq!(
        error("a: 1\n--- \nb: 2\n"),
        "spec.yaml:3:1: a second YAML document begins here; keep one document per file"
    );
    for text in [
        "openapi: [1, 2",
        "a: *x",
        "a: !include x.yaml",
        "\0\u{1}",
        "a: .nan",
        "? [a]\n: b",
    ] {
        let message = error(text);
        assert!(message.starts_with("spec.yaml:1:"), "{message}");
    }
}

#[test]
fn what_is_not_openapi_says_so() {
    let rest = "; it must begin with `openapi: 3.0.3`";
    for text in ["", "\n", "# only a comment\n", "~"] {
        assert_eq!(
            error(text),
            format!("spec.yaml: not an OpenAPI document: the file is empty{rest}")
        );
    }
    for text in ["text", "- 1\n- 2\n", "3"] {
        assert_eq!(
            error(text),
            format!("spec.yaml: not an OpenAPI document: it is not a mapping{rest}")
        );
    }
    assert_eq!(
        error("a: 1"),
        format!("spec.yaml: not an OpenAPI document: there is no `openapi` key{rest}")
    );
}

#[test]
fn another_version_says_what_to_do() {
    assert_eq!(
        error_with("openapi: 3.0.3", "# first\nopenapi: 3.1.0"),
        "spec.yaml:2: version 3.1.0 at /openapi, but the generator supports 3.0.x; set `openapi: 3.0.3` \
         and write the document in its terms (`nullable: true` for `type: [.., 'null']`, `example` \
         for `examples`)"
    );
    assert!(error("swagger: '2.0'").starts_with("spec.yaml:1: version Swagger 2.0 at "));
    assert!(error("openapi: 3.0").starts_with("spec.yaml:1: version 3.0 at /openapi"));
}

#[test]
fn a_wrong_shape_says_where() {
    for (piece, other, message) in [
        (
            "ant: { type: string }",
            "ant: { type: [string, 'null'] }",
            "spec.yaml:31:16: /components/schemas/Thing/properties/ant/type: not a valid schema: \
             invalid type: sequence, expected a string",
        ),
        (
            "Thing: { description: d }",
            "Thing: {}",
            "spec.yaml:25:5: /components/responses/Thing: not a valid response: missing field \
             `description`",
        ),
        (
            "in: query, description: of the component, schema: { type: string }",
            "in: body, schema: { type: string }",
            "spec.yaml:23:21: /components/parameters/Id/in: not a valid parameter: unknown variant \
             `body`, expected one of `query`, `header`, `path`, `cookie`",
        ),
        (
            "info: { title: t, version: v1 }",
            "info: { title: t }",
            "spec.yaml:2:1: /info: not a valid OpenAPI document: missing field `version`",
        ),
        (
            "operationId: fourth, ",
            "operationId: [fourth], ",
            "spec.yaml:20:12: /paths/~1a/get/operationId: not a valid operation: invalid type: \
             sequence, expected a string",
        ),
        (
            "zebra: { type: number, example: 0.0 }",
            "zebra: text",
            "spec.yaml:30:9: /components/schemas/Thing/properties/zebra: not a valid schema: \
             expected a mapping",
        ),
    ] {
        assert_eq!(error_with(piece, other), message);
    }
    // Any piece may be missing or of any type; nothing but an error may come of it.
    for (position, _) in SOUND.match_indices(": ") {
        for value in [
            "~",
            "[]",
            "{}",
            "-1",
            "x",
            "[{ $ref: 1 }]",
            "{ $ref: '#/info' }",
        ] {
            let end = SOUND[position..]
                .find(['\n', ',', '}'])
                .map_or(SOUND.len(), |at| position + at);
            let text = format!("{}: {value}{}", &SOUND[..position], &SOUND[end..]);
            if let Ok(spec) = Spec::parse("spec.yaml", text) {
                let _ = crate::lint::lint(&spec);
            }
        }
    }
}

#[test]
fn a_reference_that_leads_nowhere_says_what_was_meant() {
    let reference = "'#/components/parameters/Id'";
    for (other, what) in [
        (
            "'#/components/parameters/id'",
            "`#/components/parameters/id` does not exist; did you mean `#/components/parameters/Id`?",
        ),
        (
            "'#/components/parameters/Continuation'",
            "`#/components/parameters/Continuation` does not exist; /components/parameters has \
             `#/components/parameters/Id`",
        ),
        (
            "common.yaml#/Id",
            "`common.yaml#/Id` points outside the file, which the generator cannot follow; copy the \
             element under /components and refer to it as `#/components/..`",
        ),
        (
            "'#Id'",
            "`#Id` is not a JSON pointer; write `#/components/..`",
        ),
    ] {
        assert_eq!(
            error_with(reference, other),
            format!("spec.yaml:17: /paths/~1z/get/parameters/0: the reference {what}")
        );
    }
    assert_eq!(
        error_with(
            "Thing: { description: d }",
            "{ Thing: { $ref: '#/components/responses/B' }, B: { $ref: '#/components/responses/Thing' } }"
        ),
        "spec.yaml:18: /paths/~1z/get/responses/200: the reference `#/components/responses/Thing` \
         is circular; replace one reference of the circle with a definition"
    );
}

#[test]
fn depth_and_size_are_limited() {
    let block: String = (0..5_000)
        .map(|level| format!("{}a:\n", " ".repeat(level)))
        .collect();
    let aliases: String = (1..30)
        .map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}]\n", n - 1))
        .collect();
    for text in [
        block,
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        format!("a0: &a0 [x]\n{aliases}"),
    ] {
        let message = error(&text);
        assert!(message.starts_with("spec.yaml:"), "{message}");
    }
    // The deepest nesting that is read does not exhaust the stack of a test's thread.
    for depth in [8, 12, 13, 14, 20, 40] {
        let schema = format!(
            "{}{{ type: string }}{}",
            "{ items: ".repeat(depth),
            " }".repeat(depth)
        );
        let text = SOUND.replace("ant: { type: string }", &format!("ant: {schema}"));
        match Spec::parse("spec.yaml", text) {
            Ok(spec) => drop(crate::lint::lint(&spec)),
            Err(error) => assert!(error.to_string().contains("nested deeper than"), "{error}"),
        }
    }
    let wrong = format!(
        "{}{{ type: [] }}{}",
        "{ items: ".repeat(24),
        " }".repeat(24)
    );
    let text = SOUND.replace("ant: { type: string }", &format!("ant: {wrong}"));
    assert!(error(&text).contains("invalid type: sequence"));
}
