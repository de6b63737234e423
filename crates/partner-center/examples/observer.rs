//! Counts calls, attempts and waiting time, for a metrics system.
//!
//! `cargo run -p partner-center --example observer` starts an emulator of the service and prints:
//!
//! ```text
//! partner_licenses_deployment: attempt 1: 503
//! partner_licenses_deployment: attempt 2: 429
//! partner_licenses_deployment: attempt 3: 200
//! partner_licenses_deployment: attempts 3, throttled 1, status 200
//! customers: attempt 1: 200
//! customers: attempts 1, throttled 0, status 200
//! 4 attempts of 2 calls
//! ```

#![allow(clippy::print_stdout, reason = "the example prints its results")]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use partner_center::credential::StaticTokenCredential;
use partner_center::{AttemptMetrics, CallMetrics, Client, Observer, RetryOptions};
use partner_center_emulator::{DataSet, Emulator, Fault, TokenOptions};

/// Counters that a metrics system would read. The methods run in the task that makes the call, so
/// they only count.
#[derive(Debug, Default)]
struct Counters {
    attempts: AtomicU64,
    calls: AtomicU64,
}

impl Observer for Counters {
    fn attempt(&self, attempt: &AttemptMetrics) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
        // Without a complete response, `failure` has the kind of the error instead.
        let status = attempt.status.map_or(0, |status| status.as_u16());
        println!(
            "{}: attempt {}: {status}",
            attempt.operation_id, attempt.attempt
        );
    }

    fn call(&self, call: &CallMetrics) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        println!(
            "{}: attempts {}, throttled {}, status {}",
            call.operation_id,
            call.attempts,
            call.throttled,
            call.status.map_or(0, |status| status.as_u16())
        );
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let counters = Arc::new(Counters::default());
    let mut retry = RetryOptions::new();
    // The default of one second is right for the service, but too long for an example.
    retry.base_delay = Duration::from_millis(1);

    // Against Partner Center: `ClientBuilder::from_environment()?` instead of `Client::builder()`
    // with base URL and credential.
    let emulator = Emulator::builder()
        .data(DataSet::documented())
        .start()
        .await?;
    let token = emulator.mint_token(TokenOptions::new());
    let client = Client::builder()
        .base_url(emulator.url())
        .credential(Arc::new(StaticTokenCredential::new(token)))
        .retry(retry)
        .observer(counters.clone())
        .build()?;

    // An outage, then throttling: the call is retried and succeeds.
    emulator.inject(Fault::status(503).html());
    emulator.inject(Fault::throttled(0));
    client.partner_licenses_deployment().send().await?;
    client.customers().send().await?;

    println!(
        "{} attempts of {} calls",
        counters.attempts.load(Ordering::Relaxed),
        counters.calls.load(Ordering::Relaxed)
    );
    Ok(())
}
