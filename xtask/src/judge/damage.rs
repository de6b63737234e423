//! Damaged copies of the spec and the documented responses, which the judges must detect.

use serde_json::{Map, Value, json};

use super::documented::DocumentedResponse;
use super::judges::Judge;
use crate::spec::pointer;

/// Damaged copy.
#[derive(Debug)]
pub(super) struct Damage {
    /// Description of the damage.
    pub(super) what: String,
    /// Judges that must detect the damage.
    pub(super) noticed_by: &'static [Judge],
    /// Damaged spec.
    pub(super) spec: Value,
    /// Damaged documented responses.
    pub(super) responses: Vec<DocumentedResponse>,
}

/// Judges that compare values with schemas.
const VALUE_JUDGES: &[Judge] = &[
    Judge::Spectral,
    Judge::Redocly,
    Judge::Models,
    Judge::TypeScript,
];

/// Text property of a documented response that is also an example in the spec.
struct Property<'a> {
    /// Index of the response among the documented ones.
    response: usize,
    /// JSON pointer of the property's schema.
    schema: String,
    /// JSON pointer of its value in the body.
    value: String,
    name: &'a str,
}

/// Returns every damage; empty if no documented response has a text property.
pub(super) fn damages(spec: &Value, responses: &[DocumentedResponse]) -> Vec<Damage> {
    let Some(property) = responses
        .iter()
        .enumerate()
        .find_map(|(number, response)| text_property(spec, number, response))
    else {
        return Vec::new();
    };
    let name = property.name;
    let copy = |what: String, noticed_by: &'static [Judge]| Damage {
        what,
        noticed_by,
        spec: spec.clone(),
        responses: responses.to_vec(),
    };

    let mut null = copy(format!("a null in `{name}`, not described"), VALUE_JUDGES);
    remove(&mut null.spec, &format!("{}/nullable", property.schema));
    let response = &mut null.responses[property.response];
    set(&mut response.body, &property.value, Value::Null);
    let example = format!("{}{}", response.example, property.value);
    set(&mut null.spec, &example, Value::Null);

    // A schema without `additionalProperties` allows further properties; only TypeScript rejects
    // them.
    let mut dropped = copy(format!("`{name}` left out"), &[Judge::TypeScript]);
    remove(&mut dropped.spec, &property.schema);

    let mut untitled = copy("a document without a title".to_owned(), &[Judge::Validator]);
    remove(&mut untitled.spec, "/info/title");

    vec![null, dropped, untitled]
}

fn text_property<'a>(
    spec: &'a Value,
    response: usize,
    documented: &'a DocumentedResponse,
) -> Option<Property<'a>> {
    let (schema, value, name) = find(
        spec,
        documented.schema.clone(),
        &documented.body,
        String::new(),
    )?;
    spec.pointer(&format!("{}{value}", documented.example))?;
    Some(Property {
        response,
        schema,
        value,
        name,
    })
}

/// Finds the first property, depth first, whose value is a text and whose own schema has
/// `type: string`.
fn find<'a>(
    spec: &'a Value,
    mut schema: String,
    body: &'a Value,
    at: String,
) -> Option<(String, String, &'a str)> {
    while let Some(target) = spec.pointer(&schema)?.get("$ref") {
        schema = pointer::of_reference(target.as_str()?)?;
    }
    match body {
        Value::Array(items) => find(
            spec,
            format!("{schema}/items"),
            items.first()?,
            format!("{at}/0"),
        ),
        Value::Object(members) => {
            let properties = format!("{schema}/properties");
            members.iter().find_map(|(name, value)| {
                let schema = pointer::join(&properties, name);
                let at = pointer::join(&at, name);
                let known = spec.pointer(&schema)?;
                let plain = known.get("type") == Some(&json!("string"));
                match value {
                    Value::String(_) if plain => Some((schema, at, name.as_str())),
                    _ => find(spec, schema, value, at),
                }
            })
        }
        _ => None,
    }
}

fn set(document: &mut Value, pointer: &str, value: Value) {
    if let Some(place) = document.pointer_mut(pointer) {
        *place = value;
    }
}

fn remove(document: &mut Value, pointer: &str) {
    let parent = document
        .pointer_mut(pointer::parent(pointer))
        .and_then(Value::as_object_mut);
    if let Some(parent) = parent {
        let _removed: Option<Value> = Map::remove(parent, &pointer::last(pointer));
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::documented::documented_responses;
    use super::*;
    use crate::spec::Spec;
    use crate::{EXCHANGES_PATH, SPEC_PATH};

    #[test]
    fn every_damage_is_made_for_the_judges_that_must_detect_it() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let spec = Spec::load(&root.join(SPEC_PATH)).unwrap();
        let responses = documented_responses(&spec, &root.join(EXCHANGES_PATH)).unwrap();
        let damages = damages(&spec.value, &responses);
        for damage in &damages {
            assert_ne!(damage.spec, spec.value, "{}", damage.what);
        }
        let null = &damages[0];
        assert_eq!(
            null.responses
                .iter()
                .zip(&responses)
                .filter(|(damaged, whole)| damaged != whole)
                .count(),
            1
        );
        for judge in Judge::ALL {
            assert!(
                damages
                    .iter()
                    .any(|damage| damage.noticed_by.contains(judge)),
                "nothing tests {judge:?}"
            );
        }
    }

    #[test]
    fn finds_the_text_behind_references_and_lists() {
        let spec = json!({"s": {"properties": {
            "a": {"$ref": "#/text"},
            "b": {"type": "array", "items": {"$ref": "#/row"}},
            "c": {"type": "integer"},
        }}, "row": {"properties": {"d/e": {"type": "string"}}}, "text": {"type": "object"}});
        let body = json!({"a": "x", "b": [{"d/e": "y"}], "c": 1});
        let found = find(&spec, "/s".to_owned(), &body, String::new());
        assert_eq!(
            found,
            Some((
                "/row/properties/d~1e".to_owned(),
                "/b/0/d~1e".to_owned(),
                "d/e"
            ))
        );
        assert_eq!(
            find(&spec, "/s".to_owned(), &json!({"c": 1}), String::new()),
            None
        );
    }
}
