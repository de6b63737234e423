//! `-o parquet` and `pcenter export`.

use std::collections::HashSet;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use partner_center_lake::arrow::array::{Array, AsArray, RecordBatch};
use partner_center_lake::arrow::compute::concat_batches;
use partner_center_lake::arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use partner_center_lake::{Footer, Sums};

use super::{Surroundings, against_into, pcenter, run_into};
use crate::server::answer;

/// Returns the rows and the facts of a Parquet file.
fn read(file: Vec<u8>) -> (RecordBatch, Footer) {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(file)).unwrap();
    let pairs = reader.metadata().file_metadata().key_value_metadata();
    let footer = Footer::of(pairs.unwrap()).unwrap().unwrap();
    let schema = reader.schema().clone();
    let batches: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
    let batch = concat_batches(&schema, &batches).unwrap();
    let mut sums = Sums::default();
    sums.add(&batch);
    assert_eq!(
        (sums.rows(), sums.texts()),
        (footer.rows, footer.sums.clone())
    );
    (batch, footer)
}

/// Runs a command line with the emulator and returns the Parquet file on stdout.
fn exported(arguments: &[&str]) -> (RecordBatch, Footer) {
    let mut stdout = Vec::new();
    let arguments = [arguments, &["--emulator", "-o", "parquet"]].concat();
    let ran = run_into(&mut stdout, &arguments, &[], false);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{arguments:?}");
    read(stdout)
}

fn names(batch: &RecordBatch) -> Vec<String> {
    let schema = batch.schema();
    let fields = schema.fields().iter();
    fields.map(|field| field.name().clone()).collect()
}

fn texts<'b>(batch: &'b RecordBatch, column: &str) -> Vec<Option<&'b str>> {
    batch
        .column_by_name(column)
        .unwrap()
        .as_string::<i32>()
        .iter()
        .collect()
}

fn counts(batch: &RecordBatch, column: &str) -> Vec<Option<i64>> {
    let column = batch.column_by_name(column).unwrap();
    column.as_primitive::<Int64Type>().iter().collect()
}

/// Returns a page of commercial licences.
fn page(rows: &[&str], next: Option<&str>) -> Vec<u8> {
    let next = next.map_or("null".to_owned(), |next| {
        format!("\"deployment/license?page={next}\"")
    });
    let rows = rows.join(",");
    let body = format!(r#"{{"Value":[{rows}],"@nextLink":{next},"TotalCount":3}}"#);
    answer("200 OK", &[("Content-Type", "application/json")], body)
}

#[test]
fn a_listing_has_the_rows_of_csv_with_types() {
    let (batch, footer) = exported(&["export", "commercial_licenses_deployment"]);
    let csv = pcenter(
        &["commercial", "deployment", "--emulator", "-o", "csv"],
        &[],
    );
    let mut reader = csv::Reader::from_reader(csv.stdout.as_bytes());
    let header = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(
        (batch.num_rows(), footer.rows),
        (rows.len(), rows.len() as u64)
    );
    let place = |name: &str| header.iter().position(|column| column == name).unwrap();
    for (number, (id, sold)) in texts(&batch, "customerTenantId")
        .into_iter()
        .zip(counts(&batch, "licensesSold"))
        .enumerate()
    {
        let row = &rows[number];
        assert_eq!(id.unwrap(), &row[place("customerTenantId")]);
        assert_eq!(sold.unwrap().to_string(), row[place("licensesSold")]);
    }
    assert_eq!(footer.facts.operation, "commercial_licenses_deployment");
    assert_eq!(footer.facts.stated_total, Some(footer.rows));
    assert!(footer.facts.is_complete);
    let ids: HashSet<_> = texts(&batch, "correlationId").into_iter().collect();
    let id = footer.facts.origin.correlation_id.to_string();
    assert_eq!(ids, HashSet::from([Some(&*id)]));
    let moments = batch.column_by_name("processedDateTime").unwrap();
    assert_eq!(
        moments
            .as_primitive::<TimestampMicrosecondType>()
            .null_count(),
        0
    );
}

#[test]
fn rows_of_several_customers_name_their_customer() {
    let arguments = ["export", "customer_licenses_deployment", "--all-customers"];
    let (batch, footer) = exported(&arguments);
    let customers: HashSet<_> = texts(&batch, "customerId").into_iter().collect();
    assert!(customers.len() > 10 && !customers.contains(&None));
    assert_eq!(texts(&batch, "customerName").len() as u64, footer.rows);
}

#[test]
fn parts_of_objects_are_columns() {
    let (batch, _) = exported(&["customers", "list"]);
    assert!(texts(&batch, "companyProfile_companyName")[0].is_some());
    assert!(names(&batch).contains(&"links_self_uri".to_owned()));
}

#[test]
fn columns_conditions_order_and_limit_apply() {
    let listing = ["commercial", "deployment"];
    let options = [
        "--columns",
        "licensesSold,customername,fetchedAt",
        "--where",
        "licensesSold gt 10",
        "--sort",
        "-licensesSold",
        "--limit",
        "5",
    ];
    let (batch, _) = exported(&[&listing[..], &options].concat());
    assert_eq!(names(&batch), ["licensesSold", "customerName", "fetchedAt"]);
    let sold: Vec<_> = counts(&batch, "licensesSold")
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(sold.len(), 5);
    assert!(
        sold.is_sorted_by(|one, two| one >= two) && sold[4] > 10,
        "{sold:?}"
    );
    let (batch, footer) = exported(&[&listing[..], &["--limit", "7"]].concat());
    assert_eq!((batch.num_rows(), footer.facts.is_complete), (7, false));
    let (batch, _) = exported(&[&listing[..], &["--group-by", "serviceCode"]].concat());
    let columns = names(&batch);
    assert_eq!(
        columns[columns.len() - 4..],
        ["asSent", "fetchedAt", "correlationId", "specVersion"]
    );
    assert!(
        columns.contains(&"serviceCode".to_owned())
            && !columns.contains(&"customerName".to_owned())
    );
}

#[test]
fn a_property_of_a_later_page_has_a_column() {
    let pages = vec![
        page(
            &[r#"{"licensesSold":1}"#, r#"{"licensesSold":2}"#],
            Some("2"),
        ),
        page(&[r#"{"licensesSold":3,"tier":"gold"}"#], None),
    ];
    let mut stdout = Vec::new();
    let arguments = ["commercial", "deployment", "-o", "parquet"];
    let (ran, _) = against_into(&mut stdout, pages, &arguments, false, |_| {});
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
    let (batch, _) = read(stdout);
    assert_eq!(texts(&batch, "tier"), [None, None, Some("gold")]);
}

#[test]
fn an_interrupted_listing_is_a_valid_file_that_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.parquet");
    let pages = vec![
        page(
            &[r#"{"licensesSold":1}"#, r#"{"licensesSold":2}"#],
            Some("2"),
        ),
        answer("500 Internal Server Error", &[], ""),
    ];
    let file = path.to_str().unwrap();
    let arguments = [
        "commercial",
        "deployment",
        "-o",
        "parquet",
        "--output-file",
        file,
    ];
    let (ran, _) = against_into(&mut Vec::new(), pages, &arguments, false, |_| {});
    assert_eq!(ran.exit, 5, "{}", ran.stderr);
    assert!(
        !path.exists() && ran.stderr.contains("it has 2 rows"),
        "{}",
        ran.stderr
    );
    let (batch, footer) = read(std::fs::read(folder.path().join("rows.parquet.partial")).unwrap());
    assert_eq!((batch.num_rows(), footer.facts.is_complete), (2, false));
}

#[test]
fn a_changed_type_is_an_error_that_says_what_to_do() {
    let rows = [
        r#"{"licensesSold":1,"tier":"gold"}"#,
        r#"{"licensesSold":2}"#,
        r#"{"licensesSold":3,"tier":5}"#,
    ];
    let arguments = ["commercial", "deployment", "-o", "parquet"];
    let pages = || vec![page(&rows, None)];
    let (ran, _) = against_into(&mut Vec::new(), pages(), &arguments, false, |_| {});
    assert_eq!(ran.exit, 1, "{}", ran.stderr);
    let message = "the column `tier` has the type string, but a value is now a number";
    assert!(ran.stderr.contains(message), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("leave the column out"),
        "{}",
        ran.stderr
    );
    // With the columns that are needed, the others do not matter.
    let mut stdout = Vec::new();
    let arguments = [&arguments[..], &["--columns", "licensesSold"]].concat();
    let (ran, _) = against_into(&mut stdout, pages(), &arguments, false, |_| {});
    assert_eq!(read(stdout).0.num_columns(), 1, "{}", ran.stderr);
}

#[test]
fn a_column_that_no_row_has_is_reported() {
    let pages = vec![page(&[r#"{"licensesSold":1}"#; 3], None)];
    let arguments = [
        "commercial",
        "deployment",
        "-o",
        "parquet",
        "--columns",
        "licensesSold,teir",
    ];
    let mut stdout = Vec::new();
    let (ran, _) = against_into(&mut stdout, pages, &arguments, false, |_| {});
    assert!(
        ran.stderr.contains("no row has the property `teir`"),
        "{}",
        ran.stderr
    );
    assert_eq!((ran.exit, read(stdout).0.num_columns()), (5, 1));
}

#[test]
fn wrong_use_is_refused_before_sending() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (rows, state) = (path("rows.parquet"), path("state.json"));
    let continued = ["--output-file", &rows, "--continuation-file", &state];
    for (arguments, text) in [
        (
            [
                &["commercial", "deployment", "-o", "parquet"][..],
                &continued,
            ]
            .concat(),
            "a Parquet file in --output-file cannot be resumed with --continuation-file",
        ),
        (
            vec!["report", "unused", "-o", "parquet"],
            "the format `parquet` is for the rows of an operation",
        ),
        (
            vec!["commercial", "deployment", "-o", "parquet", "--excel"],
            "--excel needs CSV output",
        ),
        (
            vec!["export", "azure_usages", "-o", "parquet"],
            "did you mean `azure_usage`?",
        ),
        (
            vec!["export", "customer_licenses_usage", "-o", "parquet"],
            "not of `customer_licenses_usage`",
        ),
        (
            vec!["export", "partner_licenses_usage", "--all-customers"],
            "remove --customer and --all-customers",
        ),
        (
            vec!["export", "-o", "parquet", "azure_usage"],
            "write its name first",
        ),
    ] {
        let ran = pcenter(&[&arguments[..], &[]].concat(), &[]);
        assert_eq!(ran.exit, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(text), "{arguments:?}: {}", ran.stderr);
    }
    let surroundings = Surroundings {
        terminal: true,
        ..Surroundings::default()
    };
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let arguments = ["azure-usage", "-o", "parquet", "--emulator"];
    let exit = surroundings.run(&arguments, &mut stdout, &mut stderr);
    assert_eq!((exit, stdout.len()), (2, 0));
    assert!(String::from_utf8_lossy(&stderr).contains("--output-file rows.parquet"));
}
