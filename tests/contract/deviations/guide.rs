//! Tests of the snippets in the guide about the older licence reports, which are the files included
//! here.

#[allow(unreachable_pub, reason = "as a reader would write it")]
mod by_service;
#[allow(unreachable_pub, reason = "as a reader would write it")]
mod one_customer;

use std::sync::Arc;

use partner_center::Client;
use partner_center::credential::StaticTokenCredential;
use partner_center::types::{Channel, ServiceCode};
use partner_center_emulator::{DataSet, Emulator, TokenOptions};
use xtask::workspace_root;

use self::by_service::{Licences, by_service};
use self::one_customer::products_of;

fn guide() -> String {
    let guide = "crates/partner-center/src/guide/legacy_reports.md";
    std::fs::read_to_string(workspace_root().join(guide)).unwrap()
}

fn emulated_client(emulator: &Emulator) -> Client {
    let token = emulator.mint_token(TokenOptions::new());
    Client::builder()
        .base_url(emulator.url())
        .credential(Arc::new(StaticTokenCredential::new(token)))
        .build()
        .unwrap()
}

/// Every Rust block in the guide is a file that is compiled here.
#[test]
fn the_snippets_of_the_guide_are_compiled() {
    let guide = guide();
    let snippets: Vec<&str> = guide
        .split("```rust,no_run\n")
        .skip(1)
        .map(|rest| rest.split_once("```").unwrap().0)
        .collect();
    assert_eq!(
        snippets,
        [
            include_str!("guide/one_customer.rs"),
            include_str!("guide/by_service.rs"),
        ]
    );
    assert_eq!(guide.matches("```rust").count(), snippets.len());
}

#[tokio::test]
async fn the_snippets_of_the_guide_have_the_described_results() {
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .start()
        .await
        .unwrap();
    let client = emulated_client(&emulator);
    let products = products_of(&client, "0112a436-b14e-4888-967b-ca4bb2cf1234");
    let products: Vec<_> = products.await.unwrap();
    let sold: Vec<_> = products.iter().map(|row| row.licenses_sold).collect();
    assert_eq!(sold, [Some(9), Some(5)]);

    let services = by_service(&client).await.unwrap();
    let expected =
        [(ServiceCode::Crm, 9, 0.0), (ServiceCode::O365, 5, 1.0)].map(|(code, sold, prorated)| {
            let licences = Licences {
                deployed: 0,
                sold,
                prorated: Some(prorated),
            };
            ((Some(code), Some(Channel::Reseller)), licences)
        });
    assert_eq!(services, expected.into());
    emulator.shutdown().await;
}

/// Every field of the older reports has a line in the guide's tables, and every successor is a
/// field of the commercial reports.
#[test]
fn the_guide_lists_every_field_of_the_older_reports() {
    let guide = guide();
    let mut rest = guide.as_str();
    for (older, newer) in [
        (
            "partner_licenses_deployment",
            "commercial_licenses_deployment",
        ),
        ("partner_licenses_usage", "commercial_licenses_usage"),
        (
            "customer_licenses_deployment",
            "commercial_licenses_deployment",
        ),
        ("customer_licenses_usage", "commercial_licenses_usage"),
    ] {
        let heading = format!("### `{older}` \u{2192} `{newer}`\n");
        rest = rest
            .split_once(&heading)
            .unwrap_or_else(|| panic!("{heading}"))
            .1;
        let section = rest.split("\n## ").next().unwrap();
        let section = section.split("\n### ").next().unwrap();
        let rows: Vec<Vec<&str>> = section
            .lines()
            .filter(|line| line.starts_with("| `"))
            .map(|line| line.split('|').map(str::trim).collect())
            .collect();
        let followed: Vec<&str> = rows.iter().map(|row| row[1].trim_matches('`')).collect();
        let fields: Vec<&str> = super::operation(older)
            .fields
            .iter()
            .map(|field| field.name)
            .collect();
        assert_eq!(followed, fields, "{older}");
        let newer_fields = super::operation(newer).fields;
        for row in &rows {
            for name in row[2].split('`').skip(1).step_by(2) {
                let known = newer_fields.iter().any(|field| field.name == name);
                assert!(known, "{older}: `{name}` is no field of `{newer}`");
            }
        }
        let superseded = super::operation(older).superseded_by.unwrap();
        assert_eq!(superseded, format!("GET {}", super::operation(newer).path));
    }
}

/// The command lines in the guide can be parsed.
#[test]
fn the_commands_of_the_guide_are_valid() {
    let guide = guide();
    let block = guide.split_once("```sh\n").unwrap().1;
    let block = block.split_once("```").unwrap().0;
    let lines: Vec<&str> = block.lines().filter(|line| !line.is_empty()).collect();
    assert!(lines.len() > 5);
    for line in lines {
        // Quotes enclose whole arguments only.
        let mut arguments = Vec::new();
        for (index, part) in line.split('"').enumerate() {
            match index % 2 {
                0 => arguments.extend(part.split_whitespace()),
                _ => arguments.push(part),
            }
        }
        let matches = pcenter::command().try_get_matches_from(arguments);
        assert!(matches.is_ok(), "{line}: {}", matches.unwrap_err());
    }
}
