//! Readings of customers and their SKUs.

use contract_tests::chain;
use partner_center::types::{
    Customer, CustomerRelationship, LicenseGroup, RequestedLicenseGroup, SubscribedSku,
};
use partner_center::{Collection, ErrorKind};
use serde_json::json;

use super::{client, documented, operation, read, refused, target, written};
use crate::documented::Documented;
use crate::server::{RawServer, answer};

const CUSTOMER: &str = "0c39d6d5-c70d-4c55-bc02-f620844f3fd1";

/// The page size is omitted, or 0 to 500 (T56).
#[tokio::test]
async fn the_page_size_is_omitted_or_0_to_500() {
    let all = target(async |client| {
        client.customers().send().await.unwrap();
    });
    assert_eq!(all.await, "/v1/customers");
    for size in [0, 1, 500] {
        let some = target(async |client| {
            client.customers().size(size).send().await.unwrap();
        });
        assert_eq!(some.await, format!("/v1/customers?size={size}"));
    }
    let silent = RawServer::start(answer("200 OK", &[], r#"{"items":[]}"#)).await;
    for size in [-1, 501] {
        let call = client(&silent).customers().size(size).send().await;
        let error = call.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(chain(&error).contains("from 0 to 500"), "{error}");
    }
    assert!(silent.heard().is_empty());
}

/// The documented filter is encoded as in the documented request, after `&` (T18, T58).
#[tokio::test]
async fn the_documented_customer_filter_is_sent_as_documented() {
    let filter = r#"{"Field":"CompanyName","Value":"Cont","Operator":"starts_with"}"#;
    let sent = target(async |client| {
        let call = client.customers().size(40).filter(filter);
        call.send().await.unwrap();
    })
    .await;
    let (path, query) = sent.split_once('?').unwrap();
    let mut sent: Vec<&str> = query.split('&').collect();
    sent.sort_unstable();

    let documented = Documented::of(operation("customers"));
    let (documented_path, query) = documented.target().split_once('?').unwrap();
    let mut expected: Vec<&str> = query.split('&').collect();
    expected.sort_unstable();
    assert_eq!(path, documented_path);
    assert_eq!(sent[0], expected[0]);
    assert_eq!((sent.len(), sent[1]), (2, "size=40"));
    assert_eq!(
        expected[1], "size=0",
        "what the documentation shows and we never send"
    );
}

/// The list has few fields, the single customer more, and none is required (T60).
#[test]
fn every_field_of_a_customer_is_optional() {
    let one: Customer = documented("customer");
    let company = one.company_profile.as_ref().unwrap();
    assert!(company.address.is_some() && company.email.is_some());
    assert_eq!(one.allow_delegated_access, Some(true));
    assert!(one.commerce_id.is_some() && one.billing_profile.is_some());
    assert!(one.additional_properties.is_empty());

    let list: Collection<Customer> = documented("customers");
    for row in &list.items {
        let company = row.company_profile.as_ref().unwrap();
        assert!(company.address.is_none() && company.email.is_none());
        assert!(row.allow_delegated_access.is_none() && row.commerce_id.is_none());
        assert!(row.billing_profile.is_none());
        assert_eq!(
            row.relationship_to_partner,
            Some(CustomerRelationship::Reseller)
        );
    }
    let none: Collection<Customer> = read(r#"{"items":[{"id":null},{"companyProfile":{}}]}"#);
    assert_eq!(none.items.len(), 2);
    assert!(none.items[0].id.is_none());
}

/// The documented spellings are known, others are kept, a number is an error (T61).
#[test]
fn relationships_are_an_open_enumeration() {
    let relationship = |text: &str| {
        let json = json!({ "relationshipToPartner": text }).to_string();
        read::<Customer>(json).relationship_to_partner.unwrap()
    };
    for known in CustomerRelationship::KNOWN {
        assert_eq!(relationship(known.as_str()), *known);
    }
    assert_eq!(
        relationship("microsoft_support"),
        CustomerRelationship::MicrosoftSupport
    );
    assert_eq!(
        relationship("microsoftSupport"),
        CustomerRelationship::Other("microsoftSupport".into())
    );
    let error = refused::<Customer>(r#"{"relationshipToPartner":1}"#);
    assert!(error.contains("expected a string"), "{error}");
}

/// The second documented list has placeholders for ids, no links in rows, and a version in the
/// self link (T62).
#[test]
fn the_plain_format_of_the_customer_list_is_decoded() {
    let list: Collection<Customer> = read(
        r#"{"totalCount":1,"items":[{"id":"<guid>","companyProfile":{"tenantId":"<guid>",
            "domain":"contoso.onmicrosoft.com","companyName":"Contoso",
            "attributes":{"objectType":"CustomerCompanyProfile"}},
            "relationshipToPartner":"reseller","attributes":{"objectType":"Customer"}}],
            "links":{"self":{"uri":"/v1/customers?size=40","method":"GET","headers":[]}},
            "attributes":{"objectType":"Collection"}}"#,
    );
    let row = &list.items[0];
    assert_eq!(row.id.as_deref(), Some("<guid>"));
    assert!(row.links.is_none() && row.additional_properties.is_empty());

    let documented: Collection<Customer> = documented("customers");
    assert!(documented.items.iter().all(|row| row.links.is_some()));
    let links = documented.links.unwrap();
    assert!(links.self_.unwrap().uri.unwrap().starts_with("/customers?"));
}

/// Capitalised in the request, lower case in the response (T63).
#[tokio::test]
async fn license_groups_are_capitalised_in_requests_only() {
    let sent = target(async |client| {
        let call = client.subscribed_skus(CUSTOMER);
        let groups = [RequestedLicenseGroup::Group2];
        call.license_group_ids(groups).send().await.unwrap();
    })
    .await;
    assert_eq!(
        sent,
        format!("/v1/customers/{CUSTOMER}/subscribedskus?licenseGroupIds=Group2")
    );
    let skus: Collection<SubscribedSku> = documented("subscribed_skus");
    let group = skus.items[0].product_sku.as_ref().unwrap();
    assert_eq!(group.license_group_id, Some(LicenseGroup::Group1));
    assert_eq!(LicenseGroup::Group1.as_str(), "group1");
}

/// Several groups are one call with a repeated parameter (T63).
#[tokio::test]
async fn license_groups_are_sent_as_a_repeated_name() {
    use RequestedLicenseGroup::{Group1, Group2};
    let sent = target(async |client| {
        let call = client.subscribed_skus(CUSTOMER);
        let groups = vec![Group1, Group2];
        // Only the request matters here.
        let _answer = call.license_group_ids(groups).send().await;
    })
    .await;
    assert_eq!(
        sent,
        format!(
            "/v1/customers/{CUSTOMER}/subscribedskus?licenseGroupIds=Group1&licenseGroupIds=Group2"
        )
    );
}

/// Products have a name, and ids with a slash (T64).
#[test]
fn ids_of_products_are_plain_text() {
    let json = r#"{"productSku":{"id":"CFQ7TTC0K5DR/0002","name":"Minecraft","skuPartNumber":"CFQ7TTC0K5DR/0002","targetType":"User","licenseGroupId":"group2"}}"#;
    let sku: SubscribedSku = read(json);
    assert_eq!(
        sku.product_sku.as_ref().unwrap().id.as_deref(),
        Some("CFQ7TTC0K5DR/0002")
    );
    assert!(written(&sku).contains(r#""id":"CFQ7TTC0K5DR/0002","name":"Minecraft""#));
}
