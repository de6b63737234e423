//! Readings of the accepted kinds of tokens.

use partner_center::OPERATIONS;
use partner_center::catalog::AuthMode;
use partner_center_emulator::TokenOptions;

use super::emulated;

const CUSTOMER: &str = "0c39d6d5-c70d-4c55-bc02-f620844f3fd1";

/// Delegated tokens are accepted everywhere, app-only tokens for customers (T59, T79).
#[tokio::test]
async fn delegated_tokens_are_accepted_everywhere_and_app_only_tokens_for_customers() {
    for operation in OPERATIONS {
        let id = operation.id;
        let open = ["customers", "customer"].contains(&id);
        let modes: &[AuthMode] = match open {
            true => &[AuthMode::AppOnly, AuthMode::AppAndUser],
            false => &[AuthMode::AppAndUser],
        };
        assert_eq!(operation.auth_modes, modes, "{id}");

        let target = operation.path.replace("{customer-id}", CUSTOMER);
        let delegated = emulated(&target, TokenOptions::new()).await;
        assert_eq!(delegated, (200, None), "{id}");
        let app_only = emulated(&target, TokenOptions::new().app_only()).await;
        let expected = match open {
            true => (200, None),
            false => (403, Some(2032)),
        };
        assert_eq!(app_only, expected, "{id}");
    }
}
