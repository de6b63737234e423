//! What a client of the service sees, as cases that run against the emulator, or against a live
//! tenant with `PCENTER_LIVE=1` and the credentials of `docs/reference.md`.
//!
//! A case is a function of a [`Target`](target::Target). With a live tenant it only reads, and
//! is skipped, with a line that gives the reason, if a tenant's data cannot show the behaviour.
//! The table below has all cases, each with a [fault](partner_center_emulator::Fault) of the
//! service that the case detects.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "all of this runs in tests, where a panic is how a failure is told"
)]

mod customers;
mod outcome;
mod paging;
mod protocol;
mod queries;
mod refusals;
mod reports;
mod rows;
mod self_test;
mod target;

use std::pin::Pin;
use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use outcome::{Outcome, Stop, note};
use partner_center::credential::profiles::Environment;
use target::Target;
use tokio::sync::Mutex;

/// Case of the suite.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) run: for<'a> fn(&'a Target) -> Pin<Box<dyn Future<Output = Outcome> + 'a>>,
    /// Fault of the service that the case detects.
    pub(crate) fault: &'static str,
}

macro_rules! cases {
    ($($module:ident::$case:ident detects $fault:literal;)+) => {
        pub(crate) static CASES: &[Case] = &[$(Case {
            name: stringify!($case),
            run: |target| Box::pin($module::$case(target)),
            fault: $fault,
        }),+];

        mod cases {
            $(#[tokio::test]
            async fn $case() {
                crate::check(stringify!($case)).await;
            })+
        }
    };
}

cases! {
    rows::every_operation_returns_documented_rows
        detects "fieldDrift,change=add,field=surprise,operation=referrals,times=unlimited";
    rows::listings_have_no_unreadable_rows
        detects "fieldDrift,change=changeType,field=searchDate,operation=searches,times=unlimited";
    rows::partner_deployment_is_the_sum_of_the_customers
        detects "missingRows,rows=1,page=1,operation=customer_licenses_deployment";
    rows::partner_usage_is_the_sum_of_the_customers
        detects "missingRows,rows=1,page=1,operation=customer_licenses_usage";
    rows::qualified_licences_are_the_licences_sold
        detects "fieldDrift,change=remove,field=licensesSold,times=unlimited";
    rows::azure_usage_belongs_to_subscriptions
        detects "missingRows,rows=100,page=1,operation=subscriptions";
    rows::resellers_have_the_subscriptions_of_their_customers
        detects "fieldDrift,change=remove,field=licenseCount,operation=indirect_resellers";
    rows::units_of_skus_add_up
        detects "fieldDrift,change=remove,field=totalUnits";
    paging::next_links_lead_to_all_rows_once
        detects "duplicateRows,rows=1,page=2,operation=azure_usage";
    paging::stated_total_is_the_number_of_rows
        detects r#"{"kind":"status","status":200,"text":"{\"Value\":[],\"@nextLink\":null,\"TotalCount\":7}"}"#;
    paging::skip_passes_over_rows
        detects "missingRows,rows=1,operation=subscriptions";
    paging::interrupted_listings_resume
        detects "fieldDrift,change=remove,field=mpnId,operation=searches,page=2";
    paging::next_links_repeat_the_query
        detects "fieldDrift,change=remove,field=productName,page=2";
    queries::eq_and_ne_partition_the_rows
        detects "fieldDrift,change=remove,field=customerTenantId,operation=subscriptions,after=1";
    queries::date_comparisons_partition_the_rows
        detects "fieldDrift,change=remove,field=usageDate,operation=azure_usage,after=2";
    queries::and_or_and_parentheses_combine_conditions
        detects r#"{"kind":"status","status":200,"operation":"commercial_licenses_deployment","after":2,"text":"{\"Value\":[],\"@nextLink\":null,\"TotalCount\":0}"}"#;
    queries::contains_selects_parts_of_a_text
        detects r#"{"kind":"status","status":200,"operation":"subscriptions","after":1,"text":"{\"Value\":[],\"@nextLink\":null,\"TotalCount\":0}"}"#;
    queries::groups_have_the_sums_of_the_rows
        detects r#"{"kind":"status","status":200,"operation":"searches","after":1,"text":"{\"Value\":[],\"@nextLink\":null,\"TotalCount\":0}"}"#;
    queries::aggregation_levels_have_the_same_sums
        detects r#"{"kind":"status","status":200,"operation":"azure_usage","after":2,"text":"{\"Value\":[],\"@nextLink\":null,\"TotalCount\":0}"}"#;
    queries::orderby_sorts_the_rows
        detects "fieldDrift,change=remove,field=customerTenantId,operation=azure_usage,after=2";
    queries::latest_processed_day_is_the_default
        detects "fieldDrift,change=remove,field=productName,after=1";
    customers::pages_have_the_customers_of_the_list
        detects "fieldDrift,change=remove,field=id,page=2";
    customers::seek_returns_the_page_after_a_token
        detects "missingRows,rows=1,page=2";
    customers::customer_by_id_equals_its_entry
        detects "fieldDrift,change=remove,field=companyProfile,operation=customer";
    customers::customers_are_filtered_by_name
        detects "missingRows,rows=1,page=1,after=1";
    customers::customers_of_reports_are_in_the_list
        detects "fieldDrift,change=remove,field=id,operation=customers";
    customers::unknown_customers_are_not_found
        detects "status,status=404,code=1000,body=documented,after=2";
    customers::foreign_customers_are_forbidden
        detects "status,status=404,code=60003,body=documented,after=2";
    customers::malformed_customer_ids_are_refused
        detects "status,status=404,code=60003,body=documented,after=2";
    refusals::filters_by_an_unknown_field_are_refused
        detects "status,status=200,after=2";
    refusals::malformed_filters_are_refused
        detects "status,status=500,after=5";
    refusals::page_sizes_out_of_range_are_refused
        detects "status,status=200,after=4";
    refusals::calls_without_a_valid_token_are_refused
        detects "status,status=200,after=1";
    refusals::app_only_tokens_are_refused_by_reports
        detects "status,status=401,code=400,body=documented,after=3";
    refusals::sign_ins_without_mfa_are_refused
        detects "status,status=401,code=400,body=documented,after=3";
    refusals::malformed_parameters_are_refused
        detects "status,status=200,after=1";
    protocol::ids_of_the_request_are_returned
        detects r#"{"kind":"status","status":400,"code":900118,"headers":{"MS-RequestId":"00000000-0000-4000-8000-000000000000"},"after":2}"#;
    protocol::correlation_vectors_differ
        detects "status,status=200,times=unlimited";
    protocol::gzip_is_accepted
        detects "fieldDrift,change=remove,field=name,after=1";
    protocol::locales_are_accepted
        detects "status,status=400,after=2";
    protocol::head_has_the_headers_of_get
        detects "status,status=405,after=3";
    protocol::unknown_paths_are_not_found
        detects "status,status=200,after=1";
}

/// Runs a case against the emulator, or against a live tenant.
async fn check(name: &str) {
    let case = CASES.iter().find(|case| case.name == name);
    let case = case.expect("the test was made from the table");
    let outcome = match std::env::var("PCENTER_LIVE").as_deref() {
        Ok("1") => live(case).await,
        Ok(other) if !other.is_empty() => {
            panic!("PCENTER_LIVE is `{other}`: set it to 1, or not at all")
        }
        _ => emulated(case).await,
    };
    match outcome {
        Ok(()) => {}
        Err(Stop::Skipped(reason)) => note(&format!("{name} skipped: {reason}")),
        Err(Stop::Failed(message)) => panic!("{name}: {message}"),
    }
}

async fn emulated(case: &Case) -> Outcome {
    (case.run)(&Target::emulated().await?).await
}

async fn live(case: &Case) -> Outcome {
    /// Credential of all cases, so that the suite signs in once. It is locked for a whole case,
    /// because all calls of a tenant share its limits.
    static SHARED: Mutex<Option<Arc<dyn TokenCredential>>> = Mutex::const_new(None);
    let mut shared = SHARED.lock().await;
    let target = Target::live(&Environment::of_process(), shared.clone())?;
    *shared = Some(target.credential());
    (case.run)(&target).await
}
