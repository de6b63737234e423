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
        .map(|row| row.to_token_stream().to_string().replace(' ', ""))
        .collect())
}

/// Returns the kind of a query parameter with this schema.
fn kind_of(schema: &str) -> Result<String, String> {
    let lines = format!("      parameters: [{{ name: x, in: query, schema: {schema} }}]");
    let row = rows(&lines)?.remove(0);
    let kind = row.strip_prefix(r#"Parameter::new("x",Place::Query,ParameterKind::"#);
    Ok(kind
        .unwrap()
        .replacen(r#",""))"#, "", 1)
        .replacen(r#","")"#, ")", 1))
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
        ("{ type: boolean }", r#"Boolean)"#),
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
        ("{ type: string, format: uuid }", "Guid)"),
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
             so its values cannot be checked"
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
        name: [eq, contains]
        day: [ge]
      x-group-fields: [day, name, size]
      x-order-fields: [name]
";
    let header = r#"Parameter::new("filter",Place::Header,ParameterKind::Text,"").required()"#;
    let of = |kinds: [&str; 3]| -> Vec<String> {
        let names = ["filter", "groupBy", "orderby"];
        let rows = names.iter().zip(kinds);
        rows.map(|(name, kind)| {
            format!(r#"Parameter::new("{name}",Place::Query,ParameterKind::{kind},"")"#)
        })
        .chain([header.to_owned()])
        .collect()
    };
    assert_eq!(rows(PARAMETERS), Ok(of(["Text", "Text", "Text"])));
    let with_fields = format!("{PARAMETERS}{FIELDS}");
    assert_eq!(rows(&with_fields), Ok(of(["Filter", "GroupBy", "OrderBy"])));
    let json = PARAMETERS.replace("name eq 'x'", r#"'{"Field":"a"}'"#);
    assert_eq!(rows(&json), Ok(of(["CustomerFilter", "Text", "Text"])));
}
