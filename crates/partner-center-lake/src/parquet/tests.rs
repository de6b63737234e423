use bytes::Bytes;
use delta_kernel::arrow::array::{Array, AsArray, RecordBatch};
use delta_kernel::arrow::compute::concat_batches;
use delta_kernel::arrow::datatypes::{Decimal128Type, Int64Type, TimestampMicrosecondType};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use partner_center::types::CommercialLicensesDeployment;
use partner_center_catalog::Operation;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use time::macros::datetime;
use uuid::Uuid;

use super::*;
use crate::{LakeError, Origin, TableSchema};

const REPORT: &str = "commercial_licenses_deployment";

fn facts() -> Facts {
    let moment = datetime!(2026-01-31 04:00:00.123 UTC);
    Facts::new(REPORT, Origin::new(moment, Uuid::from_u128(7)))
}

fn schema() -> TableSchema {
    TableSchema::of(Operation::find(REPORT).unwrap())
}

/// Writes rows as a Parquet file.
fn write(rows: impl IntoIterator<Item = Value>) -> Result<(Vec<u8>, Footer), LakeError> {
    let folder = tempfile::tempdir().unwrap();
    let facts = facts();
    let mut file = ParquetFile::new(schema(), &facts.origin, Some(folder.path()))?;
    for row in rows {
        let row: CommercialLicensesDeployment = serde_json::from_value(row).unwrap();
        file.append(&row)?;
    }
    let mut out = Vec::new();
    let footer = file.finish(&facts, &mut out)?;
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    Ok((out, footer))
}

fn reader(file: &[u8]) -> ParquetRecordBatchReaderBuilder<Bytes> {
    ParquetRecordBatchReaderBuilder::try_new(Bytes::copy_from_slice(file)).unwrap()
}

fn read(file: &[u8]) -> RecordBatch {
    let reader = reader(file);
    let schema = reader.schema().clone();
    let batches: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
    concat_batches(&schema, &batches).unwrap()
}

#[test]
fn the_footer_has_the_facts_and_the_digest_of_the_bytes() {
    let rows = (0..3).map(|number| json!({ "licensesSold": number, "price": 0.5 }));
    let (file, written) = write(rows).unwrap();
    let reader = reader(&file);
    let pairs = reader
        .metadata()
        .file_metadata()
        .key_value_metadata()
        .unwrap();
    let footer = Footer::of(pairs).unwrap().unwrap();
    assert_eq!(footer, written);
    assert_eq!(footer.facts, facts());
    assert_eq!(footer.rows, 3);
    let sums: Vec<_> = footer
        .sums
        .iter()
        .map(|(name, sum)| (name.as_str(), sum.as_str()))
        .collect();
    assert_eq!(sums, [("licensesSold", "3"), ("price", "1.5")]);
    let digested = &file[..usize::try_from(footer.digest_bytes).unwrap()];
    let digest: String = Sha256::digest(digested)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(footer.digest, digest);
    assert_eq!(Footer::of(&[]).unwrap(), None);
    let mut broken = pairs.clone();
    broken.retain(|pair| pair.key != "partnerCenter.rows");
    let error = Footer::of(&broken).unwrap_err().to_string();
    assert!(error.contains("`partnerCenter.rows`"), "{error}");
}

#[test]
fn a_file_without_rows_has_its_columns() {
    let (file, footer) = write([]).unwrap();
    let batch = read(&file);
    assert_eq!((batch.num_rows(), footer.rows), (0, 0));
    assert_eq!(batch.num_columns(), schema().columns().len());
}

#[test]
fn groups_have_100_000_rows_and_filters_of_ids() {
    let ids = (0..100_001_u64).map(|number| {
        json!({ "customerTenantId": format!("54B84594-8CD0-4A8C-8A4E-{:012X}", number / 10) })
    });
    let (file, _) = write(ids).unwrap();
    let metadata = reader(&file).metadata().clone();
    let groups = metadata.row_groups().iter().map(|group| group.num_rows());
    assert_eq!(groups.collect::<Vec<_>>(), [100_000, 1]);
    let columns = metadata.row_group(0).columns();
    let id = columns
        .iter()
        .find(|column| column.column_path().string() == "customerTenantId");
    let id = id.unwrap();
    assert!(id.bloom_filter_offset().is_some());
    assert!(id.statistics().is_some() && id.column_index_offset().is_some());
    let name = columns
        .iter()
        .find(|column| column.column_path().string() == "customerName");
    assert_eq!(name.unwrap().bloom_filter_offset(), None);
}

#[test]
fn a_property_that_appears_late_is_a_column_of_the_whole_file() {
    let count = 20_000;
    let rows = (0..count).map(|number| match number {
        9_000 => json!({ "licensesSold": number, "late": "x" }),
        19_000 => json!({ "licensesSold": number, "later": true }),
        _ => json!({ "licensesSold": number }),
    });
    let (file, footer) = write(rows).unwrap();
    let batch = read(&file);
    let late = batch.column_by_name("late").unwrap().as_string::<i32>();
    assert_eq!(late.len() - late.null_count(), 1);
    assert_eq!(late.value(9_000), "x");
    assert!(
        batch
            .column_by_name("later")
            .unwrap()
            .as_boolean()
            .value(19_000)
    );
    let sold = batch.column_by_name("licensesSold").unwrap();
    let sold = sold.as_primitive::<Int64Type>();
    assert!(sold.values().iter().copied().eq(0..count));
    assert_eq!(
        footer.sums["licensesSold"],
        (count * (count - 1) / 2).to_string()
    );
}

#[test]
fn sums_of_files_are_added() {
    let (one, _) = write([json!({ "licensesSold": 2, "price": -0.25 })]).unwrap();
    let (two, _) = write([
        json!({ "licensesSold": 3 }),
        json!({ "price": 5, "licensesSold": null }),
    ])
    .unwrap();
    let mut sums = Sums::default();
    sums.add(&read(&one));
    let mut more = Sums::default();
    more.add(&read(&two));
    sums.merge(&more);
    assert_eq!(sums.rows(), 3);
    let texts = sums.texts();
    assert_eq!(
        (texts["licensesSold"].as_str(), texts["price"].as_str()),
        ("5", "4.75")
    );
}

/// Returns a strategy of texts. A text of spaces is a missing value of a documented field.
fn text_strategy() -> impl Strategy<Value = Value> {
    let texts = "\\PC{0,12}".prop_filter("only spaces", |text| !text.trim().is_empty());
    texts.prop_map(Value::from)
}

/// Returns a strategy of rows with documented and undocumented properties.
fn row() -> impl Strategy<Value = Map<String, Value>> {
    let text = || proptest::option::of(text_strategy());
    let moment = proptest::option::of((
        2000..2100_u16,
        1..13_u8,
        1..29_u8,
        0..60_u8,
        0..1_000_000_u32,
    ));
    (
        (text(), text(), text()),
        proptest::option::of(any::<i64>()),
        moment,
        proptest::option::of(any::<u64>()),
        proptest::option::of(any::<bool>()),
    )
        .prop_map(|((name, product, new), sold, moment, price, flag)| {
            let moment = moment.map(|(year, month, day, second, micro)| {
                let text = format!("{year}-{month:02}-{day:02}T01:02:{second:02}.{micro:06}");
                Value::from(text)
            });
            let members = [
                ("customerName", name),
                ("productName", product),
                ("new", new),
                ("licensesSold", sold.map(Value::from)),
                ("processedDateTime", moment),
                ("price", price.map(Value::from)),
                ("flag", flag.map(Value::from)),
            ];
            members
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?)))
                .collect()
        })
}

/// Returns the values of a row of a batch that are not null, as they were sent.
fn sent(batch: &RecordBatch, row: usize) -> Map<String, Value> {
    let column = |name: &str| {
        batch
            .column_by_name(name)
            .filter(|column| column.is_valid(row))
    };
    let text = |name| column(name).map(|column| Value::from(column.as_string::<i32>().value(row)));
    let whole = column("licensesSold");
    let price = column("price").map(|column| column.as_primitive::<Decimal128Type>().value(row));
    let moment = column("processedDateTime").map(|column| {
        let moment = column
            .as_primitive::<TimestampMicrosecondType>()
            .value_as_datetime(row);
        Value::from(moment.unwrap().format("%Y-%m-%dT%H:%M:%S%.6f").to_string())
    });
    let flag = column("flag").map(|column| Value::from(column.as_boolean().value(row)));
    let members = [
        ("customerName", text("customerName")),
        ("productName", text("productName")),
        ("new", text("new")),
        (
            "licensesSold",
            whole.map(|column| Value::from(column.as_primitive::<Int64Type>().value(row))),
        ),
        ("processedDateTime", moment),
        (
            "price",
            price.map(|price| Value::from(u64::try_from(price / 10_i128.pow(18)).unwrap())),
        ),
        ("flag", flag),
    ];
    members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_are_read_as_they_were_written(rows in proptest::collection::vec(row(), 0..40)) {
        let (file, footer) = write(rows.iter().cloned().map(Value::Object)).unwrap();
        let batch = read(&file);
        prop_assert_eq!(usize::try_from(footer.rows).unwrap(), rows.len());
        for (number, row) in rows.iter().enumerate() {
            prop_assert_eq!(&sent(&batch, number), row);
        }
    }
}
