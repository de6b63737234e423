//! Readings of envelopes and of invalid JSON.

use partner_center::types::{
    AzureUsage, CommercialLicensesUsage, IndirectReseller, PartnerLicensesDeploymentInsights,
    Referral, Search, SubscribedSku, Subscription,
};
use partner_center::{Collection, Page};
use serde::de::DeserializeOwned;

use super::{documented, documented_rows, operation, read, refused};

/// Some pages print invalid JSON. The parser stays strict (T3).
#[test]
fn invalid_json_in_examples_stays_an_error() {
    type Usage = Page<CommercialLicensesUsage>;
    type Skus = Collection<SubscribedSku>;
    for (error, problem) in [
        // The array is cut off, a comma is superfluous, a number begins with 0.
        (
            refused::<Usage>(r#"{"Value":[{"licensesActive":0}"#),
            "too early",
        ),
        (
            refused::<Usage>(r#"{"Value":[],}"#),
            "not JSON: trailing comma",
        ),
        (
            refused::<Skus>(r#"{"totalCount":04,"items":[]}"#),
            "not JSON",
        ),
        (refused::<Skus>(r#"{"items":[<guid>]}"#), "not JSON"),
    ] {
        assert!(error.contains(problem), "{error}");
    }
    // The example that stops inside its array is completed as on the sibling page.
    let usage: Usage = documented("commercial_licenses_usage");
    assert_eq!((usage.value.len(), usage.total_count), (2, Some(2)));
    assert_eq!(usage.next_link, None);
}

/// The pages print one row without an envelope, and describe a collection (T4).
#[test]
fn a_documented_row_without_envelope_is_a_page_of_one() {
    fn bare<T: DeserializeOwned + std::fmt::Debug + PartialEq>(id: &str) {
        assert!(operation(id).pageable);
        let row = documented_rows(id).remove(0);
        let alone: Page<T> = read(row.to_string());
        let enveloped: Page<T> = documented(id);
        assert_eq!(alone.value, enveloped.value[..1], "{id}");
        assert_eq!((alone.next_link, alone.total_count), (None, None), "{id}");
        let array: Page<T> = read(format!("[{row},{row}]"));
        assert_eq!(array.value.len(), 2, "{id}");
    }
    bare::<AzureUsage>("azure_usage");
    bare::<IndirectReseller>("indirect_resellers");
    bare::<Subscription>("subscriptions");
    bare::<Search>("searches");
    bare::<Referral>("referrals");
    // The older family always has an envelope, so a bare row is rejected.
    let row = documented_rows("partner_licenses_deployment").remove(0);
    let error = refused::<Collection<PartnerLicensesDeploymentInsights>>(&row.to_string());
    assert!(error.contains("missing field `items`"), "{error}");
}
