use partner_center_catalog::{Field, Operation};

/// Report whose rows are columns of a table.
///
/// ```
/// use partner_center_catalog::Operation;
/// use partner_center_lake::Report;
///
/// let report = Report::from(Operation::find("azure_usage").unwrap());
/// assert_eq!(report.name, "azure_usage");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// Name of the table: the `operationId`.
    pub name: &'static str,
    /// Fields of a row, with those of the customer for a listing of several customers.
    pub fields: &'static [Field],
}

impl From<&'static Operation> for Report {
    fn from(operation: &'static Operation) -> Self {
        Self {
            name: operation.id,
            fields: operation.fields,
        }
    }
}
