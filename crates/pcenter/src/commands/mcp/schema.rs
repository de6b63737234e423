//! JSON Schema of the options of a command, from their definitions.

use clap::builder::ValueHint;
use clap::{Arg, ArgAction};
use partner_center::Operation;
use partner_center::catalog::{Parameter, ParameterKind};
use serde_json::{Map, Value, json};

/// Returns the schema of one option. `operation` is the operation of the command, if it has one.
pub(super) fn of_option(option: &Arg, operation: Option<&Operation>) -> Value {
    let mut schema = Map::new();
    let parameter = operation.and_then(|operation| parameter(operation, option));
    let (kind, item) = kind(option, parameter.map(|parameter| parameter.kind));
    let mut description = description(option);
    if let (Some(operation), Some(parameter)) = (operation, parameter) {
        description.push_str(&fields(operation, parameter.kind));
    }
    schema.insert("description".to_owned(), description.into());
    schema.insert("type".to_owned(), kind.into());
    match item {
        Some(item) => schema.insert("items".to_owned(), item),
        None => None,
    };
    let values = option.get_possible_values();
    if !values.is_empty() && kind == "string" {
        let names: Vec<_> = values.iter().map(|value| value.get_name()).collect();
        schema.insert("enum".to_owned(), names.into());
    }
    match parameter.map(|parameter| parameter.kind) {
        Some(ParameterKind::Integer { minimum, maximum }) => {
            schema.insert("minimum".to_owned(), minimum.into());
            schema.insert("maximum".to_owned(), maximum.into());
        }
        Some(ParameterKind::Timestamp) => {
            schema.insert("examples".to_owned(), json!(["2026-11-25"]));
        }
        Some(ParameterKind::GroupBy) => {
            let names = operation.into_iter().flat_map(Operation::group_fields);
            let names: Vec<_> = names.map(|field| field.name).collect();
            schema.insert(
                "items".to_owned(),
                json!({ "type": "string", "enum": names }),
            );
        }
        _ => {}
    }
    if let [default] = option.get_default_values()
        && kind != "boolean"
    {
        let default = default.to_string_lossy();
        let value = match kind {
            "integer" | "number" => serde_json::from_str(&default).ok(),
            _ => None,
        };
        schema.insert(
            "default".to_owned(),
            value.unwrap_or_else(|| json!(default)),
        );
    }
    schema.into()
}

/// Returns whether a value is a path of this computer. Tools do not take such options: a client must
/// not read or write files.
pub(super) fn is_path(option: &Arg) -> bool {
    let hint = option.get_value_hint();
    let is_path = matches!(
        hint,
        ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath | ValueHint::ExecutablePath
    );
    let names = option.get_value_names().unwrap_or_default();
    is_path
        || names
            .iter()
            .any(|name| matches!(name.as_str(), "FILE" | "PATH" | "FOLDER"))
}

/// Returns whether values are several, separated by commas.
pub(super) fn is_list(option: &Arg) -> bool {
    let names = option.get_value_names().unwrap_or_default();
    let is_separated = names
        .iter()
        .any(|name| matches!(name.as_str(), "COLUMNS" | "FIELDS" | "NAMES"));
    is_separated || matches!(option.get_action(), ArgAction::Append)
}

/// Returns the JSON type of an option, and that of the elements of a list.
fn kind(option: &Arg, kind: Option<ParameterKind>) -> (&'static str, Option<Value>) {
    if matches!(
        option.get_action(),
        ArgAction::SetTrue | ArgAction::SetFalse
    ) {
        return ("boolean", None);
    }
    if is_list(option) {
        return ("array", Some(json!({ "type": "string" })));
    }
    let names = option.get_value_names().unwrap_or_default();
    match kind {
        Some(ParameterKind::Integer { .. }) => ("integer", None),
        Some(ParameterKind::Number) => ("number", None),
        Some(ParameterKind::Boolean) => ("boolean", None),
        Some(_) => ("string", None),
        None if names
            .iter()
            .any(|name| matches!(name.as_str(), "N" | "DAYS")) =>
        {
            ("integer", None)
        }
        None => ("string", None),
    }
}

/// Returns the parameter of an operation that an option sets.
fn parameter(operation: &Operation, option: &Arg) -> Option<&'static Parameter> {
    let mut parameters = operation.parameters.iter();
    parameters
        .find(|parameter| crate::operations::flag_of(parameter.name) == option.get_id().as_str())
}

/// Returns the short help text of an option, on one line, in the words of a tool: every word takes room
/// in the context of a model.
fn description(option: &Arg) -> String {
    match option.get_id().as_str() {
        "columns" => return COLUMNS.to_owned(),
        "sort" => return SORT.to_owned(),
        "where" => return WHERE.to_owned(),
        _ => {}
    }
    let help = option.get_help().or_else(|| option.get_long_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    let help: Vec<_> = help.split_whitespace().collect();
    let mut help = help.join(" ");
    // Of a list, which the schema has; and the page size, which is not an argument.
    for left_out in [
        "; listed below",
        "; see the list below",
        "; can be repeated",
        "; repeatable",
    ] {
        help = help.replace(left_out, "");
    }
    help
}

const COLUMNS: &str = "Names of the columns to return; all by default. With fewer columns, a result has \
                       room for more rows";

const SORT: &str = "Columns to sort by, with a minus before the name for descending order: \
                    -licensesSold. All rows are read first";

const WHERE: &str = "Condition on any column that rows must meet, also on counts: \
                     licensesSold gt 5 and contains(customerName,'school'). All rows are read first, so \
                     prefer `filter` where it has the field";

/// Returns the fields that a filter or an order takes, as part of a description.
fn fields(operation: &Operation, kind: ParameterKind) -> String {
    let order: Vec<_> = operation.order_fields().map(|field| field.name).collect();
    match kind {
        ParameterKind::Filter => format!(
            ", joined by and, or and parentheses. Fields by operators: {}",
            by_operators(operation)
        ),
        ParameterKind::OrderBy if !order.is_empty() => format!(". Fields: {}", order.join(", ")),
        _ => String::new(),
    }
}

/// Returns the fields of a filter, once per set of operators.
fn by_operators(operation: &Operation) -> String {
    let mut sets: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    for field in operation.filter_fields() {
        let operators: Vec<_> = field
            .operators
            .iter()
            .map(|operator| operator.name())
            .collect();
        match sets.iter_mut().find(|(known, _)| *known == operators) {
            Some((_, fields)) => fields.push(field.name),
            None => sets.push((operators, vec![field.name])),
        }
    }
    let sets = sets
        .iter()
        .map(|(operators, fields)| format!("{}: {}", operators.join(" "), fields.join(", ")));
    sets.collect::<Vec<_>>().join("; ")
}
