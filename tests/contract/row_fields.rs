//! Rows read by position, against the catalog and the serialised rows.

use partner_center::types::{
    AzureUsage, CommercialLicensesDeployment, CommercialLicensesUsage, Customer,
    CustomerLicensesDeploymentInsights, CustomerLicensesUsageInsights, IndirectReseller,
    PartnerLicensesDeploymentInsights, PartnerLicensesUsageInsights, Referral, Search,
    SubscribedSku, Subscription,
};
use partner_center::{Field, FieldValue, Operation, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::documented::Documented;

/// Checks the names of an object and of its nested objects.
fn check_names(object: &dyn Row, fields: &[Field]) {
    let names: Vec<_> = fields.iter().map(|field| field.name).collect();
    assert_eq!(object.names(), names);
    for (position, field) in fields.iter().enumerate() {
        if let FieldValue::Object(part) = object.value(position) {
            check_names(part, field.members);
        }
    }
    assert!(object.value(names.len()).is_null());
}

fn check<T: Row + Serialize + DeserializeOwned>(id: &str) {
    let operation = Operation::find(id).unwrap();
    let body: Value = serde_json::from_str(&Documented::of(operation).response.body).unwrap();
    let rows = body.get("Value").or_else(|| body.get("items"));
    let rows = rows.and_then(Value::as_array).cloned();
    for mut row in rows.unwrap_or_else(|| vec![body]) {
        row["unknown"] = serde_json::json!({"a": [1.50, null, "\n"]});
        let row: T = serde_json::from_value(row).unwrap();
        check_names(&row, operation.fields);
        let mut json = Vec::new();
        FieldValue::Object(&row).write_json(&mut json).unwrap();
        assert_eq!(
            String::from_utf8(json).unwrap(),
            serde_json::to_string(&row).unwrap(),
            "{id}"
        );
    }
}

#[test]
fn fields_are_in_the_order_of_the_catalog_and_keep_their_json() {
    check::<PartnerLicensesDeploymentInsights>("partner_licenses_deployment");
    check::<PartnerLicensesUsageInsights>("partner_licenses_usage");
    check::<CustomerLicensesDeploymentInsights>("customer_licenses_deployment");
    check::<CustomerLicensesUsageInsights>("customer_licenses_usage");
    check::<CommercialLicensesDeployment>("commercial_licenses_deployment");
    check::<CommercialLicensesUsage>("commercial_licenses_usage");
    check::<AzureUsage>("azure_usage");
    check::<IndirectReseller>("indirect_resellers");
    check::<Subscription>("subscriptions");
    check::<Search>("searches");
    check::<Referral>("referrals");
    check::<Customer>("customers");
    check::<Customer>("customer");
    check::<SubscribedSku>("subscribed_skus");
}
