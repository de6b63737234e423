use std::collections::HashSet;

use delta_kernel::arrow::datatypes::{DataType, Field as ArrowField, Schema, TimeUnit};
use partner_center_catalog::{OPERATIONS, Operation};

use super::*;

fn schema(id: &str) -> TableSchema {
    TableSchema::of(Operation::find(id).unwrap())
}

fn names(schema: &TableSchema) -> Vec<&str> {
    schema.columns().iter().map(Column::name).collect()
}

#[test]
fn columns_of_every_operation_have_different_names_that_no_table_reserves() {
    for operation in OPERATIONS {
        let schema = TableSchema::of(*operation);
        let lower: HashSet<_> = names(&schema)
            .iter()
            .map(|name| name.to_lowercase())
            .collect();
        assert_eq!(lower.len(), schema.columns().len(), "{}", operation.id);
        for reserved in PARTITIONS {
            assert!(schema.column(reserved).is_none(), "{}", operation.id);
        }
    }
}

#[test]
fn fields_have_their_kind_meaning_and_name_on_the_wire() {
    let schema = schema("customer");
    let arrow = schema.arrow();
    let domain = arrow.field_with_name("companyProfile_domain").unwrap();
    let metadata = domain.metadata();
    assert_eq!(metadata["kind"], "text");
    assert_eq!(metadata["wireName"], "companyProfile.domain");
    assert_eq!(metadata["comment"], metadata["meaning"]);
    assert_eq!(
        schema.column("links_self_headers").unwrap().kind(),
        Kind::Json
    );
    assert_eq!(schema.column("customDomains").unwrap().kind(), Kind::Json);
    assert!(domain.is_nullable() && domain.data_type() == &DataType::Utf8);
    let fetched = arrow.field_with_name("fetchedAt").unwrap();
    let utc = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    assert_eq!(fetched.data_type(), &utc);
}

#[test]
fn a_table_keeps_its_order_and_gets_new_columns_at_its_end() {
    let now = schema("commercial_licenses_deployment");
    let table = Schema::new(vec![
        ArrowField::new("processedDate", DataType::Date32, true),
        ArrowField::new("licensessold", DataType::Int64, true),
        now.column("customerName").unwrap().arrow(),
        ArrowField::new("tier", DataType::Boolean, true),
    ]);
    let merged = now.merged_with(&table).unwrap();
    assert_eq!(
        names(&merged)[..3],
        ["licensessold", "customerName", "tier"]
    );
    assert_eq!(merged.columns().len(), now.columns().len() + 1);
    assert_eq!(
        merged.column("licensesSold").unwrap().wire_name(),
        "licensesSold"
    );
    // A merged schema is that of the table, and stays the same.
    let again = now.merged_with(&merged.arrow()).unwrap();
    assert_eq!(again.columns(), merged.columns());
}

#[test]
fn a_changed_type_is_an_error_with_both_types() {
    let now = schema("commercial_licenses_deployment");
    for (name, data_type, message) in [
        (
            "licensesSold",
            DataType::Utf8,
            "the column `licensesSold` has the type string, but a value is now bigint",
        ),
        (
            "customerName",
            DataType::Float64,
            "the column `customerName` has the type Float64, but a value is now string",
        ),
        (
            "another",
            DataType::Float64,
            "the column `another` has the type Float64, but a value is now a type that tables of \
             reports do not have",
        ),
    ] {
        let table = Schema::new(vec![ArrowField::new(name, data_type, true)]);
        let error = now.merged_with(&table).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert!(
            error
                .help()
                .unwrap()
                .starts_with("move the table to another folder")
        );
    }
}

#[test]
fn selected_columns_have_the_given_order() {
    let all = schema("customer");
    let some = all
        .select(&[
            "fetchedat",
            "ID",
            "companyProfile",
            "companyProfile.domain",
            "new",
        ])
        .unwrap();
    let some = names(&some);
    let parts = some[2..].iter();
    assert_eq!(some[..2], ["fetchedAt", "id"]);
    assert!(
        parts
            .clone()
            .all(|name| name.starts_with("companyProfile_"))
    );
    assert!(parts.count() > 3);
    let error = all.select(&["processedDate"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the report has no column `processedDate`"
    );
}
