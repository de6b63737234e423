//! One sign-in for many, and calls under a limit. Counts and a clock that jumps, so that
//! the machine does not matter.

use std::sync::Arc;
use std::time::Duration;

use partner_center::Client;
use partner_center::credential::RefreshTokenCredential;
use partner_center_emulator::{DataSet, Emulator, RateLimit};

use crate::throttling::fan_out_under;

const TASKS: usize = 64;

pub(crate) fn identity() {
    println!(
        "| token requests of {TASKS} tasks that need a token at once | | {} | {TASKS} calls | 1 |",
        token_requests()
    );
    let (calls, minute) = (2_000, Duration::from_secs(60));
    let limit = RateLimit {
        requests: 500,
        per: minute,
    };
    let outcome = fan_out_under(limit, calls);
    assert_eq!(outcome.succeeded, calls);
    // 500 at once, then 500 after every minute.
    let least = minute * 3;
    println!(
        "| fan-out of 2,000 calls where 500 a minute are allowed, against the least time | {:.2} | \
         {:.1?} | {least:.1?} | at most 1.10 |",
        outcome.took.as_secs_f64() / least.as_secs_f64(),
        outcome.took,
    );
    println!(
        "| the same: calls answered 429, of all | {:.3} | {} | {calls} | under 0.050 |",
        f64::from(outcome.throttled) / 2_000.0,
        outcome.throttled,
    );
}

fn token_requests() -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let emulator = Emulator::builder()
            .data(DataSet::documented())
            .start()
            .await
            .unwrap();
        let credential = RefreshTokenCredential::builder(
            emulator.tenant_id(),
            emulator.client_id(),
            emulator.refresh_token().to_owned(),
        )
        .client_secret(emulator.client_secret().to_owned())
        .authority(emulator.authority())
        .build()
        .unwrap();
        let client = Client::builder()
            .base_url(emulator.url())
            .credential(Arc::new(credential))
            .build()
            .unwrap();
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.partner_licenses_deployment().send().await })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap().unwrap().items.len(), 2);
        }
        let requests = emulator.requests();
        let token = requests
            .iter()
            .filter(|request| request.path_and_query().ends_with("/token"));
        token.count()
    })
}
