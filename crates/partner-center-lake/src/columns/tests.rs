use delta_kernel::arrow::array::{Array, AsArray};
use delta_kernel::arrow::datatypes::{
    DataType, Decimal128Type, Field, Int64Type, Schema, TimestampMicrosecondType,
};
use partner_center::types::{CommercialLicensesDeployment, Customer};
use partner_center_catalog::Operation;
use partner_center_core::AdditionalProperties;
use time::macros::{date, datetime};

use super::*;

fn origin() -> Origin {
    Origin::new(datetime!(2026-01-31 04:00:00.1234567 UTC), Uuid::nil())
}

fn deployment() -> TableSchema {
    TableSchema::of(Operation::find("commercial_licenses_deployment").unwrap())
}

fn row(json: &str) -> CommercialLicensesDeployment {
    serde_json::from_str(json).unwrap()
}

fn append(columns: &mut Columns, rows: &[&str]) -> Result<(), LakeError> {
    rows.iter().try_for_each(|json| columns.append(&row(json)))
}

fn batch_of(rows: &[&str]) -> RecordBatch {
    let mut columns = Columns::new(deployment(), &origin());
    append(&mut columns, rows).unwrap();
    columns.finish().unwrap()
}

fn texts(batch: &RecordBatch, name: &str) -> Vec<Option<String>> {
    let column = batch.column_by_name(name).unwrap().as_string::<i32>();
    column.iter().map(|text| text.map(str::to_owned)).collect()
}

fn moments(batch: &RecordBatch, name: &str) -> Vec<Option<i64>> {
    let column = batch.column_by_name(name).unwrap();
    column
        .as_primitive::<TimestampMicrosecondType>()
        .iter()
        .collect()
}

fn numbers(batch: &RecordBatch, name: &str) -> Vec<Option<i128>> {
    let column = batch.column_by_name(name).unwrap();
    column.as_primitive::<Decimal128Type>().iter().collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn values_have_the_types_of_their_kinds() {
    let batch = batch_of(&[
        r#"{"customerName":"Ä \"b\"","licensesSold":5,"processedDateTime":"2018-10-14T00:00:01.5"}"#,
        r#"{"customerTenantId":"54B84594-8CD0-4A8C-8A4E-0000000000FF","licensesSold":"7"}"#,
        "{}",
    ]);
    assert_eq!(texts(&batch, "customerName"), [some("Ä \"b\""), None, None]);
    let id = some("54b84594-8cd0-4a8c-8a4e-0000000000ff");
    assert_eq!(texts(&batch, "customerTenantId"), [None, id, None]);
    let sold = batch.column_by_name("licensesSold").unwrap();
    let sold: Vec<_> = sold.as_primitive::<Int64Type>().iter().collect();
    assert_eq!(sold, [Some(5), Some(7), None]);
    let moment = datetime!(2018-10-14 00:00:01.5 UTC).unix_timestamp_nanos() / 1000;
    assert_eq!(
        moments(&batch, "processedDateTime"),
        [i64::try_from(moment).ok(), None, None]
    );
    assert_eq!(texts(&batch, "asSent"), [None, None, None]);
    assert_eq!(
        moments(&batch, "fetchedAt"),
        [Some(1_769_832_000_123_456); 3]
    );
    assert_eq!(
        texts(&batch, "correlationId")[2],
        some(&Uuid::nil().to_string())
    );
    assert_eq!(
        texts(&batch, "specVersion")[0].as_deref(),
        SPEC_SHA256.get(..12)
    );
}

#[test]
fn parts_of_objects_have_columns_and_lists_are_json() {
    let schema = TableSchema::of(Operation::find("customer").unwrap());
    let mut columns = Columns::new(schema, &origin());
    for json in [
        r#"{"id":"1","companyProfile":{"domain":"d.e","new":1.50},"customDomains":["b","a"],
            "links":{"self":{"uri":"/a","headers":[{"key":"k"}]}},"neu":{"x":[1]}}"#,
        r#"{"id":"2","companyProfile":null}"#,
        r#"{"id":"3","companyProfile":{"companyName":"C"}}"#,
    ] {
        let customer: Customer = serde_json::from_str(json).unwrap();
        columns.append(&customer).unwrap();
    }
    let batch = columns.finish().unwrap();
    for (name, values) in [
        ("id", ["1", "2", "3"].map(some)),
        ("companyProfile_domain", [some("d.e"), None, None]),
        ("companyProfile_companyName", [None, None, some("C")]),
        ("customDomains", [some(r#"["b","a"]"#), None, None]),
        ("links_self_uri", [some("/a"), None, None]),
        ("links_self_headers", [some(r#"[{"key":"k"}]"#), None, None]),
        ("neu", [some(r#"{"x":[1]}"#), None, None]),
    ] {
        assert_eq!(texts(&batch, name), values, "{name}");
    }
    assert_eq!(
        numbers(&batch, "companyProfile_new"),
        [Some(ONE * 3 / 2), None, None]
    );
}

#[test]
fn values_that_a_column_cannot_represent_are_kept_as_sent() {
    let batch = batch_of(&[
        r#"{"processedDateTime":"2018-10-14T01:00:00+01:00"}"#,
        r#"{"processedDateTime":"2018-10-14T00:00:00.1234567"}"#,
        r#"{"processedDateTime":"2018-10-14T00:00:00.1234560Z"}"#,
        r#"{"processedDateTime":"2018-10-14T00:00:00-00:00"}"#,
        "{}",
        r#"{"processedDateTime":"2018-10-14","rate":0.12345678901234567891}"#,
        r#"{"rate":123456789012345678901.5,"processedDateTime":"9999-12-31T23:59:59-08:00"}"#,
    ]);
    assert_eq!(
        texts(&batch, "asSent"),
        [
            some(r#"{"processedDateTime":"2018-10-14T01:00:00+01:00"}"#),
            some(r#"{"processedDateTime":"2018-10-14T00:00:00.1234567"}"#),
            None,
            None,
            None,
            some(r#"{"rate":"0.12345678901234567891"}"#),
            some(
                r#"{"processedDateTime":"9999-12-31T23:59:59-08:00","rate":"123456789012345678901.5"}"#
            ),
        ]
    );
    let midnight = 1_539_475_200_000_000;
    assert_eq!(
        moments(&batch, "processedDateTime"),
        [
            Some(midnight),
            Some(midnight + 123_456),
            Some(midnight + 123_456),
            Some(midnight),
            None,
            Some(midnight),
            None,
        ]
    );
    let rounded = Some(123_456_789_012_345_679);
    assert_eq!(numbers(&batch, "rate")[5..], [rounded, None]);
}

#[test]
fn never_is_null_and_kept_as_sent() {
    /// Row with a date that it must have; other rows lack a date that is "never".
    #[derive(Debug)]
    struct Processed(Timestamp, AdditionalProperties);

    impl Row for Processed {
        fn names(&self) -> &'static [&'static str] {
            &["processedDateTime"]
        }

        fn value(&self, _: usize) -> FieldValue<'_> {
            FieldValue::Timestamp(&self.0)
        }

        fn additional(&self) -> &AdditionalProperties {
            &self.1
        }
    }

    let never = "0001-01-01T00:00:00".parse().unwrap();
    let mut columns = Columns::new(deployment(), &origin());
    let row = Processed(never, AdditionalProperties::new());
    columns.append(&row).unwrap();
    let batch = columns.finish().unwrap();
    assert_eq!(moments(&batch, "processedDateTime"), [None]);
    let kept = some(r#"{"processedDateTime":"0001-01-01T00:00:00"}"#);
    assert_eq!(texts(&batch, "asSent"), [kept]);
    assert_eq!(columns.latest_processed_date(), None);
}

#[test]
fn undocumented_properties_get_columns_when_they_appear() {
    let mut columns = Columns::new(deployment(), &origin());
    let documented = columns.schema().fields().len();
    append(&mut columns, &[r#"{"licensesSold":1,"later":null}"#]).unwrap();
    assert_eq!(columns.finish().unwrap().num_columns(), documented);
    append(
        &mut columns,
        &[
            "{}",
            r#"{"tier":"gold","is new":true,"price":1e2,"list":[]}"#,
            r#"{"tier":"x\u00e9","price":"2.5"}"#,
        ],
    )
    .unwrap();
    let batch = columns.finish().unwrap();
    assert_eq!(batch.num_columns(), documented + 4);
    assert_eq!(texts(&batch, "tier"), [None, some("gold"), some("xé")]);
    assert_eq!(texts(&batch, "list"), [None, some("[]"), None]);
    assert_eq!(
        numbers(&batch, "price"),
        [None, Some(100 * ONE), Some(ONE * 5 / 2)]
    );
    let is_new = batch.column_by_name("is_new").unwrap().as_boolean();
    assert!(is_new.is_valid(1) && is_new.value(1) && is_new.is_null(2));
    let field = batch.schema().field_with_name("is_new").unwrap().clone();
    assert_eq!(field.metadata()["wireName"], "is new");
}

#[test]
fn two_spellings_are_one_column_and_no_value_is_lost() {
    let batch = batch_of(&[
        r#"{"New Field":"a"}"#,
        r#"{"new_field":"b"}"#,
        r#"{"NEW;FIELD":"c","new_field":"d","new(field":5}"#,
    ]);
    // Properties are in the order of their names.
    assert_eq!(texts(&batch, "New_Field"), ["a", "b", "c"].map(some));
    let aside = some(r#"{"new(field":"5","new_field":"d"}"#);
    assert_eq!(texts(&batch, "asSent"), [None, None, aside]);
}

#[test]
fn names_of_the_columns_of_tables_are_not_taken() {
    let batch = batch_of(&[r#"{"asSent":"a","ProcessedDate":1,"fetchedAt":[]}"#]);
    assert_eq!(texts(&batch, "asSent_"), [some("a")]);
    assert_eq!(texts(&batch, "fetchedAt_"), [some("[]")]);
    assert_eq!(numbers(&batch, "ProcessedDate_"), [Some(ONE)]);
}

#[test]
fn a_value_of_another_type_is_an_error() {
    for (rows, message) in [
        (
            [r#"{"a":5}"#, r#"{"a":"x"}"#],
            "the column `a` has the type decimal(38,18), but a value is now text",
        ),
        (
            [r#"{"a":"x"}"#, r#"{"a":5}"#],
            "the column `a` has the type string, but a value is now a number",
        ),
        (
            [r#"{"a":true}"#, r#"{"a":{}}"#],
            "the column `a` has the type boolean, but a value is now an object",
        ),
        (
            [r#"{"a":[]}"#, r#"{"a":"x"}"#],
            "the column `a` has the type string, but a value is now text",
        ),
        (
            [r#"{"a":1}"#, r#"{"a":[1]}"#],
            "the column `a` has the type decimal(38,18), but a value is now a list",
        ),
    ] {
        let mut columns = Columns::new(deployment(), &origin());
        let error = append(&mut columns, &rows).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn columns_of_a_table_have_the_values_of_its_types() {
    let table = Schema::new(vec![
        Field::new("Seen", DataType::Int64, true),
        Field::new(
            "when",
            DataType::Timestamp(
                delta_kernel::arrow::datatypes::TimeUnit::Microsecond,
                Some("UTC".into()),
            ),
            true,
        ),
    ]);
    let schema = deployment().merged_with(&table).unwrap();
    let mut columns = Columns::new(schema, &origin());
    append(
        &mut columns,
        &[r#"{"seen":3,"when":"2018-10-14T00:00:00Z"}"#],
    )
    .unwrap();
    let batch = columns.finish().unwrap();
    let seen = batch.column(0).as_primitive::<Int64Type>();
    assert_eq!(
        (batch.num_columns(), seen.value(0)),
        (columns.schema().fields().len(), 3)
    );
    assert_eq!(moments(&batch, "when"), [Some(1_539_475_200_000_000)]);
    let error = append(&mut columns, &[r#"{"seen":3.5}"#]).unwrap_err();
    assert!(
        error.to_string().contains("`Seen` has the type bigint"),
        "{error}"
    );
}

#[test]
fn at_most_100_undocumented_properties_get_columns() {
    let mut columns = Columns::new(deployment(), &origin());
    for number in 0..100 {
        append(&mut columns, &[&format!(r#"{{"p{number}":1}}"#)]).unwrap();
    }
    append(&mut columns, &[r#"{"P7":1}"#]).unwrap();
    let error = append(&mut columns, &[r#"{"one too many":1}"#]).unwrap_err();
    assert!(matches!(error, LakeError::TooManyProperties { .. }));
    assert!(
        error
            .to_string()
            .contains("more than 100 undocumented properties")
    );
    assert!(error.to_string().contains("`one too many`"), "{error}");
}

#[test]
fn only_selected_columns_are_written() {
    let schema = deployment().select(&["licensesSold", "tier"]).unwrap();
    let mut columns = Columns::new(schema, &origin());
    let rows = [r#"{"licensesSold":1,"customerName":"A","Tier":"gold","other":1}"#];
    append(&mut columns, &rows).unwrap();
    let batch = columns.finish().unwrap();
    let schema = batch.schema();
    let names: Vec<_> = schema
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    assert_eq!(names, ["licensesSold", "Tier"]);
    let none = deployment().select(&["unseen"]).unwrap();
    let mut columns = Columns::new(none, &origin());
    append(&mut columns, &rows).unwrap();
    let batch = columns.finish().unwrap();
    assert_eq!((batch.num_columns(), batch.num_rows()), (0, 1));
}

#[test]
fn the_latest_processed_date_is_that_of_all_rows() {
    let mut columns = Columns::new(deployment(), &origin());
    assert_eq!(columns.latest_processed_date(), None);
    append(
        &mut columns,
        &[
            r#"{"processedDateTime":"2018-10-14T23:30:00-01:00"}"#,
            r#"{"processedDateTime":"2018-10-13T00:00:00"}"#,
            r#"{"processedDateTime":"0001-01-01T00:00:00"}"#,
        ],
    )
    .unwrap();
    columns.finish().unwrap();
    assert_eq!(columns.latest_processed_date(), Some(date!(2018 - 10 - 15)));
}
