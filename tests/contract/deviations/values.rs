//! Readings of fields and values of rows.

use partner_center::query::Guid;
use partner_center::types::{
    AzureUsage, Channel, CommercialLicensesDeployment, CommercialLicensesUsage,
    CustomerLicensesDeploymentInsights, CustomerLicensesUsageInsights, IndirectReseller,
    PartnerLicensesDeploymentInsights, Referral, Search, ServiceCode, Subscription,
    SubscriptionType,
};
use partner_center::{Collection, Page, Timestamp, fields};
use serde_json::json;

use super::{documented, documented_rows, operation, read, refused, target, written};

/// Percentages are neither scaled nor clamped, and keep their decimal place (T21).
#[test]
fn percentages_are_kept_as_sent() {
    for percent in ["0.0", "1.0", "0.4375", "137.5", "-1.0"] {
        let json = format!(
            r#"{{"proratedDeploymentPercent":{percent},"licensesSold":4464,"processedDateTime":"2017-03-10T00:00:00+00:00"}}"#
        );
        let row: PartnerLicensesDeploymentInsights = read(&json);
        assert_eq!(row.prorated_deployment_percent.as_str(), percent);
        assert_eq!(written(&row), json);
    }
}

/// The name is text, although one page has it as a number (T22).
#[test]
fn workload_names_are_text() {
    let usage: Collection<CustomerLicensesUsageInsights> = documented("customer_licenses_usage");
    assert_eq!(
        usage.items[2].workload_name.as_deref(),
        Some("Skype For Business")
    );
    let mut row = documented_rows("customer_licenses_usage").remove(0);
    row["workloadName"] = json!(7);
    let error = refused::<CustomerLicensesUsageInsights>(&row.to_string());
    assert!(
        error.contains("`workloadName`: expected a string"),
        "{error}"
    );
}

/// The fields are documented but in no example, and never written as null (T23).
#[test]
fn fields_that_are_never_sent_are_none_and_are_omitted() {
    let deployment: Collection<CustomerLicensesDeploymentInsights> =
        documented("customer_licenses_deployment");
    let row = &deployment.items[0];
    assert_eq!((&row.customer_id, &row.service_code), (&None, &None));
    let usage: Collection<CustomerLicensesUsageInsights> = documented("customer_licenses_usage");
    let row = &usage.items[0];
    assert_eq!((&row.customer_id, &row.workload_code), (&None, &None));
    for text in [written(&deployment), written(&usage)] {
        for name in ["customerId", "serviceCode", "workloadCode", "null"] {
            assert!(!text.contains(name), "{name} in {text}");
        }
    }
    // They are decoded if they are sent.
    let mut row = documented_rows("customer_licenses_usage").remove(0);
    row["workloadCode"] = json!("EXO");
    let row: CustomerLicensesUsageInsights = read(row.to_string());
    assert_eq!(row.workload_code, Some("EXO".into()));
}

/// The older field is a code, the newer one a display name; the types differ (T24).
#[test]
fn the_older_service_name_is_the_newer_service_code() {
    let older: Collection<PartnerLicensesDeploymentInsights> =
        documented("partner_licenses_deployment");
    let newer: Page<CommercialLicensesDeployment> = documented("commercial_licenses_deployment");
    let older: Vec<&ServiceCode> = older
        .items
        .iter()
        .flat_map(|row| &row.service_name)
        .collect();
    let codes: Vec<&ServiceCode> = newer
        .value
        .iter()
        .flat_map(|row| &row.service_code)
        .collect();
    let names: Vec<&str> = newer
        .value
        .iter()
        .flat_map(|row| row.service_name.as_deref())
        .collect();
    assert_eq!(older, codes);
    assert_eq!(names, ["Microsoft Dynamics", "Microsoft Office 365"]);
    assert!(older.iter().zip(names).all(|(code, name)| **code != *name));
}

/// One SDK truncates or omits these values (T25).
#[test]
fn customer_reports_keep_fractions_and_have_every_documented_field() {
    let mut row = documented_rows("customer_licenses_usage").remove(0);
    row["usagePercent"] = json!(0.4375);
    let row: CustomerLicensesUsageInsights = read(row.to_string());
    assert_eq!(row.usage_percent.as_f64(), 0.4375);
    assert_eq!(
        row.processed_date_time.to_string(),
        "2017-03-09T00:00:00+00:00"
    );
    assert_eq!(row.service_name, Some(ServiceCode::O365));
    assert_eq!(row.channel, Some(Channel::Reseller));
    assert!(row.attributes.is_some() && row.additional_properties.is_empty());
}

/// The name of the tables is written; that of the example is accepted as well (T26).
#[test]
fn active_licences_are_accepted_under_both_names() {
    for (json, active) in [
        (r#"{"licenseActive":3}"#, 3),
        (r#"{"licensesActive":4}"#, 4),
        (r#"{"licenseActive":3,"licensesActive":4}"#, 4),
        (r#"{"licensesActive":4,"licenseActive":3}"#, 4),
    ] {
        let row: CommercialLicensesUsage = read(json);
        assert_eq!(row.licenses_active, Some(active), "{json}");
        assert_eq!(written(&row), format!(r#"{{"licensesActive":{active}}}"#));
    }
}

/// The spelling of the example, case-insensitive; all fields are optional (T28).
#[test]
fn azure_usage_is_case_insensitive_and_all_fields_are_optional() {
    let json = r#"{"CustomerTenantId":"A","Quantity":2,"CONSUMPTIONMETERID":"m"}"#;
    let row: AzureUsage = read(json);
    assert!(row.additional_properties.is_empty());
    assert_eq!(
        written(&row),
        r#"{"customerTenantId":"A","consumptionMeterId":"m","quantity":2}"#
    );
    let page: Page<AzureUsage> = read(r#"{"Value":[{"quantity":null}]}"#);
    assert_eq!(written(&page.value), "[{}]");
}

/// Quantities are not rounded, although the table has whole numbers (T29).
#[test]
fn a_quantity_may_have_a_fraction() {
    let usage: Page<AzureUsage> = documented("azure_usage");
    let quantities = usage.value.iter().map(|row| row.quantity.as_ref());
    let quantities: Vec<_> = quantities
        .map(|quantity| quantity.unwrap().as_str())
        .collect();
    assert_eq!(quantities, ["20", "22.5"]);
    for quantity in [
        "20",
        "20.0",
        "0.0001",
        "9007199254740993",
        "0.1234567890123456789",
        "1e3",
    ] {
        let json = format!(r#"{{"quantity":{quantity}}}"#);
        assert_eq!(written(&read::<AzureUsage>(&json)), json);
    }
}

/// The name of the lists is written; that of the example is accepted as well (T30).
#[test]
fn the_last_deprovisioning_date_is_accepted_under_both_names() {
    let day = "2018-04-09T00:00:00";
    for name in [
        "latestSubscriptionDeprovisionedDate",
        "latestSubscriptionDeprovisionedEndDate",
    ] {
        let row: IndirectReseller = read(json!({ name: day }).to_string());
        assert_eq!(
            written(&row),
            json!({ "latestSubscriptionDeprovisionedDate": day }).to_string()
        );
    }
}

/// Whole numbers in any spelling; one of them is in grouped rows only (T32).
#[test]
fn counts_of_resellers_are_whole_numbers() {
    let row: IndirectReseller = read(r#"{"subscriptionCount":10.0,"licenseCount":20}"#);
    assert_eq!(
        (row.subscription_count, row.license_count),
        (Some(10), Some(20))
    );
    let error = refused::<IndirectReseller>(r#"{"licenseCount":20.5}"#);
    assert!(error.contains("expected a whole number"), "{error}");

    let plain: Page<IndirectReseller> = documented("indirect_resellers");
    assert!(
        plain
            .value
            .iter()
            .all(|row| row.indirect_reseller_count.is_none())
    );
    let grouped: IndirectReseller = read(r#"{"market":"US","indirectResellerCount":3}"#);
    assert_eq!(grouped.indirect_reseller_count, Some(3));
}

/// Some fields are in the example but in no table (T41), and some rows lack fields (T42).
#[test]
fn subscriptions_have_the_fields_of_both_examples() {
    let page: Page<Subscription> = documented("subscriptions");
    let [full, short] = page.value.as_slice() else {
        panic!("two rows expected");
    };
    assert_eq!(
        documented_rows("subscriptions")[0]
            .as_object()
            .unwrap()
            .len(),
        25
    );
    assert_eq!(
        full.creation_date.as_ref().unwrap().to_string(),
        "2016-02-04T19:29:38.037"
    );
    assert_eq!(
        [&full.churn_risk, &full.billing_cycle_name].map(Option::as_deref),
        [Some("High"), Some("MONTHLY")]
    );
    for (there, missing) in [
        (&full.churn_risk, &short.churn_risk),
        (&full.billing_cycle_name, &short.billing_cycle_name),
        (&full.partner_name, &short.partner_name),
        (&full.provider_name, &short.provider_name),
    ] {
        assert!(there.is_some() && missing.is_none());
    }
    for row in [full, short] {
        assert!(row.trial_end_date.is_none() && row.additional_properties.is_empty());
    }
    let page: Page<Subscription> = read(r#"{"Value":[{"status":null}]}"#);
    assert_eq!(written(&page.value), "[{}]");
}

/// A GUID although a number is documented: text in rows and in filters (T43).
#[test]
fn partner_ids_are_opaque() {
    for id in ["3B33E682-00C3-41EE-9DD2-A548ADF56438", "2604568", "MPN 1"] {
        let row: Subscription = read(json!({ "partnerId": id }).to_string());
        assert_eq!(row.partner_id.as_ref().map(|id| id.as_str()), Some(id));
        let filter = fields::subscriptions::PARTNER_ID.eq(id);
        assert_eq!(filter.to_string(), format!("partnerId eq '{id}'"));
    }
}

/// All eight values are known, others are kept, and each keeps its text (T44).
#[test]
fn subscription_types_are_open_and_keep_their_text() {
    let known: Vec<&str> = SubscriptionType::KNOWN
        .iter()
        .map(SubscriptionType::as_str)
        .collect();
    assert_eq!(
        known,
        [
            "Office",
            "Azure",
            "Microsoft365",
            "M365",
            "Dynamics",
            "EMS",
            "Windows",
            "UNKNOWN"
        ]
    );
    for text in known.into_iter().chain(["Windows365", "office"]) {
        let json = json!({ "subscriptionType": text }).to_string();
        let row: Subscription = read(&json);
        let kind = row.subscription_type.as_ref().unwrap();
        let is_known = SubscriptionType::KNOWN.contains(kind);
        assert_eq!(
            is_known,
            !["Windows365", "office"].contains(&text),
            "{text}"
        );
        assert_eq!(written(&row), json);
    }
    assert_ne!(SubscriptionType::M365, SubscriptionType::Microsoft365);
}

/// The counts of the documented grouped response are text (T45).
#[test]
fn counts_of_grouped_subscriptions_are_accepted_as_text() {
    let grouped: Page<Subscription> = read(
        r#"{"Value":[{"subscriptionType":"Azure","subscriptionCount":"63","licenseCount":"0"},
            {"subscriptionType":"M365","subscriptionCount":1,"licenseCount":2}],
            "@nextLink":null,"TotalCount":2}"#,
    );
    let counts: Vec<_> = grouped
        .value
        .iter()
        .map(|row| (row.subscription_count, row.license_count))
        .collect();
    assert_eq!(counts, [(Some(63), Some(0)), (Some(1), Some(2))]);
    assert_eq!(
        written(&grouped.value[0]),
        r#"{"subscriptionType":"Azure","subscriptionCount":63,"licenseCount":0}"#
    );
    let error = refused::<Subscription>(r#"{"licenseCount":"many"}"#);
    assert!(error.contains("expected a whole number"), "{error}");
}

/// Text or number, kept as text, written as received (T47).
#[test]
fn mpn_ids_are_accepted_as_text_and_number() {
    let documented: Page<Search> = documented("searches");
    let id = documented.value[0].mpn_id.as_ref().unwrap();
    assert_eq!(id.as_str(), "2604568");
    let text: Search = read(r#"{"mpnId":"2604568"}"#);
    assert_eq!(text.mpn_id.as_ref(), Some(id));
    assert_eq!(written(&text), r#"{"mpnId":"2604568"}"#);
    assert_eq!(
        written(&read::<Search>(r#"{"mpnId":2604568}"#)),
        r#"{"mpnId":2604568}"#
    );
}

/// A date without a time is midnight UTC and is written without a time (T48).
#[test]
fn search_dates_have_an_optional_time() {
    let documented: Page<Search> = documented("searches");
    let day = documented.value[0].search_date.as_ref().unwrap();
    assert_eq!(day.to_string(), "2018-05-30");
    for text in [
        "2018-05-30T00:00:00",
        "2018-05-30T00:00:00Z",
        "2018-05-30T02:00:00+02:00",
    ] {
        let json = json!({ "searchDate": text }).to_string();
        let row: Search = read(&json);
        assert_eq!(row.search_date.as_ref(), Some(day), "{text}");
        assert_eq!(written(&row), json);
    }
}

/// The values are opaque, unlike their descriptions (T49).
#[test]
fn id_and_status_of_a_referral_are_opaque() {
    let documented: Page<Referral> = documented("referrals");
    assert_eq!(
        documented.value[0].id.as_ref().map(|id| id.as_str()),
        Some("112310")
    );
    assert_eq!(documented.value[0].status.as_deref(), Some("Accepted"));
    let json = r#"{"id":"0112A436-B14E-4888-967B-CA4BB2CF1234","status":"no, thank you"}"#;
    assert_eq!(written(&read::<Referral>(json)), json);
}

/// Every data set has its own representation of no value (T51).
#[test]
fn each_data_set_has_its_representation_of_no_value() {
    let older: Collection<CustomerLicensesUsageInsights> = documented("customer_licenses_usage");
    assert_eq!(older.items[0].customer_id, None);
    let usage: Page<AzureUsage> = documented("azure_usage");
    assert_eq!(documented_rows("azure_usage")[0]["reservationId"], "");
    assert_eq!(usage.value[0].reservation_id, None);
    let resellers: Page<IndirectReseller> = documented("indirect_resellers");
    let raw = &documented_rows("indirect_resellers")[0];
    assert_eq!(raw["firstSubscriptionSuspendedDate"], "0001-01-01T00:00:00");
    assert_eq!(resellers.value[0].first_subscription_suspended_date, None);
    let referrals: Page<Referral> = documented("referrals");
    assert!(documented_rows("referrals")[0]["wonDate"].is_null());
    assert_eq!(referrals.value[0].won_date, None);

    // A required date always has a value: the year 1 is kept, null is an error.
    let mut row = documented_rows("partner_licenses_deployment").remove(0);
    row["processedDateTime"] = json!("0001-01-01T00:00:00");
    let read: PartnerLicensesDeploymentInsights = read(row.to_string());
    assert!(read.processed_date_time.is_never());
    row["processedDateTime"] = json!(null);
    let error = refused::<PartnerLicensesDeploymentInsights>(&row.to_string());
    assert!(
        error.contains("missing field `processedDateTime`"),
        "{error}"
    );
}

/// The case is kept in rows and ignored when comparing GUIDs (T52).
#[tokio::test]
async fn guids_keep_their_case_and_compare_case_insensitively() {
    let page: Page<CommercialLicensesDeployment> = documented("commercial_licenses_deployment");
    let upper = page.value[0].customer_tenant_id.as_deref().unwrap();
    assert_eq!(upper, "0112A436-B14E-4888-967B-CA4BB2CF1234");
    let lower: Guid = upper.to_lowercase().parse().unwrap();
    assert_eq!(upper.parse::<Guid>().unwrap(), lower);

    let in_filter = fields::commercial_licenses_deployment::CUSTOMER_TENANT_ID.eq(lower);
    assert_eq!(
        in_filter.to_string(),
        format!("customerTenantId eq '{lower}'")
    );
    let in_path = target(async |client| {
        let call = client.customer_licenses_usage(upper);
        call.send().await.unwrap();
    })
    .await;
    let path = operation("customer_licenses_usage").path;
    assert_eq!(in_path, path.replace("{customer-id}", lower.as_str()));
}

/// Dates of both families are compared as instants (T50).
#[test]
fn no_offset_means_utc() {
    let older: Collection<PartnerLicensesDeploymentInsights> =
        documented("partner_licenses_deployment");
    let newer: CommercialLicensesDeployment =
        read(r#"{"processedDateTime":"2017-03-10T00:00:00"}"#);
    let older: &Timestamp = &older.items[0].processed_date_time;
    assert_eq!(older.to_string(), "2017-03-10T00:00:00+00:00");
    assert_eq!(Some(older), newer.processed_date_time.as_ref());
}
