//! Structural checks of a document.

use openapiv3::OpenAPI;
use serde::de::DeserializeOwned;
use serde_json::Value;
use strsim::damerau_levenshtein;

use super::element::{self, Element, Kind};
use super::tree::{Index, Node};
use super::{SpecError, pointer};

/// Checks that this is an OpenAPI document of a supported version.
pub(super) fn check_version(name: &str, value: &Value, index: &Index) -> Result<(), SpecError> {
    let not = |what: &str| SpecError::NotOpenApi {
        name: name.to_owned(),
        what: what.to_owned(),
    };
    let Value::Object(root) = value else {
        return Err(not(match value {
            Value::Null => "the file is empty",
            _ => "it is not a mapping",
        }));
    };
    let found = match (root.get("openapi"), root.get("swagger")) {
        (Some(Value::String(version)), _) => version.clone(),
        (Some(other), _) => other.to_string(),
        (None, Some(swagger)) => format!("Swagger {}", swagger.as_str().unwrap_or("2")),
        (None, None) => return Err(not("there is no `openapi` key")),
    };
    if found.starts_with("3.0.") {
        return Ok(());
    }
    let at = if root.contains_key("openapi") {
        "/openapi"
    } else {
        "/swagger"
    };
    Err(SpecError::Version {
        name: name.to_owned(),
        line: index.line(at),
        found,
    })
}

/// Checks that every reference resolves to an element of the document and is not circular.
pub(super) fn check_references(name: &str, value: &Value, index: &Index) -> Result<(), SpecError> {
    let mut references: Vec<_> = element::elements(value)
        .into_iter()
        .filter_map(|element| element.reference().map(|target| (element, target)))
        .collect();
    references.sort_by_key(|(element, _)| index.nearest(&element.pointer).map(|place| place.order));
    for (element, target) in references {
        if let Some(what) = reference_problem(&element, target, value, index) {
            return Err(SpecError::Reference {
                name: name.to_owned(),
                line: index.line(&format!("{}/$ref", element.pointer)),
                pointer: element.pointer,
                target: target.to_owned(),
                what,
            });
        }
    }
    Ok(())
}

fn reference_problem(
    element: &Element<'_>,
    target: &str,
    document: &Value,
    index: &Index,
) -> Option<String> {
    if !target.starts_with('#') {
        return Some(
            "points outside the file, which the generator cannot follow; copy the element under \
             /components and refer to it as `#/components/..`"
                .to_owned(),
        );
    }
    let Some(at) = pointer::of_reference(target) else {
        return Some("is not a JSON pointer; write `#/components/..`".to_owned());
    };
    let Some(mut value) = document.pointer(&at) else {
        return Some(format!(
            "does not exist; {}",
            suggestion(element.kind, &at, index)
        ));
    };
    // A chain longer than the number of keys in the document must be circular.
    let mut steps = index.keys.len();
    while let Some(next) = element::reference(value) {
        steps = steps.saturating_sub(1);
        if steps == 0 {
            return Some(
                "is circular; replace one reference of the circle with a definition".to_owned(),
            );
        }
        // An unresolvable next reference of the chain is reported at its own place.
        value = document.pointer(&pointer::of_reference(next)?)?;
    }
    None
}

/// Returns the most similar names, or some of all names.
fn suggestion(kind: Kind, at: &str, index: &Index) -> String {
    let section = match kind.section() {
        Some(section) => format!("/components/{section}"),
        None => pointer::parent(at).to_owned(),
    };
    let names = index.keys.get(&section).map_or(&[][..], Vec::as_slice);
    let wanted = pointer::last(at);
    // The threshold of `nearest` in partner-center-core, which xtask does not use: it generates code
    // for that crate.
    let near = names
        .iter()
        .map(|name| {
            let distance = damerau_levenshtein(&name.to_lowercase(), &wanted.to_lowercase());
            (distance, name)
        })
        .filter(|(distance, _)| *distance <= 1.max(wanted.len() / 3))
        .min_by_key(|(distance, _)| *distance);
    let quoted = |name: &String| format!("`#{}`", pointer::join(&section, name));
    if let Some((_, name)) = near {
        return format!("did you mean {}?", quoted(name));
    }
    match names {
        [] => format!("there is nothing under {section}"),
        [some @ .., _] if names.len() > 5 => {
            let some: Vec<_> = some.iter().take(5).map(quoted).collect();
            format!(
                "{section} has {} and {} more",
                some.join(", "),
                names.len() - 5
            )
        }
        all => format!(
            "{section} has {}",
            all.iter().map(quoted).collect::<Vec<_>>().join(", ")
        ),
    }
}

/// Parses the document into the generator's types.
///
/// The elements are parsed one by one, innermost first: the type of a whole document tries every
/// alternative of every level, so that one nested error takes exponential time and gives a
/// message without a place.
pub(super) fn document(
    name: &str,
    root: &Node,
    value: &Value,
    index: &Index,
) -> Result<OpenAPI, SpecError> {
    let error = |pointer: &str, element, what: String| {
        let place = index.nearest(pointer);
        SpecError::Structure {
            name: name.to_owned(),
            line: place.map_or(1, |place| place.line),
            column: place.map_or(1, |place| place.column),
            pointer: if pointer.is_empty() {
                "/".to_owned()
            } else {
                pointer.to_owned()
            },
            element,
            what,
        }
    };
    let mut elements = element::elements(value);
    elements.reverse();
    // Innermost first, then in document order.
    elements.sort_by_key(|element| {
        let depth = element.pointer.matches('/').count();
        let order = index.nearest(&element.pointer).map(|place| place.order);
        (std::cmp::Reverse(depth), order)
    });
    for element in elements
        .iter()
        .filter(|element| element.reference().is_none())
    {
        if let Err((inside, what)) = check(element) {
            let pointer = format!("{}{inside}", element.pointer);
            return Err(error(&pointer, element.kind.name(), what));
        }
    }
    let unreadable = |what: String| error("", "OpenAPI document", what);
    let text = serde_json::to_string(root).map_err(|error| unreadable(error.to_string()))?;
    let mut reader = serde_json::Deserializer::from_str(&text);
    serde_path_to_error::deserialize(&mut reader).map_err(|failure| {
        let at = path_pointer(failure.path());
        error(&at, "OpenAPI document", plain(failure.inner()))
    })
}

fn check(element: &Element<'_>) -> Result<(), (String, String)> {
    if !element.value.is_object() {
        return Err((String::new(), "expected a mapping".to_owned()));
    }
    match element.kind {
        Kind::PathItem => read::<openapiv3::PathItem>(element.value),
        Kind::Operation => read::<openapiv3::Operation>(element.value),
        Kind::Parameter => {
            let format = ["schema", "content"]
                .iter()
                .any(|key| element.value.get(key).is_some());
            if element.value.get("in").is_some() && !format {
                return Err((String::new(), "missing field `schema`".to_owned()));
            }
            read::<openapiv3::Parameter>(element.value)
        }
        Kind::RequestBody => read::<openapiv3::RequestBody>(element.value),
        Kind::Response => read::<openapiv3::Response>(element.value),
        Kind::Header => read::<openapiv3::Header>(element.value),
        Kind::MediaType => read::<openapiv3::MediaType>(element.value),
        Kind::Schema => read::<openapiv3::Schema>(element.value),
        Kind::Example => read::<openapiv3::Example>(element.value),
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<(), (String, String)> {
    match serde_path_to_error::deserialize::<_, T>(value) {
        Ok(_) => Ok(()),
        Err(failure) => {
            let at = path_pointer(failure.path());
            let what = plain(failure.inner());
            Err((
                if at.is_empty() {
                    culprit::<T>(value)
                } else {
                    at
                },
                what,
            ))
        }
    }
}

/// Finds the key without which the element can be parsed; types with flattened keys do not report
/// it.
fn culprit<T: DeserializeOwned>(value: &Value) -> String {
    let keys = value
        .as_object()
        .into_iter()
        .flat_map(|object| object.keys());
    let readable_without = |key: &&String| {
        let mut rest = value.clone();
        rest.as_object_mut().and_then(|object| object.remove(*key));
        serde_json::from_value::<T>(rest).is_ok()
    };
    keys.into_iter()
        .find(readable_without)
        .map_or_else(String::new, |key| pointer::join("", key))
}

fn path_pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .fold(String::new(), |at, segment| match segment {
            Segment::Seq { index } => format!("{at}/{index}"),
            Segment::Map { key } => pointer::join(&at, key),
            Segment::Enum { .. } | Segment::Unknown => at,
        })
}

/// Returns the error's text on one line, without the place in the intermediate JSON.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.lines().next().unwrap_or_default();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    text[..end].to_owned()
}
