//! Parameters of operations, with the values that each accepts.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};
use serde_json::Value;

use super::fields::has_query;
use super::meaning::{self, meaning};
use crate::generate::GenerateError;
use crate::spec::{OperationRef, ParameterRef, Spec};

/// Parameter of an operation.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    /// `path`, `query` or `header`.
    pub(crate) place: &'static str,
    pub(crate) kind: Kind,
    required: bool,
    pub(crate) repeatable: bool,
    default: Option<String>,
    meaning: String,
}

/// Values of a parameter: the variants of the catalog's `ParameterKind`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Integer { minimum: i64, maximum: i64 },
    Enumeration(Vec<String>),
    Plain(&'static str),
}

impl ToTokens for Kind {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Self::Integer { minimum, maximum } => {
                let [minimum, maximum] = [*minimum, *maximum].map(Literal::i64_unsuffixed);
                quote!(ParameterKind::Integer { minimum: #minimum, maximum: #maximum })
            }
            Self::Enumeration(words) => quote!(ParameterKind::Enumeration(&[#(#words),*])),
            Self::Plain(variant) => {
                let variant = format_ident!("{variant}");
                quote!(ParameterKind::#variant)
            }
        });
    }
}

impl ToTokens for Parameter {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            name,
            place,
            kind,
            meaning,
            ..
        } = self;
        let place = match *place {
            "path" => quote!(Place::Path),
            "header" => quote!(Place::Header),
            _ => quote!(Place::Query),
        };
        tokens.extend(quote!(Parameter::new(#name, #place, #kind, #meaning)));
        if self.required {
            tokens.extend(quote!(.required()));
        }
        if self.repeatable {
            tokens.extend(quote!(.repeatable()));
        }
        if let Some(default) = &self.default {
            tokens.extend(quote!(.with_default(#default)));
        }
    }
}

/// Returns the parameters of an operation: path, query and headers, in document order.
pub(crate) fn parameters(
    spec: &Spec,
    operation: &OperationRef<'_>,
) -> Result<Vec<Parameter>, GenerateError> {
    operation
        .parameters
        .iter()
        .map(|parameter| read(spec, operation, parameter))
        .collect()
}

fn read(
    spec: &Spec,
    operation: &OperationRef<'_>,
    parameter: &ParameterRef<'_>,
) -> Result<Parameter, GenerateError> {
    let text = |key: &str| parameter.value.get(key).and_then(Value::as_str);
    let name = text("name").unwrap_or_default();
    let place = ["path", "query", "header"]
        .into_iter()
        .find(|place| text("in") == Some(place))
        .ok_or_else(|| unknown(operation, name, "is in no path, query or header"))?;
    // The JSON is read, because the document of the generator may lack limits and lists.
    let (pointer, mut schema) = resolved(spec, format!("{}/schema", parameter.definition))
        .ok_or_else(|| unknown(operation, name, "has no schema"))?;
    let repeatable = schema.get("type").and_then(Value::as_str) == Some("array");
    if repeatable {
        (_, schema) = resolved(spec, format!("{pointer}/items"))
            .ok_or_else(|| unknown(operation, name, "is a list of unknown items"))?;
    }
    let kind = match query_option(operation, parameter) {
        Some(option) => Kind::Plain(option),
        None => kind(schema)
            .ok_or_else(|| unknown(operation, name, "is neither a text nor a number"))?,
    };
    Ok(Parameter {
        name: name.to_owned(),
        place,
        kind,
        required: parameter.value.get("required") == Some(&Value::Bool(true)),
        repeatable,
        default: text("description").and_then(meaning::default),
        meaning: meaning(text("description")),
    })
}

/// Returns the schema at a pointer, after following references and an `allOf` around a single
/// schema. The lint rejects circles; the limit is for documents that were not linted.
fn resolved(spec: &Spec, pointer: String) -> Option<(String, &Value)> {
    const MOST_STEPS: usize = 32;
    let mut at = pointer;
    for _ in 0..MOST_STEPS {
        let (found, schema) = spec.resolve(&at)?;
        match schema.get("allOf").and_then(Value::as_array) {
            Some(parts) if parts.len() == 1 => at = format!("{found}/allOf/0"),
            _ => return Some((found, schema)),
        }
    }
    None
}

/// Returns the kind of a query option, whose grammar a schema cannot describe.
///
/// A filter of an operation without filter fields, whose example is a JSON object, is the
/// filter of the customer list (T58).
fn query_option(
    operation: &OperationRef<'_>,
    parameter: &ParameterRef<'_>,
) -> Option<&'static str> {
    let text = |key: &str| parameter.value.get(key).and_then(Value::as_str);
    if text("in") != Some("query") {
        return None;
    }
    let is_json = || {
        let example = text("example").map(serde_json::from_str::<serde_json::Map<String, Value>>);
        matches!(example, Some(Ok(_)))
    };
    match text("name")?.to_ascii_lowercase().as_str() {
        "filter" if operation.extension("x-filter-fields").is_some() => Some("Filter"),
        "filter" if !has_query(operation) && is_json() => Some("CustomerFilter"),
        "groupby" if operation.extension("x-group-fields").is_some() => Some("GroupBy"),
        "orderby" if operation.extension("x-order-fields").is_some() => Some("OrderBy"),
        _ => None,
    }
}

fn kind(schema: &Value) -> Option<Kind> {
    let words = schema.get("enum").and_then(Value::as_array);
    let words = words.into_iter().flatten().filter_map(Value::as_str);
    let words: Vec<String> = words.map(str::to_owned).collect();
    if !words.is_empty() {
        return Some(Kind::Enumeration(words));
    }
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    let format = text("format").unwrap_or_default();
    Some(match (text("type")?, format) {
        ("integer", _) => {
            let (minimum, maximum) = limits(schema, format);
            Kind::Integer { minimum, maximum }
        }
        ("number", _) => Kind::Plain("Number"),
        ("boolean", _) => Kind::Plain("Boolean"),
        ("string", "uuid") => Kind::Plain("Guid"),
        ("string", "locale") => Kind::Plain("Locale"),
        ("string", "date" | "date-time" | "partner-center-timestamp") => Kind::Plain("Timestamp"),
        ("string", _) => Kind::Plain("Text"),
        _ => return None,
    })
}

/// Returns minimum and maximum of an integer, by default those of its format.
fn limits(schema: &Value, format: &str) -> (i64, i64) {
    let (least, greatest) = match format {
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "uint32" => (0, u32::MAX.into()),
        "uint64" => (0, i64::MAX),
        _ => (i64::MIN, i64::MAX),
    };
    let number = |key: &str| schema.get(key).and_then(Value::as_i64);
    let step = |key: &str| i64::from(schema.get(key) == Some(&Value::Bool(true)));
    let minimum = number("minimum").map_or(least, |minimum| {
        minimum.saturating_add(step("exclusiveMinimum"))
    });
    let maximum = number("maximum").map_or(greatest, |maximum| {
        maximum.saturating_sub(step("exclusiveMaximum"))
    });
    (minimum, maximum)
}

fn unknown(operation: &OperationRef<'_>, name: &str, problem: &str) -> GenerateError {
    GenerateError::Parameter(format!(
        "the parameter `{name}` of `{}` {problem}, so its values cannot be checked",
        operation.operation_id
    ))
}

#[cfg(test)]
mod tests;
