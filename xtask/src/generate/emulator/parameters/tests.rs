use super::*;

const HEAD: &str = "openapi: 3.0.3
info: { title: t, version: '1' }
paths:
  /v1/things:
    get:
      operationId: things
      responses: { '200': { description: d } }
";

const TAIL: &str = "
components:
  schemas:
    Word: { type: string, enum: [One, Two] }
    Words: { type: array, items: { $ref: '#/components/schemas/Word' } }
    Other: { allOf: [{ $ref: '#/components/schemas/Word' }] }
";

/// Returns the table rows of an operation with these additional lines.
fn rows(lines: &str) -> Result<Vec<String>, String> {
    let spec = Spec::parse("test.yaml", format!("{HEAD}{lines}{TAIL}")).unwrap();
    let operation = spec.operations().remove(0);
    let rows = parameters(&spec, &operation).map_err(|error| error.to_string())?;
    Ok(rows
        .iter()
        .map(|row| row.to_string().replace(' ', ""))
        .collect())
}

/// Returns the kind of a query parameter with this schema.
fn kind_of(schema: &str) -> Result<String, String> {
    let lines = format!("      parameters: [{{ name: x, in: query, schema: {schema} }}]");
    let row = rows(&lines)?.remove(0);
    let kind = row.strip_prefix(r#"Parameter::new("x",Place::Query,Kind::"#);
    Ok(kind.unwrap().to_owned())
}

#[test]
fn schemas_become_kinds() {
    for (schema, kind) in [
        (
            "{ type: integer, minimum: 1, maximum: 9999 }",
            "Integer{minimum:1,maximum:9999})",
        ),
        (
            "{ type: integer, minimum: 0, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: true }",
            "Integer{minimum:1,maximum:4})",
        ),
        (
            "{ type: integer, format: int32, minimum: -720 }",
            "Integer{minimum:-720,maximum:2147483647})",
        ),
        (
            "{ type: integer, format: uint32 }",
            "Integer{minimum:0,maximum:4294967295})",
        ),
        (
            "{ type: integer }",
            "Integer{minimum:-9223372036854775808,maximum:9223372036854775807})",
        ),
        ("{ type: number, format: double }", "Number)"),
        ("{ type: boolean }", r#"Enumeration(&["true","false"]))"#),
        (
            "{ type: string, enum: [a, B] }",
            r#"Enumeration(&["a","B"]))"#,
        ),
        (
            "{ $ref: '#/components/schemas/Word' }",
            r#"Enumeration(&["One","Two"]))"#,
        ),
        (
            "{ $ref: '#/components/schemas/Other' }",
            r#"Enumeration(&["One","Two"]))"#,
        ),
        (
            "{ $ref: '#/components/schemas/Words' }",
            r#"Enumeration(&["One","Two"])).repeatable()"#,
        ),
        (
            "{ type: array, items: { $ref: '#/components/schemas/Word' } }",
            r#"Enumeration(&["One","Two"])).repeatable()"#,
        ),
        ("{ type: string, format: uuid }", "Uuid)"),
        ("{ type: string, format: locale }", "Locale)"),
        (
            "{ type: string, format: partner-center-timestamp }",
            "Timestamp)",
        ),
        (
            "{ type: string, format: date, pattern: '^[0-9-]+$' }",
            "Timestamp)",
        ),
        ("{ type: string, format: date-time }", "Timestamp)"),
        ("{ type: string, format: ipv4 }", "Text)"),
    ] {
        assert_eq!(kind_of(schema).as_deref(), Ok(kind), "{schema}");
    }
}

#[test]
fn schemas_that_cannot_be_checked_are_errors() {
    assert_eq!(
        kind_of("{ type: object }"),
        Err(
            "the parameter `x` of `things` is neither a text nor a number, \
             which the emulator cannot check"
                .to_owned()
        )
    );
}

#[test]
fn query_options_are_recognised_by_name_and_fields() {
    const PARAMETERS: &str = "      parameters:
        - { name: filter, in: query, schema: { type: string }, example: name eq 'x' }
        - { name: groupBy, in: query, schema: { type: string } }
        - { name: orderby, in: query, schema: { type: string } }
        - { name: filter, in: header, required: true, schema: { type: string } }
";
    const FIELDS: &str = "      x-filter-fields:
        name: { type: string, operators: [eq, contains] }
        day: { type: date-time, operators: [ge] }
      x-group-fields: [day, name, size]
      x-order-fields: [name]
";
    let header = r#"Parameter::new("filter",Place::Header,Kind::Text).required()"#;
    let of = |kinds: [&str; 3]| -> Vec<String> {
        let names = ["filter", "groupBy", "orderby"];
        let rows = names.iter().zip(kinds);
        rows.map(|(name, kind)| format!(r#"Parameter::new("{name}",Place::Query,Kind::{kind})"#))
            .chain([header.to_owned()])
            .collect()
    };
    assert_eq!(rows(PARAMETERS), Ok(of(["Text", "Text", "Text"])));
    let with_fields = format!("{PARAMETERS}{FIELDS}");
    assert_eq!(rows(&with_fields), Ok(of(["Filter", "GroupBy", "OrderBy"])));
    let json = PARAMETERS.replace("name eq 'x'", r#"'{"Field":"a"}'"#);
    assert_eq!(rows(&json), Ok(of(["CustomerFilter", "Text", "Text"])));

    let spec = Spec::parse("test.yaml", format!("{HEAD}{with_fields}{TAIL}")).unwrap();
    let operation = spec.operations().remove(0);
    let shown = |tokens: Vec<TokenStream>| -> Vec<String> {
        tokens
            .iter()
            .map(|one| one.to_string().replace(' ', ""))
            .collect()
    };
    assert_eq!(
        shown(filter_fields(&spec, &operation)),
        [
            r#"FilterField::new("name",ValueKind::Text,&[Operator::Equal,Operator::Contains])"#,
            r#"FilterField::new("day",ValueKind::DateTime,&[Operator::GreaterOrEqual])"#,
        ]
    );
    assert_eq!(
        shown(group_fields(&spec, &operation)),
        [
            r#"GroupField::new("day",true)"#,
            r#"GroupField::new("name",false)"#,
            r#"GroupField::new("size",false)"#,
        ]
    );
}
