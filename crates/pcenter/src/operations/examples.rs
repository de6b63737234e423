//! Examples of operation commands, from the catalog.

use partner_center::catalog::{Operator, ParameterKind};
use partner_center::{Field, FieldKind, Operation};

use super::command::{Endpoint, OperationCommand};
use super::flags;

/// Number of examples of a command.
const COUNT: usize = 3;

/// GUID of a customer in examples.
const GUID: &str = "11111111-2222-3333-4444-555555555555";

/// Returns the examples of a command: a filter, a group, one customer, a listing that can be resumed,
/// as far as the operations have them.
pub(super) fn examples(operation_command: &OperationCommand) -> Vec<String> {
    let mut always = operation_command.words();
    let mut options: Vec<String> = Vec::new();
    for endpoint in &operation_command.endpoints {
        for parameter in endpoint.path() {
            let name = flags::name(parameter.name);
            let given = match endpoint.words.has_positional(&name) {
                true => GUID.to_owned(),
                false => format!("--{name} {GUID}"),
            };
            match operation_command.is_always_in_path(parameter) {
                true => always = format!("{always} {given}"),
                false => options.push(format!("{given} -o json")),
            }
        }
        options.extend(of_operation(endpoint));
    }
    options.extend(["-o csv", "--emulator"].map(str::to_owned));
    options.truncate(COUNT);
    let options = options.into_iter();
    options
        .map(|options| format!("{always} {options}"))
        .collect()
}

/// Returns options of an operation that show what it can do.
fn of_operation(endpoint: &Endpoint) -> impl Iterator<Item = String> {
    let operation = endpoint.operation();
    let filter = name_to_filter_by(operation).map(|field| {
        let value = match field.contains("product") {
            true => "Microsoft 365 E3",
            false => "Contoso",
        };
        format!("--filter \"{field} eq '{value}'\" -o csv")
    });
    let mut parameters = operation.parameters.iter();
    let customer_filter = parameters
        .any(|parameter| parameter.kind == ParameterKind::CustomerFilter)
        .then(|| "--name-starts-with Contoso".to_owned());
    let mut groups: Vec<_> = operation
        .group_fields()
        .filter(|field| !field.is_date())
        .map(|field| field.name)
        .collect();
    // Names before ids, and those of customers first.
    groups.sort_by_key(|name| (!is_name(name), !is_of_customer(name)));
    groups.truncate(2);
    let groups = (!groups.is_empty()).then(|| format!("--group-by {}", groups.join(",")));
    let mut parameters = operation.parameters.iter();
    let word = parameters.find_map(|parameter| match parameter.kind {
        ParameterKind::Enumeration([first, ..]) if parameter.is_repeatable => {
            Some(format!("--{} {first}", flags::name(parameter.name)))
        }
        _ => None,
    });
    let resumed = operation
        .pageable
        .then(|| "--continuation-file next.json -o csv --output-file rows.csv".to_owned());
    let options = [filter, customer_filter, groups, word, resumed];
    options.into_iter().flatten()
}

/// Returns a field for the example of a filter: a name if there is one, of a customer if possible.
fn name_to_filter_by(operation: &Operation) -> Option<&'static str> {
    let is_text = |field: &&Field| {
        field.kind == FieldKind::Text && field.operators.contains(&Operator::Equal)
    };
    let fields = operation.filter_fields().filter(is_text);
    fields
        .map(|field| field.name)
        .min_by_key(|name| (!is_name(name), !is_of_customer(name)))
}

fn is_name(field: &str) -> bool {
    field.to_ascii_lowercase().ends_with("name")
}

fn is_of_customer(field: &str) -> bool {
    ["customer", "company"]
        .iter()
        .any(|it| field.starts_with(it))
}
