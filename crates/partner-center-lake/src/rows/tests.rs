use std::collections::HashMap;
use std::sync::Arc;

use delta_kernel::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, StringArray,
    TimestampMicrosecondArray, UInt8Array,
};
use delta_kernel::arrow::datatypes::{Field, Schema};
use partner_center::types::{AzureUsage, CommercialLicensesDeployment, Customer, Subscription};
use partner_center_catalog::Operation;
use partner_center_core::Row;
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::cell::decimal;
use super::*;
use crate::{Columns, Origin, Report, TableSchema};

/// Creates a batch from columns with their names in the response.
fn batch(columns: Vec<(&str, &str, ArrayRef)>) -> RecordBatch {
    let fields = columns.iter().map(|(name, wire, column)| {
        let metadata = HashMap::from([("wireName".to_owned(), (*wire).to_owned())]);
        Field::new(*name, column.data_type().clone(), true).with_metadata(metadata)
    });
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let columns = columns.into_iter().map(|(_, _, column)| column).collect();
    RecordBatch::try_new(schema, columns).unwrap()
}

fn texts(texts: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(texts.to_vec()))
}

fn read<T: for<'de> Deserialize<'de>>(batch: &RecordBatch) -> Vec<T> {
    let rows = TypedRows::new(batch).unwrap();
    assert_eq!(rows.len(), batch.num_rows());
    rows.iter().map(Result::unwrap).collect()
}

#[test]
fn columns_become_the_fields_of_a_type_and_others_are_skipped() {
    let moments = TimestampMicrosecondArray::from(vec![Some(1_795_564_800_000_000), None]);
    let batch = batch(vec![
        (
            "customerName",
            "customerName",
            texts(&[Some("Contoso"), None]),
        ),
        (
            "LicensesSold",
            "LicensesSold",
            Arc::new(Int64Array::from(vec![Some(14), None])),
        ),
        (
            "processedDateTime",
            "processedDateTime",
            Arc::new(moments.with_timezone("UTC")),
        ),
        (
            "channel",
            "channel",
            texts(&[Some("reseller"), Some("direct")]),
        ),
        ("tier", "tier", texts(&[Some("gold"), None])),
        (
            "processedDate",
            "processedDate",
            Arc::new(Date32Array::from(vec![20_783, 20_783])),
        ),
    ]);
    let rows: Vec<CommercialLicensesDeployment> = read(&batch);
    let expected: CommercialLicensesDeployment = serde_json::from_str(
        r#"{"customerName": "Contoso", "licensesSold": 14, "channel": "reseller",
            "processedDateTime": "2026-11-25T00:00:00"}"#,
    )
    .unwrap();
    assert_eq!(rows[0], expected);
    assert_eq!(rows[1].licenses_sold, None);
    assert!(rows.iter().all(|row| row.additional_properties.is_empty()));
}

#[test]
fn values_that_a_column_cannot_represent_are_those_that_were_sent() {
    let sent =
        r#"{"quantity": "1.2345678901234567890123", "usageDate": "2026-11-24T01:00:00+02:00"}"#;
    let quantities = Decimal128Array::from(vec![Some(1), Some(1_500_000_000_000_000_000)]);
    let moments = TimestampMicrosecondArray::from(vec![Some(0), Some(1_500_000)]);
    let batch = batch(vec![
        (
            "quantity",
            "quantity",
            Arc::new(quantities.with_precision_and_scale(38, 18).unwrap()),
        ),
        (
            "usageDate",
            "usageDate",
            Arc::new(moments.with_timezone("UTC")),
        ),
        ("asSent", "asSent", texts(&[Some(sent), None])),
    ]);
    let rows: Vec<AzureUsage> = read(&batch);
    let text = |row: &AzureUsage| {
        let date = row.usage_date.as_ref().unwrap().as_str().to_owned();
        (row.quantity.as_ref().unwrap().to_string(), date)
    };
    let sent = ("1.2345678901234567890123", "2026-11-24T01:00:00+02:00");
    assert_eq!(text(&rows[0]), (sent.0.to_owned(), sent.1.to_owned()));
    let read = ("1.5", "1970-01-01T00:00:01.500000Z");
    assert_eq!(text(&rows[1]), (read.0.to_owned(), read.1.to_owned()));
}

#[test]
fn the_sentinel_for_never_stays_a_missing_value() {
    let moments = TimestampMicrosecondArray::from(vec![None]).with_timezone("UTC");
    let batch = batch(vec![
        ("commitmentEndDate", "commitmentEndDate", Arc::new(moments)),
        (
            "autoRenewEnabled",
            "autoRenewEnabled",
            Arc::new(BooleanArray::from(vec![true])),
        ),
        (
            "asSent",
            "asSent",
            texts(&[Some(r#"{"commitmentEndDate": "0001-01-01T00:00:00"}"#)]),
        ),
    ]);
    let rows: Vec<Subscription> = read(&batch);
    assert_eq!(
        (
            rows[0].commitment_end_date.as_ref(),
            rows[0].auto_renew_enabled
        ),
        (None, Some(true))
    );
}

#[test]
fn flattened_objects_and_lists_in_json_are_restored() {
    let batch = batch(vec![
        ("id", "id", texts(&[Some("1"), Some("2")])),
        (
            "companyProfile_companyName",
            "companyProfile.companyName",
            texts(&[Some("Contoso"), None]),
        ),
        (
            "companyProfile_address_city",
            "companyProfile.address.city",
            texts(&[Some("Basel"), None]),
        ),
        (
            "customDomains",
            "customDomains",
            texts(&[Some(r#"["a.example", "b.example"]"#), None]),
        ),
    ]);
    let rows: Vec<Customer> = read(&batch);
    let profile = rows[0].company_profile.as_ref().unwrap();
    assert_eq!(profile.company_name.as_deref(), Some("Contoso"));
    assert_eq!(
        profile.address.as_ref().unwrap().city.as_deref(),
        Some("Basel")
    );
    assert_eq!(
        serde_json::to_value(&rows[0]).unwrap()["customDomains"][1],
        "b.example"
    );
    assert_eq!(
        (rows[1].id.as_deref(), rows[1].company_profile.is_none()),
        (Some("2"), true)
    );
}

#[test]
fn any_type_of_serde_can_be_read() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "camelCase")]
    struct Row {
        name: Name,
        channel: Channel,
        licenses_sold: u32,
        processed_date: Option<String>,
        missing: Option<bool>,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    struct Name(String);
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "camelCase")]
    enum Channel {
        Reseller,
    }
    let batch = batch(vec![
        ("name", "name", texts(&[Some("12")])),
        ("channel", "channel", texts(&[Some("reseller")])),
        (
            "licensesSold",
            "licensesSold",
            Arc::new(Int64Array::from(vec![3])),
        ),
        (
            "processedDate",
            "processedDate",
            Arc::new(Date32Array::from(vec![20_783])),
        ),
    ]);
    let rows: Vec<Row> = read(&batch);
    assert_eq!(
        rows[0],
        Row {
            name: Name("12".to_owned()),
            channel: Channel::Reseller,
            licenses_sold: 3,
            processed_date: Some("2026-11-26".to_owned()),
            missing: None,
        }
    );
    let rows: Vec<serde_json::Value> = read(&batch);
    assert_eq!(rows[0]["licensesSold"], 3);
    // Two types in turn, each with its own names.
    let typed = TypedRows::new(&batch).unwrap();
    assert!(typed.iter::<Row>().all(|row| row.is_ok()));
    let other = typed.iter::<CommercialLicensesDeployment>().next().unwrap();
    assert_eq!(other.unwrap().licenses_sold, Some(3));
}

#[test]
fn values_that_do_not_fit_are_errors_that_name_no_value() {
    let wrong = batch(vec![(
        "licensesSold",
        "licensesSold",
        texts(&[Some("1"), Some("Contoso")]),
    )]);
    let rows = TypedRows::new(&wrong).unwrap();
    let rows: Vec<_> = rows.iter::<CommercialLicensesDeployment>().collect();
    assert_eq!(rows[0].as_ref().unwrap().licenses_sold, Some(1));
    let error = rows[1].as_ref().unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("row 1 of the batch does not fit"),
        "{error}"
    );
    let unknown = batch(vec![("x", "x", Arc::new(UInt8Array::from(vec![1])))]);
    let error = TypedRows::new(&unknown).unwrap_err().to_string();
    assert_eq!(
        error,
        "the column `x` has the type UInt8, which no column of a snapshot has"
    );
}

#[test]
fn decimals_are_written_without_zeros_at_the_end() {
    for (value, text) in [
        (0, "0"),
        (1, "0.000000000000000001"),
        (-1_500_000_000_000_000_000, "-1.5"),
        (206_000_000_000_000_000_000, "206"),
        (i128::MIN, "-170141183460469231731.687303715884105728"),
    ] {
        assert_eq!(decimal(value, 18), text);
    }
    assert_eq!(decimal(-12, 0), "-12");
}

/// Writes a row of the service into columns and reads it again.
fn written_and_read<T>(operation: &str, row: &Value) -> (T, T)
where
    T: Row + DeserializeOwned,
{
    let row: T = serde_json::from_str(&row.to_string()).unwrap();
    let report = Report::from(Operation::find(operation).unwrap());
    let origin = Origin::new(OffsetDateTime::UNIX_EPOCH, uuid::Uuid::nil());
    let mut columns = Columns::new(TableSchema::of(report), &origin);
    columns.append(&row).unwrap();
    let batch = columns.finish().unwrap();
    let mut rows: Vec<T> = read(&batch);
    (row, rows.pop().unwrap())
}

fn timestamps() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("0001-01-01T00:00:00".to_owned()),
        Just("2018-05-30".to_owned()),
        "20[0-3][0-9]-0[1-9]-[12][0-9]T1[0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,7})?(Z|[+-]0[0-9]:30)?",
    ]
}

proptest! {
    #[test]
    fn rows_of_the_service_are_the_same_after_a_table(
        name in proptest::option::of("\\PC{0,12}"),
        count in proptest::option::of(any::<i64>()),
        moment in proptest::option::of(timestamps()),
        number in proptest::option::of("-?[1-9][0-9]{0,24}\\.[0-9]{0,24}[1-9]"),
        flag in proptest::option::of(any::<bool>()),
    ) {
        let row = json!({"customerName": name, "licensesSold": count, "processedDateTime": moment});
        let (sent, read) = written_and_read::<CommercialLicensesDeployment>("commercial_licenses_deployment", &row);
        prop_assert_eq!(sent, read);
        let row = json!({"customerName": name, "quantity": number, "usageDate": moment});
        let (sent, read) = written_and_read::<AzureUsage>("azure_usage", &row);
        prop_assert_eq!(sent.quantity.map(|it| it.to_string()), read.quantity.map(|it| it.to_string()));
        prop_assert_eq!(sent.usage_date, read.usage_date);
        let row = json!({"id": "1", "licenseCount": count, "commitmentEndDate": moment, "autoRenewEnabled": flag});
        let (sent, read) = written_and_read::<Subscription>("subscriptions", &row);
        prop_assert_eq!(sent, read);
        let profile = json!({"companyName": name, "address": {"city": name}});
        let row = json!({"id": "1", "companyProfile": profile, "customDomains": ["a.example", name.clone().unwrap_or_default()], "allowDelegatedAccess": flag});
        let (sent, read) = written_and_read::<Customer>("customers", &row);
        prop_assert_eq!(&sent.custom_domains, &read.custom_domains);
        prop_assert_eq!(sent.allow_delegated_access, read.allow_delegated_access);
        let city = |row: &Customer| row.company_profile.clone().and_then(|it| it.address).and_then(|it| it.city);
        prop_assert_eq!(city(&sent), city(&read));
    }
}
