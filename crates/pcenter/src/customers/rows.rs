//! Rows of several customers in one output: each row names its customer.

use std::sync::Arc;

use partner_center::catalog::ResponseShape;
use partner_center::{AdditionalProperties, Field, FieldKind, FieldValue, Operation, Row};

use super::Customer;

const ID: &str = "customerId";
const NAME: &str = "customerName";

/// Columns that name the customer of a row.
const COLUMNS: [Field; 2] = [
    Field::new(
        ID,
        FieldKind::Guid,
        "Id of the customer, added to the rows of several customers",
    ),
    Field::new(
        NAME,
        FieldKind::Text,
        "Name of the customer, added to the rows of several customers",
    ),
];

/// Returns the columns that the rows of an operation lack to name their customer.
fn missing(operation: &Operation) -> impl Iterator<Item = Field> {
    // A single object is the customer itself.
    let is_customer = operation.response == ResponseShape::Object;
    let is_missing = move |field: &Field| !is_customer && operation.field(field.name).is_none();
    COLUMNS.into_iter().filter(is_missing)
}

/// Returns the names of the columns that are added to the rows of several customers.
pub(crate) fn added_columns(operation: &Operation) -> Vec<&'static str> {
    missing(operation).map(|field| field.name).collect()
}

/// Returns the fields of the rows of several customers.
pub(crate) fn fields_of_several(operation: &'static Operation) -> &'static [Field] {
    let fields: Vec<Field> = missing(operation)
        .chain(operation.fields.iter().copied())
        .collect();
    // Fields are static everywhere else. A process runs one command, so this happens once.
    fields.leak()
}

/// Names of the fields of a row, with those of the customer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    all: &'static [&'static str],
    /// Number of names in front of those of the row.
    added: usize,
}

impl Names {
    fn new(operation: &Operation, row: &dyn Row) -> Self {
        let added = added_columns(operation);
        Self {
            added: added.len(),
            // Once per run: see `fields_of_several`.
            all: added
                .into_iter()
                .chain(row.names().iter().copied())
                .collect::<Vec<_>>()
                .leak(),
        }
    }
}

/// Row of one of several customers.
#[derive(Debug)]
pub(super) struct CustomerRow {
    row: Box<dyn Row>,
    names: Names,
    customer: Arc<CustomerText>,
}

#[derive(Debug)]
struct CustomerText {
    id: String,
    name: Option<String>,
}

impl Row for CustomerRow {
    fn names(&self) -> &'static [&'static str] {
        self.names.all
    }

    fn value(&self, position: usize) -> FieldValue<'_> {
        let sent = match position.checked_sub(self.names.added) {
            Some(position) => self.row.value(position),
            None => FieldValue::Null,
        };
        if !sent.is_null() {
            return sent;
        }
        match self.names.all.get(position) {
            Some(&ID) => FieldValue::Text(&self.customer.id),
            Some(&NAME) => match &self.customer.name {
                Some(name) => FieldValue::Text(name),
                None => FieldValue::Null,
            },
            _ => FieldValue::Null,
        }
    }

    fn additional(&self) -> &AdditionalProperties {
        self.row.additional()
    }
}

/// Returns the rows of a customer with the columns that name it. `names` are those of the first
/// row of all customers.
pub(super) fn named(
    rows: Vec<Box<dyn Row>>,
    customer: &Customer,
    operation: &Operation,
    names: &mut Option<Names>,
) -> impl Iterator<Item = CustomerRow> {
    let customer = Arc::new(CustomerText {
        id: customer.id.to_string(),
        name: customer.name.clone(),
    });
    rows.into_iter().map(move |row| CustomerRow {
        names: *names.get_or_insert_with(|| Names::new(operation, &*row)),
        row,
        customer: customer.clone(),
    })
}
