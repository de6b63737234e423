//! Tests of the suite itself.

use std::ffi::OsString;
use std::sync::Arc;

use partner_center::credential::MemoryStore;
use partner_center::credential::profiles::{Environment, variable};
use partner_center_emulator::Fault;

use crate::CASES;
use crate::outcome::Stop;
use crate::target::{Target, start_emulator};

/// Each case fails if the service has the fault of the table, and the fault was applied.
#[tokio::test]
async fn every_case_detects_a_fault_of_the_service() {
    let mut undetected = Vec::new();
    for case in CASES {
        let target = Target::emulated().await.unwrap();
        let emulator = target.emulator("an emulator was started").unwrap();
        let fault: Fault = case.fault.parse().unwrap();
        let injected = emulator.inject(fault);
        let outcome = (case.run)(&target).await;
        if !matches!(outcome, Err(Stop::Failed(_))) || injected.applied() == 0 {
            let applied = injected.applied();
            undetected.push(format!("{}: {outcome:?} ({applied} applied)", case.name));
        }
    }
    assert!(undetected.is_empty(), "{undetected:#?}");
}

/// The mode for live tenants, with the credentials in variables, against an emulator instead of
/// the service. Cases that need the emulator's own functions are skipped, all others pass.
#[tokio::test]
async fn cases_run_with_the_credentials_of_a_live_tenant() {
    let emulator = start_emulator().await.unwrap();
    let url = emulator.url();
    let variables = |name: &str| {
        Some(OsString::from(match name {
            variable::BASE_URL | variable::AUTHORITY => url.as_str(),
            variable::TENANT_ID => emulator.tenant_id(),
            variable::CLIENT_ID => emulator.client_id(),
            variable::CLIENT_SECRET => emulator.client_secret(),
            variable::REFRESH_TOKEN => emulator.refresh_token(),
            _ => return None,
        }))
    };
    let environment = Environment {
        variable: &variables,
        config_directory: None,
        keyring: &|_| Ok(Arc::new(MemoryStore::new())),
    };
    let mut skipped = Vec::new();
    for case in CASES {
        let target = Target::live(&environment, None).unwrap();
        match (case.run)(&target).await {
            Ok(()) => {}
            Err(Stop::Skipped(_)) => skipped.push(case.name),
            Err(Stop::Failed(message)) => panic!("{}: {message}", case.name),
        }
    }
    assert_eq!(
        skipped,
        [
            "resellers_have_the_subscriptions_of_their_customers",
            "foreign_customers_are_forbidden",
            "app_only_tokens_are_refused_by_reports",
            "sign_ins_without_mfa_are_refused",
            "malformed_parameters_are_refused",
            "head_has_the_headers_of_get",
        ]
    );
}

/// Without credentials the mode for live tenants fails with the variables to set, so that nothing
/// appears to be tested.
#[test]
fn live_mode_needs_credentials() {
    let environment = Environment {
        variable: &|_| None,
        config_directory: None,
        keyring: &|_| Ok(Arc::new(MemoryStore::new())),
    };
    let Err(Stop::Failed(message)) = Target::live(&environment, None) else {
        panic!("a target without credentials");
    };
    assert!(message.contains("PCENTER_LIVE"), "{message}");
    assert!(message.contains("PCENTER_REFRESH_TOKEN"), "{message}");
}
