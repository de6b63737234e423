//! What Partner Center has and the emulator does not.
//!
//! The paths are those that Microsoft's documentation and the configuration of its .NET SDK
//! name. Everything below a listed path belongs to it.

use http::Method;

/// Segment of a template that matches any value.
const ANY: &str = "{}";

/// Paths that Partner Center has.
const PATHS: &[&str] = &[
    "/insights/v1",
    "/webhooks/v1",
    "/engagements/v1",
    "/v1/accountsettings",
    "/v1/agreements",
    "/v1/agreementtemplates",
    "/v1/auditrecords",
    "/v1/compliance",
    "/v1/countryvalidationrules",
    "/v1/customers/all/validations",
    "/v1/customers/relationshiprequests",
    "/v1/customers/usagerecords",
    "/v1/customers/{}/agreements",
    "/v1/customers/{}/applicationconsents",
    "/v1/customers/{}/batchJobStatus",
    "/v1/customers/{}/carts",
    "/v1/customers/{}/configurations",
    "/v1/customers/{}/deviceBatches",
    "/v1/customers/{}/DevicePolicyUpdates",
    "/v1/customers/{}/directoryroles",
    "/v1/customers/{}/directSignedCustomerAgreementStatus",
    "/v1/customers/{}/directSignedMicrosoftCustomerAgreementStatus",
    "/v1/customers/{}/entitlements",
    "/v1/customers/{}/managedservices",
    "/v1/customers/{}/migrations",
    "/v1/customers/{}/offercategories",
    "/v1/customers/{}/offers",
    "/v1/customers/{}/orders",
    "/v1/customers/{}/policies",
    "/v1/customers/{}/products",
    "/v1/customers/{}/profiles",
    "/v1/customers/{}/promotionEligibilities",
    "/v1/customers/{}/qualifications",
    "/v1/customers/{}/relationships",
    "/v1/customers/{}/servicecosts",
    "/v1/customers/{}/servicerequests",
    "/v1/customers/{}/subscriptions",
    "/v1/customers/{}/transfers",
    "/v1/customers/{}/usagebudget",
    "/v1/customers/{}/usagesummary",
    "/v1/customers/{}/users",
    "/v1/customers/{}/validationStatus",
    "/v1/domains",
    "/v1/enrolledprograms",
    "/v1/extensions",
    "/v1/invoices",
    "/v1/migrations",
    "/v1/offercategories",
    "/v1/offers",
    "/v1/productpromotions",
    "/v1/products",
    "/v1/productUpgrades",
    "/v1/profiles",
    "/v1/ratecards",
    "/v1/relationships",
    "/v1/SelfServePolicy",
    "/v1/serviceincidents",
    "/v1/servicerequests",
    "/v1/usagesummary",
    "/v1/validations",
];

/// Methods that Partner Center has at paths of which the emulator has `GET` only: creating,
/// changing and deleting customers.
const METHODS: &[(&str, &str)] = &[
    ("POST", "/v1/customers"),
    ("PATCH", "/v1/customers/{}"),
    ("DELETE", "/v1/customers/{}"),
];

/// Returns whether Partner Center is known to have this path, or something above it.
pub(crate) fn has_path(path: &str) -> bool {
    PATHS.iter().any(|known| begins_with(path, known).is_some())
}

/// Returns whether Partner Center is known to have this method at a path that the emulator has.
pub(crate) fn has_method(method: &Method, path: &str) -> bool {
    METHODS.iter().any(|(known, template)| {
        method.as_str() == *known && begins_with(path, template) == Some(0)
    })
}

/// Returns the number of segments after the template, if the path begins with it.
fn begins_with(path: &str, template: &str) -> Option<usize> {
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let segment = segments.next()?;
        let matches = match expected {
            ANY => !segment.is_empty(),
            _ => segment.eq_ignore_ascii_case(expected),
        };
        if !matches {
            return None;
        }
    }
    Some(segments.count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generated::responses::RESPONSES;

    #[test]
    fn known_paths_are_found_with_everything_below() {
        for path in [
            "/v1/invoices",
            "/V1/Invoices/D000001IVX/lineitems/Azure/BillingLineItems",
            "/v1/customers/usagerecords",
            "/v1/customers/4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04/orders",
            "/insights/v1/mpn/ScheduledQueries",
        ] {
            assert!(has_path(path), "{path}");
        }
        for path in [
            "/",
            "/v1",
            "/v1/invoice",
            "/invoices",
            "/v1/customers",
            "/v1/customers//orders",
            "/v1/customers/x/contoso",
            "/partner/v1/invoices",
        ] {
            assert!(!has_path(path), "{path}");
        }
    }

    #[test]
    fn methods_belong_to_exactly_one_path() {
        assert!(has_method(&Method::POST, "/v1/customers"));
        assert!(has_method(&Method::DELETE, "/v1/customers/x"));
        assert!(!has_method(&Method::PUT, "/v1/customers"));
        assert!(!has_method(&Method::POST, "/v1/customers/x"));
        assert!(!has_method(&Method::POST, "/v1/customers/"));
    }

    #[test]
    fn no_emulated_path_is_listed() {
        for response in RESPONSES {
            let path = response.operation.path;
            assert!(!has_path(path), "{path}");
        }
    }
}
