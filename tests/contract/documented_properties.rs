//! Comparison of `openapi/documented-properties.csv` with the generated types.
//!
//! The table has the documentation of every property: its type in the page's table, and a value,
//! also for properties that no documented response has or that are only `null`. A property that
//! is renamed, retyped, moved, removed or made optional in the spec fails here by name.

use std::collections::BTreeSet;

use contract_tests::generated::cases::{OPERATIONS, TYPES};
use contract_tests::view::Decoded;
use indexmap::IndexMap;
use openapiv3::{ReferenceOr, Schema, SchemaKind, Type};
use serde::Deserialize;
use serde_json::{Value, json};
use xtask::spec::Spec;
use xtask::{SPEC_PATH, workspace_root};

use crate::decoded::expected;
use crate::documented::Documented;

/// Row of the table.
#[derive(Debug, Deserialize)]
struct Property {
    /// Schema of the object with the property.
    #[serde(rename = "type")]
    type_name: String,
    property: String,
    /// Type in the property table of the documentation; `none` if the table lacks it.
    documented_type: String,
    /// Type of the decoded value.
    decoded_type: String,
    presence: String,
    /// Documented value, or a value of the documented type if none is documented.
    sample: String,
    /// Deviation that explains a decoded type other than the documented one; may be empty.
    deviation: String,
}

impl Property {
    fn sample(&self) -> Value {
        serde_json::from_str(&self.sample)
            .unwrap_or_else(|error| panic!("{}.{}: {error}", self.type_name, self.property))
    }
}

fn table() -> Vec<Property> {
    let path = workspace_root().join("openapi/documented-properties.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().collect::<Result<_, _>>().unwrap()
}

/// Returns the properties of a type, in documented order.
fn of<'t>(table: &'t [Property], type_name: &str) -> Vec<&'t Property> {
    table
        .iter()
        .filter(|row| row.type_name == type_name)
        .collect()
}

fn spec() -> Spec {
    Spec::load(&workspace_root().join(SPEC_PATH)).unwrap()
}

/// Decodes a JSON object as a type of the spec.
fn decode(type_name: &str, object: &IndexMap<String, Value>) -> Result<Decoded, String> {
    let case = TYPES.iter().find(|case| case.name == type_name);
    let decode = case
        .and_then(|case| case.decode)
        .unwrap_or_else(|| panic!("no type {type_name}"));
    decode(&serde_json::to_vec(object).unwrap()).map_err(|error| error.to_string())
}

fn full_object(properties: &[&Property]) -> IndexMap<String, Value> {
    properties
        .iter()
        .map(|row| (row.property.clone(), row.sample()))
        .collect()
}

/// Returns the operations whose response contains the type, for messages.
fn operations_of(spec: &Spec, type_name: &str) -> String {
    let users: Vec<&str> = OPERATIONS
        .iter()
        .filter(|case| reachable(spec, [case.row]).contains(type_name))
        .map(|case| case.id)
        .collect();
    users.join(", ")
}

/// Returns these schemas and all schemas that they refer to, directly or indirectly.
fn reachable<'a>(spec: &Spec, rows: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let schemas = &spec.value["components"]["schemas"];
    let mut reachable = BTreeSet::new();
    let mut open: Vec<String> = rows.into_iter().map(str::to_owned).collect();
    while let Some(name) = open.pop() {
        if reachable.insert(name.clone()) {
            references(&schemas[name.as_str()], &mut open);
        }
    }
    reachable
}

fn references(schema: &Value, into: &mut Vec<String>) {
    match schema {
        Value::Object(keywords) => {
            if let Some(Value::String(target)) = keywords.get("$ref") {
                into.push(target.rsplit('/').next().unwrap().to_owned());
            }
            keywords.values().for_each(|value| references(value, into));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, into)),
        _ => {}
    }
}

#[test]
fn every_documented_property_has_its_field_type_and_place() {
    let table = table();
    let spec = spec();
    let names: BTreeSet<&str> = table.iter().map(|row| row.type_name.as_str()).collect();
    let mut differences = Vec::new();
    for name in names {
        let properties = of(&table, name);
        let context = format!("{name} (in {})", operations_of(&spec, name));
        let mut add = |text: String| differences.push(format!("{context}: {text}"));
        let decoded = match decode(name, &full_object(&properties)) {
            Ok(decoded) => decoded,
            Err(_) => {
                // Properties are checked one at a time, so that the message names the property.
                let required: Vec<_> = properties
                    .iter()
                    .copied()
                    .filter(|row| row.presence == "required")
                    .collect();
                for row in &properties {
                    let mut object = full_object(&required);
                    object.insert(row.property.clone(), row.sample());
                    if let Err(error) = decode(name, &object) {
                        add(format!(
                            "`{}`, documented as {} such as {}, is not decoded: {error}",
                            row.property, row.documented_type, row.sample
                        ));
                    }
                }
                continue;
            }
        };
        let mut last = 0;
        for row in &properties {
            let (property, sample) = (&row.property, &row.sample);
            let found = decoded.properties.iter().position(|found| {
                found.path == *property || found.path.starts_with(&format!("{property}."))
            });
            let Some(position) = found else {
                add(format!(
                    "`{property}`, documented as {} such as {sample}, is in no typed field",
                    row.documented_type
                ));
                continue;
            };
            let field = &decoded.properties[position];
            let kind = if field.path == *property {
                field.kind
            } else {
                "object"
            };
            let wanted = match kind {
                "object" => None,
                kind => expected(kind, &row.sample()),
            };
            if kind != row.decoded_type || (kind != "object" && field.value != wanted) {
                add(format!(
                    "`{property}`, documented as {} such as {sample}, has to be {} and is decoded as {kind} {}",
                    row.documented_type,
                    row.decoded_type,
                    field.value.as_deref().unwrap_or("without a value"),
                ));
            }
            if position < last {
                add(format!(
                    "`{property}`, documented as {} such as {sample}, is decoded as {kind} {} in \
                     another place than documented",
                    row.documented_type,
                    field.value.as_deref().unwrap_or("without a value"),
                ));
            }
            last = position;
        }
        for path in &decoded.unknown {
            add(format!(
                "`{path}` is in `additional_properties`, in no typed field"
            ));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn required_properties_are_required_and_no_others() {
    let table = table();
    let spec = spec();
    for row in &table {
        let mut object = full_object(&of(&table, &row.type_name));
        object.shift_remove(&row.property);
        let decoded = decode(&row.type_name, &object);
        assert_eq!(
            decoded.is_err(),
            row.presence == "required",
            "{} (in {}): {} is {} by documentation; without it: {decoded:?}",
            row.type_name,
            operations_of(&spec, &row.type_name),
            row.property,
            row.presence
        );
    }
}

/// A deviation explains each decoded type that differs from the documented one.
#[test]
fn other_types_than_the_documented_ones_have_a_deviation() {
    for row in &table() {
        let as_documented = match row.documented_type.as_str() {
            "string" => {
                let is_enumeration = row.decoded_type.starts_with(char::is_uppercase);
                row.decoded_type == "text" || is_enumeration
            }
            "number" => ["number", "integer"].contains(&row.decoded_type.as_str()),
            "integer" | "long" => row.decoded_type == "integer",
            "double" => row.decoded_type == "number",
            "Boolean" => row.decoded_type == "boolean",
            "DateTime" | "string in UTC date time format" => row.decoded_type == "timestamp",
            "object" | "ResourceAttributes" => row.decoded_type == "object",
            "array" => row.decoded_type == "list",
            "none" => false,
            other => panic!("{}.{}: type {other}", row.type_name, row.property),
        };
        assert!(
            as_documented || row.deviation.starts_with('T'),
            "{}.{} is documented as {} and decoded as {}: name the deviation",
            row.type_name,
            row.property,
            row.documented_type,
            row.decoded_type
        );
    }
}

/// Envelopes and errors are decoded in any order; the spec has the documented order.
#[test]
fn envelopes_and_errors_are_described_in_the_documented_order() {
    let spec = spec();
    let components = spec.document.components.as_ref().unwrap();
    let properties = |name: &str| -> Vec<String> {
        match &components.schemas[name] {
            ReferenceOr::Item(Schema {
                schema_kind: SchemaKind::Type(Type::Object(object)),
                ..
            }) => object.properties.keys().cloned().collect(),
            _ => panic!("{name} is not an object"),
        }
    };
    for case in OPERATIONS {
        let at = format!(
            "/paths/{}/get/responses/200/content/application~1json/schema/$ref",
            partner_center::Operation::find(case.id)
                .unwrap()
                .path
                .replace('/', "~1")
        );
        let response = spec.value.pointer(&at).and_then(Value::as_str).unwrap();
        let expected: &[&str] = match case.rows_in {
            "Value" => &["Value", "@nextLink", "TotalCount"],
            "items" => &[
                "continuationToken",
                "totalCount",
                "items",
                "links",
                "attributes",
            ],
            _ => continue,
        };
        let name = response.rsplit('/').next().unwrap();
        assert_eq!(properties(name), expected, "{}: {name}", case.id);
    }
    let error = [
        "code",
        "description",
        "data",
        "source",
        "statusCode",
        "message",
    ];
    assert_eq!(properties("ApiError"), error);
}

/// A property of the spec that is missing in the table would not be checked; a property of a type
/// without rows in the table has a value in a documented response instead.
#[test]
fn the_table_has_every_property_of_the_spec() {
    let table = table();
    let spec = spec();
    let reachable = reachable(&spec, OPERATIONS.iter().map(|case| case.row));
    // The typed document keeps the order of the properties.
    let components = spec.document.components.as_ref().unwrap();
    for name in &reachable {
        let ReferenceOr::Item(schema) = &components.schemas[name] else {
            continue;
        };
        let SchemaKind::Type(Type::Object(object)) = &schema.schema_kind else {
            continue;
        };
        // An alias of a property is in the exchanges, but has no separate field.
        let has_field = |property: &ReferenceOr<Box<Schema>>| {
            !property
                .as_item()
                .is_some_and(|schema| schema.schema_data.extensions.contains_key("x-alias-of"))
        };
        let in_spec: Vec<&str> = object
            .properties
            .iter()
            .filter(|(_, property)| has_field(property))
            .map(|(name, _)| name.as_str())
            .collect();
        let in_table: Vec<&str> = of(&table, name)
            .iter()
            .map(|row| row.property.as_str())
            .collect();
        if in_table.is_empty() {
            let shown = shown(name);
            let missing: Vec<_> = in_spec
                .iter()
                .filter(|one| !shown.contains(**one))
                .collect();
            assert!(
                missing.is_empty(),
                "{name}: no documented response has a value for {missing:?}: add all properties \
                 of the type to openapi/documented-properties.csv"
            );
            continue;
        }
        assert_eq!(
            in_spec, in_table,
            "{name}: left is the spec, right openapi/documented-properties.csv"
        );
    }
}

/// Returns the properties that have a value in a documented row of this type.
fn shown(name: &str) -> BTreeSet<String> {
    let mut shown = BTreeSet::new();
    for case in OPERATIONS.iter().filter(|case| case.row == name) {
        let operation = partner_center::Operation::find(case.id).unwrap();
        let body: Value =
            partner_center::decode::decode(&Documented::of(operation).wire_body).unwrap();
        let rows = match case.rows_in {
            "" => std::slice::from_ref(&body),
            rows => body[rows].as_array().unwrap(),
        };
        for (name, value) in rows.iter().filter_map(Value::as_object).flatten() {
            if !value.is_null() && value != "" {
                shown.insert(name.clone());
            }
        }
    }
    shown
}

/// Envelopes are types of the runtime crate, so their properties are listed here.
#[test]
fn envelopes_have_their_documented_properties() {
    for case in OPERATIONS {
        let (object, listed) = match case.rows_in {
            "items" => (
                json!({
                    "continuationToken": "AQAAAA==", "totalCount": 2, "items": [],
                    "links": {}, "attributes": {},
                }),
                "continuationToken: text = \"AQAAAA==\"\ntotalCount: integer = 2\nitems: list = []\n",
            ),
            "Value" => (
                json!({ "Value": [], "@nextLink": "azure?skip=1", "TotalCount": 2 }),
                "Value: list = []\n@nextLink: text = \"azure?skip=1\"\nTotalCount: integer = 2\n",
            ),
            "" => continue,
            other => panic!(
                "{}: a new envelope with rows in `{other}`: list it here",
                case.id
            ),
        };
        let decoded = (case.decode)(object.to_string().as_bytes()).unwrap();
        assert!(
            decoded.to_string().starts_with(listed),
            "{}: {decoded}",
            case.id
        );
        assert!(decoded.unknown.is_empty(), "{}: {decoded}", case.id);
    }
}
