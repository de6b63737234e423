//! The corpus of filters with the rows that they select.
//!
//! The numbers in the corpus are those of another evaluator, DuckDB, so that an error of the grammar
//! cannot agree with itself; `cargo xtask interop --step filters` compares them.

use std::collections::HashMap;

use partner_center_catalog::Operation;
use partner_center_emulator::{DataSet, Emulator, SyntheticData, TokenOptions};
use serde_json::{Value, value::RawValue};

use crate::support::client;

const CORPUS: &str = include_str!("../../../../tests/interop/filters.csv");

async fn rows(emulator: &Emulator, token: &str, id: &str, filter: Option<&str>) -> Vec<String> {
    let path = Operation::find(id).unwrap().path;
    let mut url = emulator.url().join(path).unwrap();
    if let Some(filter) = filter {
        url.query_pairs_mut().append_pair("filter", filter);
    }
    let response = client().get(url).bearer_auth(token).send().await.unwrap();
    let text = response.text().await.unwrap();
    let page: HashMap<String, Value> = serde_json::from_str(&text).unwrap();
    assert!(page.contains_key("Value"), "{id} {filter:?}: {text}");
    #[derive(serde::Deserialize)]
    struct Page<'a> {
        #[serde(rename = "Value", borrow)]
        value: Vec<&'a RawValue>,
    }
    let page: Page<'_> = serde_json::from_str(&text).unwrap();
    page.value.iter().map(|row| row.get().to_owned()).collect()
}

#[tokio::test]
async fn filters_select_the_rows_of_the_corpus() {
    let data = SyntheticData::new()
        .customers(40)
        .days(30)
        .seed(1)
        .today("2026-11-25".parse().unwrap());
    let builder = Emulator::builder().data(DataSet::synthetic(data));
    let emulator = builder.start().await.unwrap();
    let token = emulator.mint_token(TokenOptions::new());
    let mut all: HashMap<String, Vec<String>> = HashMap::new();
    let mut count = 0;
    for line in csv::Reader::from_reader(CORPUS.as_bytes()).records() {
        let line = line.unwrap();
        let (operation, filter) = (&line[0], &line[1]);
        if !all.contains_key(operation) {
            let rows = rows(&emulator, &token, operation, None).await;
            all.insert(operation.to_owned(), rows);
        }
        let selected = rows(&emulator, &token, operation, Some(filter)).await;
        // The rows are in the order of all rows, so each is behind the one before.
        let mut everything = (0_u64..).zip(&all[operation]);
        let mut positions = 0;
        for row in &selected {
            let found = everything.find(|(_, other)| *other == row);
            positions += found
                .unwrap_or_else(|| panic!("{operation} {filter}: {row}"))
                .0;
        }
        assert_eq!(
            (selected.len().to_string(), positions.to_string()),
            (line[3].to_owned(), line[4].to_owned()),
            "{operation} {filter}"
        );
        count += 1;
    }
    assert!(count >= 200, "{count} filters");
}
