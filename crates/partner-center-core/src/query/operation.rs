//! Operation that query options belong to.

use std::fmt;

use partner_center_catalog::Operation;

/// Operation with query options.
///
/// Implemented by a marker type per operation, generated from the spec. The marker type is the
/// parameter `O` of [`Field`](super::Field), [`Filter`](super::Filter),
/// [`GroupBy`](super::GroupBy) and [`OrderBy`](super::OrderBy), so that options of one operation
/// cannot be used for another.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/example.rs"));
/// # fn main() {
/// use partner_center_core::query::QueryOperation;
///
/// /// Returns the fields that a filter of an operation may contain.
/// fn filter_fields<O: QueryOperation>() -> Vec<&'static str> {
///     O::OPERATION.filter_fields().map(|field| field.name).collect()
/// }
///
/// assert_eq!(filter_fields::<Usage>(), ["customerTenantId", "meterCategory", "usageDate"]);
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an operation with query options",
    note = "use the marker type that was generated for the operation"
)]
pub trait QueryOperation: Copy + fmt::Debug + Eq + Send + Sync + 'static {
    /// Operation, with the fields that each option accepts.
    const OPERATION: &'static Operation;
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// The runtime is independent of the operations of the service.
    #[test]
    fn types_of_the_catalog_are_used_and_its_data_is_not() {
        let data = ["OPERATIONS", "operations::", "Operation::find"].map(str::to_owned);
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        let mut read = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("query/operation.rs") {
                    let text = std::fs::read_to_string(&path).unwrap();
                    let found = data.iter().find(|name| text.contains(name.as_str()));
                    assert_eq!(found, None, "{}", path.display());
                    read += 1;
                }
            }
        }
        assert!(read > 50, "{read} files");
    }
}
